"""The demo's own server sends less: repacked archives, and compressed answers."""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

from scripts.support import compression
from scripts.support.compact import compact
from scripts.support.server import Site

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

TEXT = b"console.log('the same line again and again');\n" * 500


def test_archives_are_stored(tmp_path: Path) -> None:
    """Each archive has the same files, and Pyodide's lock file has its new digest."""
    source = tmp_path / "pyodide"
    source.mkdir()
    with zipfile.ZipFile(source / "numpy-1.whl", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("numpy/a.py", TEXT)
        archive.writestr("numpy/b.so", b"\0" * 5000)
        archive.writestr("numpy/a.pyi", TEXT)
    (source / "pyodide.asm.wasm").write_bytes(b"wasm")
    numpy = {"file_name": "numpy-1.whl", "sha256": "old"}
    (source / "pyodide-lock.json").write_text(json.dumps({"packages": {"numpy": numpy}}))
    made = compact(source, tmp_path / "compact")
    with zipfile.ZipFile(made / "numpy-1.whl") as archive:
        assert archive.read("numpy/a.py") == TEXT
        assert archive.namelist() == ["numpy/a.py", "numpy/b.so"]
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
    lock = json.loads((made / "pyodide-lock.json").read_text("utf-8"))
    digest = hashlib.sha256((made / "numpy-1.whl").read_bytes()).hexdigest()
    assert lock["packages"]["numpy"]["sha256"] == digest
    assert (made / "pyodide.asm.wasm").read_bytes() == b"wasm"
    before = (made / "numpy-1.whl").stat().st_mtime_ns
    compact(source, made)
    assert (made / "numpy-1.whl").stat().st_mtime_ns == before


def test_answers_are_compressed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser that takes gzip gets it, with the type of the file; others get the file."""
    monkeypatch.setattr(compression, "_brotli", lambda: None)
    (tmp_path / "page.js").write_bytes(TEXT)
    (tmp_path / "small.js").write_bytes(b"1")
    with Site({"/": tmp_path}, compressed=True) as site:
        asked = Request(f"{site.url}/page.js", headers={"Accept-Encoding": "gzip, br"})
        with urlopen(asked) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert answer.headers["Content-Type"] == "text/javascript"
            assert answer.headers["Vary"] == "Accept-Encoding"
            sent = answer.read()
            assert len(sent) < 500
            assert gzip.decompress(sent) == TEXT
        for name in ("page.js", "small.js"):
            with urlopen(f"{site.url}/{name}") as answer:
                assert answer.headers["Content-Encoding"] is None
                assert answer.read() == (tmp_path / name).read_bytes()
        (tmp_path / "page.js").write_bytes(TEXT + b"more")
        with urlopen(asked) as answer:
            assert gzip.decompress(answer.read()) == TEXT + b"more"
    with Site({"/": tmp_path}) as site:
        plain = Request(f"{site.url}/page.js", headers={"Accept-Encoding": "gzip"})
        with urlopen(plain) as answer:
            assert answer.headers["Content-Encoding"] is None
