"""What is done for many files, models or tensors grows as their number: calls at two sizes."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

import pyio
from pyio.cli import _models_below
from pyio.handlers.files.folder import _JOURNAL
from tests.support.models import model_json, run, weight
from tests.unit.test_costs import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path


FEW, MANY = 40, 160


def bools(count: int) -> pyio.ModelArtifacts:
    """A model of `count` bytes."""
    return pyio.ModelArtifacts(
        {}, (pyio.WeightSpec("w", (count,), "bool"),), (memoryview(bytes(count)),)
    )


def shards(place: Path, count: int) -> None:
    run(pyio.save_artifacts(bools(count), pyio.file_system(place, shard_size_bytes=1)))


def behind_a_journal(place: Path, count: int) -> Coroutine[Any, Any, Any]:
    """Loading a model whose save was interrupted before any file was in place."""
    shards(place, count)
    renames = {}
    for file in list(place.iterdir()):
        renames[file.name] = f".{file.name}.00.pyio-tmp"
        file.rename(place / renames[file.name])
    (place / _JOURNAL).write_text(json.dumps({"rename": renames, "remove": []}))
    return pyio.load_artifacts(f"file://{place}")


def in_shards(place: Path, count: int) -> Coroutine[Any, Any, Any]:
    """Loading a model in many files."""
    shards(place, count)
    return pyio.load_artifacts(f"file://{place}")


def temporaries(place: Path, count: int) -> Coroutine[Any, Any, Any]:
    """Repairing a directory with the files of many saves that have died."""
    place.mkdir()
    for index in range(count):
        (place / f".w.{index}.pyio-tmp").touch()
        os.utime(place / f".w.{index}.pyio-tmp", (1, 1))
    return pyio.repair(place, apply=True)


def jsons(place: Path, count: int) -> Coroutine[Any, Any, Any]:
    """Repairing a directory with many models, each with its weights in a folder."""
    for index in range(count):
        (place / f"s{index}").mkdir(parents=True)
        (place / f"s{index}/weights.bin").write_bytes(b"1234")
        manifest = [{"paths": [f"s{index}/weights.bin"], "weights": [weight("w", 1)]}]
        (place / f"m{index}.json").write_bytes(model_json(manifest))
    return pyio.repair(place)


def found(place: Path, count: int) -> Coroutine[Any, Any, Any]:
    """Finding the models below a directory."""
    run(jsons(place, count))
    return _models_below(str(place))


def listed(_place: Path, count: int) -> Coroutine[Any, Any, Any]:
    """Listing many models."""
    for index in range(count):
        run(pyio.save_artifacts(bools(1), f"memory://m{index}"))
    return pyio.list_models()


def tensors(place: Path, count: int) -> Coroutine[Any, Any, Any]:
    """Copying a model of many tensors."""
    place.mkdir()
    weights = [weight(f"w{index}", 1, "bool") for index in range(count)]
    (place / "model.json").write_bytes(model_json([{"paths": ["w"], "weights": weights}]))
    (place / "w").write_bytes(bytes(count))
    return pyio.copy_model(f"file://{place}", f"file://{place}/copy")


def model(place: Path, count: int, name: str) -> Coroutine[Any, Any, Any]:
    """Loading a model of many layers whose weights are called `name`."""
    options = {"units": 1, "batch_input_shape": [None, 1], "use_bias": False}
    layers = [
        {"class_name": "Dense", "config": options | {"name": f"d{index}"}} for index in range(count)
    ]
    topology = {"class_name": "Sequential", "config": {"name": "s", "layers": layers}}
    weights = [weight(name.format(index), 1) | {"shape": [1, 1]} for index in range(count)]
    text = model_json([{"paths": ["w"], "weights": weights}], modelTopology=topology)
    place.mkdir()
    (place / "model.json").write_bytes(text)
    (place / "w").write_bytes(bytes(4 * count))
    return pyio.load_layers_model(f"file://{place}", strict=False)


def by_order(place: Path, count: int) -> Coroutine[Any, Any, Any]:
    """Names that have nothing in common with those of the model."""
    return model(place, count, "x{}/kernel")


def by_parts(place: Path, count: int) -> Coroutine[Any, Any, Any]:
    """Names with further parts, all of which are alike but one."""
    return model(place, count, "a/d{}/b/kernel")


def ambiguous(place: Path, count: int) -> Coroutine[Any, Any, Any]:
    """Names that could all belong to the same few weights."""
    return model(place, count, "d0/d1/d2/d3/x{}/kernel")


@pytest.mark.parametrize(
    "make",
    [
        behind_a_journal,
        in_shards,
        temporaries,
        jsons,
        found,
        listed,
        tensors,
        by_order,
        by_parts,
        ambiguous,
    ],
)
def test_growth(tmp_path: Path, make: Callable[[Path, int], Coroutine[Any, Any, Any]]) -> None:
    """Four times as many take about four times as many calls, and not sixteen times."""
    run(make(tmp_path / "warm", 3))
    few = counted(make(tmp_path / "few", FEW)).total()
    many = counted(make(tmp_path / "many", MANY))
    assert many.total() < 6 * few + 1000, (few, many.total(), many.most_common(9))
