"""TextVectorization: texts -> the numbers of their words. Only Keras has it."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from pyio.errors import InvalidModelError, ModelInputError
from pyio.models.core.layer import Array, Layer
from pyio.models.core.options import OptionError, choice, flag, numbers, option, whole
from pyio.models.core.shapes import Shape, Shapes, only
from pyio.models.layers.lookup import tokens, whole_table

_PUNCTUATION = re.compile(r"""[!"#$%&()*+,\-./:;<=>?@\[\\\]^_`{|}~']""")
_SPACE = re.compile("[ \t\n\v\f\r]+")
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
"""TensorFlow lowers the letters of ASCII alone, and splits at its spaces alone."""


def _word(*values: str) -> Any:
    accepted = choice(*values)

    def check(value: Any) -> str:
        if isinstance(value, dict):
            raise OptionError("the name of one of Keras's own ways; a function is never run")
        return str(accepted(value))

    return check


def _ngrams(value: Any) -> int | list[int]:
    given = value if isinstance(value, list | tuple) else [value]
    found = [whole(1)(each) for each in given]
    return found if isinstance(value, list | tuple) else found[0]


class TextVectorization(Layer):
    """Texts (batch,) or (batch, 1) -> numbers (batch, words) of int32, or a vector each.

    Args:
        max_tokens: The most entries of the table. Stored in the config; see `pad_to_max_tokens`.
        standardize: "lower_and_strip_punctuation", "lower", "strip_punctuation" or "none".
        split: "whitespace", "character" or "none".
        ngrams: Up to how many words in a row are a token too, or a list of how many.
        output_mode: "int" for numbers; "multi_hot", "count" and "tf_idf" for one vector
            (batch, tokens) of float32.
        output_sequence_length: How many numbers there are: longer texts are cut, shorter ones are
            filled with 0.
        pad_to_max_tokens: Whether vectors have `max_tokens` places.
        vocabulary: The tokens, with or without the special ones in front.
        idf_weights: The weights of "tf_idf", one for each token.
        encoding: How bytes among the input are read. Only "utf-8" is computed.
        sparse: Stored in the config; outputs are dense.
        ragged: Only False: rows of different lengths.
    """

    positional = ("max_tokens",)
    takes_text = True

    max_tokens: int | None = option(None, whole(1))
    standardize: str = option(
        "lower_and_strip_punctuation",
        _word("lower_and_strip_punctuation", "lower", "strip_punctuation", "none"),
    )
    split: str = option("whitespace", _word("whitespace", "character", "none"))
    ngrams: int | list[int] | None = option(None, _ngrams)
    output_mode: str = option("int", choice("int", "multi_hot", "count", "tf_idf"))
    output_sequence_length: int | None = option(None, whole(1))
    pad_to_max_tokens: bool = option(False, flag)
    vocabulary: list[str] | None = option(None, tokens)
    idf_weights: list[float] | None = option(None, numbers)
    encoding: str = option("utf-8", choice("utf-8"))
    sparse: bool = option(False, flag)
    ragged: bool = option(False, flag)

    def __init__(self, *args: Any, **options: Any) -> None:
        for key in {"standardize", "split"} & options.keys():
            options[key] = "none" if options[key] is None else options[key]
        super().__init__(*args, **options)
        if self.vocabulary is None or self.ragged:
            problem = "has ragged outputs" if self.ragged else "has no vocabulary"
            raise InvalidModelError(f"the TextVectorization {self.name!r} {problem}")
        head = ["", "[UNK]"] if self.output_mode == "int" else ["[UNK]"]
        self._table = whole_table(self.vocabulary, head)
        self._unknown = len(head) - 1
        self._numbers = {token: i for i, token in reversed(list(enumerate(self._table)))}

    def _count(self) -> int:
        return (self.max_tokens if self.pad_to_max_tokens else None) or len(self._table)

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return (batch, words), or (batch, tokens)."""
        sides = only(shape, self.name)
        ranks, whole_rows = ((2,), (sides[-1],)) if self.split == "none" else ((1, 2), (1, None))
        if len(sides) not in ranks or (len(sides) == 2 and sides[1] not in whole_rows):
            raise InvalidModelError(
                f"TextVectorization {self.name!r} takes one text for each example, (batch,) or "
                f"(batch, 1); got {list(sides)}"
            )
        if self.output_mode == "int":
            length = self.output_sequence_length
            if length is None and self.split == "none" and self.ngrams is None:
                length = sides[1]
            return (sides[0], length)
        return (sides[0], self._count())

    def call(self, x: Array) -> Array:
        """Return the numbers of the words, or vectors. Raises ModelInputError for numbers."""
        if x.dtype.kind not in "UO":
            raise ModelInputError(f"{self.name!r} takes text; got an array of {x.dtype}")
        texts = x.reshape(len(x), -1).tolist()
        rows = [self._row([self._standardized(str(text)) for text in row]) for row in texts]
        if self.output_mode == "int":
            longest = max(map(len, rows), default=0)
            length = self.output_sequence_length or longest
            result = np.zeros((len(rows), length), np.int32)
            for place, row in enumerate(rows):
                result[place, : len(row)] = row[:length]
            return result
        counts = np.zeros((len(rows), self._count()), np.float32)
        for place, row in enumerate(rows):
            np.add.at(counts[place], row, 1)
        if self.output_mode == "multi_hot":
            return np.minimum(counts, 1)
        return counts * self.table_weights() if self.output_mode == "tf_idf" else counts

    def _standardized(self, text: str) -> str:
        if self.standardize in ("lower", "lower_and_strip_punctuation"):
            text = text.translate(_LOWER)
        if self.standardize in ("strip_punctuation", "lower_and_strip_punctuation"):
            text = _PUNCTUATION.sub("", text)
        return text

    def _row(self, words: list[str]) -> list[int]:
        """Return the numbers of the tokens of an example."""
        text = words[0] if words else ""
        if self.split == "whitespace":
            words = [word for word in _SPACE.split(text) if word]
        elif self.split == "character":
            words = list(text)
        if self.ngrams is not None:
            lengths = range(1, self.ngrams + 1) if isinstance(self.ngrams, int) else self.ngrams
            words = [
                " ".join(words[start : start + length])
                for length in lengths
                for start in range(len(words) - length + 1)
            ]
        if self.output_mode != "int":  # an empty text has no place in a vector
            words = [word for word in words if word]
        return [self._numbers.get(word, self._unknown) for word in words]

    def table_weights(self) -> Array:
        """Return one weight for each place of the table; unknown tokens have the mean."""
        if self.idf_weights is None:
            raise InvalidModelError(f"{self.name!r} has output_mode tf_idf and no idf_weights")
        given = list(self.idf_weights)
        if len(given) < len(self._table):
            given = [sum(given) / max(1, len(given)), *given]
        return np.asarray(given + [0] * (self._count() - len(given)), np.float32)
