"""Kill browsers while they save: ``python3 -m tests.faults kills --engine firefox --times 100``.

Each kill is a SIGKILL of all processes of the browser at a random moment while one page saves to
localStorage, IndexedDB and OPFS; then the browser is started again with the same profile, and all
media are read, by the browser's own means and through pyio. With ``--overtaken`` TensorFlow.js
saves the same model before pyio is used again. With ``--moves`` the kill comes up to 10 seconds
after moves between the three media, and TensorFlow.js reads what is left first. Prints each kill
and a summary, fills the table of faults, and with ``--json`` writes all that was found.
"""

from __future__ import annotations

import json
import random
import tempfile
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from scripts.support import runtime
from scripts.support.environment import ROOT
from scripts.support.wheel import build_wheel
from tests.engines import ENGINES
from tests.faults import table
from tests.faults.catalogue import ALL_BROWSER_MEDIA, BROWSER_MEDIA, FAULTS
from tests.faults.kills import Kill, kills
from tests.faults.moves import kills_after_moves
from tests.faults.overtaken import kills_then_tensorflow
from tests.faults.place import Place
from tests.faults.stage import PROGRAMS, Stage, summary

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

FAULT = {fault.key: fault for fault in FAULTS}


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
    """Whether the promise was kept: only localStorage loses what had been saved."""
    here = [kill.found[medium] for kill in found]
    lost = medium != "localstorage" and any(one.lost_seconds for one in here)
    return {one.verdict for one in here} <= {"old", "new"} and not lost


@contextmanager
def staged(options: argparse.Namespace, folder: Path) -> Iterator[tuple[Stage, Place]]:
    """Give a stage without a browser, and the site whose pages it shows."""
    wheel = build_wheel(folder / "wheels")
    directories = {
        "/": ROOT / "tests/harness",
        "/vendor/": runtime.VENDOR,
        "/wheels/": wheel.parent,
    }
    with sync_playwright() as playwright, Place(directories) as place:
        engine = ENGINES[options.engine](playwright)
        page = f"{place.url}/index.html"
        browser: Any = None  # the kills start their own, and open their own tabs
        given = (options.engine, wheel.name, page, browser, browser, folder, engine.start)
        yield Stage("indexeddb", PROGRAMS[options.program], *given), place
        engine.close()


def while_saving(options: argparse.Namespace, folder: Path) -> tuple[dict[str, str], list[Any]]:
    """Kill while a page saves; return medium -> the text of its cell, and all that was found."""
    found: list[Kill] = []
    with staged(options, folder) as (stage, place):
        for kill in kills(stage, place, options.times, random.Random(options.seed)):
            found.append(kill)
            told = {medium: asdict(one) for medium, one in kill.found.items()}
            print(len(found), f"{kill.after:.2f} s", told, flush=True)
    media = PROGRAMS[options.program].media
    signs = {medium: "✓" if kept(found, medium) else "✗" for medium in media}
    return {medium: f"{signs[medium]} {outcome(found, medium)}" for medium in media}, found


def after_moves(options: argparse.Namespace, folder: Path) -> tuple[dict[str, str], list[Any]]:
    """Kill after moves, as `while_saving` does."""
    found = []
    with staged(options, folder) as (stage, _):
        for kill in kills_after_moves(stage, options.times, random.Random(options.seed)):
            found.append(kill)
            print(len(found), f"{kill.after:.2f} s", kill.found, flush=True)
    cells = {}
    for medium in ALL_BROWSER_MEDIA:
        verdicts = [verdict for kill in found for verdict in kill.found[medium]]
        sign = "✓" if set(verdicts) <= FAULT["moved"].allowed else "✗"
        cells[medium] = f"{sign} {len(found)} kills: {summary(verdicts)}"
    return cells, found


def overtaken(options: argparse.Namespace, folder: Path) -> tuple[dict[str, str], list[Any]]:
    """Kill while a page saves and let TensorFlow.js save then, as `while_saving` does."""
    found = []
    with staged(options, folder) as (stage, _):
        for kill in kills_then_tensorflow(stage, options.times, random.Random(options.seed)):
            found.append(kill)
            print(len(found), f"{kill.after:.2f} s", kill.journal, kill.found, flush=True)
    journals = sum(kill.journal for kill in found)
    cells = {}
    for medium in BROWSER_MEDIA:
        verdicts = [kill.found[medium] for kill in found]
        sign = "✓" if set(verdicts) <= FAULT["overtaken"].allowed else "✗"
        note = f" · a journal was left {journals} times" if medium == "localstorage" else ""
        cells[medium] = f"{sign} {len(found)} kills: {summary(verdicts)}{note}"
    return cells, found


def main(options: argparse.Namespace) -> int:
    """Kill, print and write."""
    print(f"seed {options.seed}")
    runtime.ensure(runtime.VENDOR)
    strike, fault = while_saving, "kill"
    if options.moves:
        strike, fault = after_moves, "moved"
    elif options.overtaken:
        strike, fault = overtaken, "overtaken"
    with tempfile.TemporaryDirectory() as folder:
        texts, found = strike(options, Path(folder))
    by_tensorflow = options.program == "tfjs"
    column = "tfjs" if by_tensorflow else options.engine
    told = {medium: text[2:] if by_tensorflow else text for medium, text in texts.items()}
    table.update({(fault, medium, column): text for medium, text in told.items()})
    for medium, text in texts.items():
        print(medium, text)
    if options.json:
        options.json.write_text(json.dumps([asdict(kill) for kill in found]), "utf-8")
    return int(any(text.startswith("✗") for text in texts.values()))
