"""Kill browsers while they save: ``python3 -m tests.faults kills --engine firefox --times 100``.

Each kill is a SIGKILL of all processes of the browser at a random moment while one page saves to
localStorage and to IndexedDB; then the browser is started again with the same profile, and both
media are read, by the browser's own means and through pyio. Prints each kill and a summary, fills
the table of faults, and with ``--json`` writes all that was found.
"""

from __future__ import annotations

import json
import random
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from scripts.support import runtime
from scripts.support.environment import ROOT
from scripts.support.wheel import build_wheel
from tests.engines import ENGINES
from tests.faults import table
from tests.faults.catalogue import BROWSER_MEDIA
from tests.faults.kills import Kill, kills
from tests.faults.place import Place
from tests.faults.stage import PROGRAMS, Stage, summary

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


def outcome(found: Sequence[Kill], medium: str) -> str:
    """Return the text of the table's cell."""
    here = [kill.found[medium] for kill in found]
    verdicts = summary([one.verdict for one in here])
    lost = [one.lost_seconds for one in here if one.lost_seconds]
    told = "nothing lost that had been saved"
    if lost:
        told = f"saved up to {max(lost):.1f} s before the kill and lost: {len(lost)} times"
    return f"{len(here)} kills: {verdicts} · {told}"


def kept(found: Sequence[Kill], medium: str) -> bool:
    """Whether the promise was kept: IndexedDB loses nothing whose save had returned."""
    here = [kill.found[medium] for kill in found]
    lost = medium == "indexeddb" and any(one.lost_seconds for one in here)
    return {one.verdict for one in here} <= {"old", "new"} and not lost


def run(options: argparse.Namespace, folder: Path) -> list[Kill]:
    """Kill as often as asked; what was found by then is returned when somebody interrupts."""
    wheel = build_wheel(folder / "wheels")
    directories = {
        "/": ROOT / "tests/harness",
        "/vendor/": runtime.VENDOR,
        "/wheels/": wheel.parent,
    }
    found: list[Kill] = []
    with sync_playwright() as playwright, Place(directories) as place:
        engine = ENGINES[options.engine](playwright)
        page = f"{place.url}/index.html"
        browser: Any = None  # the kills start their own, and open their own tabs
        given = (options.engine, wheel.name, page, browser, browser, folder, engine.start)
        stage = Stage("indexeddb", PROGRAMS[options.program], *given)
        for kill in kills(stage, place, options.times, random.Random(options.seed)):
            found.append(kill)
            told = {medium: asdict(one) for medium, one in kill.found.items()}
            print(len(found), f"{kill.after:.2f} s", told, flush=True)
        engine.close()
    return found


def main(options: argparse.Namespace) -> int:
    """Kill, print and write."""
    print(f"seed {options.seed}")
    runtime.ensure(runtime.VENDOR)
    with tempfile.TemporaryDirectory() as folder:
        found = run(options, Path(folder))
    cells = {}
    for medium in BROWSER_MEDIA:
        sign = "" if options.program == "tfjs" else "✓ " if kept(found, medium) else "✗ "
        column = "tfjs" if options.program == "tfjs" else options.engine
        cells["kill", medium, column] = sign + outcome(found, medium)
        print(medium, cells["kill", medium, column])
    table.update(cells)
    if options.json:
        options.json.write_text(json.dumps([asdict(kill) for kill in found]), "utf-8")
    return int(not all(kept(found, medium) for medium in BROWSER_MEDIA))
