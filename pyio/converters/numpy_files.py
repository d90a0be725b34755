"""NumPy's own files: ``.npy`` with one array, ``.npz`` with several in a zip archive.

A ``.npy`` begins with `MAGIC`, two bytes of version, the length of a header, and the header:
the text of a dict with `descr`, `fortran_order` and `shape`
(https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). NumPy evaluates that text
as a literal of Python; here a pattern takes it apart. Arrays of Python objects, which are pickles,
are refused.
"""

from __future__ import annotations

import math
import re
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio import limits
from pyio.converters import skops_files
from pyio.errors import (
    DamagedModelError,
    InvalidModelError,
    UnsupportedDtypeError,
    UnsupportedModelError,
    WeightsError,
)
from pyio.format.archive import unzip, zip_pieces
from pyio.format.artifacts import ModelArtifacts
from pyio.tensors.choosing import matching
from pyio.tensors.encoding import decode_artifacts, encode_weights, refuse_duplicates

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from pyio.converters.files import Files
    from pyio.format.archive import Member

MAGIC = b"\x93NUMPY"
ONE_NAME = "array"
"""The name of the array of an ``.npy`` file, which has none."""

_VERSIONS = {(1, 0): "<H", (2, 0): "<I", (3, 0): "<I"}
_LONGEST_HEADER = 10_000
"""Characters of a header, the limit that NumPy has as well."""

_KEY = re.compile(r"'(descr|fortran_order|shape)': ?")
_VALUES = {
    "descr": re.compile(r"'([^'\\]{1,40})'"),
    "fortran_order": re.compile(r"(True|False)"),
    "shape": re.compile(r"\(((?:\d{1,19}L?, ?)*(?:\d{1,19}L?)?,?)\)"),
}
_DESCR = re.compile(r"[<>|=]([biufcSUMmV?])(\d{1,9})(?:\[\d{0,9}[a-zA-Zμ]{1,7}\])?")


def _header(text: str) -> dict[str, str]:
    """Return the three values of a header as texts. Raises WeightsError."""
    body = text.strip()
    found: dict[str, str] = {}
    at = 1
    while body[at : at + 1] == "'":
        key = _KEY.match(body, at)
        value = _VALUES[key[1]].match(body, key.end()) if key else None
        if key is None or value is None or key[1] in found:
            break
        found[key[1]] = value[1]
        at = value.end()
        while body[at : at + 1] in (",", " ") and at < len(body):
            at += 1
    if body[:1] != "{" or body[at:] != "}" or len(found) < len(_VALUES):
        kind = ""
        if "'descr': [" in body:
            kind = ": an array of records; save each field as an array of its own"
        raise WeightsError(f"the header {body!r:.120} cannot be read{kind}")
    return found


def _dtype(descr: str) -> np.dtype[Any]:
    if descr.lstrip("<>|=") == "O":
        raise WeightsError(
            "it has Python objects, stored as a pickle, which pyio never opens: it can run any code"
        )
    match = _DESCR.fullmatch(descr)
    if match is None:
        raise WeightsError(f"its dtype {descr!r} is not one of numbers, text or bytes")
    try:
        return np.dtype(descr)
    except (TypeError, ValueError) as error:
        raise WeightsError(f"its dtype cannot be read: {error}") from error


def array_of(data: memoryview) -> NDArray[Any]:
    """Return the array of an ``.npy`` file: a view, except in Fortran's order.

    Raises WeightsError unless the bytes are exactly those of the array.
    """
    start = bytes(data[:12])
    code = _VERSIONS.get((start[6], start[7])) if len(start) == 12 else None
    if not start.startswith(MAGIC) or code is None:
        raise WeightsError(f"it begins with {start[:8]!r}, and an .npy file with {MAGIC!r}")
    (length,) = struct.unpack_from(code, start, 8)
    begin = 8 + struct.calcsize(code)
    if length > _LONGEST_HEADER or begin + length > data.nbytes:
        raise WeightsError(f"its header would have {length:,} bytes")
    encoding = "utf-8" if start[6] == 3 else "latin-1"
    try:
        header = _header(bytes(data[begin : begin + length]).decode(encoding))
    except UnicodeDecodeError as error:
        raise WeightsError(f"its header cannot be read: {error}") from error
    dtype = _dtype(header["descr"])
    shape = tuple(int(side.strip(" L")) for side in header["shape"].split(",") if side.strip())
    size = math.prod(shape) * dtype.itemsize
    there = data.nbytes - begin - length
    if size != there or len(shape) > limits.SIDES or max(shape, default=0) > limits.SIDE:
        raise WeightsError(
            f"an array of {dtype} with the shape {list(shape)} takes {size:,} bytes, and there "
            f"are {there:,}"
        )
    return _laid_out(data[begin + length :], dtype, shape, header["fortran_order"] == "True")


