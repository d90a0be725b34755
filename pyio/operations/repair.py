"""Repair: finds and removes what interrupted saves of any program have left behind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from pyio.display.tables import html_lines, html_table, table
from pyio.errors import PyioError, UnsupportedOperationError
from pyio.handlers.findings import STALE, Choices, Finding, Found, Leftover, report_only
from pyio.handlers.registry import available_media, medium_of, require_available

_HEAD = ("where", "problem", "action", "bytes", "outcome")


@dataclass(frozen=True, slots=True, repr=False)
class RepairPlan:
    """The findings of `repair` and, with ``apply=True``, its actions; prints as a table.

    Attributes:
        places: The places that were looked at.
        findings: What is left over there.
        foreign: Names of IndexedDB databases of other programs, which are never changed.
        applied: Whether the repair was called with ``apply=True``.
    """

    places: tuple[str, ...]
    findings: tuple[Finding, ...]
    foreign: tuple[str, ...] = ()
    applied: bool = False

    @property
    def bytes_freed(self) -> int:
        """The bytes that the repair has freed or, before it is applied, would free, if known."""
        counted = [f for f in self.findings if (f.done if self.applied else f.acts)]
        return sum(finding.bytes_freed or 0 for finding in counted)

    def __repr__(self) -> str:
        return f"<RepairPlan: {' '.join(self._lines())}>"

    def __str__(self) -> str:
        found = [table(_HEAD, self._rows())] if self.findings else []
        return "\n\n".join(["\n".join(self._lines()), *found])

    def _repr_html_(self) -> str:
        found = html_table(_HEAD, self._rows()) if self.findings else ""
        return html_lines(self._lines()) + found

    def _lines(self) -> list[str]:
        if not self.places:
            return ["Nothing was looked at: no browser's storage is here; give a directory."]
        lines = [f"Looked at {', '.join(self.places)}: " + self._summary()]
        if self.foreign:
            names = ", ".join(map(repr, self.foreign))
            lines.append(f"Databases of other programs, which are left alone: {names}")
        return lines

    def _summary(self) -> str:
        acting = sum(finding.acts for finding in self.findings)
        if not self.findings:
            return "nothing is left over."
        if not acting:
            return "nothing that can be repaired here."
        if not self.applied:
            return f"{acting} to repair when told to apply; {self.bytes_freed:,} bytes in all."
        done = sum(finding.done for finding in self.findings)
        return f"{done} of {acting} repaired; {self.bytes_freed:,} bytes freed."

    def _rows(self) -> list[tuple[object, ...]]:
        return [
            (f.where, f.problem, f.action, f.bytes_freed, "done" if f.done else f.failure)
            for f in self.findings
        ]


async def repair(
    place: str | Path | None = None,
    *,
    apply: bool = False,
    delete_database: bool = False,
    older_than: float = STALE,
) -> RepairPlan:
    """Find what interrupted saves of any program have left, and repair it with ``apply=True``.

    Nothing is changed without ``apply=True``. A whole model is never removed: one that only lacks
    its listing gets it back. Data that may belong to another program is reported and not changed.

    Args:
        place: ``localstorage://``, ``indexeddb://``, ``opfs://``, an address of one model there, or
            a directory as ``file://directory`` or a Path, with what lies below it. By default the
            first three, if they work here.
        apply: Carry out the actions. Each finding is checked again right before its action, and
            left unchanged if it differs.
        delete_database: Delete the database ``tensorflowjs`` with all its data if its layout is not
            TensorFlow.js's, so that neither program can use it.
        older_than: Seconds since the last write after which a temporary file in a directory is
            taken to belong to a save that has died. Use less than an hour only if no save is
            running.

    Raises:
        InvalidURLError, UnknownSchemeError, UnsupportedEnvironmentError: `place` cannot be used.
        UnsupportedOperationError: That medium has nothing to repair.
        ModelNotFoundError: There is no such directory.
        StorageError: `place` cannot be read. Without a `place` that is a finding, and the other
            media are read.
    """
    choices = Choices(delete_database=delete_database, older_than=older_than)
    places: dict[str, Found] = {}
    if place is not None:
        url = f"file://{place}" if isinstance(place, Path) else place
        places[url] = await _find(url, choices)
    else:
        for medium in available_media():
            if medium.repairs and medium.lists:
                url = f"{medium.scheme}://"
                try:
                    places[url] = await _find(url, choices)
                except PyioError as error:
                    unknown = report_only(url, str(error), "try again when that is put right")
                    places[url] = Found((unknown,))
    leftovers = [leftover for found in places.values() for leftover in found.leftovers]
    findings = [await _acted(one) if apply else one.finding for one in leftovers]
    foreign = tuple(name for found in places.values() for name in found.foreign)
    return RepairPlan(tuple(places), tuple(findings), foreign, applied=apply)


async def _find(url: str, choices: Choices) -> Found:
    medium, path = medium_of(url)
    if not medium.repairs:
        raise UnsupportedOperationError(
            f"{medium.scheme}:// has nothing that pyio could repair ({url!r})"
            + (f"; {medium.instead}" if medium.instead else "")
        )
    require_available(medium)
    return await medium.leftovers(path, choices)


async def _acted(leftover: Leftover) -> Finding:
    """Carry out an action, and return the finding with its outcome."""
    if leftover.act is None:
        return leftover.finding
    try:
        done = await leftover.act()
    except (PyioError, OSError) as error:
        return replace(leftover.finding, failure=str(error))
    failure = None if done else "it has changed meanwhile, so it was left alone"
    return replace(leftover.finding, done=done, failure=failure)
