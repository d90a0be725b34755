"""Saving to and loading from browser storage, compared with TensorFlow.js and the bare browser.

One page in Chromium, with a profile on disk, runs pyio, TensorFlow.js and the browser's bare API by
turns. "floor" is one raw put of the same ArrayBuffer, on an open connection and with strict
durability, until ``complete``; for a load, one raw get. "javascript" is pyio's save in bare
JavaScript: the same transaction and one copy of the bytes. "copy" is one copy into WebAssembly
memory, which every load needs and the floor does not include. TensorFlow.js returns from a save
before its transactions, which are not strictly durable, have committed. "committed" is the time
until the next read of the record returns. "many save" is the same bytes as a thousand tensors.
``opfs://``, on the page and in a worker, is compared with IndexedDB of both. Prints a table of
medians and ratios, and writes benchmark.json. On a machine with other work, the ratios of the least
times say more: a turn that other work stretches counts in medians alone.
"""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Page, sync_playwright

from scripts.support import runtime
from scripts.support.chromium import ARGUMENTS, executable
from scripts.support.server import Site
from scripts.support.wheel import build_wheel

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[2]
MB = 1_000_000
INDEXEDDB = {1 * MB: 41, 10 * MB: 21, 100 * MB: 9, 400 * MB: 5}
LOCALSTORAGE = {100_000: 41, 1 * MB: 21, 3 * MB: 11}
OPFS = {1 * MB: 41, 10 * MB: 21, 100 * MB: 9}
BESIDE = {
    **{f"pyio {verb}": f"pyio {verb} opfs" for verb in ("save", "load")},
    **{f"worker {verb}": f"worker {verb} opfs" for verb in ("save", "load")},
    "many save": "many save opfs",
    "indexeddb save": "pyio save indexeddb",
    "indexeddb load": "pyio load indexeddb",
    "tfjs committed": "tfjs committed indexeddb",
    "tfjs load": "tfjs load indexeddb",
}
"""What ``opfs://`` is compared with: the name in the table -> the action."""


def measure(page: Page, scheme: str, size: int, turns: int) -> dict[str, Any]:
    """Return the medians in milliseconds of all contenders at one size, and the peak memory."""
    page.evaluate("([size, all]) => bench.prepare(size, all)", [size, scheme == "opfs"])
    times: dict[str, list[float]] = {}
    start = page.evaluate("() => bench.memory()")
    peak: dict[str, float] = {}
    for turn in range(turns + 1):
        for name in order(scheme, turn):
            if name == "forget":
                page.evaluate("() => bench.forget()")
                continue
            action = BESIDE[name] if scheme == "opfs" else f"{name} {scheme}"
            milliseconds = page.evaluate("name => bench.run(name)", action)
            if turn:  # the first turn warms up
                times.setdefault(name, []).append(milliseconds)
            if name.startswith("pyio"):
                for kind, value in page.evaluate("() => bench.memory()").items():
                    grown = ((value or 0) - (start[kind] or 0)) / MB
                    peak[f"{kind}_peak_mb"] = max(peak.get(f"{kind}_peak_mb", 0), grown)
    medians, least = (
        {name.replace(" ", "_"): round(of(found), 2) for name, found in times.items()}
        for of in (median, min)
    )
    return {"scheme": scheme, "bytes": size, "turns": turns, **medians, **peak, "least": least}


def order(scheme: str, turn: int) -> list[str]:
    """Return the order of the contenders in a turn; it differs from turn to turn."""
    if scheme == "localstorage":  # localStorage is too small for two
        contenders = [["pyio save", "pyio load", "forget"], ["tfjs save", "tfjs load", "forget"]]
        return [name for names in contenders[:: -1 if turn % 2 else 1] for name in names]
    saves = ["pyio save", "many save", "tfjs committed", "tfjs save", "floor save"]
    saves.append("javascript save")
    loads = ["pyio load", "tfjs load", "floor load", "copy load"]
    if scheme == "opfs":
        saves, loads = ([each for each in BESIDE if ("load" in each) == load] for load in (0, 1))
    chance = random.Random(turn)
    return [*chance.sample(saves, len(saves)), *chance.sample(loads, len(loads)), "forget"]


