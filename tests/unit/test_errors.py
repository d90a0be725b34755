"""The exceptions: one tree, the builtin base classes that callers expect, and pickling."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
from typing import Any

import pytest

import pyio
from pyio import errors

CLASSES = {
    name: value
    for name, value in vars(errors).items()
    if inspect.isclass(value) and value.__module__ == errors.__name__
}

WARNINGS = {"CachedCopyWarning", "CompatibilityWarning"}

SAMPLES: list[tuple[errors.PyioError, dict[str, Any]]] = [
    (errors.PyioError("m"), {}),
    (errors.InvalidURLError("x", "why"), {"url": "x"}),
    (errors.UnknownSchemeError("ftp://x", "why"), {"url": "ftp://x"}),
    (errors.ModelNotFoundError("memory://x", "hint"), {"url": "memory://x"}),
    (errors.ModelExistsError("memory://x"), {"url": "memory://x"}),
    (errors.InvalidModelError("m"), {}),
    (errors.DamagedModelError("memory://x", "cut"), {"url": "memory://x", "problem": "cut"}),
    (errors.OtherFormatError("a.h5", "HDF5"), {"name": "a.h5", "kind": "HDF5"}),
    (errors.UnsupportedModelError("m"), {}),
    (errors.UnsupportedOpsError({"A": "n"}, "nothing has"), {"ops": {"A": "n"}}),
    (errors.UntrustedTypesError(["a.B"]), {"types": ["a.B"]}),
    (errors.UnknownLayersError(["Lambda"], "build it"), {"class_names": ["Lambda"]}),
    (errors.UnknownOpsError({"A": ["n", "m"]}), {"ops": {"A": ["n", "m"]}}),
    (errors.ModelInputError("m"), {}),
    (errors.OpError("n", "Neg", "why"), {"node": "n", "op": "Neg"}),
    (errors.GradientError("m"), {}),
    (errors.DivergedError(float("inf"), 2, 3), {"loss": float("inf"), "epoch": 2, "batch": 3}),
    (errors.WeightsError("m"), {}),
    (errors.UnsupportedDtypeError("w", "float64", "do"), {"name": "w", "dtype": "float64"}),
    (errors.StorageError("m", "AbortError"), {"reason": "AbortError"}),
    (
        errors.QuotaExceededError("localstorage://x", 12345678, 90, "hint"),
        {"url": "localstorage://x", "bytes_needed": 12345678, "bytes_available": 90}
        | {"reason": "QuotaExceededError", "removable": ()},
    ),
    (errors.StorageRefusedError("m", "SecurityError"), {"reason": "SecurityError"}),
    (errors.ForeignDatabaseError("m"), {"reason": ""}),
    (
        errors.LockTimeoutError("pyio indexeddb", "another tab", 6.0),
        {"reason": "TimeoutError", "lock": "pyio indexeddb", "seconds": 6.0},
    ),
    (
        errors.RequestError("m", "http://x/", 503, 2.0),
        {"reason": "503", "url": "http://x/", "status": 503, "retry_after": 2.0},
    ),
    (errors.OutOfMemoryError("the weights", 5), {"bytes_needed": 5}),
    (errors.UnsupportedOperationError("m"), {}),
    (errors.UnsupportedEnvironmentError("m"), {}),
    (errors.HandlerError("m"), {}),
]
by_class = pytest.mark.parametrize(
    ("error", "attributes"), SAMPLES, ids=[type(error).__name__ for error, _ in SAMPLES]
)


def drawn() -> list[tuple[int, str, str | None]]:
    """The tree in the docstring: depth, name, builtin in parentheses."""
    found = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"    ([│├└─ ]*)(\w+Error)\s+(?:\((\w+)\))?", line + " ")
        if match is not None:
            found.append((len(match[1]) // 4, match[2], match[3]))
    return found


def test_samples_cover_every_class() -> None:
    """Every exception class has a sample, so that a new class is tested as well."""
    assert {type(error).__name__ for error, _ in SAMPLES} == {*CLASSES} - WARNINGS


def test_the_tree_is_drawn_as_it_is() -> None:
    """The tree in the docstring has exactly the module's classes, with their real bases."""
    tree = drawn()
    assert sorted(name for _, name, _ in tree) == sorted({*CLASSES} - WARNINGS)
    parents: list[str] = []
    for depth, name, builtin in tree:
        del parents[depth:]
        first, *others = (base.__name__ for base in CLASSES[name].__bases__)
        assert first == (parents[-1] if parents else "Exception"), name
        assert others == ([builtin] if builtin else []), name
        parents.append(name)


def test_every_class_is_public_and_documented() -> None:
    """All of them are public in pyio and have a docstring."""
    for name, value in CLASSES.items():
        assert getattr(pyio, name) is value
        assert (value.__doc__ or "").strip().endswith((".", "default.")), name


