"""The database that TensorFlow.js keeps its models in, and what its records hold.

Name, version and stores are those of tfjs-core ``indexed_db.ts``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyio.browser.indexed_db.database import Database
from pyio.browser.indexed_db.records import Record
from pyio.errors import InvalidModelError
from pyio.format.artifacts import ModelArtifactsInfo
from pyio.format.info import info_from_json, info_to_json
from pyio.format.json_text import dumps, loads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyio.format.json_text import JSONValue

MODELS, INFOS = "models_store", "model_info_store"
NAME, VERSION, STORES = "tensorflowjs", 1, (MODELS, INFOS)
KEY, INFO = "modelPath", "modelArtifactsInfo"
"""Members that the records of both stores have: the key, and the info."""

# Any other version, and any other store, breaks or hangs TensorFlow.js for the whole origin.
DATABASE = Database(NAME, VERSION, STORES, KEY)

WEIGHT_DATA = ("modelArtifacts", "weightData")
"""Where the record of a model holds the bytes of its weights."""

_DATE = (INFO, "dateSaved")

LOCK = "indexeddb"
"""The lock of everything that changes a model in the database."""


def info_of(text: str) -> ModelArtifactsInfo:
    """Return the info in a record of the store of infos, given as JSON text."""
    try:
        record = loads(text, "its info")
    except InvalidModelError as error:
        return ModelArtifactsInfo(damage=str(error))
    return info_from_json(record.get("modelArtifactsInfo") if isinstance(record, dict) else None)


def record_with_info(members: Mapping[str, JSONValue], info: ModelArtifactsInfo) -> Record:
    """Return a record of `members` and the info, whose date is a date in JavaScript too."""
    assert info.date_saved is not None
    return Record(dumps({**members, INFO: info_to_json(info)}), {_DATE: info.date_saved})
