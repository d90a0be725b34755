"""Short tracebacks: an error of pyio shows the caller's line, not pyio's own frames.

A mistake such as an array of the wrong shape needs one line of the caller's code. The environment
variable ``PYIO_TRACEBACKS=full`` keeps all frames. Errors that are not of pyio always have them.
"""

from __future__ import annotations

import os
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pyio.errors import PyioError

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")

_COROUTINE = 0x80
"""The flag of coroutine functions. `inspect` has it too, but is slow to import."""


def short(function: F) -> F:
    """Return `function` with short tracebacks. It decorates what users call."""
    code = getattr(function, "__code__", None)
    if code is not None and code.co_flags & _COROUTINE:

        @wraps(function)
        async def call(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True  # IPython and pytest leave this frame out
            try:
                return await function(*args, **kwargs)
            except PyioError as error:
                _shorten(error)
                raise

    else:

        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            try:
                return function(*args, **kwargs)
            except PyioError as error:
                _shorten(error)
                raise

    return cast("F", call)


def _shorten(error: PyioError) -> None:
    """Drop the frames of an error and of what caused it; raising it again adds the caller's."""
    inner: BaseException | None = error
    while inner is not None and os.environ.get("PYIO_TRACEBACKS") != "full":
        inner.__traceback__ = None
        inner = inner.__cause__ or inner.__context__
