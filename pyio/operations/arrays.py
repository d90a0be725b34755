"""NumPy arrays without a model: save_arrays, load_arrays, load_weights."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pyio.errors import (
    CompatibilityWarning,
    InvalidURLError,
    UnsupportedOperationError,
    WeightsError,
)
from pyio.format.artifacts import TFJS_ELEMENT_SIZES, ModelArtifacts, SaveResult
from pyio.format.manifest import parse_groups
from pyio.handlers.http.handler import http
from pyio.handlers.registry import load_handler
from pyio.operations.transfer import load_artifacts, save_artifacts
from pyio.tensors.encoding import Tensors, decode_artifacts, decode_weights, encode_weights
from pyio.tracebacks import short

if TYPE_CHECKING:
    from collections.abc import Iterable
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
    **options: Unpack[AnySaveOptions],
) -> SaveResult:
    """Save named NumPy arrays of any shape and dtype, all of them or nothing.

    float32, int32, bool, complex64 and text are what TensorFlow.js reads. Other dtypes keep their
    values by an extension of the format: the spec's dtype is NumPy's own name ("float64", "int64",
    "<M8[ns]"), the bytes are little-endian in row-major order. TensorFlow.js refuses to read such
    an array, and a CompatibilityWarning says so.

    Args:
        arrays: A dict of arrays, or pairs of name and array.
        target: An address such as "indexeddb://my-arrays", or a handler.
        cast: Convert dtypes that TensorFlow.js lacks instead, and list it in ``conversions``.
        quantization: As in `pyio.encode_weights`.
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
    if foreign:
        warnings.warn(
            f"TensorFlow.js will not read {', '.join(foreign)}; pass cast=True to save what it can",
            CompatibilityWarning,
            stacklevel=3,
        )
    artifacts = ModelArtifacts(weight_specs=encoded.specs, weight_data=encoded.data)
    result = await save_artifacts(artifacts, target, **options)
    if not isinstance(result, SaveResult):  # a user's handler may return anything
        return result
    return replace(result, conversions=encoded.conversions)


@short
async def load_arrays(
    source: str | LoadHandler, **options: Unpack[LoadOptions]
) -> dict[str, NDArray[Any]]:
    """Load the arrays stored at `source`: name -> array, in the order in which they were saved.

    The weights of a whole model can be loaded like this too. Arrays are views into one buffer, as
    `pyio.decode_weights` gives them. Raises whatever `pyio.load_artifacts` raises.
    """
    artifacts = await load_artifacts(source, **options)
    return decode_artifacts(artifacts)


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
