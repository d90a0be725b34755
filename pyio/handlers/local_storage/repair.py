"""What interrupted saves have left in localStorage.

TensorFlow.js writes the info of a model first and removes it first; pyio writes it last. So a save
or a removal that was interrupted leaves an info with items missing, or items without an info. The
second can be a whole model.
"""

from __future__ import annotations

import base64
from functools import partial
from typing import TYPE_CHECKING

from pyio.browser.page import local_storage as page
from pyio.errors import DamagedModelError, InvalidModelError
from pyio.format.info import info_from_json, info_to_json
from pyio.format.json_text import dumps, loads
from pyio.format.model_json import verified_artifacts
from pyio.format.serialized import get_model_artifacts_info_for_json
from pyio.handlers.findings import Finding, Found, Leftover, report_only
from pyio.handlers.local_storage.handler import LocalStorageHandler
from pyio.handlers.local_storage.items import PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyio.format.artifacts import ModelArtifactsInfo
    from pyio.handlers.findings import Choices

_NEEDED = ("model_topology", "weight_specs", "weight_data")


async def find(path: str, choices: Choices) -> Found:  # noqa: ARG001 - nothing to choose here
    """Return what is left over, of the model `path` or of all."""
    async with page.exclusive():
        await page.wait_until_visible()  # what another tab has just written is here now
        leftovers = [] if path else await _journal()
        names: dict[str, None] = {}
        for key in await page.overview(PREFIX, "/info"):
            name, _, part = key[len(PREFIX) :].rpartition("/")
            if name and part in LocalStorageHandler(name).keys:
                names[name] = None
            elif not path:
                leftovers.append(_stray(key))
        for name in [path] if path else names:
            leftovers += await _model(name)
    return Found(tuple(leftovers))


async def _journal() -> list[Leftover]:
    text = (await page.read([page.JOURNAL]))[page.JOURNAL]
    if text is None:
        return []
    seen = {page.JOURNAL: text}
    size = _taken(seen)
    keys = await page.keys_to_finish()
    if keys:
        problem, action = f"the writing of {', '.join(keys)} was interrupted", "finish it"
        finding = Finding(page.JOURNAL, problem, action)
    else:
        problem = "room that a save reserved before it died"
        if text.strip():
            problem = "it is no journal, or other programs have changed its models since"
        finding = Finding(page.JOURNAL, problem, "remove it", bytes_freed=size)

    async def act() -> bool:
        if (await page.read([page.JOURNAL])) != seen:
            return False
        await page.finish()
        return True

    return [Leftover(finding, act)]


def _stray(key: str) -> Leftover:
    problem = "it is not an item of a model as TensorFlow.js or pyio keeps it"
    if key == f"{PREFIX}info":
        problem += ", and tf.io.listModels fails on it"
    return report_only(key, problem, "it may be another program's; remove it if no program uses it")


async def _model(name: str) -> list[Leftover]:
    """Return what is wrong with the items of one model."""
    handler = LocalStorageHandler(name)
    seen = await page.read(list(handler.keys.values()))
    texts = {part: seen[key] for part, key in handler.keys.items()}
    if all(text is None for text in texts.values()):
        return []
    problem = await _problem(handler)
    if problem is None:
        return []
    rebuilt = _rebuilt(handler, texts)
    if rebuilt is not None:
        action = "write its info, so that it is listed and loads; its weights and specs agree"
        items: dict[str, str | None] = {handler.keys[part]: text for part, text in rebuilt.items()}
        finding = Finding(handler.url, problem, action)
    elif any(texts[part] is None for part in _NEEDED):
        items = dict.fromkeys(reversed([*handler.keys.values()]))
        action = "remove what is left, which is not a whole model"
        finding = Finding(handler.url, problem, action, bytes_freed=_taken(seen))
    else:
        choice = "topology, specs and weights are there; remove_model() removes it"
        return [report_only(handler.url, problem, choice)]
    return [Leftover(finding, partial(page.replace_if, seen, items))]


async def _problem(handler: LocalStorageHandler) -> str | None:
    """Return why a model does not load, or None if it does."""
    try:
        await handler.load()
    except DamagedModelError as error:
        return error.problem
    return None


def _rebuilt(
    handler: LocalStorageHandler, texts: Mapping[str, str | None]
) -> dict[str, str] | None:
    """Return the items that make the others a whole model again, or None if none can."""
    topology, data = texts["model_topology"], texts["weight_data"]
    if texts["weight_specs"] is None or data is None or not (topology or data):
        return None
    added = {} if topology is not None else {"model_topology": "{}"}  # weights alone, as saved
    try:
        weights = memoryview(base64.b64decode(data, validate=True))
        model = verified_artifacts(*handler.parsed({**texts, **added}), (weights,))
    except ValueError:  # InvalidModelError is one, and so is what base64 raises
        return None
    info = get_model_artifacts_info_for_json(model)
    if topology is not None and _of_two_saves(texts["info"], info):
        return None
    return {**added, "info": dumps(info_to_json(info))}


def _of_two_saves(text: str | None, actual: ModelArtifactsInfo) -> bool:
    """Whether a readable info belongs to some of the items and not to all of them.

    Then a save over an older model was interrupted, and topology and weights may be two models'.
    """
    try:
        info = info_from_json(loads(text or "", "its info"))
    except InvalidModelError:
        return False
    if info.damage is not None:
        return False
    return (
        info.model_topology_bytes == actual.model_topology_bytes
        or info.weight_specs_bytes == actual.weight_specs_bytes
    )


def _taken(items: Mapping[str, str | None]) -> int:
    """Return what items take of the quota, in UTF-16 code units."""
    return sum(
        len(key) + len(text.encode("utf-16-le", "surrogatepass")) // 2
        for key, text in items.items()
        if text is not None
    )
