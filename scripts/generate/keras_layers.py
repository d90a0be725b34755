"""Write what Keras 3 computes for its layers: ``python3 scripts/generate/keras_layers.py``.

Makes an environment with Keras and TensorFlow; the tests only need
``tests/data/keras/layers.json.gz``. Each case has a topology, weights layer by layer, inputs and
Keras's outputs. Weights and inputs are eighths, which are short as text.
"""
# mypy: ignore-errors

from __future__ import annotations

import argparse
import base64
import gzip
import json
import os
import sys
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from scripts.support.environment import enter

if __name__ == "__main__":  # before the imports below, which need the environment
    argparse.ArgumentParser(description=__doc__.partition("\n")[0]).parse_args()
    if "PYIO_KERAS" not in os.environ:  # an environment that has Keras already
        enter("keras", "tensorflow-cpu", folder=ROOT / ".venv-keras")

import numpy as np

os.environ["KERAS_BACKEND"] = "tensorflow"
import keras
import tensorflow as tf
from keras import layers as la
from keras import ops

TARGET = ROOT / "tests/data/keras/layers.json.gz"
RANDOM = np.random.default_rng(11)
WORDS = np.array([["a", "zz"], ["c", ""], ["word", "q" * 25]], object)
TEXTS = np.array(
    [["Hello, World! the CAT"], ["a  cat\tsat on ÉCOLE"], ["don't stop-now the"]], object
)
VOCABULARY = ["the", "cat", "hello", "world", "dont"]
IDS = np.array([[1, 0, 3, 0, 0], [2, 3, 0, 0, 0], [1, 2, 3, 4, 1]], np.int32)


def eighths(*shape):
    """Random numbers that are short as text."""
    return (RANDOM.integers(-12, 13, shape) / 8).astype(np.float32)


def one(name, make, *shapes, x=None, dtype=None):
    """A model of one layer."""
    inputs = [keras.Input(shape, dtype=dtype) for shape in shapes]
    given = x if x is not None else [eighths(2, *shape) for shape in shapes]
    output = make()(inputs if len(inputs) > 1 else inputs[0])
    return name, inputs, output, given if isinstance(given, list) else [given]


def graph(name, function, *shapes, x=None, dtypes=None):
    """A model of a function of its inputs."""
    inputs = [keras.Input(s, dtype=d) for s, d in zip(shapes, dtypes or [None] * 9, strict=False)]
    return name, inputs, function(*inputs), x or [eighths(2, *shape) for shape in shapes]


def convolutions():
    """Every class of convolution and its options."""
    for rank, (padding, strides, dilation, groups) in product(
        (1, 2, 3), [("valid", 1, 2, 1), ("same", 2, 1, 2), ("same", 1, 1, 4), ("valid", 2, 1, 4)]
    ):
        cls, shape = getattr(la, f"Conv{rank}D"), (*(6, 5, 4)[:rank], 4)
        options = {"strides": strides, "padding": padding, "dilation_rate": dilation}
        yield one(
            f"{cls.__name__} {options} {groups}",
            lambda c=cls, o=options, g=groups: c(8, 2, groups=g, **o),
            shape,
        )
    yield one("Conv1D causal first", lambda: la.Conv1D(3, 2, padding="causal"), (5, 2))
    for rank, (padding, strides, k, more) in product(
        (1, 2, 3),
        [("valid", 2, 3, 1), ("same", 2, 3, 1), ("same", 3, 2, None), ("valid", 3, 2, None)],
    ):
        cls, shape = getattr(la, f"Conv{rank}DTranspose"), (*(4, 3, 2)[:rank], 2)
        yield one(
            f"{cls.__name__} {padding} {strides} {more}",
            lambda c=cls, k=k, p=padding, s=strides, m=more: c(
                3, k, strides=s, padding=p, output_padding=m
            ),
            shape,
        )
        yield one(
            f"{cls.__name__} dilated {padding}",
            lambda c=cls, p=padding: c(2, 3, padding=p, dilation_rate=2),
            shape,
        )
    for rank, padding, strides in product((1, 2), ("valid", "same"), (1, 2)):
        shape = (*(6, 5)[:rank], 2)
        for cls, args in ((f"DepthwiseConv{rank}D", (3,)), (f"SeparableConv{rank}D", (3, 3))):
            yield one(
                f"{cls} {padding} {strides}",
                lambda c=cls, a=args, p=padding, s=strides: getattr(la, c)(
                    *a, padding=p, strides=s, depth_multiplier=2
                ),
                shape,
            )
    for rank in (1, 2, 3):
        cls, shape = getattr(la, f"ConvLSTM{rank}D"), (2, *(4, 3, 3)[:rank], 2)
        yield one(f"{cls.__name__}", lambda c=cls: c(2, 2), shape)
        yield one(
            f"{cls.__name__} same",
            lambda c=cls: c(
                2, 2, padding="same", return_sequences=True, recurrent_activation="hard_sigmoid"
            ),
            shape,
        )


