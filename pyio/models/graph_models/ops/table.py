"""The table of ops: name -> the function that computes it, and the attributes that it takes.

::

    @op("LeakyRelu", alpha=number(0.2))
    def leaky_relu(x: Array, *, alpha: float) -> Array: ...

A function takes the inputs of the node in order and its attributes by name. It returns an array, or
a tuple of them for an op with several outputs. It never changes an input.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from pyio.models.graph_models.attributes import Attribute
    from pyio.models.graph_models.values import Table

F = TypeVar("F", bound=Callable[..., Any])


class Runner(Protocol):
    """What ops may use of a run."""

    @property
    def random(self) -> np.random.Generator:
        """The source of random numbers of the model."""
        ...

    @property
    def tables(self) -> dict[str, Table]:
        """The tables of the model by the names of their nodes."""
        ...

    def function(self, name: str, inputs: Sequence[Any]) -> list[Any]:
        """Return the results of a function of the library."""
        ...

    def count_iteration(self) -> None:
        """Raise ModelInputError if loops have run for longer than the limit."""
        ...

    def count_work(self, amount: int) -> None:
        """Raise ModelInputError if the run has computed more than the limit."""
        ...


class Call(NamedTuple):
    """What an op gets that needs more than its inputs: the first argument of its function."""

    node: str
    run: Runner


@dataclass(frozen=True, slots=True)
class Op:
    """One op.

    Attributes:
        function: Computes it.
        attributes: The attributes it takes, by the names of the function's parameters.
        wraps: Whether its results wrap where the node's type ``T`` is a narrow integer.
        calls: Whether the function takes a `Call` first.
        pure: Whether equal inputs always give equal results, so that it may be computed ahead.
        work: Returns about how many multiplications the inputs take, if those are many more than
            the elements of the results.
    """

    function: Callable[..., Any]
    attributes: Mapping[str, Attribute]
    wraps: bool = False
    calls: bool = False
    pure: bool = True
    work: Callable[..., int] | None = None


OPS: dict[str, Op] = {}
"""All ops by name. The modules of this package fill it; import it from `all`."""


def op(
    *names: str,
    wraps: bool = False,
    calls: bool = False,
    pure: bool = True,
    work: Callable[..., int] | None = None,
    **attributes: Attribute,
) -> Callable[[F], F]:
    """Register a function as the op of these names."""

    def register(function: F) -> F:
        for name in names:
            assert name not in OPS, name
            OPS[name] = Op(function, attributes, wraps, calls, pure and not calls, work)
        return function

    return register
