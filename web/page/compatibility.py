"""Which programs open a model, and why one does not. No browser."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyio
from pyio.converters.writers import writer_of

if TYPE_CHECKING:
    from web.page.sight import AnyModel

LARGEST = 100_000_000
"""Bytes of weights up to which the answer is tried: trying makes a copy."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a program opens a model: True, False, or None where it was not tried."""

    program: str
    opens: bool | None
    why: str


def verdicts(
    artifacts: pyio.ModelArtifacts, found: pyio.Inspection, model: AnyModel | None
) -> list[Verdict]:
    """Return what TensorFlow.js and Keras would do with the model as it is kept here."""
    if (artifacts.weight_data_bytes or 0) > LARGEST:
        return [
            Verdict(name, None, "not tried, because it is large")
            for name in ("TensorFlow.js 4.22", "Keras 3")
        ]
    return [_tfjs(artifacts, found, model), _keras(artifacts, found, model)]


def _tfjs(
    artifacts: pyio.ModelArtifacts, found: pyio.Inspection, model: AnyModel | None
) -> Verdict:
    name = "TensorFlow.js 4.22"
    if not found.layers:
        return Verdict(name, False, "it has arrays and no model")
    if found.ops:
        if found.lacking_in_tfjs:
            return Verdict(name, False, f"it lacks the ops {', '.join(found.lacking_in_tfjs)}")
        return Verdict(name, True, "with tf.loadGraphModel, from where you keep it")
    if not isinstance(model, pyio.LayersModel):
        return Verdict(name, None, "its layers are not all known here")
    problems = [note for note in artifacts.import_notes if note.startswith("TensorFlow.js")]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pyio.model_to_artifacts(model)
    problems += [str(warning.message).partition(": ")[2] for warning in _compatibility(caught)]
    if problems:
        return Verdict(name, False, "; ".join(problems))
    return Verdict(name, True, "with tf.loadLayersModel, from where you keep it")


def _keras(
    artifacts: pyio.ModelArtifacts, found: pyio.Inspection, model: AnyModel | None
) -> Verdict:
    name = "Keras 3"
    if not found.layers:
        return Verdict(name, False, "it has arrays and no model")
    if found.ops:
        return Verdict(name, False, "it opens models of layers, and this is a graph of ops")
    writer = writer_of("keras")
    if model is None or writer is None:
        return Verdict(name, None, "its layers are not all known here")
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            writer.pieces(artifacts)
    except pyio.PyioError as error:
        return Verdict(name, False, str(error))
    left_out = "".join(f"; {warning.message}" for warning in _compatibility(caught))
    return Verdict(name, True, f"as a .keras file, which you can download here{left_out}")


def _compatibility(caught: list[warnings.WarningMessage]) -> list[warnings.WarningMessage]:
    return [each for each in caught if issubclass(each.category, pyio.CompatibilityWarning)]
