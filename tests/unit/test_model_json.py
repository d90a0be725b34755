"""model.json, localStorage metadata, IndexedDB records, and the info of a model."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest

from pyio.errors import DamagedModelError, InvalidModelError, WeightsError
from pyio.format.artifacts import ModelArtifacts, ModelArtifactsInfo, WeightSpec, now
from pyio.format.checksum import MEMBER
from pyio.format.info import info_from_json, info_to_json
from pyio.format.json_text import dumps, loads
from pyio.format.model_json import (
    FIELDS,
    FILE_KEYS,
    METADATA_KEYS,
    MODEL_JSON_KEYS,
    ORIGIN,
    RECORD_KEYS,
    fields_to_json,
    get_model_artifacts_for_json,
    get_weight_specs,
)
from pyio.format.record import artifacts_to_record, record_to_artifacts
from pyio.format.serialized import (
    get_model_artifacts_info_for_json,
    get_model_json,
    serialize,
)
from pyio.handlers.contract import Damaged
from pyio.tensors.encoding import encode_weights

SPECS = (WeightSpec("w", (2,), "float32"),)
WHOLE = ModelArtifacts(
    model_topology={"t": 1},
    weight_specs=SPECS,
    weight_data=(memoryview(bytes(8)),),
    training_config={"c": 1},
    format="layers-model",
    generated_by="g",
    converted_by="v",
    signature={"s": 1},
    user_defined_metadata={"u": 1},
    model_initializer={"i": 1},
    initializer_signature={"z": 1},
)
GROUP = (
    '"weightsManifest":[{"paths":["./m.bin"],'
    '"weights":[{"name":"w","shape":[2],"dtype":"float32"}]}]'
)
DATE = datetime(2024, 2, 29, 1, 2, 3, 456000, UTC)


def without(artifacts: ModelArtifacts, *names: str) -> ModelArtifacts:
    changes: dict[str, Any] = dict.fromkeys(names)
    return replace(artifacts, **changes)


def same(found: ModelArtifacts, wanted: ModelArtifacts) -> bool:
    return all(getattr(found, name) == getattr(wanted, name) for name in ModelArtifacts.__slots__)


# Key orders


def test_model_json_to_the_byte() -> None:
    """A model.json has TensorFlow.js's key order, no spaces and no newline."""
    assert get_model_json(WHOLE, ["./m.bin"]) == (
        '{"modelTopology":{"t":1},"format":"layers-model","generatedBy":"g","convertedBy":"v",'
        f'{GROUP},"signature":{{"s":1}},"userDefinedMetadata":{{"u":1}},'
        '"modelInitializer":{"i":1},"initializerSignature":{"z":1},"trainingConfig":{"c":1}}'
    )


def test_metadata_order() -> None:
    """The localStorage metadata has its own order, the training configuration last."""
    assert dumps(fields_to_json(WHOLE, METADATA_KEYS)) == (
        '{"format":"layers-model","generatedBy":"g","convertedBy":"v","signature":{"s":1},'
        '"userDefinedMetadata":{"u":1},"modelInitializer":{"i":1},'
        '"initializerSignature":{"z":1},"trainingConfig":{"c":1}}'
    )


def test_record_order() -> None:
    """The IndexedDB record has the order of LayersModel.save, the weights at the end."""
    record = artifacts_to_record(serialize(replace(WHOLE, checksum=True, origin={"url": "x"})))
    assert list(record) == [*RECORD_KEYS, "weightData", "weightSpecs"]
    assert RECORD_KEYS[-1] == MEMBER
    assert list(artifacts_to_record(serialize(WHOLE))) == [
        *RECORD_KEYS[:-2],
        "weightData",
        "weightSpecs",
    ]
    assert record["weightData"] is None, "a placeholder for the buffer"


