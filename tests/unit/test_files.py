"""file://: the layout of TensorFlow.js for Node, and files that change together or not at all."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import signal
import sys
import threading
import time
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pyio
from pyio.handlers.files import folder
from tests.support.models import (
    TOPOLOGY,
    artifacts,
    graph_model,
    model_json,
    run,
    same,
    shards,
    weight,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def load(path: Path | str, **options: Any) -> pyio.ModelArtifacts:
    return run(pyio.load_artifacts(f"file://{path}", **options))


def save(model: pyio.ModelArtifacts, path: Path | str, **options: Any) -> pyio.SaveResult:
    return run(pyio.save_artifacts(model, f"file://{path}", **options))


def data(model: pyio.ModelArtifacts) -> bytes:
    return b"".join(model.weight_data or ())


def files(path: Path) -> dict[str, bytes]:
    """Everything in a directory."""
    return {
        str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()
    }


def put(path: Path, *sizes: int) -> bytes:
    """Write what the converter writes; return the weights."""
    text, contents = shards(*sizes)
    (path / "model.json").write_bytes(text)
    for name, content in contents.items():
        (path / name).write_bytes(content)
    return b"".join(contents.values())


def node_model_json(model: pyio.ModelArtifacts) -> str:
    """The model.json of tfjs-node 4.22 (``file_system.ts``, NodeFileSystem.save).

    It is one object literal of modelTopology, weightsManifest, format, generatedBy and convertedBy,
    to which trainingConfig, signature and userDefinedMetadata are added where they are not null,
    and then JSON.stringify.
    """
    fields: dict[str, Any] = {
        "modelTopology": model.model_topology,
        "weightsManifest": [
            {
                "paths": ["weights.bin"],
                "weights": [
                    {"name": spec.name, "shape": list(spec.shape), "dtype": spec.dtype}
                    for spec in model.weight_specs or ()
                ],
            }
        ],
        "format": model.format,
        "generatedBy": model.generated_by,
        "convertedBy": model.converted_by,
    }
    more = {
        "trainingConfig": model.training_config,
        "signature": model.signature,
        "userDefinedMetadata": model.user_defined_metadata,
    }
    fields |= {key: value for key, value in more.items() if value is not None}
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False)


FLOATS = np.array([1, 2, 3], np.float32)
FULL = artifacts(
    training_config={"loss": "meanSquaredError", "optimizer_config": {"class_name": "SGD"}},
    user_defined_metadata={"author": "Zoë"},
    signature={"inputs": {}},
)


def test_layout_of_node(tmp_path: Path) -> None:
    """Two files, byte for byte as tfjs-node writes them, in a directory with new parents."""
    result = save(FULL, tmp_path / "a/b/c")
    assert files(tmp_path / "a/b/c") == {
        "model.json": node_model_json(FULL).encode(),
        "weights.bin": data(FULL),
    }
    assert result.model_artifacts_info.weight_data_bytes == 104


def test_what_node_wrote_is_read(tmp_path: Path) -> None:
    """Directory or json, relative or absolute, every field comes back."""
    (tmp_path / "model.json").write_text(node_model_json(FULL), "utf-8")
    (tmp_path / "weights.bin").write_bytes(data(FULL))
    assert same(load(tmp_path), FULL)
    assert same(load(f"{tmp_path}/"), FULL)
    assert same(load(tmp_path / "model.json"), FULL)
    assert same(load(os.path.relpath(tmp_path)), FULL)
    assert same(load(f"./{os.path.relpath(tmp_path)}/model.json"), FULL)


def test_file_system_saves_and_loads(tmp_path: Path) -> None:
    """The handler for a path does both, and takes a Path."""
    handler = pyio.file_system(tmp_path / "m")
    run(pyio.save_artifacts(FULL, handler))
    assert same(run(pyio.load_artifacts(handler)), FULL)


def test_graph_model_keeps_everything(tmp_path: Path) -> None:
    """Signature, initializers and metadata of a graph model come back, which tfjs-node loses."""
    save(graph_model(), tmp_path)
    assert same(load(tmp_path), graph_model())


def test_optimizer_state_comes_back(tmp_path: Path) -> None:
    """The group of each weight is kept, by which optimizer state is told from the model."""
    state = pyio.encode_weights({"iter": np.array(3, np.int32)}, "optimizer")
    model = artifacts(
        weight_specs=(*(artifacts().weight_specs or ()), *state.specs),
        weight_data=(*(artifacts().weight_data or ()), *state.data),
        training_config={"optimizer_config": {"class_name": "Adam", "config": {"beta1": 0.9}}},
    )
    save(model, tmp_path)
    found = load(tmp_path)
    assert same(found, model)
    assert [spec.group for spec in found.weight_specs or ()] == [None, None, None, "optimizer"]
    assert run(pyio.inspect(f"file://{tmp_path}")).parameters == 26


def test_strings_in_shards(tmp_path: Path) -> None:
    """A string tensor that is cut in the middle of a letter comes back."""
    words = np.array(["здраво", "漢字", "", "plain"], dtype=object)
    run(pyio.save_arrays({"s": words, "w": FLOATS}, f"file://{tmp_path}", shard_size_bytes=7))
    assert len(files(tmp_path)) == 1 + -(-(12 + 6 + 5 + 16 + 12) // 7)
    found = run(pyio.load_arrays(f"file://{tmp_path}"))
    assert found["s"].tolist() == words.tolist()
    assert found["w"].tolist() == FLOATS.tolist()


def test_router() -> None:
    """file:// has one handler for saving and loading; other schemes have none of its."""
    for handlers in (pyio.get_load_handlers("file://x"), pyio.get_save_handlers("file://x")):
        assert [type(handler) for handler in handlers] == [type(pyio.file_system("x"))]
    assert pyio.get_load_handlers("files://x") == []


