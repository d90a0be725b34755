"""The rules of the house: directions between the folders of pyio, and the border."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]

GROUND = ("addresses", "allocation", "errors", "limits", "progress", "tracebacks", "version")
FORMAT = (*GROUND, "format")
BROWSER = (*GROUND, "browser")
HANDLERS = (*FORMAT, "browser", "converters", "handlers")
OPERATIONS = (*HANDLERS, "tensors", "display", "operations")
MODELS = (*OPERATIONS, "converters", "kernel", "models")
ALLOWED: dict[str, tuple[str, ...]] = {
    # The ground.
    "addresses": (),
    "allocation": GROUND,
    "errors": ("addresses",),
    "limits": GROUND,
    "progress": GROUND,
    "tracebacks": ("errors",),
    "version": (),
    # File formats and bytes, then the only package that touches JavaScript.
    "format": FORMAT,
    "tensors": (
        *FORMAT,
        "browser",
        "kernel",
        "tensors",
    ),  # a stream of weights may be one of JavaScript's
    "browser": BROWSER,
    "kernel": (*GROUND, "kernel"),
    "converters": (*FORMAT, "tensors", "converters", "models"),  # the last to compute constants
    # Media, and the operations on them.
    "handlers": HANDLERS,
    "display": (*FORMAT, "browser", "display"),
    "operations": OPERATIONS,
    "models": MODELS,
    # Public entry points and programs, which only re-export what is below.
    **dict.fromkeys(
        (
            *("layers", "initializers", "regularizers", "constraints"),
            *("optimizers", "callbacks", "losses", "metrics"),
        ),
        (*GROUND, "models"),
    ),
    "bridge": BROWSER,
    "testing": ("__init__", *HANDLERS),  # imports the public names, and is not imported by them
    "sync": MODELS,
    "server": (*FORMAT, "handlers", "server"),  # it checks models, and never computes them
    "cli": (*MODELS, "bridge", "server", "sync"),
    "__main__": ("cli",),
    "__init__": ("*",),
}
"""Module or folder of pyio/ -> the others that it may import, also in functions and for types."""

INSIDE: dict[str, dict[str, tuple[str, ...]]] = {
    "models": {
        "ops": (),
        "core": ("ops",),
        "inputs": ("core",),
        "pending": (),
        "summary": ("core",),
        "training": ("core", "inputs", "ops", "pending"),
        "layers": ("core", "ops", "serialization"),
        "serialization": ("core", "model", "ops"),
        "plans": ("core", "ops"),
        "model": ("core", "inputs", "pending", "plans", "serialization", "summary", "training"),
        "sequential": ("core", "layers", "model", "serialization"),
        "graph_models": ("ops", "pending", "plans"),
        "load": ("graph_models", "model", "serialization"),
        "verification": ("graph_models",),
        "keras_files": ("core", "model", "serialization"),
    },
}
"""The same for the modules within a package."""

BORDER = "browser"
"""The only folder that may touch JavaScript."""

REACHED: dict[str, set[str]] = {
    "display": {"browser.environment"},
    "tensors": {"browser.streams"},
    "operations": {"browser.environment", "browser.quota", "browser.page.persistence"},
}
"""Folder -> the modules of the border that it may import; `handlers` may import all of them."""


def modules() -> dict[str, Path]:
    """Dotted name without "pyio." -> file."""
    found = {}
    for file in sorted((ROOT / "pyio").rglob("*.py")):
        parts = file.relative_to(ROOT / "pyio").with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)
        found[name] = file
    return found


@cache
def imports(name: str) -> frozenset[str]:
    """The modules of pyio that a module imports anywhere: in functions and for types as well."""
    known = modules()
    found = set()
    for node in ast.walk(ast.parse(known[name].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            module = node.module or ""
            # `from package import module` imports the module, not what the package imports.
            inner = [f"{module}.{alias.name}" for alias in node.names]
            targets = [each if each.removeprefix("pyio.") in known else module for each in inner]
        else:
            continue
        for target in targets:
            if target == "pyio":
                found.add("__init__")
            elif target.startswith("pyio.") and target.removeprefix("pyio.") in known:
                found.add(target.removeprefix("pyio."))
    return frozenset(found - {name})


def circles() -> list[list[str]]:
    """The groups of modules that import each other, directly or indirectly (Tarjan)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in imports(name):
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            group = [stack.pop()]
            while group[-1] != name:
                group.append(stack.pop())
            if len(group) > 1:
                found.append(sorted(group))

    for name in modules():
        if name not in index:
            visit(name)
    return found


def test_no_import_circle() -> None:
    """No two modules of pyio import each other, not even inside functions or for types."""
    assert circles() == []


def forbidden(name: str) -> Iterator[str]:
    """The imports of a module that the tables do not allow."""
    top, *below = name.split(".")
    allowed = ALLOWED[top]
    inside = INSIDE.get(top, {})
    for other in sorted(imports(name)):
        target, *inner = other.split(".")
        if target != top:
            if target not in allowed and "*" not in allowed:
                yield f"{name} imports {other}"
        elif inside and below and inner and inner[0] not in (below[0], *inside[below[0]]):
            yield f"{name} imports {other}"


def test_directions() -> None:
    """A folder imports only what the tables allow; a new one needs a line there."""
    tops = {name.split(".")[0] for name in modules()}
    assert tops <= set(ALLOWED)
    assert [each for name in modules() for each in forbidden(name)] == []


def javascript() -> Iterator[str]:
    for name, file in modules().items():
        if name.split(".")[0] == BORDER:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            where = f"{name}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Import):
                roots = [alias.name.split(".")[0] for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                roots = [(node.module or "").split(".")[0]]
            else:
                roots = []
            if {"js", "pyodide", "pyodide_js"} & set(roots):
                yield f"{where} imports {roots}"
            named = getattr(node, "id", None) or getattr(node, "arg", None)
            if isinstance(named, str) and named.endswith("_js"):
                yield f"{where} uses {named}"


def test_only_the_border_touches_javascript() -> None:
    """Outside pyio/browser/ there are no imports of js or pyodide, and no values named ``*_js``."""
    assert list(javascript()) == []


def test_the_border_is_reached_from_few_places() -> None:
    """Outside the media, a folder imports only a few modules of pyio/browser/."""
    for name in modules():
        allowed = REACHED.get(name.split(".")[0])
        if allowed is not None:
            reached = {other for other in imports(name) if other.split(".")[0] == BORDER}
            assert reached <= allowed, (name, reached - allowed)


def test_rooms() -> None:
    """pyio/ has one package for each idea, and about a dozen modules beside them."""
    folders = {path.name for path in (ROOT / "pyio").iterdir() if (path / "__init__.py").exists()}
    assert folders <= set(ALLOWED)
    assert len(folders) <= 12
