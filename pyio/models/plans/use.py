"""Where a model gets its predictions: from a plan if there is one, and from NumPy otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pyio import limits
from pyio.errors import PyioError
from pyio.kernel import library
from pyio.models.core.phase import training_phase
from pyio.models.plans.constants import Constants, Unplanned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pyio.models.core.graph import Graph
    from pyio.models.plans.plan import Plan

    Array = NDArray[Any]

KEPT = 8
"""The plans of a model that are kept: as many shapes of inputs. The oldest goes first."""


class Plans:
    """The plans of a model, by the shapes of the inputs; None where there is no plan.

    Attributes:
        known: All of them.
        ready: Those for a single array that `predict` has taken as it was.
    """

    def __init__(self, constants: Constants) -> None:
        self.constants = constants
        self.known: dict[Any, Plan | None] = {}
        self.ready: dict[Any, Plan] = {}
        self.busy = False

    def again(self, x: Any, batch_size: Any) -> list[Array] | None:
        """Return the outputs for `x`, or None unless an array like it has been predicted before.

        Small models take less time than the checks of their inputs, which only look at shapes and
        dtypes here. So they are not repeated.
        """
        if type(x) is not np.ndarray or type(batch_size) is not int:
            return None
        plan = self.ready.get((x.shape, x.dtype, limits.PREDICT_WORK))
        if plan is None or len(x) > batch_size:
            return None
        return self.run(plan, (x,))

    def note(self, x: Any, arrays: Sequence[Array]) -> None:
        """Remember a prediction of `arrays` in one batch, where they are `x` and nothing else."""
        if len(arrays) == 1 and arrays[0] is x:
            plan = self.known.get(_key(arrays))
            if plan is not None:
                self.ready[x.shape, x.dtype, limits.PREDICT_WORK] = plan

    def run(self, plan: Plan, arrays: Sequence[Array]) -> list[Array] | None:
        """Return the outputs of `plan`, or None where NumPy has to compute them."""
        if self.busy or training_phase() is not None or library.kernel() is None:
            return None
        self.busy = True
        try:
            return plan.run(arrays)
        except (Unplanned, MemoryError):
            return None
        finally:
            self.busy = False


def planned(graph: Graph, arrays: Sequence[Array]) -> list[Array] | None:
    """Return the outputs of a model for `arrays`, or None where NumPy has to compute them.

    That is so without the kernel, in training, and for models that keep a state. It is so for
    weights that are not finite, where the kernel knows no layer, and for what ends in an error.
    """
    kernel = library.kernel()
    if kernel is None or training_phase() is not None:
        return None
    plans: Plans | None = graph.plans
    if plans is None:
        plans = graph.plans = Plans(Constants(kernel))
    if plans.busy:  # a layer of the model has asked the model itself
        return None
    plans.busy = True
    try:
        plan = _plan(plans, graph, arrays)
    finally:
        plans.busy = False
    return None if plan is None else plans.run(plan, arrays)


def _plan(plans: Plans, graph: Graph, arrays: Sequence[Array]) -> Plan | None:
    """Return the plan for inputs like `arrays`, made when it is first asked for."""
    key = _key(arrays)
    if key in plans.known:
        return plans.known[key]
    from pyio.models.plans.plan import Plan  # with all that makes plans

    try:
        made: Plan | None = Plan(graph, arrays, plans.constants)
    except (Unplanned, PyioError, MemoryError):
        made = None
    while len(plans.known) >= KEPT:
        del plans.known[next(iter(plans.known))]
        plans.ready.clear()
    plans.known[key] = made
    return made


def _key(arrays: Sequence[Array]) -> Any:
    return tuple([(array.shape, array.dtype.char) for array in arrays])
