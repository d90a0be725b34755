"""load_weights and decode_weights_stream: some weights of a manifest, and weights of a stream."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import pyio
from tests.support.answers import Answers
from tests.support.models import WEIGHTS, run, weight

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

FLOATS = np.array([1, 2, 3, 4, 5], np.float32)
INTS = np.array([10, 20, 30], np.int32)


@pytest.fixture
def server() -> Iterator[Answers]:
    with Answers() as server:
        yield server


def load(manifest: Any, prefix: str, *names: str, **options: Any) -> dict[str, Any]:
    arrays = run(pyio.load_weights(manifest, prefix, names or None, **options))
    return {name: array.tolist() for name, array in arrays.items()}


def group(paths: list[str], *weights: dict[str, Any]) -> dict[str, Any]:
    return {"paths": paths, "weights": list(weights)}


ONE_GROUP = [group(["weightfile0"], weight("w1", 2), weight("w2", 3))]


def test_one_weight(server: Answers) -> None:
    """The only weight of a manifest is loaded."""
    server.table["/weightfile0"] = FLOATS[:3].tobytes()
    found = load([group(["weightfile0"], weight("w", 3))], f"{server.url}/", "w")
    assert found == {"w": [1, 2, 3]}


@pytest.mark.parametrize("names", [("w1",), ("w2",), ("w1", "w2"), ("w2", "w1"), ()])
def test_first_second_both_or_all(server: Answers, names: tuple[str, ...]) -> None:
    """The requested weights are returned in the order of the manifest; no names mean all."""
    server.table["/weightfile0"] = FLOATS.tobytes()
    found = load(ONE_GROUP, f"{server.url}/", *names)
    both = {"w1": [1, 2], "w2": [3, 4, 5]}
    assert list(found.items()) == [(n, both[n]) for n in both if not names or n in names]


def test_mixed_dtypes_at_odd_offsets(server: Answers) -> None:
    """Weights need not start at multiples of their element size."""
    data = b"\x01\x00\x01" + FLOATS.tobytes() + b"\x01" + INTS.tobytes()
    server.table["/f"] = data
    manifest = [
        group(
            ["f"],
            weight("b", 3, "bool"),
            weight("f", 5),
            weight("c", 1, "bool"),
            weight("i", 3, "int32"),
        )
    ]
    assert load(manifest, server.url, "i", "f", "b") == {
        "b": [True, False, True],
        "f": [1, 2, 3, 4, 5],
        "i": [10, 20, 30],
    }


@pytest.mark.parametrize("weights", [[weight("w1", 5)], [weight("w1", 2), weight("w2", 3)]])
def test_weights_over_three_shards(server: Answers, weights: list[dict[str, Any]]) -> None:
    """One or two weights that are spread over three files are loaded whole."""
    data = FLOATS.tobytes()
    server.table |= {"/s0": data[:5], "/s1": data[5:14], "/s2": data[14:]}
    found = load([group(["s0", "./s1", "s2"], *weights)], server.url)
    assert [value for values in found.values() for value in values] == [1, 2, 3, 4, 5]


def test_only_the_groups_that_are_needed(server: Answers) -> None:
    """Only files of groups with a requested weight are fetched; one weight of each group works."""
    server.table |= {"/a": FLOATS.tobytes(), "/b": INTS.tobytes() * 2}
    manifest = [
        group(["a"], weight("w1", 2), weight("w2", 3)),
        group(["b"], weight("w3", 3, "int32"), weight("w4", 3, "int32")),
    ]
    assert load(manifest, server.url, "w4") == {"w4": [10, 20, 30]}
    assert server.paths() == ["/b"]
    assert load(manifest, server.url, "w1", "w4") == {"w1": [1, 2], "w4": [10, 20, 30]}
    assert sorted(server.paths()[1:]) == ["/a", "/b"]


def test_unknown_names_and_dtypes(server: Answers) -> None:
    """An unknown name is refused with the known ones, an unknown dtype with its weight's name."""
    with pytest.raises(pyio.WeightsError, match="no weights called 'x', 'y'; it has 'w1', 'w2'"):
        load(ONE_GROUP, server.url, "x", "w1", "y")
    with pytest.raises(pyio.WeightsError, match="'w' is stored as 'float11'"):
        load([group(["f"], weight("w", 1, "float11"))], server.url)
    with pytest.raises(pyio.InvalidModelError, match="weightsManifest should be a list"):
        load({"paths": []}, server.url)
    assert server.seen == []


def test_request_init_reaches_the_files(server: Answers) -> None:
    """Headers are sent with the requests, and a function may replace the requests."""
    server.table["/weightfile0"] = FLOATS.tobytes()
    load(ONE_GROUP, server.url, request_init={"headers": {"X": "y"}})
    assert server.seen[0].headers["x"] == "y"
    calls = []

    def fetch(url: str, init: Any) -> bytes:
        calls.append((url, init))
        return FLOATS.tobytes()

    load(ONE_GROUP, "http://x/y", fetch_func=fetch, request_init={"mode": "cors"})
    assert calls == [("http://x/y/weightfile0", {"mode": "cors", "method": "GET"})]


