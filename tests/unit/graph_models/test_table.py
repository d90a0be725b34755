"""The table of ops: its names, and what it says to people who read it."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pyio.format.graph_ops import PYIO_ADDS, PYIO_LACKS, TFJS_OPS
from pyio.models.graph_models.ops.all import MODULES, OPS
from pyio.models.ops import kernels
from tests.support import graphs

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


ROWS = np.ones((2, 3), np.float32)
PICTURE = np.ones((1, 4, 4, 2), np.float32)
STEPS: dict[str, Any] = {"strides": [1, 1, 1, 1], "padding": "SAME"}
WINDOW: dict[str, Any] = {**STEPS, "ksize": [1, 2, 2, 1]}
FILTER = np.ones((2, 2, 2, 3), np.float32)


@pytest.mark.parametrize(
    ("op", "inputs", "attributes", "kernel"),
    [
        ("MatMul", [ROWS, ROWS.T], {}, "matmul"),
        ("_FusedMatMul", [ROWS, ROWS.T, ROWS[0, :2]], {"fused_ops": ["BiasAdd"]}, "matmul"),
        ("BatchMatMulV2", [ROWS[None], ROWS.T[None]], {}, "batch_matmul"),
        ("Einsum", [ROWS, ROWS], {"equation": "ij,kj->ik"}, "batch_matmul"),
        ("Conv2D", [PICTURE, FILTER], STEPS, "conv"),
        ("DepthwiseConv2dNative", [PICTURE, FILTER], STEPS, "depthwise"),
        (
            "Conv2DBackpropInput",
            [np.array([1, 4, 4, 2], np.int32), FILTER, np.ones((1, 4, 4, 3), np.float32)],
            STEPS,
            "conv_transpose",
        ),
        ("MaxPool", [PICTURE], WINDOW, "pool_max"),
        ("AvgPool", [PICTURE], WINDOW, "pool_sum"),
        ("ResizeArea", [PICTURE, np.array([2, 2], np.int32)], {}, "matmul"),
    ],
)
def test_products_go_through_the_kernels_of_the_layers(
    monkeypatch: pytest.MonkeyPatch, op: str, inputs: list[Any], attributes: Any, kernel: str
) -> None:
    """A faster kernel of `pyio.models.ops.kernels` serves graphs as well."""
    called = []
    real = getattr(kernels, kernel)

    def noted(*arguments: Any) -> Any:
        called.append(kernel)
        return real(*arguments)

    monkeypatch.setattr(kernels, kernel, noted)
    graphs.apply(op, *inputs, **attributes)
    assert called
