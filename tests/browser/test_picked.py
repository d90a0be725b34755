"""browser_files and pick_files: picked or dropped files, in any order."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.models import artifacts, graph_model, model_json, run, shards, weight

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.tabs import Tab


pytestmark = [
    pytest.mark.every_engine,
    pytest.mark.repetition("files in a further engine", further_engines=True),
]


def offer(tab: Tab, files: dict[str, bytes] | list[tuple[str, bytes]]) -> None:
    """Make these files available to the test functions, as a FileList like that of a drop."""
    pairs = files.items() if isinstance(files, dict) else files
    tab.js(
        """(files) => {
          const transfer = new DataTransfer();
          for (const [name, text] of files) {
            const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
            transfer.items.add(new File([bytes], name));
          }
          window.offered = transfer.files;
        }""",
        [[name, base64.b64encode(content).decode()] for name, content in pairs],
    )


async def load() -> Any:
    """Load the offered files; return the model, or [class, message] of an error."""
    import js

    import pyio

    reports: list[pyio.Progress] = []
    try:
        found = await pyio.load_artifacts(
            pyio.browser_files(js.offered, on_progress=reports.append)
        )
    except pyio.PyioError as error:
        return [type(error).__name__, str(error)]
    return {
        "weights": b"".join(found.weight_data or ()).hex(),
        "names": None if found.weight_specs is None else [s.name for s in found.weight_specs],
        "progress": [(report.what, report.bytes_done, report.bytes_total) for report in reports],
        "fields": {
            name: getattr(found, name)
            for name in found.__slots__
            if name not in ("weight_data", "weight_specs", "null_fields")
        },
    }


def saved(model: Any, place: Path, **options: Any) -> dict[str, bytes]:
    """The files of a model."""
    import pyio

    run(pyio.save_artifacts(model, f"file://{place}", **options))
    return {file.name: file.read_bytes() for file in place.iterdir()}


def test_one_group_with_every_field(tab: Tab, tmp_path: Path) -> None:
    """A graph model with all optional fields comes back with them."""
    model = graph_model()
    offer(tab, saved(model, tmp_path))
    found = tab.python(load)
    assert found["fields"] == {name: getattr(model, name) for name in found["fields"]}
    assert found["weights"] == b"".join(model.weight_data or ()).hex()
    assert found["progress"] == [
        ["model.json, weights.bin", 0, 104],
        ["weights.bin", 104, 104],
    ] or found["progress"] == [["weights.bin, model.json", 0, 104], ["weights.bin", 104, 104]]


TWO_GROUPS = {
    "model.json": model_json(
        [
            {"paths": ["a/1.bin", "./b/2.bin"], "weights": [weight("x", 2), weight("y", 1)]},
            {"paths": ["3.bin", "4.bin"], "weights": [weight("z", 5, "bool")]},
        ]
    ),
    "1.bin": b"12345",
    "2.bin": b"6789abc",
    "3.bin": b"d",
    "4.bin": b"efgh",
}


def test_any_order(tab: Tab) -> None:
    """Two groups of two files in other directories, the json first, in the middle and last."""
    names = list(TWO_GROUPS)
    for order in (names, names[::-1], names[3:] + names[:3]):
        offer(tab, {name: TWO_GROUPS[name] for name in order})
        found = tab.python(load)
        assert bytes.fromhex(found["weights"]) == b"123456789abcdefgh"
        assert found["names"] == ["x", "y", "z"]


def test_shards_of_pyio(tab: Tab, tmp_path: Path) -> None:
    """Shards with checksums load, and a shard of another model is detected."""
    files = saved(artifacts(), tmp_path, shard_size_bytes=40)
    offer(tab, files)
    assert tab.python(load)["names"] == ["dense/kernel", "dense/bias", "steps"]
    offer(tab, {**files, "group1-shard2of3.bin": b"\x07" * 40})
    kind, text = tab.python(load)
    assert kind == "DamagedModelError"
    assert "'group1-shard2of3.bin' has the CRC-32" in text


def test_a_topology_alone(tab: Tab) -> None:
    """A json without weights is a complete model; a json that names weights is not."""
    offer(tab, {"m.json": b'{"modelTopology":{"a":1},"weightsManifest":[{"paths":["./w"]}]}'})
    found = tab.python(load)
    assert found["fields"]["model_topology"] == {"a": 1}
    assert found["names"] is None
    offer(tab, {"model.json": TWO_GROUPS["model.json"]})
    assert tab.python(load) == [
        "InvalidModelError",
        "the files are not one model: missing: 1.bin, 2.bin, 3.bin, 4.bin",
    ]


def test_a_download_without_weights(tab: Tab) -> None:
    """A topology alone is offered as one file, which loads when it is picked again."""

    async def download() -> Any:
        import pyio

        model = pyio.ModelArtifacts(model_topology={"a": 1})
        return (await pyio.save_artifacts(model, "downloads://m")).model_artifacts_info.total_bytes

    files = tab.downloads(1, lambda: tab.python(download))
    assert list(files) == ["m.json"]
    offer(tab, files)
    assert tab.python(load)["fields"]["model_topology"] == {"a": 1}


def test_a_graph_model_offered_and_picked(tab: Tab, tmp_path: Path) -> None:
    """Picked, offered as downloads and picked again, a graph model keeps every field."""

    async def offer_again() -> None:
        import js

        import pyio

        model = await pyio.load_artifacts(pyio.browser_files(js.offered))
        await pyio.save_artifacts(model, "downloads://graph")

    offer(tab, saved(graph_model(), tmp_path))
    first = tab.python(load)
    offer(tab, tab.downloads(2, lambda: tab.python(offer_again)))
    second = tab.python(load)
    assert second["fields"] == first["fields"]
    assert second["weights"] == first["weights"]
    assert first["fields"]["initializer_signature"] == {"outputs": {"table": {"resourceId": 3}}}


MISMATCHES: dict[str, tuple[list[tuple[str, bytes]], str]] = {
    "wrong name": (
        [(name.replace("2.bin", "zwei.bin"), body) for name, body in TWO_GROUPS.items()],
        "missing: 2.bin; not named in model.json: zwei.bin",
    ),
    "twice": ([*TWO_GROUPS.items(), ("1.bin", b"")], "picked twice: 1.bin"),
    "one name in two directories": (
        [
            (
                "model.json",
                model_json([{"paths": ["a/w.bin", "b/w.bin"], "weights": [weight("x", 2)]}]),
            ),
            ("w.bin", b"1234"),
        ],
        "model.json names two weight files of this name: w.bin",
    ),
    "no json": ([("1.bin", b"")], "none of them ends in .json (1.bin)"),
    "another kind": ([("m.h5", b"\x89HDF\r\n\x1a\n..")], "the superblock has the version 46"),
    "weights of another kind": (
        [*list(TWO_GROUPS.items())[:-1], ("4.bin", b"<html>\n")],
        "'4.bin' has 7 bytes (it is a web page (HTML))",
    ),
    "two models": (
        [("a.json", b'{"modelTopology":{}}'), ("b.json", b'{"modelTopology":{}}')],
        "'a.json' and 'b.json' ends in .json, and one model is loaded at a time",
    ),
    "two jsons": ([("a.json", b"{}"), ("b.json", b"{}")], "'a.json' and 'b.json' ends in .json"),
    "no JSON": ([("m.json", b"<html>")], "m.json is not JSON"),
    "no model": ([("m.json", b"{}")], "neither modelTopology nor weightsManifest"),
    "cut": (
        [(name, body[:-1] if name == "4.bin" else body) for name, body in TWO_GROUPS.items()],
        "'4.bin' has 3 bytes",
    ),
    "no archive": ([("m.zip", b"PK nonsense")], "the archive cannot be read"),
}


@pytest.mark.parametrize("case", MISMATCHES)
def test_mismatches_are_named(tab: Tab, case: str) -> None:
    """A missing, superfluous, repeated or damaged file is named in the error."""
    files, text = MISMATCHES[case]
    offer(tab, files)
    kind, message = tab.python(load)
    assert kind in ("InvalidModelError", "DamagedModelError")
    assert text in message


WEIGHTS = b"123456789abcdefgh"


def test_what_an_export_has_besides(tab: Tab) -> None:
    """The model.json is found by its content; files that it does not name are left alone."""
    others = {
        "5.bin": b"",
        "README.txt": b"Read me",
        "metadata.json": b'{"tfjsVersion":"1.3.1","labels":["a"]}',
        "empty.json": b"",
        ".DS_Store": b"\0\0\0\1Bud1",
        "._model.json": b"\0\5\26\7",
        "packed.zip": b"PK",
    }
    offer(tab, others | TWO_GROUPS)
    assert bytes.fromhex(tab.python(load)["weights"]) == WEIGHTS
    packed = {**TWO_GROUPS, **others, "old/model.json": TWO_GROUPS["model.json"], "old/1.bin": b""}
    offer(tab, {"m.zip": archive(packed, zipfile.ZIP_DEFLATED), "README.txt": b"Read me"})
    assert bytes.fromhex(tab.python(load)["weights"]) == WEIGHTS


def test_copies_of_downloads(tab: Tab) -> None:
    """A browser renames a file of a name that it has offered before; its number is known."""
    names = {name: name.replace(".", " (1).") for name in TWO_GROUPS}
    copies = {names[name]: content for name, content in TWO_GROUPS.items()}
    offer(tab, copies)
    assert bytes.fromhex(tab.python(load)["weights"]) == WEIGHTS
    offer(tab, copies | {name.replace("(1)", "(2)"): b"?" for name in list(copies)[1:]})
    assert bytes.fromhex(tab.python(load)["weights"]) == WEIGHTS
    offer(tab, {"model.json": copies["model (1).json"], **copies, "1 (2).bin": b"?"})
    kind, message = tab.python(load)
    assert kind in ("InvalidModelError", "DamagedModelError")
    assert "ends in .json" in message


FOLDER = {
    "tm/model.json": TWO_GROUPS["model.json"],
    "tm/a/1.bin": TWO_GROUPS["1.bin"],
    "tm/b/2.bin": TWO_GROUPS["2.bin"],
    "tm/3.bin": TWO_GROUPS["3.bin"],
    "tm/4.bin": TWO_GROUPS["4.bin"],
    "tm/old/model.json": TWO_GROUPS["model.json"],
    "tm/old/3.bin": b"?",
    "tm/old/1.bin": b"?",
    "tm/.DS_Store": b"?",
    "tm/README.md": b"# Read me",
}


def test_a_folder(tab: Tab) -> None:
    """Files of one name in a picked folder are told apart by where they are."""
    tab.js(
        """(files) => {
          window.offered = files.map(([path, text]) => {
            const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
            const file = new File([bytes], path.split("/").at(-1));
            Object.defineProperty(file, "webkitRelativePath", { value: path });
            return file;
          });
        }""",
        [[path, base64.b64encode(content).decode()] for path, content in FOLDER.items()],
    )
    assert bytes.fromhex(tab.python(load)["weights"]) == WEIGHTS


@pytest.mark.parametrize("gone", ["model.json", "weights.bin"])
@pytest.mark.parametrize(
    "how",
    [
        "deleted",
        pytest.param(
            "changed",
            marks=pytest.mark.lacks("webkit", "WebKitGTK reads a changed file without an error"),
        ),
    ],
)
def test_a_file_that_is_gone(tab: Tab, tmp_path: Path, gone: str, how: str) -> None:
    """A file that was deleted or changed after it was picked is named, with what to do."""
    saved(artifacts(), tmp_path)
    tab.js(
        """() => {
          const input = document.createElement("input");
          Object.assign(input, { type: "file", multiple: true, id: "gone" });
          document.body.append(input);
        }"""
    )
    tab.view.upload("#gone", sorted(tmp_path.iterdir()))
    tab.js("() => { window.offered = document.querySelector('#gone').files; }")
    if how == "deleted":
        (tmp_path / gone).unlink()
    else:
        (tmp_path / gone).write_bytes(b"another length")
    kind, message = tab.python(load)
    tab.js("() => document.querySelector('#gone').remove()")
    assert kind == "StorageError"
    assert f"the file '{gone}' can no longer be read" in message
    assert "pick it again" in message


def test_an_empty_file(tab: Tab) -> None:
    """Weights of no bytes are a file that can be read."""
    text = model_json([{"paths": ["w.bin"], "weights": [weight("w", 0)]}])
    offer(tab, {"model.json": text, "w.bin": b""})
    assert tab.python(load)["weights"] == ""


def test_no_files(tab: Tab) -> None:
    """An empty list, and objects that are not files, are refused at once."""

    def refused() -> Any:
        import pyio

        said = []
        for files in ([], None, ["model.json"]):
            try:
                pyio.browser_files(files)  # type: ignore[arg-type]
            except pyio.HandlerError as error:
                said.append(str(error))
        return said

    none, nothing, text = tab.python(refused)
    assert "at least 1 file" in none
    assert "got None" in nothing
    assert "got 'model.json'" in text


def archive(files: dict[str, bytes], compression: int) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", compression) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return sink.getvalue()


def test_archives(tab: Tab) -> None:
    """The zip of downloads://, and one that was packed again with a folder, are read."""

    async def download() -> None:
        import numpy as np

        import pyio

        array = np.arange(3, dtype=np.float32)
        await pyio.save_arrays({"a": array}, "downloads://m", single_file=True)

    offer(tab, tab.downloads(1, lambda: tab.python(download)))
    found = tab.python(load)
    assert found["names"] == ["a"]
    assert found["progress"][-1] == ["./m.weights.bin", 12, 12]
    text, files = shards(2000, 1000)
    again = {"m/model.json": text, "__MACOSX/m/._model.json": b"?", "m/.DS_Store": b"?"}
    again |= {f"m/{name}": content for name, content in files.items()}
    for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        offer(tab, {"m.zip": archive(again, compression)})
        assert tab.python(load)["weights"] == b"".join(files.values()).hex()
    spoiled = bytearray(archive(again, zipfile.ZIP_STORED))
    spoiled[spoiled.index(files["group1-shard1of2.bin"]) + 5] ^= 1
    offer(tab, {"m.zip": bytes(spoiled)})
    kind, message = tab.python(load)
    assert kind == "DamagedModelError"
    assert "checksum of 'm/group1-shard1of2.bin' is wrong" in message


