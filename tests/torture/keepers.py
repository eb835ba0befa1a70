"""Upgrade, restore and backup killed at random, each `KILLS` times: `keepers.py URL FOLDER KILLS SEED`.

Each is done by a forked process that tells, in shared memory, when it begins to write and when it has returned: from
then on it is acknowledged. It is killed at any moment, or, two out of three times, once it writes. What is there is
then compared, row by row, with what was there before and with what was to be there: it must be one of the two, and
after an acknowledgement the second. What happened is printed as JSON.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from registry import store as storing
from registry.database import engine_for
from registry.keeping import backup as backing
from registry.keeping import restore as restoring
from registry.keeping.doctor import examine
from registry.keeping.proof import prove_file
from registry.store import init, open_store
from tests.migrations.old import REVISIONS, all_rows, make_old

OLD = REVISIONS[0]
#: Places in the shared memory.
WRITES, RETURNED = 0, 1


def fingerprint(target: str) -> str:
    """Give a digest of every row of every table."""
    return hashlib.sha256(repr(sorted(all_rows(target).items())).encode()).hexdigest()


class Verb(Protocol):
    """Something done to a registry that must be done whole or not at all."""

    #: The module and the name in it of the function with which it begins to write.
    writes: tuple[Any, str]

    def do(self) -> None:
        """Do it."""

    def done(self) -> bool:
        """Whether it was; AssertionError when it was done in part. Makes it ready to be done again."""


class Upgrade:
    """An old registry is brought to this schema."""

    writes = (storing, "migrate")

    def __init__(self, url: str) -> None:
        self.url = url
        make_old(OLD, url)
        self._before = fingerprint(url)

    def do(self) -> None:
        """Upgrade."""
        init(self.url)

    def done(self) -> bool:
        """Compare, and make the old registry again if it was upgraded."""
        self._look_at_copies()
        now = fingerprint(self.url)
        if now == self._before:
            return False
        found = examine(self.url)
        assert found.sound, found
        self._take_back()
        assert fingerprint(self.url) == self._before
        return True

    def _look_at_copies(self) -> None:
        """Every copy an upgrade left under its name is the whole old registry."""
        for copy in Path(self.url).parent.glob("[!.]*.backup") if "://" not in self.url else ():
            assert fingerprint(str(copy)) == self._before
            copy.unlink()

    def _take_back(self) -> None:
        if "://" not in self.url:
            for path in Path(self.url).parent.glob(f"{Path(self.url).name}*"):
                path.unlink()
        else:
            engine = engine_for(self.url)
            with engine.begin() as connection:
                connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            engine.dispose()
        make_old(OLD, self.url)


class Restore:
    """One registry takes the place of another: two of them in turn."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.writes = (restoring, "into_postgresql" if "://" in url else "into_file")
        self._files = [folder / "old.db", folder / "other.db"]
        make_old(OLD, str(self._files[0]))
        init(self._files[0])
        init(self._files[1])
        with open_store(self._files[1]) as store, store.transaction("Ada", "a note") as transaction:
            transaction.change("study", "nobody2020", "note", None, "x" * 1000)
        self._states = []
        for file in self._files:
            restoring.restore(file, url, force=True)
            self._states.append(fingerprint(url))
        assert self._states[0] != self._states[1]
        self._folder, self._now = folder, 1

    def do(self) -> None:
        """Restore the one that is not there."""
        restoring.restore(self._files[1 - self._now], self.url, force=True)

    def done(self) -> bool:
        """Want one of the two, and each copy of what was replaced to be sound."""
        for copy in self._folder.glob("[!.]*.before-restore-*"):
            prove_file(copy)
            copy.unlink()
        place = self._states.index(fingerprint(self.url))
        before, self._now = self._now, place
        return place != before


class Backup:
    """A backup takes the place of the one before."""

    writes = (backing, "copy")

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self._file = url, folder / "kept.db"
        self.do()
        self._last = self._file.stat().st_ino

    def do(self) -> None:
        """Back up."""
        with open_store(self.url) as store:
            backing.backup(store, self._file, force=True)

    def done(self) -> bool:
        """Want a sound file, the one before or the next."""
        prove_file(self._file)
        before, self._last = self._last, self._file.stat().st_ino
        return self._last != before


def start(verb: Verb, shared: mmap.mmap) -> int:
    """Fork a process that does it; give its number."""
    shared[WRITES] = shared[RETURNED] = 0
    child = os.fork()
    if child == 0:
        try:
            module, name = verb.writes
            setattr(module, name, _told(getattr(module, name), shared))
            verb.do()
            shared[RETURNED] = 1
            os._exit(0)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        os._exit(1)
    return child


def _told(function: Callable[..., Any], shared: mmap.mmap) -> Callable[..., Any]:
    def told(*arguments: Any, **named: Any) -> Any:
        shared[WRITES] = 1
        return function(*arguments, **named)

    return told


def until_writing(child: int, shared: mmap.mmap) -> bool:
    """Wait until it writes, or has ended; give whether it goes on."""
    while not shared[WRITES]:
        if os.waitpid(child, os.WNOHANG)[0]:
            return False
        time.sleep(0.0005)
    return True


def measure(verb: Verb, shared: mmap.mmap) -> tuple[float, float]:
    """Do it undisturbed; give the seconds until it writes, and until it has returned after that."""
    began = time.monotonic()
    child = start(verb, shared)
    assert until_writing(child, shared)
    writing = time.monotonic()
    assert os.waitpid(child, 0)[1] == 0
    ended = time.monotonic()
    assert verb.done()
    return writing - began, ended - writing


def torment(verb: Verb, kills: int, made: random.Random) -> dict[str, Any]:
    """Kill it until it was killed often enough, and tell what was found."""
    shared = mmap.mmap(-1, 2)
    until, after = measure(verb, shared)
    told: Counter[str] = Counter(kills=0, writing=0, done=0, undone=0, acknowledged=0)
    started = time.monotonic()
    while told["kills"] < kills:
        assert time.monotonic() - started < 1200, "time is up"
        child = start(verb, shared)
        if made.random() < 0.67:
            until_writing(child, shared)
            time.sleep(made.uniform(0, 1.3 * after))
        else:
            time.sleep(made.uniform(0, until + after))
        os.kill(child, signal.SIGKILL)
        ended = os.waitpid(child, 0)[1]
        acknowledged, writing = bool(shared[RETURNED]), bool(shared[WRITES])
        done = verb.done()
        assert done or not acknowledged, "what was acknowledged is lost"
        assert os.WIFSIGNALED(ended) or ended == 0, "it failed"
        if os.WIFSIGNALED(ended):
            told.update(kills=1, writing=writing, done=done, undone=not done, acknowledged=acknowledged)
    return {**told, "seconds": round(time.monotonic() - started, 1)}


def main() -> None:
    """Torment each verb, and tell what happened."""
    url, folder, kills, seed = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    made = random.Random(seed)  # noqa: S311 - reproducible, not secret
    told = {"upgrade": torment(Upgrade(url), kills, made)}
    init(url)
    told["restore"] = torment(Restore(url, folder), kills, made)
    told["backup"] = torment(Backup(url, folder), kills, made)
    found = examine(url)
    assert found.sound, found
    print(json.dumps(told))  # noqa: T201


if __name__ == "__main__":
    main()
