"""How much a model computes for one example, estimated from shapes before it begins.

The unit is one multiplication. What Python does around them is counted as many that take as long.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pyio.errors import ModelInputError, PyioError
from pyio.limits import CALL_WORK
from pyio.models.core.shapes import Shapes, as_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pyio.models.core.graph import Graph
    from pyio.models.core.shapes import Shape


def volume(sides: Sequence[int | None]) -> int:
    """Return the number of elements along `sides`; a side that is not known counts once."""
    return math.prod(1 if side is None else side for side in sides)


def work_of(graph: Graph, shapes: Shapes) -> int:
    """Return the work of all calls of a graph for inputs of `shapes`."""
    key = str(shapes)
    if key not in graph.known_work:
        given = graph.shapes_of(as_list(shapes))
        total = 0
        for node in graph.nodes:
            if node.inputs:
                inputs = [given[id(tensor)] for tensor in node.inputs]
                outputs = [given[id(tensor)] for tensor in node.outputs]
                total += CALL_WORK + node.computes.work(inputs, outputs)
        graph.known_work[key] = total
    return graph.known_work[key]


def check_work(graph: Graph, arrays: Sequence[NDArray[Any]], limit: int, name: str) -> None:
    """Raise ModelInputError if an example of `arrays` takes more work than `limit`."""
    shapes: list[Shape] = [array.shape for array in arrays]
    try:
        work = work_of(graph, shapes)
    except PyioError:
        return  # shapes that do not fit each other; computing says so
    if work > limit:
        raise ModelInputError(
            f"the model {name!r} takes about {work:.1e} multiplications for one example of the "
            f"shape {', '.join(str(list(shape[1:])) for shape in shapes)}; the most is "
            f"{limit:.1e}. If that is meant, set pyio.limits.PREDICT_WORK"
        )
