"""Functions that only a page can perform: called here, or from a worker over the bridge."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from pyio.browser.bridge.protocol import Retry
from pyio.browser.environment import in_worker
from pyio.browser.ffi import JsException, JSObject, run_file, translated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.browser.bridge.protocol import Call


class PageFunctions:
    """The functions in a ``.js`` file below `pyio.browser`, which run on the page.

    Args:
        file: Its name, one of `pyio.browser.bridge.script.FILES`.
        whose: What needs them, for the error if the page does not allow to run them.
    """

    def __init__(self, file: str, whose: str) -> None:
        self._file = file
        self._whose = whose

    async def call(
        self, name: str, *arguments: Any, what: str, retry: Retry = Retry.REPEATABLE
    ) -> JSObject:
        """Call a function and return its result, awaited if it is a promise.

        On a page nothing else runs before the function has returned.

        Args:
            name: The function.
            arguments: JavaScript values that can be cloned.
            what: What is being done, for errors.
            retry: In a worker, what to do if the page is closed before it answers.

        Raises:
            JsException: What the function throws.
            UnsupportedEnvironmentError: No page answers this worker.
            StorageError: The page went away.
        """
        if not in_worker():
            result = getattr(self._here(), name)(*arguments)
            return await result if hasattr(result, "then") else result
        (outcome,) = await _over_the_bridge([(name, *arguments)], what, retry)
        if isinstance(outcome, JsException):
            raise outcome
        return outcome

    async def store(
        self, name: str, *arguments: Any, what: str, retry: Retry = Retry.REPEATABLE
    ) -> JSObject:
        """Call a function as `call` does; what it throws becomes a StorageError."""
        with translated(what):
            return await self.call(name, *arguments, what=what, retry=retry)

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
    calls: Sequence[Call], what: str, retry: Retry = Retry.REPEATABLE
) -> list[JSObject]:
    from pyio.browser.bridge.worker import the_bridge  # on a page it is never needed

    return await the_bridge().ask(calls, what, retry)
