"""The demo page with other models: dropped files, what is inside, a hand that is taught."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

import pyio
from pyio.converters.writers import writer_of
from scripts.support.model_servers import TOKEN, Serving
from tests.support.demo import PLACES, SAVED_MODELS, SEVEN, TITLES, WEB, files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scripts.support.server import Site
    from tests.support.demo import Demo, Points

FOOTED: list[Points] = [
    [(0.25, 0.4), (0.25, 0.18), (0.75, 0.18), (0.45, 0.85)],
    [(0.25, 0.5), (0.75, 0.5)],
    [(0.3, 0.85), (0.6, 0.85)],
]
"""A 7 with a bar and a foot, which the page's model takes for a 9."""

DROP = """([files, target]) => {
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.codePointAt(0));
  const transfer = new DataTransfer();
  for (const [name, content] of files) transfer.items.add(new File([bytes(content)], name));
  for (const kind of ["dragover", "drop"]) {
    document.querySelector(target).dispatchEvent(new DragEvent(kind, {
      bubbles: true, cancelable: true, dataTransfer: transfer,
    }));
  }
}"""


def drop(demo: Demo, named: Mapping[str, bytes], target: str = "body") -> None:
    """Drop files on the page."""
    encoded = [[name, base64.b64encode(content).decode()] for name, content in named.items()]
    demo.page.evaluate(DROP, [encoded, target])


def opened(demo: Demo) -> str:
    """Return what the page says about the model that was opened."""
    demo.idle()
    assert demo.page.get_by_role("alert").count() == 0, demo.alert()
    return demo.page.inner_text("#opened")


def trained() -> dict[str, bytes]:
    return {
        name: (WEB / "model" / name).read_bytes() for name in ("model.json", "model.weights.bin")
    }


def convolutional() -> pyio.ModelArtifacts:
    """A network for 28 x 28 pixels whose answer is always 3."""
    layers = pyio.layers
    model = pyio.Sequential(
        [
            layers.Conv2D(2, 3, input_shape=(28, 28, 1), name="look"),
            layers.Flatten(),
            layers.Dense(10, activation="softmax", name="say"),
        ]
    )
    weights = [np.zeros_like(array) for array in model.get_weights()]
    weights[-1][3] = 5
    model.set_weights(weights)
    return pyio.model_to_artifacts(model)


def keras_file(artifacts: pyio.ModelArtifacts) -> bytes:
    writer = writer_of("keras")
    assert writer is not None
    return b"".join(map(bytes, writer.pieces(artifacts)))


def test_opens_what_is_dropped(demo: Demo) -> None:
    """Files of TensorFlow.js: facts, verdicts, a histogram for each tensor, and what it says."""
    demo.draw(SEVEN)
    demo.says(7)
    labels = (
        b'{"tfjsVersion": "1.3.1", "labels": ["O", "I", "Z", "E", "A", "S", "G", "T", "B", "P"]}'
    )
    drop(demo, trained() | {"metadata.json": labels})
    said = opened(demo)
    assert "a model of layers" in said
    assert "17,226 parameters in 6 tensors" in said
    assert "64 → 10" in said
    assert "TensorFlow.js 4.22 opens it, with tf.loadLayersModel" in said
    assert "Keras 3 opens it" in said
    assert demo.page.locator("#opened-tensors svg").count() == 6
    assert "For your drawing it says: T (" in said
    demo.page.click("#clear")
    demo.page.locator("#opened-says", has_text="Draw something").wait_for()


def test_uses_and_keeps_a_keras_file(demo: Demo) -> None:
    """A .keras file for 28 x 28 pixels recognises drawings, is kept, and goes out again."""
    drop(demo, {"three.keras": keras_file(convolutional())})
    assert "28 × 28 × 1 → 10" in opened(demo)
    demo.page.click("#opened-use")
    demo.idle()
    assert demo.page.inner_text("#model-sees") == "28 × 28 pixels"
    demo.draw(SEVEN)
    demo.says(3)
    demo.page.click("#opened-keep")
    demo.page.check("#destination-localstorage")
    assert not demo.page.is_visible("#destination-choice")
    demo.page.locator("#destination .yes").click()
    demo.page.locator("#open-status", has_text="Kept “three” in localStorage").wait_for()
    assert [row[:2] for row in demo.rows()] == [["three", "localStorage"]]
    demo.page.click("#use-trained")
    demo.says(7)
    demo.act("Load", "three", "localstorage")
    demo.says(3)
    (file,) = files(demo, 1, "#opened-download").values()
    assert sorted(zipfile.ZipFile(io.BytesIO(file)).namelist()) == [
        "three.json",
        "three.weights.bin",
    ]


