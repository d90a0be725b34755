"""Fourier transforms of the last side."""

from __future__ import annotations

import numpy as np

from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import COMPLEX, FLOAT, Array, whole


@op("FFT")
def fft(x: Array) -> Array:
    """The transform of complex numbers."""
    return np.fft.fft(x).astype(COMPLEX)


@op("IFFT")
def ifft(x: Array) -> Array:
    """The transform back."""
    return np.fft.ifft(x).astype(COMPLEX)


@op("RFFT")
def rfft(x: Array, length: Array) -> Array:
    """The transform of the first real numbers; the half that repeats is left out."""
    count = _length(length)
    if x.shape[-1] < count:
        raise ValueError(f"{x.shape[-1]} numbers are fewer than fft_length {count}")
    return np.fft.rfft(x[..., :count]).astype(COMPLEX)


@op("IRFFT")
def irfft(x: Array, length: Array) -> Array:
    """The transform back to real numbers, of which there are `length`."""
    count = _length(length)
    if x.shape[-1] < count // 2 + 1:
        raise ValueError(f"{x.shape[-1]} numbers are fewer than fft_length {count} needs")
    return np.fft.irfft(x[..., : count // 2 + 1], count).astype(FLOAT)


def _length(length: Array) -> int:
    count = whole(length)
    if count < 1:
        raise ValueError(f"fft_length is {count}")
    return count