def test_parts_may_be_absent(tmp_path: Path) -> None:
    """Topology alone, weights alone, and no weights at all are models too."""
    for name, part in {
        "topology": pyio.ModelArtifacts(model_topology=TOPOLOGY),
        "weights": artifacts(model_topology=None),
        "none": artifacts(weight_specs=(), weight_data=()),
    }.items():
        save(part, tmp_path / name)
        assert same(load(tmp_path / name), part)
    assert "weightsManifest" not in json.loads((tmp_path / "topology/model.json").read_text())


def test_converter_files_are_read(tmp_path: Path) -> None:
    """Several groups, several shards, tensors that straddle files, files in other directories."""
    body = bytes(range(24))
    manifest: list[dict[str, Any]] = [
        {
            "paths": ["group1-shard1of2.bin", "group1-shard2of2.bin"],
            "weights": [
                weight("a", 3),
                weight(
                    "q",
                    2,
                    quantization={
                        "dtype": "uint8",
                        "min": -1.0,
                        "scale": 0.5,
                        "original_dtype": "float32",
                    },
                ),
            ],
        },
        {"paths": [], "weights": []},
        {
            "paths": ["sub/group3-shard1of1.bin"],
            "weights": [
                weight("h", 3, quantization={"dtype": "float16", "original_dtype": "float32"}),
                weight("f", 4, "bool"),
            ],
        },
    ]
    (tmp_path / "sub").mkdir()
    (tmp_path / "model.json").write_bytes(model_json(manifest))
    (tmp_path / "group1-shard1of2.bin").write_bytes(body[:9])
    (tmp_path / "group1-shard2of2.bin").write_bytes(body[9:14])
    (tmp_path / "sub/group3-shard1of1.bin").write_bytes(body[14:])
    arrays = run(pyio.load_arrays(f"file://{tmp_path}"))
    assert arrays["a"].tobytes() == body[:12]
    assert arrays["q"].tolist() == [12 * 0.5 - 1, 13 * 0.5 - 1]
    assert arrays["h"].tolist() == np.frombuffer(body[14:20], "<f2").astype("f4").tolist()
    assert arrays["f"].view("u1").tolist() == [20, 21, 22, 23]