def test_opens_a_folder_with_a_saved_model(demo: Demo) -> None:
    """A picked folder with a SavedModel of TensorFlow becomes a graph model that can be kept."""
    folder = next(path for path in sorted(SAVED_MODELS.iterdir()) if path.is_dir())
    demo.page.set_input_files("#pick-folder", folder)
    demo.page.locator("#open-status", has_text=f"Opened “{folder.name}”").wait_for()
    said = opened(demo)
    assert "a graph of ops (TensorFlow)" in said
    assert "Keras 3 does not open it" in said
    assert demo.page.inner_text("#opened-heading") == folder.name


def test_looks_inside_what_is_stored(demo: Demo) -> None:
    """A stored model shows its tensors; so does one of arrays alone, which cannot be loaded."""
    demo.saved("mine", "indexeddb")
    demo.act("Look inside", "mine", "indexeddb")
    assert "hidden_1/kernel" in opened(demo)
    assert demo.page.inner_text("#opened-heading") == "mine"
    arrays = pyio.encode_weights({"numbers": np.arange(4, dtype=np.float32)})
    plain = pyio.ModelArtifacts(weight_specs=arrays.specs, weight_data=arrays.data)
    writer = writer_of("safetensors")
    assert writer is not None
    drop(demo, {"plain.safetensors": b"".join(map(bytes, writer.pieces(plain)))})
    said = opened(demo)
    assert "arrays alone, without a model" in said
    assert "numbers" in said


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ({"notes.txt": b"no model at all"}, "notes.txt"),
        ({"model.json": b"{"}, "not JSON"),
        ({"model.weights.bin": b"\0" * 16}, "one of the files should be the model.json"),
    ],
)
def test_says_what_is_no_model(demo: Demo, named: dict[str, bytes], words: str) -> None:
    """Other files are refused with a reason, and the page works on."""
    drop(demo, named)
    said = demo.alert()
    assert "This was not opened." in said
    assert words in said
    assert "not foreseen" not in said
    drop(demo, trained())
    opened(demo)


def test_opens_an_address(demo: Demo) -> None:
    """A model of a server opens by its address; a wrong one is refused in the page's words."""
    demo.page.fill("#address", f"{demo.url}model/model.json")
    demo.page.keyboard.press("Enter")
    demo.page.locator("#open-status", has_text="Opened “model.json”.").wait_for()
    assert "17,226 parameters" in opened(demo)
    demo.page.fill("#address", f"{demo.url}model/absent.json")
    demo.page.keyboard.press("Enter")
    assert "The server has nothing at this address." in demo.alert()
    demo.complaints.clear()  # Chromium writes the 404 to the console


