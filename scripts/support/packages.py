"""What a release uploads: the source archive, the wheel, and the bridge as a package of npm.

Each is made so that the same sources give the same bytes on any machine.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

ROOT = Path(__file__).resolve().parents[2]

SUMMARY_BYTES = 1000
"""The most bytes of description in the wheel, which every page downloads."""


class ReleaseError(Exception):
    """Something is not ready to be released; the text says what."""


def project(root: Path = ROOT) -> dict[str, Any]:
    """Return the table ``[project]``."""
    table: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    return table


def build(folder: Path) -> list[Path]:
    """Build everything into `folder`, and its file SHA256SUMS. Raises ReleaseError.

    The wheel is built from the sources and again from the unpacked source archive, which is in
    another folder with other permissions and dates. Both must be equal, and so must the archives.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("pyio*"):
        old.unlink()
    archive, wheel = _hatch(ROOT, folder)
    with tempfile.TemporaryDirectory() as place:
        with tarfile.open(archive) as tar:
            tar.extractall(place, filter="data")
        (sources,) = Path(place).iterdir()
        for file in sources.rglob("*"):
            os.utime(file, (2_000_000_000, 2_000_000_000))
        for again in _hatch(sources, Path(place) / "again"):
            if again.read_bytes() != (folder / again.name).read_bytes():
                raise ReleaseError(f"{again.name} is not reproducible: two builds differ")
    made = [archive, wheel, bridge_package(folder)]
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in made]
    (folder / "SHA256SUMS").write_text("".join(lines), "utf-8")
    return made


def _hatch(sources: Path, folder: Path) -> tuple[Path, Path]:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel"]
    done = subprocess.run(
        [*command, "-d", str(folder)], cwd=sources, capture_output=True, text=True
    )
    if done.returncode:
        raise ReleaseError(f"the build failed: {done.stdout}{done.stderr}")
    (archive,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return archive, wheel


def bridge_package(folder: Path) -> Path:
    """Write the bridge as ``npm pack`` would, and return the file."""
    import pyio.bridge

    source = ROOT / "web/bridge"
    about = json.loads((source / "package.json").read_text("utf-8"))
    made = {
        "pyio-bridge.js": pyio.bridge.script().encode(),
        "LICENSE": (ROOT / "LICENSE").read_bytes(),
    }
    target = folder / f"{about['name']}-{about['version']}.tgz"
    with (
        target.open("wb") as file,
        gzip.GzipFile("", "wb", 9, file, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for name in ["package.json", *about["files"]]:
            content = made[name] if name in made else (source / name).read_bytes()
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            member.mode = 0o644
            tar.addfile(member, io.BytesIO(content))
    return target


def problems(archive: Path, wheel: Path) -> Iterator[str]:
    """What keeps the packages from being uploaded, in words."""
    table = project()
    with zipfile.ZipFile(wheel) as file:
        names = file.namelist()
        (info,) = {name.split("/")[0] for name in names if ".dist-info/" in name}
        about = Parser().parsestr(file.read(f"{info}/METADATA").decode())
        yield from _problems_of_metadata(about, table)
        yield from _problems_of_files(file, info, names)
    with tarfile.open(archive) as tar:
        packed = tar.extractfile(f"{archive.name.removesuffix('.tar.gz')}/PKG-INFO")
        if packed is None or packed.read().decode() != about.as_string():
            yield "the source archive and the wheel differ in their metadata"
    versions = {
        "the package": re.search(
            r'__version__ = "(.+)"', (ROOT / "pyio/version.py").read_text("utf-8")
        ),
        "the changelog": re.search(
            r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
        ),
        "the bridge": re.search(
            r'"version": "(.+)"', (ROOT / "web/bridge/package.json").read_text("utf-8")
        ),
    }
    for where, found in versions.items():
        if found is None or found[1] != table["version"]:
            yield f"{where} has the version {found and found[1]}, the project {table['version']}"


def _problems_of_metadata(about: Message, table: dict[str, Any]) -> Iterator[str]:
    wanted = {
        "Name": table["name"],
        "Version": table["version"],
        "Summary": table["description"],
        "License-Expression": table["license"],
        "Requires-Python": table["requires-python"],
    }
    for field, value in wanted.items():
        if about[field] != value:
            yield f"{field} is {about[field]!r}, not {value!r}"
    urls = dict(entry.split(", ", 1) for entry in about.get_all("Project-URL", []))
    if urls != table["urls"]:
        yield f"the addresses are {urls}"
    if set(about.get_all("Provides-Extra", [])) != set(table["optional-dependencies"]):
        yield "the extras are not those of the project"
    if len(str(about.get_payload())) > SUMMARY_BYTES:
        yield f"the description is longer than {SUMMARY_BYTES:,} bytes"


def _problems_of_files(file: zipfile.ZipFile, info: str, names: list[str]) -> Iterator[str]:
    strangers = [name for name in names if not name.startswith(("pyio/", f"{info}/"))]
    if strangers:
        yield f"the wheel has {strangers[0]}"
    for needed in ("pyio/py.typed", f"{info}/entry_points.txt", f"{info}/licenses/LICENSE"):
        if needed not in names:
            yield f"the wheel lacks {needed}"
    recorded = dict(
        line.rsplit(",", 2)[:2] for line in file.read(f"{info}/RECORD").decode().splitlines()
    )
    for name in names:
        digest = base64.urlsafe_b64encode(hashlib.sha256(file.read(name)).digest()).rstrip(b"=")
        if not name.endswith("/RECORD") and recorded.get(name) != f"sha256={digest.decode()}":
            yield f"RECORD does not agree with {name}"


def untaggable() -> Iterator[str]:
    """What keeps this commit from being tagged as a release, in words."""
    table = project()
    reserved = [name for name, url in table["urls"].items() if ".example/" in url]
    if reserved:
        yield f"[project.urls] has reserved addresses ({', '.join(reserved)}); put the real ones"
    first = re.search(r"^## .*$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    if first is None or not re.search(r"\(\d{4}-\d{2}-\d{2}\)$", first[0]):
        yield "the newest section of CHANGELOG.md has no date"
    if _git("status", "--porcelain"):
        yield "there are changes that are not committed"
    if _git("tag", "--list", f"v{table['version']}"):
        yield f"v{table['version']} is tagged already"


def tag() -> str:
    """Tag this commit with the version of the project, and return the tag."""
    name = f"v{project()['version']}"
    _git("tag", "--annotate", name, "--message", f"pyio-web {name[1:]}")
    return name


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise ReleaseError(f"git {arguments[0]} failed: {done.stderr.strip()}")
    return done.stdout.strip()
