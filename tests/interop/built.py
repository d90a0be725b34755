"""Models built in Python that together use every layer class. Runs inside the page."""

from __future__ import annotations

import base64
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

import pyio
from pyio import layers
from pyio.format.specs import specs_to_json

if TYPE_CHECKING:
    from collections.abc import Callable

Built = tuple[Any, list[Any] | None]

MODELS: dict[str, Callable[[], Built]] = {}


def floats(*shape: int, seed: int = 1, scale: float = 1.0) -> Any:
    """Numbers that are the same in every run."""
    values = np.random.default_rng(seed).uniform(-scale, scale, shape)
    return values.astype(np.float32)


def model(function: Callable[[], Built]) -> Callable[[], Built]:
    """Add a function to the models."""
    MODELS[function.__name__] = function
    return function


@model
def dense() -> Built:
    """Dense layers, activations with parameters, noise."""
    relu = pyio.initializers.he_normal(seed=3)
    return pyio.Sequential(
        [
            layers.Dense(12, activation="relu", input_dim=5, kernel_initializer=relu),
            layers.GaussianNoise(0.1),
            layers.Dense(12, kernel_regularizer=pyio.regularizers.l2(0.1), use_bias=False),
            layers.LeakyReLU(alpha=0.1),
            layers.Dropout(0.2),
            layers.PReLU(alpha_initializer=pyio.initializers.constant(0.25)),
            layers.AlphaDropout(0.1),
            layers.ELU(),
            layers.GaussianDropout(0.3),
            layers.Reshape((3, 4)),
            layers.ReLU(max_value=2),
            layers.Permute((2, 1)),
            layers.ThresholdedReLU(0.2),
            layers.Flatten(),
            layers.Dense(4, kernel_constraint=pyio.constraints.non_neg(), bias_initializer="ones"),
            layers.Activation("tanh"),
            layers.Softmax(),
        ]
    ), [floats(3, 5)]


