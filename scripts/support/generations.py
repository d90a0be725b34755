"""Get the older Pyodides that pyio supports into ``web/vendor/``, for the tests alone.

``python3 scripts/support/generations.py`` makes a folder for each, with NumPy, micropip and our own
lock file, which names these. So ``loadPyodide()`` and ``micropip.install`` work as they do with the
CDN. (The packages differ in their bytes from the wheels in Pyodide's own lock file.)
"""

from __future__ import annotations

import hashlib
import json
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.support.runtime import FetchError, Source, ensure, run, sha256

NPM_CDN = "https://cdn.jsdelivr.net/npm/"


@dataclass(frozen=True, slots=True)
class Wheel:
    """An entry of the lock file: where `name` is imported from, and what it needs."""

    name: str
    file: str
    sha256: str
    depends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Generation:
    """A Pyodide: the version fields of its lock file, its core files and its wheels."""

    info: dict[str, str]
    sources: tuple[Source, ...]
    wheels: tuple[Wheel, ...]

    @property
    def folder(self) -> str:
        """The folder below ``web/vendor/``."""
        return self.sources[0].folder


def _core(version: str, files: dict[str, str]) -> Source:
    package = f"pyodide@{version}"
    return Source(f"pyodide-{version}", f"{NPM_CDN}{package}/", package, "package/", files)


def _from_pypi(version: str, *wheels: Wheel) -> list[Source]:
    return [
        Source(
            f"pyodide-{version}",
            None,
            "==".join(wheel.file.split("-")[:2]),
            None,
            {wheel.file: wheel.sha256},
        )
        for wheel in wheels
    ]


_PACKAGING = Wheel(
    "packaging",
    "packaging-24.2-py3-none-any.whl",
    "09abb1bccd265c01f4a3aa3f7a7db064b36514d2cba19a2f694fe6150451a759",
)
_MICROPIP_09 = Wheel(
    "micropip",
    "micropip-0.9.0-py3-none-any.whl",
    "babcf68c1849e229aa887564bc5f2de50273c3212e73c9aff8e3e6e80f2b6a23",
    ("packaging",),
)
_MICROPIP_011 = Wheel(
    "micropip",
    "micropip-0.11.0-py3-none-any.whl",
    "467568ffe26c3aa5b53bad7a4722ebd91b0427cfd664efbe1b571530ded4a84b",
    ("packaging",),
)
_NUMPY_22 = Wheel(
    "numpy",
    "numpy-2.2.5-cp313-cp313-pyodide_2025_0_wasm32.whl",
    "125230b4c3ecd08803e5c43f1162e017c0718d9f253146225a705a952b9c16c2",
)
_NUMPY_20 = Wheel(
    "numpy",
    "numpy-2.0.1-cp312-cp312-pyodide_2024_0_wasm32.whl",
    "0a48687dc1dfa0751936dedfab1a48a7358ea451b35fd2468aee935e9c022708",
)
_NUMPY_20_CONDA = Source(
    folder="pyodide-0.27.7",
    cdn=f"{NPM_CDN}@emscripten-forge/numpy@2.0.1-py312h4e66579-0/pkg/",
    package="@emscripten-forge/numpy@2.0.1-py312h4e66579-0",
    inside="package/pkg/",
    files={
        "numpy-2.0.1-py312h4e66579_0.tar.gz": (
            "608a8525a002505e620f9264738a9f95710de52d577276b37ccb881d662be6d6"
        )
    },
)

