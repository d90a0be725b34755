"""Take pictures of the demo page to look at: its states, or the first minutes of a newcomer.

``python3 scripts/generate/screenshots.py FOLDER`` shows the page on a desktop, on a phone, in the
dark, with twelve models, without storage, without room, without a network, without its server, and
with a SavedModel that was opened. With ``--newcomer site`` it builds the static site and uses
nothing else of the repository; with ``--newcomer clone`` it clones the repository and starts
``scripts/demo.py`` there. Both draw, save, teach and reload, and print after how many seconds each
step was done.
"""

from __future__ import annotations

import argparse
import re
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from scripts.support.environment import enter

if __name__ == "__main__":  # before the imports below, which need the environment
    _parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    _parser.add_argument("folder", type=Path, help="where the pictures go")
    _parser.add_argument(
        "--newcomer", choices=("site", "clone"), help="record the first minutes from there"
    )
    OPTIONS = _parser.parse_args()
    enter(engines=["chromium"])

from playwright.sync_api import sync_playwright

from scripts.support import runtime
from scripts.support.chromium import ARGUMENTS, executable
from scripts.support.demo import add_wheel
from scripts.support.server import Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, ViewportSize

    Points = list[tuple[float, float]]

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 780}
START = 600_000
"""Milliseconds for the first start, which fetches Pyodide."""

SEVEN: Points = [(0.28, 0.2), (0.5, 0.21), (0.71, 0.2), (0.65, 0.38), (0.58, 0.58), (0.5, 0.85)]
FOOTED: list[Points] = [
    [(0.25, 0.4), (0.25, 0.18), (0.75, 0.18), (0.45, 0.85)],
    [(0.25, 0.5), (0.75, 0.5)],
    [(0.3, 0.85), (0.6, 0.85)],
]
"""A 7 with a bar and a foot, which the page's model takes for a 9."""

NAMES = (
    *("digits", "fox or dog", "my hand, second try", "v2.final.really-final", "0"),
    "a-name-of-" + "many-letters-" * 9,
    *("数字识别", "نموذج-الأرقام", "मेरी लिखावट"),
    *("手書き数字の認識モデル・改訂版", "Ψηφία", "😀🖊️"),
)
"""Twelve names: short, long, with spaces, and in other scripts."""

REFUSED = """{
  const refused = () => { throw new DOMException("denied", "SecurityError"); };
  Object.defineProperty(globalThis, "localStorage", { configurable: true, get: refused });
  Object.assign(IDBFactory.prototype, { open: refused, databases: refused });
  StorageManager.prototype.getDirectory = async () => refused();
}"""

WIRE = """() => [...performance.getEntriesByType("navigation"),
  ...performance.getEntriesByType("resource")].reduce((sum, each) => sum + each.transferSize, 0)"""

FULL = """() => {
  for (let size = 5_200_000; size > 0; size -= 10_000) {
    try {
      localStorage.filler = "x".repeat(size);
      return;
    } catch { /* it is less that is left */ }
  }
}"""


class Tour:
    """The page in a tab, and the pictures of it.

    Args:
        page: The tab.
        folder: Where the pictures go.
        started: When the time began, as `time.monotonic` has it; then each picture has its second.
    """

    def __init__(self, page: Page, folder: Path, started: float | None = None) -> None:
        self.page, self._folder, self._started = page, folder, started
        page.set_default_timeout(120_000)

    def picture(self, name: str) -> None:
        """Take the whole page, and print what it is."""
        if self._started is not None:
            seconds = time.monotonic() - self._started
            print(f"{seconds:6.1f} s  {name}", flush=True)
            name = f"{round(seconds):03d}s-{name}"
        path = self._folder / f"{name}.png"
        self.page.screenshot(path=path, full_page=True, animations="disabled")

    def booted(self) -> None:
        """Wait until Python is there."""
        self.page.locator("#boot[data-state]").wait_for(timeout=START)
        if self.page.get_attribute("#boot", "data-state") != "ready":
            sys.exit(f"error: {self.page.inner_text('#boot-failure')}")
        self.idle()

    def idle(self) -> None:
        """Wait until the page can be used."""
        self.page.locator("body[data-state=ready]").wait_for(state="attached")

    def draw(self, strokes: list[Points]) -> None:
        """Draw lines with the mouse."""
        self.page.locator("#paper").scroll_into_view_if_needed()
        box = self.page.locator("#paper").bounding_box()
        assert box is not None
        for points in strokes:
            for index, (x, y) in enumerate(points):
                self.page.mouse.move(
                    box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4
                )
                if index == 0:
                    self.page.mouse.down()
            self.page.mouse.up()

    def save(self, name: str, place: str = "indexeddb") -> None:
        """Save the model in use, and wait until that is done or has failed."""
        self.page.fill("#save-name", name)
        self.page.check(f"#save-{place}")
        self.page.click("#save")
        self.idle()

    def teach(self) -> None:
        """Draw five digits that the model does not know, and let it learn them."""
        for _ in range(5):
            self.draw(FOOTED)
            self.page.locator("#teach-digits button[aria-disabled=false]").first.wait_for()
            self.page.click("#teach-digits button[value='7']")
        self.page.click("#teach-start")
        self.page.locator("#teach-status", has_text="It knows").wait_for()
        self.idle()


