"""The importer of SavedModels, hub modules among them, for the table of importers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pyio.converters.saved_model.convert import Steps, converted, outlining, sound
from pyio.converters.saved_model.source import open_saved_model

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyio.converters.files import Files
    from pyio.format.artifacts import ModelArtifacts
    from pyio.tensors.quantization import QuantizationRule


async def artifacts(
    files: Files,
    *,
    signature: str | None = None,
    tags: str | Iterable[str] | None = None,
    clean_up: bool = True,
    fold_constants: bool = True,
    fold_batch_norms: bool = True,
    fuse: bool = True,
    pyio_only: bool = False,
    for_tfjs: bool = True,
    quantization: QuantizationRule = None,
) -> ModelArtifacts:
    """Return a SavedModel as a graph model of TensorFlow.js.

    Args:
        files: The directory, whose outermost saved_model.pb is read, or that file alone.
        signature: Its name; by default ``serving_default`` or ``default``, or the only one.
        tags: The tags of the graph, as a list or with commas; by default ``serve``, or none.
        clean_up: Leave out nodes that only pass on what they get.
        fold_constants: Compute ahead what depends on constants alone.
        fold_batch_norms: Put batch normalisation into the convolution before it.
        fuse: Join products with bias and activation.
        pyio_only: Allow ops that pyio has and TensorFlow.js lacks.
        for_tfjs: The opposite, for a model that is loaded to run here.
        quantization: For lists of floats, as in `pyio.encode_weights`.

    Raises:
        InvalidModelError: Damage.
        UnsupportedModelError: A choice that is not there, or what no graph model can express.
        UnsupportedOpsError: Ops that TensorFlow.js lacks, each with one node.
    """
    with sound():
        source = await open_saved_model(files, tags, signature)
    steps = Steps(clean_up, fold_constants, fold_batch_norms, fuse)
    return converted(
        source, replace(steps, pyio_only=pyio_only or not for_tfjs, quantization=quantization)
    )


async def outline(
    files: Files,
    *,
    signature: str | None = None,
    tags: str | Iterable[str] | None = None,
    **options: Any,
) -> ModelArtifacts:
    """Return the same without the weights, whichever ops it has.

    Variables are not read: zeros of their shapes stand for them. What they would be quantized to
    depends on them, and is left out.
    """
    with sound():
        source = await open_saved_model(files, tags, signature, variables=False)
    return converted(source, outlining(options))
