"""Importers are found by content, and see the same files from every medium."""

from __future__ import annotations

import hashlib
import sys
import types
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

import pyio
from pyio.converters import table
from pyio.converters.files import MemoryFiles, present
from pyio.converters.table import Importer, recognised
from pyio.format.archive import unzip, zip_pieces
from pyio.handlers.picked_files import BrowserFilesHandler
from tests.support.answers import Answer, Answers
from tests.support.models import artifacts, run, same

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pyio.converters.files import Files

MAGIC = b"\x89HDF\r\n\x1a\n"
CONTENT = MAGIC + bytes(range(256)) * 8


async def _artifacts(files: Files, **options: Any) -> pyio.ModelArtifacts:
    """Weights alone, with all that the importer was given as metadata."""
    (name, *_), tail = files.names, b""
    tail = bytes(await files.read(name, files.size(name) - 4))
    seen = {"first": name, "tail": tail.hex(), "options": str(options), "size": files.size(name)}
    whole = await files.read(name)
    assert whole.nbytes == files.size(name)
    seen["more"] = await present(files, "extra/more.bin")
    if seen["more"]:
        seen["bytes"] = bytes(await files.read("extra/more.bin", 1, 3)).hex()
    return artifacts(user_defined_metadata=seen)


def _recognises(start: bytes, names: Sequence[str]) -> bool:
    return start.startswith(MAGIC) or "odd.pb" in names


@pytest.fixture(autouse=True)
def one_importer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table with one importer, of files that begin as HDF5 does and of folders with odd.pb."""
    module = types.ModuleType("odd_importer")
    module.artifacts = _artifacts  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "odd_importer", module)
    row = Importer("odd", "odd_importer", _recognises, ("odd.pb",))
    monkeypatch.setattr(table, "IMPORTERS", [row])


def load(source: Any, **options: Any) -> dict[str, Any]:
    """What the importer saw."""
    found = run(pyio.load_artifacts(source, **options)).user_defined_metadata
    assert isinstance(found, dict)
    return found


EXPECTED = {"tail": "fcfdfeff", "size": len(CONTENT), "options": "{}"}


def test_a_file_of_any_name(tmp_path: Path) -> None:
    """The content decides, over file:// and http://, in a directory, and within a zip."""
    (tmp_path / "m.txt").write_bytes(CONTENT)
    expected = {**EXPECTED, "first": "m.txt", "more": False}
    assert load(f"file://{tmp_path}/m.txt") == expected
    assert load(f"file://{tmp_path}") == expected
    packed = b"".join(zip_pieces({"top/m.txt": (memoryview(CONTENT),), ".DS_Store": ()}))
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "m.zip").write_bytes(packed)
    assert load(f"file://{tmp_path}/x/m.zip") == expected
    answers = {"/m.txt?a=1": Answer(CONTENT), "/m.zip": Answer(packed)}
    with Answers(answers) as server:  # type: ignore[arg-type]
        assert load(f"{server.url}/m.txt?a=1") == expected
        assert load(f"{server.url}/m.zip") == expected
        found = run(pyio.inspect(f"{server.url}/m.zip"))
    assert found.user_defined_metadata == expected


def test_the_digest_of_a_file() -> None:
    """For a file of another program, sha256 is that of the file."""
    digest = hashlib.sha256(CONTENT).hexdigest()
    with Answers({"/m.h5": Answer(CONTENT)}) as server:
        assert load(f"{server.url}/m.h5", sha256=digest)["first"] == "m.h5"
        with pytest.raises(pyio.DamagedModelError, match="SHA-256"):
            load(f"{server.url}/m.h5", sha256="0" * 64)


def test_a_directory(tmp_path: Path) -> None:
    """A directory is recognised by a name in it; a server is asked for that name."""
    (tmp_path / "odd.pb").write_bytes(CONTENT)
    (tmp_path / "extra").mkdir()
    (tmp_path / "extra" / "more.bin").write_bytes(b"\1\2\3\4")
    expected = {**EXPECTED, "first": "odd.pb", "more": True, "bytes": "0203"}
    assert load(f"file://{tmp_path}") == expected
    assert run(pyio.exists(f"file://{tmp_path}"))
    with pytest.raises(pyio.ModelExistsError):
        run(pyio.copy_model("memory://none", f"file://{tmp_path}"))
    answers = {"/m/odd.pb": Answer(CONTENT), "/m/extra/more.bin": Answer(b"\1\2\3\4")}
    with Answers(answers) as server:  # type: ignore[arg-type]
        assert load(f"{server.url}/m/") == expected
        assert load(f"{server.url}/m") == expected
        with pytest.raises(pyio.ModelNotFoundError):
            load(f"{server.url}/other")