def test_the_order_of_a_record_is_kept() -> None:
    """A copy of a record that another program wrote has its members in the same order."""
    written = artifacts_to_record(serialize(WHOLE))
    weights = written.pop("weightSpecs")
    other = {"weightSpecs": weights, **dict(reversed(written.items()))}
    found = record_to_artifacts(loads(dumps(other), "it"), WHOLE.weight_data)
    assert list(artifacts_to_record(serialize(found))) == list(other)
    assert list(artifacts_to_record(serialize(replace(found, format=None)))) == [
        key for key in [*written, "weightSpecs"] if key != "format"
    ]


def test_every_field_is_in_every_order() -> None:
    """Each key order contains every field; what is sent to others does not tell its origin."""
    assert {*METADATA_KEYS, "modelTopology"} == set(RECORD_KEYS) == {*FIELDS, MEMBER}
    assert set(FILE_KEYS) == {*RECORD_KEYS, "weightsManifest"}
    assert set(MODEL_JSON_KEYS) == {*FILE_KEYS} - {ORIGIN}


# null and absent


def test_null_and_absent_are_told_apart() -> None:
    """The three texts may be null; any other null field is dropped, and absent stays absent."""
    nulls = ModelArtifacts(null_fields=frozenset(FIELDS.values()))
    assert get_model_json(nulls, []) == (
        '{"format":null,"generatedBy":null,"convertedBy":null,"weightsManifest":[{"paths":[]}]}'
    )
    assert get_model_json(ModelArtifacts(), []) == '{"weightsManifest":[{"paths":[]}]}'
    assert fields_to_json(nulls, RECORD_KEYS, nulls=True) == dict.fromkeys(RECORD_KEYS[:-1])
    assert fields_to_json(ModelArtifacts(), RECORD_KEYS, nulls=True) == {}


def test_a_value_wins_over_its_null_mark() -> None:
    """A field with a value is written, even if an earlier load marked it as null."""
    again = replace(WHOLE, null_fields=frozenset({"converted_by"}))
    assert '"convertedBy":"v"' in get_model_json(again, [])


@pytest.mark.parametrize("empty", [{}, [], "", 0, False])
def test_empty_is_not_absent(empty: Any) -> None:
    """An empty object, list or text, zero and false are values, and are written."""
    artifacts = ModelArtifacts(user_defined_metadata=empty, model_topology=empty)
    text = get_model_json(artifacts, [])
    assert f'"userDefinedMetadata":{dumps(empty)}' in text
    assert f'"modelTopology":{dumps(empty)}' in text


def test_no_specs_and_empty_specs() -> None:
    """Without specs the group has no weights member; an empty list of specs stays an empty list."""
    assert get_model_json(ModelArtifacts(), ["./m.bin"]) == (
        '{"weightsManifest":[{"paths":["./m.bin"]}]}'
    )
    assert get_model_json(ModelArtifacts(weight_specs=()), ["./m.bin"]) == (
        '{"weightsManifest":[{"paths":["./m.bin"],"weights":[]}]}'
    )


@pytest.mark.parametrize("topology", [b"graph", bytearray(b"graph"), memoryview(b"graph")])
def test_binary_topologies_are_refused(topology: Any) -> None:
    """A GraphDef cannot be written as JSON; saving it or asking for its sizes is an error."""
    artifacts = ModelArtifacts(model_topology=topology)
    for function in (
        lambda: get_model_json(artifacts, []),
        lambda: artifacts_to_record(serialize(artifacts)),
    ):
        with pytest.raises(InvalidModelError, match="binary"):
            function()
    with pytest.raises(InvalidModelError, match="binary"):
        get_model_artifacts_info_for_json(artifacts)


@pytest.mark.parametrize("name", ["format", "generated_by", "converted_by"])
def test_texts_that_are_none_are_not_written(name: str) -> None:
    """A descriptive field that is not a text is refused on saving, as it is on loading."""
    changes: dict[str, Any] = {name: 5}
    artifacts = replace(WHOLE, **changes)
    for write in (
        lambda: get_model_json(artifacts, []),
        lambda: artifacts_to_record(serialize(artifacts)),
        lambda: fields_to_json(artifacts, METADATA_KEYS),
    ):
        with pytest.raises(InvalidModelError, match=f"{name} should be a string or None, got 5"):
            write()


# Reading


