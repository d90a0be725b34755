"""The tape: gradients of whatever layers compute with NumPy, by noting each operation.

A `Traced` stands for an array. NumPy hands every function that gets one over to it (``NEP 13`` and
``NEP 18``). A rule then computes the value and notes on the tape how a gradient goes back. Going
through the notes from the last to the first gives the gradient of the loss for every weight.

What has no rule raises GradientError, so that no gradient is silently wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NoReturn, TypeAlias

import numpy as np

from pyio.errors import GradientError
from pyio.models.ops.followed import Followed

Array: TypeAlias = Any
"""A NumPy array; for NumPy's own stubs, its functions return Any."""
Back: TypeAlias = Callable[[Array], None]
"""Takes the gradient of a result and adds to those of what it was computed from."""


Rule: TypeAlias = Callable[..., Any]

UFUNCS: dict[Any, Rule] = {}
"""The rules of universal functions; modules of rules fill these tables when they are imported."""

REDUCTIONS: dict[tuple[Any, str], Rule] = {}
"""The rules of methods of universal functions, such as ``np.add.reduce``."""

FUNCTIONS: dict[Any, Rule] = {}
"""The rules of the other functions of NumPy."""

METHODS: dict[str, Rule] = {}
"""The rules of methods of arrays."""


class Tape:
    """The operations of one step of training, in order.

    Attributes:
        steps: The results, each with what takes its gradient back.
        closed: Whether the step is over, so that nothing of it can be used any more.
    """

    __slots__ = ("_locked", "closed", "steps")

    def __init__(self) -> None:
        self.steps: list[tuple[Traced | None, Back]] = []
        self.closed = False
        self._locked: list[Array] = []

    def leaf(self, value: Array) -> Traced:
        """Return what stands for `value`, such as a weight, whose gradient is asked for."""
        return Traced(value, self, shared=True)

    def record(self, value: Array, back: Back) -> Traced:
        """Return what stands for `value`; `back` gets its gradient."""
        out = Traced(np.asarray(value), self)
        self.steps.append((out, back))
        return out

    def view(self, source: Traced, value: Array, back: Back) -> Traced:
        """Do the same for a result that may share its memory with `source`."""
        source.shared = True
        out = self.record(value, back)
        out.shared = True
        return out

    def last(self, back: Back) -> None:
        """Call `back` after everything that is recorded from now on has gone back."""
        self.steps.append((None, back))

    def lock(self, *values: Any) -> None:
        """Make plain arrays read-only for this step: their values are needed on the way back.

        A layer that changed one afterwards would get wrong gradients; now it gets an error.
        """
        for value in values:
            while isinstance(value, np.ndarray):
                if value.flags.writeable and _can_be_unlocked(value):
                    value.flags.writeable = False
                    self._locked.append(value)
                value = value.base

    def close(self) -> None:
        """End the step: arrays can be changed again, and results of this step cannot be used."""
        self.closed = True
        self.steps.clear()
        for value in sorted(self._locked, key=_depth):  # a part after its whole
            value.flags.writeable = True
        self._locked = []

    def backward(self, loss: Traced) -> None:
        """Add the gradient of `loss` to everything that it depends on; empties the tape."""
        loss.gradient = np.ones_like(loss.value)
        steps = self.steps
        while steps:
            out, back = steps.pop()
            if out is None:
                back(None)
            elif out.gradient is not None:
                back(out.gradient)
                out.gradient = None  # the memory is needed for those before


def _can_be_unlocked(value: Array) -> bool:
    """Whether NumPy lets an array be changed again that was made read-only.

    It does not for the memory of ``bytes``, where pickle leaves the numbers of many arrays.
    """
    base = value.base
    if base is None or isinstance(base, np.ndarray):
        return True
    try:
        return not memoryview(base).readonly
    except TypeError:
        return False


def _depth(value: Array) -> int:
    """Return of how many arrays, one within another, an array is a part."""
    depth = 0
    while isinstance(value.base, np.ndarray):
        value, depth = value.base, depth + 1
    return depth


