"""What a graph model shows of itself: its ends and how often each op occurs."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING

from pyio.display.tables import html_table
from pyio.format.words import size_text
from pyio.models.graph_models.nodes import Graph, all_nodes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyio.format.artifacts import ModelArtifacts
    from pyio.models.graph_models.signature import Ends, TensorInfo

_ENDS = ("", "Key", "Tensor", "dtype", "Shape")


def line(graph: Graph, functions: Mapping[str, Graph], artifacts: ModelArtifacts) -> str:
    """Return what there is in one line."""
    nodes = len(graph.nodes) + sum(len(each.nodes) for each in functions.values())
    parts = [f"{nodes:,} nodes"]
    if functions:
        parts.append(f"{len(functions):,} functions")
    specs = artifacts.weight_specs or ()
    parts.append(f"{sum(spec.size for spec in specs):,} parameters")
    parts.append(size_text(artifacts.weight_data_bytes))
    return ", ".join(parts)


def histogram(graph: Graph, functions: Mapping[str, Graph]) -> list[tuple[str, int]]:
    """Return how often each op occurs, the most frequent first."""
    counts = Counter(node.op for node in all_nodes({"": graph, **functions}) if node.op != "_Arg")
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))


def _row(kind: str, info: TensorInfo) -> tuple[str, str, str, str, str]:
    shape = (
        "any" if info.shape is None else str([s if s is not None else "any" for s in info.shape])
    )
    return kind, info.key, info.name, info.dtype or "?", shape.replace("'", "")


def _rows(ends: Ends) -> list[tuple[str, str, str, str, str]]:
    inputs = [_row("input", each) for each in ends.inputs]
    return inputs + [_row("output", each) for each in ends.outputs]


def text(
    graph: Graph, functions: Mapping[str, Graph], artifacts: ModelArtifacts, ends: Ends
) -> str:
    """Return the summary as text."""
    rows = [_ENDS, *_rows(ends)]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    ops = ", ".join(f"{op} {count}" for op, count in histogram(graph, functions))
    rule = "─" * max(map(len, lines))
    head = f"GraphModel: {line(graph, functions, artifacts)}"
    return "\n".join([head, lines[0], rule, *lines[1:], rule, f"Ops: {ops}"])


def html(
    graph: Graph, functions: Mapping[str, Graph], artifacts: ModelArtifacts, ends: Ends
) -> str:
    """Return the summary as HTML tables."""
    ops = [(op, count) for op, count in histogram(graph, functions)]
    return (
        f"<p><b>GraphModel</b> {escape(line(graph, functions, artifacts))}</p>"
        f"{html_table(_ENDS, _rows(ends))}{html_table(('op', 'nodes'), ops)}"
    )