@pytest.mark.parametrize(
    "artifacts",
    [
        WHOLE,
        without(WHOLE, "signature", "training_config", "format"),
        replace(without(WHOLE, "converted_by"), null_fields=frozenset({"converted_by"})),
        replace(WHOLE, weight_specs=(), weight_data=()),
    ],
    ids=range(4),
)
def test_model_json_comes_back(artifacts: ModelArtifacts) -> None:
    """Reading the output of get_model_json gives the same artifacts, nulls included."""
    parsed = json.loads(get_model_json(artifacts, ["./m.bin"]))
    assert same(get_model_artifacts_for_json(parsed, weight_data=artifacts.weight_data), artifacts)


def test_records_come_back() -> None:
    """Reading the output of artifacts_to_record gives the same artifacts, nulls included."""
    for artifacts in (
        WHOLE,
        ModelArtifacts(null_fields=frozenset(FIELDS.values())),
        ModelArtifacts(model_topology={"t": 1}),
    ):
        record = json.loads(dumps(artifacts_to_record(serialize(artifacts))))
        data: Any = artifacts.weight_data
        assert same(record_to_artifacts(record, data), artifacts)


def test_weights_without_data_are_refused() -> None:
    """A manifest without weight data is refused."""
    parsed = json.loads(get_model_json(WHOLE, ["./m.bin"]))
    with pytest.raises(InvalidModelError, match="lists weights and no weight data was given"):
        get_model_artifacts_for_json(parsed)


def test_given_specs_win_over_the_manifest() -> None:
    """Specs given by the caller replace the manifest's."""
    parsed = json.loads(get_model_json(WHOLE, ["./m.bin"]))
    other = (WeightSpec("other", (2,), "float32"),)
    found = get_model_artifacts_for_json(parsed, other, bytes(8))
    assert found.weight_specs == other


def test_a_topology_alone_has_no_specs() -> None:
    """Artifacts from a model.json without a manifest have neither specs nor data."""
    found = get_model_artifacts_for_json({"modelTopology": {"t": 1}})
    assert same(found, ModelArtifacts(model_topology={"t": 1}))


@pytest.mark.parametrize(
    ("parsed", "text"),
    [
        ([], "should be an object, got []"),
        (None, "should be an object, got None"),
        ("{}", "should be an object, got '{}'"),
        ({"format": 5}, "format should be a string or null, got 5"),
        ({"generatedBy": ["x"]}, "generatedBy should be a string"),
        ({"convertedBy": False}, "convertedBy should be a string"),
        ({"weightsManifest": {}}, "weightsManifest should be a list"),
        ({"weightsManifest": "x"}, "weightsManifest should be a list, got 'x'"),
        ({"weightsManifest": [None]}, "group 0 of weightsManifest is not an object"),
        ({"weightsManifest": [{"weights": 1}]}, "group 0 of weightsManifest should be a list"),
        (
            {"weightsManifest": [{"weights": []}, {"weights": [{}]}]},
            "entry 0 of group 1 of weightsManifest has no name",
        ),
    ],
    ids=range(11),
)
def test_a_model_json_that_is_none(parsed: Any, text: str) -> None:
    """Each malformed part raises an InvalidModelError that names the part."""
    with pytest.raises(InvalidModelError) as caught:
        get_model_artifacts_for_json(parsed, weight_data=b"")
    assert text in str(caught.value)


def test_specs_of_several_groups_follow_each_other() -> None:
    """The groups of a manifest are one list of specs, in order."""
    names = [["a", "b"], [], ["c"]]
    manifest: Any = [
        {"paths": [], "weights": [{"name": n, "shape": [], "dtype": "bool"} for n in group]}
        for group in names
    ]
    assert [spec.name for spec in get_weight_specs(manifest)] == ["a", "b", "c"]
    assert get_weight_specs([]) == ()


