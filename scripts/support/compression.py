"""What a server sends, compressed: with Brotli where that is installed, or else with gzip."""

from __future__ import annotations

import gzip
import subprocess
import sys
from importlib import import_module, invalidate_caches
from threading import Lock
from typing import TYPE_CHECKING, Any

from scripts.support.environment import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TOOLS = ROOT / "build/server-tools"
BROTLI = "brotli==1.2.0"
QUALITY = 9
"""Of Brotli, up to 11, which takes ten times as long for 5 % less."""

SMALLEST = 1000
"""Bytes below which compression gains nothing."""

ENDINGS = frozenset(
    (".wasm", ".mjs", ".js", ".css", ".html", ".json", ".py", ".svg", ".zip", ".whl", ".bin")
)


def has_brotli() -> bool:
    """Return whether Brotli is installed."""
    return _brotli() is not None


def install_brotli() -> bool:
    """Install Brotli for this server, and return whether it is there."""
    if has_brotli():
        return True
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(TOOLS), BROTLI]
    subprocess.run(command, capture_output=True, check=False)
    invalidate_caches()  # the folder was not there when it was looked into
    return _brotli() is not None


def _brotli() -> Any:
    if str(TOOLS) not in sys.path:
        sys.path.append(str(TOOLS))
    try:
        return import_module("brotli")
    except ImportError:
        return None


class Compressor:
    """Compresses files when they are first asked for, and keeps the result."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Path, int, str], bytes] = {}
        self._lock = Lock()

    def encoding(self, path: Path, accepted: str) -> str | None:
        """Return how `path` is compressed for a browser with this Accept-Encoding, or None."""
        if path.suffix not in ENDINGS or path.stat().st_size < SMALLEST:
            return None
        names = {part.partition(";")[0].strip() for part in accepted.split(",")}
        if "br" in names and _brotli() is not None:
            return "br"
        return "gzip" if "gzip" in names else None

    def content(self, path: Path, encoding: str) -> bytes:
        """Return the compressed content of a file; large ones may lie compressed beside it."""
        beside = path.with_name(f"{path.name}.{encoding}")
        if beside.is_file() and beside.stat().st_mtime_ns >= path.stat().st_mtime_ns:
            return beside.read_bytes()
        key = path, path.stat().st_mtime_ns, encoding
        with self._lock:
            if key not in self._kept:
                self._kept[key] = compressed(path.read_bytes(), encoding)
            return self._kept[key]


def compressed(content: bytes, encoding: str) -> bytes:
    """Return `content` as the encoding "gzip" or "br" has it."""
    if encoding == "gzip":
        return gzip.compress(content, 9, mtime=0)
    found: bytes = _brotli().compress(content, quality=QUALITY, lgwin=24)
    return found