def test_downloads_in_shards(tab: Tab) -> None:
    """downloads:// cuts weights on request, and the files picked again are the same model."""

    async def download(single_file: bool) -> None:
        import numpy as np

        import pyio

        reports: list[pyio.Progress] = []
        await pyio.save_arrays(
            {"a": np.arange(300, dtype=np.float32)},
            "downloads://m",
            shard_size_bytes=500,
            single_file=single_file,
            on_progress=reports.append,
        )
        assert [report.bytes_done for report in reports][-1] == 1200

    for single_file, names in (
        (False, ["m.json", *(f"group1-shard{n}of3.bin" for n in (1, 2, 3))]),
        (True, ["m.zip"]),
    ):
        files = tab.downloads(len(names), partial(tab.python, download, single_file))
        assert list(files) == names
        offer(tab, files)
        assert len(tab.python(load)["weights"]) == 2400


def test_picking(tab: Tab, tmp_path: Path) -> None:
    """pick_files opens the browser's picker; the picked files load; cancelling returns no files."""
    saved(artifacts(), tmp_path)

    async def pick_and_load() -> Any:
        import pyio

        files = await pyio.pick_files()
        if not files:
            return None
        return list(await pyio.load_arrays(pyio.browser_files(files)))

    tab.js(
        """(source) => {
          const button = document.createElement("button");
          button.textContent = "Pick";
          button.onclick = () => { window.picking = callPython(source, "pick_and_load", "[]"); };
          document.body.append(button);
        }""",
        _source(pick_and_load),
    )
    tab.view.pick("button", sorted(tmp_path.iterdir()))
    assert json.loads(tab.js("() => picking")) == ["dense/kernel", "dense/bias", "steps"]
    tab.view.pick("button", [])
    assert json.loads(tab.js("() => picking")) is None
    assert tab.js("() => document.querySelectorAll('input[type=file]').length") == 0
    tab.js("() => document.querySelector('button').remove()")


