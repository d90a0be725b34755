"""The bars of `pyio.progress_bar`, in the hosts that are installed here."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import redirect_stderr
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.terminal.interactiveshell import TerminalInteractiveShell
from IPython.utils.capture import capture_output

import pyio
from pyio.display import bars
from tests.support.models import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyio.progress import OnProgress

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@pytest.fixture
def notebook() -> Iterator[None]:
    """IPython without a terminal, as in a notebook's kernel."""
    InteractiveShell.instance()
    yield
    InteractiveShell.clear_instance()


def move(bar: OnProgress) -> None:
    """Save 2,000 bytes and load them again, with reports at 0 and at all bytes."""
    run(pyio.save_arrays({"w": np.ones(2000, bool)}, "memory://<b>", on_progress=bar))
    run(pyio.load_arrays("memory://<b>", on_progress=bar))
    run(pyio.remove_model("memory://<b>"))


@pytest.mark.usefixtures("notebook")
def test_in_an_ipython_notebook() -> None:
    """One output is updated in place; at the end it is a line of text, with everything escaped."""
    with capture_output() as shown:
        move(pyio.progress_bar())
    html = [output.data["text/html"] for output in shown.outputs]
    assert html == [
        '<progress value="0.000"></progress> save memory://&lt;b&gt;: 0 bytes of 2.0 kB',
        "save memory://&lt;b&gt;: 2.0 kB",
        '<progress value="0.000"></progress> load memory://&lt;b&gt;: 0 bytes of 2.0 kB',
        "load memory://&lt;b&gt;: 2.0 kB",
    ]
    assert shown.outputs[-1].data["text/plain"] == "load memory://<b>: 2.0 kB"
    assert [output.update for output in shown.outputs] == [False, True, True, True]
    assert len({output.transient["display_id"] for output in shown.outputs}) == 1
    assert shown.stdout == ""
    assert shown.stderr == ""


@pytest.mark.usefixtures("notebook")
def test_a_total_that_nobody_knows_yet() -> None:
    """While the total is unknown the bar has no value; browsers draw it moving to and fro."""
    bar = pyio.progress_bar()
    with capture_output() as shown:
        bar(pyio.Progress("load", "https://host/m", 1500, None))
    assert shown.outputs[0].data["text/html"] == (
        "<progress></progress> load https://host/m: 1.5 kB"
    )


@pytest.mark.usefixtures("notebook")
def test_a_training_in_a_notebook() -> None:
    """A training draws one bar by itself, which ends as a line with the last numbers."""
    model = pyio.Sequential([pyio.layers.Dense(2, input_shape=(3,), name="<b>")])
    model.compile("sgd", "mse")
    x = np.ones((200, 3), np.float32)

    def slow(_batch: int, _logs: object) -> None:
        time.sleep(0.02)

    with capture_output() as shown:
        run(model.fit(x, x[:, :2], epochs=2, batch_size=10, callbacks=[{"on_batch_begin": slow}]))
    html = [output.data["text/html"] for output in shown.outputs]
    assert html[0].startswith('<progress value="0.')
    assert ": epoch 1 of 2: loss " in f": {html[0].rpartition('> ')[2]}"
    assert html[-1].startswith("epoch 2 of 2: loss ")
    assert len({output.transient["display_id"] for output in shown.outputs}) == 1
    assert 3 <= len(html) < 40, "at most ten pictures a second"
    with capture_output() as shown:
        run(model.fit(x, x[:, :2], progress=False))
    assert shown.outputs == []


