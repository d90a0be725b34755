"""The demo page in a tab, as a person uses it: shared by the modules that test the page."""

from __future__ import annotations

from math import cos, pi, sin
from typing import TYPE_CHECKING

from tests.conftest import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Download, Page

    from scripts.support.server import Site

    Points = list[tuple[float, float]]

WEB = ROOT / "web"
SAVED_MODELS = ROOT / "tests/data/saved_models"
PLACES = {"indexeddb": "IndexedDB", "localstorage": "localStorage"}
"""The places that every engine has."""

TITLES = PLACES | {"opfs": "OPFS"}
TURN: Points = [(0.5 + 0.2 * cos(i * pi / 20), 0.5 + 0.32 * sin(i * pi / 20)) for i in range(41)]
LINE: Points = [(0.5, 0.2), (0.5, 0.4), (0.5, 0.6), (0.5, 0.8)]
SEVEN: Points = [(0.3, 0.2), (0.7, 0.2), (0.6, 0.5), (0.5, 0.85)]


VIOLATIONS = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
  .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`))"""


class Demo:
    """The demo page in a tab, with a method for each action of a user."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page = page
        self.url = f"{site.url}/"
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.may_ask: tuple[str, ...] = ()
        page.on("request", lambda request: self._requested(request.url))

    def _requested(self, url: str) -> None:
        if not url.startswith((self.url, "data:", "blob:", *self.may_ask)):
            self.complaints.append(f"asked for {url}")

    def open(self) -> None:
        self.page.goto(self.url)
        self.booted()

    def booted(self) -> None:
        self.page.locator("#boot[data-state]").wait_for(timeout=120_000)
        assert "Ready" in self.page.inner_text("#boot-words"), self.page.inner_text("#boot")
        self.idle()

    def idle(self) -> None:
        self.page.locator("body[data-state=ready]").wait_for(state="attached")

    def empty(self) -> None:
        """Forget all that was stored and drawn."""
        self.page.evaluate(
            """async () => {
              localStorage.clear();
              const root = await navigator.storage.getDirectory();
              await root.removeEntry("pyio-models", { recursive: true }).catch(() => {});
              for (const { name } of await indexedDB.databases()) {
                const request = indexedDB.deleteDatabase(name);
                await new Promise((done) => { request.onsuccess = done; });
              }
              document.dispatchEvent(new Event("visibilitychange"));
            }"""
        )
        self.page.click("#use-trained")
        self.page.click("#clear")
        self.idle()
        while self.page.locator(".dismiss").count():
            self.page.locator(".dismiss").first.click()

    def save(self, name: str, place: str) -> None:
        self.page.fill("#save-name", name)
        self.page.check(f"#save-{place}")
        self.page.click("#save")

    def saved(self, name: str, place: str) -> str:
        """Save and return the page's message."""
        self.save(name, place)
        self.idle()
        return self.page.inner_text("#save-status")

    def act(self, action: str, name: str, place: str) -> None:
        """Press a button of the table."""
        self.page.get_by_role(
            "button", name=f"{action} “{name}” in {TITLES[place]}", exact=True
        ).click()

    def transfer(self, way: str, source: tuple[str, str], to: tuple[str, str]) -> None:
        """Copy ("keep") or move ("move"), up to the answer of the dialog."""
        self.act("Copy or move", *source)
        self.page.fill("#destination-name", to[0])
        self.page.check(f"#destination-{to[1]}")
        self.page.check(f"#destination-{way}")
        self.page.locator("#destination .yes").click()

    def rows(self) -> list[list[str]]:
        """Return name, place and size of everything in the table."""
        rows: list[list[str]] = self.page.evaluate(
            """() => [...document.querySelectorAll("#stored-table tr[data-url]")].map((row) => [
              row.querySelector(".model-name").textContent,
              row.closest("tbody").querySelector(".place-name").textContent,
              row.cells[1].textContent,
            ])"""
        )
        return rows

    def room(self, place: str) -> str:
        """Return what the table says about the room of a place."""
        return self.page.inner_text(f"tbody[data-place={place}] .room-words")

    def status(self) -> str:
        self.idle()
        return self.page.inner_text("#stored-status")

    def alert(self) -> str:
        self.idle()
        return self.page.get_by_role("alert").inner_text()

    def show(self, digit: int) -> list[float]:
        """Show a sample and return the ten probabilities."""
        self.page.click("#clear")
        self.page.locator("#winner", has_text="–").wait_for()
        self.page.locator(f"#samples button[value='{digit}']").click()
        return self.probabilities()

    def probabilities(self) -> list[float]:
        self.page.locator("#bars li.winner").wait_for()
        found: list[str] = self.page.evaluate(
            "() => [...document.querySelectorAll('#bars li')].map((bar) => bar.dataset.probability)"
        )
        return [float(text) for text in found]

    def draw(self, points: Points, *, lift: bool = True) -> None:
        """Draw a line with the mouse."""
        self.page.locator("#paper").scroll_into_view_if_needed()
        box = self.page.locator("#paper").bounding_box()
        assert box is not None
        for index, (x, y) in enumerate(points):
            self.page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
            if index == 0:
                self.page.mouse.down()
        if lift:
            self.page.mouse.up()

    def violations(self, axe: str) -> dict[str, list[str]]:
        """Return what axe-core finds on the page as it is now, in each colour scheme."""
        if not self.page.evaluate("() => 'axe' in globalThis"):
            self.page.evaluate(axe)
        found: dict[str, list[str]] = {}
        for scheme in ("dark", "light"):
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found[scheme] = self.page.evaluate(VIOLATIONS)
        self.page.emulate_media(reduced_motion="no-preference")
        return found

    def says(self, digit: int) -> None:
        """Wait until the page shows `digit` and has announced it to screen readers."""
        self.page.locator("#winner", has_text=str(digit)).wait_for()
        self.page.locator("#prediction-status", has_text=f"looks like a {digit}").wait_for()


def files(demo: Demo, count: int, button: str = "#save") -> dict[str, bytes]:
    """Press a button and return the files that are offered."""
    offered: list[Download] = []

    def keep(download: Download) -> None:
        offered.append(download)

    demo.page.on("download", keep)
    demo.page.click(button)
    while len(offered) < count:
        demo.page.wait_for_timeout(20)
    demo.page.remove_listener("download", keep)
    demo.idle()
    return {file.suggested_filename: file.path().read_bytes() for file in offered}
