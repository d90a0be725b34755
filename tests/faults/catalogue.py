"""The faults, where each can strike, and why it cannot elsewhere. `TABLE.md` has a cell for each.

A cell is (fault, medium, column). The columns of the browser media are the engines and, where it
has the medium, TensorFlow.js, run in Chromium; those of files are CPython and TensorFlow.js for
Node.
"""

from __future__ import annotations

from dataclasses import dataclass

BROWSER_MEDIA = ("localstorage", "indexeddb")
"""Those that TensorFlow.js has too."""
ALL_BROWSER_MEDIA = (*BROWSER_MEDIA, "opfs")
ENGINES = ("chromium", "firefox", "webkit")
COLUMNS = {
    **dict.fromkeys(BROWSER_MEDIA, (*ENGINES, "tfjs")),
    "opfs": ENGINES,
    "file": ("cpython", "tfjs"),
}


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong.

    Attributes:
        key: Its name in the tests.
        what: What happens, for the table.
        media: Where.
        promise: What must be there afterwards, for the table.
        allowed: The verdicts that keep the promise.
        errors: What a save may end in, and "saved".
    """

    key: str
    what: str
    media: tuple[str, ...]
    promise: str = "the old model or the new one, whole"
    allowed: frozenset[str] = frozenset({"old", "new"})
    errors: frozenset[str] = frozenset({"saved"})


FAULTS = (
    Fault(
        "quota",
        "The quota is reached at every step of a save that replaces a model",
        ALL_BROWSER_MEDIA,
        "the old model and QuotaExceededError, or the new one",
        errors=frozenset({"saved", "QuotaExceededError"}),
    ),
    Fault(
        "quota_move",
        "A move from another medium meets the quota",
        ALL_BROWSER_MEDIA,
        "the model stays where it was",
        allowed=frozenset({"old"}),
        errors=frozenset({"QuotaExceededError"}),
    ),
    Fault("kill", "The browser is killed (SIGKILL) while it saves", ALL_BROWSER_MEDIA),
    Fault(
        "moved",
        "The browser is killed (SIGKILL) up to 10 s after a move from another medium",
        ALL_BROWSER_MEDIA,
        "the model is in one of the two media, whole, for pyio and, if it has both, for "
        "TensorFlow.js",
        allowed=frozenset({"moved", "kept", "both"}),
    ),
    Fault(
        "overtaken",
        "The browser is killed (SIGKILL) while pyio saves or removes, then TensorFlow.js saves the "
        "same model, then pyio is used again",
        BROWSER_MEDIA,
        "both programs load what TensorFlow.js has saved",
        allowed=frozenset({"kept"}),
    ),
    Fault("closed", "The tab is closed in the middle of a save", ALL_BROWSER_MEDIA),
    Fault("reloaded", "The page is reloaded in the middle of a save", ALL_BROWSER_MEDIA),
    Fault(
        "process",
        "The browser's storage process is killed in the middle of a save",
        ALL_BROWSER_MEDIA,
        "the old model or the new one, whole, or a typed error; the next save works",
    ),
    Fault("cancelled", "The task is cancelled, at every await", (*ALL_BROWSER_MEDIA, "file")),
    Fault(
        "callback",
        "The progress callback raises LookupError, CancelledError or KeyboardInterrupt",
        (*ALL_BROWSER_MEDIA, "file"),
        "the old model",
        allowed=frozenset({"old"}),
    ),
    Fault(
        "deleted",
        "Another tab deletes the database, again and again, while this one saves",
        ("indexeddb",),
        "the new model whole, or nothing, as asked; the next save works",
        allowed=frozenset({"new", "nothing"}),
        errors=frozenset({"saved", "StorageError"}),
    ),
    Fault(
        "cleared",
        "The browser clears the site's data and closes the connection, while the page saves",
        ("indexeddb",),
        "the new model whole, or nothing, as asked; the next save works",
        allowed=frozenset({"new", "nothing"}),
        errors=frozenset({"saved", "StorageError"}),
    ),
    Fault(
        "held",
        "Another tab holds the database open, and a third waits to upgrade it",
        ("indexeddb",),
        "the old model, and an error that says so",
        allowed=frozenset({"old"}),
        errors=frozenset({"StorageError"}),
    ),
    Fault(
        "upgraded",
        "Another program has upgraded the database",
        ("indexeddb",),
        "the old model, and ForeignDatabaseError",
        allowed=frozenset({"old"}),
        errors=frozenset({"ForeignDatabaseError"}),
    ),
    Fault(
        "sandboxed",
        "The page may not store: an origin of its own (sandboxed frame)",
        ALL_BROWSER_MEDIA,
        "StorageRefusedError",
        allowed=frozenset({"StorageRefusedError"}),
    ),
    Fault(
        "refused",
        "The person's settings block cookies and site data",
        ALL_BROWSER_MEDIA,
        "StorageRefusedError",
        allowed=frozenset({"StorageRefusedError"}),
    ),
    Fault(
        "private", "A private window", ALL_BROWSER_MEDIA, "the new model, until the window closes"
    ),
    Fault(
        "two_tabs",
        "Two tabs save under one name at once",
        ALL_BROWSER_MEDIA,
        "one of the two, whole",
    ),
    Fault(
        "many_tabs",
        "Several tabs save, load, copy, move, remove and list the same names",
        ALL_BROWSER_MEDIA,
        "under each name one whole model that one of the tabs saved; none is lost",
    ),
    Fault(
        "killed_storm",
        "Several tabs do the same and the browser is killed (SIGKILL); TensorFlow.js saves some of "
        "the names, then pyio is used again",
        ALL_BROWSER_MEDIA,
        "both programs load what TensorFlow.js has saved, and one whole model or nothing elsewhere",
        allowed=frozenset({"kept"}),
    ),
    Fault("crash", "The process is killed (SIGKILL) at every file operation", ("file",)),
    Fault("full", "The disk is full", ("file",), "the old model and QuotaExceededError"),
    Fault("too_large", "A file may not grow further", ("file",), "the old model and StorageError"),
    Fault(
        "permission", "No permission to write", ("file",), "the old model and StorageRefusedError"
    ),
    Fault("read_only", "A read-only file system", ("file",), "the old model and StorageError"),
    Fault(
        "readers",
        "Others load while the model is replaced again and again",
        ("file",),
        "every load gives one save's model",
    ),
)

NO_CANCEL = "TensorFlow.js has no cancelling"
NO_PROGRESS = "TensorFlow.js has no progress of a save"
NO_PROCESS = "Firefox stores in its main process; killing that is the fault above"
REMOVES_FIRST = "TensorFlow.js removes the source first, whatever becomes of the destination"
NO_MOVE = "TensorFlow.js alone has no such storm; it runs after each kill of pyio's"
NO_JOURNAL = "TensorFlow.js keeps no journal"
NO_DRIVER = (
    "WebKitGTK's driver ends the session when the network process dies; killing the "
    "whole browser is the fault above"
)
NOT_HERE: dict[tuple[str, str, str], str] = {
    **{("cancelled", medium, "tfjs"): NO_CANCEL for medium in BROWSER_MEDIA},
    **{("callback", medium, "tfjs"): NO_PROGRESS for medium in BROWSER_MEDIA},
    **{("moved", medium, "tfjs"): REMOVES_FIRST for medium in BROWSER_MEDIA},
    **{("overtaken", medium, "tfjs"): NO_JOURNAL for medium in BROWSER_MEDIA},
    **{("killed_storm", medium, "tfjs"): NO_MOVE for medium in BROWSER_MEDIA},
    **{("process", medium, "firefox"): NO_PROCESS for medium in ALL_BROWSER_MEDIA},
    **{("process", medium, "webkit"): NO_DRIVER for medium in ALL_BROWSER_MEDIA},
    **{
        ("refused", medium, "webkit"): "WebKitGTK has no such setting for storage"
        for medium in ALL_BROWSER_MEDIA
    },
    ("private", "opfs", "firefox"): "Firefox has no such files in a private window",
    ("private", "opfs", "webkit"): "WebKitGTK has no such files in a private window",
    **{
        (fault.key, "file", "tfjs"): "tfjs-node was not run; its source writes two files in place"
        for fault in FAULTS
        if "file" in fault.media
    },
}
"""(fault, medium, column) -> why it cannot be made to happen there."""


NOT_KEPT: dict[tuple[str, str, str], str] = {
    ("kill", "indexeddb", "chromium"): (
        "after one of 200 kills both models in IndexedDB were gone; the one beside it was not "
        "stored again, and so was missing after the 93 kills that followed; the cause is not known"
    ),
}
"""(fault, medium, column) -> how a run of pyio broke the promise."""


def cells() -> list[tuple[str, str, str]]:
    """Return all cells of the table."""
    return [
        (fault.key, medium, column)
        for fault in FAULTS
        for medium in fault.media
        for column in COLUMNS[medium]
    ]
