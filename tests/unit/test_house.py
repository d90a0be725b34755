"""The house: which folder of pyio may import from which, and that no imports form a circle.

All imports count: those at the top, inside functions, and for type checkers alone.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

PYIO = Path(__file__).resolve().parents[2] / "pyio"

GROUND = {"errors", "limits", "progress", "version"}

MAY_IMPORT = {
    **{name: set() for name in GROUND},
    "browser": GROUND,
    "format": GROUND,
    "tensors": GROUND | {"format", "browser"},
    "handlers": GROUND | {"browser", "format"},
    "display": GROUND | {"browser", "format"},
    "operations": GROUND | {"browser", "display", "format", "handlers", "tensors"},
    "models": GROUND | {"display", "format", "handlers", "operations", "tensors"},
}
"""Folder or module -> what it imports from beside itself. What is not listed is a face: it stands
above all of these and may import from each."""

BORDER = {
    "handlers": None,
    "display": {"pyio.browser.environment"},
    "tensors": {"pyio.browser.streams"},
    "operations": {
        "pyio.browser.environment",
        "pyio.browser.quota",
        "pyio.browser.page.persistence",
    },
}
"""Who reaches the border, and which of its modules; None for any."""


@cache
def imports() -> dict[str, set[str]]:
    """Module -> the modules of pyio that it imports, wherever the statement stands."""
    modules = {_name(file): file for file in PYIO.rglob("*.py")}
    found: dict[str, set[str]] = {}
    for name, file in modules.items():
        found[name] = set()
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found[name] |= {alias.name for alias in node.names} & modules.keys()
            elif isinstance(node, ast.ImportFrom) and node.module is not None:
                inner = {f"{node.module}.{alias.name}" for alias in node.names} & modules.keys()
                whole = {node.module} & modules.keys() if len(inner) < len(node.names) else set()
                found[name] |= inner | whole
    return found


def _name(file: Path) -> str:
    parts = file.relative_to(PYIO.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _top(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_no_circle() -> None:
    """No module reaches itself through its imports; the package itself stands above all."""
    edges = {name: targets - {"pyio"} for name, targets in imports().items()}
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " -> ".join((*way[way.index(name) :], name))
        if name not in done:
            for target in sorted(edges[name]):
                visit(target, (*way, name))
            done.add(name)

    for name in sorted(edges):
        visit(name, ())


@pytest.mark.parametrize("folder", sorted(MAY_IMPORT))
def test_directions(folder: str) -> None:
    """A folder imports only from those below it."""
    for name, targets in imports().items():
        if _top(name) == folder:
            others = {_top(target) for target in targets} - {folder}
            assert others <= MAY_IMPORT[folder], (name, others - MAY_IMPORT[folder])


@pytest.mark.parametrize(
    "folder", [name for name, below in MAY_IMPORT.items() if "browser" in below]
)
def test_the_border(folder: str) -> None:
    """The border is reached from few places."""
    allowed = BORDER[folder]
    for name, targets in imports().items():
        if _top(name) == folder and allowed is not None:
            reached = {target for target in targets if _top(target) == "browser"}
            assert reached <= allowed, (name, reached - allowed)


def test_rooms() -> None:
    """The plan shows the ideas: few entries stand directly in the package."""
    folders = {path.name for path in PYIO.iterdir() if (path / "__init__.py").exists()}
    assert folders == MAY_IMPORT.keys() - GROUND
