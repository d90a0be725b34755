"""Runs inside the page: replaces a model's items and records by damaged ones, and loads it."""

from __future__ import annotations

import base64
import json
from collections import Counter
from typing import Any

import numpy as np

import pyio

PREFIX = "tensorflowjs_models/x/"
WEIGHTS = {"w": np.array([1.5, -2], np.float32), "t": np.array(["é"], dtype=object)}


async def save(scheme: str, checksum: bool) -> None:
    """Store the model to damage, and another one."""
    encoded = pyio.encode_weights(WEIGHTS)
    layers: Any = [{"class_name": "Dense", "config": {"name": "d", "units": 2}}]
    artifacts = pyio.ModelArtifacts(
        model_topology={"class_name": "Sequential", "config": {"layers": layers}},
        weight_specs=encoded.specs,
        weight_data=encoded.data,
        format="layers-model",
        user_defined_metadata={"a": [1e-7, None]},
        null_fields=frozenset({"converted_by"}),
    )
    for name in ("x", "y"):
        await pyio.save_artifacts(artifacts, f"{scheme}://{name}", checksum=checksum)


async def try_items(cases: list[list[str]], strict: bool) -> Any:
    """Load the model once for each ``[part, text]``; return the outcomes and the findings.

    Other values are a finding if they were verified by digests. With `strict` they always are: then
    the damage is too small to remove the digests.
    """
    import js

    whole = await pyio.load_artifacts("localstorage://x")
    outcomes: Counter[str] = Counter()
    wrong: list[Any] = []
    for part, text in cases:
        before = js.localStorage.getItem(PREFIX + part)
        js.localStorage.setItem(PREFIX + part, text)
        outcome = await _outcome("localstorage://x", whole)
        listed = await _listed("localstorage", part == "info" and not _is_object(text))
        js.localStorage.setItem(PREFIX + part, before)
        _judge(outcome, listed, strict, [part, text[:300]], wrong)
        outcomes[outcome] += 1
    return [dict(outcomes), wrong[:20]]


async def try_records(cases: list[list[str]], strict: bool) -> Any:
    """Load the model once for each ``[JSON of its artifacts, base64 of its weights, its info]``."""
    import js

    whole = await pyio.load_artifacts("indexeddb://x")
    outcomes: Counter[str] = Counter()
    wrong: list[Any] = []
    for artifacts, weights, info in cases:
        if not await js.fuzzPut(artifacts, weights, info):
            outcomes["no JSON"] += 1
            continue
        outcome = await _outcome("indexeddb://x", whole)
        listed = await _listed("indexeddb", False)
        _judge(outcome, listed, strict, [artifacts[:300], weights[:99], info], wrong)
        outcomes[outcome] += 1
    return [dict(outcomes), wrong[:20]]


async def try_strange(names: list[str]) -> Any:
    """Load the model once for each value that a record can contain but JSON cannot."""
    import js

    whole = await pyio.load_artifacts("indexeddb://x")
    found = {}
    for name in names:
        await js.fuzzStrange(name)
        outcome = await _outcome("indexeddb://x", whole)
        found[name] = [outcome, await _listed("indexeddb", False)]
    return found


async def _outcome(url: str, whole: pyio.ModelArtifacts) -> str:
    try:
        found = await pyio.load_artifacts(url)
        pyio.decode_weights(found.weight_data or (), found.weight_specs or ())
    except pyio.PyioError:
        return "typed error"
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        return f"{type(error).__name__}: {error!s:.300}"
    data = [b"".join(model.weight_data or ()) for model in (found, whole)]
    names = [name for name in whole.__slots__ if name not in ("weight_data", "checksum")]
    same = all(getattr(found, name) == getattr(whole, name) for name in names)
    if same and data[0] == data[1]:
        return "same model"
    return "other values, verified" if found.checksum else "other values"


async def _listed(scheme: str, must_be_damaged: bool) -> str:
    """Return what is wrong with the listing, or nothing."""
    try:
        infos = await pyio.list_models()
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        return f"list_models: {type(error).__name__}: {error!s:.300}"
    if infos.keys() != {f"{scheme}://x", f"{scheme}://y"}:
        return f"listed are {sorted(infos)}"
    if infos[f"{scheme}://y"].damage is not None:
        return f"the other model is called damaged: {infos[f'{scheme}://y'].damage}"
    if must_be_damaged and infos[f"{scheme}://x"].damage is None:
        return "the damage is not listed"
    return ""


def _judge(outcome: str, listed: str, strict: bool, case: list[str], wrong: list[Any]) -> None:
    allowed = {"typed error", "same model"} | (set() if strict else {"other values"})
    if listed or outcome not in allowed:
        wrong.append([case, outcome, listed])


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def encoded(data: bytes) -> str:
    """Base64, as text."""
    return base64.b64encode(data).decode()
