"""Get JupyterLite, marimo and PyScript into ``web/vendor/``, for the tests alone.

``python3 scripts/support/hosts.py`` fetches each unmodified and with its default configuration. It
also fetches what each requests at run time: its own version of Pyodide, and wheels from the package
index. Existing files are kept. Every file that a browser loads is pinned by version and SHA-256.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.support.estimators import ESTIMATORS
from scripts.support.runtime import VENDOR, FetchError, Source, ensure, run, sha256

PINS = Path(__file__).resolve().parent / "pins"
HOSTS = VENDOR / "hosts"
"""Holds `jupyterlite` (a site), `tools` (marimo among them), `wheels`, `simple`, `locks`."""

CORE_FILES = (
    *("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm"),
    *("python_stdlib.zip", "pyodide-lock.json"),
)


def _pyodide(version: str, *hashes: str) -> Source:
    package = f"pyodide@{version}"
    return Source(
        folder=f"pyodide-{version}",
        cdn=f"https://cdn.jsdelivr.net/npm/{package}/",
        package=package,
        inside="package/",
        files=dict(zip(CORE_FILES, hashes, strict=True)),
    )


MARIMO = _pyodide(
    "314.0.0",
    "3abfa8bfc2d1dc9d733f4b0b5c3b35bb469295e455abf13f5c0fac70a1c2e961",
    "7808c4d7a9fee23a02b0c8b7bbd51b1358e8d41bbe89e5c0ee9c0c4db7b9328f",
    "4d23bd074cc536a96660c9168e223e3aaf01944096ad829737a9c87fec4b28eb",
    "1215cd239a270c13a3ecb1a84c84b7b3241baf7ea7f54615f00d79ff69c82787",
    "f545248ab161ead36adf7110a358334974e97b08f40c7219e97077d380f7247b",
)
PYSCRIPT = _pyodide(
    "314.0.2",
    "955d2088bbb7fc79a73c4802aca2370c1d95bfdfaffa4121e0faebda2b0ea3f9",
    "c7eccdfeb7a8419d61f910f0685b45cd5610b7ff5bbe844c3c1050ee6623b641",
    "f7a8a169e513791e18fa0790fb69d6f2656b779e9012ba57e03e973f0df0b39f",
    "101a9c94ca6304c1478c89b7b595136b9a51b4289bdc5b467d86db553efee9b3",
    "c963d22858f6bcb8f41586a2142f03905ab370c88ea22a86a2736e95fac2a8f3",
)
JUPYTERLITE = _pyodide(
    "314.0.6",
    "69e3f6ccec3e14b465df60be577ca62f536251406b9a00cce019eac5252a2495",
    "2ac5eba365ec12839c75c03b39b3be1dd63b798852cc460b014b52238be042f7",
    "3a0a00dfeaa348ac20f9ef09904233d32d33f644339662d4af368f8a2010f37a",
    "80c5be6babfe03297069703410c3c29404dcf2525d2b128746bae5536f94831f",
    "3fdaef09e9e365c85e002737720f8d0ab8f278c1c244a2dde6a37663cf488ad4",
)
PYODIDES = (MARIMO, PYSCRIPT, JUPYTERLITE)
"""The Pyodide of each host, named after the host."""

MARIMO_DEPENDS = {
    "marimo-base": [
        *("docutils", "itsdangerous", "jedi", "markdown", "msgspec", "narwhals", "packaging"),
        *("pygments", "pymdown-extensions", "python-multipart", "pyyaml", "tomlkit"),
    ],
    "pymdown-extensions": ["markdown", "pyyaml"],
}
"""The packages in Pyodide's and marimo's lock files that the hosts' packages depend on."""

