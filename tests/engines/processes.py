"""The processes of a browser, found through ``/proc``, so on Linux only."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

DRIVERS = ("playwright/driver", "WebKitWebDriver")
"""Parts of the command lines of the programs that start browsers for the tests."""


def tree(profile: str) -> list[int]:
    """Return the ids of the process started with `profile` and of all below it, the root first."""
    lines, parents = _running()
    named = {process for process, line in lines.items() if profile in line}
    roots = [process for process in sorted(named) if parents[process] not in named]
    assert len(roots) == 1, f"the browser of {profile} has the roots {roots}"
    return _below(roots, parents)


def driven() -> tuple[list[int], list[int]]:
    """Return the drivers that this process has started, and all browsers below them."""
    lines, parents = _running()
    ours = _below([os.getpid()], parents)[1:]
    drivers = [process for process in ours if any(name in lines[process] for name in DRIVERS)]
    return drivers, [one for one in _below(drivers, parents) if one not in drivers]


def children() -> list[int]:
    """Return all processes that this one has started, and those below them."""
    return _below([os.getpid()], _running()[1])[1:]


def _running() -> tuple[dict[int, str], dict[int, int]]:
    """Return the command lines and the parents of all processes."""
    lines, parents = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # the process has ended meanwhile
            process = int(folder.name)
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            lines[process], parents[process] = line, parent
    return lines, parents


def _below(roots: list[int], parents: dict[int, int]) -> list[int]:
    found = list(dict.fromkeys(roots))
    for process in found:  # which grows
        found += [
            child for child, parent in parents.items() if parent == process and child not in found
        ]
    return found


def send(process: int, signal: int) -> None:
    """Send a signal to a process that may have ended already."""
    with suppress(ProcessLookupError):
        os.kill(process, signal)


def alive(process: int) -> bool:
    """Whether a process runs. A zombie, which has ended but was not waited for, does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"
