"""An HDF5 file by the reader here, or by h5py where that is installed and the reader refuses."""

from __future__ import annotations

import importlib
import importlib.util
import io
from typing import TYPE_CHECKING, Any

from pyio import limits
from pyio.converters.hdf5.datasets import Dataset
from pyio.converters.hdf5.file import Group, read_hdf5
from pyio.converters.hdf5.types import Type
from pyio.errors import InvalidModelError, PyioError, UnsupportedModelError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyio.converters.hdf5.attributes import Value


def open_hdf5(data: memoryview) -> Group:
    """Return the root group of a file.

    Raises InvalidModelError for a damaged file, and UnsupportedModelError for one that needs h5py.
    """
    try:
        return read_hdf5(data)
    except UnsupportedModelError:
        if importlib.util.find_spec("h5py") is None:
            raise
        return _by_h5py(data)


def _by_h5py(data: memoryview) -> Group:
    """Return the same by h5py. Links out of the file and virtual datasets are refused here too."""
    h5py: Any = importlib.import_module("h5py")
    try:
        with h5py.File(io.BytesIO(data), "r") as file:
            return _group(h5py, file, "", [0], 0)
    except PyioError:
        raise
    except (OSError, KeyError, ValueError, RuntimeError, TypeError) as error:
        raise InvalidModelError(f"h5py cannot read the file: {error}") from error


def _group(h5py: Any, group: Any, path: str, count: list[int], depth: int) -> Group:
    found = Group(path, _attributes(group))
    count[0] += 1
    if depth > limits.HDF5_DEPTH or count[0] > limits.HDF5_OBJECTS:
        raise InvalidModelError("the file has too many groups, or they lie too deep")
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise UnsupportedModelError(f"{name!r} is a link, which is not followed")
        inner, below = group[name], f"{path}/{name}".lstrip("/")
        if isinstance(inner, h5py.Group):
            found.members[name] = _group(h5py, inner, below, count, depth + 1)
        elif isinstance(inner, h5py.Dataset):  # the third kind is a type with a name
            found.members[name] = _dataset(inner, below)
    return found


def _dataset(dataset: Any, path: str) -> Dataset:
    if dataset.is_virtual or dataset.external:
        raise UnsupportedModelError(
            f"the values of {path!r} are in another file, which is not read"
        )
    if dataset.nbytes > limits.WEIGHT_BYTES or dataset.nbytes > max(
        limits.ZIP_BYTES, limits.HDF5_RATIO * dataset.id.get_storage_size()
    ):
        raise InvalidModelError(f"{path!r} would take {dataset.nbytes:,} bytes")
    kind, attributes = dataset.dtype.kind, _attributes(dataset)
    if kind not in "iufbSV" or dataset.dtype.names or dataset.shape is None:
        # Without values: there is nothing to read, or reading it is refused.
        type_ = Type("text", 16, False, 0)
        return Dataset(path, dataset.shape, type_, attributes, memoryview(b""))
    array = dataset[()]
    type_ = Type(kind.replace("b", "i"), array.dtype.itemsize, False, 0)
    values = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return Dataset(path, values.shape, type_, attributes, memoryview(values.tobytes()))


def _attributes(item: Any) -> Mapping[str, Value]:
    found: dict[str, Value] = {}
    for name, value in item.attrs.items():
        plain = value.tolist() if hasattr(value, "tolist") else value
        if hasattr(value, "shape") and value.shape is None:  # a type without a value
            plain = None
        several = plain if isinstance(plain, list) else [plain]
        texts = [each.decode() if isinstance(each, bytes) else each for each in several]
        found[name] = texts if isinstance(plain, list) else texts[0]
    return found
