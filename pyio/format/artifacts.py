"""The values that travel between models and media: ModelArtifacts and what belongs to them.

The names are TensorFlow.js's in snake_case (``tf.io.ModelArtifacts``, ``tf.io.SaveResult``); on
disk and in stores the fields keep TensorFlow.js's own spelling (`pyio.format.model_json`).
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from pyio.errors import InvalidModelError, WeightsError
from pyio.format.words import OneLine, date_text, size_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from typing_extensions import Buffer

    from pyio.format.json_text import JSONValue

TFJS_ELEMENT_SIZES: Mapping[str, int] = {"float32": 4, "int32": 4, "bool": 1, "complex64": 8}
"""Bytes per element of the dtypes TensorFlow.js knows; ``string`` has none, its size varies."""

QUANTIZED_SIZES: Mapping[str, int] = {"uint8": 1, "uint16": 2, "float16": 2}
"""Bytes per element of the dtypes in which quantized weights are stored."""

EXTENSION_ELEMENT_SIZES: Mapping[str, int] = {
    "int8": 1,
    "uint8": 1,
    "int16": 2,
    "uint16": 2,
    "uint32": 4,
    "int64": 8,
    "uint64": 8,
    "float16": 2,
    "float64": 8,
    "complex128": 16,
}
"""NumPy dtypes that `pyio.save_arrays` adds. TensorFlow.js refuses a tensor that has one."""

_ELEMENT_SIZES: Mapping[str, int] = {**TFJS_ELEMENT_SIZES, **EXTENSION_ELEMENT_SIZES}

_EXTENSION_BYTES = re.compile(r"[<|](?:[SV](\d{1,9})|[mM]8(?:\[\d*[a-zA-Zμ]{1,7}\])?)")


@dataclass(frozen=True, slots=True)
class Quantization:
    """How a tensor was made smaller: value = stored * scale + min, or half precision.

    `min` and `scale` are None for ``float16``. `original_dtype` is informational.
    """

    dtype: str
    min: float | None = None
    scale: float | None = None
    original_dtype: str | None = None


@dataclass(frozen=True, slots=True)
class WeightSpec:
    """Name, shape and dtype of one tensor in the weight data (``WeightsManifestEntry``).

    `dtype` is one of float32, int32, bool, complex64 and string; with a `quantization`, it is what
    the tensor becomes when it is read. `group` is "optimizer" for optimizer state.
    `numpy_dtype` is pyio's own hint which NumPy dtype a string tensor had; TensorFlow.js skips it.
    `json` has the members that another program wrote, where pyio would write them in another way,
    and is None elsewhere. Such a spec is written again as it was read. A comparison ignores `json`,
    and `dataclasses.replace` drops it.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    group: str | None = None
    quantization: Quantization | None = None
    numpy_dtype: str | None = None
    json: Mapping[str, JSONValue] | None = field(
        default=None, init=False, repr=False, compare=False
    )

    def remember_json(self, json: Mapping[str, JSONValue]) -> None:
        """Note the members from which this was read."""
        object.__setattr__(self, "json", json)  # a frozen dataclass refuses assignments

    @property
    def size(self) -> int:
        """The number of elements; 1 for a scalar."""
        return math.prod(self.shape)

    @property
    def byte_length(self) -> int | None:
        """The number of bytes the tensor takes in the weight data; None for strings."""
        if self.dtype == "string":
            return None
        usual = TFJS_ELEMENT_SIZES.get(self.dtype) if type(self.dtype) is str else None
        if self.quantization is None and usual is not None:  # nearly always
            return math.prod(self.shape) * usual
        return self.size * self.element_size

    @property
    def element_size(self) -> int:
        """Bytes per stored element. Raises WeightsError for an unknown dtype."""
        known, stored = _ELEMENT_SIZES, self.dtype
        if self.quantization is not None:
            known, stored = QUANTIZED_SIZES, self.quantization.dtype
        match = None
        if isinstance(stored, str):
            if stored in known:
                return known[stored]
            match = _EXTENSION_BYTES.fullmatch(stored) if self.quantization is None else None
        if match is None:
            raise WeightsError(
                f"weight {self.name!r} is stored as {stored!r}, which is not one of "
                f"{', '.join(known)}" + ("" if self.quantization else ", string")
            )
        return int(match[1]) if match[1] else 8


@dataclass(frozen=True, slots=True)
class Conversion:
    """A tensor whose dtype was changed on request (``cast=True``), and whether values changed."""

    name: str
    from_dtype: str
    to_dtype: str
    exact: bool


