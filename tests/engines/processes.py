"""The processes of a browser, found through ``/proc``: Linux alone."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def tree(profile: str) -> list[int]:
    """Return the ids of the process started with `profile` and of all below it, the root first."""
    lines, parents = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            process = int(folder.name)
            lines[process] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            parents[process] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    named = {process for process, line in lines.items() if profile in line}
    roots = [process for process in sorted(named) if parents[process] not in named]
    found = list(roots)
    for process in found:  # which grows
        found += [child for child, parent in parents.items() if parent == process]
    assert len(roots) == 1, f"the browser of {profile} has the roots {roots}"
    return found


def send(process: int, signal: int) -> None:
    """Send a signal to a process that may have ended already."""
    with suppress(ProcessLookupError):
        os.kill(process, signal)


def alive(process: int) -> bool:
    """Whether a process runs; one that ended and was not yet waited for does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"