def test_in_ipython_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal would show HTML as text, so the bar is a line of text."""
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    TerminalInteractiveShell.instance()
    sink = io.StringIO()
    try:
        with redirect_stderr(sink):
            move(pyio.progress_bar())
    finally:
        TerminalInteractiveShell.clear_instance()
    assert "save memory://<b>: 2,000 bytes (100%)\n" in sink.getvalue()


ESCAPES = "\x1b]0;x\x07\x1b[2J\x9b2J\u202e漢.bin"


@pytest.mark.parametrize("bar", [bars._lines, lambda: bars._tqdm({})])
def test_names_do_not_command_the_terminal(bar: Any) -> None:
    """Control characters in the name of a file are printed as escapes, by tqdm's bar too."""
    sink = io.StringIO()
    with redirect_stderr(sink):
        draw = bar()
        for done in (0, 5, 10):
            draw(pyio.Progress("load", ESCAPES, done, 10))
    shown = sink.getvalue()
    assert r"\x1b]0;x\x07\x1b[2J\x9b2J\u202e漢.bin" in shown
    assert not {*shown} & {"\x1b", "\x07", "\x9b", "\u202e"}


@pytest.mark.usefixtures("notebook")
def test_names_do_not_command_the_notebook() -> None:
    """They are escapes in the text beside the HTML as well."""
    with capture_output() as shown:
        pyio.progress_bar()(pyio.Progress("load", ESCAPES, 1, 2))
    for text in shown.outputs[0].data.values():
        assert not {*text} & {"\x1b", "\x07", "\x9b", "\u202e"}


def test_in_marimo(tmp_path: Path) -> None:
    """Marimo's own bar is in the cell's output during the transfer, and is removed afterwards."""
    notebook = shutil.copy(HERE / "bar_in_marimo.py", tmp_path)  # marimo writes files there
    command = [sys.executable, "-m", "marimo", "export", "html", notebook]
    done = subprocess.run(
        [*command, "-o", str(tmp_path / "notebook.html")],
        env={**os.environ, "PYTHONPATH": str(ROOT), "SHOWN": str(tmp_path / "shown")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shown: list[Any] = json.loads((tmp_path / "shown").read_text())
    assert [len(items) for items in shown] == [1, 0, 1, 1, 0]
    (save,), (half,) = shown[0], shown[3]
    assert "data-title='&quot;save memory://&amp;lt;b&amp;gt;&quot;'" in save
    assert "data-subtitle='&quot;0 bytes of 2.0 kB&quot;'" in save
    assert "data-subtitle='&quot;15.0 MB of 20.0 MB&quot;'" in half
    assert "data-progress='75'" in half
    assert "marimo-progress data-" not in (tmp_path / "notebook.html").read_text("utf-8")


def test_the_bar_is_tqdms() -> None:
    """If tqdm is installed, the bar is tqdm's, with names, bytes and the caller's options."""
    sink = io.StringIO()
    bar = pyio.progress_bar(file=sink, ascii=True, mininterval=0)
    run(pyio.save_arrays({"w": np.ones(2048, bool)}, "memory://bar", on_progress=bar))
    run(pyio.copy_model("memory://bar", "memory://bar2", on_progress=pyio.progress_bar(file=sink)))
    run(pyio.remove_model("memory://bar"))
    run(pyio.remove_model("memory://bar2"))
    text = sink.getvalue()
    assert "save memory://bar: 100%|##########| 2.00k/2.00k" in text
    assert "load memory://bar: 100%" in text
    assert "save memory://bar2: 100%" in text


def test_lines_cover_each_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without tqdm, a shorter line erases all of a longer line before it."""
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    bar = pyio.progress_bar()
    bar(pyio.Progress("load", "a-long-name", 5, 10))
    bar(pyio.Progress("load", "b", 10, 10))
    bar(pyio.Progress("save", "c", 0, 10))
    first, second, third = capsys.readouterr().err.split("\r")[1:]
    assert first == "load a-long-name: 5 bytes (50%)"
    assert second == "load b: 10 bytes (100%)".ljust(len(first)) + "\n"
    assert third == "save c: 0 bytes (0%)"


def test_a_bar_whose_total_comes_late() -> None:
    """If the total becomes known during the transfer, the bar ends full."""
    sink = io.StringIO()
    bar = pyio.progress_bar(file=sink, ascii=True, mininterval=0)
    bar(pyio.Progress("load", "m", 0, None))
    bar(pyio.Progress("load", "m", 512, 1024))
    bar(pyio.Progress("load", "m", 1024, 1024))
    assert "load m: 100%|##########| 1.00k/1.00k" in sink.getvalue()