def test_picking_without_a_click(tab: Tab) -> None:
    """Without a click, picking raises an error that says so, instead of waiting forever."""

    async def pick() -> Any:
        import pyio

        try:
            await pyio.pick_files()
        except pyio.UnsupportedEnvironmentError as error:
            return str(error)

    tab.js("""() => Object.defineProperty(navigator, "userActivation",
      { value: { isActive: false }, configurable: true }) && null""")
    try:
        assert "from the handler of a click" in tab.python(pick)
    finally:
        tab.js("() => { delete navigator.userActivation; }")


def _source(function: Any) -> str:
    import inspect
    import textwrap

    return textwrap.dedent(inspect.getsource(function))


def test_metadata_of_other_programs(tab: Tab) -> None:
    """Teachable Machine's export has its metadata in a file beside the model, loose and zipped."""
    metadata = {
        "packageName": "@teachablemachine/image",
        "labels": ["Katze", "犬"],
        "imageSize": 224,
    }
    files = {
        "metadata.json": json.dumps(metadata).encode(),
        "model.json": model_json([{"paths": ["weights.bin"], "weights": [weight("w", 1)]}]),
        "weights.bin": bytes(4),
    }
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    for offered in (files, {"converted_tfjs.zip": sink.getvalue()}):
        offer(tab, offered)
        assert tab.python(load)["fields"]["user_defined_metadata"] == metadata
