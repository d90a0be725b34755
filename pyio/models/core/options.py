"""Options: the declared arguments of layers.

A layer class declares its arguments as class attributes. Its constructor, the signature that
notebooks show, the checks, and the config in TensorFlow.js's key order are made from them::

    class RepeatVector(Layer):
        n: int = option(check=whole(1))

A check takes the value that was given and returns the value that the layer keeps. That is plain
JSON, exactly as the config will contain it. A check raises `OptionError`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, TypeAlias

from pyio.limits import LAYER_SIDE

Check: TypeAlias = Callable[[Any], Any]

REQUIRED: Any = type("Required", (), {"__repr__": lambda _: "required"})()
"""The default of an option that must be given."""


class OptionError(ValueError):
    """A value that an option does not accept; its text completes "expected ..."."""


@dataclass(frozen=True, slots=True)
class Option:
    """One argument of a layer.

    Attributes:
        default: The value if it is not given, or given as None (``null`` in JSON).
        check: Turns the given value into the kept one.
        written: When the config contains it: always, only if it differs from the default
            ("changed"), or only if it is not None ("given").
        after: The option of a base class that it follows in the config. Without it, the place
            that `Configured` describes.
        keras: Whether only Keras has it. Saving warns where TensorFlow.js would ignore its value.
    """

    default: Any = REQUIRED
    check: Check | None = None
    written: str = "always"
    after: str | None = None
    keras: bool = False

    def value(self, given: Any) -> Any:
        """Return the value that is kept for `given`. Raises OptionError."""
        if given is None:
            if self.default is REQUIRED:
                raise OptionError("a value; the option is required")
            given = self.default
        return given if given is None or self.check is None else self.check(given)

    def is_written(self, value: Any) -> bool:
        """Whether a config contains `value`."""
        if self.written == "changed":
            return bool(value != self.value(None))
        return self.written == "always" or value is not None


def option(
    default: Any = REQUIRED,
    check: Check | None = None,
    written: str = "always",
    after: str | None = None,
) -> Any:
    """Declare an argument of a layer; the parameters are those of `Option`."""
    return Option(default, check, written, after)


def keras_option(default: Any, check: Check) -> Any:
    """Declare an argument that only Keras has, for a layer that TensorFlow.js has too.

    A config contains it if it differs from the default, so that TensorFlow.js's own models stay
    as they are.
    """
    return Option(default, check, "changed", None, keras=True)


def inserted(options: dict[str, Option], new: dict[str, Option]) -> dict[str, Option]:
    """Return `options` with each `new` one after the option it names, or at the end."""
    keys = list(options)
    for key, each in new.items():
        keys.insert(keys.index(each.after) + 1 if each.after in keys else len(keys), key)
    return {key: new.get(key) or options[key] for key in keys}


def whole(minimum: int = 0) -> Check:
    """Accept whole numbers from `minimum` on."""

    def check(value: Any) -> int:
        if type(value) is int and minimum <= value <= LAYER_SIDE:  # nearly always
            return value
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # some JSON writers write 2 as 2.0
        if isinstance(value, bool) or not isinstance(value, Integral):
            raise OptionError(f"a whole number from {minimum}")
        if not minimum <= int(value) <= LAYER_SIDE:
            raise OptionError(f"a whole number from {minimum} to {LAYER_SIDE}")
        return int(value)

    return check


def any_whole(value: Any) -> int:
    """Accept any whole number, such as an axis."""
    if type(value) is int:
        return value
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise OptionError("a whole number")
    return int(value)


def real(value: Any) -> float | int:
    """Accept finite numbers; whole ones stay whole."""
    number = isinstance(value, Real) and not isinstance(value, bool)
    if not number or not abs(value) <= sys.float_info.max:
        raise OptionError("a finite number")
    return int(value) if isinstance(value, Integral) else float(value)


def fraction(value: Any) -> float | int:
    """Accept numbers and bring them between 0 and 1, as TensorFlow.js does with rates."""
    return max(0, min(1, real(value)))


def flag(value: Any) -> bool:
    """Accept True and False."""
    if not isinstance(value, bool):
        raise OptionError("True or False")
    return value


def text(value: Any) -> str:
    """Accept text."""
    if not isinstance(value, str):
        raise OptionError("a text")
    return value


def choice(*values: str) -> Check:
    """Accept one of the words `values`, in snake or camel case."""
    spellings = {value.replace("_", "").lower(): value for value in values}

    def check(value: Any) -> str:
        key = value.replace("_", "").lower() if isinstance(value, str) else None
        if key not in spellings:
            raise OptionError("one of " + ", ".join(map(repr, values)))
        return spellings[key]

    return check


def sizes(rank: int, minimum: int = 1) -> Check:
    """Accept one whole number for all of `rank` dimensions, or a list with one for each."""
    number = whole(minimum)

    def check(value: Any) -> list[int]:
        try:
            one = type(value) is not list and isinstance(value, Real)
            given = [value] * rank if one else list(value)
            values = [number(each) for each in given]
        except TypeError:
            values = []
        except ValueError:
            raise OptionError(
                f"a whole number from {minimum}, or a list of {rank} of them"
            ) from None
        if len(values) != rank:
            raise OptionError(f"a whole number from {minimum}, or a list of {rank} of them")
        return values

    return check


def axes(value: Any) -> int | list[int]:
    """Accept a whole number or a list of them."""
    if isinstance(value, Integral) and not isinstance(value, bool):
        return int(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [any_whole(item) for item in value]
    raise OptionError("a whole number or a list of them")


def dimensions(value: Any) -> list[int | None]:
    """Accept a list of dimensions, each a whole number from 0 or None where it is not known."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise OptionError("a list of whole numbers or None")
    side = whole(0)
    return [None if item is None else side(item) for item in value]


def numbers(value: Any) -> Any:
    """Accept a number or a (nested) list of numbers."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [numbers(item) for item in value]
    if hasattr(value, "tolist"):  # an array or a number of NumPy
        return numbers(value.tolist())
    return real(value)


DATA_FORMAT = choice("channels_last", "channels_first")
"""Where the channels of an image are: after height and width, or before."""

PADDING = choice("valid", "same")
"""Whether windows stay inside the input, or the input is padded so that its size stays."""
