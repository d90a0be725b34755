"""Loading over HTTP, compared with TensorFlow.js and with nothing but ``fetch``.

A loopback server holds one model twice: in the converter's 4 MiB shards and as one file. A page in
Chromium loads it by turns with pyio, with TensorFlow.js, and with a bare ``fetch`` of the same
files. "copy" is one copy of the same number of bytes into WebAssembly memory. Prints medians,
ratios, and the growth of WebAssembly memory during pyio's first load.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import pyio
from pyio.format.shards import CONVERTER_SHARD_SIZE
from scripts.benchmarks.opened import opened
from scripts.support import runtime

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
MB = 1_000_000
CONTENDERS = ("fetch", "copy", "pyio", "tfjs")


def write_models(folder: Path, size: int) -> None:
    """Write a model of `size` random bytes in ten tensors, in shards and as one file."""
    part = size // 10
    model = pyio.ModelArtifacts(
        model_topology={"a": 1},
        weight_specs=tuple(pyio.WeightSpec(f"layer/{n}", (part,), "bool") for n in range(10)),
        weight_data=tuple(memoryview(os.urandom(part)) for _ in range(10)),
    )
    for name, shard_size in (("shards", CONVERTER_SHARD_SIZE), ("one", None)):
        handler = pyio.file_system(folder / name, shard_size_bytes=shard_size)
        asyncio.run(pyio.save_artifacts(model, handler))
    # Only files written by pyio have checksums, so loading with them is measured separately.
    plain = folder / "shards/plain.json"
    text = (folder / "shards/model.json").read_text("utf-8")
    plain.write_text(text[: text.index(',"crc32"')] + "}]}", "utf-8")


def measure(page: Page, path: str, turns: int) -> dict[str, float]:
    """Return the medians in milliseconds of all contenders."""
    contenders = list(CONTENDERS)
    times: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    for turn in range(turns + 1):
        for name in contenders[:]:
            milliseconds = page.evaluate("([name, path]) => bench(name, path)", [name, path])
            if milliseconds is None:
                contenders.remove(name)
            elif turn:  # the first turn warms up
                times[name].append(milliseconds)
        contenders.append(contenders.pop(0))
    return {name: median(found) for name, found in times.items() if found}


def main(megabytes: int, turns: int) -> None:
    """Measure loading a model of this many megabytes, and print."""
    size = megabytes * MB
    runtime.ensure(runtime.VENDOR)
    with tempfile.TemporaryDirectory() as folder:
        write_models(Path(folder) / "models", size)
        with opened("http.html", {"/models/": Path(folder) / "models"}) as page:
            before = page.evaluate("() => wasm()")
            page.evaluate("path => bench('pyio', path)", "shards/plain.json")
            grown = (page.evaluate("() => wasm()") - before) / MB
            print(f"{size / MB:g} MB of weights; WebAssembly grew by {grown:.0f} MB")
            for path in ("shards/plain.json", "shards/model.json", "one/model.json"):
                row = measure(page, path, turns)
                times = "  ".join(f"{name} {row[name]:.0f}" for name in row)
                ratio = row["pyio"] / (row["fetch"] + row["copy"])
                # TensorFlow.js reads no body before the headers of all responses have arrived. Over
                # HTTP/1.1 a browser opens only six connections to a server, so seven large shards
                # block each other.
                beside = f"{row['pyio'] / row['tfjs']:.2f}" if "tfjs" in row else "it hangs"
                print(
                    f"{path:18} ms: {times}   pyio/(fetch+copy) {ratio:.2f}   pyio/tfjs {beside}",
                    flush=True,
                )
