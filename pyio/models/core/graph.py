"""The graph of a model: symbolic tensors, the calls that connect them, and how they are computed.

The order of the layers is part of the format, because weights are saved in it. It is that of
TensorFlow.js (tfjs-layers ``container.ts``): by decreasing depth, and within a depth in the order
in which a walk from the outputs meets the layers. Nothing recurses, so a deep model is no problem.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from pyio.errors import InvalidModelError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from pyio.models.core.shapes import Shape


class GraphLayer(Protocol):
    """The members of a layer that a graph uses.

    A protocol, because layers make the nodes of the graph and so stand above this module.
    """

    name: str
    class_name: str
    inbound_nodes: list[Node]
    first_node_index: int

    def get_config(self) -> dict[str, Any]:
        """Return the options as JSON."""
        ...

    def compute_output_shape(self, shape: Any) -> Any:
        """Return the shape of the output."""
        ...

    def compute(self, x: Any, mask: Any) -> tuple[Any, Any]:
        """Return the output and its mask."""
        ...

    def work(self, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> int:
        """Return about how many multiplications one example takes."""
        ...

    def called_with(self, given: dict[str, Any]) -> GraphLayer:
        """Return the layer as a call with these arguments computes it."""
        ...


class SymbolicTensor:
    """A tensor before there is data: the call of a layer that outputs it, and its shape.

    Attributes:
        shape: The sides, None for a side that is not known; None as a whole after an unknown layer.
        dtype: "float32", "int32" or "bool".
        layer: The layer that outputs it.
        node_index: The number of the layer's call.
        tensor_index: The number of the output of that call.
    """

    __slots__ = ("dtype", "layer", "node_index", "shape", "tensor_index")

    def __init__(
        self, layer: GraphLayer, node_index: int, tensor_index: int, shape: Shape | None, dtype: str
    ) -> None:
        self.layer = layer
        self.node_index = node_index
        self.tensor_index = tensor_index
        self.shape = shape
        self.dtype = dtype

    @property
    def node(self) -> Node:
        """The call that outputs this tensor."""
        return self.layer.inbound_nodes[self.node_index]

    def __repr__(self) -> str:
        return f"<tensor {self.tensor_index} of {self.layer.name!r}, shape {self.shape}>"


class Node:
    """One call of a layer: its input tensors and its output tensors."""

    __slots__ = ("index", "inputs", "kwargs", "layer", "outputs")

    def __init__(
        self,
        layer: GraphLayer,
        inputs: Sequence[SymbolicTensor],
        outputs: Sequence[SymbolicTensor],
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        self.layer = layer
        self.index = len(layer.inbound_nodes)
        self.inputs = list(inputs)
        self.outputs = list(outputs)
        self.kwargs = kwargs or {}
        layer.inbound_nodes.append(self)

    @property
    def computes(self) -> GraphLayer:
        """The layer as this call computes it."""
        return self.layer.called_with(self.kwargs) if self.kwargs else self.layer


class Graph:
    """All calls between the inputs and the outputs of a model.

    Attributes:
        inputs: The input tensors.
        outputs: The output tensors.
        nodes: The calls, each after those it depends on.
        layers: The layers in TensorFlow.js's order.
        known_work: What was found out about how much it computes, by the shapes of the inputs.
        affordable: The shapes of inputs that were looked at and are not too much work.
        plans: What was compiled of it for the kernel; see `pyio.models.plans`.

    Raises InvalidModelError for outputs that do not depend on the inputs alone, and for layers of
    the same name.
    """

    def __init__(self, inputs: Sequence[SymbolicTensor], outputs: Sequence[SymbolicTensor]) -> None:
        self.inputs = list(inputs)
        self.outputs = list(outputs)
        self.nodes, met = _walk(self.outputs)
        depths = _layer_depths(self.nodes)
        # An input that nothing uses is listed first among those of depth 0, as Keras does.
        unused = [tensor.node for tensor in self.inputs if tensor.layer not in depths]
        self.nodes += unused
        met = [*(node.layer for node in unused), *met]
        depths |= {node.layer: 0 for node in unused}
        self.layers: list[GraphLayer] = sorted(met, key=lambda layer: -depths[layer])
        _refuse_same_names(self.layers)
        self._refuse_other_sources()
        self._plan = _Plan(self)
        self._known_shapes: dict[str, dict[int, Any]] = {}
        self.known_work: dict[str, int] = {}
        self.affordable: set[Any] = set()
        self.plans: Any = None

    @property
    def calls(self) -> list[Node]:
        """The calls in the order in which they are computed, without those that make the inputs."""
        return self._plan.calls

    def shapes_of(self, shapes: Sequence[Any]) -> dict[int, Any]:
        """Return the shape of every tensor, by its id, for inputs of `shapes`.

        Kept: a model inside models, each of which calls the one before twice, would be asked
        exponentially often.
        """
        key = str(shapes)
        if key not in self._known_shapes:
            found: dict[int, Any] = dict(zip(map(id, self.inputs), shapes, strict=True))
            for node in self.nodes:
                if id(node.outputs[0]) not in found:
                    known = [found[id(tensor)] for tensor in node.inputs]
                    result = node.computes.compute_output_shape(
                        known if len(known) > 1 else known[0]
                    )
                    every = result if isinstance(result, list) else [result]
                    found |= dict(zip(map(id, node.outputs), every, strict=False))
            self._known_shapes[key] = found
        return self._known_shapes[key]

    def run(
        self, arrays: Sequence[NDArray[Any]], masks: Sequence[NDArray[Any] | None]
    ) -> tuple[list[Any], list[Any]]:
        """Return the outputs and their masks for the input `arrays` and their masks."""
        return self._plan.run(arrays, masks)

    def _refuse_other_sources(self) -> None:
        given = {id(tensor) for tensor in self.inputs}
        for node in self.nodes:
            if not node.inputs and not any(id(tensor) in given for tensor in node.outputs):
                raise InvalidModelError(
                    f"the outputs depend on {node.layer.name!r}, which is not among the inputs "
                    "of the model; add it to them"
                )


def _walk(outputs: Sequence[SymbolicTensor]) -> tuple[list[Node], list[GraphLayer]]:
    """Return all calls that `outputs` depend on, and their layers in the order of the walk.

    A walk in depth. A call finishes after everything that it depends on, so the order in which
    calls finish is one in which they can be computed.
    """
    # Dictionaries without values serve as sets that keep their order.
    met: dict[GraphLayer, None] = {}
    finished: dict[Node, None] = {}
    open_nodes: set[Node] = set()
    for output in outputs:
        # The stack replaces recursion: each entry is an open call and those of its inputs that
        # are still to be visited. `node` is the call to visit next, None to go on with the stack.
        stack: list[tuple[Node, Iterator[SymbolicTensor]]] = []
        node: Node | None = output.node
        while node is not None or stack:
            if node is not None and node not in finished:
                if node in open_nodes:  # reached again from what it depends on
                    raise InvalidModelError(f"the layer {node.layer.name!r} is part of a cycle")
                met.setdefault(node.layer)
                open_nodes.add(node)
                stack.append((node, iter(node.inputs)))
            node = None
            if not stack:
                continue
            current, rest = stack[-1]
            following = next(rest, None)
            if following is not None:
                node = following.node
            else:
                stack.pop()
                open_nodes.discard(current)
                finished[current] = None
    return list(finished), list(met)


def _layer_depths(nodes: Sequence[Node]) -> dict[GraphLayer, int]:
    """Return the longest way from each layer to an output, counted in calls."""
    depths: dict[Node, int] = {}
    of_layer: dict[GraphLayer, int] = {}
    # Backwards, so that everything that uses a call has passed on its depth before.
    for node in reversed(nodes):
        # A layer that is called several times is as deep as its deepest call.
        depth = max(depths.get(node, 0), of_layer.get(node.layer, 0))
        depths[node] = of_layer[node.layer] = depth
        for tensor in node.inputs:
            depths[tensor.node] = max(depths.get(tensor.node, 0), depth + 1)
    return of_layer


def _refuse_same_names(layers: Sequence[GraphLayer]) -> None:
    names = [layer.name for layer in layers]
    if len(set(names)) < len(names):
        same = next(name for name in names if names.count(name) > 1)
        raise InvalidModelError(
            f"{names.count(same)} layers of the model are called {same!r}; names must be unique. "
            "A loaded model may have a name that a new layer gets by itself: give that one a name"
        )


def _execution_order(outputs: Sequence[SymbolicTensor], given: set[int]) -> list[Node]:
    """Return the calls in the order in which TensorFlow.js computes them (``executor.ts``).

    Of several inputs of a call, the last one is computed first. That matters for layers that are
    called several times and have a state, such as the moving averages of a normalization.
    """
    done = set(given)
    order: dict[Node, None] = {}
    for output in outputs:
        stack = [output]
        opened: set[int] = set()
        while stack:
            tensor = stack[-1]
            if id(tensor) in done:
                stack.pop()
            elif id(tensor) in opened or not tensor.node.inputs:
                stack.pop()
                done.add(id(tensor))
                order.setdefault(tensor.node)
            else:
                opened.add(id(tensor))
                stack += [each for each in tensor.node.inputs if id(each) not in done]
    return list(order)


class _Plan:
    """The calls of a graph, prepared for computing: each tensor has a place in a list, its slot.

    Made once for a model and used for every batch, so that a step only reads and writes a list.
    """

    def __init__(self, graph: Graph) -> None:
        self._slots: dict[int, int] = {}
        given = {id(tensor) for tensor in graph.inputs}
        self._inputs = [self._slot(tensor) for tensor in graph.inputs]
        self._outputs = [self._slot(tensor) for tensor in graph.outputs]
        # What outputs an input is not computed: its values are given.
        ordered = _execution_order(graph.outputs, given)
        steps = [node for node in ordered if not given & {id(t) for t in node.outputs}]
        # Later calls overwrite earlier ones, so the last call that uses a slot remains. After it
        # the array is released, or a deep model would keep the outputs of all its layers.
        last_use = {self._slot(t): node for node in steps for t in node.inputs}
        kept = set(self._outputs)
        self.calls = steps
        self._steps = []
        for node in steps:
            sources = [self._slot(tensor) for tensor in node.inputs]
            free = {slot for slot in sources if last_use[slot] is node} - kept
            targets = [self._slot(tensor) for tensor in node.outputs]
            self._steps.append((node, sources, targets, sorted(free)))

    def _slot(self, tensor: SymbolicTensor) -> int:
        return self._slots.setdefault(id(tensor), len(self._slots))

    def run(
        self, arrays: Sequence[NDArray[Any]], masks: Sequence[NDArray[Any] | None]
    ) -> tuple[list[Any], list[Any]]:
        """Return the outputs and their masks."""
        values: list[Any] = [None] * len(self._slots)
        known: list[Any] = [None] * len(self._slots)
        for slot, array, mask in zip(self._inputs, arrays, masks, strict=True):
            values[slot], known[slot] = array, mask
        for node, sources, targets, free in self._steps:
            layer = node.computes
            if len(sources) == 1:
                result, mask = layer.compute(values[sources[0]], known[sources[0]])
            else:
                inputs, marks = [values[s] for s in sources], [known[s] for s in sources]
                result, mask = layer.compute(inputs, marks)
            if isinstance(result, list):
                # One mask for several outputs is the mask of the first.
                given_masks = mask if isinstance(mask, list) else [mask] + [None] * len(result)
                for slot, value, out_mask in zip(targets, result, given_masks, strict=False):
                    values[slot], known[slot] = value, out_mask
            else:
                values[targets[0]], known[targets[0]] = result, mask
            for slot in free:
                values[slot] = None
        return [values[s] for s in self._outputs], [known[s] for s in self._outputs]
