"""Followed: the base class of what stands for an array while training follows a computation.

Products and convolutions are not NumPy's, so NumPy cannot hand them over to such an object. They
look once at what they are given, and leave a followed operand to its own `kernels`.
"""

from __future__ import annotations

from typing import Any, ClassVar


class Followed:
    """Stands for an array. Predictions have none of these, and training modules define them."""

    __slots__ = ()

    kernels: ClassVar[Any]
    """The module with the functions of `pyio.models.ops.kernels` that also note gradients."""
