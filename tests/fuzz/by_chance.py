"""Damage stored models by chance and load them: ``python3 -m tests.fuzz``.

Every model of ``tests/fuzz/corpus.py`` lies in every medium, with and without ``checksum=True``.
Each case damages one of them, loads it, decodes its weights and builds its layers. A PyioError or
the same model is allowed. Without a digest, other values are allowed and counted if the format
cannot detect the damage. Everything else is a finding: another exception, other values in spite of
a digest or a CRC, too much time or memory. A finding is printed with the number of its case, for
``--only``; the exit status is then 1.
"""

from __future__ import annotations

import asyncio
import resource
import signal
import tempfile
import time
import traceback
import warnings
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pyio
from tests.fuzz.corpus import Artefact, artefacts, difference
from tests.fuzz.damage import DAMAGES, LOCAL, damaged

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from types import FrameType

MB = 1024 * 1024


class TooSlowError(BaseException):
    """A case has used up its time. Not an Exception, so that ``except Exception`` lets it pass."""


@dataclass
class Report:
    """The results so far."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    largest: tuple[float, str] = (0.0, "")


@dataclass(frozen=True)
class Limits:
    """What a case may take."""

    seconds: float
    megabytes: float


async def run(options: argparse.Namespace, place: Path) -> Report:
    """Run the cases and return the report."""
    corpus = list(artefacts(place))
    originals = [await artefact.read(artefact.parts) for artefact in corpus]
    for artefact, original in zip(corpus, originals, strict=True):
        outcome, said = await attempt(artefact, original, dict(artefact.parts))
        assert outcome == "same model", f"{artefact} undamaged: {outcome}, {said}"
    others = [part for artefact in corpus for part in artefact.parts.values()]
    report, limits = Report(), Limits(options.seconds, options.megabytes)
    numbers = range(options.cases) if options.only is None else [options.only]
    for number in numbers:
        random = Random(f"{options.seed}/{number}")
        index = random.randrange(len(corpus))
        await one(number, random, corpus[index], originals[index], others, limits, report)
    return report


async def one(
    number: int,
    random: Random,
    artefact: Artefact,
    original: pyio.ModelArtifacts,
    others: Sequence[bytes],
    limits: Limits,
    report: Report,
) -> None:
    """Run one case."""
    damages = [random.choice(DAMAGES) for _ in range(random.choice((1, 1, 1, 2)))]
    parts, hit = dict(artefact.parts), set()
    for damage in damages:
        if any(parts.values()):
            name, parts = damaged(random, parts, others, damage)
            hit.add(name)
    what = (
        f"case {number}: {artefact.model} in {artefact.kind}"
        + (" with checksum" if artefact.has_checksum else "")
        + f", {'+'.join(damage.__name__ for damage in damages)} in {', '.join(sorted(hit))}"
    )
    before, start = _peak(), time.perf_counter()
    try:
        signal.setitimer(signal.ITIMER_REAL, limits.seconds)
        outcome, found = await attempt(artefact, original, parts)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    seconds, megabytes = time.perf_counter() - start, (_peak() - before) / MB
    report.slowest = max(report.slowest, (seconds, what))
    report.largest = max(report.largest, (megabytes, what))
    report.outcomes[artefact.kind, outcome] += 1
    local = len(damages) == 1 and damages[0] in LOCAL
    if outcome.startswith("other"):
        found = _unseen(artefact, hit, found == "verified", local)
    if megabytes > limits.megabytes:
        found = f"took {megabytes:.0f} MiB"
    if found and found not in ("verified", "unverified"):
        report.findings.append(f"{what}: {found}")


async def attempt(
    artefact: Artefact, original: pyio.ModelArtifacts, parts: dict[str, bytes]
) -> tuple[str, str]:
    """Return the outcome of a case, and a description of it."""
    try:
        loaded = await artefact.read(parts)
        pyio.decode_weights(loaded.weight_data or (), loaded.weight_specs or ())
        if loaded.format == "layers-model":
            pyio.model_from_artifacts(loaded)
    except pyio.PyioError:
        return "typed error", ""
    except TooSlowError:
        return "too slow", "took too long\n" + traceback.format_exc(limit=-6)
    except BaseException:  # noqa: BLE001 - that is what is looked for
        return "another exception", traceback.format_exc()
    changed = difference(original, loaded)
    if changed is None:
        return "same model", ""
    return f"other {changed}", "verified" if loaded.checksum else "unverified"


def _unseen(artefact: Artefact, hit: set[str], verified: bool, local: bool) -> str:
    """Return why the change of values should have been detected, or an empty text."""
    if verified:
        return "the values are others, and the digests were found to be right"
    if local and artefact.has_checksum:
        return "the values are others, and the digests were passed over"
    if local and hit <= artefact.guarded:
        return "the values are others, and the CRC was found to be right"
    return ""


def _peak() -> int:
    """Return the peak memory of this process in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@contextmanager
def watching() -> Iterator[None]:
    """Within the block, a timer that runs out raises TooSlowError."""
    before = signal.signal(signal.SIGALRM, _too_slow)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, before)


def _too_slow(_number: int, _frame: FrameType | None) -> None:
    raise TooSlowError


def show(report: Report, seconds: float) -> None:
    """Print the table and the findings."""
    kinds = sorted({kind for kind, _ in report.outcomes})
    outcomes = sorted({outcome for _, outcome in report.outcomes})
    width = max(map(len, kinds), default=0)
    print(" " * width, *(f"{outcome:>18}" for outcome in outcomes))
    for kind in kinds:
        print(f"{kind:{width}}", *(f"{report.outcomes[kind, each]:>18,}" for each in outcomes))
    totals = [sum(report.outcomes[kind, outcome] for kind in kinds) for outcome in outcomes]
    print(f"{'all':{width}}", *(f"{total:>18,}" for total in totals))
    print(f"\n{sum(totals):,} cases in {seconds:.0f} s, {len(report.findings)} findings")
    print(f"slowest: {report.slowest[0] * 1000:.0f} ms, {report.slowest[1]}")
    print(f"largest: {report.largest[0]:.1f} MiB more than before, {report.largest[1]}")
    for finding in report.findings[:40]:
        print(f"\nFINDING {finding}")


def main(options: argparse.Namespace) -> int:
    """Run the command and return the exit status."""
    resource.setrlimit(resource.RLIMIT_AS, (4096 * MB, resource.getrlimit(resource.RLIMIT_AS)[1]))
    warnings.simplefilter("ignore", pyio.CompatibilityWarning)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as place, watching():
        report = asyncio.run(run(options, Path(place)))
    show(report, time.perf_counter() - start)
    return 1 if report.findings else 0
