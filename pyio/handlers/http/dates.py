"""The dates in header fields, and whether a file changed while a model was being loaded.

``Date`` is the server's clock when it answered, ``Last-Modified`` that of the file (RFC 9110, 6.6.1
and 8.8.2). A file that changed after the server had sent the model.json, and before it was sent
itself, may belong to another version. Two kinds of answers say nothing: one that a program makes
has the same time in both fields, and one out of a cache was answered before it was asked for.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyio.handlers.http.messages import Reply

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_DATE = re.compile(
    rf"[A-Z][a-z]{{2}}, (\d\d) ({'|'.join(_MONTHS)}) (\d{{4}}) (\d\d):(\d\d):(\d\d) GMT"
)
"""RFC 9110, 5.6.7: the one form that servers send."""

_SLACK = 3.0
"""Seconds by which two answers of one server may be further apart than they were here."""


_DISTINCT = 2.0
"""Seconds after which a further change has another date for certain."""


@dataclass(frozen=True, slots=True)
class Dates:
    """When a file was sent and when it had changed, by the server's clock; None if it does not say.

    `here` is when the answer came, by the clock of this program.
    """

    sent: float | None
    changed: float | None
    here: float = field(default_factory=time.monotonic)


def dates_of(reply: Reply) -> Dates:
    """Return the dates of an answer that has just come."""
    sent, changed = reply.headers.get("date", ""), reply.headers.get("last-modified", "")
    return Dates(_seconds(sent), _seconds(changed))


def changed_between(first: Dates, later: Dates) -> bool:
    """Whether the server is known to have changed the file of `later` after it had sent `first`."""
    if first.sent is None or later.sent is None or later.changed is None:
        return False
    out_of_a_cache = later.sent - first.sent > later.here - first.here + _SLACK
    return first.sent < later.changed < later.sent and not out_of_a_cache


def is_recent(dates: Dates) -> bool:
    """Whether a file had changed so shortly before that its date does not tell two versions apart.

    The fields have whole seconds (RFC 9110, 8.8.2.2).
    """
    if dates.sent is None or dates.changed is None:
        return False
    return dates.sent - dates.changed < _DISTINCT


def _seconds(text: str) -> float | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    day, month, *numbers = found.groups()
    year, hour, minute, second = map(int, numbers)
    try:
        at = datetime(year, _MONTHS.index(month) + 1, int(day), hour, minute, second, tzinfo=UTC)
    except ValueError:  # such as second 60
        return None
    return at.timestamp()
