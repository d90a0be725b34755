"""What a file is that should be a model.json or weights and is not, told by how it begins."""

from __future__ import annotations

import re

LOOKED_AT = 512
"""Bytes at the start of a file by which its kind is told."""

_BASE64 = re.compile(rb"[A-Za-z0-9+/]{40,}+[A-Za-z0-9+/\s]*+={0,2}\s*")

_ELSEWHERE = (
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file, such as Keras writes as .h5"),
    (b"PK\x03\x04", "a zip archive, such as a .keras file or a packed model"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x08\x01\x12", "a SavedModel of TensorFlow"),
    (b"\x93NUMPY", "an array of NumPy (.npy)"),
    (b"GGUF", "a GGUF file"),
)
"""Files that may be sound, and that other programs read."""

_ON_THE_WAY = (
    (b"\x1f\x8b", "compressed with gzip"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ", "compressed with xz"),
    (b"version https://git-lfs", "a pointer of git-lfs; `git lfs pull` fetches the file itself"),
)
"""What a download or an upload has made of a file."""


def other_format(start: bytes) -> str | None:
    """Return in words which format of another program begins with `start`, or None."""
    for begin, kind in _ELSEWHERE:
        if start.startswith(begin):
            return kind
    if start[4:8] == b"TFL3":
        return "a TensorFlow Lite model (.tflite)"
    if re.match(rb"\x80[\x02-\x05]", start):
        return "a pickle of Python, which pyio never opens: it can run any code"
    if re.match(rb".{7}\x00\{\"", start, re.DOTALL):
        return "a safetensors file"
    return None


def kind_of(start: bytes) -> str | None:
    """Return in words what a file is that begins with `start`, or None if that is not known."""
    other = other_format(start)
    if other is not None:
        return other
    for begin, kind in _ON_THE_WAY:
        if start.startswith(begin):
            return kind
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "a web page (HTML)"
    if text.startswith(b"<?xml"):
        return "XML, such as the error of a server"
    if _BASE64.fullmatch(start[:LOOKED_AT]):
        return "base64 text"
    return None
