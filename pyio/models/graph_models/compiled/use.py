"""Where the results of a graph model come from: a program for the kernel, or NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio import limits
from pyio.kernel import library
from pyio.models.graph_models.run import Run
from pyio.models.plans.constants import Unplanned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyio.models.graph_models.compiled.program import Program
    from pyio.models.graph_models.nodes import Graph, Reference
    from pyio.models.graph_models.run import State

KEPT = 4
"""The programs of a model that are kept: as many shapes of inputs. The oldest goes first."""


def results(
    state: State,
    graph: Graph,
    fed: Mapping[Reference, Any],
    wanted: Sequence[Reference],
    count: int,
) -> list[Any]:
    """Return the values of `wanted`. Raises PyioError as `Run.graph` does.

    The first run with inputs of some shapes is NumPy's, which shows the shapes of all values. A
    program is made then, and computes from the second run on.

    Args:
        state: What the graphs of the model share.
        graph: The graph.
        fed: What is given.
        wanted: What is asked for.
        count: The number of examples.
    """
    kernel = library.kernel()
    plan = state.plan(graph, tuple(fed), tuple(wanted))
    arrays = list(fed.values())
    if kernel is None or plan.guarded or not all(isinstance(x, np.ndarray) for x in arrays):
        return Run(state, count).graph(graph, fed, wanted)
    shapes = tuple([(x.shape, x.dtype.str) for x in arrays])
    key = tuple(fed), tuple(wanted), shapes
    program, work = state.programs.get(key, (None, None))
    affordable = work is not None and work <= limits.PREDICT_WORK * max(count, 1)
    if program is not None and affordable and not state.busy:
        state.busy = True
        try:
            found: list[Any] | None = program.run(Run(state, count), arrays)
        finally:
            state.busy = False
        if found is not None:
            return found
        state.programs[key] = None, work
    if work is not None:
        return Run(state, count).graph(graph, fed, wanted)
    return _first(state, graph, fed, wanted, count, key)


def _first(
    state: State,
    graph: Graph,
    fed: Mapping[Reference, Any],
    wanted: Sequence[Reference],
    count: int,
    key: Any,
) -> list[Any]:
    """Return the values of `wanted` by NumPy, and make the program for the next time."""
    from pyio.models.graph_models.compiled.program import Program
    from pyio.models.graph_models.compiled.recording import Recorder

    kernel = library.kernel()
    assert kernel is not None
    plan = state.plan(graph, tuple(fed), tuple(wanted))
    run = Recorder(state, count)
    run.given = plan.fed
    values = run.graph(graph, fed, wanted)
    program: Program | None = None
    try:
        program = Program(plan, run.notes or [], list(fed.values()), kernel)
    except (Unplanned, MemoryError, KeyError, ValueError, IndexError):
        program = None
    while len(state.programs) >= KEPT:
        del state.programs[next(iter(state.programs))]
    state.programs[key] = program, run.work
    return values