def test_quantized_and_plain_groups(server: Answers) -> None:
    """uint8, uint16 and float16 are read beside plain weights, and alone."""

    def stored(dtype: str, **more: Any) -> dict[str, Any]:
        return {"quantization": {"dtype": dtype, "original_dtype": "float32", **more}}

    server.table |= {
        "/q": bytes([0, 1, 2]) + np.array([100, 65535], np.uint16).tobytes(),
        "/h": np.array([0.5, -2], np.float16).tobytes(),
        "/p": FLOATS.tobytes(),
    }
    manifest = [
        group(
            ["q"],
            weight("q8", 3, **stored("uint8", min=-1.0, scale=0.5)),
            weight("q16", 2, "int32", **stored("uint16", min=10, scale=2)),
        ),
        group(["h"], weight("h", 2, **stored("float16"))),
        group(["p"], weight("p", 5)),
    ]
    every = {
        "q8": [-1.0, -0.5, 0.0],
        "q16": [210, 131080],
        "h": [0.5, -2.0],
        "p": [1, 2, 3, 4, 5],
    }
    assert load(manifest, server.url) == every
    assert load(manifest, server.url, "q16") == {"q16": every["q16"]}


def test_strings(server: Answers) -> None:
    """String tensors, whose size is unknown, do not shift the tensors after them."""
    encoded = pyio.encode_weights({"s": np.array(["é", "", "漢字"]), "w": FLOATS})
    server.table["/f"] = b"".join(encoded.data)
    manifest = [group(["f"], weight("s", 3, "string"), weight("w", 5))]
    assert load(manifest, server.url) == {"s": ["é", "", "漢字"], "w": [1, 2, 3, 4, 5]}


def test_a_query_in_the_prefix(server: Answers) -> None:
    """The query is added to the files' addresses, whether or not the directory ends in a slash."""
    server.table["/d/weightfile0?k=/1"] = FLOATS.tobytes()
    for prefix in (f"{server.url}/d?k=/1", f"{server.url}/d/?k=/1"):
        assert load(ONE_GROUP, prefix, "w2") == {"w2": [3, 4, 5]}


def test_from_files(tmp_path: Path) -> None:
    """The prefix may be a directory; what is missing there is named."""
    (tmp_path / "weightfile0").write_bytes(FLOATS.tobytes())
    assert load(ONE_GROUP, f"file://{tmp_path}", "w2") == {"w2": [3, 4, 5]}
    (tmp_path / "weightfile0").unlink()
    with pytest.raises(pyio.WeightsError, match="'weightfile0' is named in the json"):
        load(ONE_GROUP, f"file://{tmp_path}", "w2")
    with pytest.raises(pyio.UnsupportedOperationError, match="whole models"):
        load(ONE_GROUP, "memory://x")


def test_a_size_without_end(server: Answers) -> None:
    """No memory is allocated for specs that claim more bytes than the server has."""
    server.table["/f"] = bytes(8)
    for claimed in (2**31, 2**53):
        tracemalloc.start()
        with pytest.raises(pyio.WeightsError, match=f"'f' has 8 bytes. .* {claimed:,}"):
            load([group(["f"], weight("w", claimed, "bool"))], server.url)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 50e6


MIXED = {
    **WEIGHTS,
    "flag": np.array([True, False]),
    "words": np.array(["здраво", "", "漢字", "plain"], dtype=object),
    "z": np.array([1 + 2j, -3j], np.complex64),
    "empty": np.zeros((0, 3), np.float32),
    "no words": np.array([], dtype=object),
    "after": np.array([1.5], np.float32),
}


async def cut(data: bytes, size: int) -> AsyncIterator[bytes]:
    """A stream of pieces of `size` bytes."""
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.mark.parametrize("size", [1, 3, 14, 1000])
@pytest.mark.parametrize("quantization", [None, "uint8", "uint16", "float16"])
def test_streams(size: int, quantization: str | None) -> None:
    """A stream gives the same tensors as decode_weights, wherever it is cut."""
    encoded = pyio.encode_weights(MIXED, quantization=quantization)
    data = b"".join(encoded.data)
    found = run(pyio.decode_weights_stream(cut(data, size), encoded.specs))
    expected = pyio.decode_weights(data, encoded.specs)
    assert list(found) == list(expected)
    for name, array in expected.items():
        assert found[name].dtype == array.dtype
        assert found[name].shape == array.shape
        assert np.array_equal(found[name], array)
        assert found[name].dtype.hasobject or found[name].flags.writeable or quantization


def test_streams_that_do_not_fit() -> None:
    """A stream that is too short or too long is an error; the number of missing bytes is named."""
    encoded = pyio.encode_weights({"a": FLOATS, "s": np.array(["abc"])})
    data = b"".join(encoded.data)

    def decode(data: bytes) -> None:
        run(pyio.decode_weights_stream(cut(data, 4), encoded.specs))

    for end, text in (
        (13, "inside weight 'a': 7 bytes of it are missing"),
        (20, "inside weight 's': 4 bytes of it are missing"),
        (26, "inside weight 's': 1 bytes of it are missing"),
    ):
        with pytest.raises(pyio.WeightsError, match=text):
            decode(data[:end])
    with pytest.raises(pyio.WeightsError, match="goes on after the last weight"):
        decode(data + b"x")
    with pytest.raises(pyio.WeightsError, match="two weights are called 'a'"):
        run(pyio.decode_weights_stream(cut(data, 4), (encoded.specs[0], encoded.specs[0])))


def test_a_stream_of_httpx(server: Answers) -> None:
    """A stream of httpx can be decoded piece by piece."""
    import httpx

    server.table["/f"] = FLOATS.tobytes()

    async def stream() -> dict[str, Any]:
        async with (
            httpx.AsyncClient() as client,
            client.stream("GET", f"{server.url}/f") as response,
        ):
            specs = pyio.get_weight_specs([group(["f"], weight("w", 5))])
            return await pyio.decode_weights_stream(response.aiter_bytes(), specs)

    assert run(stream())["w"].tolist() == [1, 2, 3, 4, 5]
