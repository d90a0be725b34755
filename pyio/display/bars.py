"""Bars for ``on_progress``, drawn by the notebook or on the terminal that this Python runs in."""

from __future__ import annotations

import sys
from html import escape
from importlib import import_module
from itertools import count
from typing import TYPE_CHECKING, Any

from pyio.browser.environment import in_ipython, in_marimo, in_pyscript
from pyio.display.tables import plain, size_text, width_of
from pyio.progress import TrainingProgress

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyio.progress import OnProgress, OnTrainingProgress, Progress

_numbers = count(1)


def progress_bar(**options: Any) -> OnProgress:
    """Return an ``on_progress`` that draws a bar, in a notebook or on a terminal.

    In JupyterLite and other IPython notebooks, in marimo and in PyScript it is the notebook's own
    bar. marimo removes it at the end, the others keep one line. Elsewhere, and with `options`,
    which go to ``tqdm.auto.tqdm``, it is tqdm's bar if tqdm is installed, and otherwise a line of
    text on standard error. One bar serves one operation; a copy draws two.
    """
    notebook = None if options else _of_notebook()
    return notebook or _tqdm(options) or _lines()


def training_bar(wanted: bool | None) -> OnTrainingProgress | None:
    """Return what draws a bar for a training, or None for no bar.

    Args:
        wanted: Whether there is to be one; None means in notebooks only.
    """
    if wanted is False:
        return None
    return _of_notebook() or (_lines() if wanted else None)


def _of_notebook() -> Callable[[Progress | TrainingProgress], None] | None:
    for present, make in (
        (in_marimo, _marimo),
        (in_ipython, _ipython),
        (in_pyscript, _pyscript),
    ):
        if present():
            return make()
    return None


def _words(progress: Progress | TrainingProgress) -> str:
    if isinstance(progress, TrainingProgress):
        return plain(progress.words)
    whole = progress.bytes_total
    done = size_text(progress.bytes_done)
    of = "" if whole is None or progress.fraction == 1.0 else f" of {size_text(whole)}"
    return f"{plain(progress.action)} {plain(progress.what)}: {done}{of}"


def _html(progress: Progress | TrainingProgress) -> str:
    words = escape(_words(progress))
    if progress.fraction == 1.0:
        return words
    value = "" if progress.fraction is None else f' value="{progress.fraction:.3f}"'
    return f"<progress{value}></progress> {words}"


def _marimo() -> Callable[[Progress | TrainingProgress], None]:
    status = sys.modules["marimo"].status
    manager: Any = None
    bar: Any = None
    shown = 0

    def draw(progress: Progress | TrainingProgress) -> None:
        nonlocal manager, bar, shown
        title, _, sizes = _words(progress).rpartition(": ")
        words = {"title": escape(title), "subtitle": sizes}  # marimo takes both for HTML
        if bar is None:
            manager = status.progress_bar(
                total=100, show_rate=False, show_eta=False, remove_on_exit=True, **words
            )
            bar, shown = manager.__enter__(), 0
        percent = int(100 * (progress.fraction or 0))
        bar.update(percent - shown, **words)
        shown = percent
        if progress.fraction == 1.0:
            manager.__exit__(None, None, None)
            bar = None

    return draw


def _ipython() -> Callable[[Progress | TrainingProgress], None]:
    display: Any = import_module("IPython.display").display
    handle: Any = None

    def draw(progress: Progress | TrainingProgress) -> None:
        nonlocal handle
        bundle = {"text/plain": _words(progress), "text/html": _html(progress)}
        if handle is None:
            handle = display(bundle, raw=True, display_id=True)
        else:
            handle.update(bundle, raw=True)

    return draw


def _pyscript() -> Callable[[Progress | TrainingProgress], None]:
    pyscript = sys.modules["pyscript"]
    place = f"pyio-bar-{next(_numbers)}"
    # Now, because PyScript knows the place of a script only until its first await.
    pyscript.display(pyscript.HTML(f'<div id="{place}"></div>'))

    def draw(progress: Progress | TrainingProgress) -> None:
        pyscript.display(pyscript.HTML(_html(progress)), target=place, append=False)

    return draw


def _tqdm(options: dict[str, Any]) -> OnProgress | None:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    bars: dict[str, Any] = {}

    def draw(progress: Progress) -> None:
        if progress.action not in bars:
            settings = {"unit": "B", "unit_scale": True, "unit_divisor": 1024, **options}
            bars[progress.action] = tqdm(total=progress.bytes_total, **settings)
        bar = bars[progress.action]
        bar.total = progress.bytes_total
        bar.set_description_str(f"{progress.action} {plain(progress.what)}", refresh=False)
        bar.update(progress.bytes_done - bar.n)
        if progress.fraction == 1.0:
            bar.close()

    return draw


def _lines() -> Callable[[Progress | TrainingProgress], None]:
    """Return what writes each report over the one before it."""
    width = 0

    def write(progress: Progress | TrainingProgress) -> None:
        nonlocal width
        share = "" if progress.fraction is None else f" ({progress.fraction:.0%})"
        if isinstance(progress, TrainingProgress):
            line = f"{_words(progress)}{share}"
        else:
            done = f"{progress.bytes_done:,} bytes"
            line = f"{progress.action} {plain(progress.what)}: {done}{share}"
        wide = width_of(line)
        ended = progress.fraction == 1.0
        print(
            f"\r{line}{' ' * (width - wide)}",
            end="\n" if ended else "",
            file=sys.stderr,
            flush=True,
        )
        width = 0 if ended else wide

    return write
