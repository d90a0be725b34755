"""Save and load machine-learning models in the browser's own storage, as TensorFlow.js does.

    await pyio.save_arrays({"w": array}, "indexeddb://my-arrays")
    arrays = await pyio.load_arrays("indexeddb://my-arrays")

The README has the table of schemes. Importing pyio starts nothing and loads nothing else: each name
below is imported when it is first used, because a page without compiled files compiles what it
imports.
"""

from importlib import import_module
from types import FunctionType as _FunctionType
from typing import TYPE_CHECKING, Any

from pyio.version import __version__ as __version__

if TYPE_CHECKING:
    from pyio import bridge as bridge
    from pyio import callbacks as callbacks
    from pyio import constraints as constraints
    from pyio import errors as errors
    from pyio import initializers as initializers
    from pyio import layers as layers
    from pyio import limits as limits
    from pyio import losses as losses
    from pyio import metrics as metrics
    from pyio import optimizers as optimizers
    from pyio import regularizers as regularizers
    from pyio import sync as sync
    from pyio.display.bars import progress_bar
    from pyio.errors import (
        CachedCopyWarning,
        CompatibilityWarning,
        DamagedModelError,
        DivergedError,
        ForeignDatabaseError,
        GradientError,
        HandlerError,
        InvalidModelError,
        InvalidURLError,
        LockTimeoutError,
        ModelExistsError,
        ModelInputError,
        ModelNotFoundError,
        OpError,
        OtherFormatError,
        OutOfMemoryError,
        PyioError,
        QuotaExceededError,
        RequestError,
        StorageError,
        StorageRefusedError,
        UnknownLayersError,
        UnknownOpsError,
        UnknownSchemeError,
        UnsupportedDtypeError,
        UnsupportedEnvironmentError,
        UnsupportedModelError,
        UnsupportedOperationError,
        UnsupportedOpsError,
        UntrustedTypesError,
        WeightsError,
    )
    from pyio.format.artifacts import (
        Conversion,
        ModelArtifacts,
        ModelArtifactsInfo,
        Quantization,
        SaveResult,
        WeightSpec,
    )
    from pyio.format.card import ModelCard
    from pyio.format.model_json import get_model_artifacts_for_json, get_weight_specs
    from pyio.format.serialized import get_model_artifacts_info_for_json, get_model_json
    from pyio.handlers.callers import from_memory, with_save_handler
    from pyio.handlers.contract import IOHandler, LoadHandler, SaveHandler, StoreManager
    from pyio.handlers.downloads import browser_downloads
    from pyio.handlers.files.handler import file_system
    from pyio.handlers.findings import Finding
    from pyio.handlers.http.opening import http
    from pyio.handlers.picked_files import browser_files, pick_files
    from pyio.handlers.registry import (
        get_load_handlers,
        get_save_handlers,
        register_load_router,
        register_save_router,
        unregister_router,
    )
    from pyio.models.graph_models.graph_model import GraphModel
    from pyio.models.graph_models.reading import graph_model_from_artifacts
    from pyio.models.layers.core import Input, input  # noqa: A004 -- the name is TensorFlow.js's
    from pyio.models.load import load_graph_model, load_layers_model, load_model
    from pyio.models.model import LayersModel, Model
    from pyio.models.sequential import Sequential
    from pyio.models.serialization.read import model_from_artifacts
    from pyio.models.serialization.topology import model_from_json
    from pyio.models.serialization.write import model_to_artifacts, save_model
    from pyio.models.verification import Verification, verify
    from pyio.operations.arrays import load_arrays, load_weights, save_arrays
    from pyio.operations.catalog import copy_model, list_models, move_model, remove_model
    from pyio.operations.inspection import Inspection, LayerSummary, exists, inspect
    from pyio.operations.objects import load_object, save_object
    from pyio.operations.persistence import request_persistence
    from pyio.operations.repair import RepairPlan, repair
    from pyio.operations.report import MediumReport, StorageReport, storage_report
    from pyio.operations.transfer import load_artifacts, save_artifacts
    from pyio.progress import OnProgress, Progress
    from pyio.tensors.encoding import EncodedWeights, decode_weights, encode_weights
    from pyio.tensors.lazy import LazyArtifacts, LazyWeights
    from pyio.tensors.stream import decode_weights_stream

    browser_http_request = http

__all__ = [
    "CachedCopyWarning",
    "CompatibilityWarning",
    "Conversion",
    "DamagedModelError",
    "DivergedError",
    "EncodedWeights",
    "Finding",
    "ForeignDatabaseError",
    "GradientError",
    "GraphModel",
    "HandlerError",
    "IOHandler",
    "Input",
    "Inspection",
    "InvalidModelError",
    "InvalidURLError",
    "LayerSummary",
    "LayersModel",
    "LazyArtifacts",
    "LazyWeights",
    "LoadHandler",
    "LockTimeoutError",
    "MediumReport",
    "Model",
    "ModelArtifacts",
    "ModelArtifactsInfo",
    "ModelCard",
    "ModelExistsError",
    "ModelInputError",
    "ModelNotFoundError",
    "OnProgress",
    "OpError",
    "OtherFormatError",
    "OutOfMemoryError",
    "Progress",
    "PyioError",
    "Quantization",
    "QuotaExceededError",
    "RepairPlan",
    "RequestError",
    "SaveHandler",
    "SaveResult",
    "Sequential",
    "StorageError",
    "StorageRefusedError",
    "StorageReport",
    "StoreManager",
    "UnknownLayersError",
    "UnknownOpsError",
    "UnknownSchemeError",
    "UnsupportedDtypeError",
    "UnsupportedEnvironmentError",
    "UnsupportedModelError",
    "UnsupportedOperationError",
    "UnsupportedOpsError",
    "UntrustedTypesError",
    "Verification",
    "WeightSpec",
    "WeightsError",
    "browser_downloads",
    "browser_files",
    "browser_http_request",
    "copy_model",
    "decode_weights",
    "decode_weights_stream",
    "encode_weights",
    "exists",
    "file_system",
    "from_memory",
    "get_load_handlers",
    "get_model_artifacts_for_json",
    "get_model_artifacts_info_for_json",
    "get_model_json",
    "get_save_handlers",
    "get_weight_specs",
    "graph_model_from_artifacts",
    "http",
    "input",
    "inspect",
    "list_models",
    "load_arrays",
    "load_artifacts",
    "load_graph_model",
    "load_layers_model",
    "load_model",
    "load_object",
    "load_weights",
    "model_from_artifacts",
    "model_from_json",
    "model_to_artifacts",
    "move_model",
    "pick_files",
    "progress_bar",
    "register_load_router",
    "register_save_router",
    "remove_model",
    "repair",
    "request_persistence",
    "save_arrays",
    "save_artifacts",
    "save_model",
    "save_object",
    "storage_report",
    "unregister_router",
    "verify",
    "with_save_handler",
]

