"""The demo page in every engine; `test_demo` has the rest, in Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.demo import PLACES

if TYPE_CHECKING:
    from scripts.support.server import Site
    from tests.engines.contract import Browser, View

pytestmark = [
    pytest.mark.every_engine,
    pytest.mark.repetition("the page in a further engine", further_engines=True),
]


def booted(view: View) -> None:
    view.wait("() => document.querySelector('#boot[data-state]')")
    assert "Ready" in view.js("() => document.querySelector('#boot-words').textContent")


def text(view: View, selector: str) -> str:
    """Return the text of an element, once the page is idle."""
    view.wait("() => document.body.dataset.state === 'ready'")
    found: str = view.js("(selector) => document.querySelector(selector).textContent", selector)
    return found


def shown(view: View, digit: int) -> list[str]:
    """Show a sample and return the ten probabilities as the page shows them."""
    view.click("#clear")
    view.wait("() => document.querySelector('#winner').textContent === '–'")
    view.click(f"#samples button[value='{digit}']")
    view.wait("() => document.querySelector('#bars li.winner')")
    bars = "() => [...document.querySelectorAll('#bars li')].map((bar) => bar.dataset.probability)"
    found: list[str] = view.js(bars)
    return found


def test_save_reload_and_load(browser_kept: Browser, demo_site: Site) -> None:
    """A model saved in either store is listed after a reload, loads, and predicts the same."""
    view = browser_kept.open(f"{demo_site.url}/")
    booted(view)
    before = shown(view, 4)
    assert max(before, key=float) == before[4]
    for place, title in PLACES.items():
        view.js("() => { document.querySelector('#save-name').value = 'kept'; }")
        view.click(f"#save-{place}")
        view.click("#save")
        assert text(view, "#save-status") == f"Saved “kept” in {title}: 70.7 kB."
    view.reload()
    booted(view)
    for title in PLACES.values():
        view.click(f"button[aria-label='Load “kept” in {title}']")
        assert text(view, "#stored-status") == f"“kept” in {title} is in use now."
        assert shown(view, 4) == before
    assert view.console == []
    view.close()
