"""The operators of arrays that are followed: ``x + y``, ``x @ y``, ``x += y``, ``x > y``."""

from __future__ import annotations

from typing import Any

import numpy as np

from pyio.models.training.tape import UFUNCS, Rule, Traced, replaced


def _give_operators() -> None:
    pairs = {
        "add": np.add,
        "sub": np.subtract,
        "mul": np.multiply,
        "truediv": np.divide,
        "floordiv": np.floor_divide,
        "mod": np.remainder,
        "pow": np.power,
        "matmul": np.matmul,
    }
    for name, ufunc in pairs.items():
        setattr(Traced, f"__{name}__", _operator(ufunc))
        setattr(Traced, f"__r{name}__", _operator(ufunc, swapped=True))
        setattr(Traced, f"__i{name}__", _in_place(ufunc))
    for name, ufunc in {"neg": np.negative, "pos": np.positive, "abs": np.absolute}.items():
        setattr(Traced, f"__{name}__", _unary_operator(ufunc))
    for name, ufunc in {
        "eq": np.equal,
        "ne": np.not_equal,
        "lt": np.less,
        "le": np.less_equal,
        "gt": np.greater,
        "ge": np.greater_equal,
    }.items():
        setattr(Traced, f"__{name}__", _operator(ufunc))
    Traced.__hash__ = object.__hash__  # type: ignore[method-assign]


def _operator(ufunc: Any, swapped: bool = False) -> Rule:
    if swapped:
        return lambda right, left: UFUNCS[ufunc](left, right)
    return lambda left, right: UFUNCS[ufunc](left, right)


def _unary_operator(ufunc: Any) -> Rule:
    return lambda value: UFUNCS[ufunc](value)


def _in_place(ufunc: Any) -> Rule:
    return lambda left, right: replaced(left, UFUNCS[ufunc](left, right))


_give_operators()
