"""The effects of `import pyio`, and the public names."""

from __future__ import annotations

import ast
import inspect
import json
import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest

import pyio

ROOT = Path(__file__).resolve().parents[2]

IMPORTS = """
import json, sys, threading
opened = []
sys.addaudithook(lambda event, args: opened.append((event, str(args[0]))) if event in (
    "open", "socket.__new__", "socket.connect", "subprocess.Popen", "os.system", "os.mkdir",
    "os.remove", "os.rename", "sqlite3.connect") else None)
import pyio
print(json.dumps({"modules": sorted(sys.modules), "opened": opened,
    "threads": threading.active_count(), "names": sorted(vars(pyio))}))
"""

CATALOG = """
import asyncio, sys
import pyio

async def work():
    model = pyio.ModelArtifacts(
        model_topology={"t": 1}, weight_specs=[pyio.WeightSpec("w", (2,), "float32")],
        weight_data=bytes(8))
    await pyio.save_artifacts(model, "memory://a")
    await pyio.copy_model("memory://a", "memory://b")
    await pyio.move_model("memory://b", "memory://c")
    await pyio.remove_model("memory://a")
    assert (await pyio.load_artifacts("memory://c")).model_topology == {"t": 1}
    pyio.get_model_artifacts_for_json({"modelTopology": {}})
    pyio.get_model_json(model, ["./m.bin"])
    return list(await pyio.list_models())

assert asyncio.run(work()) == ["memory://c"]
assert "numpy" not in sys.modules, "numpy was imported"
pyio.encode_weights
assert "numpy" in sys.modules
"""


def python(code: str) -> str:
    """Run `code` in a fresh interpreter and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def imported() -> dict[str, Any]:
    """The state of a fresh interpreter after `import pyio`."""
    found: dict[str, Any] = json.loads(python(IMPORTS))
    return found


@pytest.mark.parametrize(
    "module", ["numpy", "js", "pyodide", "httpx", "pyio.browser.indexed_db.database"]
)
def test_import_is_light(imported: dict[str, Any], module: str) -> None:
    """Importing pyio does not import NumPy or other modules that are slow or may be missing."""
    assert module not in imported["modules"]


def test_import_starts_and_opens_nothing(imported: dict[str, Any]) -> None:
    """Importing pyio starts no thread, and opens no file but Python's own modules."""
    assert imported["threads"] == 1
    others = [
        (event, name)
        for event, name in imported["opened"]
        if event != "open" or not re.search(r"\.(py|pyc|so|pth)$", name)
    ]
    assert others == []


def test_models_are_managed_without_numpy() -> None:
    """Saving, listing, copying, moving and removing need no NumPy; its first use imports it."""
    assert python(CATALOG) == ""


def test_all_is_complete() -> None:
    """__all__ lists exactly the public names of pyio that are not modules."""
    public = {
        name
        for name in {*vars(pyio), *dir(pyio)}
        if not name.startswith("_") and not inspect.ismodule(getattr(pyio, name))
    }
    # Names that the package itself needs; TYPE_CHECKING and Any come from typing.
    assert public - {"TYPE_CHECKING", "Any", "import_module"} == set(pyio.__all__)


def test_names_imported_later_are_known_to_type_checkers() -> None:
    """The table of lazy names and the imports under TYPE_CHECKING are equal, and public."""
    tree = ast.parse(Path(pyio.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    typed = {alias.name: str(node.module) for node in imports for alias in node.names}
    modules = {name for name, module in typed.items() if module == "pyio"}
    assert modules == set(pyio._MODULES)
    late = {name: module for name, module in typed.items() if name not in modules}
    assert late == pyio._MODULE_OF
    assert set(late) <= set(pyio.__all__)


def test_dir_shows_public_names_and_modules_only() -> None:
    """dir() lists public names and modules only, so completion offers no internal names."""
    shown = {name for name in dir(pyio) if not name.startswith("__")}
    assert shown == {*pyio.__all__, *pyio._MODULES}


def test_all_is_sorted_without_repeats() -> None:
    """__all__ is sorted, constants and classes before functions, each name once."""
    assert list(pyio.__all__) == sorted(set(pyio.__all__))


@pytest.mark.parametrize("name", pyio.__all__)
def test_every_public_name_is_documented(name: str) -> None:
    """Each public name is there and has a docstring of its own."""
    value = getattr(pyio, name)
    text = inspect.getdoc(value) or ""
    assert text.strip()
    assert not text.startswith(f"{name}("), "this docstring was made by dataclasses"
    assert value.__module__.split(".")[0] == "pyio"


@pytest.mark.parametrize("name", [n for n in pyio.__all__ if inspect.isfunction(getattr(pyio, n))])
def test_every_public_function_is_annotated(name: str) -> None:
    """Each parameter and each return value has a type."""
    signature = inspect.signature(getattr(pyio, name))
    assert signature.return_annotation is not signature.empty
    for parameter in signature.parameters.values():
        assert parameter.annotation is not signature.empty, parameter


@pytest.mark.parametrize("name", [n for n in pyio.__all__ if inspect.isclass(getattr(pyio, n))])
def test_values_are_frozen(name: str) -> None:
    """Values that pyio returns are frozen dataclasses with slots."""
    value = getattr(pyio, name)
    if hasattr(value, "__dataclass_fields__"):
        assert value.__dataclass_params__.frozen
        assert "__slots__" in vars(value)


def test_unknown_names_are_attribute_errors() -> None:
    """A name that pyio does not have raises an ordinary AttributeError."""
    name = "nothing_of_that_name"
    with pytest.raises(AttributeError, match="module 'pyio' has no attribute 'nothing_of"):
        getattr(pyio, name)
    assert not hasattr(pyio, name)


def test_dir_shows_what_is_imported_later() -> None:
    """dir() lists the lazily imported names as well."""
    assert set(pyio.__all__) <= set(dir(pyio))
    assert dir(pyio) == sorted(dir(pyio))


def test_lazy_names_are_their_modules_own() -> None:
    """A lazily imported name is the same object as in its module."""
    from pyio.operations.arrays import save_arrays
    from pyio.tensors.encoding import decode_weights

    assert pyio.save_arrays is save_arrays
    assert pyio.decode_weights is decode_weights


def test_the_package_is_typed() -> None:
    """The package contains py.typed, so that type checkers use its annotations."""
    assert (Path(pyio.__file__).parent / "py.typed").is_file()


def test_the_version_is_that_of_the_project() -> None:
    """The package, the project file and an installed distribution have the same version."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r'^version = "(.+)"$', text, re.MULTILINE)
    assert found is not None
    assert pyio.__version__ == found[1]
    try:
        installed = version("pyio-web")
    except PackageNotFoundError:
        return
    assert installed == pyio.__version__
