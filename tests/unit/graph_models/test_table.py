"""The table of ops: its names, and what it says to people who read it."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

from pyio.format.graph_ops import PYIO_ADDS, PYIO_LACKS, TFJS_OPS
from pyio.models.graph_models.ops.all import MODULES, OPS

FOLDER = Path(inspect.getfile(MODULES[0])).parent


def test_names() -> None:
    """`inspect` knows the ops by name, without importing them: the lists are those of the table."""
    assert PYIO_LACKS < TFJS_OPS
    assert len(TFJS_OPS) == 248
    assert set(OPS) - TFJS_OPS == PYIO_ADDS
    assert TFJS_OPS - set(OPS) - {"Const", "Placeholder"} == PYIO_LACKS


def test_all_modules_are_in_the_table() -> None:
    """A module with ops that `all` does not import would be missing."""
    with_ops = {
        file.stem
        for file in FOLDER.glob("*.py")
        if file.stem != "table" and ("@op(" in (text := file.read_text("utf-8")) or "\nop(" in text)
    }
    assert with_ops == {module.__name__.rpartition(".")[2] for module in MODULES}


def test_functions_are_small() -> None:
    """No function of graph models is longer than 40 lines."""
    long = []
    for file in sorted(FOLDER.parent.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                start = node.lineno
                if node.end_lineno - start + 1 > 40:
                    long.append(f"{file.name}: {node.name}: {node.end_lineno - start + 1}")
    assert long == []
