"""Metadata that travels: `ModelCard`, and the exports of Teachable Machine and ml5."""

from __future__ import annotations

import io
import json
import os
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import pyio
from pyio.display.listing import Listing
from pyio.format.archive import Member
from pyio.handlers.picked_files import BrowserFilesHandler
from tests.support.models import model_json, run, same, weight

if TYPE_CHECKING:
    from pathlib import Path


TEACHABLE: dict[str, Any] = {
    "tfjsVersion": "1.3.1",
    "tmVersion": "2.4.4",
    "packageVersion": "0.8.4-alpha2",
    "packageName": "@teachablemachine/image",
    "timeStamp": "2024-05-06T07:08:09.010Z",
    "userMetadata": {},
    "modelName": "tm-my-image-model",
    "labels": ["Katze", "犬"],
    "imageSize": 224,
}
"""The members that Teachable Machine's image models have (custom-mobilenet.ts)."""

AUDIO: dict[str, Any] = {
    "tfjsSpeechCommandsVersion": "0.4.0",
    "modelName": "TMv2",
    "timeStamp": "2024-05-06T07:08:09.010Z",
    "wordLabels": ["Background Noise", "clap"],
}

ML5: dict[str, Any] = {
    "inputUnits": [2],
    "outputUnits": 3,
    "inputs": {"x": {"dtype": "number", "min": 0, "max": 9}, "y": {"dtype": "number"}},
    "outputs": {
        "color": {
            "dtype": "string",
            "uniqueValues": ["red", "blue", "green"],
            "legend": {"blue": [0, 1, 0], "red": [1, 0, 0], "green": [0, 0, 1]},
        }
    },
    "isNormalized": True,
}
"""The members that ml5 1.2.1 writes (NeuralNetworkData.js)."""


def files(json_name: str = "model.json", **fields: Any) -> dict[str, bytes]:
    """A model of one vector "w"."""
    weights = json_name.replace(".json", ".weights.bin")
    group = {"paths": [f"./{weights}"], "weights": [weight("w", 1)]}
    return {json_name: model_json([group], **fields), weights: bytes(4)}


def picked(content: dict[str, bytes]) -> pyio.ModelArtifacts:
    """Load files as if they were picked; there is no picker here."""
    handler = BrowserFilesHandler.__new__(BrowserFilesHandler)
    members: Any = [
        Member(path.rpartition("/")[2], len(each), memoryview(each), path)
        for path, each in content.items()
    ]
    handler._files = members
    handler._on_progress, handler.url = None, "picked"
    return run(handler.load())


