"""Every exception that pyio raises, in one tree.

::

    PyioError
    ├── InvalidURLError            (ValueError)         a model address that cannot be used
    │   └── UnknownSchemeError     (LookupError)        nothing is registered for this scheme
    ├── ModelNotFoundError         (FileNotFoundError)  nothing is stored under this address
    ├── ModelExistsError           (FileExistsError)    something is stored there already
    ├── InvalidModelError          (ValueError)         artifacts that cannot be written or read
    │   ├── DamagedModelError                           what the medium holds is not a whole model
    │   ├── OtherFormatError                            a file that other programs read
    │   ├── UntrustedTypesError                         an object of types that may run code
    │   ├── UnsupportedModelError                       a part of such a file that is not read
    │   │   └── UnsupportedOpsError (LookupError)       ops that TensorFlow.js lacks
    │   ├── UnknownLayersError     (LookupError)        the model has layers that pyio lacks
    │   ├── UnknownOpsError        (LookupError)        the graph has ops that pyio lacks
    │   └── WeightsError                                tensors, specs and bytes do not agree
    │       └── UnsupportedDtypeError (TypeError)       a dtype that TensorFlow.js does not know
    ├── ModelInputError            (ValueError)         data that does not fit the model
    │   └── OpError                                     a node of a graph cannot compute its inputs
    ├── GradientError              (TypeError)          training cannot follow what a layer does
    ├── DivergedError              (ArithmeticError)    the loss of a training is not a number
    ├── StorageError               (OSError)            the medium failed
    │   ├── QuotaExceededError                          there is no room; carries the byte counts
    │   ├── StorageRefusedError    (PermissionError)    this page or this user may not store there
    │   ├── ForeignDatabaseError                        the database is not laid out as TF.js does
    │   ├── LockTimeoutError       (TimeoutError)       another tab does not release a lock
    │   └── RequestError           (ConnectionError)    a request got no answer, or a refusal
    ├── OutOfMemoryError           (MemoryError)        this Python has no memory for the model
    ├── UnsupportedOperationError  (NotImplementedError) this medium cannot do that
    ├── UnsupportedEnvironmentError (RuntimeError)      this environment lacks something
    └── HandlerError               (TypeError)          an IOHandler that is not one

Each also inherits the builtin in parentheses, so that code which does not know pyio catches what
it expects. What an error knows besides its text is an attribute; all of them can be pickled.
CompatibilityWarning and CachedCopyWarning (UserWarning) are the warnings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from pyio.addresses import shown_model, without_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OPERATIONS = "keras.ops."
"""What stands before the name of an operation on tensors, as opposed to the class of a layer."""


def _restore(cls: type[PyioError], args: tuple[Any, ...], state: dict[str, Any]) -> PyioError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


class PyioError(Exception):
    """The root of everything that pyio raises on purpose."""

    def __init__(self, *args: object) -> None:
        """Take the message; addresses of servers in it lose what may be secret."""
        super().__init__(*(without_secrets(arg) if isinstance(arg, str) else arg for arg in args))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.args, self.__dict__)


class InvalidURLError(PyioError, ValueError):
    """A model address that cannot be used: no scheme, an empty path, a name with ``://``."""

    def __init__(self, url: object, problem: str) -> None:
        told = shown_model(url) if isinstance(url, str) else url
        super().__init__(f"{told!r} is not a usable model address: {problem}")
        self.url = url


class UnknownSchemeError(InvalidURLError, LookupError):
    """No medium and no router is registered for the scheme of this address."""


class ModelNotFoundError(PyioError, FileNotFoundError):
    """Nothing is stored under this address."""

    def __init__(self, url: str, hint: str = "") -> None:
        super().__init__(
            f"there is no model at {shown_model(url)!r}" + (f"; {hint}" if hint else "")
        )
        self.url = url


