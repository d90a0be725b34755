"""The summary of a model: a table of layers as text, and as HTML for notebooks."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from pyio.display.tables import html_table
from pyio.models.core.shapes import text_of

if TYPE_CHECKING:
    from pyio.models.core.container import Container
    from pyio.models.core.layer import Layer

_HEADINGS = ("Layer (type)", "Output shape", "Param #", "Receives inputs")


def text(model: Container) -> str:
    """Return the layers of `model`, their output shapes and parameter counts as text."""
    rows = [_HEADINGS, *map(_row, model.layers)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    rule = "─" * max(map(len, lines))
    return "\n".join(
        [
            f"{type(model).__name__} {model.name!r}",
            lines[0],
            rule,
            *lines[1:],
            rule,
            *_totals(model),
        ]
    )


def html(model: Container) -> str:
    """Return the summary as an HTML table."""
    return (
        f"<p><b>{type(model).__name__}</b> <code>{escape(model.name)}</code></p>"
        f"{html_table(_HEADINGS, [_row(layer) for layer in model.layers])}"
        f"<p>{'<br>'.join(map(escape, _totals(model)))}</p>"
    )


def _row(layer: Layer) -> tuple[str, str, str, str]:
    calls = [node for node in layer.inbound_nodes if node.inputs or not layer.first_node_index]
    shapes = [text_of(tensor.shape) for node in calls[:1] for tensor in node.outputs]
    sources = [f"{t.layer.name}[{t.node_index}]" for node in calls for t in node.inputs]
    return (
        f"{layer.name} ({layer.class_name})",
        ", ".join(shapes) or "?",
        f"{layer.count_params():,}" if layer.built else "?",
        ", ".join(sources),
    )


def _totals(model: Container) -> list[str]:
    trainable = sum(weight.size for weight in model.trainable_weights)
    other = sum(weight.size for weight in model.non_trainable_weights)
    unknown = model.unknown_classes
    more = " and those of unknown layers" if unknown else ""
    lines = [
        f"Total params: {trainable + other:,}{more}",
        f"Trainable params: {trainable:,}{more}",
        f"Non-trainable params: {other:,}{more}",
    ]
    if unknown:
        lines.append(f"Unknown layers: {', '.join(unknown)}")
    return lines
