"""How gradients go back through sums, means, largest values and products of matrices."""

from __future__ import annotations

import math
from string import ascii_letters
from typing import TYPE_CHECKING, Any

import numpy as np

from pyio.models.ops import kernels
from pyio.models.training.rules import (
    divide,
    kept,
    multiply,
    no_others,
    subtract,
    tape_of,
    unbroadcast,
)
from pyio.models.training.shape_rules import reshape, sort
from pyio.models.training.tape import (
    FUNCTIONS,
    METHODS,
    REDUCTIONS,
    UFUNCS,
    Array,
    Traced,
    raw,
    refuse,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


def _spread(g: Array, x: Array, axis: Any, keepdims: bool) -> Array:
    """Return a gradient of a reduced array so that it can be combined with the whole one."""
    if keepdims or axis is None:
        return g
    axes = axis if isinstance(axis, tuple) else (axis,)
    return np.expand_dims(g, tuple(each % x.ndim for each in axes))


def _without_dtype(name: str, a: Traced, others: dict[str, Any]) -> None:
    """Raise GradientError for further arguments but the dtype that the array has."""
    if others.get("dtype") is not None and np.dtype(others["dtype"]) == a.dtype:
        others = {**others, "dtype": None}
    no_others(name, others)


def sum_(a: Traced, axis: Any = None, keepdims: bool = False, **others: Any) -> Traced:
    """``np.sum``."""
    _without_dtype("sum", a, others)
    x = raw(a)
    total = x.sum(axis=axis, keepdims=keepdims)
    return a.tape.record(
        total, lambda g: a.add(np.broadcast_to(_spread(g, x, axis, keepdims), x.shape))
    )


def mean(a: Traced, axis: Any = None, keepdims: bool = False, **others: Any) -> Traced:
    """``np.mean``."""
    _without_dtype("mean", a, others)
    x = raw(a)
    y = x.mean(axis=axis, keepdims=keepdims)
    count = x.dtype.type(x.size / max(np.size(y), 1))
    return a.tape.record(
        y, lambda g: a.add(np.broadcast_to(_spread(g / count, x, axis, keepdims), x.shape))
    )


def var(
    a: Traced, axis: Any = None, keepdims: bool = False, ddof: int = 0, **others: Any
) -> Traced:
    """``np.var``."""
    no_others("var", others)
    centered = subtract(a, mean(a, axis, keepdims=True))
    total = sum_(multiply(centered, centered), axis, keepdims)
    return divide(total, np.float32(raw(a).size / max(total.size, 1) - ddof))


def std(a: Traced, axis: Any = None, keepdims: bool = False, ddof: int = 0, **o: Any) -> Traced:
    """``np.std``."""
    return UFUNCS[np.sqrt](var(a, axis, keepdims, ddof, **o))  # type: ignore[no-any-return]


def _extreme(function: Any) -> Any:
    """Return the rule of ``np.max`` or ``np.min``: of equal values, each has the full gradient."""

    def rule(a: Traced, axis: Any = None, keepdims: bool = False, **others: Any) -> Traced:
        options = {"initial": others.pop("initial")} if "initial" in others else {}
        no_others("max and min", others)
        x = raw(a)
        best = function(x, axis=axis, keepdims=True, **options)
        y = best if keepdims else function(x, axis=axis, **options)
        return a.tape.record(y, lambda g: a.add(kept(_spread(g, x, axis, keepdims), x == best)))

    return rule


def prod(a: Traced, axis: int | None = None, keepdims: bool = False, **others: Any) -> Traced:
    """``np.prod`` of everything or along one axis."""
    _without_dtype("prod", a, others)
    x = raw(a)
    if axis is None:
        flat = prod(reshape(a, (-1,)), 0)
        return reshape(flat, (1,) * x.ndim) if keepdims else flat

    def back(g: Array) -> None:
        # The product of the others, without a division by what may be 0.
        last = np.moveaxis(x, axis, -1)
        ones = np.ones_like(last[..., :1])
        before = np.cumprod(np.concatenate([ones, last[..., :-1]], -1), -1)
        behind = np.cumprod(np.concatenate([ones, last[..., :0:-1]], -1), -1)[..., ::-1]
        a.add(_spread(g, x, axis, keepdims) * np.moveaxis(before * behind, -1, axis))

    return a.tape.record(x.prod(axis=axis, keepdims=keepdims), back)


def cumsum(a: Traced, axis: int | None = None, **others: Any) -> Traced:
    """``np.cumsum``."""
    _without_dtype("cumsum", a, others)
    if axis is None:
        return cumsum(reshape(a, (-1,)), 0)

    def back(g: Array) -> None:
        a.add(np.flip(np.cumsum(np.flip(g, axis), axis), axis))

    return a.tape.record(np.cumsum(raw(a), axis), back)


def cumprod(a: Traced, axis: int | None = None, **others: Any) -> Traced:
    """``np.cumprod``."""
    _without_dtype("cumprod", a, others)
    if axis is None:
        return cumprod(reshape(a, (-1,)), 0)
    x = np.moveaxis(raw(a), axis, 0)

    def back(g: Array) -> None:
        along, sums = np.moveaxis(g, axis, 0), np.empty_like(x)
        for place in range(len(x)):
            others = x.copy()  # the products without this factor, and no division by what may be 0
            others[place] = 1
            sums[place] = (np.cumprod(others, 0) * along)[place:].sum(axis=0)
        a.add(np.moveaxis(sums, 0, axis))

    return a.tape.record(np.cumprod(raw(a), axis), back)


def diff(a: Traced, n: int = 1, axis: int = -1, **others: Any) -> Traced:
    """``np.diff``."""
    no_others("diff", others)
    before = (slice(None),) * (axis % raw(a).ndim)
    for _ in range(n):
        a = subtract(a[(*before, slice(1, None))], a[(*before, slice(None, -1))])
    return a


def average(a: Any, axis: Any = None, weights: Any = None, **others: Any) -> Any:
    """``np.average`` with weights of the shape of the array, or without."""
    no_others("average", others)
    if weights is None:
        return mean(a, axis)
    if np.shape(raw(weights)) != np.shape(raw(a)):
        refuse("np.average with weights of another shape", "broadcast them first")
    return np.sum(a * weights, axis=axis) / np.sum(weights, axis=axis)


def median(a: Traced, axis: int | None = None, keepdims: bool = False, **others: Any) -> Traced:
    """``np.median`` along one axis, or of everything."""
    no_others("median", others)
    if axis is None:
        flat = median(reshape(a, (-1,)), 0)
        return reshape(flat, (1,) * raw(a).ndim) if keepdims else flat
    side = raw(a).shape[axis]
    ordered = sort(a, axis)
    before = (slice(None),) * (axis % raw(a).ndim)
    middle = ordered[(*before, slice((side - 1) // 2, side // 2 + 1))]
    return mean(middle, axis, keepdims)


def norm(a: Traced, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Traced:  # noqa: A002
    """``np.linalg.norm`` of vectors: the root of the sum of squares; the slope at 0 is 0."""
    if ord not in (None, 2, "fro") or (ord == 2 and not isinstance(axis, int)):
        refuse(f"np.linalg.norm with ord={ord!r}", "write the formula")
    x = raw(a)
    length = np.linalg.norm(x, ord, axis, keepdims)
    whole = np.linalg.norm(x, ord, axis, True)

    def back(g: Array) -> None:
        with np.errstate(all="ignore"):
            a.add(np.where(whole > 0, _spread(g, x, axis, keepdims) * x / whole, 0))

    return a.tape.record(length, back)


# ------------------------------------------------------------ products


def matmul(a: Any, b: Any) -> Any:
    """``a @ b``."""
    x, y = raw(a), raw(b)
    if x.ndim == 1:
        return matmul(a[None, :], b)[..., 0, :]
    if y.ndim == 1:
        return matmul(a, b[:, None])[..., 0]

    def back(g: Array) -> None:
        if isinstance(a, Traced):
            a.add(unbroadcast(_product(g, np.swapaxes(y, -1, -2)), x.shape))
        if isinstance(b, Traced):
            b.add(unbroadcast(_product(np.swapaxes(x, -1, -2), g), y.shape))

    tape = tape_of(a, b)
    tape.lock(a, b)
    return tape.record(_product(x, y), back)


def _product(x: Array, y: Array) -> Array:
    """Return ``x @ y`` for matrices and stacks of them, by the fastest way."""
    if not x.dtype == y.dtype == np.float32:
        return x @ y
    return kernels.batch_matmul(x, y) if y.ndim > 2 else kernels.matmul(x, kernels.Matrix(y))


def einsum(text: Any, *operands: Any, **options: Any) -> Traced:
    """``np.einsum`` with a text that names each axis of an operand once."""
    options.pop("optimize", None)
    no_others("einsum", options)
    if not isinstance(text, str):
        refuse("np.einsum without a text", 'write it as np.einsum("ij,jk->ik", a, b)')
    values = [np.asarray(raw(each)) for each in operands]
    inputs, output = _letters(text, values)
    if any(len(set(letters)) < len(letters) for letters in inputs):
        refuse("the diagonal of an array in np.einsum", "take it by an index")
    result = _einsum(f"{','.join(inputs)}->{output}", values)

    def back(g: Array) -> None:
        for number, each in enumerate(operands):
            if isinstance(each, Traced):
                each.add(_einsum_gradient(g, number, inputs, output, values))

    tape = tape_of(*operands)
    tape.lock(*operands)
    return tape.record(result, back)


def _einsum(text: str, values: Sequence[Array]) -> Array:
    return kernels.einsum(text, *values) if len(values) == 2 else np.einsum(text, *values)


def _letters(text: str, values: Sequence[Array]) -> tuple[list[str], str]:
    """Return the letters of the operands and of the result, with letters for every ``...``."""
    left, arrow, output = text.replace(" ", "").partition("->")
    inputs = left.split(",")
    free = [letter for letter in ascii_letters if letter not in text]
    most = 0
    for number, (letters, value) in enumerate(zip(inputs, values, strict=True)):
        if "..." in letters:
            count = value.ndim - len(letters) + 3
            most = max(most, count)
            inputs[number] = letters.replace("...", "".join(free[:count][::-1]))
    dots = "".join(free[:most][::-1])
    if not arrow:
        named = sorted(
            letter for letter in set(left) if letter.isalpha() and left.count(letter) == 1
        )
        output = "..." * bool(most) + "".join(named)
    return inputs, output.replace("...", dots)


def _einsum_gradient(
    g: Array, number: int, inputs: Sequence[str], output: str, values: Sequence[Array]
) -> Array:
    """Return the gradient of one operand: the product of all others with that of the result."""
    others = [i for i in range(len(inputs)) if i != number]
    known = set(output).union(*(inputs[i] for i in others))
    mine = inputs[number]
    present = "".join(letter for letter in mine if letter in known)
    text = ",".join([output, *(inputs[i] for i in others)])
    found = _einsum(f"{text}->{present}", [g, *(values[i] for i in others)])
    # An axis that only this operand has was summed, so each of its places has the same gradient.
    shape = iter(found.shape)
    sides = [next(shape) if letter in known else 1 for letter in mine]
    shaped = found.reshape(sides)
    x = values[number]
    whole = [
        n if letter in known else side for letter, n, side in zip(mine, sides, x.shape, strict=True)
    ]
    return unbroadcast(np.broadcast_to(shaped, whole), x.shape)


def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """``np.tensordot``."""
    left, right = raw(a).ndim, raw(b).ndim
    if isinstance(axes, int | np.integer):
        pairs = list(range(left - axes, left)), list(range(axes))
    else:
        pairs = tuple([each] if isinstance(each, int) else list(each) for each in axes)  # type: ignore[assignment]
    one, two = [x % left for x in pairs[0]], [x % right for x in pairs[1]]
    rest_a = [axis for axis in range(left) if axis not in one]
    rest_b = [axis for axis in range(right) if axis not in two]
    shape_a, shape_b = raw(a).shape, raw(b).shape
    k = math.prod(shape_a[axis] for axis in one)
    flat = np.reshape(np.transpose(a, (*rest_a, *one)), (-1, k))
    other = np.reshape(np.transpose(b, (*two, *rest_b)), (k, -1))
    sides = [shape_a[axis] for axis in rest_a] + [shape_b[axis] for axis in rest_b]
    return np.reshape(matmul(flat, other), tuple(sides))


def dot(a: Any, b: Any) -> Any:
    """``np.dot``."""
    if not np.ndim(a) or not np.ndim(b):
        return a * b
    if np.ndim(b) <= 2:
        return matmul(a, b)
    return tensordot(a, b, (-1, -2))


def outer(a: Any, b: Any) -> Any:
    """``np.outer``."""
    return np.reshape(a, (-1, 1)) * np.reshape(b, (1, -1))


max_, min_ = _extreme(np.max), _extreme(np.min)

_REDUCED = {
    "sum": sum_,
    "mean": mean,
    "var": var,
    "std": std,
    "max": max_,
    "min": min_,
    "prod": prod,
    "cumsum": cumsum,
    "cumprod": cumprod,
}
METHODS.update(_REDUCED)
METHODS["dot"] = dot
FUNCTIONS.update({getattr(np, name): rule for name, rule in _REDUCED.items()})
FUNCTIONS.update({np.amax: max_, np.amin: min_, np.linalg.norm: norm})
FUNCTIONS.update({np.diff: diff, np.average: average, np.median: median})
FUNCTIONS.update({np.einsum: einsum, np.tensordot: tensordot, np.dot: dot, np.outer: outer})
FUNCTIONS[np.inner] = lambda a, b: tensordot(a, b, (-1, -1))
UFUNCS[np.matmul] = matmul
for _ufunc, _rule in ((np.add, sum_), (np.maximum, max_), (np.minimum, min_), (np.multiply, prod)):
    REDUCTIONS[_ufunc, "reduce"] = _rule
