"""A smaller first load from our own server: archives that the connection can compress as a whole.

Pyodide's standard library and NumPy's wheel are archives whose files are compressed one by one.
Stored without compression in the archive, and compressed by the server at once, they are a quarter
smaller. Their content is the same, but for what only compilers and type checkers read.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from typing import TYPE_CHECKING

from scripts.support.compression import compressed, has_brotli
from scripts.support.environment import ROOT

if TYPE_CHECKING:
    from pathlib import Path

COMPACT = ROOT / "build/compact"

LEFT_OUT = (".h", ".pyi")
"""Endings of files that nothing in a page reads."""

LARGE = 1_000_000
"""Bytes from which a file is compressed when it is written, and not when it is first asked for."""


def compact(pyodide: Path, folder: Path = COMPACT) -> Path:
    """Write the runtime of `pyodide` to `folder`, unless it is there, and return `folder`."""
    stamp, wanted = folder / "made-from", f"{has_brotli()} {LEFT_OUT}\n{_lock(pyodide)}"
    if stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    lock = json.loads(_lock(pyodide))
    for path in sorted(pyodide.iterdir()):
        if path.suffix not in (".whl", ".zip"):
            shutil.copyfile(path, folder / path.name)
            continue
        content = stored(path)
        (folder / path.name).write_bytes(content)
        for package in lock["packages"].values():
            if package["file_name"] == path.name:  # Pyodide compares it with what it fetches
                package["sha256"] = hashlib.sha256(content).hexdigest()
    (folder / "pyodide-lock.json").write_text(json.dumps(lock), "utf-8")
    for path in list(folder.iterdir()) if has_brotli() else ():
        if path.stat().st_size >= LARGE:
            beside = path.with_name(f"{path.name}.br")
            beside.write_bytes(compressed(path.read_bytes(), "br"))
    stamp.write_text(wanted, "utf-8")
    return folder


def _lock(pyodide: Path) -> str:
    return (pyodide / "pyodide-lock.json").read_text("utf-8")


def stored(path: Path) -> bytes:
    """Return an archive with the same files, none of them compressed, and alike ones together.

    Headers and type stubs are left out.
    """
    sink = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as copy:
        for entry in sorted(archive.infolist(), key=_kind):
            if not entry.filename.endswith(LEFT_OUT):
                plain = zipfile.ZipInfo(entry.filename, entry.date_time)
                plain.external_attr = entry.external_attr
                copy.writestr(plain, archive.read(entry))
    return sink.getvalue()


def _kind(entry: zipfile.ZipInfo) -> tuple[str, str]:
    return entry.filename.rpartition(".")[2], entry.filename
