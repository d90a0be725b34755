"""Every exception that pyio raises, in one tree.

::

    PyioError
    ├── InvalidURLError            (ValueError)         a model address that cannot be used
    │   └── UnknownSchemeError     (LookupError)        nothing is registered for this scheme
    ├── ModelNotFoundError         (FileNotFoundError)  nothing is stored under this address
    ├── ModelExistsError           (FileExistsError)    something is stored there already
    ├── InvalidModelError          (ValueError)         artifacts that cannot be written or read
    │   ├── DamagedModelError                           what the medium holds is not a whole model
    │   ├── UnknownLayersError     (LookupError)        the model has layers that pyio lacks
    │   └── WeightsError                                tensors, specs and bytes do not agree
    │       └── UnsupportedDtypeError (TypeError)       a dtype that TensorFlow.js does not know
    ├── ModelInputError            (ValueError)         data that does not fit the model
    ├── StorageError               (OSError)            the medium failed
    │   ├── QuotaExceededError                          there is no room; carries the byte counts
    │   ├── StorageRefusedError    (PermissionError)    this page or this user may not store there
    │   ├── ForeignDatabaseError                        the database is not laid out as TF.js does
    │   └── RequestError           (ConnectionError)    a request got no answer, or a refusal
    ├── UnsupportedOperationError  (NotImplementedError) this medium cannot do that
    ├── UnsupportedEnvironmentError (RuntimeError)      this environment lacks something
    └── HandlerError               (TypeError)          an IOHandler that is not one

Each also inherits the builtin in parentheses, so that code which does not know pyio catches what
it expects. What an error knows besides its text is an attribute; all of them can be pickled.
CompatibilityWarning (UserWarning) is the one warning.
"""

from __future__ import annotations

from typing import Any


def _restore(cls: type[PyioError], args: tuple[Any, ...], state: dict[str, Any]) -> PyioError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


class PyioError(Exception):
    """The root of everything that pyio raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.args, self.__dict__)


class InvalidURLError(PyioError, ValueError):
    """A model address that cannot be used: no scheme, an empty path, a name with ``://``."""

    def __init__(self, url: object, problem: str) -> None:
        super().__init__(f"{url!r} is not a usable model address: {problem}")
        self.url = url


class UnknownSchemeError(InvalidURLError, LookupError):
    """No medium and no router is registered for the scheme of this address."""


class ModelNotFoundError(PyioError, FileNotFoundError):
    """Nothing is stored under this address."""

    def __init__(self, url: str, hint: str = "") -> None:
        super().__init__(f"there is no model at {url!r}" + (f"; {hint}" if hint else ""))
        self.url = url