def pooling_and_space():
    """Pooling, cropping, padding, upsampling and resizing."""
    for rank, kind in product((1, 2, 3), ("Max", "Average")):
        shape = (*(5, 4, 3)[:rank], 2)
        yield one(
            f"{kind}{rank}",
            lambda k=kind, r=rank: getattr(la, f"{k}Pooling{r}D")(2, strides=1, padding="same"),
            shape,
        )
        yield one(
            f"Adaptive{kind}{rank}",
            lambda k=kind, r=rank: getattr(la, f"Adaptive{k}Pooling{r}D")(2),
            shape,
        )
        for keep in (False, True):
            yield one(
                f"Global{kind}{rank} {keep}",
                lambda k=kind, r=rank, s=keep: getattr(la, f"Global{k}Pooling{r}D")(keepdims=s),
                shape,
            )
    for rank in (1, 2, 3):
        shape = (*(5, 4, 4)[:rank], 2)
        pairs = [(1, 2), (0, 1), (1, 0)][:rank]
        given = pairs[0] if rank == 1 else pairs
        for cls in ("ZeroPadding", "Cropping"):
            yield one(
                f"{cls}{rank}D pairs",
                lambda c=cls, r=rank, g=given: getattr(la, f"{c}{r}D")(g),
                shape,
            )
            yield one(f"{cls}{rank}D", lambda c=cls, r=rank: getattr(la, f"{c}{r}D")(1), shape)
        yield one(f"UpSampling{rank}D", lambda r=rank: getattr(la, f"UpSampling{r}D")(2), shape)
    for kind, (height, width), cut in product(
        ("nearest", "bilinear"), ((7, 3), (2, 9)), (False, True)
    ):
        yield one(
            f"Resizing {kind} {height} {cut}",
            lambda k=kind, h=height, w=width, c=cut: la.Resizing(
                h, w, interpolation=k, crop_to_aspect_ratio=c
            ),
            (4, 5, 2),
        )
    yield one(
        "UpSampling2D bilinear",
        lambda: la.UpSampling2D((3, 2), interpolation="bilinear"),
        (3, 4, 2),
    )
    for height, width in ((2, 2), (7, 3), (6, 6)):
        yield one(f"CenterCrop {height}", lambda h=height, w=width: la.CenterCrop(h, w), (4, 5, 2))


def normalizations():
    """Normalizations and their axes."""
    for axis in (-1, 1, [1, 2]):
        yield one(
            f"LayerNormalization rms {axis}",
            lambda a=axis: la.LayerNormalization(axis=a, rms_scaling=True),
            (3, 4),
        )
        yield one(f"UnitNormalization {axis}", lambda a=axis: la.UnitNormalization(axis=a), (3, 4))
    for groups in (1, 2, -1):
        yield one(
            f"GroupNormalization {groups}", lambda g=groups: la.GroupNormalization(g), (3, 2, 4)
        )
    yield one(
        "GroupNormalization axis", lambda: la.GroupNormalization(2, axis=1, center=False), (4, 3)
    )
    yield one("RMSNormalization", la.RMSNormalization, (3, 4))
    yield one("RMSNormalization axes", lambda: la.RMSNormalization(axis=[1, 2]), (3, 4))
    yield one("BatchNormalization first", lambda: la.BatchNormalization(axis=1), (3, 4))
    yield one("SpectralNormalization", lambda: la.SpectralNormalization(la.Dense(3)), (4,))
    for axis, invert in product((-1, None, 1), (False, True)):
        yield one(f"Normalization {axis} {invert}", lambda a=axis, i=invert: adapted(a, i), (3, 2))
    yield one(
        "Normalization given", lambda: la.Normalization(mean=[1.0, 2], variance=[4.0, 9]), (3, 2)
    )


