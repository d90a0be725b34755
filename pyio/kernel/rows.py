"""The rows of a plan: what ``run`` of ``kernel.c`` executes.

A row is an operation: its number, then addresses and sizes. The names here are those of the structs
in ``kernel.c``, in the same order; a test compares them.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WORDS = 32
"""The words of a row, each as large as an address."""

_WINDOW = "window_height window_width down right dilation_down dilation_right top left"
_CELL = (
    "z recurrent h c y scratch bias mask "
    "steps batch units act gate reverse y_step y_row zero_masked"
)
_OPERATIONS = f"""
gemm: x x_row panels y y_row rows inner columns bias act add
conv: x y panels bias scratch images height width channels x_channels {_WINDOW}
    y_height y_width filters y_channels act
depthwise: x y kernel bias images height width channels multiplier {_WINDOW}
    y_height y_width act
spread: x y bias images height width {_WINDOW} y_height y_width filters act
pool: x y images height width channels {_WINDOW} y_height y_width mean
softmax: x y rows width log
normalize: x y gamma beta count groups positions channels x_channels gamma_step rms epsilon
affine: x y scale shift rows channels act
elementwise: x y count act slope
combine: a b y how act factor sides[4] a_steps[4] b_steps[4]
move: x y sides[6] x_steps[6] y_steps[6]
fill: y count value
embed: x table y count rows width whole
simple_rnn: {_CELL}
lstm: {_CELL}
gru: {_CELL}
gru_after: {_CELL}
products: x right y panels count rows inner columns right_row right_column x_row y_row heads
    x_step right_step y_step x_head right_head y_head
widen: x y count
differs: x y rows width whole value
prelu: x y slopes rows width
resize: x y rows columns down across images height width channels y_height y_width shares
"""

ACTIVATIONS = (
    *("linear", "relu", "relu6", "tanh", "sigmoid", "hard_sigmoid", "elu", "selu", "softplus"),
    *("softsign", "swish", "gelu", "gelu_new", "mish", "exponential", "hard_sigmoid_keras3"),
    *("hard_silu", "hard_tanh", "leaky_relu", "elu_alpha"),
)
"""The activations of the kernel; the place is the number."""

COMBINATIONS = ("add", "subtract", "multiply", "maximum", "minimum", "keep", "hide")


def _operations() -> dict[str, tuple[int, dict[str, int]]]:
    """Name of an operation -> its number, and its fields with their numbers of words."""
    found: dict[str, tuple[int, dict[str, int]]] = {}
    for text in re.split(r"\n(?=\w)", _OPERATIONS.strip()):
        name, _, fields = text.partition(":")
        sizes = {}
        for field in fields.split():
            plain, _, size = field.rstrip("]").partition("[")
            sizes[plain] = int(size or 1)
        found[name] = len(found) + 1, sizes
    return found


OPERATIONS = _operations()


def word_of(operation: str, field: str) -> int:
    """Return which word of a row a field of an operation is, or begins with."""
    sizes = OPERATIONS[operation][1]
    before = list(sizes)[: list(sizes).index(field)]
    return 1 + sum(sizes[name] for name in before)


def row(operation: str, **fields: Any) -> list[int]:
    """Return the words of an operation. A field that is not given is 0.

    Args:
        operation: Its name.
        fields: Arrays become their addresses, floats their bits, and None becomes 0.
    """
    number, sizes = OPERATIONS[operation]
    words = [number]
    for name, size in sizes.items():
        value = fields.pop(name, None)
        words += _words(value) if size == 1 else [int(each) for each in value]
    assert not fields, f"{operation} has no {', '.join(fields)}"
    return words + [0] * (WORDS - len(words))


def _words(value: Any) -> list[int]:
    if value is None:
        return [0]
    if isinstance(value, float):
        return [struct.unpack("i", struct.pack("f", value))[0]]
    return [address(value) if isinstance(value, np.ndarray) else int(value)]


def address(array: NDArray[Any]) -> int:
    """Return where the values of `array` begin in memory."""
    return int(array.__array_interface__["data"][0])


def table(rows: Sequence[Sequence[int]]) -> NDArray[np.intp]:
    """Return rows as one block of memory. Addresses above 2 GiB become negative words."""
    words = np.array(rows, np.int64).reshape(len(rows), WORDS)
    return np.ascontiguousarray(words.astype(np.intp))