def test_shards_are_written_under_the_converters_names(tmp_path: Path) -> None:
    """Equal files but the last, tensors cut wherever it falls, and the same model from them."""
    save(FULL, tmp_path, shard_size_bytes=50)
    written = files(tmp_path)
    assert {name: len(content) for name, content in written.items() if name != "model.json"} == {
        "group1-shard1of3.bin": 50,
        "group1-shard2of3.bin": 50,
        "group1-shard3of3.bin": 4,
    }
    (group,) = json.loads(written["model.json"])["weightsManifest"]
    assert group["paths"] == [f"group1-shard{number}of3.bin" for number in (1, 2, 3)]
    assert same(load(tmp_path), FULL)
    save(artifacts(weight_specs=(), weight_data=()), tmp_path / "none", shard_size_bytes=50)
    assert list(files(tmp_path / "none")) == ["model.json"]
    (group,) = json.loads((tmp_path / "none/model.json").read_text())["weightsManifest"]
    assert group == {"paths": [], "weights": [], "crc32": []}
    for size in (0, -1, 1.5, True):
        with pytest.raises(pyio.WeightsError, match="shard_size_bytes should be"):
            save(FULL, tmp_path, shard_size_bytes=size)


def test_saving_again_leaves_nothing_behind(tmp_path: Path) -> None:
    """Files that only the previous model used are removed; other programs' files are kept."""
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "group9-shard1of1.bin").write_text("another model's")
    save(FULL, tmp_path, shard_size_bytes=50)
    save(FULL, tmp_path)
    kept = {"model.json", "weights.bin", "notes.txt", "group9-shard1of1.bin"}
    assert set(files(tmp_path)) == kept
    save(FULL, tmp_path, shard_size_bytes=104)
    assert set(files(tmp_path)) == kept - {"weights.bin"} | {"group1-shard1of1.bin"}
    save(pyio.ModelArtifacts(model_topology={"a": 1}), tmp_path)
    assert set(files(tmp_path)) == kept - {"weights.bin"}


def test_what_is_not_there(tmp_path: Path) -> None:
    """An absent json, an empty directory and a missing weights file are told apart by name."""
    with pytest.raises(pyio.ModelNotFoundError, match="does not exist"):
        load(tmp_path / "absent/model.json")
    with pytest.raises(pyio.ModelNotFoundError, match=r"has no model\.json"):
        load(tmp_path)
    save(FULL, tmp_path)
    (tmp_path / "weights.bin").unlink()
    with pytest.raises(pyio.DamagedModelError, match=r"the weights file 'weights\.bin' is named"):
        load(tmp_path)
    assert run(pyio.exists(f"file://{tmp_path}")) is True
    assert run(pyio.exists(f"file://{tmp_path}/absent")) is False


@pytest.mark.parametrize("name", ["a\0b", "a\ud800"])
def test_names_that_no_file_can_have(name: str) -> None:
    """They are refused as addresses when the handler is made."""
    with pytest.raises(pyio.InvalidURLError, match="no file's name can have"):
        pyio.file_system(name)


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    """A refusal of the operating system is raised as an error of pyio."""
    url = f"file://{tmp_path}/{'a' * 5000}"
    with pytest.raises((pyio.StorageError, pyio.ModelNotFoundError)):
        run(pyio.load_artifacts(url))
    with pytest.raises(pyio.StorageError, match="too long"):
        run(pyio.save_arrays({}, url))


def test_a_file_is_no_place_for_a_model(tmp_path: Path) -> None:
    """Saving onto a file, or to something that looks like one, is refused and changes nothing."""
    (tmp_path / "file").write_text("mine")
    for name in ("file", "model.json"):
        with pytest.raises(pyio.InvalidURLError, match="give the directory"):
            save(FULL, tmp_path / name)
    with pytest.raises(pyio.StorageError, match="file"):
        save(FULL, tmp_path / "file/below")
    assert files(tmp_path) == {"file": b"mine"}


