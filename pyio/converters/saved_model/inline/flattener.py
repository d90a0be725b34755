"""Writes a graph with calls, variables and functions as one flat graph.

It starts from the wanted outputs and goes back, so that saving, restoring and training are not
even looked at. Every value is a reference or a variable; a variable that is read becomes a Const.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from pyio.converters.saved_model.graph import Node, Ref, function_name
from pyio.converters.saved_model.inline.functions import functional
from pyio.converters.saved_model.inline.order import needed_order
from pyio.converters.saved_model.inline.rewrites import RENAMED, rewritten
from pyio.converters.saved_model.inline.scope import (
    INT_TYPE,
    Inliner,
    Scope,
    Value,
    Variable,
    int_attr,
    require_ref,
    typed,
)
from pyio.converters.saved_model.inline.writer import Writer
from pyio.converters.saved_model.inline.writes import require_unwritten
from pyio.converters.saved_model.tensors import BOOL, FLOAT, tensor_value
from pyio.errors import InvalidModelError

if TYPE_CHECKING:
    from pyio.converters.saved_model.protobuf import Message

FRAMES = frozenset(("Switch", "RefSwitch", "Merge", "RefMerge", "Enter", "RefEnter"))
_TABLES_TEXT = """
HashTable HashTableV2 MutableHashTable MutableHashTableV2 MutableDenseHashTable
MutableDenseHashTableV2 AnonymousHashTable AnonymousMutableHashTable
AnonymousMutableDenseHashTable
"""
TABLES = frozenset(_TABLES_TEXT.split())
_FUNCTIONAL = frozenset(("If", "StatelessIf", "While", "StatelessWhile", "Case", "StatelessCase"))
_VARIABLE_PASSES = frozenset(
    ["Identity", "Enter", "RefEnter", "NextIteration", "RefNextIteration", "Exit", "RefExit"]
)
_SWITCHES = frozenset(("Switch", "RefSwitch"))
_Handler: TypeAlias = Callable[["Flattener", Scope, Node], "list[Value] | None"]


class Flattener(Inliner):
    """Flattens a source; `convert.py` has the steps."""

    def flatten(self, scope: Scope, wanted: Sequence[Ref]) -> list[Value]:
        """Write what `wanted` depends on, and return the values of `wanted`."""
        scope.ordered = scope.ordered or any(n.op in FRAMES for n in scope.nodes.values())
        order = needed_order(scope, wanted)
        require_unwritten(self, scope, order)
        for name in order:
            new = scope.prefix + name
            # The names of constants have a suffix, and are reserved with it.
            scope.names[name] = new if scope.nodes[name].op == "Const" else self.fresh(new)
        late = []
        for name in order:
            node = scope.nodes[name]
            values = self._special(scope, node)
            if values is None:
                late.append(node)  # an input may come from a node further on, in a loop
            else:
                scope.values[name] = values
        for node in late:
            self._plain(scope, node)
        return [self.value(scope, ref) for ref in wanted]

    def value(self, scope: Scope, ref: Ref) -> Value:
        """Return what a reference within a scope is in the flat graph."""
        if ref.name in scope.arguments:
            return scope.arguments[ref.name]
        if ref.name in scope.values:
            values = scope.values[ref.name]
            if ref.output >= len(values):
                raise InvalidModelError(f"{ref.name!r:.120} has no output {ref.output}")
            return values[ref.output]
        if ref.name not in scope.names:
            raise InvalidModelError(f"the node {ref.name!r:.120} is referred to and missing")
        return Ref(scope.names[ref.name], ref.output)

    def ref(self, scope: Scope, ref: Ref, node: Node) -> Ref:
        """Return the same, where a variable would be an error."""
        return require_ref(self.value(scope, ref), f"{node.op} {node.name!r:.120}")

    def _special(self, scope: Scope, node: Node) -> list[Value] | None:
        """Return the values of a node that is not just copied, or None."""
        handler = _HANDLERS.get(node.op)
        if handler is not None:
            return handler(self, scope, node)
        if node.op in TABLES:
            return [self._table(scope, node)]
        if node.op in _FUNCTIONAL:
            values = [self.value(scope, each) for each in node.inputs]
            return functional(self, scope, node, values)
        if node.op in _VARIABLE_PASSES and node.inputs and node.inputs[0].name in scope.values:
            value = self.value(scope, node.inputs[0])
            return [value] if isinstance(value, Variable) else None
        if node.op in _VARIABLE_PASSES and node.inputs and node.inputs[0].name in scope.arguments:
            value = scope.arguments[node.inputs[0].name]
            return [value] if isinstance(value, Variable) else None
        return None

    def _plain(self, scope: Scope, node: Node) -> None:
        """Copy a node, or write it with ops that TensorFlow.js has."""
        values = [self.value(scope, each) for each in node.inputs]
        name = scope.names[node.name]
        if any(isinstance(each, Variable) for each in values):
            self.unknown.setdefault(node.op, node.name)
            return
        refs = [each for each in values if isinstance(each, Ref)]
        if rewritten(Writer(self, scope, node, name), refs) is not None:
            return
        controls = self._controls(scope, node) if scope.ordered and not node.inputs else []
        self.put(scope, RENAMED.get(node.op, node.op), refs, name, node.attr, controls)

    def _controls(self, scope: Scope, node: Node) -> list[str]:
        """Return the control inputs of a node that still are nodes.

        That a Switch has run means that its condition has. TensorFlow.js would wait for the first
        output of the Switch instead, which may never come.
        """
        found: dict[str, None] = {}
        for each in node.controls:
            target = scope.nodes.get(each)
            switch = target is not None and target.op in _SWITCHES and len(target.inputs) == 2
            name = target.inputs[1].name if target is not None and switch else each
            known = name in scope.names or name in scope.arguments
            if known and scope.values.get(name) != []:
                value = self.value(scope, Ref(name))
                if isinstance(value, Ref):
                    found[value.name] = None
        return list(found)

    def _table(self, scope: Scope, node: Node) -> Ref:
        """A table, which has the same name here and in the graph that fills it."""
        attr = {k: v for k, v in node.attr.items() if k in ("key_dtype", "value_dtype")}
        ref = self.put(scope, "HashTableV2", (), scope.names[node.name], attr)
        if scope.is_main:
            self.tables[node.name] = ref.name
        return ref

    def call(self, scope: Scope, node: Node) -> list[Value]:
        """Put the body of a function in the place of its call."""
        name = function_name(node, "f")
        values = [self.value(scope, each) for each in node.inputs]
        inner = self.inner(scope, name, values, scope.names[node.name] + "/")
        inner.ordered, inner.pivot = False, scope.pivot
        results = self.flatten(inner, self.source.library.function(name).results)
        controls = self._controls(scope, node) if scope.ordered else []
        if not controls or any(isinstance(each, Ref) for each in values):
            return results
        return [self._alive(scope, each, controls) for each in results]

    def _alive(self, scope: Scope, value: Value, controls: list[str]) -> Value:
        """Return a value that is dead where the nodes in `controls` are."""
        if isinstance(value, Variable):
            return value
        name = self.fresh(f"{value.name}/live")
        return self.put(scope, "Identity", (value,), name, typed(FLOAT), controls)

    def read_variable(self, scope: Scope, node: Node) -> list[Value]:
        """The value of a variable."""
        value = self.value(scope, _first(node))
        if not isinstance(value, Variable):
            raise InvalidModelError(f"{node.op} {node.name!r:.120} reads something else")
        return [self.read(scope, value)]

    def gather(self, scope: Scope, node: Node) -> list[Value]:
        """Rows of a variable: ResourceGather is GatherV2 of what is stored."""
        table = self.read_variable(scope, node)[0]
        indices = self.ref(scope, node.inputs[1], node)
        batch = node.attr.get("batch_dims", int_attr(0))
        name = scope.names[node.name]
        axis = self.constant(scope, f"{name}/axis{scope.suffix}", np.int32(batch.get("i", 0)))
        attr: Message = {
            "batch_dims": batch,
            "Tparams": node.attr.get("dtype", {"type": FLOAT}),
            "Tindices": node.attr.get("Tindices", INT_TYPE),
            "Taxis": INT_TYPE,
        }
        inputs = (require_ref(table, node.op), indices, axis)
        return [self.put(scope, "GatherV2", inputs, name, attr)]

    def gather_nd(self, scope: Scope, node: Node) -> list[Value]:
        """Elements of a variable: ResourceGatherNd is GatherNd of what is stored."""
        table = require_ref(self.read_variable(scope, node)[0], node.op)
        indices = self.ref(scope, node.inputs[1], node)
        attr = {
            "Tparams": node.attr.get("dtype", {"type": FLOAT}),
            "Tindices": node.attr.get("Tindices", INT_TYPE),
        }
        return [self.put(scope, "GatherNd", (table, indices), scope.names[node.name], attr)]

    def shape_of_variable(self, scope: Scope, node: Node) -> list[Value]:
        """The shape of what is stored."""
        value = require_ref(self.read_variable(scope, node)[0], node.op)
        shape = np.array(self.weights[value.name].shape, np.int32)
        return [self.constant(scope, scope.names[node.name] + scope.suffix, shape)]

    def is_initialized(self, scope: Scope, node: Node) -> list[Value]:
        """True: a constant always has a value."""
        return [self.constant(scope, scope.names[node.name] + scope.suffix, np.bool_(True))]

    def old_variable(self, scope: Scope, node: Node) -> list[Value]:
        """A variable of TF 1, whose output is its value."""
        return [self.read(scope, Variable(node.name))]

    def const(self, scope: Scope, node: Node) -> list[Value]:
        """A constant, whose content goes to the weights."""
        if scope.is_main and node.name in self.source.assets:
            value = np.array(node.name.encode(), object)
        else:
            tensor = node.attr.get("value", {}).get("tensor")
            if tensor is None:
                raise InvalidModelError(f"the Const {node.name!r:.120} has no value")
            value = tensor_value(tensor, f"the Const {node.name!r:.120}")
        ref = self.constant(scope, scope.names[node.name] + scope.suffix, value)
        controls = self._controls(scope, node) if scope.ordered else []
        # TensorFlow.js takes every Const to be live; a node behind it waits for the control input.
        return [self._alive(scope, ref, controls) if controls else ref]

    def asset(self, scope: Scope, node: Node) -> list[Value] | None:
        """A placeholder for the path of an asset; the name of the node stands for the path."""
        if not (scope.is_main and node.name in self.source.assets):
            return None
        text = np.array(node.name.encode(), object)
        return [self.constant(scope, f"{scope.names[node.name]}/asset", text)]

    def identities(self, scope: Scope, node: Node) -> list[Value]:
        """Values that are passed on together are connected directly."""
        return [self.value(scope, each) for each in node.inputs]

    def assertion(self, scope: Scope, node: Node) -> list[Value]:
        """An Assert is only there because others wait for it; its condition stands for it."""
        condition = self.ref(scope, _first(node), node)
        return [self.put(scope, "Identity", (condition,), scope.names[node.name], typed(BOOL))]

    def switch(self, scope: Scope, node: Node) -> list[Value] | None:
        """A variable that a Switch passes on to one of its sides; values are left to the graph."""
        source = _first(node).name
        if source not in scope.values and source not in scope.arguments:
            return None
        value = self.value(scope, _first(node))
        if not isinstance(value, Variable) or len(node.inputs) != 2:
            return None
        condition = self.ref(scope, node.inputs[1], node)
        return [Variable(value.name, (*value.guards, (condition, side))) for side in (0, 1)]

    def variable(self, scope: Scope, node: Node) -> list[Value]:
        """A variable, which is a node of the main graph even if a function names it again."""
        shared = bytes(node.attr.get("shared_name", {}).get("s", b"")).decode(errors="replace")
        if scope.is_main or node.name in self.source.nodes:
            return [Variable(node.name)]
        return [Variable(shared or node.name)]


_HANDLERS: dict[str, _Handler] = {
    "PartitionedCall": Flattener.call,
    "StatefulPartitionedCall": Flattener.call,
    "VarHandleOp": Flattener.variable,
    "ReadVariableOp": Flattener.read_variable,
    "ResourceGather": Flattener.gather,
    "ResourceGatherNd": Flattener.gather_nd,
    "VariableShape": Flattener.shape_of_variable,
    "VarIsInitializedOp": Flattener.is_initialized,
    "VariableV2": Flattener.old_variable,
    "Variable": Flattener.old_variable,
    "Const": Flattener.const,
    "Placeholder": Flattener.asset,
    "IdentityN": Flattener.identities,
    "Assert": Flattener.assertion,
    "Switch": Flattener.switch,
    "RefSwitch": Flattener.switch,
}


def _first(node: Node) -> Ref:
    if not node.inputs:
        raise InvalidModelError(f"{node.op} {node.name!r:.120} has no input")
    return node.inputs[0]
