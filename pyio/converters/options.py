"""Options of importing that choose something, and an error where there is nothing to choose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.errors import UnsupportedModelError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

CHOICES = ("signature", "tags", "outputs", "quantization")
"""Options that decide what a model is. The others only leave steps out."""

TFJS = "a model of TensorFlow.js"


def require_no_choice(options: Mapping[str, Any], what: str, takes: Collection[str] = ()) -> None:
    """Raise UnsupportedModelError for a choice that a kind of files does not have.

    Args:
        options: The options that were given; None stands for no choice.
        what: The kind of files, in words.
        takes: The choices that it has.
    """
    given = [name for name in CHOICES if options.get(name) is not None and name not in takes]
    if given:
        listed = ", ".join(f"{name}={options[name]!r:.60}" for name in given)
        raise UnsupportedModelError(
            f"this is {what}, in which {listed} cannot be chosen; leave it out"
        )