def test_picked_files() -> None:
    """Among picked files, the one that is recognised is found; a folder is told by its names."""

    def picked(files: dict[str, bytes]) -> dict[str, Any]:
        handler = BrowserFilesHandler.__new__(BrowserFilesHandler)  # there is no picker here
        packed = zip_pieces({name: (memoryview(data),) for name, data in files.items()})
        handler._files = unzip(memoryview(b"".join(packed)), "m.zip")  # type: ignore[assignment]
        handler._on_progress, handler.url = None, "m.zip"
        return load(handler)

    expected = {**EXPECTED, "first": "m.bin", "more": False}
    assert picked({"README": b"read me", "m.bin": CONTENT, "labels.json": b"{}"}) == expected
    below = {"my/odd.pb": CONTENT, "my/extra/more.bin": b"\1\2\3\4"}
    assert picked(below)["bytes"] == "0203"
    with pytest.raises(pyio.InvalidModelError, match="several of the files are models: 'a', 'b'"):
        picked({"a": CONTENT, "b": CONTENT})


def test_a_zip_of_a_model_of_tensorflow_js(tmp_path: Path) -> None:
    """A model.json and its weights are read from a zip archive, in a folder of it or not."""
    run(pyio.save_artifacts(artifacts(), f"file://{tmp_path}/m"))
    for folder in ("", "m/"):
        with zipfile.ZipFile(tmp_path / "m.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for file in (tmp_path / "m").iterdir():
                archive.write(file, folder + file.name)
        found = run(pyio.load_artifacts(f"file://{tmp_path}/m.zip"))
        assert b"".join(found.weight_data or ()) == b"".join(artifacts().weight_data or ())
        assert found.model_topology == artifacts().model_topology


@pytest.mark.parametrize("folder", ["/", "//", "a/" * 20_000, "../"])
def test_odd_folders_in_a_zip(tmp_path: Path, folder: str) -> None:
    """Names that begin with a slash, and folders without end, are a model or none, in little time.

    ".." is a name like any other, because nothing is unpacked to disk.
    """
    file = tmp_path / "m.zip"
    run(pyio.save_artifacts(artifacts(), f"file://{tmp_path}/plain.zip"))
    with zipfile.ZipFile(tmp_path / "plain.zip") as plain, zipfile.ZipFile(file, "w") as odd:
        for name in plain.namelist():
            odd.writestr(folder + name, plain.read(name))
    if folder == "../":
        assert same(run(pyio.load_artifacts(f"file://{file}")), artifacts())
        return
    with pytest.raises(pyio.OtherFormatError, match="zip archive"):
        run(pyio.load_artifacts(f"file://{file}"))


def test_errors_stay_those_of_the_medium(tmp_path: Path) -> None:
    """What no importer knows keeps its error, and a damaged model.json is not taken for others."""
    (tmp_path / "m.gguf").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(pyio.OtherFormatError, match="a GGUF file"):
        load(f"file://{tmp_path}/m.gguf")
    (tmp_path / "model.json").write_text("{nonsense")
    with pytest.raises(pyio.DamagedModelError, match=r"model\.json is not"):
        load(f"file://{tmp_path}/model.json")


def test_ranges() -> None:
    """A file that begins too late or ends too soon is refused by name."""
    files = MemoryFiles({"a": CONTENT})
    assert run(recognised(files)) is not None
    for start, stop in ((0, len(CONTENT) + 1), (5, 4), (-1, 4)):
        with pytest.raises(pyio.WeightsError, match="'a' are needed"):
            run(files.read("a", start, stop))
    with pytest.raises(pyio.WeightsError, match="'b' is missing"):
        run(files.read("b"))


@pytest.mark.parametrize("exposed", [True, False])
def test_a_server_with_ranges(exposed: bool) -> None:
    """Ranges are used where the answer says which; otherwise the file is got whole."""
    head = {"content-range": f"bytes 0-511/{len(CONTENT)}"} if exposed else {}
    tail = {"content-range": f"bytes {len(CONTENT) - 4}-{len(CONTENT) - 1}/{len(CONTENT)}"}
    whole = Answer(CONTENT)
    answers = {
        "/m.h5": [
            whole,  # as a model.json
            Answer(CONTENT[:512], 206, headers=head),
            *([Answer(CONTENT[-4:], 206, headers=tail)] if exposed else []),
            whole,
        ]
    }
    with Answers(answers) as server:  # type: ignore[arg-type]
        assert load(f"{server.url}/m.h5") == {**EXPECTED, "first": "m.h5", "more": False}
        asked = [seen.headers.get("range") for seen in server.seen]
    expected = [None, "bytes=0-511", *(["bytes=2052-2055"] if exposed else []), None]
    assert asked[: len(expected)] == expected
