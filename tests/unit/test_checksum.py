"""``checksum=True``: every medium stores digests, and every load verifies them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pyio
from pyio.format import checksum
from pyio.format.json_text import loads
from pyio.format.model_json import get_model_artifacts_for_json, verified_artifacts
from pyio.format.serialized import get_model_json
from tests.fuzz.corpus import artefacts, difference
from tests.support.answers import Answers
from tests.support.models import artifacts, graph_model, run, same

if TYPE_CHECKING:
    from pathlib import Path


def saved(place: Path, model: pyio.ModelArtifacts, **options: Any) -> dict[str, Any]:
    """Save to files and return the model.json."""
    run(pyio.save_artifacts(model, f"file://{place}", **options))
    found: dict[str, Any] = json.loads((place / "model.json").read_text("utf-8"))
    return found


def test_what_is_written(tmp_path: Path) -> None:
    """One member is added at the end; its digests are computed as the docstring says."""
    plain = saved(tmp_path / "plain", artifacts())
    signed = saved(tmp_path / "signed", artifacts(), checksum=True)
    assert list(signed) == [*plain, checksum.MEMBER]
    member = signed.pop(checksum.MEMBER)
    assert signed == plain
    data = b"".join(artifacts().weight_data or ())
    described = {
        **{key: plain[key] for key in ("format", "generatedBy", "convertedBy", "modelTopology")},
        "weightSpecs": plain["weightsManifest"][0]["weights"],
    }
    text = json.dumps(described, separators=(",", ":"))
    assert member == {
        "algorithm": "sha256",
        "description": hashlib.sha256(text.encode()).hexdigest(),
        "weights": hashlib.sha256(data).hexdigest(),
    }


def test_nothing_changes_without_it(tmp_path: Path) -> None:
    """Without checksum=True the bytes are those of TensorFlow.js."""
    choices: dict[str, Any] = {"unset": {}, "false": {"checksum": False}}
    for name, options in choices.items():
        run(pyio.save_artifacts(artifacts(), f"file://{tmp_path}/{name}", **options))
        assert checksum.MEMBER not in (tmp_path / name / "model.json").read_text("utf-8")
    assert get_model_json(artifacts(), ["w"]) == get_model_json(
        replace(artifacts(), checksum=False), ["w"]
    )


def test_copies_keep_it(tmp_path: Path) -> None:
    """Copies and moves keep correct digests, however the media cut the weights."""
    first = saved(tmp_path / "a", graph_model(), checksum=True, shard_size_bytes=7)
    run(pyio.copy_model(f"file://{tmp_path}/a", "memory://m"))
    run(pyio.move_model("memory://m", f"file://{tmp_path}/b"))
    second = json.loads((tmp_path / "b/model.json").read_text("utf-8"))
    assert second[checksum.MEMBER] == first[checksum.MEMBER]
    loaded = run(pyio.load_artifacts(f"file://{tmp_path}/b"))
    assert loaded.checksum
    assert same(replace(loaded, checksum=False), graph_model())


def test_every_kind_of_model_verifies(tmp_path: Path) -> None:
    """Digests are equal although a medium drops or changes nulls and empty parts."""
    for artefact in artefacts(tmp_path, checksums=(True,)):
        loaded = run(artefact.read(artefact.parts))
        assert loaded.checksum, artefact.kind
        run(pyio.save_artifacts(loaded, "memory://again"))
        again = run(pyio.load_artifacts("memory://again"))
        assert again.checksum
        assert difference(loaded, again) is None


def test_values_that_json_changes(tmp_path: Path) -> None:
    """Values that JSON changes (1.0, tuples, NaN) are digested as they will be read."""
    values = {"a": 1.0, "b": (1, 2), "c": float("nan"), "d": 2**60, "é": "\ud800", "9": -0.0}
    model = artifacts(
        user_defined_metadata=values,
        signature={},
        weight_specs=(
            pyio.WeightSpec("w", (2,), "float32", None, pyio.Quantization("float16", 0.0, 1.0)),
        ),
        weight_data=(b"1234",),
    )
    saved(tmp_path, model, checksum=True)
    assert run(pyio.load_artifacts(f"file://{tmp_path}")).checksum


def test_digests_are_never_those_of_something_else() -> None:
    """Artifacts that were loaded with digests and then changed get new digests."""
    run(pyio.save_artifacts(artifacts(), "memory://m", checksum=True))
    loaded = run(pyio.load_artifacts("memory://m"))
    changed = replace(loaded, weight_data=(memoryview(bytes(104)),), format="mine")
    run(pyio.save_artifacts(changed, "memory://m"))
    assert run(pyio.load_artifacts("memory://m")).checksum
    run(pyio.save_artifacts(changed, "memory://m", checksum=False))
    assert not run(pyio.load_artifacts("memory://m")).checksum


def test_the_error_names_both_digests(tmp_path: Path) -> None:
    """The error names the part that has changed, with its digest and the expected digest."""
    member = saved(tmp_path, artifacts(), checksum=True)[checksum.MEMBER]
    weights = tmp_path / "weights.bin"
    weights.write_bytes(bytes(104))
    found = hashlib.sha256(bytes(104)).hexdigest()
    with pytest.raises(pyio.DamagedModelError) as raised:
        run(pyio.load_artifacts(f"file://{tmp_path}"))
    assert f"the SHA-256 of its weights is {found}" in str(raised.value)
    assert f"was saved as '{member['weights']}'" in str(raised.value)
    assert "load another copy" in str(raised.value)


def test_the_description_is_verified_without_the_weights(tmp_path: Path) -> None:
    """`inspect` reports a changed number in the topology, without reading the weights."""
    saved(tmp_path, artifacts(), checksum=True)
    json_file = tmp_path / "model.json"
    assert run(pyio.inspect(f"file://{tmp_path}")).has_checksum
    json_file.write_text(json_file.read_text("utf-8").replace('"units":5', '"units":6'), "utf-8")
    for look in (pyio.inspect, pyio.load_artifacts):
        with pytest.raises(pyio.DamagedModelError, match="SHA-256 of its description"):
            run(look(f"file://{tmp_path}"))


def test_layout_does_not_matter(tmp_path: Path) -> None:
    """A model.json that a program printed again, with spaces and escapes, is the same model."""
    model = artifacts(user_defined_metadata={"author": "Zoë", "n": [1e-7, 1e21]})
    member = saved(tmp_path, model, checksum=True)
    (tmp_path / "model.json").write_text(json.dumps(member, indent=4), "utf-8")
    assert run(pyio.load_artifacts(f"file://{tmp_path}")).checksum


@pytest.mark.parametrize(
    "member",
    [
        *({}, [], "abc", 5, True, {"algorithm": "md5"}, {"algorithm": "sha256"}),
        {"algorithm": "sha256", "description": None, "weights": 7},
    ],
    ids=range(8),
)
def test_members_that_are_none(member: Any) -> None:
    """A digest member that cannot be verified is an error."""
    fields: Any = loads(get_model_json(artifacts(), ["w"]), "model.json")
    fields[checksum.MEMBER] = member
    data = artifacts().weight_data
    with pytest.raises(pyio.InvalidModelError, match=r"pyioChecksum is|was saved as"):
        get_model_artifacts_for_json(fields, None, data)
    fields[checksum.MEMBER] = None
    assert not get_model_artifacts_for_json(fields, None, data).checksum


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 400])
def test_a_number_that_is_written_as_null(number: str) -> None:
    """A null replaced by a number that JavaScript reads as Infinity is found; both print null."""
    model = artifacts(checksum=True, user_defined_metadata={"a": [None]})
    text = get_model_json(model, ["w"]).replace('"a":[null]', f'"a":[{number}]')
    fields: Any = loads(text, "model.json")
    with pytest.raises(pyio.InvalidModelError, match="a number beyond all doubles"):
        get_model_artifacts_for_json(fields, None, model.weight_data)


def test_pieces_are_not_joined() -> None:
    """The weights are digested piece by piece, so the cuts between buffers make no difference."""
    fields: Any = loads(get_model_json(artifacts(checksum=True), ["w"]), "model.json")
    data = b"".join(artifacts().weight_data or ())
    pieces = tuple(memoryview(data)[start : start + 3] for start in range(0, 104, 3))
    loaded = verified_artifacts(fields, artifacts().weight_specs, pieces)
    assert loaded.checksum
    assert loaded.weight_data == pieces


def test_over_http() -> None:
    """Digests are sent to a server within the model.json, and verified on loading."""
    with Answers({"/m": b"saved"}) as server:
        run(pyio.save_artifacts(artifacts(), f"{server.url}/m", checksum=True))
        assert f'"{checksum.MEMBER}"'.encode() in server.seen[-1].body
        text = get_model_json(artifacts(checksum=True), ["w.bin"])
        weights = bytearray(b"".join(artifacts().weight_data or ()))
        server.table |= {"/model.json": text.encode(), "/w.bin": bytes(weights)}
        assert run(pyio.load_artifacts(f"{server.url}/model.json")).checksum
        weights[50] ^= 1
        server.table["/w.bin"] = bytes(weights)
        with pytest.raises(pyio.DamagedModelError, match="SHA-256 of its weights"):
            run(pyio.load_artifacts(f"{server.url}/model.json"))


def test_models_and_arrays_take_it() -> None:
    """Model.save and save_arrays have the option too."""
    model = pyio.Sequential([pyio.layers.Dense(2, input_shape=[3])])
    run(model.save("memory://m", checksum=True))
    run(pyio.save_arrays({"w": np.ones(3, np.float32)}, "memory://a", checksum=True))
    for name in "ma":
        assert run(pyio.load_artifacts(f"memory://{name}")).checksum
    assert run(pyio.load_layers_model("memory://m")).layers


def test_an_option_that_is_none() -> None:
    """`checksum` must be a bool; a string is refused."""
    wrong: Any = "sha1"
    with pytest.raises(pyio.HandlerError, match="checksum is 'sha1'; it should be True, False"):
        run(pyio.save_artifacts(artifacts(), "memory://m", checksum=wrong))