def adapted(axis, invert):
    """A Normalization that has seen data."""
    layer = la.Normalization(axis=axis, invert=invert)
    layer.adapt(eighths(9, 3, 2) * 3 + 2)
    return layer


ACTIVATIONS = [
    "celu",
    "elu",
    "exponential",
    "gelu",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_tanh",
    "leaky_relu",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu6",
    "selu",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "squareplus",
    "tanh_shrink",
]


def activations():
    """Every activation of Keras, and layers as activations."""
    for name in ACTIVATIONS:
        yield one(f"activation {name}", lambda n=name: la.Activation(n), (4,))
    layers = [la.LeakyReLU(0.1), la.ELU(0.5), la.ReLU(1.5, 0.1, 0.2), la.Softmax()]
    for layer in layers:
        yield one(f"Dense with {layer.name}", lambda a=layer: la.Dense(3, activation=a), (4,))
    for make in (
        la.Dense,
        lambda n, **o: la.Conv1D(n, 2, **o),
        lambda n, **o: la.SimpleRNN(n, **o),
    ):
        yield one("hard_sigmoid", lambda m=make: m(3, activation="hard_sigmoid"), (4, 2))
    for make in (la.LSTM, la.GRU, lambda *a, **o: la.Bidirectional(la.LSTM(*a, **o))):
        yield one(
            "recurrent hard_sigmoid",
            lambda m=make: m(3, recurrent_activation="hard_sigmoid"),
            (4, 2),
        )


def products():
    """Dense layers of any shape, merges and embeddings."""
    for equation, output, bias, shape in [
        ("abc,cd->abd", (None, 6), "d", (3, 4)),
        ("abc,cde->abde", (None, 2, 3), "de", (4, 5)),
        ("...x,xy->...y", 6, "y", (2, 3, 4)),
        ("ab...,bc->ac...", 6, "c", (4, 2, 3)),
        ("abcd,cde->abe", (None, 6), "e", (3, 2, 4)),
        ("abc,bd->adc", (6, 4), "dc", (3, 4)),
    ]:
        yield one(
            f"EinsumDense {equation}",
            lambda e=equation, o=output, b=bias: la.EinsumDense(
                e, o, bias_axes=b, activation="tanh"
            ),
            shape,
        )
    for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"):
        yield one(name, lambda n=name: getattr(la, n)(), (3, 2), (1, 2))
    for axes, scaled in product((1, (1, 2)), (False, True)):
        yield one(
            f"Dot {axes} {scaled}", lambda a=axes, s=scaled: la.Dot(a, normalize=s), (3, 3), (3, 3)
        )
    yield one("ReversibleEmbedding", lambda: la.ReversibleEmbedding(5, 3), (5,), x=IDS)


def attentions():
    """Attention layers, their options and arguments of calls."""
    for more in ({}, {"value_dim": 5}, {"use_bias": False}, {"output_shape": (2, 3)}):
        yield graph(
            f"MultiHeadAttention {more}",
            lambda q, v, m=more: la.MultiHeadAttention(2, 3, **m)(q, v),
            (4, 4),
            (5, 3),
        )
    yield graph(
        "by name",
        lambda q, v, k: la.MultiHeadAttention(2, 3)(key=k, value=v, query=q),
        (4, 4),
        (5, 3),
        (5, 2),
    )
    yield graph(
        "scores",
        lambda q: list(
            la.MultiHeadAttention(2, 3)(q, q, return_attention_scores=True, use_causal_mask=True)
        ),
        (4, 4),
    )
    marks = np.array([[[1, 0, 1, 1]] * 4, [[0, 1, 1, 0]] * 4], bool)
    yield graph(
        "attention_mask",
        lambda q, m: la.MultiHeadAttention(2, 3)(q, q, attention_mask=m),
        (4, 4),
        (4, 4),
        x=[eighths(2, 4, 4), marks],
        dtypes=[None, "bool"],
    )
    for axes in (1, 2, (1, 2)):
        yield graph(
            f"axes {axes}",
            lambda q, a=axes: list(
                la.MultiHeadAttention(2, 3, attention_axes=a)(q, q, return_attention_scores=True)
            ),
            (3, 2, 4),
        )
    for heads in (1, 2, 4):
        yield graph(
            f"GroupQueryAttention {heads}",
            lambda q, v, h=heads: la.GroupQueryAttention(3, 4, h)(q, v),
            (4, 4),
            (5, 4),
        )
    yield graph(
        "grouped scores",
        lambda q: list(
            la.GroupQueryAttention(3, 4, 2)(
                q, q, return_attention_scores=True, use_causal_mask=True
            )
        ),
        (4, 4),
    )
    for scaled, mode in product((False, True), ("dot", "concat")):
        yield graph(
            f"Attention {scaled} {mode}",
            lambda q, v, s=scaled, m=mode: la.Attention(use_scale=s, score_mode=m)([q, v]),
            (4, 3),
            (5, 3),
        )
    for scaled in (False, True):
        yield graph(
            f"AdditiveAttention {scaled}",
            lambda q, v, k, s=scaled: list(
                la.AdditiveAttention(use_scale=s)(
                    [q, v, k], return_attention_scores=True, use_causal_mask=s
                )
            ),
            (4, 3),
            (5, 3),
            (5, 3),
        )


