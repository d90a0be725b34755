"""The demo page in Chromium, served as scripts/demo.py serves it and used by mouse and keys."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from scripts.support.compact import compact, stored
from scripts.support.compression import install_brotli
from scripts.support.demo import add_wheel
from scripts.support.server import Site
from tests.support.demo import LINE, PLACES, SAVED_MODELS, SEVEN, TURN, WEB, Demo, files

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext

    from tests.support.demo import Points


def test_boots_and_moves_nothing(browser_context_kept: BrowserContext, demo_site: Site) -> None:
    """The bar follows the bytes, what is drawn meanwhile is kept and recognised, nothing moves."""
    demo = Demo(browser_context_kept.new_page(), demo_site)
    demo.page.set_viewport_size({"width": 360, "height": 740})
    demo.page.add_init_script(
        """window.seen = new Set();
        new MutationObserver(() => {
          const bar = document.getElementById("boot-progress");
          if (bar) seen.add(bar.value / bar.max);
        }).observe(document, { childList: true, subtree: true, attributes: true });
        const drawn = new Promise((done) => { window.drawn = done; });
        const plain = fetch;
        window.fetch = async (target, options) => {
          if (String(target).endsWith("index.json")) await drawn;
          return plain(target, options);
        };"""
    )
    tops = "() => [...document.querySelectorAll('main > *')].map((e) => e.offsetTop)"
    demo.page.goto(demo.url, wait_until="domcontentloaded")
    before = demo.page.evaluate(tops)
    assert demo.page.locator("#save").is_disabled()
    # Chromium drops what a mouse does before the first picture of a page.
    demo.page.wait_for_function("() => performance.getEntriesByType('paint').length > 0")
    demo.draw(SEVEN)
    assert "Kept" in demo.page.inner_text("#certainty")
    demo.page.evaluate("() => drawn()")
    demo.says(7)
    demo.booted()
    assert demo.page.evaluate(tops) == before
    parts = demo.page.evaluate("() => [...seen]")
    assert len(parts) > 10
    assert sorted(parts) == parts
    assert parts[-1] == 1
    assert demo.page.locator("#save").is_enabled()
    assert demo.complaints == []
    demo.page.close()


@pytest.mark.repetition("the bytes of the page's first load")
def test_the_first_load_is_small(
    browser_context_kept: BrowserContext, vendor: Path, tmp_path: Path
) -> None:
    """From our own server the first load takes less than 8 MB, with Python and NumPy in it."""
    if not install_brotli():
        pytest.skip("Brotli is not installed; gzip takes a few more bytes")
    wheel = add_wheel(tmp_path / "wheels")
    wheel.write_bytes(stored(wheel))
    directories = {
        "/": WEB,
        "/vendor/": vendor,
        "/vendor/pyodide/": compact(vendor / "pyodide", tmp_path / "compact"),
        "/vendor/wheels/": tmp_path / "wheels",
    }
    with Site(directories, compressed=True) as site:
        demo = Demo(browser_context_kept.new_page(), site)
        demo.open()
        sizes: dict[str, int] = demo.page.evaluate(
            """() => Object.fromEntries(["navigation", "resource"]
              .flatMap((kind) => performance.getEntriesByType(kind))
              .map(({ name, transferSize }) => [name, transferSize]))"""
        )
        demo.page.close()
    (runtime,) = [size for name, size in sizes.items() if name.endswith("pyodide.asm.wasm")]
    assert runtime > 1_000_000
    assert sum(sizes.values()) < 8_000_000, sizes


def test_says_what_is_missing(browser_context_kept: BrowserContext, tmp_path: Path) -> None:
    """Without the runtime the page shows an error with the command that fetches it."""
    with Site({"/": WEB, "/vendor/": tmp_path}) as site:
        page = browser_context_kept.new_page()
        page.goto(f"{site.url}/")
        said = page.get_by_role("alert").inner_text()
        page.close()
    assert "could not start" in said
    assert "pyodide-lock.json is not there (404)" in said
    assert "scripts/demo.py" in said


def test_says_that_webassembly_is_needed(
    browser_context_kept: BrowserContext, demo_site: Site
) -> None:
    """Without WebAssembly the page says that Python needs it, and what to do."""
    page = browser_context_kept.new_page()
    page.add_init_script("delete globalThis.WebAssembly")
    page.goto(f"{demo_site.url}/")
    said = page.get_by_role("alert").inner_text()
    assert "This browser has no WebAssembly" in said
    assert "Use a current browser" in said
    assert page.locator("#save").is_disabled()
    page.close()


def test_recognises_samples(demo: Demo) -> None:
    """At least nine of the ten samples, which were not used in training, are recognised."""
    winners = []
    for digit in range(10):
        probabilities = demo.show(digit)
        assert sum(probabilities) == pytest.approx(1, abs=1e-5)
        winners.append(probabilities.index(max(probabilities)))
    assert sum(winner == digit for digit, winner in enumerate(winners)) >= 9, winners


@pytest.mark.parametrize(("digit", "points"), [(0, TURN), (1, LINE), (7, SEVEN)])
def test_recognises_what_the_mouse_draws(demo: Demo, digit: int, points: Points) -> None:
    """A stroke becomes an image like the training data, and is recognised while it is drawn."""
    demo.draw(points, lift=False)
    demo.page.locator("#winner", has_text=str(digit)).wait_for()
    assert demo.page.inner_text("#prediction-status") == ""
    demo.page.mouse.up()
    demo.says(digit)


def test_size_and_place_of_a_drawing_do_not_matter(demo: Demo) -> None:
    """A small digit in a corner is cropped and scaled: it is the same digit."""
    demo.draw([(0.05 + 0.3 * x, 0.6 + 0.3 * y) for x, y in TURN])
    demo.says(0)


def test_recognises_what_a_finger_draws(demo: Demo) -> None:
    """Touch draws too, and does not scroll the page meanwhile."""
    demo.page.locator("#paper").scroll_into_view_if_needed()
    box = demo.page.locator("#paper").bounding_box()
    assert box is not None
    touch = demo.page.context.new_cdp_session(demo.page)
    scrolled = demo.page.evaluate("scrollY")
    for index, (x, y) in enumerate(LINE):
        point = {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
        kind = "touchMove" if index else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    demo.says(1)
    assert demo.page.evaluate("scrollY") == scrolled
    touch.detach()


def test_recognises_what_the_keyboard_draws(demo: Demo) -> None:
    """Arrow keys and Space draw on the focused paper, and Delete clears it."""
    demo.page.focus("#paper")
    demo.page.keyboard.press("Space")
    for _ in range(12):
        demo.page.keyboard.press("ArrowDown")
    demo.page.keyboard.press("Space")
    demo.says(1)
    demo.page.keyboard.press("Delete")
    demo.page.locator("#certainty", has_text="Nothing drawn yet").wait_for()


@pytest.mark.parametrize("place", PLACES)
def test_saves_and_lists(demo: Demo, place: str) -> None:
    """A saved model is listed with name, place, size and date, and the page confirms the save."""
    assert demo.page.is_visible("#stored-nothing")
    assert demo.saved(" mine ", place) == f"Saved “mine” in {PLACES[place]}: 70.7 kB."
    assert demo.rows() == [["mine", PLACES[place], "70.7 kB"]]
    assert demo.page.locator("#stored-table time").inner_text() != ""
    assert "1 model, " in demo.room(place)
    assert "as the browser estimates" in demo.room(place)
    assert "3 layers · 17,226 parameters · labels 0, 1" in demo.page.inner_text(".contents")
    assert "may delete all of this" in demo.page.inner_text("#kept")


def test_stored_models_outlive_a_reload(demo: Demo) -> None:
    """After a reload both models are listed, load, and predict the very same numbers."""
    before = demo.show(4)
    for place in PLACES:
        demo.saved("kept", place)
    demo.page.reload()
    demo.booted()
    assert [row[1] for row in demo.rows()] == list(PLACES.values())
    for place, title in PLACES.items():
        demo.act("Load", "kept", place)
        assert demo.status() == f"“kept” in {title} is in use now."
        assert demo.page.inner_text("#model-name") == "kept"
        assert demo.page.inner_text("#model-from") == title
        assert demo.page.inner_text("#model-parameters") == "17,226"
        assert demo.page.locator("tr.in-use .badge").count() == 1
        assert demo.show(4) == before


def test_the_loaded_weights_are_the_ones_that_predict(demo: Demo) -> None:
    """Predictions use the stored weights: with all weights zero, all digits are equally likely."""
    demo.saved("zero", "localstorage")
    demo.page.evaluate(
        """() => {
          const key = "tensorflowjs_models/zero/weight_data";
          localStorage[key] = localStorage[key].replaceAll(/[^=]/g, "A");
        }"""
    )
    demo.act("Load", "zero", "localstorage")
    demo.idle()
    assert demo.show(3) == pytest.approx([0.1] * 10)
    demo.page.click("#use-trained")
    demo.idle()
    probabilities = demo.probabilities()
    assert probabilities.index(max(probabilities)) == 3


def test_tensorflow_opens_what_the_page_saved(demo: Demo) -> None:
    """TensorFlow.js, in another tab, loads both saved models and predicts as the page does."""
    shown = demo.show(8)
    for place in PLACES:
        demo.saved("shared", place)
    tab = demo.page.context.new_page()
    tab.goto(f"{demo.url}model/examples.json")
    tab.add_script_tag(url="/vendor/tfjs/tf.min.js")
    predicted = tab.evaluate(
        """async (places) => {
          await tf.setBackend("cpu");
          const examples = await (await fetch("/model/examples.json")).json();
          const { pixels } = examples.find((example) => example.label === 8);
          const image = tf.tensor2d([pixels]).div(16);
          return Promise.all(places.map(async (place) =>
            [...(await tf.loadLayersModel(`${place}://shared`)).predict(image).dataSync()]));
        }""",
        list(PLACES),
    )
    tab.close()
    assert predicted == [pytest.approx(shown, abs=1e-5)] * len(PLACES)


def test_copies_moves_and_removes(demo: Demo) -> None:
    """Copies and moves go to the place and name chosen, and removal asks first."""
    demo.saved("one", "indexeddb")
    demo.transfer("keep", ("one", "indexeddb"), ("two", "localstorage"))
    assert demo.status() == "“one” in IndexedDB was copied to “two” in localStorage."
    demo.transfer("move", ("one", "indexeddb"), ("three", "indexeddb"))
    assert demo.status() == "“one” in IndexedDB was moved to “three” in IndexedDB."
    names = {(name, place) for name, place, _ in demo.rows()}
    assert names == {("two", "localStorage"), ("three", "IndexedDB")}
    demo.act("Remove", "two", "localstorage")
    demo.page.locator("#question").wait_for()
    demo.page.keyboard.press("Escape")
    assert demo.status() == "Nothing was removed."
    assert len(demo.rows()) == 2
    demo.act("Remove", "two", "localstorage")
    demo.page.locator("#question").wait_for()
    assert demo.page.locator("#question .cancel").evaluate("e => e === document.activeElement")
    demo.page.locator("#question .yes").click()
    assert demo.status() == "“two” in localStorage was removed."
    assert [row[0] for row in demo.rows()] == ["three"]


def test_the_model_in_use_is_followed(demo: Demo) -> None:
    """When the model in use is moved or removed, the page says so and keeps using it."""
    demo.saved("one", "indexeddb")
    demo.act("Load", "one", "indexeddb")
    demo.transfer("move", ("one", "indexeddb"), ("two", "localstorage"))
    demo.idle()
    assert demo.page.inner_text("#model-name") == "two"
    assert demo.page.inner_text("#model-from") == "localStorage"
    demo.act("Remove", "two", "localstorage")
    demo.page.locator("#question .yes").click()
    demo.idle()
    assert "is removed; it is still in use" in demo.page.inner_text("#model-from")
    assert len(demo.show(2)) == 10


def test_overwriting_asks(demo: Demo) -> None:
    """Neither a save nor a copy replaces a stored model without a confirmation."""
    demo.saved("one", "indexeddb")
    demo.saved("two", "localstorage")
    stored = "() => localStorage['tensorflowjs_models/two/info']"
    before = demo.page.evaluate(stored)
    demo.save("two", "localstorage")
    demo.page.locator("#question .cancel").click()
    demo.idle()
    assert demo.page.inner_text("#save-status") == "Nothing was saved."
    demo.transfer("keep", ("one", "indexeddb"), ("two", "localstorage"))
    assert "“two” in localStorage already" in demo.page.inner_text("#question")
    demo.page.locator("#question .cancel").click()
    assert demo.status() == "Nothing was copied or moved."
    assert demo.page.evaluate(stored) == before
    demo.transfer("keep", ("one", "indexeddb"), ("two", "localstorage"))
    demo.page.locator("#question .yes").click()
    assert "was copied to" in demo.status()
    assert demo.page.evaluate(stored) != before


@pytest.mark.parametrize(
    ("name", "words"), [(" ", "Type a name first."), ("a://b", "A name cannot have “://” in it.")]
)
def test_says_what_is_wrong_with_a_name(demo: Demo, name: str, words: str) -> None:
    """An unusable name is refused beside the button, in the page's words, and nothing is stored.

    The message can be dismissed.
    """
    demo.save(name, "localstorage")
    said = demo.alert()
    assert "The model was not saved." in said
    assert words in said
    assert demo.page.locator("#save-alerts").get_by_role("alert").count() == 1
    assert demo.page.get_attribute("#save-name", "aria-invalid") == "true"
    assert demo.page.evaluate("() => localStorage.length") == 0
    demo.page.get_by_role("button", name="Dismiss").click()
    assert demo.page.get_by_role("alert").count() == 0


def test_names_what_is_damaged(demo: Demo) -> None:
    """A damaged entry is listed beside a sound one, says what is wrong, and can be removed."""
    demo.page.evaluate("() => { localStorage['tensorflowjs_models/bad/info'] = '{' }")
    demo.saved("good", "localstorage")
    assert {row[0] for row in demo.rows()} == {"bad", "good"}
    assert "Damaged: its info is not JSON" in demo.page.inner_text("#stored-table .damage")
    demo.act("Load", "bad", "localstorage")
    assert "“bad” in localStorage was not loaded." in demo.alert()
    demo.act("Remove", "bad", "localstorage")
    demo.page.locator("#question .yes").click()
    assert "was removed" in demo.status()
    assert [row[0] for row in demo.rows()] == ["good"]
    assert demo.page.get_by_role("alert").count() == 0


def test_refuses_a_model_of_another_kind(demo: Demo) -> None:
    """A model that recognises no digits is refused with a message; the current one stays."""
    demo.saved("other", "localstorage")
    demo.page.evaluate(
        """() => {
          const key = "tensorflowjs_models/other/model_topology";
          localStorage[key] = localStorage[key].replaceAll("Dense", "Conv2D");
        }"""
    )
    demo.act("Load", "other", "localstorage")
    assert "it recognises no digits" in demo.alert()
    assert demo.page.inner_text("#model-from") == "came with this page"


def test_shows_what_was_not_foreseen(demo: Demo) -> None:
    """Any other exception is shown as a line with a folded traceback, and the page still works.

    Here the page cannot build its table, but still reports that the save succeeded.
    """
    demo.page.evaluate(
        """() => { document.createElement = () => { throw new TypeError("no elements today") } }"""
    )
    assert "Saved “one”" in demo.saved("one", "localstorage")
    said = demo.alert()
    assert "What is stored here cannot be listed." in said
    assert "This was not foreseen: TypeError: no elements today" in said
    demo.page.locator(".alert summary:visible").click()
    assert "Traceback" in demo.page.get_by_role("alert").inner_text()
    demo.page.evaluate("() => { delete document.createElement }")
    demo.page.locator(".dismiss").click()
    demo.saved("two", "localstorage")
    assert len(demo.rows()) == 2
    assert demo.page.get_by_role("alert").count() == 0


def test_says_when_there_is_no_room(demo: Demo, axe: str) -> None:
    """A save that does not fit is refused, and nothing is replaced. axe-core finds nothing.

    The page offers to remove another model: one click does that and saves.
    """
    demo.saved("one", "localstorage")
    before = demo.page.evaluate("() => JSON.stringify(localStorage)")
    demo.page.evaluate("() => { localStorage.filler = 'x'.repeat(5_130_000) }")
    demo.save("two", "localstorage")
    said = demo.alert()
    assert "The model was not saved." in said
    assert "There is no room for it: it needs " in said
    assert "What was stored before is unchanged." in said
    assert demo.violations(axe) == {"dark": [], "light": []}
    filled = demo.page.evaluate("() => JSON.stringify({ ...localStorage, filler: undefined })")
    assert json.loads(filled) == json.loads(before)
    assert [row[0] for row in demo.rows()] == ["one"]
    demo.page.get_by_role("button", name="Remove “one” (").click()
    demo.page.locator("#save-status", has_text="Saved “two” in localStorage").wait_for()
    assert [row[0] for row in demo.rows()] == ["two"]
    demo.page.evaluate("() => { delete localStorage.filler }")


def test_works_where_the_browser_tells_no_quota(demo: Demo) -> None:
    """Without an estimate of the free space the page says so, and everything else works."""
    demo.page.evaluate(
        """() => {
          navigator.storage.estimate = () => Promise.reject(new TypeError("not here"));
        }"""
    )
    assert "Saved “one”" in demo.saved("one", "localstorage")
    assert "does not say" in demo.room("indexeddb")
    demo.page.evaluate("() => { delete navigator.storage.estimate }")


@pytest.mark.parametrize("kind", ["tfjs", "zip"])
def test_downloads(demo: Demo, kind: str) -> None:
    """The downloads, two files or one archive, hold the trained model to the byte."""
    demo.page.fill("#save-name", "take-away")
    demo.page.check("#save-indexeddb")
    assert not demo.page.is_visible("#save-format")
    demo.page.check("#save-downloads")
    demo.page.select_option("#save-format", kind)
    offered = files(demo, 2 if kind == "tfjs" else 1)
    if kind == "zip":
        assert list(offered) == ["take-away.zip"]
        with zipfile.ZipFile(io.BytesIO(offered["take-away.zip"])) as archive:
            offered = {name: archive.read(name) for name in archive.namelist()}
    weights = "take-away.weights.bin"
    assert sorted(offered) == ["take-away.json", weights]
    expected = (WEB / "model/model.json").read_text("utf-8").replace("model.weights.bin", weights)
    assert json.loads(offered["take-away.json"]) == json.loads(expected)
    assert offered[weights] == (WEB / "model/model.weights.bin").read_bytes()
    assert "Offered 70.7 kB as a download." in demo.page.inner_text("#save-status")


def test_keyboard_alone_saves_loads_and_removes(demo: Demo) -> None:
    """Tab, arrows, Enter and Escape reach everything; the focus is visible and never lost."""
    page, keys = demo.page, demo.page.keyboard

    def tab_to(selector: str) -> None:
        for _ in range(60):
            keys.press("Tab")
            if page.evaluate("(s) => document.activeElement.matches(s)", selector):
                break
        outline = page.evaluate(
            """() => {
              const target = document.activeElement;
              return getComputedStyle(target.closest("label") ?? target).outlineStyle;
            }"""
        )
        assert outline == "solid", selector

    page.evaluate("() => document.activeElement.blur()")
    tab_to("#save-name")
    keys.press("ControlOrMeta+a")
    keys.type("typed")
    tab_to("input[name=save-place]")
    keys.press("ArrowDown")
    tab_to("#save")
    keys.press("Enter")
    page.locator("#stored-table tr[data-url]").wait_for()
    demo.idle()
    assert page.evaluate("() => document.activeElement.id") == "save"
    (row,) = demo.rows()
    assert row[0] == "typed"
    tab_to("#stored-table [data-action=Load]")
    keys.press("Enter")
    page.locator("#stored-status", has_text="is in use now").wait_for()
    demo.idle()
    assert page.evaluate("() => document.activeElement.dataset.action") == "Load"
    tab_to("#stored-table [data-action=Remove]")
    keys.press("Enter")
    page.locator("#question").wait_for()
    keys.press("Tab")
    keys.press("Enter")
    page.locator("#stored-status", has_text="was removed").wait_for()
    demo.idle()
    assert page.evaluate("() => document.activeElement.id") == "stored-heading"


def test_fits_a_phone(demo: Demo) -> None:
    """At 360 pixels nothing scrolls sideways: not with models, an error, nor an open dialog."""
    demo.page.set_viewport_size({"width": 360, "height": 740})
    demo.saved("a-name-of-many-letters-without-any-place-to-break-it", "indexeddb")
    demo.save("a://b", "indexeddb")
    demo.alert()
    demo.act("Copy or move", "a-name-of-many-letters-without-any-place-to-break-it", "indexeddb")
    demo.page.locator("#destination").wait_for()
    assert demo.page.evaluate("() => document.documentElement.scrollWidth") == 360
    assert demo.page.evaluate("() => destination.scrollWidth <= destination.clientWidth")
    demo.page.keyboard.press("Escape")
    demo.idle()
    demo.page.set_viewport_size({"width": 1200, "height": 900})


CONTRASTS = """() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map((value) => value / 255)
    .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = (element) => {
    const colour = parse(getComputedStyle(element).backgroundColor);
    return colour[3] === 0 ? ground(element.parentElement) : colour;
  };
  const found = {};
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!text || !element.checkVisibility() || element.closest("option")) continue;
    const pair = [luminance(parse(getComputedStyle(element).color)), luminance(ground(element))];
    const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    found[`${element.tagName}.${element.className}#${element.id}`] = contrast;
  }
  return found;
}"""


def test_light_and_dark(demo: Demo) -> None:
    """Both modes have their own colours, and all text has a contrast of at least 4.5."""
    demo.saved("one", "indexeddb")
    demo.save("a://b", "indexeddb")
    demo.alert()
    demo.page.mouse.move(0, 0)
    grounds: list[Any] = []
    for scheme in ("light", "dark"):
        demo.page.emulate_media(color_scheme=scheme)
        body = "() => [getComputedStyle(document.body)].map((s) => [s.color, s.backgroundColor])"
        grounds.append(demo.page.evaluate(body))
        poor = {k: v for k, v in demo.page.evaluate(CONTRASTS).items() if v < 4.5}
        assert poor == {}, scheme
    assert grounds[0] != grounds[1]
    demo.page.emulate_media(color_scheme="light")


def test_is_accessible_in_every_state(demo: Demo, axe: str) -> None:
    """axe-core finds nothing: empty, with models and a message, a dialog, a phone, in the dark.

    `test_demo_models` looks at a taught model, at refused storage, without a network, and beside
    TensorFlow.js; the test of a full storage looks at its message.
    """
    page, found = demo.page, dict[str, dict[str, list[str]]]()

    def look(state: str) -> None:
        found[state] = demo.violations(axe)

    look("empty")
    demo.draw(SEVEN)
    demo.says(7)
    page.click("#teach-digits button[value='7']")
    demo.saved("one", "indexeddb")
    demo.act("Look inside", "one", "indexeddb")
    page.click("text=Add a server")
    demo.save("a://b", "indexeddb")
    demo.alert()
    look("models and a message")
    demo.act("Copy or move", "one", "indexeddb")
    page.locator("#destination").wait_for()
    look("a dialog")
    page.keyboard.press("Escape")
    demo.idle()
    folder = next(path for path in sorted(SAVED_MODELS.iterdir()) if path.is_dir())
    page.set_input_files("#pick-folder", folder)
    page.locator("#open-status", has_text=f"Opened “{folder.name}”").wait_for()
    demo.idle()
    look("an opened SavedModel")
    page.set_viewport_size({"width": 360, "height": 740})
    look("a phone")
    page.set_viewport_size({"width": 1200, "height": 900})
    assert found == {state: {"dark": [], "light": []} for state in found}


def test_moves_nothing_for_who_wants_that(demo: Demo) -> None:
    """With prefers-reduced-motion the bars change at once."""
    duration = "() => getComputedStyle(document.querySelector('.fill')).transitionDuration"
    assert demo.page.evaluate(duration) != "0s"
    demo.page.emulate_media(reduced_motion="reduce")
    assert demo.page.evaluate(duration) == "0s"
    demo.page.emulate_media(reduced_motion="no-preference")


def test_leaves_no_proxies(demo: Demo) -> None:
    """Drawing, saving, listing, copying and removing leave no Python object held by JavaScript."""
    demo.page.evaluate("() => pyodide._module.enable_pyproxy_allocation_tracing()")
    demo.draw(LINE)
    demo.says(1)
    demo.saved("one", "indexeddb")
    demo.transfer("keep", ("one", "indexeddb"), ("two", "localstorage"))
    demo.status()
    demo.act("Remove", "two", "localstorage")
    demo.page.locator("#question .yes").click()
    demo.status()
    left = demo.page.evaluate(
        """async () => {
          const map = pyodide._module.pyproxy_alloc_map;
          // Some are freed a moment later, such as the timer of IndexedDB.
          for (let pause = 0; pause < 50 && map.size; pause++) {
            await new Promise((done) => setTimeout(done, 20));
          }
          const left = [...map.values()].map(String);
          pyodide._module.disable_pyproxy_allocation_tracing();
          return left;
        }"""
    )
    assert left == []


def test_sees_what_another_tab_stored(demo: Demo) -> None:
    """When the tab becomes visible again, models stored by another tab are listed."""
    demo.saved("one", "localstorage")
    demo.page.evaluate(
        """() => {
          for (const [key, value] of Object.entries(localStorage)) {
            localStorage[key.replace("/one/", "/two/")] = value;
          }
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    demo.page.get_by_role("button", name="Load “two” in localStorage").wait_for()
    demo.idle()