def packed(content: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, each in content.items():
            archive.writestr(name, each)
    return sink.getvalue()


def card(model: pyio.ModelArtifacts) -> pyio.ModelCard:
    found = pyio.ModelCard.from_metadata(model.user_defined_metadata)
    assert found is not None
    return found


@pytest.mark.parametrize("form", ["files", "zip", "folder"])
def test_teachable_machine(form: str) -> None:
    """An image export is read whole: labels, size and range; nothing of its metadata is lost."""
    content = files() | {"metadata.json": json.dumps(TEACHABLE).encode()}
    if form == "zip":
        content = {"converted_tfjs.zip": packed(content)}
    if form == "folder":
        content = {f"my/export/{name}": each for name, each in content.items()}
    model = picked(content)
    assert model.user_defined_metadata == TEACHABLE
    found = card(model)
    assert found.labels == ("Katze", "犬")
    assert (found.name, found.image_size) == ("tm-my-image-model", 224)
    assert found.input_range is not None
    assert found.input_range == pytest.approx((-1.0, 1.00787), abs=1e-5)


def test_teachable_machine_audio() -> None:
    """An audio export has its labels as wordLabels."""
    model = picked(files() | {"metadata.json": json.dumps(AUDIO).encode()})
    assert card(model).labels == ("Background Noise", "clap")
    assert card(model).input_range is None


def test_ml5_neural_network() -> None:
    """The labels stand in the order of the one-hot vectors; all of the metadata is kept."""
    for name in ("model", "my colors"):
        content = files(f"{name}.json") | {f"{name}_meta.json": json.dumps(ML5).encode()}
        model = picked(content)
        assert model.user_defined_metadata == ML5
        assert card(model).labels == ("red", "blue", "green")


def test_ml5_feature_extractor(tmp_path: Path) -> None:
    """Its labels stand in the model.json, which every medium reads."""
    content = files(ml5Specs={"mapStringToIndex": ["up", "down"]})
    assert card(picked(content)).labels == ("up", "down")
    for name, each in content.items():
        (tmp_path / name).write_bytes(each)
    found = run(pyio.inspect(f"file://{tmp_path}"))
    assert found.card is not None
    assert found.card.labels == ("up", "down")


def test_a_zip_of_teachable_machine_on_disk(tmp_path: Path) -> None:
    """file:// reads the zip that Teachable Machine offers, the metadata with it."""
    content = files() | {"metadata.json": json.dumps(TEACHABLE).encode()}
    (tmp_path / "tm.zip").write_bytes(packed(content))
    assert card(run(pyio.load_artifacts(f"file://{tmp_path}/tm.zip"))).labels == ("Katze", "犬")


def on_disk(folder: Path, content: dict[str, bytes]) -> str:
    for name, each in content.items():
        (folder / name).write_bytes(each)
    return f"file://{folder}"


def test_an_unpacked_export_on_disk(tmp_path: Path) -> None:
    """file:// reads Teachable Machine's folder as `browser_files` does, and a copy keeps it."""
    url = on_disk(tmp_path, files() | {"metadata.json": json.dumps(TEACHABLE).encode()})
    assert run(pyio.load_artifacts(url)).user_defined_metadata == TEACHABLE
    found = run(pyio.inspect(f"{url}/model.json"))
    assert found.card is not None
    assert found.card.labels == ("Katze", "犬")
    run(pyio.copy_model(url, "memory://copied"))
    assert card(run(pyio.load_artifacts("memory://copied"))).image_size == 224


def test_an_export_of_ml5_on_disk(tmp_path: Path) -> None:
    """The metadata of ml5 is that of the json of its name; another json's is left alone."""
    content = files("my colors.json") | {"my colors_meta.json": json.dumps(ML5).encode()}
    url = on_disk(tmp_path, content | {"other_meta.json": json.dumps(ML5).encode()})
    assert run(pyio.load_artifacts(f"{url}/my colors.json")).user_defined_metadata == ML5
    on_disk(tmp_path, files("another.json"))
    assert run(pyio.load_artifacts(f"{url}/another.json")).user_defined_metadata is None


def test_odd_files_of_metadata_on_disk(tmp_path: Path) -> None:
    """A directory, a pipe, a long file and a link out of the directory change nothing."""
    inside, outside = tmp_path / "model", tmp_path / "secret.json"
    inside.mkdir()
    url, place = on_disk(inside, files()), inside / "metadata.json"
    outside.write_bytes(json.dumps(TEACHABLE).encode())
    long = json.dumps({**TEACHABLE, "more": "x" * 2**20}).encode()
    for make in (
        place.mkdir,
        lambda: os.mkfifo(place),
        lambda: place.symlink_to(outside),
        lambda: place.symlink_to(inside / "not-there"),
        lambda: place.write_bytes(long),
    ):
        make()
        assert run(pyio.load_artifacts(url)).user_defined_metadata is None
        if place.is_dir():
            place.rmdir()
        else:
            place.unlink()
    on_disk(inside, {"metadata.json": json.dumps(TEACHABLE).encode()})
    on_disk(inside, {"model_meta.json": json.dumps(ML5).encode()})
    assert run(pyio.load_artifacts(url)).user_defined_metadata is None  # which is not known


def test_a_new_model_in_the_folder_of_an_export(tmp_path: Path) -> None:
    """What the model that is saved says comes first; with digests nothing is added to it."""
    url = on_disk(tmp_path, {"metadata.json": json.dumps(TEACHABLE).encode()})
    mine = picked(files(userDefinedMetadata={"labels": ["mine"]}))
    run(pyio.save_artifacts(mine, url))
    assert card(run(pyio.load_artifacts(url))).labels == ("mine",)
    run(pyio.save_artifacts(mine, url, checksum=True))
    assert same(run(pyio.load_artifacts(url)), replace(mine, checksum=True))


def test_metadata_of_the_model_comes_first() -> None:
    """What the model.json says itself is not replaced by a file beside it."""
    content = files(userDefinedMetadata={"labels": ["own"], "mine": 1})
    model = picked(content | {"metadata.json": json.dumps(TEACHABLE).encode()})
    assert model.user_defined_metadata == {**TEACHABLE, "labels": ["own"], "mine": 1}


OTHER = {
    "not JSON": b"{",
    "a list": b"[1]",
    "another program's": json.dumps({"labels": ["a"]}).encode(),
    "labels of no list": json.dumps({**TEACHABLE, "labels": {"a": 1}}).encode(),
    "too long": json.dumps({**TEACHABLE, "more": "x" * 2**20}).encode(),
    "too deep": b"[" * 5000,
}


@pytest.mark.parametrize("text", OTHER.values(), ids=OTHER)
def test_other_files_are_left_alone(text: bytes) -> None:
    """A metadata.json of something else, or a hostile one, changes nothing."""
    model = picked(files() | {"metadata.json": text})
    assert model.user_defined_metadata is None


def test_two_files_of_metadata() -> None:
    """With two that might be meant, none is taken."""
    text = json.dumps(TEACHABLE).encode()
    model = picked(files() | {"metadata.json": text, "model_meta.json": json.dumps(ML5).encode()})
    assert model.user_defined_metadata is None


def test_digests_stay_those_of_the_model(tmp_path: Path) -> None:
    """A model that was saved with digests is loaded with what they are of, and nothing more."""
    run(pyio.save_arrays({"w": [1]}, f"file://{tmp_path}", cast=True, checksum=True))
    content = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    model = picked(content | {"metadata.json": json.dumps(TEACHABLE).encode()})
    assert model.checksum
    assert model.user_defined_metadata is None


CARD = pyio.ModelCard(
    name="digits",
    labels=[str(digit) for digit in range(10)],  # type: ignore[arg-type]
    image_size=28,
    grayscale=True,
    input_range=(0, 1),
    input="a drawn digit, white on black",
    license="CC-BY-4.0",
    author="A. Person",
    description="tells digits apart",
    homepage="https://example.org/digits",
)


def test_a_card_and_its_metadata() -> None:
    """A card becomes JSON and comes back; members of the user's own stay beside it."""
    metadata = CARD.metadata({"mine": [1], "license": "old"})
    assert json.loads(json.dumps(metadata)) == metadata
    assert metadata["mine"] == [1]
    assert pyio.ModelCard.from_metadata(metadata) == CARD
    assert pyio.ModelCard.from_metadata(None) is None
    assert pyio.ModelCard.from_metadata({"mine": 1}) is None
    assert pyio.ModelCard().metadata() == {}


def test_it_is_shown(tmp_path: Path) -> None:
    """The listing, the inspection and the command line show a card in one line."""
    model = picked(files(userDefinedMetadata=CARD.metadata()))
    run(pyio.save_artifacts(model, "memory://digits"))
    listed = run(pyio.list_models())
    assert listed["memory://digits"].about == CARD.line
    assert "0, 1, 2, 3, 4, 5, 6, 7, 8, 9; 28×28 gray pixels" in repr(listed)
    assert isinstance(listed, Listing)
    assert "CC-BY-4.0" in listed._repr_html_()
    found = run(pyio.inspect("memory://digits"))
    assert found.card == CARD
    assert "CC-BY-4.0" in found._repr_html_()
    assert same(run(pyio.load_artifacts("memory://digits")), model)
    run(pyio.copy_model("memory://digits", f"file://{tmp_path}/d"))
    assert run(pyio.inspect(f"file://{tmp_path}/d")).card == CARD


def test_a_listing_without_cards_is_as_before() -> None:
    """A column appears only where a model has something to show in it."""
    run(pyio.save_artifacts(picked(files()), "memory://m"))
    assert "About" not in repr(run(pyio.list_models()))


STRANGE: list[dict[str, Any]] = [
    {"labels": [1, 2]},
    {"labels": "abc"},
    {"labels": []},
    {"imageSize": True, "grayscale": 1, "modelName": 3},
    {"imageSize": -4},
    {"imageSize": "224"},
    {"inputRange": [1, 0]},
    {"inputRange": [0, "1"]},
    {"inputRange": [float("nan"), 1]},
    {"ml5Specs": [], "outputs": {"a": {"legend": {"x": [1, 0], "y": [1, 0]}}}},
    {"outputs": {"a": {"legend": {"x": [0, 0], "y": 7}}}},
    {"outputs": []},
]


@pytest.mark.parametrize("metadata", STRANGE)
def test_strange_metadata_says_nothing(metadata: dict[str, Any]) -> None:
    """Metadata is the user's and may mean anything: members of other types are left out."""
    assert pyio.ModelCard.from_metadata(metadata) is None


def test_long_labels_stay_one_line() -> None:
    """A card of 10,000 labels is still shown in one short line."""
    line = pyio.ModelCard(labels=tuple(f"label {index}" for index in range(10_000))).line
    assert len(line) < 120
    assert "10000 labels" in line


@pytest.mark.parametrize(
    "wrong",
    [{"labels": "cat"}, {"labels": [1]}, {"image_size": 0}, {"input_range": (1, 0)}, {"name": 3}],
)
def test_a_wrong_card(wrong: dict[str, Any]) -> None:
    """A card that could not be read again is refused where it is made."""
    with pytest.raises(pyio.InvalidModelError, match=next(iter(wrong))):
        pyio.ModelCard(**wrong)
