"""Noticing a server that changes a model while it is being loaded, by ETags and dates of its files.

Most servers give each file an ETag of its own, and then only a further attempt for the same file
can show another one. Some give all files of a deployment the same. Two files of different sizes
that share an ETag show that; then all of them must. Without that, the dates of files tell of a
change between the first file and a later one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyio.addresses import shown
from pyio.errors import WeightsError
from pyio.handlers.http.dates import Dates, changed_between, dates_of, is_recent

if TYPE_CHECKING:
    from pyio.handlers.http.messages import Reply

_LONGEST = 1000
"""Characters of an ETag or a date that are kept."""

REMEDY = "the server changed the model during the load; load it again"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a server says of a file, by which a later request can tell whether it has changed.

    Attributes:
        etag: Its ETag; a weak one without its mark; "" without one.
        modified: Its Last-Modified as the server writes it; "" without one.
    """

    etag: str
    modified: str

    def same(self, now: Stamp) -> bool:
        """Whether both are known to be of one version of the file."""
        if self.etag and now.etag:
            return self.etag == now.etag
        return bool(self.modified) and self.modified == now.modified


def stamp_of(reply: Reply) -> Stamp:
    """Return what an answer says of its file. Pages of other origins see the date only."""
    tag = reply.headers.get("etag", "").removeprefix("W/")
    modified = reply.headers.get("last-modified", "")
    if is_recent(dates_of(reply)):  # it may have changed again within the same second
        modified = ""
    return Stamp(tag[:_LONGEST], modified[:_LONGEST])


@dataclass(slots=True)
class Versions:
    """The ETags and dates of the files of one load."""

    stamps: dict[str, Stamp] = field(default_factory=dict)
    _tags: dict[str, str] = field(default_factory=dict)
    _dates: dict[str, Dates] = field(default_factory=dict)
    _sizes: dict[str, int] = field(default_factory=dict)

    def arriving(self, name: str, reply: Reply) -> None:
        """Note the ETag of a file. Raises WeightsError if an earlier attempt had another one."""
        self._dates[name] = dates_of(reply)
        self.stamps[name] = stamp_of(reply)
        tag = reply.headers.get("etag", "").removeprefix("W/")
        before = self._tags.setdefault(name, tag)
        if before and tag and before != tag:
            raise WeightsError(
                f"{shown(name)!r} had the ETag {before} at the first attempt and {tag} at a later "
                f"one: {REMEDY}"
            )

    def continuing(self, name: str, reply: Reply) -> None:
        """Note a further answer for a file of which a part is here already.

        Raises WeightsError if it is known to be of another version, by its ETag or else its date.
        """
        before = self._dates[name]
        told = bool(self._tags[name] and reply.headers.get("etag"))
        self.arriving(name, reply)
        now = self._dates[name]
        if told or is_recent(before) or is_recent(now) or None in (before.changed, now.changed):
            return
        if before.changed != now.changed:
            raise WeightsError(
                f"{shown(name)!r} has another Last-Modified than its first part: {REMEDY}"
            )

    def arrived(self, name: str, size: int) -> None:
        """Note the bytes of a file that is here."""
        self._sizes[name] = size

    def check(self) -> None:
        """Raise WeightsError if the files are known to be of different versions."""
        first: dict[str, str] = {}  # ETag -> the first file that has it
        of_all = False
        for name, tag in self._tags.items():
            if tag and name in self._sizes:
                other = first.setdefault(tag, name)
                of_all = of_all or self._sizes[other] != self._sizes[name]
        if of_all and len(first) > 1:
            (one, name), (another, later) = list(first.items())[:2]
            raise WeightsError(
                f"{shown(name)!r} has the ETag {one} and {shown(later)!r} has {another}, and this "
                f"server gives all files of a version the same: {REMEDY}"
            )
        if self._dates:
            self._check_dates()

    def _check_dates(self) -> None:
        (first, sent), *others = self._dates.items()
        for name, dates in others:
            if changed_between(sent, dates):
                raise WeightsError(
                    f"{shown(name)!r} was changed after {shown(first)!r} had been sent, as its "
                    f"Last-Modified says: {REMEDY}"
                )
