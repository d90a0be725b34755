"""Digests that are stored with a model, so that a load detects every change.

With ``checksum=True`` a save adds one member beside those of TensorFlow.js, which skips it: to the
model.json, to ``modelArtifacts`` of an IndexedDB record, to localStorage's ``model_metadata``::

    "pyioChecksum": {"algorithm": "sha256", "description": "9f86…", "weights": "60e0…"}

``weights`` is the SHA-256 of the weight data. ``description`` is the SHA-256 of everything else
that a load returns: topology, weight specs, training config, metadata and the rest, as one JSON
text in JavaScript's layout, however the medium spreads and formats it. A program that knows nothing
of the member drops it when it saves the model again, and then nothing is verified any more.

Weights are digested piece by piece, never joined or copied. In Pyodide that takes 0.3 s of
processor time for 100 MB, once for a save and once for a load.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyio.errors import InvalidModelError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyio.format.json_text import JSONValue

MEMBER = "pyioChecksum"
"""What the member is called."""

_ALGORITHM = "sha256"


def digest_member(description: str, weight_data: Sequence[memoryview]) -> JSONValue:
    """Return the member for a model."""
    return {
        "algorithm": _ALGORITHM,
        "description": _sha256(_encoded(description)),
        "weights": _sha256(weight_data),
    }


def verify(
    fields: Mapping[str, JSONValue], description: str, weight_data: Sequence[memoryview] | None
) -> None:
    """Raise InvalidModelError, with both digests, unless those in `fields` are this model's.

    Without `weight_data` only the description is verified.
    """
    recorded = fields[MEMBER]
    if not isinstance(recorded, Mapping) or recorded.get("algorithm") != _ALGORITHM:
        raise InvalidModelError(
            f"its {MEMBER} is {recorded!r:.120}, which cannot be verified; an object with the "
            f"algorithm {_ALGORITHM!r} is expected"
        )
    _require_doubles(fields)
    _require(recorded, "description", _encoded(description))
    if weight_data is not None:
        _require(recorded, "weights", weight_data)


def recorded_weights(fields: Mapping[str, JSONValue]) -> str | None:
    """Return the digest of the weights in the member, or None without one."""
    recorded = fields.get(MEMBER)
    return str(recorded.get("weights")) if isinstance(recorded, Mapping) else None


def require_recorded(expected: str, weight_data: Sequence[memoryview]) -> None:
    """Raise InvalidModelError unless the weights have the SHA-256 that was stored with them."""
    _require({"weights": expected}, "weights", weight_data)


def require_weights(expected: str, weight_data: Sequence[memoryview] | None) -> None:
    """Raise InvalidModelError unless the weights have the SHA-256 that the caller expects."""
    found = _sha256(weight_data or ())
    if found != expected:
        raise InvalidModelError(
            f"the SHA-256 of its weights is {found}, and sha256= asks for {expected}"
        )


def _require(recorded: Mapping[str, JSONValue], part: str, pieces: Iterable[memoryview]) -> None:
    found, expected = _sha256(pieces), recorded.get(part)
    if found != expected:
        raise InvalidModelError(
            f"the SHA-256 of its {part} is {found} and was saved as {expected!r:.120}: something "
            "has changed since; load another copy, or save the model again"
        )


def _require_doubles(fields: JSONValue) -> None:
    """Refuse numbers that JavaScript reads as Infinity: they are written, and digested, as null."""
    rest = [fields]
    while rest:
        value = rest.pop()
        if isinstance(value, Mapping):
            rest += value.values()
        elif isinstance(value, list):
            rest += value
        elif isinstance(value, int | float) and not abs(value) <= sys.float_info.max:
            raise InvalidModelError("it has a number beyond all doubles, and was saved without one")


def _sha256(pieces: Iterable[memoryview]) -> str:
    import hashlib  # late: it brings OpenSSL along, which few models need

    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def _encoded(text: str) -> tuple[memoryview]:
    return (memoryview(text.encode("utf-8", "surrogatepass")),)