class _Checked:
    """Remembers that specs and data agree, so that decoding does not check it again.

    It also remembers in which order a record had its members. Neither is a field: a comparison
    ignores them, and `dataclasses.replace` and copies drop them.
    """

    __slots__ = ("_ends", "_notes", "_order")
    _ends: tuple[int, ...]
    _notes: tuple[str, ...]
    _order: tuple[str, ...]

    @property
    def ends(self) -> tuple[int, ...] | None:
        """Where each tensor ends in the weight data, or None if that was not checked."""
        return getattr(self, "_ends", None)

    @property
    def order(self) -> tuple[str, ...]:
        """The members of the record that this was read from; empty without one."""
        return getattr(self, "_order", ())

    def remember_order(self, order: Iterable[str]) -> None:
        """Note in which order a record has its members."""
        object.__setattr__(self, "_order", tuple(order))

    @property
    def import_notes(self) -> tuple[str, ...]:
        """What an importer changed, each in a sentence; empty for what pyio or TensorFlow.js wrote.

        Notes are about one load: a copy that is stored does not have them.
        """
        return getattr(self, "_notes", ())

    def remember_notes(self, notes: Iterable[str]) -> None:
        """Set `import_notes`."""
        object.__setattr__(self, "_notes", tuple(notes))

    def remember_ends(self, ends: tuple[int, ...]) -> None:
        """Note that specs and data agree, and that the tensors end at `ends`."""
        object.__setattr__(self, "_ends", ends)  # a frozen dataclass refuses assignments


class StoredWeights(ABC):
    """Weight data that stay where they are stored, and are read in ranges of bytes.

    They stand in the place of `ModelArtifacts.weight_data` if a model is loaded with ``lazy=True``.

    Attributes:
        ends: Where each tensor ends.
        sha256: The digest that was stored with the model, or None.
    """

    ends: tuple[int, ...]
    sha256: str | None = None

    @property
    def byte_length(self) -> int:
        """The number of bytes."""
        return self.ends[-1] if self.ends else 0

    @abstractmethod
    async def read_range(self, start: int, stop: int) -> memoryview:
        """Return the bytes from `start` to `stop`. Raises StorageError if they are gone."""

    @abstractmethod
    async def whole(self) -> tuple[memoryview, ...]:
        """Return all bytes, in one buffer or several."""

    def __iter__(self) -> Iterator[memoryview]:
        raise WeightsError(
            "the weights of this model are not loaded, as lazy=True asked for; "
            "`await artifacts.weight_data.read(name)` reads one, and load_artifacts without "
            "lazy=True all of them"
        )


@dataclass(frozen=True, slots=True, repr=False)
class ModelArtifacts(_Checked, OneLine):
    """Everything there is to a model, in the form that media store and load.

    Args:
        model_topology: The architecture as parsed JSON, or None for weights alone.
        weight_specs: One WeightSpec per tensor, in the order of the data.
        weight_data: The bytes of all tensors one after another: one buffer or several, cut
            anywhere. Buffers are kept as they are, neither joined nor copied.
        training_config: Loss, metrics and optimizer, as ``LayersModel.save`` writes them.
        format: "layers-model" or "graph-model".
        generated_by: The program that made the model.
        converted_by: The program that converted it.
        signature: Inputs and outputs of a graph model.
        user_defined_metadata: Any JSON object of the user's.
        model_initializer: A second graph that fills the tables of a graph model.
        initializer_signature: Inputs and outputs of that second graph.
        null_fields: Which of the fields that are None here are ``null`` in JSON rather than
            absent. JavaScript has both, and TensorFlow.js writes ``"convertedBy":null``.
        checksum: Whether digests are stored with the model, as `pyio.format.checksum` describes.
            They are made anew by every save, so that they cannot be those of something else.
        origin: Of a copy that a load with ``cache=True`` has kept: the server's address and what
            it said of each file, as `pyio.handlers.http.origin` describes. None otherwise.
    """

    model_topology: JSONValue = None
    weight_specs: tuple[WeightSpec, ...] | None = None
    weight_data: tuple[memoryview, ...] | None = None
    training_config: JSONValue = None
    format: str | None = None
    generated_by: str | None = None
    converted_by: str | None = None
    signature: JSONValue = None
    user_defined_metadata: JSONValue = None
    model_initializer: JSONValue = None
    initializer_signature: JSONValue = None
    null_fields: frozenset[str] = field(default_factory=frozenset)
    checksum: bool = False
    origin: JSONValue = None

    def __post_init__(self) -> None:
        if self.weight_specs is not None:
            object.__setattr__(self, "weight_specs", checked_specs(self.weight_specs))
        if self.weight_data is not None and self.stored is None:
            object.__setattr__(self, "weight_data", flat_buffers(self.weight_data))

    def __repr__(self) -> str:
        kind = self.format or ("arrays" if self.model_topology is None else "model")
        tensors = f"{len(self.weight_specs or ())} tensors"
        return f"<ModelArtifacts: {kind}, {tensors}, {size_text(self.weight_data_bytes)}>"

    @property
    def stored(self) -> StoredWeights | None:
        """The weight data if they were not loaded, because of ``lazy=True``."""
        data: object = self.weight_data
        return data if isinstance(data, StoredWeights) else None

    @property
    def weight_data_bytes(self) -> int:
        """The number of bytes in the weight data, 0 without any."""
        if self.stored is not None:
            return self.stored.byte_length
        return sum([buffer.nbytes for buffer in self.weight_data or ()])


