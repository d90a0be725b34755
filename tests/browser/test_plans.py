"""Plans in real pages: the compiled kernel gives NumPy's numbers in each engine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.models import plan_cases

if TYPE_CHECKING:
    from tests.support.tabs import Tab

pytestmark = pytest.mark.skipif(
    os.environ.get("PYIO_KERNEL") == "0", reason="the kernel is switched off by PYIO_KERNEL=0"
)


def test_every_case(tab: Tab) -> None:
    """Each kind of layer gives NumPy's numbers, and what the kernel knows is computed by it."""
    assert tab.python_module(plan_cases, "differences") == {}


def test_single_operations(tab: Tab) -> None:
    """Large products and convolutions outside of plans are computed by the kernel as well."""
    assert tab.python_module(plan_cases, "single_differences") == {}


@pytest.mark.repetition("what `test_every_case` has in Chromium", further_engines=True)
@pytest.mark.every_engine
def test_every_case_in_each_engine(tab: Tab) -> None:
    """The same in each engine."""
    assert tab.python_module(plan_cases, "differences") == {}


async def switched_off() -> list[Any]:
    import os

    import numpy as np

    import pyio
    from pyio.kernel import library

    model = pyio.Sequential([pyio.layers.Dense(3, input_shape=(4,))])
    found = []
    for value in ("1", "0"):
        os.environ["PYIO_KERNEL"] = value
        library.kernel.cache_clear()
        model.graph.plans = None
        model.predict(np.ones((2, 4)))
        found.append([library.kernel() is not None, model.graph.plans is not None])
    del os.environ["PYIO_KERNEL"]
    library.kernel.cache_clear()
    return found


def test_the_kernel_can_be_switched_off(tab: Tab) -> None:
    """With ``PYIO_KERNEL=0`` in the environment, NumPy computes."""
    assert tab.python(switched_off) == [[True, True], [False, False]]