_HOMES = {
    "pyio.display.bars": "progress_bar",
    "pyio.errors": (
        "CachedCopyWarning "
        "CompatibilityWarning DamagedModelError DivergedError ForeignDatabaseError "
        "GradientError HandlerError InvalidModelError InvalidURLError LockTimeoutError "
        "ModelExistsError ModelInputError ModelNotFoundError OpError OtherFormatError "
        "OutOfMemoryError PyioError QuotaExceededError RequestError StorageError "
        "StorageRefusedError UnknownLayersError UnknownOpsError UnknownSchemeError "
        "UnsupportedDtypeError UnsupportedEnvironmentError UnsupportedModelError "
        "UnsupportedOperationError UnsupportedOpsError UntrustedTypesError WeightsError"
    ),
    "pyio.format.artifacts": (
        "Conversion ModelArtifacts ModelArtifactsInfo Quantization SaveResult WeightSpec"
    ),
    "pyio.format.card": "ModelCard",
    "pyio.format.model_json": "get_model_artifacts_for_json get_weight_specs",
    "pyio.format.serialized": "get_model_artifacts_info_for_json get_model_json",
    "pyio.handlers.callers": "from_memory with_save_handler",
    "pyio.handlers.contract": "IOHandler LoadHandler SaveHandler StoreManager",
    "pyio.handlers.downloads": "browser_downloads",
    "pyio.handlers.files.handler": "file_system",
    "pyio.handlers.findings": "Finding",
    "pyio.handlers.http.opening": "http",
    "pyio.handlers.picked_files": "browser_files pick_files",
    "pyio.handlers.registry": (
        "get_load_handlers get_save_handlers register_load_router register_save_router "
        "unregister_router"
    ),
    "pyio.models.graph_models.graph_model": "GraphModel",
    "pyio.models.graph_models.reading": "graph_model_from_artifacts",
    "pyio.models.layers.core": "Input input",
    "pyio.models.load": "load_graph_model load_layers_model load_model",
    "pyio.models.model": "LayersModel Model",
    "pyio.models.sequential": "Sequential",
    "pyio.models.serialization.read": "model_from_artifacts",
    "pyio.models.serialization.topology": "model_from_json",
    "pyio.models.serialization.write": "model_to_artifacts save_model",
    "pyio.models.verification": "Verification verify",
    "pyio.operations.arrays": "load_arrays load_weights save_arrays",
    "pyio.operations.catalog": "copy_model list_models move_model remove_model",
    "pyio.operations.inspection": "Inspection LayerSummary exists inspect",
    "pyio.operations.objects": "load_object save_object",
    "pyio.operations.persistence": "request_persistence",
    "pyio.operations.repair": "RepairPlan repair",
    "pyio.operations.report": "MediumReport StorageReport storage_report",
    "pyio.operations.transfer": "load_artifacts save_artifacts",
    "pyio.progress": "OnProgress Progress",
    "pyio.tensors.encoding": "EncodedWeights decode_weights encode_weights",
    "pyio.tensors.lazy": "LazyArtifacts LazyWeights",
    "pyio.tensors.stream": "decode_weights_stream",
}
"""Module -> its public names, which are imported when they are first used.

Type checkers do not run this module, so the same names stand under TYPE_CHECKING and in `__all__`.
A test compares the three.
"""

_MODULE_OF = {name: module for module, names in _HOMES.items() for name in names.split()}

_MODULES = [
    "bridge",
    "callbacks",
    "constraints",
    "errors",
    "initializers",
    "layers",
    "limits",
    "losses",
    "metrics",
    "optimizers",
    "regularizers",
    "sync",
]
"""Public modules, imported when they are first used."""


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"pyio.{name}")
    if name == "browser_http_request":  # TensorFlow.js's other name
        return __getattr__("http")
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'pyio' has no attribute {name!r}")
    if name not in globals():
        globals()[name] = _shown(getattr(import_module(_MODULE_OF[name]), name))
    return globals()[name]


def _shown(value: Any) -> Any:
    """Return a function so that its errors show the caller's line; others unchanged."""
    if not isinstance(value, _FunctionType) or hasattr(value, "__wrapped__"):
        return value
    from pyio.tracebacks import short

    return short(value)


def __dir__() -> list[str]:
    return sorted([*__all__, *_MODULES, *(name for name in globals() if name.startswith("__"))])
