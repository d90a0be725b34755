"""A save that has not begun: a coroutine that says what to do when it is shown."""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from typing import Any, TypeVar

T = TypeVar("T")


class Pending(Coroutine[Any, Any, T]):
    """A coroutine whose ``repr`` says that it has to be awaited.

    ``model.save(...)`` without ``await`` at the end of a cell would show a coroutine object, which
    tells a newcomer nothing.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, T], words: str) -> None:
        self._coroutine = coroutine
        self._words = words

    def __repr__(self) -> str:
        return f"<{self._words}>"

    def __await__(self) -> Generator[Any, Any, T]:
        return self._coroutine.__await__()

    def send(self, value: Any) -> Any:
        """Run until the next await, as coroutines do."""
        return self._coroutine.send(value)

    def throw(self, *error: Any) -> Any:
        """Raise `error` inside, as coroutines do."""
        return self._coroutine.throw(*error)

    def close(self) -> None:
        """End it without running it."""
        self._coroutine.close()