class Traced(Followed):
    """Stands for an array while the tape notes what is computed with it.

    Attributes:
        value: The array.
        tape: Where operations are noted.
        gradient: What has come back so far, or None.
        owned: Whether `gradient` is an array of its own, which can be added to in place.
        shared: Whether its memory may be that of a weight or of another array, so that changing
            it in place would change them too.
    """

    __slots__ = ("gradient", "owned", "shared", "tape", "value")

    def __init__(self, value: Array, tape: Tape, shared: bool = False) -> None:
        self.value = value
        self.tape = tape
        self.gradient: Array = None
        self.owned = False
        self.shared = shared

    # ------------------------------------------------------------ gradients

    def add(self, gradient: Array) -> None:
        """Add `gradient`, an array of the shape of the value."""
        if gradient.dtype != self.value.dtype:
            gradient = gradient.astype(self.value.dtype)
        if self.gradient is None:
            self.gradient = gradient
        elif self.owned:
            np.add(self.gradient, gradient, out=self.gradient)
        else:
            self.gradient = self.gradient + gradient
            self.owned = True

    def add_at(self, index: Any, gradient: Array, repeated: bool) -> None:
        """Add `gradient` to the part at `index`; `repeated` if that may name a place twice.

        All parts of an array share one array of gradients, so T parts cost T and not T * T.
        """
        if self.gradient is None:
            self.gradient = np.zeros(self.value.shape, self.value.dtype)
        elif not self.owned:
            self.gradient = self.gradient.copy()
        self.owned = True
        if repeated:
            np.add.at(self.gradient, index, gradient)
        else:
            self.gradient[index] += gradient

    @property
    def untracked(self) -> Array:
        """The plain array, read-only; no gradient goes through it."""
        view = raw(self).view()
        view.flags.writeable = False
        return view

    # ------------------------------------------------------------ what arrays have

    @property
    def shape(self) -> tuple[int, ...]:
        """The sides."""
        return self.value.shape  # type: ignore[no-any-return]

    @property
    def ndim(self) -> int:
        """The number of sides."""
        return self.value.ndim  # type: ignore[no-any-return]

    @property
    def dtype(self) -> np.dtype[Any]:
        """The kind of number."""
        return self.value.dtype  # type: ignore[no-any-return]

    @property
    def size(self) -> int:
        """The number of elements."""
        return self.value.size  # type: ignore[no-any-return]

    def __len__(self) -> int:
        return len(self.value)

    def __repr__(self) -> str:
        return f"<array of shape {self.shape} that training follows>"

    def __iter__(self) -> Iterator[Any]:
        return (self[index] for index in range(len(self.value)))

    def __getitem__(self, index: Any) -> Any:
        return METHODS["__getitem__"](self, index)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if options.get("out") is not None:
            refuse(
                f"np.{ufunc.__name__} with out=, or +=, *= and the like on a plain array,",
                "write the result as a new array: `y = y + x`",
            )
        if method == "reduce" and (ufunc, method) in REDUCTIONS:
            return REDUCTIONS[ufunc, method](*inputs, **{"axis": 0, **options})
        if any(value is not None for value in options.values()):
            refuse(f"np.{ufunc.__name__} with {', '.join(options)}", "call it without")
        rule = UFUNCS.get(ufunc) if method == "__call__" else None
        if rule is None:
            named = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
            refuse(f"np.{named}", "write it with the usual functions of NumPy")
        return rule(*inputs)

    def __array_function__(
        self, function: Any, types: Any, inputs: tuple[Any, ...], options: dict[str, Any]
    ) -> Any:
        rule = FUNCTIONS.get(function)
        if rule is None:
            refuse(f"np.{function.__name__}", "write it with the usual functions of NumPy")
        return rule(*inputs, **options)

    # ------------------------------------------------------------ what cannot be followed

    def __array__(self, *_: Any, **__: Any) -> NoReturn:
        refuse(
            "taking a plain array out of it, as np.asarray, np.array, a plain array's item "
            "assignment and functions of other libraries do,",
            "leave np.asarray out of call(); an array there is one already",
        )

    def __setitem__(self, index: Any, value: Any) -> NoReturn:
        refuse("assigning to a part of an array", "use np.where or np.concatenate")

    def __bool__(self) -> NoReturn:
        refuse("the truth of an array", "compare it, as in `(x > 0).any()`")

    def __float__(self) -> NoReturn:
        refuse("float() of an array", "go on computing with the array")

    def __int__(self) -> NoReturn:
        refuse("int() of an array", "use pyio.layers.plain(x), through which no gradient goes")

    def __index__(self) -> NoReturn:
        refuse("an array as an index", "use pyio.layers.plain(x), through which no gradient goes")

    def __getattr__(self, name: str) -> Any:
        method = METHODS.get(name)
        if method is not None:
            return partial(method, self)
        if name == "T":
            return METHODS["transpose"](self)
        if name.startswith("_"):
            raise AttributeError(name)
        raise _NoSuchMemberError(
            f"training cannot follow the member {name!r} of arrays; write it with the usual "
            "functions of NumPy, or use pyio.layers.plain(x), through which no gradient goes"
        )


class Changed(Traced):
    """What an array was before `+=` and the like: another name for it must not be used any more."""

    __slots__ = ()


class _NoSuchMemberError(GradientError, AttributeError):
    """A member that arrays have, or do not have; `hasattr` sees that it is absent."""


def raw(value: Any) -> Any:
    """Return the plain array of a `Traced`, and everything else as it is."""
    kind = type(value)
    if kind is Traced:
        if value.tape.closed:
            refuse(
                "an array of an earlier step or prediction",
                "keep pyio.layers.plain(x) from one step to the next",
            )
        return value.value
    if kind is Changed:
        refuse(
            "an array under a second name after `+=` or the like has changed it",
            "write the result as a new array: `y = y + x`",
        )
    return value


def refuse(what: str, instead: str) -> NoReturn:
    """Raise GradientError for `what`, with what to write `instead`."""
    raise GradientError(
        f"training cannot follow {what} while it computes gradients; {instead}. Values without "
        "a gradient come from pyio.layers.plain(x)"
    )


def let_go(old: Traced) -> None:
    """Free the value of `old`, which nothing needs any more; its gradient is still collected."""
    old.value = np.broadcast_to(old.value.dtype.type(0), old.value.shape)
    old.__class__ = Changed


def replaced(old: Traced, new: Traced) -> Traced:
    """Return `new` for `old`, which ``old += ...`` changes: from now on only `new` can be used.

    Raises GradientError where other arrays share the memory of `old`, because NumPy would change
    them as well, or where the shape would change.
    """
    if old.shared or new.shape != old.shape:
        refuse(
            "changing an input, a weight, a part of an array or an array of which there are parts "
            "in place, with += and the like,",
            "write the result as a new array: `y = y + x`",
        )
    old.__class__ = Changed
    return new
