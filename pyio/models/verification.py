"""Whether a stored model is whole: `verify` loads it and checks every byte that can be checked.

It is here and not among the operations, because a graph is checked by building it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyio.errors import InvalidModelError, UnknownOpsError, UnsupportedModelError
from pyio.format.words import OneLine, size_text
from pyio.handlers.contract import Loader
from pyio.handlers.picked_files import BrowserFilesHandler
from pyio.handlers.registry import load_handler
from pyio.operations.transfer import divided, load_artifacts
from pyio.tensors.encoding import decode_artifacts
from pyio.tracebacks import short

if TYPE_CHECKING:
    from typing import Unpack

    from pyio.format.artifacts import ModelArtifacts
    from pyio.handlers.contract import LoadHandler
    from pyio.handlers.keywords import LoadOptions


@dataclass(frozen=True, slots=True, repr=False)
class Verification(OneLine):
    """What `verify` found.

    Attributes:
        source: The address that was checked, or the handler as text.
        tensors: How many tensors could be decoded; 0 for a damaged model.
        weight_bytes: The bytes of their data; 0 for a damaged model.
        checksum: Whether digests that are stored with the model were compared. Without them, a
            change that keeps all sizes cannot be seen.
        damage: What is wrong, in words, or None for a model that is whole.
    """

    source: str
    tensors: int = 0
    weight_bytes: int = 0
    checksum: bool = False
    damage: str | None = None

    @property
    def ok(self) -> bool:
        """Whether no damage was found."""
        return self.damage is None

    def __repr__(self) -> str:
        if self.damage is not None:
            return f"<Verification of {self.source!r}: damaged: {self.damage:.300}>"
        digests = "digests agree" if self.checksum else "no digests are stored"
        return (
            f"<Verification of {self.source!r}: whole, {self.tensors} tensors, "
            f"{size_text(self.weight_bytes)}, {digests}>"
        )


@short
async def verify(source: str | LoadHandler, **options: Unpack[LoadOptions]) -> Verification:
    """Load a model, check all that can be checked, and return what was found.

    The JSON is parsed, the specs must account for every byte, each tensor is decoded, and digests
    are compared if they are stored (``checksum=True``). Damage is a result and no exception. With
    ``sha256=`` a model on a server is also compared with what you expect. Nothing is changed.

    Args:
        source: An address or a handler.
        options: Further options of the medium.

    Raises:
        ModelNotFoundError: Nothing is stored there.
        InvalidURLError: The address cannot be used.
        StorageError: The medium failed, so whether the model is whole is not known.
        UnsupportedModelError: A file of another program that pyio cannot convert.
    """
    name = source if isinstance(source, str) else repr(source)
    of_medium, importing = divided(options)
    handler = load_handler(source, of_medium)
    try:
        if isinstance(handler, Loader | BrowserFilesHandler):
            # Ops that TensorFlow.js lacks are no damage.
            artifacts = await handler.load(**{"pyio_only": True, **importing})
        else:
            artifacts = await load_artifacts(handler)
        arrays = decode_artifacts(artifacts)
        _require_whole_graph(artifacts)
    except UnsupportedModelError:
        raise
    except InvalidModelError as error:
        return Verification(name, damage=str(error))
    return Verification(name, len(arrays), artifacts.weight_data_bytes, artifacts.checksum)


def _require_whole_graph(artifacts: ModelArtifacts) -> None:
    """Raise InvalidModelError for a graph that contradicts itself; ops may be unknown."""
    topology = artifacts.model_topology
    if isinstance(topology, dict) and "node" in topology:
        from pyio.models.graph_models.reading import graph_model_from_artifacts  # late: all ops

        with suppress(UnknownOpsError):
            graph_model_from_artifacts(artifacts)
