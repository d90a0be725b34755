"""Too little memory is one of pyio's errors, wherever it shows."""

from __future__ import annotations

import asyncio

import pytest

import pyio
from pyio.allocation import allocate
from pyio.handlers.contract import Loader

TOO_MUCH = 2**62


class Greedy(Loader):
    """A medium that takes more memory than there is."""

    url = "greedy://m"

    async def _fetch(self) -> pyio.ModelArtifacts:
        return pyio.ModelArtifacts(weight_data=(memoryview(bytearray(TOO_MUCH)),))

    async def _outline(self) -> pyio.ModelArtifacts:
        return await self._fetch()


def test_what_cannot_be_allocated() -> None:
    """The error has the bytes that are needed, and is a MemoryError as well."""
    with pytest.raises(pyio.OutOfMemoryError, match="for the file 'm'") as caught:
        allocate(TOO_MUCH, "the file 'm'")
    assert caught.value.bytes_needed == TOO_MUCH
    assert isinstance(caught.value, MemoryError)


def test_a_medium_without_enough_memory() -> None:
    """The contract turns any MemoryError of a medium into the same error, which names the model."""
    for action in (Greedy().load, Greedy().describe):
        with pytest.raises(pyio.OutOfMemoryError, match="'greedy://m'") as caught:
            asyncio.run(action())
        assert caught.value.bytes_needed is None
