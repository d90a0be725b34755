"""Objects of scikit-learn in any medium, by skops: `save_object`, `load_object`.

Pickles run any code when they are opened, so none is ever written or read. skops stores what an
object consists of, and makes only types that the caller trusts.
"""

from __future__ import annotations

import platform
import struct
import warnings
import zipfile
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pyio.converters.skops_files import about_of, archive_of, stored
from pyio.errors import (
    CompatibilityWarning,
    HandlerError,
    InvalidModelError,
    OutOfMemoryError,
    UnsupportedEnvironmentError,
    UntrustedTypesError,
)
from pyio.format.archive import unzip
from pyio.operations.transfer import load_artifacts, save_artifacts
from pyio.tracebacks import short

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Unpack

    from pyio.format.artifacts import SaveResult
    from pyio.format.json_text import JSONValue
    from pyio.handlers.contract import LoadHandler, SaveHandler
    from pyio.handlers.keywords import LoadOptions, SaveOptions

TRUSTED = frozenset(
    (
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace",
        "sklearn.gaussian_process.kernels.ConstantKernel",
        "sklearn.gaussian_process.kernels.Product",
        "sklearn.gaussian_process.kernels.RBF",
        "sklearn.metrics._dist_metrics.EuclideanDistance64",
        "sklearn.metrics._scorer._PassthroughScorer",
        "sklearn.model_selection._split.StratifiedKFold",
        "sklearn.neighbors._kd_tree.KDTree",
        "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
        "sklearn.tree._tree.Tree",
        "sklearn.utils._bunch.Bunch",
    )
)
"""Types that scikit-learn's own estimators consist of, in addition to those that skops trusts.

Each is listed by itself: a pattern such as ``sklearn.*`` would also trust functions that run code.
"""

_PACKAGES = {"scikit-learn": "sklearn", "NumPy": "numpy", "skops": "skops"}


@short
async def save_object(
    value: Any,
    target: str | SaveHandler,
    *,
    checksum: bool | None = True,
    **options: Unpack[SaveOptions],
) -> SaveResult:
    """Save an estimator or a pipeline of scikit-learn, all of it or nothing.

    It is stored as skops writes it, without a pickle, with the versions of what made it. Needs
    ``pip install pyio-web[sklearn]``; on a page ``await micropip.install("skops")``.

    Args:
        value: A fitted estimator, a pipeline, or what else ``skops.io.dumps`` takes.
        target: An address such as "indexeddb://my-classifier" or "downloads://my-classifier.skops",
            or a handler.
        checksum: Store digests, as in `pyio.save_artifacts`.
        options: Further options of the medium.

    Raises:
        UnsupportedEnvironmentError: skops or scikit-learn is not installed.
        InvalidModelError: The object has parts that skops cannot store.
        PyioError: Whatever `pyio.save_artifacts` raises.
    """
    skops = _skops()
    try:
        archive = skops.dumps(value, compression=zipfile.ZIP_DEFLATED)
    except Exception as error:  # skops raises many kinds for what it cannot store
        raise InvalidModelError(
            f"skops cannot store this {type(value).__name__}: {type(error).__name__}: {error}"
        ) from error
    kind = type(value)
    about: dict[str, JSONValue] = {
        "class": f"{kind.__module__}.{kind.__qualname__}",
        "versions": {**_versions()},
        "bits": _bits(),
        "types": list(skops.get_untrusted_types(data=archive)),
    }
    return await save_artifacts(stored(archive, about), target, checksum=checksum, **options)


@short
async def load_object(
    source: str | LoadHandler, trusted: Iterable[str] = (), **options: Unpack[LoadOptions]
) -> Any:
    """Load an object that `save_object` has stored, or a ``.skops`` file of skops itself.

    Args:
        source: An address or a handler.
        trusted: Names of types that the object may consist of, in addition to `TRUSTED` and those
            that skops trusts. Making a type may run its code: name those of your own package only.
        options: Further options of the medium.

    Raises:
        UntrustedTypesError: The object needs other types; ``types`` has their names.
        InvalidModelError: It is something else, or it cannot be made here.
        UnsupportedEnvironmentError: skops or scikit-learn is not installed.
        PyioError: Whatever `pyio.load_artifacts` raises.

    Warns CompatibilityWarning if another version of scikit-learn has stored it.
    """
    if isinstance(trusted, str) or not all(isinstance(name, str) for name in (*trusted,)):
        raise HandlerError(f"trusted is {trusted!r:.80}; expected a list of names of types")
    skops = _skops()
    artifacts = await load_artifacts(source, **options)
    archive = archive_of(artifacts)
    unzip(archive, "the object", every=True)  # refuses what is damaged or expands too far
    data = bytes(archive)
    needed = _untrusted(skops, data)
    allowed = TRUSTED.union(trusted)
    refused = sorted(set(needed) - allowed)
    if refused:
        raise UntrustedTypesError(refused)
    about = about_of(artifacts)
    _compare(about.get("versions"))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=_inconsistent())
        return _made(skops, data, needed, about)


def _untrusted(skops: Any, data: bytes) -> list[str]:
    try:
        return list(skops.get_untrusted_types(data=data))
    except Exception as error:  # anything can be wrong in a file of unknown origin
        raise InvalidModelError(
            f"skops cannot read the object: {type(error).__name__}: {error}"
        ) from error


def _made(skops: Any, data: bytes, trusted: list[str], about: Any) -> Any:
    try:
        return skops.loads(data, trusted=trusted)
    except MemoryError as error:
        raise OutOfMemoryError("the object") from error
    except Exception as error:  # as above
        bits = about.get("bits")
        other = ""
        if bits != _bits() and bits is not None:
            other = f". It was stored by a Python of {bits} bits, and this one has {_bits()}"
        raise InvalidModelError(
            f"the object cannot be made here: {type(error).__name__}: {error}{other}"
        ) from error


def _skops() -> Any:
    """Return the module skops.io. Raises UnsupportedEnvironmentError without it."""
    try:
        import_module("sklearn")
        return import_module("skops.io")
    except ImportError as error:
        raise UnsupportedEnvironmentError(
            f"objects of scikit-learn need skops and scikit-learn ({error}): "
            "pip install 'pyio-web[sklearn]', or on a page "
            'await micropip.install(["scikit-learn", "skops"])'
        ) from error


def _versions() -> dict[str, str]:
    found = {name: str(import_module(module).__version__) for name, module in _PACKAGES.items()}
    return {**found, "Python": platform.python_version()}


def _bits() -> int:
    return 8 * struct.calcsize("P")


def _compare(versions: Any) -> None:
    """Warn if another version of scikit-learn has stored the object."""
    here = _versions()["scikit-learn"]
    there = versions.get("scikit-learn") if isinstance(versions, dict) else None
    if isinstance(there, str) and there != here:
        warnings.warn(
            f"scikit-learn {there:.40} has stored this object, and scikit-learn {here} is here; "
            "predictions can differ. Compare some, or install that version",
            CompatibilityWarning,
            stacklevel=4,
        )


def _inconsistent() -> Any:
    """Return scikit-learn's own warning of other versions, which names one estimator at a time."""
    return getattr(import_module("sklearn.exceptions"), "InconsistentVersionWarning", ImportWarning)