class ModelExistsError(PyioError, FileExistsError):
    """A copy or move would replace a stored model, and `overwrite` was not given."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"a model is already stored at {shown_model(url)!r}; pass overwrite=True to replace "
            "it, or choose another name"
        )
        self.url = url


class InvalidModelError(PyioError, ValueError):
    """Model artifacts that cannot be written, or that contradict themselves."""


class DamagedModelError(InvalidModelError):
    """What the medium holds under this address is truncated, foreign or contradictory."""

    def __init__(self, url: str, problem: str) -> None:
        super().__init__(f"the model stored at {shown_model(url)!r} is damaged: {problem}")
        self.url = url
        self.problem = problem


class OtherFormatError(InvalidModelError):
    """A file that may be sound and is no model.json: Keras's .h5, a zip, a TensorFlow Lite model.

    ``name`` is the file's, ``kind`` says what it is.
    """

    def __init__(self, name: str, kind: str) -> None:
        super().__init__(
            f"{name} is {kind}; a TensorFlow.js model is a model.json with files of weights "
            "beside it"
        )
        self.name = name
        self.kind = kind


class UnsupportedModelError(InvalidModelError):
    """A file of another program that may be sound and has something that pyio does not read."""


class UnsupportedOpsError(UnsupportedModelError, LookupError):
    """A model of TensorFlow uses ops that cannot be written; ``ops`` maps each to one node."""

    def __init__(self, ops: Mapping[str, str], lacks: str, advice: str = "") -> None:
        listed = ", ".join(f"{name} ({node!r:.200})" for name, node in sorted(ops.items()))
        super().__init__(f"the model uses ops that {lacks}: {listed}{advice}")
        self.ops = dict(ops)


class UntrustedTypesError(InvalidModelError):
    """A stored object has types that are not trusted; ``types`` has their names."""

    def __init__(self, types: Sequence[str]) -> None:
        names = ", ".join(map(repr, types))
        super().__init__(
            f"the object needs types that are not trusted, because making them may run code: "
            f"{names}. If you know who made the object, load it with trusted=[{names}]"
        )
        self.types = [*types]


class UnknownLayersError(InvalidModelError, LookupError):
    """The model has classes or activations that are not registered; ``class_names`` has all."""

    def __init__(
        self,
        class_names: Sequence[str],
        doing: str,
        activations: Sequence[str] = (),
        notes: Sequence[str] = (),
    ) -> None:
        layers = [name for name in class_names if not name.startswith(OPERATIONS)]
        operations = [name for name in class_names if name.startswith(OPERATIONS)]
        found, advice = [], []
        if layers:
            found.append(_names(layers))
            advice.append(
                "register a class for each with pyio.layers.register (or pass "
                "custom_objects={name: class})"
            )
        if operations:
            found.append(f"the operations {_names(operations)} on tensors")
            advice.append("pyio computes many operations of Keras between layers, and not these")
        if activations:
            found.append(f"the activations {_names(activations)}")
            advice.append(
                "register a function for each with pyio.layers.register_activation (or pass "
                "custom_objects={name: function})"
            )
        super().__init__(
            f"cannot {doing}: the model uses {' and '.join(found)}, which pyio does not know; "
            f"{'; '.join(advice)}, or load it with allow_unknown=True to inspect, copy and re-save "
            f"it{''.join(f'. {note}' for note in notes)}"
        )
        self.class_names = [*class_names, *activations]


class UnknownOpsError(InvalidModelError, LookupError):
    """The graph has ops that pyio does not have; ``ops`` has each with the names of its nodes."""

    def __init__(self, ops: Mapping[str, Sequence[str]]) -> None:
        found = ", ".join(
            f"{op} (node {nodes[0]!r}{f' and {len(nodes) - 1} more' if nodes[1:] else ''})"
            for op, nodes in ops.items()
        )
        super().__init__(
            f"the graph has ops that pyio does not know: {found}; without them it cannot run, but "
            "pyio.load_artifacts, copy_model and inspect take it as it is"
        )
        self.ops = {op: list(nodes) for op, nodes in ops.items()}


def _names(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))


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


class OpError(ModelInputError):
    """A node of a graph model cannot compute: its inputs do not fit its op.

    ``node`` and ``op`` name it. The input of the model has an unexpected shape or value, or the
    graph is damaged.
    """

    def __init__(self, node: str, op: str, problem: str, inputs: str = "") -> None:
        given = f"; its inputs are {inputs}" if inputs else ""
        super().__init__(f"the node {node!r} ({op}) cannot compute: {problem}{given}")
        self.node = node
        self.op = op


class GradientError(PyioError, TypeError):
    """A layer computes something that training cannot follow; the message says what to write."""


class DivergedError(PyioError, ArithmeticError):
    """The loss is not a finite number, so training stopped; the weights are those before it.

    ``epoch`` and ``batch`` are the numbers of the step, from 0. They are None outside of `fit`.
    ``loss`` is what was computed.
    """

    def __init__(self, loss: float, epoch: int | None = None, batch: int | None = None) -> None:
        where = "" if epoch is None else f" of batch {batch} in epoch {epoch} (counted from 0)"
        super().__init__(
            f"the loss{where} is {loss}, so training stopped before its weights were changed; "
            "a smaller learning rate, inputs of about -1 to 1, or clipnorm=1 in the optimizer "
            "often help"
        )
        self.loss = loss
        self.epoch = epoch
        self.batch = batch


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


class LockTimeoutError(StorageError, TimeoutError):
    """A lock was not released in time, so that nothing was begun.

    ``lock`` is its name, as ``navigator.locks.query()`` tells it, the directory that is locked, or
    the database of IndexedDB in which a transaction of another tab does not end.
    ``seconds`` is how long it was waited for. `pyio.limits.LOCK_SECONDS` sets that in a browser.
    """

    def __init__(self, lock: str, holder: str, seconds: float) -> None:
        super().__init__(
            f"nothing was changed: {holder} has not released the lock {lock!r} for "
            f"{seconds:.0f} seconds. It may store a large model, be suspended, or wait in a loop; "
            "close it, or try again later",
            "TimeoutError",
        )
        self.lock = lock
        self.seconds = seconds


class RequestError(StorageError, ConnectionError):
    """A request over HTTP got no reply, or a reply that reports an error.

    ``status`` is that of the answer, or None where none came. ``retry_after`` is how many seconds
    the server asks to wait before the next attempt, or None. ``lasting`` is True where pyio itself
    refused: the address, a redirect, or an answer that it did not ask for.
    """

    lasting = False

    def __init__(
        self,
        message: str,
        url: str,
        status: int | None = None,
        retry_after: float | None = None,
        *,
        lasting: bool = False,
    ) -> None:
        super().__init__(message, "" if status is None else str(status))
        self.url = url
        self.status = status
        self.retry_after = retry_after
        if lasting:
            self.lasting = True

    @property
    def may_pass(self) -> bool:
        """Whether the same request may succeed a little later."""
        if self.lasting:
            return False
        return self.status is None or self.status in (408, 429) or self.status >= 500


class OutOfMemoryError(PyioError, MemoryError):
    """This Python has not enough memory; what is stored is untouched, and Python goes on.

    ``bytes_needed`` is the size of the part for which there was none, or None if it is not known.
    """

    def __new__(cls, *_arguments: object) -> Self:
        """Make one; MemoryError's own, which would be found first, makes none of a PyioError."""
        return Exception.__new__(cls)

    def __init__(self, what: str, bytes_needed: int | None = None) -> None:
        needed = "" if bytes_needed is None else f": {bytes_needed:,} bytes are needed"
        super().__init__(
            f"there is not enough memory for {what}{needed}; delete what is no longer used, "
            "or load it in a new process or page"
        )
        self.bytes_needed = bytes_needed


class UnsupportedOperationError(PyioError, NotImplementedError):
    """The medium does not support the operation anywhere (a download cannot be read back)."""


class UnsupportedEnvironmentError(PyioError, RuntimeError):
    """This environment lacks what the medium needs; the message says what works here."""


class HandlerError(PyioError, TypeError):
    """The object passed as a handler has no save() or load(), or an unknown option was passed."""


class CompatibilityWarning(UserWarning):
    """Another reader will not find all that is here: TensorFlow.js, Keras, another scikit-learn."""


class CachedCopyWarning(UserWarning):
    """A load with ``cache=`` could not do all: the server is out of reach, or there is no room."""