@pytest.mark.parametrize(
    ("record", "data", "text"),
    [
        (None, None, "its artifacts are None"),
        ([], None, "not an object"),
        ({"weightSpecs": {}}, None, "should be a list"),
        ({"weightSpecs": [{}]}, b"", "entry 0 of the weight specs has no name"),
        ({"format": 1}, None, "format should be a string"),
        ({}, b"1234", "no weight specs"),
    ],
    ids=range(6),
)
def test_records_of_somebody_else(record: Any, data: Any, text: str) -> None:
    """A record that is not a model raises a DamagedModelError with the address and the problem."""
    with pytest.raises(DamagedModelError) as caught, Damaged("memory://x"):
        record_to_artifacts(record, data)
    assert caught.value.url == "memory://x"
    assert text in caught.value.problem
    assert "'memory://x'" in str(caught.value)


# Info


def test_sizes_are_counted_in_utf8() -> None:
    """The info has the UTF-8 length of the JavaScript text, and the length of all buffers."""
    encoded = encode_weights({"é": np.zeros(3, np.float32), "n": np.zeros(2, bool)})
    artifacts = ModelArtifacts(
        model_topology={"name": "漢é\u2028\ud800", "1": 1e21},
        weight_specs=encoded.specs,
        weight_data=encoded.data,
    )
    info = get_model_artifacts_info_for_json(artifacts)
    assert info.model_topology_bytes == len('{"1":1e+21,"name":"') + 3 + 2 + 3 + 6 + len('"}')
    specs = '[{"name":"é","shape":[3],"dtype":"float32"},{"name":"n","shape":[2],"dtype":"bool"}]'
    assert info.weight_specs_bytes == len(specs.encode())
    assert info.weight_data_bytes == 14
    assert info.total_bytes == info.model_topology_bytes + info.weight_specs_bytes + 14
    assert info.model_topology_type == "JSON"
    assert info.damage is None


def test_absent_parts_count_nothing() -> None:
    """Absent parts count 0; empty specs count their two brackets."""
    info = get_model_artifacts_info_for_json(ModelArtifacts())
    assert info.total_bytes == 0
    empty = get_model_artifacts_info_for_json(ModelArtifacts(weight_specs=(), weight_data=()))
    assert (empty.weight_specs_bytes, empty.weight_data_bytes) == (2, 0)


