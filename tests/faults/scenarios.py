"""One function for each fault of the browser media: causes it and returns the state afterwards.

Each gets a `Stage` with empty storage and returns the verdicts of all its attempts and what else is
worth telling. "old" and "new" are whole models, with nothing left behind.
"""

from __future__ import annotations

import json
import random
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from tests.engines import processes

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.stage import Stage
    from tests.support.tabs import Tab

Outcome: TypeAlias = "tuple[list[str], str]"

MB = 1_000_000


def quota(stage: Stage) -> Outcome:
    """Leave too little room for each part of the new model in turn."""
    return _local_quota(stage) if stage.medium == "localstorage" else _indexed_quota(stage)


def _local_quota(stage: Stage) -> Outcome:
    verdicts, errors = [], set()
    # The new model adds 3,000 units to topology, specs and metadata each and 39,900 to the
    # weights: TensorFlow.js's five items meet the end one after the other.
    for room in (0, 1_000, 4_000, 20_000, 46_500, 60_000, 200_000):
        stage.tab.js("() => localStorage.clear()")
        stage.prepare(100)
        stage.tab.js("(room) => faults.fill(room)", room)
        errors.add(stage.save(size=30_000))
        stage.tab.js("() => localStorage.removeItem('filler')")
        verdicts.append(stage.verdict())
    return verdicts, _names(errors)


def _indexed_quota(stage: Stage) -> Outcome:
    browser = stage.start("small", quota=8 << 20)
    stage.tab = stage.open(browser)
    verdicts, errors = [], set()
    stage.prepare(MB)
    for size in (40 * MB, 9 * MB, 7_900_000, 7_200_000, 6_500_000, 3 * MB):
        stage.program.call(stage.tab, "save", stage.url("m"), "old", MB)
        error = stage.save(size=size)
        errors.add(error)
        verdicts.append(stage.verdict())
        if error is None and verdicts[-1] == "old":
            verdicts[-1] = "old, and reported as saved"
    return verdicts, _names(errors)


def quota_move(stage: Stage) -> Outcome:
    """Move a model to this medium when it is full."""
    if stage.medium == "localstorage":
        source, destination, size = "indexeddb", "localstorage", 6 * MB
    else:
        source, destination, size = "localstorage", stage.medium, 2 * MB
        stage.tab = stage.open(stage.start("full", quota=10 << 20))
    given = (f"{source}://m", "old", size)
    assert stage.program.call(stage.tab, "save", *given) is None
    assert stage.program.call(stage.tab, "save", f"{destination}://other", "other", 1000) is None
    if destination != "localstorage":
        _fill_database(stage)
    error = stage.program.call(stage.tab, "move", f"{source}://m", f"{destination}://m")
    found = [stage.state_of(*place) for place in ((source, "m"), (destination, "other"))]
    kept = found == ["old", "other"] and stage.state() == "nothing"
    return ["old" if kept else f"{found[0]} and {found[1]}"], _names({error})


