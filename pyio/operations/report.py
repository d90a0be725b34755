"""storage_report: usage, free space, and the abilities of this environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyio.display.tables import html_lines, html_table, table
from pyio.errors import PyioError
from pyio.format.words import OneLine, size_text
from pyio.handlers.quota import Sizes, by_size
from pyio.handlers.registry import media
from pyio.operations import persistence as origin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyio.handlers.medium import Medium


@dataclass(frozen=True, slots=True, repr=False)
class MediumReport(OneLine):
    """The abilities and the models of one medium. Sizes are in bytes.

    Attributes:
        scheme: What stands before ``://``.
        missing: What this environment lacks for it, in words; None where it works.
        saves: Whether it can save, where it works.
        loads: Whether it can load.
        lists: Whether it can list and remove.
        models: Address and bytes of each of its models, the largest first; the bytes are None for
            a damaged model whose size is not known. They are what the model takes of the room
            here: localStorage counts as its quota does, in UTF-16 code units of keys and values,
            so that its bytes are more than the size that `list_models` shows.
        bytes_available: How much more it takes, or None where that is not known.
        problem: Why it could not be asked for its models, in words; None if it could.
    """

    scheme: str
    missing: str | None
    saves: bool
    loads: bool
    lists: bool
    models: Sizes = ()
    bytes_available: int | None = None
    problem: str | None = None

    def __repr__(self) -> str:
        if self.missing is not None:
            return f"<MediumReport: {self.scheme}:// does not work here: {self.missing}>"
        parts = [f"{self.scheme}:// can {self.can}"]
        if self.lists:
            parts.append(f"{len(self.models)} models take {size_text(self.bytes)}")
        if self.problem is not None:
            parts.append(self.problem)
        return f"<MediumReport: {'; '.join(parts)}>"

    @property
    def bytes(self) -> int:
        """The bytes of all models whose size is known."""
        return sum(size or 0 for _, size in self.models)

    @property
    def can(self) -> str:
        """What it can do, in words."""
        if self.missing is not None:
            return "nothing here"
        verbs = {"save": self.saves, "load": self.loads, "list": self.lists, "remove": self.lists}
        return ", ".join(verb for verb, able in verbs.items() if able)


@dataclass(frozen=True, slots=True, repr=False)
class StorageReport:
    """The result of `storage_report`; prints as tables. Sizes are in bytes.

    Attributes:
        usage: The browser's estimate of this origin's usage, or None if it gives none. Chromium
            leaves localStorage out.
        quota: The browser's estimate of the quota, or None. Chromium always reports 10 GiB. WebKit
            reports a part of the quota, which grows with the usage.
        persisted: Whether the browser keeps the storage when disk space is low, or None
            if not known.
        media: Every medium, whether it works here or not.
    """

    usage: int | None
    quota: int | None
    persisted: bool | None
    media: tuple[MediumReport, ...]

    @property
    def other_bytes(self) -> int | None:
        """About how much of `usage` is not models; None if the usage is not known.

        Browsers round, compress and keep logs, so that this is not 0 for models alone.
        """
        if self.usage is None:
            return None
        kept = sum(medium.bytes for medium in self.media if medium.scheme in ("indexeddb", "opfs"))
        return max(self.usage - kept, 0)

    @property
    def models(self) -> Sizes:
        """Address and bytes of all models, the largest first."""
        found = [entry for medium in self.media for entry in medium.models]
        return tuple(sorted(found, key=lambda entry: -(entry[1] or 0)))

    def __repr__(self) -> str:
        works = [medium.scheme for medium in self.media if medium.missing is None]
        taken = size_text(sum(medium.bytes for medium in self.media))
        return (
            f"<StorageReport: {len(self.models)} models take {taken}; {', '.join(works)} work here>"
        )

    def __str__(self) -> str:
        tables = [table(head, rows) for head, rows in self._tables()]
        return "\n\n".join(["\n".join(self._lines()), *tables])

    def _repr_html_(self) -> str:
        tables = [html_table(head, rows) for head, rows in self._tables()]
        return "".join([html_lines(self._lines()), *tables])

    def _lines(self) -> list[str]:
        if self.usage is None or self.quota is None:
            line = "The storage quota is not known here."
        else:
            line = (
                f"This origin uses {self.usage:,} of {self.quota:,} bytes, as the browser "
                f"estimates; about {self.other_bytes:,} are not models."
            )
        lines = [line]
        if self.persisted is not None:
            lines.append(
                "It is persisted: the browser keeps it when room gets scarce."
                if self.persisted
                else "It is not persisted: the browser may delete it when room gets scarce; "
                "request_persistence() asks it not to."
            )
        return lines

    def _tables(self) -> list[tuple[Sequence[str], list[tuple[object, ...]]]]:
        rows: list[tuple[object, ...]] = [
            (
                f"{medium.scheme}://",
                medium.can,
                medium.bytes if medium.lists and medium.missing is None else None,
                medium.bytes_available,
                medium.missing or medium.problem,
            )
            for medium in self.media
        ]
        found: list[tuple[Sequence[str], list[tuple[object, ...]]]] = [
            (("medium", "can", "bytes", "available", "why not"), rows)
        ]
        if self.models:
            models = [(url, "unknown" if size is None else size) for url, size in self.models]
            found.append((("model", "bytes"), [*models]))
        return found


async def storage_report() -> StorageReport:
    """Return what is stored here, the free space, and what each medium can do.

    It works on a page, in a worker, in Node and in CPython. It changes nothing and creates no
    database. If a medium fails, `MediumReport.problem` has the reason, and the others are still
    reported.
    """
    estimated = await origin.estimate()
    usage, quota = (None, None) if estimated is None else estimated
    found = [await _about(medium) for medium in media().values()]
    return StorageReport(usage, quota, await origin.persisted(), tuple(found))


async def _about(medium: Medium) -> MediumReport:
    models: Sizes = ()
    available = problem = None
    missing = medium.missing()
    if missing is None and medium.lists:
        try:
            models = by_size(medium.scheme, await medium.sizes())
            available = await medium.free_bytes()
        except PyioError as error:
            problem = str(error)
    return MediumReport(
        medium.scheme,
        missing,
        medium.saves,
        medium.loads,
        medium.lists,
        models,
        available,
        problem,
    )
