"""Lookups: texts and whole numbers -> their numbers in a table, and back. Only Keras has them."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from pyio.errors import InvalidModelError, ModelInputError
from pyio.models.core.layer import Array, Layer
from pyio.models.core.options import any_whole, choice, flag, numbers, option, text, whole
from pyio.models.core.shapes import Shape, Shapes, only
from pyio.models.layers.adapted import MODES
from pyio.models.ops.categories import encoded, encoded_shape
from pyio.models.ops.fingerprint import fingerprint, siphash


def tokens(value: Any) -> list[Any]:
    """Accept a list of texts or of whole numbers: the check of vocabularies."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if not isinstance(value, list | tuple) or not all(type(each) in (str, int) for each in value):
        raise ValueError("a list of texts, or of whole numbers")
    return list(value)


def whole_table(vocabulary: list[Any], head: list[Any]) -> list[Any]:
    """Return a vocabulary with its special tokens in front, unless it begins with them already."""
    return vocabulary if vocabulary[: len(head)] == head else [*head, *vocabulary]


class _Table(Layer):
    """A lookup of each value of the input (batch, ...) in a table.

    For numbers, the table begins with the mask token, if there is one. Then come the places of
    unknown tokens, then the vocabulary. In vectors, the mask token has no place.

    Args:
        max_tokens: The most entries of the table. Stored in the config; see `pad_to_max_tokens`.
        num_oov_indices: How many places there are for unknown tokens. With several, a hash decides.
        mask_token: The token of number 0; None for no such place.
        oov_token: The token of unknown ones, for `invert`.
        vocabulary: The tokens, with or without the special ones in front.
        idf_weights: The weights of "tf_idf", one for each token.
        invert: Whether numbers are turned into tokens.
        output_mode: "int" for numbers (batch, ...) of int32, "one_hot" for a vector each,
            "multi_hot", "count" and "tf_idf" for one vector per example, in float32.
        sparse: Stored in the config; outputs are dense.
        pad_to_max_tokens: Whether vectors have `max_tokens` places.
    """

    positional = ("max_tokens",)
    takes_text = True
    type_of_token: ClassVar[type] = str

    max_tokens: int | None = option(None, whole(1))
    num_oov_indices: int = option(1, whole(0))
    mask_token: Any = option(None)
    oov_token: Any = option(None)
    vocabulary: list[Any] | None = option(None, tokens)
    idf_weights: list[float] | None = option(None, numbers)
    invert: bool = option(False, flag)
    output_mode: str = option("int", choice(*MODES))
    sparse: bool = option(False, flag)
    pad_to_max_tokens: bool = option(False, flag)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.vocabulary is None:
            raise InvalidModelError(
                f"the {self.class_name} {self.name!r} has no vocabulary; save the model in the "
                ".keras format, or give the layer its vocabulary"
            )
        masked = self.mask_token is not None
        head = [self.mask_token] if masked and self.output_mode == "int" else []
        special = [*head, *[self.oov_token] * self.num_oov_indices]
        with_mask = [self.mask_token, *special] if masked and not head else special
        given = self.vocabulary
        if with_mask != special and given[: len(with_mask)] == with_mask:
            given = given[1:]  # a file has the mask token for every mode
        self._table = whole_table(given, special)
        self._first_unknown = len(head)
        # The first of several equal tokens counts.
        self._numbers = {token: i for i, token in reversed(list(enumerate(self._table)))}

    def _count(self) -> int:
        padded = self.max_tokens if self.pad_to_max_tokens else None
        return padded or len(self._table)

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return the shape of the input, with a side for the table unless "int"."""
        mode = "int" if self.invert else self.output_mode
        return encoded_shape(only(shape, self.name), self._count(), mode)

    def call(self, x: Array) -> Array:
        """Return the numbers, vectors, or tokens.

        Raises ModelInputError for an unknown token without a place for it.
        """
        if self.invert:
            return self._tokens_of(x)
        distinct, where = np.unique(self._plain(x), return_inverse=True)
        found = np.array([self._number(token) for token in distinct.tolist()], np.int32)
        result = found[where].reshape(x.shape)
        return encoded(result, self._count(), self.output_mode, self.table_weights())

    def _plain(self, x: Array) -> Array:
        """Return the input as tokens are compared."""
        raise NotImplementedError

    def _number(self, token: Any) -> int:
        number = self._numbers.get(token)
        if self.mask_token is not None and token == self.mask_token and self.output_mode != "int":
            return -1  # no place in a vector
        if number is not None and (number < self._first_unknown or not self._is_oov(number)):
            return int(number)
        if not self.num_oov_indices:
            raise ModelInputError(f"{token!r:.80} is not in the vocabulary of {self.name!r}")
        return self._first_unknown + self._bucket(token) % self.num_oov_indices

    def _is_oov(self, number: int) -> bool:
        return number < self._first_unknown + self.num_oov_indices

    def _bucket(self, token: Any) -> int:
        """Return which of several places an unknown token has."""
        return fingerprint(str(token).encode())

    def _tokens_of(self, x: Array) -> Array:
        table = np.array([*self._table, self.oov_token], object)
        places = x.astype(np.int64)
        known = (places >= 0) & (places < len(self._table))
        result = table[np.where(known, places, len(self._table))]
        return result.astype(np.int32) if self.type_of_token is int else result

    def table_weights(self) -> Any:
        """Return one weight for each place of the table."""
        if self.output_mode != "tf_idf":
            return None
        if self.idf_weights is None:
            raise InvalidModelError(f"{self.name!r} has output_mode tf_idf and no idf_weights")
        given = list(self.idf_weights)
        if len(given) < len(self._table):  # unknown tokens have the mean, as in Keras
            mean = sum(given) / max(1, len(given))
            given = [mean] * (len(self._table) - len(given)) + given
        return given + [0] * (self._count() - len(given))


class StringLookup(_Table):
    """Texts -> their numbers in a table (batch, ...), or numbers -> texts with `invert`.

    Args:
        encoding: How bytes among the input are read. Only "utf-8" is computed.
    """

    oov_token: Any = option("[UNK]", text)
    encoding: str = option("utf-8", choice("utf-8"))

    def _plain(self, x: Array) -> Array:
        if x.dtype.kind not in "UO":
            raise ModelInputError(f"{self.name!r} takes text; got an array of {x.dtype}")
        return x.astype(np.str_)


class IntegerLookup(_Table):
    """Whole numbers -> their numbers in a table (batch, ...), or back with `invert`.

    Args:
        vocabulary_dtype: "int64" or "int32". Stored in the config.
    """

    type_of_token = int

    mask_token: int | None = option(None, any_whole)
    oov_token: int = option(-1, any_whole)
    vocabulary_dtype: str = option("int64", text)

    def _plain(self, x: Array) -> Array:
        if x.dtype.kind not in "fiub":
            raise ModelInputError(f"{self.name!r} takes whole numbers; got an array of {x.dtype}")
        return x.astype(np.int64)

    def _bucket(self, token: Any) -> int:
        return int(token)


def _salt(value: Any) -> list[int]:
    given = list(value) if isinstance(value, list | tuple) else [value, value]
    if len(given) != 2 or not all(type(each) is int for each in given):
        raise ValueError("a whole number, or a list of two")
    return given


class Hashing(Layer):
    """Texts or whole numbers -> numbers below `num_bins` by a hash: (batch, ...) of int32.

    The hashes are those of TensorFlow.

    Args:
        num_bins: How many numbers there are.
        mask_value: The value whose number is 0; all others are from 1 on then.
        salt: The key of another hash, SipHash: two numbers, or one for both. None for FarmHash's.
        output_mode: "int" for numbers, "one_hot" for a vector each, "multi_hot" and "count" for
            one vector per example, in float32.
        sparse: Stored in the config; outputs are dense.
    """

    positional = ("num_bins",)
    takes_text = True

    num_bins: int = option(check=whole(1))
    mask_value: Any = option(None)
    salt: list[int] | None = option(None, _salt)
    output_mode: str = option("int", choice(*MODES[:4]))
    sparse: bool = option(False, flag)

    def compute_output_shape(self, shape: Shapes) -> Shape:
        """Return the shape of the input, with a side for the bins unless "int"."""
        return encoded_shape(only(shape, self.name), self.num_bins, self.output_mode)

    def call(self, x: Array) -> Array:
        """Return the numbers, or vectors."""
        plain = x.astype(np.str_) if x.dtype.kind in "UO" else x.astype(np.int64)
        distinct, where = np.unique(plain, return_inverse=True)
        found = np.array([self._number(value) for value in distinct.tolist()], np.int32)
        return encoded(found[where].reshape(x.shape), self.num_bins, self.output_mode)

    def _number(self, value: Any) -> int:
        data = str(value).encode()
        hashed = fingerprint(data) if self.salt is None else siphash(data, *self.salt)
        if self.mask_value is None:
            return hashed % self.num_bins
        if value == self.mask_value or self.num_bins == 1:
            return 0
        return 1 + hashed % (self.num_bins - 1)
