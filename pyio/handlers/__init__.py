"""The media: one file each, one line each here."""

from pyio.handlers.registry import Medium, register_medium

_HTTP_OPTIONS = frozenset(
    (
        *("request_init", "fetch_func", "weight_path_prefix", "weight_url_converter"),
        *("field_names", "timeout", "retries", "parallel"),
    )
)

register_medium(
    Medium(
        "localstorage",
        "pyio.handlers.local_storage.handler",
        "LocalStorageHandler",
        lists=True,
        repairs="pyio.handlers.local_storage.repair",
    )
)
register_medium(
    Medium(
        "indexeddb",
        "pyio.handlers.indexed_db.handler",
        "IndexedDBHandler",
        lists=True,
        repairs="pyio.handlers.indexed_db.repair",
    )
)
register_medium(
    Medium(
        "downloads",
        "pyio.handlers.downloads",
        "DownloadsHandler",
        loads=False,
        options=frozenset({"single_file", "shard_size_bytes"}),
        instead="a page cannot read downloads back; let the person pick the files, and load "
        "browser_files(await pick_files())",
    )
)
register_medium(Medium("memory", "pyio.handlers.memory", "MemoryHandler", lists=True))
register_medium(
    Medium(
        "file",
        "pyio.handlers.files.handler",
        "FileHandler",
        keeps=True,
        options=frozenset({"shard_size_bytes"}),
        instead="look into the directory, and delete it yourself",
        repairs="pyio.handlers.files.repair",
    )
)
for _scheme in ("http", "https"):
    register_medium(
        Medium(
            _scheme,
            "pyio.handlers.http.handler",
            "HTTPHandler",
            whole_url=True,
            options=_HTTP_OPTIONS,
            instead="ask the server",
        )
    )
