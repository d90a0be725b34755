"""What all parts of the inlining share: values, scopes, and the graphs that are being written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from pyio import limits
from pyio.converters.saved_model.graph import Argument, Attributes, Graph, Node, Ref
from pyio.converters.saved_model.simplify.flat import constant_attributes
from pyio.converters.saved_model.tensors import (
    FLOAT,
    INT32,
    at_run_time,
)
from pyio.errors import InvalidModelError, UnsupportedModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from pyio.converters.saved_model.source import Source


class Variable(NamedTuple):
    """A variable (not its value): a node of the main graph.

    `guards` are the Switch ops that it has passed, each as the condition and the output. A read
    must be dead where one of them is, or a Merge behind it takes the value of the other branch.
    """

    name: str
    guards: tuple[tuple[Ref, int], ...] = ()


Value: TypeAlias = "Ref | Variable"


@dataclass(slots=True)
class Copy:
    """A function that stays a function: the copy for one use of it, without variables."""

    name: str
    inputs: list[Argument]
    nodes: Graph = field(default_factory=dict)
    outputs: list[tuple[Argument, str]] = field(default_factory=list)


@dataclass(slots=True)
class Scope:
    """One graph or function body while it is written into `out`.

    `arguments` are values by name, `names` what each node is called in `out`. `prefix` stands
    before those names and `suffix` behind those of constants. `calling` are the functions that
    this one is called from. `pivot` is a node that runs once in each iteration of the frame that
    is being written. `ordered` says whether control inputs matter.
    """

    nodes: Graph
    out: Graph
    arguments: dict[str, Value] = field(default_factory=dict)
    prefix: str = ""
    suffix: str = ""
    calling: tuple[str, ...] = ()
    pivot: str | None = None
    ordered: bool = False
    is_main: bool = False
    names: dict[str, str] = field(default_factory=dict)
    values: dict[str, list[Value]] = field(default_factory=dict)


class Inliner(ABC):
    """The state of an import, and how nodes and constants are added.

    Attributes:
        source: What is read.
        weights: Values of constants by name; names are unique over all graphs.
        out: The flat main graph.
        copies: Functions that stay.
        tables: Node of a table in the source -> its name in the result.
        unknown: Ops that cannot be expressed, each with one node.
        notes: What was changed, for users.
        written: Function -> its arguments that are variables to which it writes.
    """

    def __init__(self, source: Source) -> None:
        """Begin with an empty graph."""
        self.source = source
        self.weights: dict[str, NDArray[Any]] = {}
        self.out: Graph = {}
        self.copies: list[Copy] = []
        self.tables: dict[str, str] = {}
        self.unknown: dict[str, str] = {}
        self.notes: dict[str, None] = {}
        self.written: dict[str, set[str]] = {}
        self._taken: set[str] = set()
        self._count = 0

    @abstractmethod
    def flatten(self, scope: Scope, wanted: Sequence[Ref]) -> list[Value]:
        """Write what `wanted` depends on into the graph of `scope`; return their values."""

    def inner(self, scope: Scope, name: str, values: Sequence[Value], prefix: str) -> Scope:
        """Return the scope of a function that is called with `values`.

        Raises InvalidModelError for a function that calls itself, and for other arguments.
        """
        self._count_one()  # functions that only call others would else never end
        calling = (*scope.calling, name)
        if name in scope.calling:
            raise UnsupportedModelError(
                f"the function {name!r:.120} calls itself, which no graph without functions can say"
            )
        if len(calling) > limits.GRAPH_DEPTH:
            raise InvalidModelError(
                f"functions call one another more than {limits.GRAPH_DEPTH} deep "
                "(pyio.limits.GRAPH_DEPTH)"
            )
        function = self.source.library.function(name)
        if len(values) != len(function.inputs):
            raise InvalidModelError(
                f"the function {name!r:.120} takes {len(function.inputs)} arguments and is called "
                f"with {len(values)}"
            )
        arguments = {each.name: value for each, value in zip(function.inputs, values, strict=True)}
        return Scope(function.nodes, scope.out, arguments, prefix, scope.suffix, calling)

    def fresh(self, name: str) -> str:
        """Return `name`, or a variation that no node has yet, and reserve it.

        A colon would be taken for an output, and a leading ``^`` for a control input.
        """
        name = name.replace(":", "_").lstrip("^") or "node"
        result, count = name, 0
        while result in self._taken:
            count += 1
            result = f"{name}_{count}"
        self._taken.add(result)
        return result

    def put(
        self,
        scope: Scope,
        op: str,
        inputs: Sequence[Ref],
        name: str,
        attr: Attributes | None = None,
        controls: Sequence[str] = (),
    ) -> Ref:
        """Add a node whose name is reserved, and return its first output."""
        self._count_one()
        if scope.pivot is not None and not controls and op != "Const":
            # What needs constants alone would run once, and not in each iteration.
            constant = all(each.name in self.weights for each in inputs)
            controls = (scope.pivot,) if constant else ()
        scope.out[name] = Node(name, op, list(inputs), list(controls), dict(attr or {}))
        return Ref(name)

    def constant(self, scope: Scope, name: str, value: ArrayLike) -> Ref:
        """Add a Const, and return its output."""
        array = at_run_time(np.asarray(value))
        name = self.fresh(name)
        ref = self.put(scope, "Const", (), name, constant_attributes(array))
        self.weights[name] = array
        return ref

    def read(self, scope: Scope, variable: Variable) -> Ref:
        """Return the value of a variable, as one Const for each graph."""
        name = f"{variable.name}/value{scope.suffix}"
        if name in self.weights and name in scope.out:
            ref = Ref(name)
        else:
            ref = self.constant(scope, name, self._value(variable.name))
        for condition, side in variable.guards:
            guarded = self.fresh(f"{name}/guard")
            ref = self.put(scope, "Switch", (ref, condition), guarded, typed(FLOAT))
            ref = Ref(ref.name, side)
        return ref

    def _count_one(self) -> None:
        self._count += 1
        if self._count > limits.GRAPH_NODES:
            raise InvalidModelError(
                f"the flat graph has more than {limits.GRAPH_NODES:,} nodes "
                "(pyio.limits.GRAPH_NODES)"
            )

    def _value(self, name: str) -> NDArray[Any]:
        source = self.source
        if name in source.variables:
            return source.variables[name]
        for node in source.nodes.values():
            if node.op == "AssignVariableOp" and node.inputs and node.inputs[0].name == name:
                given = source.nodes.get(node.inputs[1].name) if len(node.inputs) > 1 else None
                if given is not None and given.name in source.assets:
                    return np.array(given.name.encode(), object)
        if source.without is not None:
            raise InvalidModelError(
                f"the file {source.without!r:.120} with the variables is missing; a SavedModel is "
                "the whole directory"
            )
        raise InvalidModelError(f"no value is stored for the variable {name!r:.120}")


def typed(number: int, /, **others: Any) -> Attributes:
    """Return the attribute T, and others."""
    return {"T": {"type": number}, **others}


def text_attr(text: str) -> dict[str, Any]:
    """Return an attribute that is a text."""
    return {"s": text.encode()}


def int_attr(value: int) -> dict[str, Any]:
    """Return an attribute that is a whole number."""
    return {"i": value}


INT_TYPE = {"type": INT32}
"""The attribute of an index type."""


def require_ref(value: Value, what: str) -> Ref:
    """Return a reference. Raises InvalidModelError for a variable."""
    if isinstance(value, Variable):
        raise InvalidModelError(
            f"{what} needs the variable {value.name!r:.120} itself, not its value"
        )
    return value
