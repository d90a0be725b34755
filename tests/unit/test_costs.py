"""The cost of operations, in numbers of modules, calls, look-ups, listings and parsed texts.

Such numbers do not depend on the machine, so they are compared with fixed limits.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

import pyio
from pyio.format.archive import unzip, zip_pieces
from pyio.handlers.memory import Memory
from pyio.handlers.picked_files import BrowserFilesHandler
from tests.support.answers import Answer, Answers
from tests.support.models import artifacts, model_json, run, weight

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from pathlib import Path
    from types import FrameType


MODULES = {"import": 2, "save": 55, "list": 8, "load": 0}
"""The most modules that each step may import after the one before it, Python's own included."""

SLOW_MODULES = {
    *("numpy", "http", "urllib.parse", "ipaddress", "secrets", "hmac", "importlib.resources"),
    *("html", "unicodedata", "pyio.models"),
}
"""What takes long to import in a page, and what those steps do not need."""

STEPS = """
import asyncio, inspect, json, logging, pathlib, random, sys, tempfile, zipfile  # Pyodide has them

def step(name):
    steps[name] = sorted(set(sys.modules) - known)
    known.update(sys.modules)

steps, known = {}, set(sys.modules)

async def work():
    specs = [pyio.WeightSpec("w", (1,), "float32")]
    model = pyio.ModelArtifacts(model_topology={"t": 1}, weight_specs=specs, weight_data=bytes(4))
    await pyio.save_artifacts(model, "memory://m")
    step("save")
    await pyio.list_models()
    step("list")
    await pyio.load_artifacts("memory://m")
    step("load")

import pyio
step("import")
asyncio.run(work())
print(json.dumps(steps))
"""


def test_modules_of_the_first_steps() -> None:
    """Importing pyio loads nothing of it but its version; a save loads what saving needs."""
    done = subprocess.run([sys.executable, "-c", STEPS], capture_output=True, text=True, check=True)
    steps: dict[str, list[str]] = json.loads(done.stdout)
    for name, most in MODULES.items():
        assert len(steps[name]) <= most, (name, steps[name])
        assert not SLOW_MODULES & set(steps[name]), name


def counted(work: Awaitable[Any]) -> Counter[str]:
    """The number of calls of each Python function, by its qualified name."""
    calls: Counter[str] = Counter()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            calls[frame.f_code.co_qualname] += 1

    async def measured() -> None:
        sys.setprofile(note)
        try:
            await work
        finally:
            sys.setprofile(None)

    asyncio.run(measured())
    return calls


def test_the_pytest_plugin_loads_little() -> None:
    """It is imported whenever pytest starts, so it brings nothing of pyio but the plugin itself."""
    ask = "import sys, pyio.testing.plugin; print(*(m for m in sys.modules if m[:4] == 'pyio'))"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    loaded = {"pyio", "pyio.version", "pyio.testing", "pyio.testing.plugin"}
    assert set(done.stdout.split()) == loaded


def test_calls_of_a_save() -> None:
    """A save of 100 tensors needs fewer than 60 Python calls per tensor."""
    dense = [pyio.layers.Dense(4) for _ in range(49)]
    model = pyio.Sequential([pyio.layers.Dense(4, input_shape=(4,)), *dense])
    assert len(model.weights) == 100
    run(model.save("memory://warm"))
    calls = counted(model.save("memory://m"))
    assert calls.total() < 6000, calls.most_common(20)


def test_a_load_checks_the_layout_once() -> None:
    """Loading arrays computes the position of each tensor once; decoding uses the result."""
    run(pyio.save_arrays({str(index): [index] for index in range(100)}, "memory://m", cast=True))
    calls = counted(pyio.load_arrays("memory://m"))
    assert calls["tensor_ends"] == 1
    assert calls["locate"] == 101, "once for each tensor, and once for the end"


@pytest.fixture
def no_listing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A medium that cannot be listed."""

    async def fail(_: Any) -> None:
        raise AssertionError("the medium was listed")

    monkeypatch.setattr(Memory, "list", fail)


@pytest.mark.usefixtures("no_listing")
def test_nothing_is_listed_for_one_model(tmp_path: Path) -> None:
    """exists, inspect, copy and move look up one model, and never list the medium."""
    run(pyio.save_artifacts(artifacts(), "memory://a"))
    assert run(pyio.exists("memory://a"))
    assert not run(pyio.exists("memory://b"))
    run(pyio.inspect("memory://a"))
    run(pyio.copy_model("memory://a", "memory://b"))
    run(pyio.move_model("memory://b", "memory://c"))
    run(pyio.move_model("memory://c", f"file://{tmp_path}/m"))
    with pytest.raises(pyio.ModelExistsError):
        run(pyio.copy_model("memory://a", f"file://{tmp_path}/m"))
    run(pyio.remove_model("memory://a"))


def test_a_copy_between_directories(tmp_path: Path) -> None:
    """A copy makes one handler for each address."""
    run(pyio.save_artifacts(artifacts(), f"file://{tmp_path}/a"))
    calls = counted(pyio.copy_model(f"file://{tmp_path}/a", f"file://{tmp_path}/b"))
    assert calls["FileHandler.__init__"] == 2
    assert calls["Files.missing"] + calls["Medium.missing"] == 2
    assert calls["split_url"] <= 8, calls["split_url"]


@pytest.mark.parametrize("groups", [[weight("w", 4)], []], ids=["weights", "topology"])
def test_a_model_json_is_parsed_once(groups: list[Any], tmp_path: Path) -> None:
    """Loading parses a model.json once: from a directory, a server, or picked files."""
    manifest = [{"paths": ["w"], "weights": groups}] if groups else []
    files = {"model.json": model_json(manifest, modelTopology={"t": 1})}
    files |= {"w": bytes(16)} if groups else {}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    calls = counted(pyio.load_artifacts(f"file://{tmp_path}"))
    assert calls["parse_model_json"] == calls["loads"] == 1
    with Answers({f"/{name}": Answer(content) for name, content in files.items()}) as server:
        calls = counted(pyio.load_artifacts(f"{server.url}/model.json"))
    assert calls["parse_model_json"] == 1
    packed = zip_pieces({name: (memoryview(content),) for name, content in files.items()})
    handler = BrowserFilesHandler.__new__(BrowserFilesHandler)  # there is no picker here
    handler._files = unzip(memoryview(b"".join(packed)), "m.zip")  # type: ignore[assignment]
    handler._on_progress, handler.url = None, "m.zip"
    calls = counted(handler.load())
    assert calls["parse_model_json"] == calls["loads"] == 1