def masked():
    """Layers behind masks, and what comes of the masks behind them."""

    def embedded(x):
        return la.Embedding(5, 4, mask_zero=True)(x)

    middle = {
        "none": lambda y: y,
        "LeakyReLU": la.LeakyReLU(),
        "ELU": la.ELU(),
        "Conv1D": la.Conv1D(4, 1),
        "LSTM": la.LSTM(4, return_sequences=True),
        "zeros": la.LSTM(4, return_sequences=True, zero_output_for_mask=True),
        "Bidirectional": la.Bidirectional(la.GRU(2, return_sequences=True)),
        "Add": lambda y: la.Add()([y, la.Conv1D(4, 1)(y)]),
        "Multiply": lambda y: la.Multiply()([y, la.Dense(4)(y)]),
        "Concatenate": lambda y: la.Concatenate()([y, la.Conv1D(2, 1)(y)]),
        "Concatenate 1": lambda y: la.Concatenate(axis=1)([y, la.Conv1D(4, 1)(y)]),
        "MultiHeadAttention": lambda y: la.MultiHeadAttention(2, 3)(y, y),
        "GroupQueryAttention": lambda y: la.GroupQueryAttention(3, 4, 2)(y, y),
        "Attention": lambda y: la.Attention(use_scale=True)([y, y]),
        "AdditiveAttention": lambda y: la.AdditiveAttention()([y, y]),
        "RMSNormalization": la.RMSNormalization(),
        "GroupNormalization": la.GroupNormalization(2),
        "SpectralNormalization": la.SpectralNormalization(la.Dense(4)),
        "EinsumDense": la.EinsumDense("abc,cd->abd", (None, 4)),
        "operation": lambda y: ops.relu(y * 2.0),
        "Identity": la.Identity(),
        "ZeroPadding1D": la.ZeroPadding1D(0),
    }
    ends = {"mean": la.GlobalAveragePooling1D, "LSTM": lambda: la.LSTM(2)}
    for (name, layer), (end, last) in product(middle.items(), ends.items()):
        fresh = (
            layer
            if not isinstance(layer, keras.Layer)
            else (lambda y, c=layer: type(c).from_config(c.get_config())(y))
        )
        yield graph(
            f"mask {name} {end}",
            lambda x, f=fresh, e=last: e()(f(embedded(x))),
            (5,),
            x=[IDS],
            dtypes=["int32"],
        )
    marks = [eighths(3, 5, 2), IDS > 0]
    kinds = {"shapes": ((5, 2), (5,)), "dtypes": [None, "bool"]}

    def marked(name, function):
        return graph(name, function, *kinds["shapes"], x=marks, dtypes=kinds["dtypes"])

    yield marked("mask of an input", lambda x, m: la.LSTM(3)(x, mask=m))
    yield marked("mask of an input, mean", lambda x, m: la.GlobalAveragePooling1D()(x, mask=m))
    yield graph(
        "mask computed",
        lambda x: la.LSTM(3)(la.Embedding(5, 4)(x), mask=ops.not_equal(x, 0)),
        (5,),
        x=[IDS],
        dtypes=["int32"],
    )
    yield graph(
        "states and mask",
        lambda x, s: la.GRU(3, return_sequences=True)(embedded(x), initial_state=s),
        (5,),
        (3,),
        x=[IDS, eighths(3, 3)],
        dtypes=["int32", None],
    )


