"""How far a save or a load has come: what ``on_progress`` is called with.

Every medium counts the same thing, the bytes of the weights. The first report of an operation has
0 bytes done. The last report of a save comes before the save is made final, so that whatever
raises inside the callback leaves everything as it was.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

CHUNK = 8 * 1024 * 1024
"""Bytes that are moved at once where a medium can move a part: a report comes at least so often."""


_SMALL = 64 * 1024
"""Bytes below which a buffer is copied beside others: a piece costs as much as 64 KB."""

_BLOCK = 1024 * 1024
"""Bytes of small buffers that are joined at most."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One report of a save or a load.

    Attributes:
        action: "load" or "save"; a copy first loads and then saves.
        what: The file or the address whose bytes moved last.
        bytes_done: Bytes of weights that have been moved so far. It never falls.
        bytes_total: Bytes of weights in all, or None while that is not known.
    """

    action: str
    what: str
    bytes_done: int
    bytes_total: int | None

    @property
    def fraction(self) -> float | None:
        """From 0.0 to 1.0, or None while the total is unknown; 1.0 for a model without weights."""
        if self.bytes_total is None:
            return None
        return self.bytes_done / self.bytes_total if self.bytes_total else 1.0


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """One report of a training.

    Attributes:
        epoch: The epoch, counted from 0.
        epochs: The number of epochs in all.
        steps_done: Steps of this training that are done.
        steps_total: Steps in all, or None while that is not known.
        numbers: The means of this epoch so far, by name.
        ended: Whether this is the last report.
    """

    epoch: int
    epochs: int
    steps_done: int
    steps_total: int | None
    numbers: Mapping[str, float]
    ended: bool = False

    @property
    def fraction(self) -> float | None:
        """From 0.0 to 1.0, or None while the total is unknown; 1.0 at the end, however it came."""
        if self.ended:
            return 1.0
        return self.steps_done / self.steps_total if self.steps_total else None

    @property
    def words(self) -> str:
        """Epoch and numbers as text."""
        numbers = ", ".join(f"{name} {value:.4g}" for name, value in self.numbers.items())
        return f"epoch {min(self.epoch + 1, self.epochs)} of {self.epochs}: {numbers}"


class OnTrainingProgress(Protocol):
    """A plain function that gets a `TrainingProgress`."""

    def __call__(self, progress: TrainingProgress, /) -> object:
        """Take note of how far the training is."""
        ...


_callback: ContextVar[list[bool]] = ContextVar("callback")
"""Holds an item while a callback runs. A task that the callback starts inherits the list, which is
empty once the callback has returned."""


def in_callback() -> bool:
    """Whether this code was called by an ``on_progress``, whose operation may hold a lock."""
    return bool(_callback.get([]))


class OnProgress(Protocol):
    """A plain function that gets a `Progress`. An exception in it ends the operation."""

    def __call__(self, progress: Progress, /) -> object:
        """Take note of how far the operation is."""
        ...


class Meter:
    """Counts the bytes of one operation and reports them.

    Args:
        on_progress: The callback, or None.
        action: "load" or "save".
        what: What moves, until `advance` says otherwise.
        total: Bytes in all, or None while that is not known.
    """

    def __init__(
        self, on_progress: OnProgress | None, action: str, what: str, total: int | None = None
    ) -> None:
        self._on_progress = on_progress
        self._action = action
        self._what = what
        self._done = 0
        self._reported = 0
        self.total = total
        self._report()

    @property
    def listener(self) -> Callable[[int], None] | None:
        """`advance`, or None without a callback; the caller may then copy everything at once."""
        return None if self._on_progress is None else self.advance

    def advance(self, count: int, what: str | None = None) -> None:
        """Count bytes that have moved. A negative number takes back those of a failed attempt."""
        self._done += count
        self._what = what or self._what
        if count >= 0 and self._done >= self._reported:
            self._reported = self._done
            self._report()

    def finish(self) -> None:
        """Say that what has moved was all, where the total was unknown until now."""
        if self.total is None:
            self.total = self._done
            self._report()

    def _report(self) -> None:
        if self._on_progress is None:
            return
        running = [True]
        before = _callback.set(running)
        try:
            self._on_progress(Progress(self._action, self._what, self._reported, self.total))
        finally:
            running.clear()
            _callback.reset(before)


def chunks(piece: memoryview) -> Iterator[memoryview]:
    """Yield views of `piece` of at most `CHUNK` bytes."""
    for start in range(0, piece.nbytes, CHUNK):
        yield piece[start : start + CHUNK]


def joined(buffers: Iterable[memoryview]) -> Iterator[memoryview]:
    """Yield the same bytes in pieces of at most `CHUNK` bytes, small buffers joined."""
    waiting: list[memoryview] = []
    size = 0
    for buffer in buffers:
        length = buffer.nbytes
        if length < _SMALL and size + length <= _BLOCK:
            waiting.append(buffer)
            size += length
            continue
        yield from _together(waiting)
        waiting, size = [], 0
        if length < _SMALL:
            waiting, size = [buffer], length
        else:
            yield from chunks(buffer)
    yield from _together(waiting)


def _together(buffers: list[memoryview]) -> Iterator[memoryview]:
    if len(buffers) == 1:
        yield from chunks(buffers[0])
    elif buffers:
        yield from chunks(memoryview(b"".join(buffers)))
