"""Calls of attentions as Keras has them: with options, and with the tensors by name.

Here these options belong to the layer and are stored with it. So all its calls in a model must have
the same; with arrays, each call can have others.
"""

from __future__ import annotations

from copy import copy
from typing import Any

import numpy as np

from pyio.errors import InvalidModelError, ModelInputError
from pyio.models.core.graph import SymbolicTensor
from pyio.models.core.layer import Layer

_OPTIONS = ("use_causal_mask", "return_attention_scores")


class CalledWithOptions(Layer):
    """A layer that Keras calls with options: ``use_causal_mask``, ``return_attention_scores``."""

    _from_calls: frozenset[str] = frozenset()
    """The options that the calls in a model have set."""

    def __call__(self, inputs: Any, **kwargs: Any) -> Any:
        """Connect or compute; the options may be given here, as in Keras."""
        meant = {name: bool(kwargs.pop(name)) for name in _OPTIONS if name in kwargs}
        return self._called(inputs, meant, kwargs)

    def _called(self, inputs: Any, meant: dict[str, bool], kwargs: dict[str, Any]) -> Any:
        """Connect or compute with the options that are `meant`."""
        if isinstance(inputs, list) and any(isinstance(each, SymbolicTensor) for each in inputs):
            self._take_over(meant)
            return super().__call__(inputs, **kwargs)
        changed = {name: value for name, value in meant.items() if value != getattr(self, name)}
        if not changed:
            return super().__call__(inputs, **kwargs)
        given = inputs[:-1] if changed.get("takes_attention_mask") else inputs
        self.ensure_built([np.shape(each) for each in given])
        called = copy(self)
        vars(called).update(changed)
        return super(CalledWithOptions, called).__call__(inputs, **kwargs)

    def _take_over(self, meant: dict[str, bool]) -> None:
        """Set what the first call in a model means. Raises InvalidModelError for another one."""
        for name in (*_OPTIONS, "takes_attention_mask"):
            value = meant.get(name, name not in self._from_calls and getattr(self, name, False))
            before = getattr(self, name, False)
            if value != before and (self.inbound_nodes or before):
                raise InvalidModelError(
                    f"{self.class_name} {self.name!r} has {name}={before}, and is called with "
                    f"{value}; pyio computes all calls of a layer in a model in the same way, so "
                    "make another layer for this call"
                )
            if value != before:
                setattr(self, name, value)
                self._from_calls |= {name}


class CalledByName(CalledWithOptions):
    """The same with the tensors by name: ``query``, ``value``, ``key`` and ``attention_mask``."""

    def __call__(  # type: ignore[override] # the first argument has Keras's name
        self,
        query: Any,
        value: Any = None,
        key: Any = None,
        *,
        attention_mask: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Connect or compute.

        Args:
            query: The query, or a list of query, value and, if it is another tensor, key.
            value: The value, unless `query` is a list.
            key: The key; the value unless given.
            attention_mask: Which keys count for which query: (batch, queries, keys), or with a side
                for heads behind the batch.
            kwargs: `use_causal_mask`, `return_attention_scores`, `mask` and `training`.

        Raises as other layers do.
        """
        inputs = list(query) if isinstance(query, list | tuple) else [query]
        if len(inputs) > 1 and not (value is None and key is None):
            raise ModelInputError(
                f"{self.class_name} {self.name!r} is called with a list of {len(inputs)} tensors, "
                "and with a value or key besides; call it with (query, value, key) or a list"
            )
        if value is None and key is not None:
            raise ModelInputError(f"{self.class_name} {self.name!r} is called without a value")
        inputs += [each for each in (value, key) if each is not None]
        meant = {name: bool(kwargs.pop(name)) for name in _OPTIONS if name in kwargs}
        if attention_mask is not None:
            inputs, meant["takes_attention_mask"] = [*inputs, attention_mask], True
        return self._called(inputs, meant, kwargs)
