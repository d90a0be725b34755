"""The media: one file each, one line each here."""

from pyio.routing import Medium, register_medium

register_medium(
    Medium("localstorage", "pyio.handlers.local_storage", "LocalStorageHandler", lists=True)
)
register_medium(Medium("indexeddb", "pyio.handlers.indexed_db", "IndexedDBHandler", lists=True))
register_medium(
    Medium(
        "downloads",
        "pyio.handlers.downloads",
        "DownloadsHandler",
        loads=False,
        options=frozenset({"single_file"}),
        instead="a page cannot read downloads back; let the person pick the files",
    )
)
register_medium(Medium("memory", "pyio.handlers.memory", "MemoryHandler", lists=True))