def _fill_database(stage: Stage) -> None:
    for number, size in enumerate([2 * MB] * 6 + [MB] * 3 + [MB // 4] * 5):
        stage.program.call(stage.tab, "save", f"indexeddb://filler{number}", "filler", size)


def closed(stage: Stage) -> Outcome:
    """Close the tab that saves."""
    return _interrupted(stage, lambda tab: tab.close())


def reloaded(stage: Stage) -> Outcome:
    """Reload the page that saves."""
    return _interrupted(stage, lambda tab: tab.view.reload())


def _interrupted(stage: Stage, interrupt: Callable[[Tab], None], times: int = 1) -> Outcome:
    verdicts = []
    stage.prepare()
    stage.crashed = stage.medium == "opfs"  # what is unfinished stays until the next save
    for _ in range(times):
        tab = stage.open()
        stage.begin_saving(tab)
        tab.wait("() => window.saves > 0")
        time.sleep(random.uniform(0, 0.3))
        interrupt(tab)
        time.sleep(0.5)  # running operations finish
        verdicts.append(stage.verdict())
    stage.crashed = False
    stage.works_again()
    return verdicts, ""


def process(stage: Stage) -> Outcome:
    """Kill the process that stores for all tabs."""
    browser = stage.start("process")
    stage.tab = stage.open(browser)
    stage.prepare()
    if stage.medium == "localstorage":
        time.sleep(8)  # until the browser has written it to disk
    stage.begin_saving()
    stage.tab.wait("() => window.saves > 0")
    time.sleep(random.uniform(0, 0.3))
    processes.send(_storage_process(browser.profile), signal.SIGKILL)
    time.sleep(1)
    stage.tab.close()
    stage.tab = stage.open(browser)
    stage.crashed = stage.medium == "opfs"
    verdicts = [stage.verdict()]
    stage.crashed = False
    stage.works_again()
    return verdicts, ""


def _storage_process(profile: Path) -> int:
    for number in processes.tree(str(profile)):
        line = Path(f"/proc/{number}/cmdline").read_bytes()
        if b"storage.mojom.StorageService" in line or b"WebKitNetworkProcess" in line:
            return number
    raise AssertionError("no process that stores")


def cancelled(stage: Stage) -> Outcome:
    """Cancel a save when it waits for the first time, the second time, and so on."""
    verdicts: list[str] = []
    stage.prepare()
    ended = False
    while not ended:
        assert stage.save("old") is None
        given = (stage.url("m"), "new", 100_000, len(verdicts) + 1)
        ended = not stage.program.call(stage.tab, "save_cancelled", *given)
        verdicts.append(stage.verdict())
    stage.works_again()
    return verdicts, ""


def callback(stage: Stage) -> Outcome:
    """Raise in the progress callback, at the first call and at the last before the commit."""
    verdicts = []
    stage.prepare()
    for error in ("LookupError", "CancelledError", "KeyboardInterrupt"):
        for number in (1, 2):
            given = (stage.url("m"), "new", 100_000, error, number)
            found = stage.program.call(stage.tab, "save_with_a_bad_callback", *given)
            assert found == error
            verdicts.append(stage.verdict())
    stage.works_again()
    return verdicts, ""


def deleted(stage: Stage) -> Outcome:
    """Delete the database from another tab, again and again while the first saves."""
    return _emptied(
        stage,
        """async () => {
          for (let turn = 0; turn < 6; turn += 1) {
            await new Promise((done) => setTimeout(done, 70 * turn));
            await new Promise((done) => {
              indexedDB.deleteDatabase("tensorflowjs").onsuccess = done;
            });
          }
        }""",
    )


def cleared(stage: Stage) -> Outcome:
    """Have the browser clear what this origin has stored."""
    return _emptied(stage, "async () => { await fetch('/clear'); }")


def _emptied(stage: Stage, empty: str) -> Outcome:
    stage.prepare()
    stage.begin_saving(times=8)
    other = stage.show()
    time.sleep(0.2)
    other.js(empty)
    errors = stage.program.result(stage.tab, 120)
    other.close()
    stage.program.ready(stage.tab)
    found = stage.state()
    stage.prepare()
    stage.works_again()
    return [found.partition("-")[0]], "hangs" if errors == "hangs" else _names(set(errors))


HOLD = """async () => {
  window.holding = await new Promise((done) => {
    indexedDB.open("tensorflowjs", 1).onsuccess = ({ target }) => done(target.result);
  });
  window.upgrading = indexedDB.open("tensorflowjs", 2);
  window.upgraded = new Promise((done) => {
    upgrading.onupgradeneeded = () => upgrading.transaction.abort();
    upgrading.onerror = (event) => { event.preventDefault(); done(); };
  });
  // Firefox forgets to say so if another connection closes after this one has refused to.
  await new Promise((done) => { upgrading.onblocked = done; setTimeout(done, 1000); });
}"""


def held(stage: Stage) -> Outcome:
    """Let an upgrade wait for a connection that does not close, and abort the upgrade at last."""
    stage.prepare()
    if stage.program.name == "pyio":
        stage.program.call(stage.tab, "wait_briefly_for_databases")
    other = stage.show()
    other.js(HOLD)
    given = (stage.url("m"), "new", 1000)
    stage.program.begin(stage.tab, "save", *given)
    error = stage.program.result(stage.tab, 5)
    other.js("async () => { holding.close(); await upgraded; }")
    other.close()
    verdicts = [stage.verdict()]
    stage.works_again()
    return verdicts, _names({error})


def upgraded(stage: Stage) -> Outcome:
    """Make the database one of version 2."""
    stage.prepare()
    stage.tab.js(
        """() => new Promise((done) => {
          indexedDB.open("tensorflowjs", 2).onsuccess = ({ target }) => done(target.result.close());
        })"""
    )
    error = stage.save()
    return [stage.state(version=2)], _names({error})


def sandboxed(stage: Stage) -> Outcome:
    """Save on a page that is in an origin of its own."""
    tab = stage.open(page="sandboxed.html")
    error = stage.program.call(tab, "save", stage.url("m"), "new", 1000)
    tab.close()
    return [error or "saved"], ""


def refused(stage: Stage) -> Outcome:
    """Save where the settings of the browser block cookies and site data."""
    profile = stage.folder / "refused"
    if stage.engine == "chromium":
        settings = {"profile": {"default_content_setting_values": {"cookies": 2}}}
        (profile / "Default").mkdir(parents=True, exist_ok=True)
        (profile / "Default/Preferences").write_text(json.dumps(settings), "utf-8")
    else:
        profile.mkdir(parents=True, exist_ok=True)
        line = 'user_pref("network.cookie.cookieBehavior", 2);\n'
        (profile / "user.js").write_text(line, "utf-8")
        (profile / "prefs.js").write_text(line, "utf-8")
    tab = stage.open(stage.start("refused"))
    error = stage.program.call(tab, "save", stage.url("m"), "new", 1000)
    return [error or "saved"], ""


def private(stage: Stage) -> Outcome:
    """Save and replace in a private window."""
    stage.tab = stage.open(stage.start("private", private=True))
    stage.prepare()
    error = stage.save(size=stage.large)
    return [stage.verdict()], _names({error})


def two_tabs(stage: Stage) -> Outcome:
    """Save 30 times under one name in two tabs at once."""
    stage.prepare()
    other = stage.open()
    for tab in (stage.tab, other):
        given = (stage.url("m"), [100_000, 1000], "new", 30)
        stage.program.begin(tab, "save_many", *given)
    errors = {error for tab in (stage.tab, other) for error in stage.program.result(tab)}
    other.close()
    verdicts = [stage.verdict()]
    stage.works_again()
    return verdicts, _names(errors)


def _names(errors: set[str | None]) -> str:
    return ", ".join(sorted({error or "saved" for error in errors}))


SCENARIOS: dict[str, Callable[[Stage], Outcome]] = {
    scenario.__name__: scenario
    for scenario in (
        *(quota, quota_move, closed, reloaded, process, cancelled, callback, deleted, cleared),
        *(held, upgraded, sandboxed, refused, private, two_tabs),
    )
}