def _laid_out(
    data: memoryview, dtype: np.dtype[Any], shape: tuple[int, ...], by_columns: bool
) -> NDArray[Any]:
    if not dtype.itemsize:  # texts of length 0
        return np.zeros(shape, dtype)
    if dtype.kind == "b" and np.frombuffer(data, np.uint8).max(initial=0) > 1:
        raise WeightsError("it is an array of bool and has bytes other than 0 and 1")
    try:
        array = np.frombuffer(data, dtype)
        if dtype.kind == "U":
            _require_characters(array)
        return array.reshape(shape, order="F" if by_columns else "C")
    except ValueError as error:
        raise WeightsError(f"its bytes are no array: {error}") from error


def _require_characters(array: NDArray[Any]) -> None:
    codes = array.view(np.dtype("u4").newbyteorder(array.dtype.byteorder))
    if codes.max(initial=0) > 0x10FFFF:
        raise WeightsError("it is an array of text and has numbers that are no characters")


async def artifacts(
    files: Files, *, names: Iterable[str] | None = None, **_options: Any
) -> ModelArtifacts:
    """Return the arrays of the first file, in the order of the archive if it is one.

    The array of an ``.npy`` file is called "array". Only arrays that `names` stand for are taken.
    An archive of skops is kept whole, see `pyio.converters.skops_files`.

    Raises DamagedModelError, which names the file; UnsupportedModelError for dtypes that the
    artifacts cannot hold.
    """
    file = files.names[0]
    data = await files.read(file)
    try:
        if bytes(data[: len(MAGIC)]) == MAGIC:
            found = [(ONE_NAME, array_of(data))] if matching([ONE_NAME], names) else []
        else:
            members = unzip(data, file, every=True)
            if any(member.path == skops_files.SCHEMA for member in members):
                return skops_files.opened(data, members)
            found = _unpacked(members, names)
    except DamagedModelError:
        raise
    except InvalidModelError as error:
        raise DamagedModelError(file, str(error)) from error
    try:
        encoded = encode_weights(found, extended=True)
    except UnsupportedDtypeError as error:
        raise UnsupportedModelError(
            f"the array {error.name!r} is {error.dtype}; convert it to float64 with NumPy"
        ) from error
    return ModelArtifacts(weight_specs=encoded.specs, weight_data=encoded.data)


def _unpacked(
    members: Sequence[Member], names: Iterable[str] | None
) -> list[tuple[str, NDArray[Any]]]:
    """Return the arrays in an ``.npz`` archive."""
    for member in members:
        if not member.path.endswith(".npy"):
            raise WeightsError(f"it has {member.path!r:.80}, which is no array of NumPy")
    contents = {member.path.removesuffix(".npy"): member.content for member in members}
    refuse_duplicates([member.path.removesuffix(".npy") for member in members])
    arrays = []
    for name in matching(list(contents), names):
        try:
            arrays.append((name, array_of(contents[name])))
        except WeightsError as error:
            raise WeightsError(f"{name}.npy: {error}") from error
    return arrays


# ------------------------------------------------------------ writing


def npy_pieces(artifacts: ModelArtifacts) -> list[memoryview]:
    """Return the ``.npy`` file of the only array. Raises WeightsError if there are several."""
    arrays = decode_artifacts(artifacts)
    if len(arrays) != 1:
        raise WeightsError(f"an .npy file takes one array, not {len(arrays)}; .npz takes several")
    return _npy(*next(iter(arrays.items())))


def npz_pieces(artifacts: ModelArtifacts) -> list[memoryview]:
    """Return the ``.npz`` file of all arrays, as ``numpy.savez`` writes it: not compressed."""
    arrays = decode_artifacts(artifacts)
    for name in arrays:
        if "\0" in name or "\\" in name or not name or name.startswith("/"):
            raise WeightsError(f"{name!r:.80} cannot be the name of a file in an archive")
    return zip_pieces({f"{name}.npy": _npy(name, array) for name, array in arrays.items()})


def _npy(name: str, array: NDArray[Any]) -> list[memoryview]:
    if array.dtype == object:  # text is decoded into objects; a file has it with a fixed width
        array = _fixed_width(name, array)
    raw = np.ascontiguousarray(array)
    descr = array.dtype.str
    text = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {array.shape}, }}"
    text += " " * (-(10 + len(text) + 1) % 64) + "\n"
    head = MAGIC + b"\x01\x00" + struct.pack("<H", len(text)) + text.encode("latin-1")
    if not raw.nbytes:
        return [memoryview(head)]
    return [memoryview(head), raw.reshape(-1).view(np.uint8).data]


def _fixed_width(name: str, array: NDArray[Any]) -> NDArray[Any]:
    lengths = [len(text) for text in array.flat]
    longest, total = max(lengths, default=0), sum(lengths)
    if any(text.endswith("\0") for text in array.flat):
        raise WeightsError(f"{name!r} has a text that ends with \\0, which NumPy drops")
    if array.size * longest > max(limits.TEXT_CHARACTERS, limits.TEXT_RATIO * total):
        raise WeightsError(
            f"{name!r} would take {4 * array.size * longest:,} bytes with a fixed width, for "
            f"{total:,} characters; save it in TensorFlow.js's format"
        )
    return array.astype(f"<U{max(longest, 1)}")