@dataclass(frozen=True, slots=True, repr=False)
class ModelArtifactsInfo(OneLine):
    """What a medium knows about a stored model without loading it. Sizes are in bytes.

    `damage` says in words why the entry cannot be trusted, and is None for a sound one. `about` is
    the line of the model's card (`pyio.ModelCard`), and `origin` is where a cached copy came from.
    """

    date_saved: datetime | None = None
    model_topology_type: str = "JSON"
    model_topology_bytes: int = 0
    weight_specs_bytes: int = 0
    weight_data_bytes: int = 0
    damage: str | None = None
    about: str | None = None
    origin: str | None = None

    def __repr__(self) -> str:
        damage = f", damaged: {self.damage!r:.200}" if self.damage else ""
        saved = f"saved {date_text(self.date_saved)}"
        return f"<ModelArtifactsInfo: {size_text(self.total_bytes)}, {saved}{damage}>"

    @property
    def total_bytes(self) -> int:
        """The topology, the weight specs and the weight data together."""
        return self.model_topology_bytes + self.weight_specs_bytes + self.weight_data_bytes


@dataclass(frozen=True, slots=True, repr=False)
class SaveResult(OneLine):
    """What a save did.

    `responses` holds the server's answers after a save over HTTP. `conversions` lists the tensors
    whose dtype was changed because the caller passed ``cast=True``.
    """

    model_artifacts_info: ModelArtifactsInfo
    responses: tuple[Any, ...] = ()
    conversions: tuple[Conversion, ...] = ()

    def __repr__(self) -> str:
        info = self.model_artifacts_info
        parts = [f"{size_text(info.total_bytes)} saved {date_text(info.date_saved)}"]
        if self.conversions:
            inexact = sum(not each.exact for each in self.conversions)
            parts.append(f"{len(self.conversions)} tensors converted, {inexact} not exactly")
        if self.responses:
            parts.append(f"{len(self.responses)} responses of the server")
        return f"<SaveResult: {'; '.join(parts)}>"


def checked_specs(specs: Iterable[WeightSpec]) -> tuple[WeightSpec, ...]:
    """Return specs as a tuple. Raises WeightsError for anything else in them."""
    if not isinstance(specs, Iterable):
        raise WeightsError(f"weight_specs should be a list of WeightSpecs, got {specs!r:.80}")
    checked = tuple(specs)
    for spec in checked:
        if not isinstance(spec, WeightSpec):
            raise WeightsError(f"weight_specs should hold WeightSpecs, got {spec!r:.80}")
    return checked


def require_artifacts(artifacts: ModelArtifacts) -> None:
    """Raise InvalidModelError for anything else."""
    if not isinstance(artifacts, ModelArtifacts):
        raise InvalidModelError(
            f"expected ModelArtifacts, got {type(artifacts).__name__}; load_artifacts returns them"
        )


def flat_buffers(data: Buffer | Iterable[Buffer]) -> tuple[memoryview, ...]:
    """Return one buffer or several as flat byte views of the same memory.

    Raises InvalidModelError for something that is not a contiguous buffer.
    """
    # The types that loads give first: asking an ABC takes far longer.
    if type(data) in (tuple, list) or (isinstance(data, Iterable) and not _is_buffer(data)):
        return tuple(map(_flat, cast("Iterable[Buffer]", data)))
    return (_flat(cast("Buffer", data)),)


def _is_buffer(data: object) -> bool:
    # Some buffers can be iterated as well: an array.array, an mmap, a NumPy array.
    try:
        memoryview(cast("Buffer", data))
    except (TypeError, ValueError):
        return hasattr(data, "__array_interface__")
    return True


def now() -> datetime:
    """Return the present time in UTC with whole milliseconds, which is all JavaScript keeps."""
    time = datetime.now(UTC)
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def _flat(buffer: Buffer) -> memoryview:
    if (
        type(buffer) is memoryview
        and (buffer.format, buffer.ndim, buffer.c_contiguous) == ("B", 1, True)
        and buffer.nbytes
    ):
        return buffer  # flat already, as nearly all buffers are that come here twice
    try:
        view = memoryview(buffer)
    except (TypeError, ValueError) as error:  # ValueError: a NumPy dtype that buffers lack
        raise InvalidModelError(
            f"weight data must be bytes-like, got {type(buffer).__name__}"
        ) from error
    if view.nbytes == 0:
        return memoryview(b"")
    if not view.c_contiguous:
        raise InvalidModelError(
            "weight data must be C-contiguous; pass numpy.ascontiguousarray(array)"
        )
    return view.cast("B")
