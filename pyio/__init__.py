"""Save and load machine-learning models in the browser's own storage, as TensorFlow.js does.

    await pyio.save_arrays({"w": array}, "indexeddb://my-arrays")
    arrays = await pyio.load_arrays("indexeddb://my-arrays")

The README has the table of schemes. Importing this starts nothing and does not import NumPy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

import pyio.handlers as _media  # noqa: F401 - registers them
from pyio.artifacts import (
    Conversion,
    ModelArtifacts,
    ModelArtifactsInfo,
    Quantization,
    SaveResult,
    WeightSpec,
)
from pyio.catalog import copy_model, list_models, move_model, remove_model
from pyio.errors import (
    CompatibilityWarning,
    DamagedModelError,
    ForeignDatabaseError,
    HandlerError,
    InvalidModelError,
    InvalidURLError,
    ModelExistsError,
    ModelNotFoundError,
    PyioError,
    QuotaExceededError,
    StorageError,
    StorageRefusedError,
    UnknownSchemeError,
    UnsupportedDtypeError,
    UnsupportedEnvironmentError,
    UnsupportedOperationError,
    WeightsError,
)
from pyio.handlers.contract import IOHandler, LoadHandler, SaveHandler, StoreManager
from pyio.handlers.downloads import browser_downloads
from pyio.handlers.passthrough import from_memory, with_save_handler
from pyio.model_json import (
    get_model_artifacts_for_json,
    get_model_artifacts_info_for_json,
    get_model_json,
    get_weight_specs,
)
from pyio.routing import (
    get_load_handlers,
    get_save_handlers,
    register_load_router,
    register_save_router,
    unregister_router,
)
from pyio.transfer import load_artifacts, save_artifacts

if TYPE_CHECKING:
    from pyio.arrays import load_arrays, save_arrays
    from pyio.weights.encoding import EncodedWeights, decode_weights, encode_weights

__version__ = "0.1.0"

__all__ = [
    "CompatibilityWarning",
    "Conversion",
    "DamagedModelError",
    "EncodedWeights",
    "ForeignDatabaseError",
    "HandlerError",
    "IOHandler",
    "InvalidModelError",
    "InvalidURLError",
    "LoadHandler",
    "ModelArtifacts",
    "ModelArtifactsInfo",
    "ModelExistsError",
    "ModelNotFoundError",
    "PyioError",
    "Quantization",
    "QuotaExceededError",
    "SaveHandler",
    "SaveResult",
    "StorageError",
    "StorageRefusedError",
    "StoreManager",
    "UnknownSchemeError",
    "UnsupportedDtypeError",
    "UnsupportedEnvironmentError",
    "UnsupportedOperationError",
    "WeightSpec",
    "WeightsError",
    "browser_downloads",
    "copy_model",
    "decode_weights",
    "encode_weights",
    "from_memory",
    "get_load_handlers",
    "get_model_artifacts_for_json",
    "get_model_artifacts_info_for_json",
    "get_model_json",
    "get_save_handlers",
    "get_weight_specs",
    "list_models",
    "load_arrays",
    "load_artifacts",
    "move_model",
    "register_load_router",
    "register_save_router",
    "remove_model",
    "save_arrays",
    "save_artifacts",
    "unregister_router",
    "with_save_handler",
]

_NEEDS_NUMPY = {
    "EncodedWeights": "pyio.weights.encoding",
    "decode_weights": "pyio.weights.encoding",
    "encode_weights": "pyio.weights.encoding",
    "load_arrays": "pyio.arrays",
    "save_arrays": "pyio.arrays",
}
"""Names that are imported when they are first used, because they import NumPy."""


def __getattr__(name: str) -> Any:
    if name not in _NEEDS_NUMPY:
        raise AttributeError(f"module 'pyio' has no attribute {name!r}")
    return getattr(import_module(_NEEDS_NUMPY[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_NEEDS_NUMPY})
