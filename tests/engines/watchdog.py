"""Ends browsers that stop answering: a call into an engine returns, or fails within a bounded time.

A call waits in the main thread, where Playwright cannot be interrupted safely. So a second thread
watches the calls, and kills the browsers of this process when a call takes too long. Then the
connection breaks and the call raises. If the call still has not returned some seconds later, the
driver is killed as well.
"""

from __future__ import annotations

import functools
import os
import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.engines import processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECONDS = float(os.environ.get("PYIO_ENGINE_SECONDS", "120"))
"""The timeout of a call to an engine. The longest call, a save of 400 MB, takes a third of it."""

GRACE = 10
"""Seconds between killing the browsers and killing their drivers."""


class EngineHungError(Exception):
    """An engine did not answer; its browsers have been killed."""


@dataclass(eq=False)
class _Call:
    what: str
    seconds: float
    deadline: float
    late: bool = False


class Watchdog:
    """Watches the calls of one process.

    Attributes:
        hung: What was killed and why, since the last reset to None. pytest reads it after each
            test, because a test may catch the error.
    """

    def __init__(self) -> None:
        self.hung: str | None = None
        self._calls: list[_Call] = []
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextmanager
    def watch(self, what: str, seconds: float) -> Iterator[None]:
        """Kill the browsers if the block takes longer, and raise EngineHungError at its end."""
        if os.environ.get("PWDEBUG"):  # under a debugger the page may wait without limit
            yield
            return
        call = _Call(what, seconds, time.monotonic() + seconds)
        with self._change:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="watchdog")
                self._thread.start()
            self._calls.append(call)
            self._change.notify()
        try:
            yield
        except Exception as error:
            if call.late and not isinstance(error, EngineHungError):
                raise EngineHungError(self._text(call)) from error
            raise
        finally:
            with self._change:
                self._calls.remove(call)
        if call.late:
            raise EngineHungError(self._text(call))

    def kill(self, drivers: bool) -> None:
        """Kill the browsers that this process has started, and on request their drivers."""
        above, browsers = processes.driven()
        for process in [*browsers, *(above if drivers else ())]:
            processes.send(process, signal.SIGKILL)

    def _text(self, call: _Call) -> str:
        return f"the engine did not answer within {call.seconds:g} s: {call.what}"

    def _run(self) -> None:
        with self._change:
            while True:
                first = min(self._calls, key=lambda call: call.deadline, default=None)
                if first is None:
                    self._change.wait()
                elif (left := first.deadline - time.monotonic()) > 0:
                    self._change.wait(left)
                else:
                    self.kill(drivers=first.late)
                    first.late = True
                    first.deadline = time.monotonic() + GRACE
                    self.hung = self._text(first)


WATCHDOG = Watchdog()


def watched(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return the method, wrapped so that its calls are watched."""

    @functools.wraps(method)
    def call(self: Any, *args: Any, **options: Any) -> Any:
        with WATCHDOG.watch(f"{type(self).__qualname__}.{method.__name__}", SECONDS):
            return method(self, *args, **options)

    return call


class Watched:
    """Base of classes that call an engine: every public method of a subclass is watched.

    Properties are not watched, because they do not call the engine.
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name, value in list(vars(cls).items()):
            if callable(value) and not name.startswith("_") and not isinstance(value, type):
                setattr(cls, name, watched(value))
