"""Functions that only a page can perform: called here, or from a worker over the bridge."""

from __future__ import annotations

from enum import Enum, auto
from functools import cache
from typing import TYPE_CHECKING, Any

from pyio.browser.environment import in_worker
from pyio.browser.ffi import JsException, JSObject, run_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    Call = Sequence[Any]
    """The name of a function and its arguments, JavaScript values that can be cloned."""


class Manner(Enum):
    """What is to be done about a worker whose page does not answer.

    A caller that is cancelled waits until the page has answered, so that a lock which it holds
    covers what it has asked for, unless a `PERSON` has to answer.
    """

    REPEATABLE = auto()
    """It may be done twice. Another page is asked if this one goes away."""
    LISTING = auto()
    """The same, and no page is looked for where none answered before."""
    ONCE = auto()
    """It must not be done twice. If the page goes away, it is not known whether it was done."""
    PERSON = auto()
    """The same, and the person at the page has to answer."""


class PageFunctions:
    """The functions of a ``.js`` file of `pyio.browser` that a page has.

    Args:
        file: Its name, one of `pyio.browser.bridge.script.FILES`.
        whose: Which part of pyio they are for, said where the page does not allow to load them.
    """

    def __init__(self, file: str, whose: str) -> None:
        self._file = file
        self._whose = whose

    async def call(
        self, name: str, *arguments: Any, what: str, manner: Manner = Manner.REPEATABLE
    ) -> JSObject:
        """Call a function and return its result, awaited if it is a promise.

        On a page nothing else runs before the function has returned.

        Args:
            name: The function.
            arguments: JavaScript values that can be cloned.
            what: What is being done, for errors.
            manner: What it is in a worker.

        Raises:
            JsException: What the function throws.
            UnsupportedEnvironmentError: No page answers this worker.
            StorageError: The page went away.
        """
        if not in_worker():
            result = getattr(self._here(), name)(*arguments)
            return await result if hasattr(result, "then") else result
        (outcome,) = await _over_the_bridge([(name, *arguments)], what, manner)
        if isinstance(outcome, JsException):
            raise outcome
        return outcome

    async def together(self, *calls: Call, what: str) -> list[JSObject]:
        """Make several calls that return at once, and nothing else of the page in between.

        What one of them throws, a JsException, stands in place of its result.
        """
        if not in_worker():
            return [self._outcome(*call) for call in calls]
        return await _over_the_bridge(calls, what)

    def _outcome(self, name: str, *arguments: Any) -> JSObject:
        try:
            return getattr(self._here(), name)(*arguments)
        except JsException as error:
            return error

    def _here(self) -> JSObject:
        return _loaded(self._file, self._whose)


_loaded = cache(run_file)


async def _over_the_bridge(
    calls: Sequence[Call], what: str, manner: Manner = Manner.REPEATABLE
) -> list[JSObject]:
    from pyio.browser.bridge.worker import the_bridge  # not loaded on a page

    return await the_bridge().ask(calls, what, manner)