def test_learns_a_hand_and_keeps_it(demo: Demo, demo_site: Site, axe: str) -> None:
    """Five drawings are taught, the accuracy moves; it still knows after a save and a reload.

    axe-core finds nothing in either state. The server gives no answer any more: the page starts
    without a network after its first load.
    """

    def draw_seven() -> None:
        for stroke in FOOTED:
            demo.draw(stroke)

    assert demo.page.locator("#teach-start").is_disabled()
    demo.page.dispatch_event("#teach-digits button[value='7']", "click")
    assert "Draw the digit first" in demo.page.inner_text("#teach-status")
    for count in range(1, 6):
        draw_seven()
        demo.page.locator("#teach-digits button[aria-disabled=false]").first.wait_for()
        demo.page.click("#teach-digits button[value='7']")
        assert demo.page.get_attribute("#teach-digits button[value='7']", "data-count") == str(
            count
        )
    assert demo.page.locator("#teach-drawings li").count() == 5
    demo.page.click("#teach-start")
    taught = demo.page.locator("#teach-status", has_text="It knows 5 of your 5 drawings now")
    taught.wait_for(timeout=60_000)
    demo.idle()
    assert "before, it knew 0." in taught.inner_text()
    assert "Round 15 of 15: right on 5 of 5" in demo.page.inner_text("#teach-words")
    assert (demo.page.get_attribute("#teach-curve", "d") or "").count("L") == 15
    assert demo.page.inner_text("#model-accuracy") == "5 of 5 drawings of your hand"
    assert demo.page.input_value("#save-name") == "my-hand"
    assert demo.violations(axe) == {"dark": [], "light": []}
    demo.page.check("#save-indexeddb")
    demo.page.click("#save")
    demo.idle()
    draw_seven()
    demo.says(7)
    before = demo.probabilities()
    demo.page.locator("#offline-words", has_text="without a network").wait_for(timeout=60_000)
    demo_site.offline = True
    try:
        demo.page.reload()
        demo.booted()
        demo.act("Load", "my-hand", "indexeddb")
        demo.idle()
        draw_seven()
        demo.says(7)
        assert demo.probabilities() == before
        assert demo.page.inner_text("#model-accuracy") == "5 of 5 drawings of your hand"
        demo.page.fill("#address", f"{demo.url}model/absent.json")
        demo.page.keyboard.press("Enter")
        assert "you are offline" in demo.alert()
        assert demo.violations(axe) == {"dark": [], "light": []}
    finally:
        demo_site.offline = False
    demo.complaints.clear()  # Chromium writes each request without an answer to the console


def test_can_be_installed(demo: Demo) -> None:
    """Chromium finds nothing that keeps the page from being installed as an app."""
    devtools = demo.page.context.new_cdp_session(demo.page)
    manifest = devtools.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert json.loads(manifest["data"])["display"] == "standalone"
    assert devtools.send("Page.getInstallabilityErrors") == {"installabilityErrors": []}
    devtools.detach()


def test_a_drag_copies(demo: Demo) -> None:
    """A model that is dragged to another place asks once, and is copied."""
    demo.saved("one", "indexeddb")
    row = demo.page.locator("tr[data-url='indexeddb://one'] .model-name")
    row.drag_to(demo.page.locator("tbody[data-place=localstorage] .place-name"))
    demo.page.locator("#destination .yes").click()
    assert demo.status() == "“one” in IndexedDB was copied to “one” in localStorage."
    assert [row[:2] for row in demo.rows()] == [["one", title] for title in PLACES.values()]


def test_offers_to_keep_everything(demo: Demo) -> None:
    """The page asks the browser for persistent storage, and says what it answers."""
    demo.saved("one", "indexeddb")
    demo.page.evaluate(
        """() => {
          navigator.storage.persist = () => Promise.resolve(true);
          navigator.storage.persisted = () => Promise.resolve(true);
        }"""
    )
    demo.page.click("#keep")
    assert demo.status() == "The browser keeps what is stored here from now on."
    assert "keeps all of this" in demo.page.inner_text("#kept-words")
    assert not demo.page.is_visible("#keep")
    demo.page.evaluate(
        "() => { delete navigator.storage.persist; delete navigator.storage.persisted; }"
    )


