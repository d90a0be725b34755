"""The database that TensorFlow.js keeps its models in, and what its records hold.

Name, version and stores are those of tfjs-core ``indexed_db.ts``.
"""

from __future__ import annotations

from pyio.artifacts import ModelArtifactsInfo
from pyio.browser import indexed_db
from pyio.errors import InvalidModelError
from pyio.json_text import loads
from pyio.model_json import info_from_json

MODELS, INFOS = "models_store", "model_info_store"
NAME, VERSION, STORES = "tensorflowjs", 1, (MODELS, INFOS)
KEY, INFO = "modelPath", "modelArtifactsInfo"
"""Members that the records of both stores have: the key, and the info."""

# Any other version, and any other store, breaks or hangs TensorFlow.js for the whole origin.
DATABASE = indexed_db.Database(NAME, VERSION, STORES, KEY)

WEIGHT_DATA = ("modelArtifacts", "weightData")
"""Where the record of a model holds the bytes of its weights."""

LOCK = "indexeddb"
"""The lock of everything that changes a model in the database."""


def info_of(text: str) -> ModelArtifactsInfo:
    """Return the info in a record of the store of infos, given as JSON text."""
    try:
        record = loads(text, "its info")
    except InvalidModelError as error:
        return ModelArtifactsInfo(damage=str(error))
    return info_from_json(record.get("modelArtifactsInfo") if isinstance(record, dict) else None)