def test_the_warning_is_a_user_warning() -> None:
    """The warnings are no errors."""
    for name in WARNINGS:
        assert issubclass(getattr(errors, name), UserWarning)
        assert not issubclass(getattr(errors, name), errors.PyioError)


@by_class
def test_attributes(error: errors.PyioError, attributes: dict[str, Any]) -> None:
    """The values in an error's text are attributes as well."""
    assert vars(error) == attributes
    assert isinstance(error, errors.PyioError)


@by_class
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickling(error: errors.PyioError, attributes: dict[str, Any], protocol: int) -> None:
    """A pickled error has the same class, text, arguments and attributes."""
    again = pickle.loads(pickle.dumps(error, protocol))
    assert type(again) is type(error)
    assert (str(again), again.args, vars(again)) == (str(error), error.args, attributes)


@by_class
def test_copying(error: errors.PyioError, attributes: dict[str, Any]) -> None:
    """Copy and deepcopy work, although the constructors take more than the text."""
    for again in (copy.copy(error), copy.deepcopy(error)):
        assert (type(again), str(again), vars(again)) == (type(error), str(error), attributes)


def test_notes_survive_pickling() -> None:
    """A note that was added to an error is pickled with it."""
    error = errors.ModelExistsError("memory://x")
    error.add_note("while copying")
    assert pickle.loads(pickle.dumps(error)).__notes__ == ["while copying"]


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (errors.InvalidURLError("x", "why"), ValueError),
        (errors.UnknownSchemeError("x", "why"), LookupError),
        (errors.ModelNotFoundError("x"), FileNotFoundError),
        (errors.ModelNotFoundError("x"), OSError),
        (errors.ModelExistsError("x"), FileExistsError),
        (errors.WeightsError("x"), ValueError),
        (errors.UnsupportedDtypeError("w", "d", "c"), TypeError),
        (errors.QuotaExceededError("x", 1, None), OSError),
        (errors.StorageRefusedError("x"), PermissionError),
        (errors.UnsupportedOperationError("x"), NotImplementedError),
        (errors.UnsupportedEnvironmentError("x"), RuntimeError),
        (errors.HandlerError("x"), TypeError),
    ],
    ids=range(12),
)
def test_who_does_not_know_pyio_catches_it(
    error: errors.PyioError, builtin: type[Exception]
) -> None:
    """Each error is caught by the builtin exception class that callers expect."""
    with pytest.raises(builtin):
        raise error


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            errors.InvalidURLError(b"x", "why"),
            "b'x' is not a usable model address: why",
        ),
        (errors.ModelNotFoundError("memory://x"), "there is no model at 'memory://x'"),
        (errors.ModelNotFoundError("memory://x", "look"), "at 'memory://x'; look"),
        (errors.ModelExistsError("memory://x"), "at 'memory://x'; pass overwrite=True"),
        (errors.DamagedModelError("memory://x", "cut"), "at 'memory://x' is damaged: cut"),
        (errors.UnsupportedDtypeError("w", "float64", "do that"), "float64', which"),
        (
            errors.QuotaExceededError("indexeddb://x", 12345678, 90),
            "': 12,345,678 bytes are needed and 90 bytes are available; what was stored before is",
        ),
        (
            errors.QuotaExceededError("indexeddb://x", 1, None, "Hint"),
            "the browser does not say how many are left; what was stored before is untouched. Hint",
        ),
    ],
    ids=range(8),
)
def test_messages(error: errors.PyioError, text: str) -> None:
    """Messages are built from the values, quoted."""
    assert text in str(error)


OTHERS = (("indexeddb://a", 5000), ("indexeddb://b", 300), ("indexeddb://c", 200))


@pytest.mark.parametrize(
    ("available", "others", "text"),
    [
        (9_850, OTHERS, "removing 'indexeddb://c' would free 200 bytes"),
        (9_700, OTHERS, "removing 'indexeddb://b' would free 300 bytes"),
        (9_699, OTHERS, "removing 'indexeddb://a' would free 5,000 bytes"),
        (4_700, OTHERS, "removing 'indexeddb://a' and 'indexeddb://b' would free 5,300 bytes"),
        (None, OTHERS, "removing 'indexeddb://a' would free 5,000 bytes"),
        (4_000, OTHERS, "all other models together are 5,500 bytes, so removing them is not"),
        (
            0,
            [(f"m://{i}", 2000) for i in range(9)],
            "removing the 5 largest other models would free 10,000",
        ),
    ],
    ids=range(7),
)
def test_what_to_remove(available: int | None, others: Any, text: str) -> None:
    """A quota error names the smallest model whose removal is enough, or the fewest models."""
    error = errors.QuotaExceededError("indexeddb://x", 10_000, available, "Hint", tuple(others))
    assert f"what was stored before is untouched; {text}" in str(error)
    assert str(error).endswith(". Hint")
    assert error.removable == tuple(others)
