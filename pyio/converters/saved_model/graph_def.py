"""The importer of frozen graphs (a GraphDef in one file), for the table of importers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pyio.converters.saved_model.convert import Steps, converted, outlining, sound
from pyio.converters.saved_model.source import open_graph_def

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.converters.files import Files
    from pyio.format.artifacts import ModelArtifacts
    from pyio.tensors.quantization import QuantizationRule


async def artifacts(
    files: Files,
    *,
    outputs: Sequence[str] | None = None,
    clean_up: bool = True,
    fold_constants: bool = True,
    fold_batch_norms: bool = True,
    fuse: bool = True,
    pyio_only: bool = False,
    for_tfjs: bool = True,
    quantization: QuantizationRule = None,
) -> ModelArtifacts:
    """Return a frozen graph as a graph model of TensorFlow.js.

    Args:
        files: The first of them is the GraphDef.
        outputs: Names of nodes (``name`` or ``name:1``); by default those that no node consumes.
        clean_up: Leave out nodes that only pass on what they get.
        fold_constants: Compute ahead what depends on constants alone.
        fold_batch_norms: Put batch normalisation into the convolution before it.
        fuse: Join products with bias and activation.
        pyio_only: Allow ops that pyio has and TensorFlow.js lacks.
        for_tfjs: The same the other way round: False for a model that is loaded to run here.
        quantization: "uint8", "uint16" or "float16" for all floats, or a mapping as in
            `pyio.encode_weights`. Whole numbers are kept.

    Raises:
        InvalidModelError: Damage.
        UnsupportedOpsError: Ops that TensorFlow.js lacks, each with one node.
    """
    with sound():
        source = await open_graph_def(files, files.names[0], outputs)
    steps = Steps(clean_up, fold_constants, fold_batch_norms, fuse)
    return converted(
        source, replace(steps, pyio_only=pyio_only or not for_tfjs, quantization=quantization)
    )


async def outline(
    files: Files, *, outputs: Sequence[str] | None = None, **options: Any
) -> ModelArtifacts:
    """Return the same without the weights, whichever ops it has."""
    with sound():
        source = await open_graph_def(files, files.names[0], outputs)
    return converted(source, outlining(options))
