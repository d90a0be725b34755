"""Models that are computed by plans and by NumPy's path: run in CPython, and inside of pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import pyio
from pyio.kernel import library
from pyio.models.ops import kernels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Case = tuple[str, pyio.LayersModel, Any, str]
    """A name, the model, its input, and the layers that stay with NumPy."""

CLOSE = 2e-6
"""How far a result may be from NumPy's, relative to the largest number of the output."""

layers: Any = pyio.layers
_random = np.random.default_rng(0)
_BEGIN = _random.bit_generator.state


def same_numbers() -> None:
    """Begin again with the first random number, so that the order of tests changes nothing."""
    _random.bit_generator.state = _BEGIN


def numbers(*shape: int) -> Any:
    """Normally distributed numbers, the batch first."""
    return _random.normal(size=shape).astype(np.float32)


def stack(*each: Any) -> pyio.Sequential:
    return pyio.Sequential(list(each))


def with_weights(model: pyio.LayersModel) -> pyio.LayersModel:
    """Give a model weights of about the size that training gives them."""
    values = []
    for weight in model.weights:
        fan = max(1, weight.size // weight.shape[-1]) if len(weight.shape) > 1 else 4
        value = _random.normal(0, fan**-0.5, weight.shape).astype(np.float32)
        if "variance" in weight.name:
            value = np.abs(value) + np.float32(0.5)
        values.append(value + 1 if "gamma" in weight.name else value)
    model.set_weights(values)
    return model


def activations() -> Iterator[Case]:
    names = (
        "elu selu relu relu6 linear sigmoid hard_sigmoid softplus softsign tanh softmax "
        "log_softmax gelu gelu_new mish swish celu exponential hard_sigmoid_keras3 hard_silu "
        "hard_tanh"
    )
    for name in names.split():
        alone = layers.Activation(name, input_shape=(7,))
        model = stack(alone, layers.Dense(9, activation=name))
        yield f"activation {name}", model, numbers(5, 7), ""
    first = layers.LeakyReLU(0.2, input_shape=(5,))
    others = [layers.ELU(), layers.ReLU(), layers.ReLU(6), layers.Softmax(-1)]
    yield "layers of activations", stack(first, *others), numbers(3, 5), ""
    first = layers.LeakyReLU(0.2, input_shape=(5,))
    unknown = [layers.ThresholdedReLU(0.2), layers.Dense(4), layers.ELU(0.5), layers.Softmax(-1)]
    yield "activations of NumPy", stack(first, *unknown), numbers(3, 5), "ThresholdedReLU"
    for shared in (None, [1, 2], [1], [3], [1, 2, 3]):
        first = layers.PReLU(shared_axes=shared, input_shape=(4, 5, 7))
        model = stack(first, layers.Conv2D(6, 3), layers.PReLU(shared_axes=[1, 2]))
        yield f"slopes {shared}", model, numbers(3, 4, 5, 7), ""


def convolutions() -> Iterator[Case]:
    for padding in ("same", "valid"):
        for stride in (1, 2, 3):
            for size in (1, 2, 3, 5):
                options: Any = {"strides": stride, "padding": padding}
                first = layers.Conv2D(
                    11, size, activation="relu", input_shape=(17, 18, 3), **options
                )
                second = layers.Conv2D(5, size, padding="same", use_bias=size > 2)
                model = stack(first, layers.BatchNormalization(), second)
                model.add(layers.BatchNormalization())
                model.add(layers.ReLU(6))
                yield f"conv {options} {size}", model, numbers(3, 17, 18, 3), ""
                deep = layers.DepthwiseConv2D(size, input_shape=(23, 24, 8), **options)
                several = layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same")
                model = stack(deep, layers.BatchNormalization(), layers.ReLU(6), several)
                model.add(layers.Activation("elu"))
                yield f"depthwise {options} {size}", model, numbers(2, 23, 24, 8), ""
            options = {"strides": stride, "padding": padding}
            wide = layers.Conv2DTranspose(6, 3, activation="tanh", input_shape=(5, 6, 4), **options)
            yield f"transposed {options}", stack(wide), numbers(2, 5, 6, 4), ""
            long = layers.Conv1DTranspose(6, 2, input_shape=(5, 4), **options)
            yield f"transposed 1D {options}", stack(long), numbers(2, 5, 4), ""
    windows: Any = (
        ((9, 10), (5, 5), 1, 1, 24),  # more numbers in a window than the kernel takes in place
        ((12, 11), (3, 3), 1, 2, 5),
        ((12, 11), (3, 5), (2, 1), 1, 4),
        ((5, 9), (1, 4), (1, 2), 1, 3),
        ((6, 4), (3, 3), 1, 1, 2),
        ((7, 3), (2, 5), 1, 3, 2),
        ((30, 6), (7, 3), (3, 1), 1, 1),
    )
    for shape, size, strides, down, channels in windows:
        for padding in ("same", "valid") if size[1] <= shape[1] else ("same",):
            kind = {"strides": strides, "padding": padding, "dilation_rate": [down, 1]}
            wide = layers.Conv2D(9, size, activation="elu", input_shape=(*shape, channels), **kind)
            name = f"window {size} in {shape}, {channels} channels, {kind}"
            yield name, stack(wide), numbers(3, *shape, channels), ""
    causal = layers.Conv1D(6, 3, padding="causal", dilation_rate=2, input_shape=(12, 5))
    yield "causal", stack(causal), numbers(2, 12, 5), ""
    for kind in (layers.Conv2D, layers.SeparableConv2D):
        wide = kind(6, 3, padding="same", dilation_rate=[2, 3], input_shape=(12, 11, 5))
        yield f"dilated {kind.__name__}", stack(wide), numbers(2, 12, 11, 5), ""
    for size in (2, 3, 5):
        apart = layers.SeparableConv2D(6, size, dilation_rate=[2, 3], input_shape=(12, 29, 8))
        yield f"dilated channels {size}", stack(apart), numbers(2, 12, 29, 8), ""
    grouped = layers.Conv2D(6, 3, groups=3, padding="same", input_shape=(12, 11, 9))
    yield (
        "groups",
        stack(grouped, layers.BatchNormalization(), layers.ReLU()),
        numbers(2, 12, 11, 9),
        "",
    )
    apart = layers.SeparableConv1D(6, 3, strides=2, depth_multiplier=2, input_shape=(12, 9))
    yield "separable 1D", stack(apart, layers.BatchNormalization()), numbers(2, 12, 9), ""
    first = layers.Conv2D(3, 3, data_format="channels_first", input_shape=(2, 7, 7))
    yield (
        "channels first",
        stack(first, layers.Flatten(), layers.Dense(3)),
        numbers(2, 2, 7, 7),
        "Conv2D",
    )
    three = layers.Conv3D(3, 2, input_shape=(4, 5, 5, 2))
    yield "3D", stack(three, layers.Flatten(), layers.Dense(3)), numbers(2, 4, 5, 5, 2), "Conv3D"


def spaces() -> Iterator[Case]:
    for padding in ("same", "valid"):
        for stride in (1, 2, 3):
            for kind in (layers.MaxPooling2D, layers.AveragePooling2D):
                pool = kind(3, strides=stride, padding=padding, input_shape=(8, 9, 6))
                yield f"{kind.__name__} {padding} {stride}", stack(pool), numbers(2, 8, 9, 6), ""
    steps = layers.MaxPooling1D(2, input_shape=(9, 5)), layers.AveragePooling1D(2, padding="same")
    yield "pools of steps", stack(*steps, layers.GlobalAveragePooling1D()), numbers(2, 9, 5), ""
    most = layers.GlobalMaxPooling2D(input_shape=(9, 6, 5))
    yield "global", stack(most, layers.Dense(2)), numbers(2, 9, 6, 5), ""
    kept = layers.GlobalAveragePooling3D(keepdims=True, input_shape=(3, 4, 2, 5))
    yield "global, sides kept", stack(kept), numbers(2, 3, 4, 2, 5), ""
    border = layers.ZeroPadding2D([[0, 1], [2, 1]], input_shape=(9, 8, 4))
    inner = layers.Conv2D(5, 3, strides=2, use_bias=False), layers.BatchNormalization()
    more = layers.ReLU(6), layers.ZeroPadding2D(1), layers.DepthwiseConv2D(3, strides=2)
    yield "borders", stack(border, *inner, *more, layers.ZeroPadding2D(1)), numbers(2, 9, 8, 4), ""
    cut = layers.Cropping2D([[1, 2], [0, 3]], input_shape=(9, 8, 4)), layers.UpSampling2D([2, 3])
    turned = layers.Permute([2, 1, 3]), layers.Reshape([-1, 4]), layers.Cropping1D(1)
    model = stack(*cut, *turned, layers.UpSampling1D(3), layers.ZeroPadding1D(2))
    yield "places", model, numbers(2, 9, 8, 4), ""
    yield from resized()
    vector = layers.RepeatVector(4, input_shape=(5,)), layers.Flatten()
    yield "repeated", stack(*vector, layers.Dense(3)), numbers(2, 5), ""
    first = layers.LayerNormalization(input_shape=(5, 6, 8)), layers.GroupNormalization(groups=4)
    others = layers.RMSNormalization(), layers.LayerNormalization(axis=[2, 3])
    model = stack(*first, *others, layers.BatchNormalization(), layers.ReLU())
    yield "normalizations", model, numbers(2, 5, 6, 8), ""
    model = stack(layers.BatchNormalization(axis=1, input_shape=(5, 6)), layers.Dense(3))
    yield "another axis", model, numbers(2, 5, 6), "BatchNormalization"
    image = layers.Conv2D(16, 3, padding="same", activation="relu", input_shape=(64, 64, 3))
    rest = layers.MaxPooling2D(), layers.Conv2D(8, 3), layers.GlobalAveragePooling2D()
    yield "several blocks", stack(image, *rest, layers.Dense(3)), numbers(11, 64, 64, 3), ""


def resized() -> Iterator[Case]:
    for how in ("bilinear", "nearest"):
        for middles in (False, True):
            for channels, size in ((1, [5, 7]), (3, [11, 3]), (4, [1, 1]), (9, [16, 27])):
                shape = (8, 9, channels)
                first = layers.Resizing(*size, interpolation=how, input_shape=shape)
                then = layers.UpSampling2D([2, 3], interpolation=how)
                first.half_pixels = middles
                then.half_pixels = middles and how == "bilinear"
                name = f"resized {how} {middles} {size}"
                yield name, stack(first, then), numbers(2, *shape), ""
    options: Any = {"data_format": "channels_first", "interpolation": "bilinear"}
    first = layers.UpSampling2D(2, input_shape=(2, 4, 5), **options)
    model = stack(first, layers.Flatten(), layers.Dense(2))
    yield "resized, channels first", model, numbers(2, 2, 4, 5), "UpSampling2D"


def sequences() -> Iterator[Case]:
    for kind in (layers.LSTM, layers.GRU, layers.SimpleRNN):
        for all_ in (False, True):
            for back in (False, True):
                options: Any = {"return_sequences": all_, "go_backwards": back}
                name = f"{kind.__name__} {all_} {back}"
                yield name, stack(kind(9, input_shape=(7, 5), **options)), numbers(3, 7, 5), ""
                for mode in ("concat", "sum", "mul", "ave"):
                    inner = kind(5, **options)
                    both = layers.Bidirectional(inner, merge_mode=mode, input_shape=(7, 5))
                    yield f"both {name} {mode}", stack(both), numbers(3, 7, 5), ""
    for bias in (False, True):
        options = {"reset_after": True, "use_bias": bias, "recurrent_activation": "sigmoid"}
        yield (
            f"reset after {bias}",
            stack(layers.GRU(9, input_shape=(7, 5), **options)),
            numbers(3, 7, 5),
            "",
        )
    for kind in (layers.LSTM, layers.GRU, layers.SimpleRNN):
        yield f"{kind.__name__} alone", stack(kind(34, input_shape=(7, 5))), numbers(1, 7, 5), ""
    given = pyio.Input(shape=(7, 5))
    states = layers.LSTM(6, return_state=True, return_sequences=True)(given)
    yield "states", pyio.Model(given, states), numbers(3, 7, 5), ""
    words = _random.integers(0, 20, (4, 11))
    start = layers.Embedding(20, 8, input_length=11)
    yield "words", stack(start, layers.LSTM(6), layers.Dense(1)), words, ""
    start = layers.Embedding(20, 8, input_length=11, mask_zero=True)
    model = stack(start, layers.Dropout(0.5), layers.Dense(5), layers.LSTM(6), layers.Dense(1))
    yield "masked words", model, words, ""
    for kind in (layers.LSTM, layers.GRU, layers.SimpleRNN):
        x = numbers(5, 7, 3) * (_random.uniform(size=(5, 7, 1)) < 0.6).astype(np.float32)
        for all_ in (False, True):
            start = layers.Masking(input_shape=(7, 3))
            both = layers.Bidirectional(kind(4, return_sequences=True))
            model = stack(start, both, layers.ReLU(), kind(4, return_sequences=all_))
            yield f"masked {kind.__name__} {all_}", model, x, ""
    start = layers.Masking(input_shape=(7, 3))
    model = stack(start, layers.Dense(4), layers.Softmax(-1), layers.GRU(2, reset_after=True))
    yield "masked shares", model, x, "Softmax GRU"
    alone = pyio.Input(shape=(7, 1))
    seen = layers.Masking()(alone)
    masked = layers.Attention()([seen, seen]), layers.MultiHeadAttention(2, 3)([seen, seen])
    yield "masked steps of one number", pyio.Model(alone, masked), x[..., :1], ""
    yield from attention()
    yield from masked_attention()
    each = layers.TimeDistributed(layers.Conv2D(4, 3), input_shape=(3, 6, 6, 2))
    flat = layers.TimeDistributed(layers.Flatten()), layers.LSTM(5)
    yield "each step", stack(each, *flat), numbers(2, 3, 6, 6, 2), ""


def attention() -> Iterator[Case]:
    query, value = pyio.Input(shape=(7, 6)), pyio.Input(shape=(5, 4))
    both = [numbers(2, 7, 6), numbers(2, 5, 4)]
    heads = layers.MultiHeadAttention(3, 4, value_dim=5)
    yield "heads", pyio.Model([query, value], heads([query, value])), both, ""
    plain = layers.Attention(use_causal_mask=True)([query, query])
    yield "plain attention", pyio.Model(query, plain), numbers(2, 7, 6), ""
    normal = layers.LayerNormalization()(query)
    seen = layers.MultiHeadAttention(2, 3, use_causal_mask=True)([normal, normal])
    sums = layers.Add()([query, seen])
    wide = layers.Dense(24, activation="gelu")(layers.LayerNormalization()(sums))
    block = layers.Add()([sums, layers.Dense(6)(wide)])
    yield "a block of a transformer", pyio.Model(query, block), numbers(2, 7, 6), ""


def masked_attention() -> Iterator[Case]:
    words = _random.integers(0, 3, (4, 11))
    words[1] = 0  # all steps of an example are left out
    given = pyio.Input(shape=(11,))
    some = layers.Embedding(3, 8, mask_zero=True)(given)
    every = layers.Embedding(3, 8)(given)
    for causal in (False, True):
        for name, inputs in (
            ("all", [some, some]),
            ("query", [some, every]),
            ("value", [every, some]),
            ("key", [every, every, some]),
            ("query and key", [some, every, some]),
        ):
            heads = layers.MultiHeadAttention(2, 3, use_causal_mask=causal)(inputs)
            plain = layers.Attention(use_causal_mask=causal)(inputs)
            outputs = [heads, plain, layers.LSTM(3)(heads), layers.GRU(3)(plain)]
            yield f"masked attention {causal} {name}", pyio.Model(given, outputs), words, ""
    block = some
    for _ in range(2):
        seen = layers.MultiHeadAttention(2, 3)([block, block])
        block = layers.LayerNormalization()(layers.Add()([block, seen]))
        wide = layers.Dense(16, activation="relu")(block)
        block = layers.LayerNormalization()(layers.Add()([block, layers.Dense(8)(wide)]))
    yield "a masked transformer", pyio.Model(given, layers.LSTM(2)(block)), words, ""
    first = pyio.Input(shape=(9,))
    other = layers.Embedding(3, 8, mask_zero=True)(first)
    plain = layers.Embedding(3, 8)(first)
    pair = [_random.integers(0, 3, (4, 9)), _random.integers(0, 3, (4, 9))]
    second = pyio.Input(shape=(9,))
    one = layers.Embedding(3, 8, mask_zero=True)(second)
    for kind in (layers.Add, layers.Multiply, layers.Maximum):
        for any_mask in (False, True):
            for name, inputs in (("two", [one, other]), ("one", [one, plain])):
                merged = layers.ReLU()(kind(any_mask=any_mask)(inputs))
                left = f"{kind.__name__} ReLU GRU" if any_mask and kind is not layers.Add else ""
                model = pyio.Model([first, second], layers.GRU(3)(merged))
                yield f"merged masks {kind.__name__} {any_mask} {name}", model, pair, left


def graphs() -> Iterator[Case]:
    a = pyio.Input(shape=(6, 5, 4))
    b = layers.Conv2D(4, 3, padding="same", activation="relu")(a)
    c = layers.Add()([a, b])
    d = layers.Activation("relu")(c)
    weights = layers.Dense(4, activation="sigmoid")(layers.GlobalAveragePooling2D()(d))
    scaled = layers.Multiply()([d, layers.Reshape([1, 1, 4])(weights)])
    joined = layers.Concatenate()([scaled, a, b])
    behind = layers.Concatenate(axis=1)([joined, joined])
    rest = layers.Subtract()([layers.Minimum()([layers.Maximum()([a, b]), a]), a])
    outputs = [joined, behind, rest, c, layers.Average()([a, b, d])]
    yield "merges", pyio.Model(a, outputs), numbers(3, 6, 5, 4), ""
    inner = pyio.Model(a, d)
    e = pyio.Input(shape=(6, 5, 4))
    twice = layers.Dense(3)(layers.Flatten()(inner(inner(e))))
    yield "a model twice in a model", pyio.Model(e, twice), numbers(3, 6, 5, 4), ""
    yield (
        "a model in a stack",
        stack(inner, layers.Flatten(), layers.Dense(2)),
        numbers(3, 6, 5, 4),
        "",
    )
    one, two = pyio.Input(shape=(3,)), pyio.Input(shape=(4,))
    both = layers.Dense(2)(layers.Concatenate()([layers.Dense(3, activation="relu")(one), two]))
    yield "two inputs", pyio.Model([one, two], [both, one]), [numbers(3, 3), numbers(3, 4)], ""
    whole = layers.Flatten(input_shape=(4, 3), dtype="int32"), layers.Dense(3)
    yield "whole numbers", stack(*whole), _random.integers(-9, 9, (5, 4, 3)), ""
    start, table = pyio.Input(shape=(3,), dtype="int32"), layers.ReversibleEmbedding(6, 4)
    back = table(layers.Dense(4, activation="tanh")(table(start)), reverse=True)
    kept = "ReversibleEmbedding ReversibleEmbedding"
    yield "an embedding both ways", pyio.Model(start, back), _random.integers(0, 6, (5, 3)), kept
    frozen = layers.BatchNormalization()(layers.Dense(4)(one), training=False)
    yield "a call as in prediction", pyio.Model(one, frozen), numbers(5, 3), ""
    for inner_, columns, rows in (
        *((1, 1, 1), (3, 5, 7), (513, 9, 5), (1030, 20, 7), (33, 8, 257)),
        *((5, 32, 1), (33, 70, 1), (700, 41, 1), (9, 64, 257)),  # rows by themselves
    ):
        dense = layers.Dense(columns, input_shape=(inner_,), activation="relu6")
        yield f"product {inner_} {columns} {rows}", stack(dense), numbers(rows, inner_), ""


def cases() -> Iterator[Case]:
    same_numbers()
    for each in (activations, convolutions, spaces, sequences, graphs):
        yield from each()


def predicted(model: pyio.LayersModel, x: Any, kernel: Any) -> list[Any]:
    """The outputs with a kernel, or with NumPy alone for None."""
    before = library.kernel
    library.kernel = lambda: kernel  # type: ignore[assignment]
    try:
        outputs = model.predict(x)
    finally:
        library.kernel = before
    return outputs if isinstance(outputs, list) else [outputs]


def distance(model: pyio.LayersModel, x: Any, kernel: Any) -> float:
    """How far the plan's outputs are from NumPy's, relative to the largest number."""
    worst = 0.0
    pairs = zip(predicted(model, x, None), predicted(model, x, kernel), strict=True)
    for wanted, found in pairs:
        assert (wanted.shape, wanted.dtype) == (found.shape, found.dtype)
        largest = max(float(np.abs(wanted).max()), 1e-30)
        worst = max(worst, float(np.abs(wanted - found).max()) / largest)
    return worst


def with_numpy(model: pyio.LayersModel) -> str:
    """The classes of the layers that the last plan leaves to NumPy, or why there is no plan."""
    plans = model.graph.plans
    plan = None if plans is None or not plans.known else list(plans.known.values())[-1]
    if plan is None:
        return "no plan"
    parts = [part._layers for part in plan._parts if hasattr(part, "_layers")]
    return " ".join(layer.class_name for part in parts for layer in part)


def differences(kernel: Any = None, only: Callable[[str], bool] = lambda _: True) -> dict[str, Any]:
    """The cases that differ from NumPy's path, or that plans treat otherwise than expected.

    Each model computes twice, with other weights the second time.
    """
    used = kernel or library.kernel()
    assert used is not None, "there is no kernel"
    found: dict[str, Any] = {}
    for name, model, x, expected in cases():
        if not only(name):
            continue
        for _ in range(2):
            with_weights(model)
            far = distance(model, x, used)
            left = with_numpy(model)
            if not far <= CLOSE or left != expected:
                found[name] = [far, left]
    return found


def single_differences(kernel: Any = None) -> dict[str, float]:
    """The same for single operations, which graph models and training use."""
    used = kernel or library.kernel()
    assert used is not None, "there is no kernel"
    one, two = numbers(70, 300), kernels.Matrix(numbers(300, 45))
    turned = kernels.Matrix(numbers(45, 300).T)
    image, row = numbers(2, 20, 21, 6), numbers(2, 90, 12)
    filters, steps = kernels.Matrix(numbers(3 * 5 * 6, 11)), kernels.Matrix(numbers(4 * 12, 30))
    deep = numbers(3, 3, 6, 2), numbers(3, 3, 6, 1)
    found = {
        "product": lambda: kernels.matmul(one, two),
        "turned over": lambda: kernels.matmul(one[:, ::-1], turned),
        "images": lambda: kernels.conv(image, filters, (3, 5), (2, 1), (1, 2)),
        "steps": lambda: kernels.conv(row[:, ::-1], steps, (4,), (1,), (3,)),
        "channels": lambda: kernels.depthwise(numbers_twice(image), deep[0], (1, 2), (2, 1)),
        "one filter each": lambda: kernels.depthwise(numbers_twice(image), deep[1], (1, 1), (1, 1)),
    }
    return {name: far for name, each in found.items() if (far := _far(each, used)) > CLOSE}


def numbers_twice(x: Any) -> Any:
    """A larger array, so that there is enough to compute."""
    return np.concatenate([x] * 20)


class Counted:
    """A kernel whose calls are counted."""

    def __init__(self, kernel: Any) -> None:
        self.pack = kernel.pack
        self.calls = 0
        self._kernel = kernel

    def run(self, *arguments: Any) -> Any:
        self.calls += 1
        return self._kernel.run(*arguments)


def _far(compute: Callable[[], Any], kernel: Any) -> float:
    results = []
    counted = Counted(kernel)
    before = library.kernel
    for each in (None, counted):
        library.kernel = lambda each=each: each  # type: ignore[assignment]
        try:
            results.append(compute())
        finally:
            library.kernel = before
    wanted, found = results
    assert (wanted.shape, wanted.dtype) == (found.shape, found.dtype)
    assert counted.calls, "the kernel has not computed it"
    return float(np.abs(wanted - found).max() / np.abs(wanted).max())
