"""Characters of texts as numbers and back, and bytes as text. UTF-8 is read and written."""

from __future__ import annotations

import base64
import itertools
from typing import Any

import numpy as np

from pyio.models.graph_models.attributes import flag, text, whole
from pyio.models.graph_models.ops.table import op
from pyio.models.graph_models.values import INT, Array, as_text, sized, text_array, wholes

_REPLACEMENT = 0xFFFD

_DECODING: dict[str, Any] = {
    "encoding": text("UTF-8", "input_encoding"),
    "errors": text("replace"),
    "replacement": whole(_REPLACEMENT, "replacement_char"),
    "controls": flag(False, "replace_control_characters"),
}


def _characters(
    data: bytes, encoding: str, errors: str, replacement: int, controls: bool
) -> list[tuple[int, int]]:
    """Return the characters of a text with the bytes at which they begin."""
    if encoding != "UTF-8":
        raise ValueError(f"the encoding is {encoding!r}; UTF-8 is read")
    found: list[tuple[int, int]] = []
    place = 0
    # Bytes that are not UTF-8 come through as single surrogates.
    for character in data.decode("utf-8", "surrogateescape"):
        number, start = ord(character), place
        place += (
            1 if 0xDC80 <= number <= 0xDCFF else len(character.encode("utf-8", "surrogatepass"))
        )
        if 0xDC80 <= number <= 0xDCFF:
            if errors == "strict":
                raise ValueError(f"{data!r:.60} is not UTF-8")
            if errors == "replace":
                found.append((replacement, start))
        else:
            hidden = controls and number < 0x20
            found.append((replacement if hidden else number, start))
    return found


@op("UnicodeDecode", **_DECODING)
def unicode_decode(
    x: Array, *, encoding: str, errors: str, replacement: int, controls: bool
) -> tuple[Array, Array]:
    """Where the characters of each text end, and all characters."""
    splits, characters, _ = unicode_decode_with_offsets(
        x, encoding=encoding, errors=errors, replacement=replacement, controls=controls
    )
    return splits, characters


@op("UnicodeDecodeWithOffsets", **_DECODING)
def unicode_decode_with_offsets(
    x: Array, *, encoding: str, errors: str, replacement: int, controls: bool
) -> tuple[Array, Array, Array]:
    """The same, and the bytes at which characters begin in their text."""
    rows = [
        _characters(as_text(each), encoding, errors, replacement, controls)
        for each in x.reshape(-1).tolist()
    ]
    splits = np.array([0, *itertools.accumulate(map(len, rows))], INT)
    pairs = np.array([pair for row in rows for pair in row], INT).reshape(-1, 2)
    return splits, pairs[:, 0], pairs[:, 1]


@op(
    "UnicodeEncode",
    encoding=text("UTF-8", "output_encoding"),
    errors=text("replace"),
    replacement=whole(_REPLACEMENT, "replacement_char"),
)
def unicode_encode(
    characters: Array, splits: Array, *, encoding: str, errors: str, replacement: int
) -> Array:
    """Texts of characters, which end at the splits."""
    if encoding != "UTF-8":
        raise ValueError(f"the encoding is {encoding!r}; UTF-8 is written")
    ends = wholes(splits)
    sized([len(ends)])
    written = [_written(each, errors, replacement) for each in wholes(characters)]
    rows = [b"".join(written[start:end]) for start, end in itertools.pairwise(ends)]
    return text_array(rows)


@op("UnicodeTranscode", output=text("UTF-8", "output_encoding"), **_DECODING)
def unicode_transcode(
    x: Array, *, output: str, encoding: str, errors: str, replacement: int, controls: bool
) -> Array:
    """Texts without what is not UTF-8."""
    if output != "UTF-8":
        raise ValueError(f"the encoding is {output!r}; UTF-8 is written")
    rows = [
        _characters(as_text(each), encoding, errors, replacement, controls)
        for each in x.reshape(-1).tolist()
    ]
    written = ["".join(chr(number) for number, _ in row).encode() for row in rows]
    return text_array(written, x.shape)


@op("EncodeBase64", padded=flag(False, "pad"))
def encode_base64(x: Array, *, padded: bool) -> Array:
    """Bytes as text, with the letters that addresses may have."""
    found = [base64.urlsafe_b64encode(as_text(each)) for each in x.reshape(-1).tolist()]
    return text_array(found if padded else [each.rstrip(b"=") for each in found], x.shape)


@op("DecodeBase64")
def decode_base64(x: Array) -> Array:
    """The bytes of such text."""
    found = []
    for each in map(as_text, x.reshape(-1).tolist()):
        plain = each.translate(bytes.maketrans(b"-_", b"+/"))
        found.append(base64.b64decode(plain + b"=" * (-len(plain) % 4), validate=True))
    return text_array(found, x.shape)


def _written(number: int, errors: str, replacement: int) -> bytes:
    if not 0 <= number < 0x110000 or 0xD800 <= number <= 0xDFFF:
        if errors == "strict":
            raise ValueError(f"{number} is no character")
        return b"" if errors == "ignore" else chr(replacement).encode()
    return chr(number).encode()
