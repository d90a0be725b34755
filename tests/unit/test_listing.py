"""What `list_models` returns, as a dict and as a table, in the installed notebooks."""

from __future__ import annotations

import copy
import io
import json
import pickle
import re
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

import pyio
from pyio.display.listing import Listing
from pyio.display.tables import size_text
from pyio.format.artifacts import ModelArtifactsInfo
from tests.support.models import artifacts

if TYPE_CHECKING:
    from collections.abc import Iterator

INFO = ModelArtifactsInfo(
    date_saved=datetime(2026, 11, 20, 9, 5, 59, tzinfo=UTC),
    model_topology_bytes=20,
    weight_specs_bytes=30,
    weight_data_bytes=1_234_000,
)
EVIL = "indexeddb://<script>alert(1)</script>\n&'\""


@pytest.fixture
def listing() -> Listing:
    """A whole model, and a damaged one whose name and damage contain HTML and escapes."""
    return Listing({"memory://m": INFO, EVIL: ModelArtifactsInfo(damage="<b>not</b> JSON\x1b[31m")})


def test_it_is_a_dict(listing: Listing) -> None:
    """The listing compares, pickles, copies, merges and iterates like a plain dict."""
    plain = dict(listing)
    assert isinstance(listing, dict)
    assert listing == plain
    assert plain == listing
    assert list(listing) == list(plain)
    assert pickle.loads(pickle.dumps(listing)) == plain
    assert copy.deepcopy(listing) == plain
    assert {**listing} == plain
    assert listing | {} == plain
    assert json.dumps(dict.fromkeys(listing)) == json.dumps(dict.fromkeys(plain))


def test_list_models_returns_one() -> None:
    """The public function returns the listing that prints as a table."""
    pyio.sync.save_artifacts(artifacts(), "memory://listed")
    found = pyio.sync.list_models()
    pyio.sync.remove_model("memory://listed")
    assert type(found) is Listing
    assert "memory://listed" in str(found)


def test_as_text(listing: Listing) -> None:
    """Columns are aligned; damage has a column if there is any; control characters are escaped."""
    assert repr(Listing({"memory://m": INFO})) == (
        "Model       Size    Saved\nmemory://m  1.2 MB  2026-11-20 09:05 UTC"
    )
    lines = repr(listing).splitlines()
    assert len(lines) == 3
    assert lines[0].split() == ["Model", "Size", "Saved", "Damage"]
    assert lines[2].split("  ")[-1].strip() == "<b>not</b> JSON\\x1b[31m"
    assert str(listing) == repr(listing)
    assert repr(Listing()) == "No models are stored here."


def test_as_html(listing: Listing) -> None:
    """The HTML table has the same content, all of it escaped."""
    html = listing._repr_html_()
    assert html.count("<tr>") == 3
    assert '<td style="text-align:right;padding:0.2em 0.6em">1.2 MB</td>' in html
    assert "indexeddb://&lt;script&gt;alert(1)&lt;/script&gt;\\n&amp;&#x27;&quot;" in html
    assert "&lt;b&gt;not&lt;/b&gt; JSON\\x1b[31m" in html
    for text in ("<script", "<b>", "\x1b"):
        assert text not in html
    assert Listing()._repr_html_() == "<p>No models are stored here.</p>"


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (104_857_600, "104.9 MB"),
        (2_500_000_000_000, "2,500.0 GB"),
    ],
)
def test_sizes(count: int, text: str) -> None:
    """Sizes are in the largest unit in which the number is at least 1."""
    assert size_text(count) == text


@pytest.mark.parametrize(
    ("info", "size", "saved"),
    [
        (ModelArtifactsInfo(damage="x"), "?", "?"),
        (replace(INFO, damage="x"), "1.2 MB", "2026-11-20 09:05 UTC"),
        (ModelArtifactsInfo(), "0 bytes", "?"),
    ],
)
def test_what_is_not_known(info: ModelArtifactsInfo, size: str, saved: str) -> None:
    """A damaged entry shows its known values, and a question mark for the others."""
    assert Listing(m=info)._cells()[1][0][1:3] == [size, saved]


