"""What is acknowledged while a restore is at work is never lost: the window is held open by a lock, not by luck."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, tzinfo
from pathlib import Path

import psycopg
import pytest

from registry import copying
from registry.keeping.backup import backup
from registry.keeping.restore import restore
from registry.ledger import _WRITERS
from registry.store import init, open_store
from registry.writing import write_estimates
from tests.conftest import MakeRecord
from tests.keeping.test_backup import Held, everything

ROOT = Path(__file__).parents[2]


@pytest.fixture
def kept(initialised_file: Path, tmp_path: Path, record: MakeRecord) -> Path:
    """Make a backup of a registry with one estimate."""
    source = tmp_path / "source" / "evidence.db"
    source.parent.mkdir()
    source.write_bytes(initialised_file.read_bytes())
    with open_store(source) as store:
        with store.transaction("Ada", "add") as transaction:
            write_estimates(transaction, [record(study="kim2016")])
        backup(store, tmp_path / "source" / "kept.db")
    return tmp_path / "source" / "kept.db"


@contextlib.contextmanager
def held_open(file: Path) -> Iterator[None]:
    """Keep a restore from reading its backup."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


def start(*arguments: str, folder: Path) -> subprocess.Popen[str]:
    """Start `evireg restore`, its temporary files in a folder where they can be seen."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder), "EVIREG_PATIENCE": "60"}
    command = [sys.executable, "-m", "cli.app", "restore", *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait(until: Callable[[], object], process: subprocess.Popen[str]) -> None:
    """Wait until something is so while a process is at work."""
    end = time.monotonic() + 60
    while not until():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)


def acknowledged(url: str, record: MakeRecord) -> dict[str, object]:
    """Write to a registry, and give all it holds then."""
    with open_store(url) as store:
        with store.transaction("Grace", "acknowledged") as transaction:
            write_estimates(transaction, [record(study="later2020")])
        return dict(everything(store))


@pytest.mark.parametrize("before", ["nothing", "fresh"])
def test_write_acknowledged_while_a_restore_stages_stays(
    empty_url: str, kept: Path, tmp_path: Path, record: MakeRecord, before: str
) -> None:
    """The place was empty when the restore began: it is refused, and what was written since is there."""
    if before == "fresh":
        init(empty_url)
    staging = tmp_path / "staging"
    staging.mkdir()
    looked_at = staging if "://" in empty_url else tmp_path
    with held_open(kept):
        process = start(str(kept), "--db", empty_url, folder=staging)
        wait(lambda: list(looked_at.rglob(".*.restoring.*")), process)
        if before == "nothing":
            init(empty_url)
        then = acknowledged(empty_url, record)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 2, said
    assert "holds a registry already" in said
    with open_store(empty_url) as store:
        assert everything(store) == then
    assert not list(tmp_path.rglob("*before-restore*"))


@contextlib.contextmanager
def writer(url: str) -> Iterator[Callable[[], bool]]:
    """Be the writer of a registry; gives what tells whether another waits to write."""
    with open_store(url) as store, store.transaction("Grace", "acknowledged") as transaction:
        transaction.change("study", "later2020", "note", None, "written")
        if "://" not in url:
            yield lambda: bool(list(Path(url).parent.glob("*before-restore*.backup")))
            return
        with psycopg.connect(url, autocommit=True) as watcher:
            waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = %s"
            yield lambda: watcher.execute(waiting, [_WRITERS & 0xFFFFFFFF]).fetchone() != (0,)


def test_write_that_ends_right_before_the_restore_stays(database_url: str, kept: Path, tmp_path: Path) -> None:
    """A writer who had the lock when the restore came to it has written: the restore looks again, and is refused."""
    with writer(database_url) as another_waits:
        process = start(str(kept), "--db", database_url, folder=tmp_path)
        wait(another_waits, process)
    _, said = process.communicate(timeout=120)
    assert process.returncode != 0, said
    assert "holds a registry already" in said
    with open_store(database_url) as store:
        assert any("acknowledged" in row for row in everything(store)["changeset"])
    assert not list(tmp_path.rglob("*before-restore*"))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_registry_that_is_locked_is_not_taken_for_a_damaged_one(
    database_url: str, kept: Path, record: MakeRecord
) -> None:
    """With force a registry nobody could read just now is not moved away from those who are at work in it."""
    then = acknowledged(database_url, record)
    with contextlib.closing(sqlite3.connect(database_url, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("BEGIN EXCLUSIVE")
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "EVIREG_PATIENCE": "1"}
        command = [sys.executable, "-m", "cli.app", "restore", str(kept), "--db", database_url, "--force"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        connection.execute("ROLLBACK")
    assert "is being written by another process" in done.stderr
    with open_store(database_url) as store:
        assert everything(store) == then


@pytest.fixture
def one_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the names of all copies be made within one second."""

    class Stopped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime(2026, 6, 30, 12, tzinfo=tz)

    monkeypatch.setattr(copying, "datetime", Stopped)


@pytest.mark.usefixtures("one_second")
@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_two_restores_within_a_second_keep_a_copy_each(database_url: str, kept: Path, record: MakeRecord) -> None:
    """Whoever comes second finds the copy of the first and leaves it alone: what was there first is still kept."""
    acknowledged(database_url, record)
    both = ThreadPoolExecutor(2)
    with writer(database_url) as another_waits:
        restores = [both.submit(restore, kept, database_url, force=True) for _ in range(2)]
        while not another_waits():
            time.sleep(0.02)
    copies = [restored.result().replaced for restored in restores]
    assert len(set(copies)) == 2
    estimates = sorted(len(held_by(copy)["estimate"]) for copy in copies if copy is not None)
    studies = [row for copy in copies if copy is not None for row in held_by(copy)["study"]]
    assert estimates == [1, 1]
    assert {"later2020", "kim2016"} <= {value for row in studies for value in row}


def test_restores_at_once_lose_nothing_of_what_was_there(
    database_url: str, kept: Path, tmp_path: Path, record: MakeRecord
) -> None:
    """Of several restores over one registry some may be refused; what was there is in a copy that one of them kept."""
    then = acknowledged(database_url, record)
    processes = [start(str(kept), "--db", database_url, "--force", folder=tmp_path) for _ in range(3)]
    said = [process.communicate(timeout=120) for process in processes]
    assert any(process.returncode == 0 for process in processes), said
    assert then in [held_by(copy) for copy in tmp_path.rglob("*.before-restore-*.backup")]


def held_by(copy: Path) -> Held:
    """Give all that a copy of a registry holds."""
    with open_store(copy) as store:
        return everything(store)
