"""Take the picture of the demo page that the README and the manual show.

``python3 scripts/generate/picture.py`` starts the page in Chromium, draws a 7 and
writes ``web/manual/page.webp``. The page encodes the picture itself, so no other program is needed.
"""

from __future__ import annotations

import argparse
import base64
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from scripts.support.environment import enter

if __name__ == "__main__":  # before the imports below, which need the environment
    _parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    _parser.add_argument("--output", type=Path, default=ROOT / "web/manual/page.webp")
    OPTIONS = _parser.parse_args()
    enter(engines=["chromium"])

from playwright.sync_api import sync_playwright

from scripts.support import runtime
from scripts.support.chromium import ARGUMENTS, executable
from scripts.support.demo import add_wheel
from scripts.support.server import Site

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDTH, HEIGHT = 1120, 1010
SEVEN = [(0.28, 0.2), (0.5, 0.21), (0.71, 0.2), (0.65, 0.38), (0.58, 0.58), (0.5, 0.85)]
"""The stroke, in parts of the paper's side."""

TO_WEBP = """async (png) => {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const canvas = Object.assign(document.createElement("canvas"),
    { width: image.width, height: image.height });
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/webp", 0.85).split(",")[1];
}"""


def draw(page: Page) -> None:
    """Draw a digit as a person does."""
    page.locator("#boot[data-state=ready]").wait_for(timeout=120_000)
    box = page.locator("#paper").bounding_box()
    assert box is not None
    for index, (x, y) in enumerate(SEVEN):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=8)
        if index == 0:
            page.mouse.down()
    page.mouse.up()
    page.locator("#prediction-status", has_text="looks like a 7").wait_for()
    page.mouse.move(0, 0)
    page.evaluate("() => document.activeElement.blur()")
    page.wait_for_timeout(500)  # the bars move


def main(output: Path) -> None:
    """Take the picture."""
    runtime.ensure(runtime.VENDOR)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        wheels = Path(folder) / "wheels"
        add_wheel(wheels)
        directories = {"/": ROOT / "web", "/vendor/": runtime.VENDOR, "/vendor/wheels/": wheels}
        browser = playwright.chromium.launch(executable_path=executable(playwright), args=ARGUMENTS)
        with Site(directories) as site, browser:
            page = browser.new_page(
                viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light"
            )
            page.goto(f"{site.url}/")
            draw(page)
            png = base64.b64encode(page.screenshot()).decode()
            plain = browser.new_page()  # the demo page's own policy forbids data: addresses
            output.write_bytes(base64.b64decode(plain.evaluate(TO_WEBP, png)))
    print(f"{output}: {output.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(OPTIONS.output)