@pytest.fixture
def ipython() -> Iterator[Any]:
    """A real IPython, as JupyterLite's kernel has one."""
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def test_in_ipython(ipython: Any, listing: Listing) -> None:
    """IPython offers the HTML table and the text."""
    formats: dict[str, Any] = ipython.display_formatter.format(listing)[0]
    assert formats["text/html"] == listing._repr_html_()
    assert formats["text/plain"] == repr(listing)
    with redirect_stdout(io.StringIO()) as printed:
        ipython.user_ns["found"] = listing
        ipython.run_cell("print(found)")
    assert printed.getvalue() == f"{listing!r}\n"


IN_MARIMO = """
import marimo
from pyio.format.artifacts import ModelArtifactsInfo
from pyio.display.listing import Listing
listing = Listing({"memory://<m>": ModelArtifactsInfo()})
assert marimo.as_html(listing).text == listing._repr_html_()
assert "<table>" not in marimo.as_html(dict(listing)).text
"""


def test_in_marimo() -> None:
    """Marimo shows the table, although it shows other dicts as trees."""
    # In a separate process, because marimo replaces IPython's display().
    done = subprocess.run(
        [sys.executable, "-c", IN_MARIMO], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_results_are_one_line() -> None:
    """What a notebook shows for a result is short, and names sizes and dates in words."""
    saved = pyio.sync.save_arrays({"<w>": [1.0, 2.0]}, "memory://line", cast=True)
    found = pyio.sync.inspect("memory://line")
    model = pyio.Sequential([pyio.layers.Dense(1, input_shape=(2,))])
    report = model.load_weights(dict(model.named_weights()))
    media = {medium.scheme: medium for medium in pyio.sync.storage_report().media}
    shown: list[tuple[Any, str]] = [
        (saved, "SaveResult: .* saved 20.* UTC; 1 tensors converted, 0 not exactly"),
        (saved.model_artifacts_info, "ModelArtifactsInfo: .*, saved 20.* UTC"),
        (found, "Inspection of 'memory://line': unknown format, 0 layers, 1 tensors, 2 param"),
        (pyio.sync.load_artifacts("memory://line"), "ModelArtifacts: arrays, 1 tensors, 8 bytes"),
        (report, r"LoadReport: 2 weights loaded \(2 by name\)"),
        (pyio.sync.storage_report(), "StorageReport: .* models take .* work here"),
        (pyio.RepairPlan(("a",), ()), "RepairPlan: Looked at a: nothing is left over"),
        (pyio.sync.verify("memory://line"), "Verification of 'memory://line': whole, 1 tensors"),
        (
            pyio.encode_weights({"<w>": [1.0, 2.0]}, cast=True),
            "EncodedWeights: 1 tensors, 8 bytes, 1 converted",
        ),
        (media["memory"], "MediumReport: memory:// can save, .* models take"),
        (media["opfs"], "MediumReport: opfs:// does not work here: the origin"),
    ]
    for result, words in shown:
        assert re.match(f"<{words}", repr(result)), repr(result)
        assert "\n" not in repr(result)
        assert len(repr(result)) < 200
        assert "<p>" in result._repr_html_()
        assert "<w>" not in result._repr_html_()
    pyio.sync.remove_model("memory://line")


def test_layers_and_handlers_name_themselves() -> None:
    """A notebook shows which layer or handler it is, and not where it lies in memory."""
    model = pyio.ModelArtifacts()

    def keep(_artifacts: pyio.ModelArtifacts) -> pyio.SaveResult:
        raise NotImplementedError

    for shown, words in (
        (pyio.layers.Dense(1, name="say"), "<Dense 'say'>"),
        (pyio.file_system("a/b"), "<FileHandler of 'file://a/b'>"),
        (pyio.from_memory(model), f"pyio.from_memory({model!r})"),
        (pyio.with_save_handler(keep), f"pyio.with_save_handler({keep!r})"),
        (pyio.get_load_handlers("memory://m")[0], "<MemoryHandler of 'memory://m'>"),
    ):
        assert repr(shown) == words
