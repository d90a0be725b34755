"""Differences between the engines; saving a model gives the same result in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.test_faults import load_sum, save_bytes, save_noise
from tests.support.tabs import Tab

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scripts.support.server import Site
    from tests.engines.contract import Browser, Engine

pytestmark = [
    pytest.mark.every_engine,
    pytest.mark.repetition("rooms and private windows in a further engine", further_engines=True),
]


async def save_text(url: str, letter: str, length: int) -> Any:
    """Save a topology with a text of `length` letters; return None, or the error's free space."""
    import pyio

    model = pyio.ModelArtifacts(model_topology={"text": letter * length})
    try:
        await pyio.save_artifacts(model, url)
    except pyio.QuotaExceededError as error:
        return [error.bytes_needed, error.bytes_available, str(error)]
    return None


def test_a_model_that_fits_is_not_refused(small_quota: Tab) -> None:
    """10 MB fit into 16 MiB, whatever the browser estimates while the storage is empty."""
    assert small_quota.python(save_noise, "indexeddb://m", 10_000_000) is None
    assert small_quota.python(save_noise, "indexeddb://m", 6_000_000) is None, "a replacement"


def test_the_room_of_texts(tab: Tab, engine: Engine) -> None:
    """WebKit stores half as many letters if they are not Latin-1, and the error respects that."""
    assert tab.python(save_text, "localstorage://m", "é", 4_500_000) is None
    assert tab.python(save_text, "localstorage://m", "ж", 2_500_000) is None
    refused = tab.python(save_text, "localstorage://m", "ж", 3_000_000)
    if engine.name != "webkit":
        assert refused is None
        return
    needed, available, text = refused
    assert needed > 3_000_000
    assert available is None
    assert "the browser does not say how many are left" in text


def test_a_private_window(launch: Callable[..., Browser], site: Site, wheel: Path) -> None:
    """A private window keeps models until it is closed; the next window has none."""
    for _ in range(2):
        browser = launch(private=True)
        tab = Tab(browser.open(f"{site.url}/index.html"), wheel.name)
        for url in ("localstorage://m", "indexeddb://m"):
            assert tab.python(load_sum, url)[0] == "ModelNotFoundError"
            assert tab.python(save_bytes, url, 1_000_000) is None
            assert tab.python(load_sum, url) == 1_000_000
        browser.close()