PYSCRIPT_CORE = Source(
    folder="pyscript",
    cdn="https://cdn.jsdelivr.net/npm/@pyscript/core@0.7.31/dist/",
    package="@pyscript/core@0.7.31",
    inside="package/dist/",
    files={
        "core.css": "4a3d70ab34376a646ccfc1216cd79b9c31e80bc3816e2496d2d4d0136e811165",
        "core.js": "e3c6992c6625630423d8e720ebba6cfe1d2ad7a9e4be7224a1e4a3c52edc8d07",
        "core-C9KDLldu.js": "6ebd3fd9f13faa7859f54bed5304c532da8a194fffbe14baf1986af1a1f17dd6",
        "deprecations-manager-UpAPKqCb.js": (
            "853a48e814afe7ad7fd93d8dfa20abe3992d7a91994f85eb97b806cd7d712c52"
        ),
        "donkey-4Hrqd7WZ.js": "bf4cb5d7e5dde003a79f7ece9f25dae17d9aaacab4e84bbb0a3cc9570a3dffa1",
        "error-D2315lOB.js": "872d9b91b2b1ba283fc6d0d98af1e49dedebfa1a026c15265d712e5f84a599ee",
        "py-Dl-y4L1b.js": "d0bda6037f01430052b1542ecaf0602e32b6c05a2e67a66ad6844ed96d217a28",
        "py-editor-C4XsZtn7.js": "4dc3047ff5fbf69690b04b4cf684eeaa982d869842a22314b8116fcb00a1ad89",
        "py-game-DWiCrr7a.js": "02c550364adf2a2dc6a5234653c7819f9707c73a8d6e3330df28f0d477410d53",
        "py-terminal-CwQ6kcjg.js": (
            "111421dd0a1f185eb5b0371b8f8216fcbd2415d9a4b335c5f3368d187b6fd716"
        ),
        "pyodide_graph-CX6fRcVL.js": (
            "46c1b3a9290317e4bb651c66f743e62d9e5dc56eb099c71a8264fdbb340bb2ca"
        ),
    },
)


def ensure_hosts(vendor: Path) -> None:
    """Fetch and build what `vendor` lacks of the hosts. Raises FetchError."""
    ensure(vendor)
    ensure(vendor, (*PYODIDES, PYSCRIPT_CORE, ESTIMATORS))
    target, wanted = vendor / HOSTS.name, _made_for()
    stamp = target / "made-for"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    with tempfile.TemporaryDirectory(prefix=".incoming-", dir=vendor) as folder:
        _build(Path(folder) / "hosts", vendor)
        (Path(folder) / "hosts" / stamp.name).write_text(wanted)
        shutil.rmtree(target, ignore_errors=True)
        (Path(folder) / "hosts").rename(target)


def export_marimo(notebook: Path, folder: Path, mode: str) -> None:
    """Export a marimo notebook as a page, as users do; `mode` is "run" or "edit"."""
    options = ("--output", folder, "--mode", mode, "--force")
    _tool(HOSTS / "tools", "marimo", "export", "html-wasm", notebook, *options)


def _made_for() -> str:
    digest = hashlib.sha256()
    for file in (Path(__file__), *sorted(PINS.iterdir())):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _build(folder: Path, vendor: Path) -> None:
    wheels, tools = folder / "wheels", folder / "tools"
    print("fetching the wheels of the hosts ...", flush=True)
    _download("in_the_browser.txt", wheels)
    _download("builders.txt", folder / "builders")
    print("building the hosts ...", flush=True)
    _command(sys.executable, "-m", "venv", tools)
    builders = (folder / "builders").iterdir()
    pins = ("--requirement", PINS / "tools.txt")
    _tool(tools, "pip", "install", "--quiet", *pins)
    _tool(tools, "pip", "install", "--quiet", "--no-deps", *builders)
    shutil.rmtree(folder / "builders")
    _make_index(wheels, folder / "simple")
    _make_yaml_wheel(next(tools.glob("[Ll]ib/**/site-packages")), wheels)
    for wheel in (*(vendor / "pyodide").glob("*.whl"), *_estimators(vendor)):
        shutil.copy(wheel, wheels)
    (folder / "locks").mkdir()
    for pyodide in PYODIDES:
        lock = _patched((vendor / pyodide.folder / "pyodide-lock.json").read_text(), wheels)
        lock = _with_marimo(lock, wheels) if pyodide is MARIMO else lock
        (folder / "locks" / f"{pyodide.folder}.json").write_text(lock)
    with tempfile.TemporaryDirectory(dir=folder) as source:
        # With it a test can run the commands of the menus.
        config = {"jupyter-config-data": {"exposeAppInBrowser": True}}
        (Path(source) / "jupyter-lite.json").write_text(json.dumps(config))
        options = ("--lite-dir", source, "--output-dir", folder / "jupyterlite", "--apps", "lab")
        _tool(tools, "jupyterlite_core", "build", *options)


