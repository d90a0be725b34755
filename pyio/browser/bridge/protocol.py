"""How a worker asks its page to call functions."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from typing import Any, TypeAlias

Call: TypeAlias = Sequence[Any]
"""The name of a function and its arguments, JavaScript values that can be cloned."""


class Retry(Enum):
    """What happens to a request when the page that got it is closed before it answers.

    A caller that is cancelled still waits for the answer, so that a lock which it holds covers the
    request. The exception is `PERSON`: a person may take any time to answer.
    """

    REPEATABLE = auto()
    """The request is sent to another page: doing it twice does no harm."""
    LISTING = auto()
    """As REPEATABLE, but fail at once if the last search found no page."""
    ONCE = auto()
    """The request fails, because doing it twice would do harm. Its outcome is unknown."""
    PERSON = auto()
    """As ONCE, and the person at the page has to answer."""