def test_works_where_storage_is_refused(demo: Demo, axe: str) -> None:
    """One message says so; no place can be chosen, and downloads work. axe-core finds nothing.

    Where only OPFS is refused, as in some private windows, the page leaves it out without a word.
    """
    demo.page.evaluate(
        """() => {
          globalThis.folders = StorageManager.prototype.getDirectory;
          StorageManager.prototype.getDirectory = () =>
            Promise.reject(new DOMException("denied", "SecurityError"));
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    demo.page.locator("#save-opfs").wait_for(state="hidden")
    demo.saved("one", "indexeddb")
    assert demo.page.locator("tbody[data-place=opfs]").count() == 0
    assert demo.page.get_by_role("alert").count() == 0
    demo.page.evaluate(
        """() => {
          const refused = () => { throw new DOMException("denied", "SecurityError"); };
          const { open, databases } = IDBFactory.prototype;
          globalThis.before = { open, databases };
          globalThis.transaction = IDBDatabase.prototype.transaction;
          IDBDatabase.prototype.transaction = refused;
          globalThis.plain = Object.getOwnPropertyDescriptor(globalThis, "localStorage");
          Object.defineProperty(globalThis, "localStorage", { configurable: true, get: refused });
          Object.assign(IDBFactory.prototype, { open: refused, databases: refused });
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    demo.page.locator("#stored-alerts .alert").wait_for()
    demo.idle()
    assert "lets the page store nothing" in demo.alert()
    assert demo.rows() == []
    for place in TITLES:
        assert demo.page.locator(f"#save-{place}").is_disabled()
    assert demo.page.is_checked("#save-downloads")
    assert demo.page.is_visible("#save-format")
    assert demo.violations(axe) == {"dark": [], "light": []}
    assert len(files(demo, 1)) == 1
    demo.page.evaluate(
        """() => {
          Object.defineProperty(globalThis, "localStorage", plain);
          Object.assign(IDBFactory.prototype, globalThis.before);
          IDBDatabase.prototype.transaction = transaction;
          StorageManager.prototype.getDirectory = folders;
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    demo.page.locator("#save-indexeddb:enabled").wait_for()
    demo.page.locator("#save-opfs:enabled").wait_for()
    demo.idle()


def test_keeps_models_in_private_files(demo: Demo) -> None:
    """OPFS is a place as the others are: models are saved there, look inside, load, and move."""
    assert demo.saved("one", "opfs") == "Saved “one” in OPFS: 70.7 kB."
    assert demo.rows() == [["one", "OPFS", "70.7 kB"]]
    assert "1 model, " in demo.room("opfs")
    demo.act("Load", "one", "opfs")
    assert demo.status() == "“one” in OPFS is in use now."
    demo.act("Look inside", "one", "opfs")
    assert "17,226 parameters" in opened(demo)
    demo.transfer("move", ("one", "opfs"), ("two", "indexeddb"))
    assert demo.status() == "“one” in OPFS was moved to “two” in IndexedDB."
    demo.transfer("keep", ("two", "indexeddb"), ("three", "opfs"))
    assert demo.status() == "“two” in IndexedDB was copied to “three” in OPFS."
    demo.act("Remove", "three", "opfs")
    demo.page.locator("#question .yes").click()
    assert demo.status() == "“three” in OPFS was removed."
    assert [row[:2] for row in demo.rows()] == [["two", "IndexedDB"]]


def test_names_of_all_kinds(demo: Demo) -> None:
    """A name without spaces, and one from right to left, leave the other columns on one line."""
    long = "a-name-of-" + "many-letters-" * 12
    for name in (long, "نموذج-الأرقام", "数字识别", "digits"):
        demo.saved(name, "localstorage")
    assert {row[0] for row in demo.rows()} == {long, "نموذج-الأرقام", "数字识别", "digits"}
    tall = demo.page.evaluate(
        """() => [...document.querySelectorAll("#stored-table :is(.number, .when, .actions)")]
          .filter((cell) => {
            const range = document.createRange();
            range.selectNodeContents(cell);
            const tops = [...range.getClientRects()].map((rectangle) => rectangle.top);
            return Math.max(...tops) - Math.min(...tops) > 20;
          }).map((cell) => cell.textContent)"""
    )
    assert tall == []
    assert demo.page.evaluate("() => document.documentElement.scrollWidth") == 1200


def test_shares_by_a_link(demo: Demo) -> None:
    """The link holds the model; a page that it opens uses it, and says where it came from."""
    before = demo.show(8)
    demo.page.click("#share")
    demo.idle()
    link = demo.page.input_value("#share-link")
    assert link.startswith(f"{demo.url}#model=")
    assert len(link) < 25_000
    demo.page.goto("about:blank")  # else only the fragment would change
    demo.page.goto(link)
    demo.booted()
    assert demo.page.inner_text("#model-name") == "Digit-recogniser"
    assert demo.page.inner_text("#model-from") == "came by a link"
    assert demo.page.url == demo.url  # a reload does not open it again
    assert demo.show(8) == pytest.approx(before, abs=0.02)


@pytest.mark.repetition("links lead to models: here by an address")
def test_opens_a_link_to_an_address(demo: Demo) -> None:
    """``?model=`` names a model of a server, which is used at once."""
    demo.page.goto(f"{demo.url}?model={demo.url}model/model.json")
    demo.booted()
    assert demo.page.inner_text("#model-name") == "model"
    assert demo.page.inner_text("#model-from") == "came by a link"
    demo.page.goto(demo.url)
    demo.booted()


def test_tensorflow_side_by_side(demo: Demo, axe: str) -> None:
    """TensorFlow.js computes the same drawing beside Python, and goes on as one draws."""
    demo.show(5)
    demo.page.click("#compare")
    beside = demo.page.locator("#compare-status", has_text="runs beside Python")
    beside.wait_for(timeout=60_000)
    rows = demo.page.locator("#compared-rows tr").all_inner_texts()
    pairs = [[float(number) for number in row.split()[1:]] for row in rows]
    assert len(pairs) == 10
    assert [ours for ours, _ in pairs] == pytest.approx([theirs for _, theirs in pairs], abs=1e-6)
    assert demo.violations(axe) == {"dark": [], "light": []}
    demo.show(6)
    assert demo.page.locator("#compared-rows tr").all_inner_texts() != rows


def test_a_folder_of_this_computer(demo: Demo) -> None:
    """Models go to a folder of the computer and come back, and what they replace is asked about."""
    demo.page.evaluate(
        """() => {
          globalThis.showDirectoryPicker = async () =>
            (await navigator.storage.getDirectory()).getDirectoryHandle("mine", { create: true });
        }"""
    )
    demo.saved("one", "indexeddb")
    demo.page.click("#folder")
    demo.page.locator("tbody[data-place=computer]", has_text="Folder “mine”").wait_for()
    demo.idle()
    for way, saying in (("keep", "copied"), ("move", "moved")):
        demo.transfer(way, ("one", "indexeddb"), ("out", "computer"))
        if way == "move":
            demo.page.locator("#question .yes").click()
        assert demo.status() == f"“one” in IndexedDB was {saying} to “out” in the folder."
    assert [row[0] for row in demo.rows()] == ["out"]
    demo.page.get_by_role("button", name="Load “out” in the folder").click()
    assert demo.status() == "“out” in the folder is in use now."
    names = demo.page.evaluate(
        "async () => (await computerFolder.files('out')).map((file) => file.name).sort()"
    )
    assert len(names) == 2  # the weights of the model that was replaced are gone
    assert names[0] == "model.json"
    demo.page.get_by_role("button", name="Remove “out” in the folder").click()
    demo.page.locator("#question .yes").click()
    assert demo.status() == "“out” in the folder was removed."


def test_a_server_in_the_same_view(demo: Demo, tmp_path: Path) -> None:
    """Models go to a real server and come back; without its answer the other places are shown."""
    (tmp_path / "models").mkdir()
    demo.saved("one", "indexeddb")
    with Serving(str(tmp_path / "models"), tmp_path / "serve.log") as serving:
        demo.may_ask = (serving.url,)
        demo.page.click("text=Add a server")
        demo.page.fill("#server", serving.url)
        demo.page.fill("#token", TOKEN)
        demo.page.keyboard.press("Enter")
        demo.page.locator("tbody[data-place=server]", has_text=f"{serving.port}").wait_for()
        assert "are shown below" in demo.status()
        demo.transfer("move", ("one", "indexeddb"), ("out", "server"))
        assert demo.status() == "“one” in IndexedDB was moved to “out” on the server."
        assert [row[0] for row in demo.rows()] == ["out"]
        demo.page.get_by_role("button", name="Load “out” on the server").click()
        assert demo.status() == "“out” on the server is in use now."
        assert demo.page.inner_text("#model-parameters") == "17,226"
        demo.page.get_by_role("button", name="Remove “out” on the server").click()
        demo.page.locator("#question .yes").click()
        assert demo.status() == "“out” on the server was removed."
    demo.saved("two", "indexeddb")
    assert [row[0] for row in demo.rows()] == ["two"]
    assert "gives no answer" in demo.room("server")
    demo.complaints.clear()  # Chromium writes requests without an answer to the console
