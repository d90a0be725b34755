"""The files of Keras, put together from a live model: ``.keras``, ``.h5``, ``.weights.h5``."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pyio.converters.hdf5.writer import Group, pieces, text_lists
from pyio.converters.keras.export import topology_2, topology_3
from pyio.converters.keras.export.masks import find_mask_problems
from pyio.converters.keras.export.operations import MISSING
from pyio.converters.keras.export.parts import ACTIVATIONS, Problems, find_problems
from pyio.converters.keras.export.weights import by_order, by_path
from pyio.errors import InvalidModelError
from pyio.format.archive import zip_pieces

if TYPE_CHECKING:
    from pyio.converters.keras.export.training import Training

VERSION_3 = "3.0.0"
"""The first version of Keras that has this form of the file. Later ones read it."""

VERSION_2 = "2.15.0"
"""The version of Keras 2 whose form the ``.h5`` has; the last but one."""

_NOT_IN_3 = frozenset({"RandomWidth", *MISSING})

_ONLY_IN_3 = (
    "GroupQueryAttention RMSNormalization ReversibleEmbedding KerasOp GivenMask AugMix CutMix "
    "SpectralNormalization LayerScale CustomScaleLayer "
    "MixUp RandAugment RandomColorDegeneration RandomColorJitter RandomElasticTransform "
    "RandomErasing "
    "RandomGaussianBlur RandomGrayscale RandomHue RandomInvert RandomPerspective "
    "RandomPosterization RandomSaturation RandomSharpness RandomShear "
    "AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D "
    "AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D"
)
_ACTIVATIONS_OF_3 = (
    *("celu", "glu", "hard_shrink", "hard_silu", "hard_tanh", "log_sigmoid", "soft_shrink"),
    *("sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "tanh_shrink"),
)
_NOT_IN_2 = frozenset({"RandomWidth", *_ONLY_IN_3.split()})


def keras_pieces(model: Any, training: Training | None) -> list[memoryview]:
    """Return a ``.keras`` file, which Keras 3 opens: a zip archive of three stored files.

    Raises UnsupportedModelError, naming all layers that Keras has none like.
    """
    weights = _weights_3(model)
    config = topology_3.topology(model)
    if training is not None:
        config["compile_config"] = training.compile_config()
        if training.variables:
            variables = {str(index): each for index, each in enumerate(training.variables)}
            weights.group(("optimizer", "vars")).members.update(variables)
            weights.group(("optimizer", "vars")).attributes["name"] = training.optimizer["config"][
                "name"
            ]
    saved = f"{datetime.now():%Y-%m-%d@%H:%M:%S}"
    metadata = {"keras_version": VERSION_3, "date_saved": saved}
    return zip_pieces(
        {
            "metadata.json": [_json(metadata)],
            "config.json": [_json(config)],
            "model.weights.h5": pieces(weights),
        }
    )


def weights_pieces(model: Any) -> list[memoryview]:
    """Return the weights alone, as `Model.save_weights("x.weights.h5")` of Keras 3 writes them."""
    return pieces(_weights_3(model))


def h5_pieces(model: Any, training: Training | None) -> list[memoryview]:
    """Return an ``.h5`` file, which Keras 2 opens.

    Raises UnsupportedModelError, naming all layers that Keras has none like.
    """
    problems = Problems("Keras 2")
    find_problems(model.all_layers(), problems, _NOT_IN_2)
    find_mask_problems(model, 2, problems)
    for layer in model.all_layers():
        for name in (getattr(layer, key, None) for key in ACTIVATIONS):
            if name in _ACTIVATIONS_OF_3:
                problems.add(layer.name, f"has the activation {name}")
        if getattr(layer, "rms_scaling", False):
            problems.add(layer.name, "has rms_scaling")
        if getattr(layer, "output_mode", "") == "tf_idf":
            problems.add(layer.name, "has tf_idf, whose weights have no place in an .h5")
        if isinstance(getattr(layer, "ngrams", None), list):
            problems.add(layer.name, "has a list of ngrams, which Keras 2 does not read back")
        if layer.class_name == "CategoryEncoding" and any(
            len(node.inputs) > 1 for node in layer.inbound_nodes
        ):
            problems.add(layer.name, "takes count_weights")
    weights = by_order(model, problems, VERSION_2)
    problems.refuse(model.name)
    root = Group()
    root.members["model_weights"] = weights
    root.attributes.update({"keras_version": VERSION_2, "backend": "tensorflow"})
    root.attributes["model_config"] = json.dumps(topology_2.topology(model))
    if training is not None:
        root.attributes["training_config"] = json.dumps(training.training_config())
        if training.variables:
            root.members["optimizer_weights"] = _optimizer_2(training)
    return pieces(root)


def _weights_3(model: Any) -> Group:
    problems = Problems("Keras 3")
    find_problems(model.all_layers(), problems, _NOT_IN_3)
    find_mask_problems(model, 3, problems)
    weights = by_path(model, problems)
    problems.refuse(model.name)
    return weights


def _optimizer_2(training: Training) -> Group:
    """Return the state for Keras 2: the count of steps, then the slots, without learning rate."""
    steps, _rate, *slots = training.variables
    name = training.optimizer["class_name"]
    if name == "Nadam":
        del slots[-1]  # the product of momentums, which Keras 2 does not keep
    names = [f"{name}/iter:0", *(f"{name}/slot_{index}:0" for index in range(len(slots)))]
    group = Group()
    for path, value in zip(names, [steps, *slots], strict=True):
        group.group(path.split("/")[:-1]).members[path.rpartition("/")[2]] = value
    group.attributes.update(text_lists("weight_names", names))
    return group


def _json(value: Any) -> memoryview:
    try:
        return memoryview(json.dumps(value).encode())
    except (TypeError, ValueError) as error:
        raise InvalidModelError(f"the model has a part that JSON cannot hold: {error}") from error