PYODIDE_027 = Generation(
    info={
        "abi_version": "2024_0",
        "arch": "wasm32",
        "platform": "emscripten_3_1_58",
        "python": "3.12.7",
        "version": "0.27.7",
    },
    sources=(
        _core(
            "0.27.7",
            {
                "pyodide.js": "b4cb23a53aba19c221659b9fb40a2f18281d685691dc06647fb0afd0681baf98",
                "pyodide.mjs": "04c052c815abb0bf2981fa38c2dfa58e3120ee5288c956df2b2a15e301782c5f",
                "pyodide.asm.js": (
                    "6b4c90de5b7172873f04f21884d0e9d2274e305fe32116558fe3e4fbe3618d51"
                ),
                "pyodide.asm.wasm": (
                    "a50dd1843f805a0b7c45b61037ee0d7b26dfe85efe0e18ef95a34ad24e401f5f"
                ),
                "python_stdlib.zip": (
                    "16611534726e5d8ac2bd8f926410b2dcb8d6f49aa24913463533b457a2115c16"
                ),
            },
        ),
        _NUMPY_20_CONDA,
        *_from_pypi("0.27.7", _MICROPIP_09, _PACKAGING),
    ),
    wheels=(_NUMPY_20, _MICROPIP_09, _PACKAGING),
)
PYODIDE_029 = Generation(
    info={
        "abi_version": "2025_0",
        "arch": "wasm32",
        "platform": "emscripten_4_0_9",
        "python": "3.13.2",
        "version": "0.28.0.dev0",  # the name in its own lock file
    },
    sources=(
        _core(
            "0.29.3",
            {
                "pyodide.js": "718d40f1c015dd25ec724cc8fc4e2325d6a45a92ae225121ff6953f224a16f72",
                "pyodide.mjs": "23213d27e9dacbda6f25f955fb38dabfc40ada082c04ee253047ea5dddcaa3b5",
                "pyodide.asm.js": (
                    "1263f02b5b26099b96112378156f242dd98b39a8201ba7765e5fe3d455c5ce91"
                ),
                "pyodide.asm.wasm": (
                    "e2f4ee75b325e35eb31bfb8c613d4dd5098f5502c156a97847686875b5025480"
                ),
                "python_stdlib.zip": (
                    "4298b6ee445cb724c3973437da47789752b9e6ff4e26619026b283ec801fc46b"
                ),
            },
        ),
        Source(
            folder="pyodide-0.29.3",
            cdn=f"{NPM_CDN}@bentopdf/pymupdf-wasm@0.11.16/assets/",
            package="@bentopdf/pymupdf-wasm@0.11.16",
            inside="package/assets/",
            files={_NUMPY_22.file: _NUMPY_22.sha256},
        ),
        *_from_pypi("0.29.3", _MICROPIP_011, _PACKAGING),
    ),
    wheels=(_NUMPY_22, _MICROPIP_011, _PACKAGING),
)
GENERATIONS = (PYODIDE_027, PYODIDE_029)


def ensure_all(vendor: Path) -> None:
    """Fetch what `vendor` lacks of all `GENERATIONS`. Raises FetchError."""
    ensure(vendor, [source for generation in GENERATIONS for source in generation.sources])
    _make_wheel(vendor / PYODIDE_027.folder)
    for generation in GENERATIONS:
        lock = vendor / generation.folder / "pyodide-lock.json"
        _write(lock, _lock(generation).encode())


def _lock(generation: Generation) -> str:
    packages = {
        wheel.name: {
            "name": wheel.name,
            "version": wheel.file.split("-")[1],
            "file_name": wheel.file,
            "sha256": wheel.sha256,
            "imports": [wheel.name],
            "depends": list(wheel.depends),
            "install_dir": "site",
            "package_type": "package",
            "unvendored_tests": False,
        }
        for wheel in generation.wheels
    }
    return json.dumps({"info": generation.info, "packages": packages}, indent=1)


def _make_wheel(folder: Path) -> None:
    """Make a wheel of the site-packages in a package of conda's."""
    target = folder / _NUMPY_20.file
    if sha256(target) == _NUMPY_20.sha256:
        return
    start, content = "lib/python3.12/site-packages/", BytesIO()
    (conda,) = _NUMPY_20_CONDA.files
    # No dates and no compression, so that the bytes are the same on every machine.
    with tarfile.open(folder / conda) as tar, zipfile.ZipFile(content, "w") as wheel:
        for member in sorted(tar.getmembers(), key=lambda member: member.name):
            stream = tar.extractfile(member) if member.isfile() else None
            if stream is not None and member.name.startswith(start):
                name = member.name.removeprefix(start)
                wheel.writestr(zipfile.ZipInfo(name), stream.read())
    got = hashlib.sha256(content.getvalue()).hexdigest()
    if got != _NUMPY_20.sha256:
        raise FetchError(f"{target.name} came out with SHA-256 {got}, not {_NUMPY_20.sha256}")
    _write(target, content.getvalue())


def _write(target: Path, content: bytes) -> None:
    if target.is_file() and target.read_bytes() == content:
        return
    incoming = target.with_name(f".incoming-{target.name}")
    incoming.write_bytes(content)
    incoming.replace(target)


if __name__ == "__main__":
    run(ensure_all, __doc__.partition("\n")[0])