def states(tour: Tour, site: Site) -> None:
    """Take the page in each of its states; the last ones cannot be left again."""
    page = tour.page
    page.goto(f"{site.url}/")
    tour.booted()
    tour.draw([SEVEN])
    page.locator("#prediction-status", has_text="looks like a 7").wait_for()
    tour.picture("desktop")
    page.emulate_media(color_scheme="dark")
    tour.picture("dark")
    page.emulate_media(color_scheme="light")
    for number, name in enumerate(NAMES):
        tour.save(name, ("indexeddb", "localstorage", "opfs")[number % 3])
    tour.picture("twelve-models")
    page.set_viewport_size(PHONE)
    tour.picture("phone-with-twelve-models")
    page.set_viewport_size(DESKTOP)
    page.evaluate(FULL)
    tour.save("one more", "localstorage")
    page.locator("#save-alerts .alert").wait_for()
    tour.picture("quota-reached")
    page.evaluate("() => { delete localStorage.filler }")
    page.locator("#save-alerts .dismiss").click()
    page.set_input_files("#pick-folder", ROOT / "tests/data/saved_models/keras_cnn")
    page.locator("#open-status", has_text="Opened").wait_for()
    tour.picture("saved-model")
    page.click("text=Add a server")
    page.fill("#server", f"http://127.0.0.1:{_closed_port()}/models")
    page.keyboard.press("Enter")
    page.locator("#stored-alerts .alert").wait_for()
    tour.picture("server-unreachable")
    page.locator("#offline-words", has_text="without a network").wait_for()
    site.offline = True
    page.reload()
    tour.booted()
    tour.picture("offline")
    site.offline = False
    page.add_init_script(REFUSED)
    page.reload()
    tour.booted()
    page.locator("#stored-alerts .alert").wait_for()
    tour.picture("storage-refused")


def first_minutes(tour: Tour, url: str) -> None:
    """Do what a newcomer does: a first prediction, a first save, a first model of one's own."""
    page = tour.page
    page.goto(url)
    tour.picture("opened")
    page.wait_for_function("() => performance.getEntriesByType('paint').length > 0")
    tour.draw([SEVEN])
    tour.picture("drawn-before-python-is-there")
    page.locator("#prediction-status", has_text="looks like a 7").wait_for(timeout=START)
    tour.picture("first-prediction")
    tour.booted()
    print(f"          {page.evaluate(WIRE):,} bytes on the wire", flush=True)
    tour.save("digits")
    page.locator("#save-status", has_text="Saved").wait_for()
    tour.picture("first-save")
    tour.teach()
    tour.picture("first-model-of-ones-own")
    tour.save("my-hand")
    page.reload()
    tour.booted()
    page.get_by_role("button", name="Load “my-hand” in IndexedDB", exact=True).click()
    tour.idle()
    tour.draw(FOOTED)
    page.locator("#prediction-status", has_text="looks like a 7").wait_for()
    tour.picture("after-a-reload")


def _closed_port() -> int:
    """Return a port on which nothing answers."""
    with socket.socket() as ours:
        ours.bind(("127.0.0.1", 0))
        return int(ours.getsockname()[1])


@contextmanager
def repository() -> Iterator[Site]:
    """Serve the page of this repository."""
    runtime.ensure(runtime.VENDOR)
    with tempfile.TemporaryDirectory() as folder:
        wheels = Path(folder)
        add_wheel(wheels)
        directories = {"/": ROOT / "web", "/vendor/": runtime.VENDOR, "/vendor/wheels/": wheels}
        with Site(directories) as site:
            yield site


@contextmanager
def built_site() -> Iterator[tuple[str, float]]:
    """Serve the built site; the time begins when it is there."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(ROOT / "scripts/demo.py"), "--build", f"{folder}/site"]
        subprocess.run(command, check=True)
        with Site({"/": Path(folder) / "site"}) as site:
            yield f"{site.url}/", time.monotonic()


@contextmanager
def fresh_clone() -> Iterator[tuple[str, float]]:
    """Serve the page as its readers do, from a clone; the time begins before it."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "clone", "--quiet", ROOT, f"{folder}/clone"], check=True)
        command = ["python3", "scripts/demo.py", "--port", "0"]
        serving = subprocess.Popen(
            command, cwd=f"{folder}/clone", stdout=subprocess.PIPE, text=True
        )
        try:
            yield _announced(serving), started
        finally:
            serving.terminate()
            serving.wait()


def _announced(serving: subprocess.Popen[str]) -> str:
    """Return the address of the page that ``scripts/demo.py`` prints."""
    assert serving.stdout is not None
    for line in serving.stdout:
        print(line, end="")
        found = re.search(r"demo page is at (\S+)", line)
        if found:
            return found[1]
    raise SystemExit("error: scripts/demo.py has ended without an address")


def _tab(browser: Browser) -> Page:
    return browser.new_page(viewport=DESKTOP, color_scheme="light", reduced_motion="reduce")


def main(folder: Path, newcomer: str | None) -> None:
    """Take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        playwright = stack.enter_context(sync_playwright())
        browser = stack.enter_context(
            playwright.chromium.launch(executable_path=executable(playwright), args=ARGUMENTS)
        )
        if newcomer is None:
            site = stack.enter_context(repository())
            states(Tour(_tab(browser), folder), site)
        else:
            place = built_site if newcomer == "site" else fresh_clone
            url, started = stack.enter_context(place())
            first_minutes(Tour(_tab(browser), folder, started), url)
    print(f"The pictures are in {folder}.")


if __name__ == "__main__":
    main(OPTIONS.folder, OPTIONS.newcomer)