class ModelExistsError(PyioError, FileExistsError):
    """A copy or move would replace a stored model, and `overwrite` was not given."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"a model is already stored at {url!r}; pass overwrite=True to replace it, "
            "or choose another name"
        )
        self.url = url


class InvalidModelError(PyioError, ValueError):
    """Model artifacts that cannot be written, or that contradict themselves."""


class DamagedModelError(InvalidModelError):
    """What the medium holds under this address is truncated, foreign or contradictory."""

    def __init__(self, url: str, problem: str) -> None:
        super().__init__(f"the model stored at {url!r} is damaged: {problem}")
        self.url = url
        self.problem = problem


class UnknownLayersError(InvalidModelError, LookupError):
    """The model has classes that are not registered; ``class_names`` lists them all."""

    def __init__(self, class_names: list[str], doing: str) -> None:
        names = ", ".join(map(repr, class_names))
        super().__init__(
            f"cannot {doing}: the model uses {names}, which pyio does not know; register a class "
            "for each with pyio.layers.register (or pass custom_objects={name: class}), or load "
            "it with allow_unknown=True to inspect, copy and re-save it"
        )
        self.class_names = class_names


class WeightsError(InvalidModelError):
    """Tensors, weight specs and weight data do not agree."""


class UnsupportedDtypeError(WeightsError, TypeError):
    """A dtype that TensorFlow.js cannot hold; ``name`` is the tensor, ``dtype`` what it was."""

    def __init__(self, name: str, dtype: str, choice: str) -> None:
        super().__init__(
            f"weight {name!r} has dtype {dtype!r}, which TensorFlow.js does not know "
            f"(it knows float32, int32, bool, string and complex64); {choice}"
        )
        self.name = name
        self.dtype = dtype


class ModelInputError(PyioError, ValueError):
    """Arrays given to a model or a layer that it cannot take; the message says what it takes."""


class StorageError(PyioError, OSError):
    """The storage medium failed; the browser's own exception is the ``__cause__``.

    `reason` is the name that the browser gave it, such as "InvalidStateError", or "".
    """

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason


class QuotaExceededError(StorageError):
    """The model does not fit into the quota; what was stored before is unchanged.

    ``bytes_needed`` is what the save would have added. ``bytes_available`` is what the browser
    said is left for this origin, or None where it does not say. ``removable`` has the address and
    the bytes of the other models whose removal would free space, the largest first. It is empty if
    no other model is stored or the sizes could not be measured.
    """

    def __init__(
        self,
        url: str,
        bytes_needed: int,
        bytes_available: int | None,
        hint: str = "",
        removable: tuple[tuple[str, int], ...] = (),
    ) -> None:
        room = (
            "the browser does not say how many are left"
            if bytes_available is None
            else f"{bytes_available:,} bytes are available"
        )
        lacking = None if bytes_available is None else bytes_needed - bytes_available
        choice = _choice(removable, lacking)
        told = [f"what was stored before is untouched{choice}", *([hint] if hint else [])]
        super().__init__(
            f"no room to save {url!r}: {bytes_needed:,} bytes are needed and {room}; "
            + ". ".join(told),
            "QuotaExceededError",
        )
        self.url = url
        self.bytes_needed = bytes_needed
        self.bytes_available = bytes_available
        self.removable = removable


def _choice(removable: tuple[tuple[str, int], ...], lacking: int | None) -> str:
    """Return the fewest and smallest models that make enough room, as part of a sentence."""
    enough = [entry for entry in removable if lacking is not None and entry[1] >= lacking]
    chosen = enough[-1:]
    for entry in () if chosen else removable:
        chosen.append(entry)
        if lacking is None or sum(size for _, size in chosen) >= lacking:
            break
    if not chosen:
        return ""
    freed = sum(size for _, size in chosen)
    if lacking is not None and freed < lacking:
        return f"; all other models together are {freed:,} bytes, so removing them is not enough"
    names = " and ".join(repr(url) for url, _ in chosen)
    if len(chosen) > 3:
        names = f"the {len(chosen)} largest other models"
    return f"; removing {names} would free {freed:,} bytes"


class StorageRefusedError(StorageError, PermissionError):
    """Storage is refused: blocked site data, a sandboxed frame, a directory without permission."""


class ForeignDatabaseError(StorageError):
    """The IndexedDB database ``tensorflowjs`` does not have the layout that TF.js gives it."""


class RequestError(StorageError, ConnectionError):
    """A request over HTTP got no reply, or a reply that reports an error.

    ``status`` is that of the answer, or None where none came. ``retry_after`` is how many seconds
    the server asks to wait before the next attempt, or None.
    """

    def __init__(
        self, message: str, url: str, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message, "" if status is None else str(status))
        self.url = url
        self.status = status
        self.retry_after = retry_after

    @property
    def may_pass(self) -> bool:
        """Whether the same request may succeed a little later."""
        return self.status is None or self.status in (408, 429) or self.status >= 500


class UnsupportedOperationError(PyioError, NotImplementedError):
    """The medium does not support the operation anywhere (a download cannot be read back)."""


class UnsupportedEnvironmentError(PyioError, RuntimeError):
    """This environment lacks what the medium needs; the message says what works here."""


class HandlerError(PyioError, TypeError):
    """The object passed as a handler has no save() or load(), or an unknown option was passed."""


class CompatibilityWarning(UserWarning):
    """What was saved is whole, and TensorFlow.js will not be able to read all of it."""
