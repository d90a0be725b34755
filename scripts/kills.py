"""Kill browsers while they save: ``python3 scripts/kills.py --engine firefox --times 100``.

Each kill is a SIGKILL of all processes of the browser at a random moment while one page saves to
localStorage and to IndexedDB; then the browser is started again with the same profile, and both
media are read, by the browser's own means and through pyio. Prints each kill and a summary, and
writes the same as JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts import runtime
from scripts.wheel import build_wheel
from tests.engines import ENGINES
from tests.faults.catalogue import BROWSER_MEDIA
from tests.faults.kills import Kill, kills
from tests.faults.place import Place
from tests.faults.stage import PROGRAMS, Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent


def summary(found: Sequence[Kill]) -> dict[str, Any]:
    """Return, for each medium, the verdicts, and how much of what had been saved was lost."""
    about: dict[str, Any] = {"kills": len(found)}
    for medium in BROWSER_MEDIA:
        here = [kill.found[medium] for kill in found]
        about[medium] = {
            "verdicts": Counter(one.verdict for one in here),
            "lost what had returned": sum(one.lost_seconds > 0 for one in here),
            "longest ago, seconds": max((one.lost_seconds for one in here), default=0),
        }
    return about


def run(options: argparse.Namespace, folder: Path) -> list[Kill]:
    """Kill as often as asked; what was found by then is returned when somebody interrupts."""
    from playwright.sync_api import sync_playwright

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


def main() -> int:
    """Kill, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--engine", choices=ENGINES, default="chromium")
    parser.add_argument("--program", choices=PROGRAMS, default="pyio")
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    print(f"seed {options.seed}")
    runtime.ensure(runtime.VENDOR)
    with tempfile.TemporaryDirectory() as folder:
        found = run(options, Path(folder))
    about = {"engine": options.engine, "program": options.program, "seed": options.seed}
    about |= summary(found)
    print(json.dumps(about, indent=2))
    if options.json:
        about["each"] = [asdict(kill) for kill in found]
        options.json.write_text(json.dumps(about), "utf-8")
    whole = {"old", "new"}
    return int(any(set(about[medium]["verdicts"]) - whole for medium in BROWSER_MEDIA))


if __name__ == "__main__":
    sys.exit(main())
