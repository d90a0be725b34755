"""NumPy arrays without a model: save_arrays, load_arrays, load_weights."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from pyio.errors import (
    CompatibilityWarning,
    InvalidURLError,
    UnsupportedOperationError,
    WeightsError,
)
from pyio.format.artifacts import TFJS_ELEMENT_SIZES, ModelArtifacts, SaveResult
from pyio.format.manifest import parse_groups
from pyio.handlers.contract import Loader
from pyio.handlers.http.opening import http
from pyio.handlers.picked_files import BrowserFilesHandler
from pyio.handlers.registry import load_handler
from pyio.operations.transfer import format_at, load_artifacts, save_artifacts
from pyio.tensors.choosing import chosen, matching, require_names
from pyio.tensors.encoding import Tensors, decode_artifacts, decode_weights, encode_weights
from pyio.tracebacks import short

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Unpack

    from numpy.typing import NDArray

    from pyio.format.json_text import JSONValue
    from pyio.handlers.contract import LoadHandler, SaveHandler
    from pyio.handlers.keywords import AnySaveOptions, LoadOptions
    from pyio.tensors.quantization import QuantizationRule


@short
async def save_arrays(
    arrays: Tensors,
    target: str | SaveHandler,
    *,
    cast: bool = False,
    quantization: QuantizationRule = None,
    metadata: Mapping[str, JSONValue] | None = None,
    **options: Unpack[AnySaveOptions],
) -> SaveResult:
    """Save named NumPy arrays of any shape and dtype, all of them or nothing.

    A file that ends in ``.safetensors``, ``.npz`` or ``.npy`` gets that format; ``.npy`` takes one
    array. The rest is about TensorFlow.js's format, in which all other places keep arrays.

    float32, int32, bool, complex64 and text are what TensorFlow.js reads. Other dtypes keep their
    values by an extension of the format: the spec's dtype is NumPy's own name ("float64", "int64",
    "<M8[ns]"), the bytes are little-endian in row-major order. TensorFlow.js refuses to read such
    an array, and a CompatibilityWarning says so.

    Args:
        arrays: A dict of arrays, or pairs of name and array.
        target: An address such as "indexeddb://my-arrays" or "downloads://arrays.safetensors", or
            a handler.
        cast: Convert dtypes that TensorFlow.js lacks instead, and list it in ``conversions``.
        quantization: As in `pyio.encode_weights`.
        metadata: Your own JSON object, stored with the arrays; texts by name in ``.safetensors``.
        options: Further options of the medium, and ``checksum`` as in `pyio.save_artifacts`.

    Raises:
        UnsupportedDtypeError: Structured arrays and arrays of objects other than text.
        PyioError: Whatever `pyio.save_artifacts` raises.
    """
    encoded = encode_weights(arrays, cast=cast, quantization=quantization, extended=True)
    foreign = [
        f"{spec.name!r} ({spec.dtype})"
        for spec in encoded.specs
        if spec.dtype not in TFJS_ELEMENT_SIZES and spec.dtype != "string"
    ]
    if foreign and format_at(target, options) in ("tfjs", "zip"):
        warnings.warn(
            f"TensorFlow.js will not read {', '.join(foreign)}; pass cast=True to save what it can",
            CompatibilityWarning,
            stacklevel=3,
        )
    artifacts = ModelArtifacts(
        weight_specs=encoded.specs,
        weight_data=encoded.data,
        user_defined_metadata=None if metadata is None else dict(metadata),
    )
    result = await save_artifacts(artifacts, target, **options)
    if not isinstance(result, SaveResult):  # a user's handler may return anything
        return result
    return replace(result, conversions=encoded.conversions)


@short
async def load_arrays(
    source: str | LoadHandler,
    names: Iterable[str] | None = None,
    **options: Unpack[LoadOptions],
) -> dict[str, NDArray[Any]]:
    """Load the arrays stored at `source`: name -> array, in the order in which they were saved.

    The weights of a whole model can be loaded like this too, and files of safetensors (also in
    several files with their ``.index.json``), ``.npz`` and ``.npy``, whose array is called "array".
    Arrays are views into the bytes that were read, as `pyio.decode_weights` gives them. bfloat16
    and 8-bit floats become float32.

    Args:
        source: An address or a handler.
        names: Which arrays, by name or by pattern such as "encoder/*"; all of them by default. Of
            safetensors and ``opfs://`` nothing else is read: servers send these parts only.
        options: Further options of the medium.

    Raises WeightsError for a name that no array has, and whatever `pyio.load_artifacts` raises.
    """
    if names is None:
        return decode_artifacts(await load_artifacts(source, **options))
    wanted = require_names(names)
    handler = load_handler(source, cast("Any", options))
    if not isinstance(handler, Loader | BrowserFilesHandler):
        arrays = decode_artifacts(await load_artifacts(handler))
    else:
        arrays = decode_artifacts(await handler.load(names=wanted))
        if any(not matching(list(arrays), [name]) for name in wanted):
            described = await handler.describe()  # so that the error has all names
            chosen([spec.name for spec in described.weight_specs or ()], wanted)
    return {name: arrays[name] for name in chosen(list(arrays), wanted)}


@short
async def load_weights(
    manifest: JSONValue,
    prefix: str,
    names: Iterable[str] | None = None,
    **options: Unpack[LoadOptions],
) -> dict[str, NDArray[Any]]:
    """Load some of the weights that a manifest lists, and only the files that hold them.

    Args:
        manifest: The parsed ``weightsManifest`` of a model.json, a list of groups.
        prefix: The directory of the weight files: "https://…", "file://…", or on a page relative
            to it. A slash at its end may be left out; a query goes on to the files.
        names: Which weights; all of them by default.
        options: Further options of the medium, such as ``request_init``.

    Raises:
        WeightsError: The manifest does not list one of `names`; or the bytes do not fit.
        StorageError: A file could not be read.
    """
    groups = parse_groups(manifest) or ()
    if not isinstance(prefix, str):
        raise InvalidURLError(prefix, "the directory of the weight files is expected, as a text")
    listed = [spec.name for group in groups for spec in group.specs]
    wanted = listed if names is None else list(names)
    known = set(listed)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise WeightsError(
            f"the manifest has no weights called {', '.join(map(repr, unknown))}; it has "
            f"{', '.join(map(repr, listed))}"
        )
    chosen = set(wanted)
    needed = [group for group in groups if any(spec.name in chosen for spec in group.specs)]
    web = prefix.startswith(("http://", "https://")) or "://" not in prefix
    directory, mark, query = prefix.partition("?") if web else (prefix, "", "")
    place = f"{directory.rstrip('/')}/{mark}{query}" if directory else prefix
    given: Any = options
    handler: Any = load_handler(place, given) if "://" in place else http(place, **given)
    if not hasattr(handler, "load_groups"):
        raise UnsupportedOperationError(f"{prefix!r} holds whole models, not files of weights")
    data = await handler.load_groups(needed)
    arrays = decode_weights(data, [spec for group in needed for spec in group.specs])
    return {name: array for name, array in arrays.items() if name in chosen}