def _estimators(vendor: Path) -> list[Path]:
    return [vendor / ESTIMATORS.folder / name for name in ESTIMATORS.files]


def _download(pins: str, folder: Path) -> None:
    # Pip verifies the hashes in the file of pins.
    target = ["--platform", "pyemscripten_2026_0_wasm32", "--python-version", "3.14"]
    options = ["--no-deps", "--only-binary=:all:", "--require-hashes", *target]
    requirements = ("--requirement", PINS / pins, "--dest", folder)
    _command(sys.executable, "-m", "pip", "download", "--quiet", *options, *requirements)


def _make_index(wheels: Path, simple: Path) -> None:
    """Write the pages of a package index, one for each wheel (PEP 503)."""
    for wheel in wheels.iterdir():
        write_index(simple / _name(wheel), wheel)


def write_index(folder: Path, wheel: Path) -> None:
    """Write the page of a package index for this one wheel, and put the wheel beside it."""
    folder.mkdir(parents=True)
    link = f'<a href="{wheel.name}#sha256={sha256(wheel)}">{wheel.name}</a>'
    (folder / "index.html").write_text(f"<!DOCTYPE html><html><body>{link}</body></html>")
    shutil.copy(wheel, folder)


def _make_yaml_wheel(installed: Path, wheels: Path) -> None:
    """Make a wheel of PyYAML's Python part; its published wheels contain compiled code."""
    (info,) = installed.glob("[Pp][Yy][Yy][Aa][Mm][Ll]-*.dist-info")
    target = wheels / f"{info.name.removesuffix('.dist-info').lower()}-py3-none-any.whl"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as wheel:
        for file in (*sorted((installed / "yaml").glob("*.py")), info / "METADATA"):
            wheel.write(file, file.relative_to(installed))
        tags = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        wheel.writestr(f"{info.name}/WHEEL", tags)
        wheel.writestr(f"{info.name}/RECORD", "")


def _patched(lock: str, wheels: Path) -> str:
    """Return Pyodide's lock file with our wheels in it.

    Pyodide rebuilds pure Python wheels, so the wheels of the package index have other hashes.
    """
    value = json.loads(lock)
    for wheel in wheels.iterdir():
        entry = value["packages"].get(_name(wheel))
        if entry is not None:
            entry |= _entry(wheel) | {"name": entry["name"]}  # a file's name has "_" for "-"
    return json.dumps(value)


def _with_marimo(lock: str, wheels: Path) -> str:
    """Return the lock file that marimo's site serves; it also lists marimo's packages."""
    value = json.loads(lock)
    for wheel in wheels.iterdir():
        name = _name(wheel)
        added = {
            "imports": [name.replace("-", "_")],
            "depends": MARIMO_DEPENDS.get(name, []),
            "install_dir": "site",
            "package_type": "package",
            "unvendored_tests": False,
        }
        value["packages"].setdefault(name, added | _entry(wheel))
    return json.dumps(value)


def _entry(wheel: Path) -> dict[str, str | None]:
    name, version = wheel.name.split("-")[:2]
    return {"name": name, "version": version, "file_name": wheel.name, "sha256": sha256(wheel)}


def _name(wheel: Path) -> str:
    return wheel.name.split("-")[0].replace("_", "-").lower()


def _tool(tools: Path, module: str, *arguments: str | Path) -> None:
    python = next(tools.glob("bin/python")).absolute()
    _command(python, "-m", module, *arguments, path=python.parent)


def _command(*command: str | Path, path: Path | None = None) -> None:
    environment = dict(os.environ)
    if path is not None:  # marimo looks for uv there
        environment["PATH"] = f"{path}{os.pathsep}{environment['PATH']}"
    with tempfile.TemporaryDirectory() as here:  # JupyterLite leaves a database where it is built
        done = subprocess.run(
            [str(part) for part in command],
            cwd=here,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    if done.returncode:
        said = f"{' '.join(map(str, command))} failed:\n{done.stdout}"
        raise FetchError(said)


if __name__ == "__main__":
    run(ensure_hosts, __doc__.partition("\n")[0])
