"""storage_report outside a browser, and the printed form of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import pyio
from pyio.handlers.memory import Memory
from tests.support.models import artifacts, run

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from pyio.handlers.medium import Medium
    from pyio.handlers.memory import StoredModel


def test_without_a_browser(memory: MutableMapping[str, StoredModel]) -> None:
    """In CPython the report lists what works, and what does not, with the reason."""
    run(pyio.save_artifacts(artifacts(), "memory://large"))
    run(pyio.save_artifacts(pyio.ModelArtifacts(model_topology={}), "memory://small"))
    report = run(pyio.storage_report())
    assert (report.usage, report.quota, report.persisted, report.other_bytes) == (None,) * 4
    media = {medium.scheme: medium for medium in report.media}
    assert [scheme for scheme, medium in media.items() if medium.missing is None] == [
        *("memory", "file", "http", "https")
    ]
    assert "this Python does not run in one" in (media["indexeddb"].missing or "")
    assert media["indexeddb"].can == "nothing here"
    assert media["file"].can == "save, load"
    assert media["memory"].can == "save, load, list, remove"
    sizes = {path: stored.info.total_bytes for path, stored in memory.items()}
    assert media["memory"].models == (
        ("memory://large", sizes["large"]),
        ("memory://small", sizes["small"]),
    )
    assert media["memory"].bytes == sum(sizes.values())
    assert str(report).startswith("The storage quota is not known here.\n")
    assert f"memory://small  {sizes['small']:5,}" in str(report)


def test_a_medium_that_fails_hides_no_other(
    monkeypatch: pytest.MonkeyPatch,
    routes: dict[str, Medium],
) -> None:
    """The report has the reason for a medium that fails, and the other media."""

    async def fail(_: Any) -> None:
        raise pyio.StorageError("the disk is on fire")

    class Other(Memory):
        scheme = "other"

    routes["other"] = Other()
    run(pyio.save_artifacts(artifacts(), "memory://m"))
    monkeypatch.setattr("pyio.handlers.memory.Memory.list", fail)
    report = run(pyio.storage_report())
    media = {medium.scheme: medium for medium in report.media}
    assert media["memory"].problem == media["other"].problem == "the disk is on fire"
    assert media["file"].missing is None
    assert "the disk is on fire" in str(report)


@pytest.mark.parametrize(
    ("persisted", "text"),
    [
        (True, "It is persisted: the browser keeps it"),
        (False, "request_persistence() asks it not to."),
        (None, "about 200 are not models."),
    ],
)
def test_how_a_report_prints(persisted: bool | None, text: str) -> None:
    """A report prints as text with tables, and as HTML with escaped names."""
    models = (("indexeddb://<i>", 1000), ("indexeddb://?", None))
    media = pyio.MediumReport("indexeddb", None, True, True, True, models, 5, "<why>")
    report = pyio.StorageReport(1200, 2_000_000, persisted, (media,))
    assert report.other_bytes == 200
    lines = str(report).splitlines()
    assert lines[0] == (
        "This origin uses 1,200 of 2,000,000 bytes, as the browser estimates; "
        "about 200 are not models."
    )
    assert any(line.endswith(text) or line.startswith(text) for line in lines)
    assert "indexeddb://?    unknown" in lines
    html = report._repr_html_()
    assert "indexeddb://&lt;i&gt;" in html
    assert "&lt;why&gt;" in html
    assert "<i>" not in html


def test_persistence_needs_a_page() -> None:
    """Outside a browser, persistence cannot be requested; the error says what works."""
    with pytest.raises(pyio.UnsupportedEnvironmentError, match="does not work here") as raised:
        run(pyio.request_persistence())
    assert "What works: call it from Python on the page" in str(raised.value)