def categories():
    """Lookups, hashes, bins and text."""
    for mode, unknown, mask in product(
        ("int", "one_hot", "multi_hot", "count"), (1, 2), (None, "")
    ):
        yield one(
            f"StringLookup {mode} {unknown} {mask!r}",
            lambda m=mode, u=unknown, k=mask: la.StringLookup(
                vocabulary=["a", "b", "c"], output_mode=m, num_oov_indices=u, mask_token=k
            ),
            (2,),
            x=WORDS,
            dtype="string",
        )
    yield one(
        "StringLookup tf_idf",
        lambda: la.StringLookup(
            vocabulary=["a", "c"], output_mode="tf_idf", idf_weights=[0.5, 0.25]
        ),
        (2,),
        x=WORDS,
        dtype="string",
    )
    yield one(
        "IntegerLookup",
        lambda: la.IntegerLookup(vocabulary=[10, 20], mask_token=0, num_oov_indices=2),
        (2,),
        x=np.array([[10, 11], [0, -7]], np.int32),
        dtype="int32",
    )
    yield one(
        "IntegerLookup back",
        lambda: la.IntegerLookup(vocabulary=[10, 20], invert=True),
        (2,),
        x=np.array([[0, 1], [2, 1]], np.int32),
        dtype="int32",
    )
    for mode, split, standard, length in product(
        ("int", "count"),
        ("whitespace", "character"),
        ("lower_and_strip_punctuation", None),
        (None, 2),
    ):
        yield one(
            f"TextVectorization {mode} {split} {standard} {length}",
            lambda m=mode, s=split, t=standard, n=length: la.TextVectorization(
                vocabulary=[*VOCABULARY, "the cat", "t"],
                output_mode=m,
                split=s,
                standardize=t,
                ngrams=n,
            ),
            (1,),
            x=TEXTS,
            dtype="string",
        )
    yield one(
        "TextVectorization cut",
        lambda: la.TextVectorization(vocabulary=VOCABULARY, output_sequence_length=3),
        (1,),
        x=TEXTS,
        dtype="string",
    )
    long = np.array([["w" * n, "v" * (n + 7)] for n in (1, 5, 9, 17, 33, 60, 65, 130)], object)
    for more in ({}, {"mask_value": ""}, {"salt": 13}, {"salt": [133, 137]}):
        yield one(
            f"Hashing {more}", lambda m=more: la.Hashing(97, **m), (2,), x=long, dtype="string"
        )
    for mode in ("int", "one_hot", "multi_hot", "count"):
        yield one(
            f"Discretization {mode}",
            lambda m=mode: la.Discretization(bin_boundaries=[-1.0, 0.0, 0.5], output_mode=m),
            (3,),
        )


OPERATIONS = {
    "numbers": lambda x: (x * 2 + 1) / 4 - (1 - x) ** 2,
    "reflected": lambda x: 3 / (x + 10.0) - 2 * -x,
    "slices": lambda x: [x[:, -1], x[:, 1:, ::2], x[:, None], x[..., 0], x[0]],
    "reductions": lambda x: [
        ops.mean(x, axis=(1, 2)),
        ops.sum(x, -1, keepdims=True),
        ops.max(x, 1),
        ops.min(x),
        ops.var(x, 1),
        ops.std(x, -1),
        ops.prod(x, 1),
        ops.logsumexp(x, 1),
    ],
    "shapes": lambda x: [
        ops.reshape(x, (-1, 2, 6)),
        ops.transpose(x, (0, 2, 1)),
        ops.expand_dims(x, 1),
        ops.moveaxis(x, 1, -1),
        ops.tile(x, (1, 2, 1)),
        ops.repeat(x, 2, 1),
        ops.pad(x, ((0, 0), (1, 0), (0, 2))),
        *ops.split(x, 2, -1),
    ],
    "functions": lambda x: [
        ops.relu(x),
        ops.silu(x),
        ops.gelu(x),
        ops.gelu(x, approximate=False),
        ops.softmax(x, 1),
        ops.elu(x, 0.5),
        ops.leaky_relu(x, 0.3),
        ops.squareplus(x),
        ops.exp(x),
        ops.erf(x),
        ops.hard_sigmoid(x),
        ops.sqrt(ops.abs(x)),
    ],
    "choices": lambda x: [
        ops.where(x > 0, x, 0.0),
        ops.clip(x, -0.5, 0.5),
        ops.take(x, [0, 2], axis=1),
        ops.argmax(x, -1),
        ops.cast(x, "int32"),
        ops.one_hot(ops.cast(ops.abs(x), "int32"), 4),
        ops.cumsum(x, 1),
        ops.flip(x, 1),
        *ops.top_k(x, 2),
    ],
    "constants": lambda x: x * np.array([1.0, 2, 3, 4], np.float32),
    "products": lambda x: [
        ops.matmul(x, ops.transpose(x, (0, 2, 1))),
        ops.einsum("bij,bkj->bik", x, x),
    ],
    "joined": lambda x: [
        ops.concatenate([x, x], -1),
        ops.stack([x, -x], 1),
        x + x,
        ops.maximum(x, -x),
        ops.subtract(x, x * 2),
    ],
}