@pytest.mark.parametrize(
    "path", ["../secret", "/etc/passwd", "a/../../secret", "C:\\secret", "..\\secret", "\x00"]
)
def test_paths_that_leave_the_directory(tmp_path: Path, path: str) -> None:
    """A json cannot make the loader read a file outside of its own directory."""
    (tmp_path / "secret").write_bytes(b"1234")
    inner = tmp_path / "model"
    inner.mkdir()
    (inner / "model.json").write_bytes(model_json([{"paths": [path], "weights": [weight("w", 1)]}]))
    with pytest.raises(pyio.DamagedModelError, match="does not lie below"):
        load(inner)


DAMAGE: dict[str, tuple[dict[str, bytes | None], str]] = {
    "cut": ({"group1-shard2of3.bin": b"123"}, "'group1-shard2of3.bin' has 3 bytes"),
    "too long": ({"group1-shard3of3.bin": b"123456789"}, "'group1-shard3of3.bin' has 9 bytes"),
    "missing": ({"group1-shard1of3.bin": None}, r"'group1-shard1of3\.bin' is named"),
    "no JSON": ({"model.json": b"{"}, r"model\.json is not JSON"),
    "no object": ({"model.json": b"[1]"}, "not an object"),
    "no model": ({"model.json": b"{}"}, "neither modelTopology nor weightsManifest"),
    "twice": (
        {"model.json": model_json([{"paths": ["a", "a"], "weights": []}])},
        "lists 'a' twice",
    ),
    "paths": ({"model.json": model_json([{"paths": "a", "weights": []}])}, "list of texts"),
    "manifest": ({"model.json": b'{"weightsManifest":{}}'}, "weightsManifest should be a list"),
    "group": ({"model.json": b'{"weightsManifest":[1]}'}, "group 0 of weightsManifest is 1"),
    "weights": (
        {"model.json": model_json([{"paths": [], "weights": 1}])},
        "the weights of group 0 of weightsManifest should be a list",
    ),
    "checksums": (
        {"model.json": model_json([{"paths": [], "weights": [], "crc32": ["x"]}])},
        "has 0 paths and the crc32",
    ),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damage_is_named(tmp_path: Path, case: str) -> None:
    """Each kind of damage is an error that names the address and the file, and changes nothing."""
    put(tmp_path, 10, 10, 5)
    changes, text = DAMAGE[case]
    for name, content in changes.items():
        if content is None:
            (tmp_path / name).unlink()
        else:
            (tmp_path / name).write_bytes(content)
    before = files(tmp_path)
    with pytest.raises(pyio.DamagedModelError, match=text) as error:
        load(tmp_path)
    assert repr(f"file://{tmp_path}") in str(error.value)
    assert files(tmp_path) == before


def test_changed_shards_are_found_by_checksum(tmp_path: Path) -> None:
    """What pyio wrote with shards is verified on loading, down to a single bit."""
    save(FULL, tmp_path, shard_size_bytes=52)
    shard = tmp_path / "group1-shard2of2.bin"
    content = bytearray(shard.read_bytes())
    content[7] ^= 1
    shard.write_bytes(content)
    with pytest.raises(pyio.DamagedModelError, match=r"'group1-shard2of2\.bin' has the CRC-32"):
        load(tmp_path)


def test_a_crash_at_any_moment(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Killed at every single file operation of a save, the old model or the new one is there.

    A child process is killed by SIGKILL when it is about to do its n-th operation, for every n.
    The next save then works and leaves no file of the dead one in the way.
    """
    old, new = FULL, artifacts(format="new", weight_data=(bytes(range(104)),))
    seen = set()
    for number in count(1):
        place = tmp_path / str(number)
        save(old, place, shard_size_bytes=40)
        finished = _killed_at(number, new, place)
        found = load(place)
        assert same(found, old) or same(found, new), number
        seen.add(found.format)
        assert run(pyio.inspect(f"file://{place}")).format == found.format
        before = files(place)
        assert same(load(place), found), "loading changed what is there"
        assert files(place) == before
        save(new, place)
        assert same(load(place), new)
        left = [name for name in files(place) if not name.endswith(folder._TEMPORARY)]
        assert sorted(left) == ["model.json", "weights.bin"]
        if finished:
            assert same(found, new)
            break
    record_property("cell", ["crash", "file", "cpython"])
    record_property("outcome", f"killed at {number} operations, old or new each time")
    assert number > 10
    assert seen == {"layers-model", "new"}


def _killed_at(number: int, model: pyio.ModelArtifacts, place: Path) -> bool:
    """Save in a child that dies before its n-th file operation; return whether it got through."""
    child = os.fork()
    if child == 0:
        left = number

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal left
            if event in ("open", "os.rename", "os.remove") and str(place) in str(arguments[0]):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        asyncio.run(pyio.save_artifacts(model, f"file://{place}"))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0


def test_files_of_a_dead_save_are_removed_in_time(tmp_path: Path) -> None:
    """The next save removes temporary files that have not been written to for an hour."""
    old, young = (tmp_path / f".{name}.0{folder._TEMPORARY}" for name in ("old", "young"))
    old.write_bytes(b"")
    young.write_bytes(b"")
    os.utime(old, (0, 0))
    save(FULL, tmp_path)
    assert not old.exists()
    assert young.exists()


def test_a_strange_journal_is_not_obeyed(tmp_path: Path) -> None:
    """A forged journal cannot read, move or remove anything outside its folder."""
    (tmp_path / "secret").write_text("mine")
    place = tmp_path / "model"
    save(FULL, place)
    plans: list[Any] = [
        {"rename": {"model.json": f"../secret{folder._TEMPORARY}"}, "remove": []},
        {"rename": {"../x": f"a{folder._TEMPORARY}"}, "remove": []},
        {"rename": {"model.json": "weights.bin"}, "remove": []},
        {"rename": {}, "remove": ["../secret"]},
        {"rename": []},
        [],
    ]
    for plan in plans:
        (place / folder._JOURNAL).write_text(json.dumps(plan))
        assert same(load(place), FULL)
        save(FULL, place)
    assert (tmp_path / "secret").read_text() == "mine"


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk raises QuotaExceededError with both byte counts, and the old model stays."""
    save(FULL, tmp_path)
    before = files(tmp_path)

    def full(_number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(pyio.QuotaExceededError) as error:
        save(artifacts(format="new"), tmp_path)
    assert error.value.bytes_needed > 104
    assert error.value.bytes_available
    with pytest.raises(pyio.QuotaExceededError):
        save(FULL, tmp_path / "new/place")
    assert files(tmp_path) == before
    assert not (tmp_path / "new").exists()


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory that may not be written to is refused as such."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(folder.Folder, "_write", refuse)
    with pytest.raises(pyio.StorageRefusedError, match="Permission denied"):
        save(FULL, tmp_path / "m")
    assert files(tmp_path) == {}


def test_a_callback_that_raises_changes_nothing(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """An exception at the very last report of a save still leaves the old model as it was."""
    save(FULL, tmp_path)
    before = files(tmp_path)
    reports = []

    def stop(progress: pyio.Progress) -> None:
        reports.append(progress)
        if progress.fraction == 1.0:
            raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        save(artifacts(format="new"), tmp_path, on_progress=stop)
    assert reports[-1] == pyio.Progress("save", "weights.bin", 104, 104)
    assert files(tmp_path) == before
    record_property("cell", ["callback", "file", "cpython"])
    record_property("outcome", "old 1")
    with pytest.raises(LookupError, match="enough"):
        load(tmp_path, on_progress=stop)


def test_cancelling_a_save(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """Cancelled at any await, a save leaves the old model and no temporary file."""
    save(FULL, tmp_path)
    before = files(tmp_path)

    async def cancel(pauses: int) -> bool:
        task = asyncio.ensure_future(
            pyio.save_artifacts(artifacts(format="new"), f"file://{tmp_path}")
        )
        for _ in range(pauses):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    pauses = 0
    while run(cancel(pauses)):
        assert files(tmp_path) == before, pauses
        pauses += 1
    record_property("cell", ["cancelled", "file", "cpython"])
    record_property("outcome", f"old {pauses}, new 1")
    assert pauses > 3
    assert load(tmp_path).format == "new"


def model(number: int) -> pyio.ModelArtifacts:
    """A model whose topology and weights both say which one it is."""
    encoded = pyio.encode_weights({"w": np.full(1000, number, np.int32)})
    return pyio.ModelArtifacts(
        model_topology={"number": number},
        weight_specs=encoded.specs,
        weight_data=encoded.data,
    )


def test_a_save_waits_for_those_who_read(tmp_path: Path) -> None:
    """A save that comes between a load's json and its weights is done after the load."""
    save(model(0), tmp_path)
    saving = threading.Thread(target=lambda: save(model(1), tmp_path))

    def start(progress: pyio.Progress) -> None:
        if not progress.bytes_done:
            saving.start()
            saving.join(0.3)
            assert saving.is_alive()

    found = load(tmp_path, on_progress=start)
    saving.join()
    assert same(found, model(0))
    assert same(load(tmp_path), model(1))


def test_reading_while_somebody_saves(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Every load sees one save's files, however often the model is replaced meanwhile."""
    save(model(0), tmp_path)
    stop = threading.Event()

    def writer() -> None:
        for number in count(1):
            if stop.is_set():
                return
            size = 1500 if number % 2 else None
            save(model(number), tmp_path, shard_size_bytes=size)

    thread = threading.Thread(target=writer)
    thread.start()
    numbers: set[Any] = set()
    end = time.monotonic() + 30
    try:
        while len(numbers) < 20 and time.monotonic() < end:
            found = load(tmp_path)
            assert isinstance(found.model_topology, dict)
            number = found.model_topology["number"]
            assert set(np.frombuffer(data(found), np.int32)) == {number}
            numbers.add(number)
    finally:
        stop.set()
        thread.join()
    record_property("cell", ["readers", "file", "cpython"])
    record_property("outcome", f"{len(numbers)} models seen, each whole")
    assert len(numbers) == 20


def test_copy_and_move(tmp_path: Path) -> None:
    """Files can be copied from and moved to; nothing is replaced unasked, and nothing removed."""
    url, memory = f"file://{tmp_path}/m", "memory://test-files"
    run(pyio.save_artifacts(FULL, memory))
    try:
        run(pyio.move_model(memory, url))
        assert run(pyio.exists(memory)) is False
        assert same(load(tmp_path / "m"), FULL)
        run(pyio.copy_model(url, memory))
        with pytest.raises(pyio.ModelExistsError, match="overwrite=True"):
            run(pyio.copy_model(memory, url))
        run(pyio.copy_model(memory, url, overwrite=True))
        with pytest.raises(pyio.UnsupportedOperationError, match="cannot remove"):
            run(pyio.move_model(url, "memory://elsewhere"))
        with pytest.raises(pyio.UnsupportedOperationError, match="delete it yourself"):
            run(pyio.remove_model(url))
    finally:
        run(pyio.remove_model(memory))


def test_inspecting_reads_no_weights(tmp_path: Path) -> None:
    """Format, layers, tensors, sizes and metadata are returned even without the weights file."""
    save(FULL, tmp_path)
    (tmp_path / "weights.bin").unlink()
    found = run(pyio.inspect(f"file://{tmp_path}"))
    assert (found.format, found.generated_by) == ("layers-model", FULL.generated_by)
    assert [(layer.name, layer.class_name) for layer in found.layers] == [
        ("dense", "Dense"),
        ("relu", "Activation"),
    ]
    assert [(spec.name, spec.shape, spec.byte_length) for spec in found.tensors] == [
        ("dense/kernel", (4, 5), 80),
        ("dense/bias", (5,), 20),
        ("steps", (), 4),
    ]
    assert (found.parameters, found.weight_bytes) == (26, 104)
    assert found.user_defined_metadata == {"author": "Zoë"}
    assert found.has_training_config
    save(graph_model(), tmp_path)
    found = run(pyio.inspect(f"file://{tmp_path}"))
    assert [(layer.name, layer.class_name) for layer in found.layers] == [
        ("x", "Placeholder"),
        ("y", "MatMul"),
    ]
    assert found.signature == graph_model().signature
