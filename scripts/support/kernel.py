"""Compile ``pyio/kernel/kernel.c``, or check that ``kernel.wasm`` beside it is what it compiles to.

The compiled file is in the repository, so that building the wheel takes no compiler. The compiler
is pinned and comes from PyPI. It gives the same bytes on every machine, so `check` compares them.
``python3 scripts/support/kernel.py --write`` compiles after a change of the source.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from scripts.support.environment import make

COMPILER = "ziglang==0.17.1"
"""clang 22 and wasm-ld, as one package of 100 MB (400 MB installed)."""

FOLDER = ROOT / ".venv-kernel"
SOURCE = ROOT / "pyio/kernel/kernel.c"
COMPILED = SOURCE.with_suffix(".wasm")
EXPORTS = ("run", "pack", "widen_halves", "widen_wholes")

# Unrolled or vectorized by the compiler, the loops become larger and no faster: those that matter
# are written with vectors. No contraction, so that all engines round alike.
FLAGS = (
    *("-target", "wasm32-emscripten", "-std=gnu11", "-O2", "-g0"),
    *("-fno-unroll-loops", "-fno-vectorize", "-fno-slp-vectorize", "-fno-strict-aliasing"),
    *("-msimd128", "-mbulk-memory", "-fPIC", "-ffreestanding", "-ffp-contract=off"),
    *("-fvisibility=hidden", "-fno-sanitize=all", "-Wall", "-Wextra", "-Werror"),
)
LINKED = ("-shared", "--experimental-pic", "--no-entry", "--strip-all")


def compiled() -> bytes:
    """Return the bytes that the source compiles to. Fetches the compiler at first use."""
    python = make(FOLDER, COMPILER)
    zig = [str(python), "-m", "ziglang"]
    caches = {
        name: str(FOLDER / name.lower()) for name in ("ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR")
    }
    with tempfile.TemporaryDirectory() as folder:
        # Relative names, so that no path of this machine gets into the file.
        (Path(folder) / "kernel.c").write_bytes(SOURCE.read_bytes())
        exports = [f"--export={name}" for name in EXPORTS]
        for command in (
            ["cc", *FLAGS, "-c", "kernel.c", "-o", "kernel.o"],
            ["wasm-ld", *LINKED, *exports, "kernel.o", "-o", "kernel.wasm"],
        ):
            subprocess.run([*zig, *command], cwd=folder, env=os.environ | caches, check=True)
        return (Path(folder) / "kernel.wasm").read_bytes()


def check() -> None:
    """End the program unless the compiled file belongs to the source."""
    wanted, found = compiled(), COMPILED.read_bytes() if COMPILED.exists() else b""
    if found != wanted:
        sys.exit(
            f"{COMPILED.relative_to(ROOT)} ({_named(found)}) is not what {SOURCE.name} compiles to "
            f"({_named(wanted)}); run python3 scripts/support/kernel.py --write"
        )
    print(f"{COMPILED.relative_to(ROOT)}: {_named(found)}, as compiled from {SOURCE.name}")


def _named(content: bytes) -> str:
    return f"{len(content):,} bytes, SHA-256 {hashlib.sha256(content).hexdigest()[:12]}"


def main() -> None:
    """Check, or compile."""
    parser = argparse.ArgumentParser(description="Compile the kernel, or check the compiled file.")
    parser.add_argument("--write", action="store_true", help="write pyio/kernel/kernel.wasm")
    if parser.parse_args().write:
        COMPILED.write_bytes(compiled())
    check()


if __name__ == "__main__":
    main()
