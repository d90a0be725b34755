"""A smaller first load from our own server: archives that the connection can compress as a whole.

Pyodide's standard library and NumPy's wheel are archives whose files are compressed one by one.
Stored without compression in the archive, and compressed by the server at once, they are a quarter
smaller. Their content is the same.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from typing import TYPE_CHECKING

from scripts.support.environment import ROOT

if TYPE_CHECKING:
    from pathlib import Path

COMPACT = ROOT / "build/compact"


def compact(pyodide: Path, folder: Path = COMPACT) -> Path:
    """Write the runtime of `pyodide` to `folder`, unless it is there, and return `folder`."""
    stamp, wanted = folder / "made-from", (pyodide / "pyodide-lock.json").read_text("utf-8")
    if stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    lock = json.loads(wanted)
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
    stamp.write_text(wanted, "utf-8")
    return folder


def stored(path: Path) -> bytes:
    """Return an archive with the same files, none of them compressed, and alike ones together."""
    sink = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as copy:
        for entry in sorted(
            archive.infolist(), key=lambda entry: entry.filename.rpartition(".")[::-1]
        ):
            plain = zipfile.ZipInfo(entry.filename, entry.date_time)
            plain.external_attr = entry.external_attr
            copy.writestr(plain, archive.read(entry))
    return sink.getvalue()
