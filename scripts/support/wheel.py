"""Build the wheel of this source tree: ``python3 scripts/support/wheel.py [FOLDER]``."""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
import zipfile
import zlib
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def build_wheel(folder: Path) -> Path:
    """Build the wheel into `folder`, the only one of pyio there afterwards, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("pyio_web-*.whl"):
        old.unlink()
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(folder)]
    if find_spec("hatchling") is not None:  # pip fetches it otherwise
        command.append("--no-build-isolation")
    subprocess.run([*command, str(ROOT)], check=True)
    (wheel,) = folder.glob("pyio_web-*.whl")
    return wheel


def sizes(wheel: Path) -> str:
    """Return in one line what the bytes of a wheel are: code, words and folders.

    "code" is what the features need: the modules without docstrings, comments and layout. The words
    stay, because ``help()`` shows the docstrings, and a traceback the lines as they were written.
    """
    code, folders = 0, Counter[str]()
    with zipfile.ZipFile(wheel) as file:
        for entry in file.infolist():
            inside = entry.filename.split("/")[1:-1]
            folders[inside[0] if inside else "others"] += entry.compress_size
            content = file.read(entry)
            is_module = entry.filename.endswith(".py")
            code += len(zlib.compress(_bare(content).encode() if is_module else content))
    whole, compressed = wheel.stat().st_size, folders.total()
    shares = ", ".join(f"{name} {size / 1000:.0f}" for name, size in folders.most_common())
    return (
        f"{whole / 1000:.0f} kB: code {code / 1000:.0f}, words {(compressed - code) / 1000:.0f}, "
        f"the archive itself {(whole - compressed) / 1000:.0f} (by folder: {shares})"
    )


def _bare(source: bytes) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [each for each in node.body if not _is_words(each)] or [ast.Pass()]
    return ast.unparse(tree)


def _is_words(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Build the wheel of this source tree.")
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "dist")
    made = build_wheel(parser.parse_args().folder)
    print(f"{made}: {sizes(made)}")
