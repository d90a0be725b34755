"""The media: a file or a folder each, a line each here."""

from pyio.handlers.downloads import Downloads
from pyio.handlers.files.medium import Files
from pyio.handlers.http.medium import HTTP, HTTPS
from pyio.handlers.indexed_db.medium import IndexedDB
from pyio.handlers.local_storage.medium import LocalStorage
from pyio.handlers.memory import Memory
from pyio.handlers.opfs.medium import OPFS
from pyio.handlers.registry import register_medium

for _medium in (
    *(LocalStorage(), IndexedDB(), OPFS(), Downloads()),
    *(Memory(), Files(), HTTP(), HTTPS()),
):
    register_medium(_medium)
