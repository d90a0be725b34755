"""``python3 -m tests.fuzz``: some of its cases, and that it detects each kind of finding."""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

import pyio
from tests.fuzz import by_chance as fuzz
from tests.fuzz.by_chance import Limits, Report, one
from tests.fuzz.corpus import Artefact
from tests.support.models import artifacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

WHOLE = artifacts(format=None)
"""Weights whose layers are not built."""

LIMITS = Limits(seconds=0.5, megabytes=64.0)


@pytest.fixture(autouse=True)
def alarm() -> Iterator[None]:
    """The script's own signal handler, which ends cases that take too long."""
    with fuzz.watching():
        yield


@pytest.mark.filterwarnings("ignore::pyio.CompatibilityWarning")
def test_a_share_of_the_cases(tmp_path: Path) -> None:
    """Hundreds of cases, the same in every run, have no findings."""
    options = argparse.Namespace(cases=700, seed="suite", only=None, seconds=10, megabytes=256)
    report = asyncio.run(fuzz.run(options, tmp_path))
    assert report.findings == []
    assert sum(report.outcomes.values()) == 700
    outcomes = {outcome for _, outcome in report.outcomes}
    assert outcomes == {"typed error", "same model", "other weights", "other description"}


def tried(load: Callable[[], Any], *, checksum: bool) -> list[str]:
    """The findings of a case whose model is read by `load`."""

    async def read(_: Artefact, _parts: Mapping[str, bytes]) -> Any:
        return load()

    parts = {"a": b'{"pyioChecksum":1}' if checksum else b"abc"}
    artefact = Artefact("planted", "memory", parts, read, place=None)  # type: ignore[arg-type]
    report = Report()
    asyncio.run(one(7, Random(1), artefact, WHOLE, [b"x"], LIMITS, report))
    return report.findings


def fail() -> None:
    raise KeyError("planted")


def hang() -> None:
    while True:
        pass


def fill() -> pyio.ModelArtifacts:
    assert bytearray(b"x") * 200_000_000
    return WHOLE


def changed(checksum: bool) -> pyio.ModelArtifacts:
    return replace(WHOLE, weight_data=(memoryview(bytes(104)),), checksum=checksum)


@pytest.mark.parametrize(
    ("load", "said"),
    [
        (fail, "KeyError: 'planted'"),
        (hang, "took too long"),
        (fill, "MiB"),
        (lambda: changed(True), "the digests were found to be right"),
    ],
    ids=["raises", "hangs", "takes memory", "verifies what is wrong"],
)
def test_it_finds(load: Callable[[], Any], said: str) -> None:
    """Raw exceptions, endless cases, too much memory and wrong values are findings."""
    (finding,) = tried(load, checksum=True)
    assert "case 7: planted in memory" in finding
    assert said in finding


def test_it_allows() -> None:
    """Errors of pyio's own, the same model, and other values without digests are no findings."""

    def typed() -> None:
        raise pyio.DamagedModelError("x", "planted")

    assert tried(typed, checksum=True) == []
    assert tried(lambda: WHOLE, checksum=True) == []
    assert tried(lambda: changed(False), checksum=False) == []
