"""Vocabularies of text layers, which Keras keeps in files of their own or among the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyio.converters.hdf5.datasets import Dataset
from pyio.converters.keras.layers import MODELS, class_of, entries_of, numbered
from pyio.errors import InvalidModelError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyio.converters.keras.saved import Saved

_TABLES = ("TextVectorization", "StringLookup", "IntegerLookup")


def give_vocabularies(saved: Saved) -> None:
    """Write the vocabularies of a ``.keras`` file into the configs of their layers."""
    if saved.entry is not None:
        _give(saved, saved.entry, "")


def _give(saved: Saved, model: Mapping[str, Any], path: str) -> None:
    for entry, part in numbered(entries_of(model)):
        inner = f"{path}layers/{part}"
        name = class_of(entry)
        if name in MODELS:
            _give(saved, entry, f"{inner}/")
        if name in _TABLES and isinstance(entry.get("config"), dict):
            _give_one(saved, entry["config"], name, inner)


def _give_one(saved: Saved, config: dict[str, Any], class_name: str, path: str) -> None:
    tokens = saved.vocabularies.get(path)
    if tokens is not None and config.get("vocabulary") is None:
        if class_name == "IntegerLookup":
            try:
                config["vocabulary"] = [int(token) for token in tokens]
            except ValueError as error:
                raise InvalidModelError(f"the vocabulary of {path!r} has no numbers") from error
        else:
            config["vocabulary"] = list(tokens)
    factors = saved.weights.get(f"{path}/vars/idf_weights")
    if isinstance(factors, Dataset) and config.get("idf_weights") is None:
        config["idf_weights"] = factors.array().tolist()
