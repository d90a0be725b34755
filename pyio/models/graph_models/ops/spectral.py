"""Fourier transforms of the last sides."""

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


@op("FFT2D")
def fft_2d(x: Array) -> Array:
    """The transform of the last two sides."""
    return np.fft.fft2(x).astype(COMPLEX)


@op("IFFT2D")
def ifft_2d(x: Array) -> Array:
    """The transform of the last two sides back."""
    return np.fft.ifft2(x).astype(COMPLEX)


@op("FFT3D")
def fft_3d(x: Array) -> Array:
    """The transform of the last three sides."""
    return np.fft.fftn(x, axes=(-3, -2, -1)).astype(COMPLEX)


@op("IFFT3D")
def ifft_3d(x: Array) -> Array:
    """The transform of the last three sides back."""
    return np.fft.ifftn(x, axes=(-3, -2, -1)).astype(COMPLEX)


@op("RFFT2D")
def rfft_2d(x: Array, lengths: Array) -> Array:
    """The transform of the last two sides of real numbers."""
    rows, columns = (_length(each) for each in lengths)
    if x.shape[-2] < rows or x.shape[-1] < columns:
        raise ValueError(f"{list(x.shape[-2:])} numbers are fewer than {[rows, columns]}")
    return np.fft.rfft2(x[..., :rows, :columns]).astype(COMPLEX)


@op("IRFFT2D")
def irfft_2d(x: Array, lengths: Array) -> Array:
    """The transform of the last two sides back to real numbers."""
    rows, columns = (_length(each) for each in lengths)
    half = columns // 2 + 1
    if x.shape[-2] < rows or x.shape[-1] < half:
        raise ValueError(f"{list(x.shape[-2:])} numbers are fewer than {[rows, half]}")
    return np.fft.irfft2(x[..., :rows, :half], (rows, columns)).astype(FLOAT)


def _length(length: Array) -> int:
    count = whole(length)
    if count < 1:
        raise ValueError(f"fft_length is {count}")
    return count