def operations():
    """Operations between layers, and forms of graphs."""
    for name, function in OPERATIONS.items():
        yield graph(f"operations {name}", function, (3, 4))

    def nested(x):
        a = keras.Input((3,))
        inner = keras.Model(a, la.Dense(3)(a * 2.0))
        stack = keras.Sequential([keras.Input((3,)), inner, la.Dense(3)])
        return [inner(stack(x)), inner(x), stack(x)]

    yield graph("nested", nested, (3,))
    yield graph(
        "squeezed",
        lambda x: la.Multiply()(
            [x, la.Dense(3, activation="hard_sigmoid")(la.GlobalAveragePooling2D(keepdims=True)(x))]
        ),
        (4, 4, 3),
    )
    yield graph("prepared", lambda x: la.Conv2D(2, 2)(la.RandomFlip()(x / 127.5 - 1)), (4, 4, 3))


FAMILIES = (
    convolutions,
    pooling_and_space,
    normalizations,
    activations,
    products,
    attentions,
    masked,
    categories,
    operations,
)


def fill(model):
    """Give a model weights that are short as text, but for those that Keras has cached."""
    for weight in model.weights:
        value = weight.numpy()
        if value.dtype.kind == "f" and not weight.path.startswith("normalization"):
            new = eighths(*value.shape)
            weight.assign(np.abs(new) + 0.5 if "variance" in weight.path else new)


def plain(array):
    """An array as JSON: dtype, shape, and text or bytes in base64."""
    array = np.asarray(array)
    if array.dtype.kind in "OSU":
        flat = [t.decode() if isinstance(t, bytes) else str(t) for t in array.ravel().tolist()]
        return ["text", list(array.shape), flat]
    if array.dtype == np.float32 and array.size and np.array_equal(array * 8, np.round(array * 8)):
        return ["eighths", list(array.shape), (array.ravel() * 8).astype(int).tolist()]
    if array.dtype.kind in "iub":
        return [array.dtype.name, list(array.shape), array.ravel().astype(int).tolist()]
    return ["float32", list(array.shape), base64.b64encode(array.astype("<f4").tobytes()).decode()]


def weights(layer):
    """The weights of a layer, without the second copy that SpectralNormalization keeps."""
    kept = [w for w in layer.weights if "seed" not in w.path]
    if isinstance(layer, la.SpectralNormalization):
        kept = [*layer.layer.weights, layer.vector_u]
    return [plain(w.numpy()) for w in kept]


def recorded(name, inputs, outputs, given):
    """What a test needs of one case."""
    model = keras.Model(inputs, outputs)
    fill(model)
    fed = [tf.constant(x.tolist()) if x.dtype == object else x for x in given]
    result = model(fed if len(fed) > 1 else fed[0], training=False)
    listed = result if isinstance(result, list | tuple) else [result]
    return {
        "name": name,
        "topology": {
            "keras_version": keras.__version__,
            "model_config": json.loads(model.to_json()),
        },
        "weights": {la_.name: weights(la_) for la_ in model.layers if la_.weights},
        "inputs": [plain(x) for x in given],
        "outputs": [plain(y.numpy()) for y in listed],
    }


def main():
    """Write the file."""
    cases = [recorded(*case) for family in FAMILIES for case in family()]
    text = json.dumps(cases, separators=(",", ":"), ensure_ascii=False)
    TARGET.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(cases)} cases, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