@model
def images() -> Built:
    """Convolutions and related layers, in both data formats."""
    image = pyio.Input(shape=(8, 8, 2), name="image")
    x = layers.ZeroPadding2D(1)(image)
    x = layers.Conv2D(4, 3, activation="relu")(x)
    x = layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2)(x)
    x = layers.BatchNormalization()(x)
    x = layers.SeparableConv2D(4, 3, padding="same")(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.UpSampling2D(2)(x)
    x = layers.Cropping2D([[1, 0], [0, 1]])(x)
    x = layers.Conv2DTranspose(3, 3, strides=2, padding="same")(x)
    x = layers.AveragePooling2D((2, 3), padding="same")(x)
    first = layers.Permute((3, 1, 2))(x)
    first = layers.Conv2D(3, 2, data_format="channels_first")(first)
    ends = [
        layers.GlobalMaxPooling2D()(x),
        layers.GlobalAveragePooling2D()(x),
        layers.GlobalAveragePooling2D(data_format="channels_first")(first),
    ]
    return pyio.Model(image, layers.Concatenate()(ends)), [floats(2, 8, 8, 2)]


@model
def volumes() -> Built:
    """Convolutions and pooling in three dimensions and in one."""
    return pyio.Sequential(
        [
            layers.Conv3D(3, 2, input_shape=(6, 6, 6, 1)),
            layers.MaxPooling3D(2, strides=1),
            layers.AveragePooling3D(2),
            layers.Conv3DTranspose(2, 2, strides=2),
            layers.Reshape((16, 8)),
            layers.Conv1D(4, 3, padding="same", dilation_rate=2),
            layers.MaxPooling1D(2),
            layers.SpatialDropout1D(0.5),
            layers.AveragePooling1D(2),
            layers.LayerNormalization(),
            layers.GlobalAveragePooling1D(),
        ]
    ), [floats(2, 6, 6, 6, 1)]


@model
def words() -> Built:
    """An embedding with a mask, and recurrent layers that use the mask."""
    return pyio.Sequential(
        [
            layers.Embedding(9, 5, mask_zero=True),
            layers.Bidirectional(layers.LSTM(3, return_sequences=True), merge_mode="concat"),
            layers.TimeDistributed(layers.Dense(4)),
            layers.GRU(4, return_sequences=True),
            layers.RNN([layers.LSTMCell(3), layers.GRUCell(2), layers.SimpleRNNCell(4)]),
        ]
    ), [np.array([[1, 2, 0, 3, 0], [4, 0, 0, 8, 7]], np.float32)]


@model
def sequences() -> Built:
    """Sequences, sequences of images, and merge layers."""
    series = pyio.Input(shape=(4, 3), name="series")
    film = pyio.Input(shape=(3, 4, 4, 1), name="film")
    seen = layers.SimpleRNN(3)(series)
    again = layers.SimpleRNN(3, go_backwards=True)(layers.RepeatVector(3)(seen))
    moved = layers.GlobalMaxPooling2D()(layers.ConvLSTM2D(3, 2)(film))
    pooled = layers.GlobalMaxPooling1D()(series)
    ends = [
        layers.Add()([seen, again]),
        layers.Multiply()([seen, moved]),
        layers.Average()([seen, moved, pooled]),
        layers.Maximum()([seen, moved]),
        layers.Minimum()([seen, pooled]),
        layers.Dot(1, normalize=True)([seen, moved]),
    ]
    return pyio.Model([series, film], ends, name="sequences"), [
        floats(2, 4, 3),
        floats(2, 3, 4, 4, 1, seed=2),
    ]


@model
def masked() -> Built:
    """Masked steps."""
    steps = floats(2, 4, 3) * np.array([[1, 0, 1, 1], [0, 1, 1, 0]], np.float32)[..., None]
    return pyio.Sequential([layers.Masking(0, input_shape=(4, 3)), layers.SimpleRNN(3)]), [steps]


@model
def translation() -> Built:
    """A recurrent layer that starts from the states of another one."""
    source = pyio.Input(shape=(None, 3), name="source")
    target = pyio.Input(shape=(None, 2), name="target")
    _, h, c = layers.LSTM(4, return_state=True)(source)
    decoded = layers.LSTM(4, return_sequences=True)(target, initial_state=[h, c])
    return pyio.Model([source, target], layers.Dense(2)(decoded)), [
        floats(2, 5, 3),
        floats(2, 3, 2, seed=2),
    ]


@model
def nested() -> Built:
    """Nested models that are called several times, and a shared layer."""
    encoder = pyio.Sequential([layers.Dense(4, activation="relu", input_shape=(4,))], "encoder")
    x, y = pyio.Input(shape=(4,), name="x"), pyio.Input(shape=(4,), name="y")
    shared = layers.Dense(4, name="shared")
    both = layers.Concatenate(name="joined")([encoder(x), shared(encoder(shared(y)))])
    inner = pyio.Model([x, y], [both, encoder(y)], name="inner")
    a, b = pyio.Input(shape=(4,), name="a"), pyio.Input(shape=(4,), name="b")
    one, two = inner([a, b])
    return pyio.Model([a, b], [layers.Dense(2, name="end")(one), two, inner([b, a])[1]]), [
        floats(3, 4),
        floats(3, 4, seed=2),
    ]


@model
def numbers() -> Built:
    """Preprocessing that TensorFlow.js can compute inside of a model."""
    return pyio.Sequential([layers.Rescaling(0.5, offset=1, input_shape=(3,))]), [floats(2, 3)]


@model
def categories() -> Built:
    """Categories; TensorFlow.js changes the shape that CategoryEncoding is given, hence Reshape."""
    return pyio.Sequential([layers.Reshape((3,), input_shape=(3,)), layers.CategoryEncoding(5)]), [
        np.array([[0, 1, 4], [2, 2, 2]], np.float32)
    ]


@model
def sized() -> Built:
    """Resized images; TensorFlow.js opens this model but cannot compute it."""
    image = pyio.Input(shape=(6, 6, 3))
    padded = layers.ZeroPadding2D(1)(image)
    ends = [
        layers.Resizing(4, 5)(image),
        layers.CenterCrop(4, 5)(padded),
        layers.RandomWidth(0.2)(image),
    ]
    return pyio.Model(image, ends), None


def make(name: str) -> dict[str, Any]:
    """The model's artifacts for TensorFlow.js, its inputs, and its predictions."""
    made, inputs = MODELS[name]()
    text = made.to_json()
    made.set_weights(
        [
            np.abs(floats(*weight.shape, seed=number, scale=0.5)) + 0.1
            if "variance" in weight.name or "dense" in weight.name
            else floats(*weight.shape, seed=number, scale=0.5)
            for number, weight in enumerate(made.weights)
        ]
    )
    outputs: list[Any] = []
    if inputs is not None:
        result = made.predict(inputs)
        outputs = result if isinstance(result, list) else [result]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        artifacts = pyio.model_to_artifacts(made)
    assert artifacts.weight_specs is not None
    assert artifacts.weight_data is not None

    def described(array: Any) -> dict[str, Any]:
        data = array.ravel().tolist()
        return {"shape": list(array.shape), "dtype": "float32", "data": data}

    return {
        "text": text,
        "artifacts": {
            "topology": artifacts.model_topology,
            "specs": specs_to_json(artifacts.weight_specs),
            "data": base64.b64encode(b"".join(artifacts.weight_data)).decode(),
        },
        "inputs": None if inputs is None else [described(array) for array in inputs],
        "outputs": [described(array) for array in outputs],
    }
