"""``python -m pyio serve``: from the command line to a running server."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pyio.errors import InvalidURLError, UnsupportedEnvironmentError

if TYPE_CHECKING:
    import argparse

    from starlette.applications import Starlette

    from pyio.server.storage import Storage

TOKEN = "PYIO_TOKEN"  # noqa: S105 - the name of a variable
_STORE, _MAX_BYTES, _GRACE = "PYIO_SERVE_STORE", "PYIO_SERVE_MAX_BYTES", "PYIO_SERVE_GRACE"
"""The variables by which workers learn what to serve: they are processes of their own."""

_NEEDED = ("starlette", "uvicorn", "python_multipart")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("store", metavar="STORE", help="a folder, or s3://bucket/prefix")
    parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s, this machine")
    parser.add_argument("--port", type=int, default=8000, help="default: %(default)s")
    parser.add_argument("--workers", type=int, default=1, help="processes; default: %(default)s")
    parser.add_argument(
        "--max-bytes", type=int, default=4 * 1024**3, help="of an upload; default: %(default)s"
    )
    parser.add_argument(
        "--grace",
        type=float,
        default=24 * 3600.0,
        metavar="SECONDS",
        help="how long unused weights are kept; default: %(default)s",
    )
    parser.add_argument("--read-only", action="store_true", help="refuse all writes")
    parser.add_argument(
        "--collect",
        action="store_true",
        help="remove unused weights of all models, and serve nothing",
    )


def serve(options: argparse.Namespace) -> int:
    """Serve until the process is ended. Raises UnsupportedEnvironmentError without the extra."""
    _require_packages(options.store)
    storage = storage_at(options.store)  # an error of the address is said here, once
    if options.collect:
        return asyncio.run(_collect(storage, options.grace))
    given = os.environ.get(TOKEN)
    token = "" if options.read_only else given or secrets.token_urlsafe(24)
    os.environ |= {
        TOKEN: token,
        _STORE: options.store,
        _MAX_BYTES: str(options.max_bytes),
        _GRACE: str(options.grace),
    }
    print(f"serving {options.store} at http://{options.host}:{options.port}/models", flush=True)
    if token and not given:
        print(f"token for writes: {token}", flush=True)
    import uvicorn

    uvicorn.run(
        "pyio.server.serving:create",
        factory=True,
        host=options.host,
        port=options.port,
        workers=options.workers,
        log_level="warning",
        timeout_keep_alive=30,
    )
    return 0


async def _collect(storage: Storage, grace: float) -> int:
    from pyio.server import storage as stores

    removed = 0
    for name in sorted(await stores.names(storage)):
        removed += await stores.collect(storage, name, grace)
    print(f"{removed} files of unused weights removed")
    return 0


def create() -> Starlette:
    """Return the application that the environment describes; each worker calls it."""
    from pyio.server.application import Settings, application

    settings = Settings(
        os.environ.get(TOKEN) or None,
        int(os.environ[_MAX_BYTES]),
        float(os.environ[_GRACE]),
    )
    return application(storage_at(os.environ[_STORE]), settings)


def storage_at(place: str) -> Storage:
    """Return the storage at a path or an address. Raises InvalidURLError."""
    if "://" not in place or place.startswith("file://"):
        from pyio.server.folder import FolderStorage

        root = Path(place.removeprefix("file://")).absolute()
        if not root.is_dir():
            raise InvalidURLError(place, "a folder that exists is expected; make it first")
        return FolderStorage(root)
    from pyio.server.bucket import BucketStorage

    try:
        return BucketStorage(place)
    except Exception as error:  # obstore has errors of its own for each kind of mistake
        raise InvalidURLError(place, f"no object store can be reached by it: {error}") from error


def _require_packages(place: str) -> None:
    needed: list[str] = [*_NEEDED]
    if "://" in place and not place.startswith("file://"):
        needed.append("obstore")
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    if missing:
        raise UnsupportedEnvironmentError(
            f"serving needs {', '.join(missing)}; install pyio-web[server]"
        )
    if sys.platform == "emscripten":
        raise UnsupportedEnvironmentError("a page cannot be a server; run it in CPython")