def ratios(row: dict[str, Any]) -> dict[str, float]:
    """Return pyio's times divided by those of the other contenders; of ``opfs://`` the inverse."""
    if row["scheme"] == "localstorage":
        return {
            "save/tfjs": row["pyio_save"] / row["tfjs_save"],
            "load/tfjs": row["pyio_load"] / row["tfjs_load"],
        }
    many = row["many_save"] / row["pyio_save"]
    if row["scheme"] == "opfs":
        return {
            "tfjs/save": row["tfjs_committed"] / row["pyio_save"],
            "tfjs/load": row["tfjs_load"] / row["pyio_load"],
            "tfjs/save in a worker": row["tfjs_committed"] / row["worker_save"],
            "tfjs/load in a worker": row["tfjs_load"] / row["worker_load"],
            "indexeddb/save": row["indexeddb_save"] / row["pyio_save"],
            "indexeddb/load": row["indexeddb_load"] / row["pyio_load"],
            "many/few": many,
        }
    return {
        "many/few": many,
        "save/floor": row["pyio_save"] / row["floor_save"],
        "save/javascript": row["pyio_save"] / row["javascript_save"],
        "save/tfjs": row["pyio_save"] / row["tfjs_committed"],
        "load/(floor+copy)": row["pyio_load"] / (row["floor_load"] + row["copy_load"]),
        "load/tfjs": row["pyio_load"] / row["tfjs_load"],
    }


def table(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the lines of a table for the terminal."""
    for row in rows:
        yield f"\n{row['scheme']}://  {row['bytes'] / MB:g} MB, medians of {row['turns']} (ms)"
        yield "  " + "  ".join(
            f"{name.replace('_', ' ')} {row[name]:.1f}"
            for name in row
            if name.split("_")[-1] in {"save", "load", "committed"}
        )
        yield "  " + "  ".join(f"{name} {value:.2f}" for name, value in row["ratios"].items())
        least = ratios({**row, **row["least"]})
        yield "  least times: " + "  ".join(f"{name} {value:.2f}" for name, value in least.items())
        yield "  " + "  ".join(
            f"{name.replace('_', ' ')} {row[name]:.0f}" for name in row if name.endswith("_mb")
        )


def main(
    output: Path, *, quick: bool, schemes: Sequence[str] = ("indexeddb", "localstorage", "opfs")
) -> list[dict[str, Any]]:
    """Measure all sizes, print the table, write it to `output` as JSON, and return its rows."""
    runtime.ensure(runtime.VENDOR)
    rows = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        wheel = build_wheel(Path(folder) / "wheels")
        directories = {
            "/": ROOT / "scripts/benchmarks/page",
            "/vendor/": runtime.VENDOR,
            "/wheels/": wheel.parent,
        }
        context = playwright.chromium.launch_persistent_context(
            Path(folder) / "profile",
            executable_path=executable(playwright),
            args=[*ARGUMENTS, "--enable-precise-memory-info"],
        )
        with Site(directories) as site:
            page = context.new_page()
            page.set_default_timeout(600_000)
            page.goto(f"{site.url}/index.html?wheel={wheel.name}")
            page.wait_for_function("window.bench")
            media = {"indexeddb": INDEXEDDB, "localstorage": LOCALSTORAGE, "opfs": OPFS}
            for scheme in schemes:
                for size, turns in media[scheme].items():
                    if quick and size > 10 * MB:
                        continue
                    row = measure(page, scheme, size, 3 if quick else turns)
                    rows.append({**row, "ratios": ratios(row)})
                    print("\n".join(table(rows[-1:])), flush=True)
        context.close()
    output.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return rows
