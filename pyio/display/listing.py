"""What `pyio.list_models` returns: a dict that shows itself as a table."""

from __future__ import annotations

from pyio.display.tables import html_table, table
from pyio.format.artifacts import ModelArtifactsInfo
from pyio.format.words import date_text, size_text

_EMPTY = "No models are stored here."


class Listing(dict[str, ModelArtifactsInfo]):
    """Address -> info. An ordinary dict that is displayed as a table."""

    def __repr__(self) -> str:
        return table(*self._cells()) if self else _EMPTY

    def _repr_html_(self) -> str:
        return html_table(*self._cells()) if self else f"<p>{_EMPTY}</p>"

    def _display_(self) -> _Shown:
        # marimo, which would otherwise show every dict as a tree.
        return _Shown(self._repr_html_())

    def _cells(self) -> tuple[list[str], list[list[str]]]:
        head = ["Model", "Size", "Saved"]
        rows = [[url, _size(info), date_text(info.date_saved)] for url, info in self.items()]
        for title, name in (("About", "about"), ("From", "origin"), ("Damage", "damage")):
            values = [getattr(info, name) for info in self.values()]
            if any(values):
                head.append(title)
                for row, value in zip(rows, values, strict=True):
                    row.append(value or "")
        return head, rows


class _Shown:
    def __init__(self, html: str) -> None:
        self._html = html

    def _repr_html_(self) -> str:
        return self._html


def _size(info: ModelArtifactsInfo) -> str:
    return "?" if info.damage and not info.total_bytes else size_text(info.total_bytes)