def test_info_is_dated_in_whole_milliseconds() -> None:
    """The date is the present in UTC, without the microseconds that JavaScript drops."""
    before = now()
    date = get_model_artifacts_info_for_json(ModelArtifacts()).date_saved
    assert date is not None
    assert before <= date <= now()
    assert date.microsecond % 1000 == 0
    assert date.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("date", "text"),
    [
        (DATE, "2024-02-29T01:02:03.456Z"),
        (DATE.replace(microsecond=0), "2024-02-29T01:02:03.000Z"),
        (DATE.replace(microsecond=1999), "2024-02-29T01:02:03.001Z"),
        (DATE.astimezone(timezone(timedelta(hours=5, minutes=30))), "2024-02-29T01:02:03.456Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00.000Z"),
    ],
)
def test_dates_are_javascripts(date: datetime, text: str) -> None:
    """Dates are written as toISOString does: UTC, exactly three digits of fraction, a Z."""
    info = ModelArtifactsInfo(date, "JSON", 1, 2, 3)
    written = info_to_json(info)
    assert written["dateSaved"] == text
    assert dumps(written) == (
        f'{{"dateSaved":"{text}","modelTopologyType":"JSON","modelTopologyBytes":1,'
        '"weightSpecsBytes":2,"weightDataBytes":3}'
    )
    read = info_from_json(written)
    assert read.date_saved == date.replace(microsecond=date.microsecond // 1000 * 1000)
    assert replace(read, date_saved=date) == info


INFO: dict[str, Any] = {
    "dateSaved": "2024-02-29T01:02:03.456Z",
    "modelTopologyType": "JSON",
    "modelTopologyBytes": 1,
    "weightSpecsBytes": 2,
    "weightDataBytes": 3,
}


def test_a_missing_data_size_is_zero() -> None:
    """A missing weightDataBytes is no damage: TensorFlow.js omits it for no buffers."""
    rest = {key: value for key, value in INFO.items() if key != "weightDataBytes"}
    assert info_from_json(rest) == ModelArtifactsInfo(DATE, "JSON", 1, 2, 0)


@pytest.mark.parametrize(
    ("change", "damage"),
    [
        ({"dateSaved": None}, "its date None is not a date"),
        ({"dateSaved": "yesterday"}, "its date 'yesterday' is not a date"),
        ({"dateSaved": {}}, "its date {} is not a date"),
        ({"dateSaved": "0001-01-01T00:00:00+14:00"}, "is not a date"),
        ({"dateSaved": "9999-12-31T23:59:59-14:00"}, "is not a date"),
        ({"dateSaved": "0001-01-01"}, "is not a date"),
        ({"dateSaved": "x" * 10**6}, "is not a date"),
        ({"modelTopologyBytes": "1"}, "its modelTopologyBytes is '1', not a number of bytes"),
        ({"weightSpecsBytes": -1}, "its weightSpecsBytes is -1"),
        ({"weightSpecsBytes": 1.5}, "its weightSpecsBytes is 1.5"),
        ({"weightDataBytes": True}, "its weightDataBytes is True"),
        ({"weightDataBytes": None}, "its weightDataBytes is None"),
        ({"modelTopologyType": "GraphDef"}, "of type 'GraphDef'; JSON is known"),
        ({"modelTopologyType": ["JSON"]}, "of type ['JSON']"),
    ],
    ids=range(14),
)
def test_damage_is_told_in_words(change: dict[str, Any], damage: str) -> None:
    """Each damaged member is named with its value; the rest of the info is still read."""
    info = info_from_json({**INFO, **change})
    assert info.damage is not None
    assert damage in info.damage
    assert len(info.damage) < 120
    if "dateSaved" not in change:
        assert info.date_saved == DATE
    sizes = {key: size for key, size in INFO.items() if key.endswith("Bytes")}
    assert info.total_bytes == sum(size for key, size in sizes.items() if key not in change)


def test_dates_at_the_edge_of_time_do_not_crash() -> None:
    """A damaged date never raises, because the other models must still be listed."""
    for text in ("0001-01-01T00:00", "9999-12-31T23:59:59.999999", "0000-01-01", "2024-02-30", ""):
        info = info_from_json({**INFO, "dateSaved": text})
        assert info.damage is None or text in info.damage


@pytest.mark.parametrize("value", [None, [], "x", 5, True])
def test_info_that_is_none(value: Any) -> None:
    """An info that is not an object is reported as damage and does not raise."""
    assert info_from_json(value).damage == "its info is not an object"


def test_models_of_the_converter_are_read() -> None:
    """A graph model of the Python converter, with its spaces and key orders, keeps every field."""
    text = (
        '{"format": "graph-model", "generatedBy": "2.15.0", "convertedBy": "TensorFlow.js Converter'
        ' v4.22.0", "signature": {"inputs": {}}, "userDefinedMetadata": {"a": 1}, '
        '"modelTopology": {"node": []}, "modelInitializer": {"node": []}, "weightsManifest": '
        '[{"paths": ["group1-shard1of1.bin"], "weights": [{"name": "w", "shape": [2], "dtype": '
        '"float32", "quantization": {"dtype": "uint8", "min": -1.0, "scale": 0.5, '
        '"original_dtype": "float32"}}]}]}'
    )
    found = get_model_artifacts_for_json(json.loads(text), weight_data=b"\0\4")
    assert found.format == "graph-model"
    assert found.model_initializer == {"node": []}
    assert found.training_config is None
    assert found.weight_specs is not None
    assert found.weight_specs[0].quantization is not None
    again = json.loads(get_model_json(found, ["group1-shard1of1.bin"]))
    assert again == json.loads(re.sub(r"(-1|0)\.0\b", r"\1", text))


def test_weights_errors_are_invalid_models() -> None:
    """`except InvalidModelError` catches errors of the weights as well."""
    assert issubclass(WeightsError, InvalidModelError)
    with pytest.raises(WeightsError):
        get_weight_specs([{"weights": None}])
