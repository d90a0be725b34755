"""History: the numbers of a training, as a table and as a small plot."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pyio.display.lines import line_plot
from pyio.display.tables import html_table, table
from pyio.models.training.callbacks import Callback

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.models.training.callbacks import Logs

_ROWS = 12
"""Epochs in a table; of more, the first and the last are shown."""


class History(Callback):
    """What `fit` returns: the numbers of each epoch.

    Attributes:
        epoch: The numbers of the epochs.
        history: For each name, such as "loss" and "val_loss", one number for each epoch.
    """

    def __init__(self) -> None:
        self.epoch: list[int] = []
        self.history: dict[str, list[float]] = {}

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Add the numbers of an epoch."""
        self.epoch.append(epoch)
        for name, value in logs.items():
            self.history.setdefault(name, []).append(value)

    def __repr__(self) -> str:
        if not self.epoch:
            return "<History: no epochs>"
        last = ", ".join(f"{name} {values[-1]:.4g}" for name, values in self._shown().items())
        count = len(self.epoch)
        return f"<History: {count} epoch{'s' if count > 1 else ''}, {last}>"

    def __str__(self) -> str:
        return table(self._head(), self._rows())

    def _repr_html_(self) -> str:
        plot = line_plot(self.epoch, self._curves()) if len(self.epoch) > 1 else ""
        return f"{plot}{html_table(self._head(), self._rows())}"

    def _shown(self) -> dict[str, list[float]]:
        """Return the numbers with those of the training first, each before its validation."""
        names = [name for name in self.history if not name.startswith("val_")]
        pairs = [each for name in names for each in (name, f"val_{name}")]
        return {name: self.history[name] for name in pairs if name in self.history}

    def _head(self) -> list[str]:
        return ["epoch", *self._shown()]

    def _rows(self) -> list[list[Any]]:
        values = list(self._shown().values())
        rows: list[list[Any]] = [
            [str(epoch), *(f"{column[row]:.4g}" for column in values)]
            for row, epoch in enumerate(self.epoch)
        ]
        if len(rows) > _ROWS:
            gap = [["…"] * (len(values) + 1)]
            rows = rows[: _ROWS // 2] + gap + rows[-_ROWS // 2 :]
        return rows

    def _curves(self) -> dict[str, Sequence[float]]:
        """Return the curves of the plot: the losses, or all that have numbers."""
        shown = self._shown()
        return {
            name: values
            for name, values in shown.items()
            if name in ("loss", "val_loss") and any(map(math.isfinite, values))
        }
