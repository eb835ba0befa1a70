"""A transaction is one changeset, whole or not at all."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from registry.chain import verify_ledger
from registry.errors import Conflict, StoreError, UsageError, VerificationFailed
from registry.ledger import GENESIS
from registry.models import Changeset, Curator, Disease, drop_triggers
from registry.store import Store, init, open_store
from registry.writing import Entry, add_vocabulary, write_estimates


def _diseases(store: Store) -> set[str]:
    with store.read() as connection:
        return set(connection.execute(sa.select(Disease.key)).scalars())


def _numbers(store: Store) -> list[int]:
    with store.read() as connection:
        return list(connection.execute(sa.select(Changeset.number).order_by(Changeset.number)).scalars())


def _add(store: Store, name: str, curator: str = "Ada") -> None:
    with store.transaction(curator, f"add {name}") as transaction:
        add_vocabulary(transaction, [Entry("disease", name)])


def test_changeset_names_curator_time_and_message(store: Store) -> None:
    """Who, when (UTC) and why; the curator is created on first use."""
    _add(store, "gout", "Ada")
    _add(store, "angina", "Ada")
    with store.read() as connection:
        last = connection.execute(sa.select(Changeset.__table__).order_by(Changeset.number.desc())).first()
        assert connection.scalar(sa.select(sa.func.count()).where(Curator.name == "Ada")) == 1
    assert last is not None
    assert (last.number, last.message, last.at[-1]) == (3, "add angina", "Z")


def test_transaction_that_changed_nothing_leaves_nothing(store: Store) -> None:
    """No changeset, and no curator either."""
    with store.transaction("Nobody", "look around"):
        pass
    with store.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).where(Curator.name == "Nobody")) == 0
    assert _numbers(store) == [1]


def test_exception_undoes_everything(store: Store) -> None:
    """What was written before the fault is gone, and the number is free again."""
    before = _diseases(store)

    def half_done() -> None:
        with store.transaction("Ada", "half done") as transaction:
            add_vocabulary(transaction, [Entry("disease", "gout")])
            raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        half_done()
    assert _diseases(store) == before
    _add(store, "gout")
    assert _numbers(store) == [1, 2]


def test_change_without_a_curator_is_refused(store: Store) -> None:
    """Someone answers for every change."""
    with pytest.raises(UsageError, match="every change has a curator"), store.transaction("  ", "x"):
        pass


def test_constraint_of_the_database_becomes_a_conflict(store: Store) -> None:
    """What slips past our own checks is still refused, in our words."""
    rows = [{"id": number, "key": "gout"} for number in (9001, 9002)]
    with pytest.raises(Conflict, match="contradicts what it holds"), store.transaction("Ada", "twice") as transaction:
        transaction.connection.execute(sa.insert(Disease), rows)


def test_eight_threads_lose_nothing(store: Store) -> None:
    """Writers take turns: each reads what the one before committed, numbers have no gap, the chain holds."""
    names = [f"disease {number}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: _add(store, name), names))
    assert set(names) <= _diseases(store)
    assert _numbers(store) == list(range(1, 42))
    with store.read() as connection:
        assert verify_ledger(connection) == 41


_PROCESS = """
import sys
from registry.store import open_store
from registry.writing import Entry, add_vocabulary
with open_store(sys.argv[1]) as store:
    for number in range(10):
        with store.transaction(f"process {sys.argv[2]}", "add") as transaction:
            add_vocabulary(transaction, [Entry("disease", f"{sys.argv[2]}-{number}")])
"""


def test_processes_lose_nothing(database_url: str) -> None:
    """The same between processes, each with its own connection."""
    root = Path(__file__).parents[2]
    running = [
        subprocess.Popen([sys.executable, "-c", _PROCESS, database_url, str(number)], cwd=root) for number in range(3)
    ]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    with open_store(database_url) as store:
        assert _numbers(store) == list(range(1, 32))
        with store.read() as connection:
            assert verify_ledger(connection) == 31


def test_reader_sees_one_moment(store: Store) -> None:
    """What is committed while a reader is at work does not change under it."""
    with store.read() as connection:
        before = connection.scalar(sa.select(sa.func.count()).select_from(Changeset))
        _add(store, "gout")
        assert connection.scalar(sa.select(sa.func.count()).select_from(Changeset)) == before
    assert len(_numbers(store)) == before + 1


def test_chain_starts_from_nothing_and_holds(store: Store) -> None:
    """The first changeset names 64 zeros, each later one its predecessor's hash."""
    _add(store, "gout")
    with store.read() as connection:
        rows = connection.execute(sa.select(Changeset.previous_hash, Changeset.hash).order_by(Changeset.number)).all()
        assert verify_ledger(connection) == len(rows)
    assert rows[0].previous_hash == GENESIS
    assert [row.previous_hash for row in rows[1:]] == [row.hash for row in rows[:-1]]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE changeset SET message = 'other' WHERE number = 1", "changeset 1 is not what its hash says"),
        ("UPDATE change SET after = 'x' WHERE id = 1", "changeset 1 is not what its hash says"),
        ("UPDATE evidence SET digest = 'x'", "changeset 2 is not what its hash says"),
        ("DELETE FROM change WHERE changeset = 1", "changeset 1 is not what its hash says"),
    ],
)
def test_tampering_breaks_the_chain(store: Store, record: object, statement: str, said: str) -> None:
    """A change made past the ledger shows, and where."""
    with store.transaction("Ada", "one row") as transaction:
        write_estimates(transaction, [record()])  # type: ignore[operator]
    with store.engine.begin() as connection:
        drop_triggers(connection)
        connection.execute(sa.text(statement))
    with store.read() as connection, pytest.raises(VerificationFailed, match=said):
        verify_ledger(connection)


def test_locked_registry_says_so(database_url: str) -> None:
    """A writer that waited long enough is told what to do."""
    with (
        open_store(database_url) as first,
        open_store(database_url, patience=1) as second,
        first.transaction("Ada", "long work") as transaction,
    ):
        transaction.change("disease", "gout", "key", None, "gout")
        with (
            pytest.raises(StoreError, match=r"being written by another process.*\n.*try again"),
            second.transaction("Bob", "short work"),
        ):
            pass


def test_full_disk_says_so_and_leaves_nothing(sqlite_store: Store) -> None:
    """When the file cannot grow, nothing of the change is kept."""
    much = [Entry("disease", f"disease {number} {'x' * 500}") for number in range(100)]

    def fill() -> None:
        with sqlite_store.transaction("Ada", "much") as transaction:
            transaction.connection.exec_driver_sql("PRAGMA max_page_count = 1")
            add_vocabulary(transaction, much)

    with pytest.raises(StoreError, match=r"the disk is full.*\nfree some space"):
        fill()
    assert _numbers(sqlite_store) == [1]


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_read_only_server_says_so(database_url: str) -> None:
    """A standby can be read and not written."""
    name = sa.make_url(database_url).database
    with open_store(database_url) as store, store.engine.begin() as connection:
        connection.execute(sa.text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    with open_store(database_url) as store:
        with pytest.raises(StoreError, match="server is read-only"), store.transaction("Ada", "x"):
            pass
        assert _numbers(store) == [1]


@pytest.mark.parametrize("state", ["40001", "40P01"])
@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_change_undone_for_another_says_that_nothing_was_stored(store: Store, state: str) -> None:
    """Two changes that cannot both be: whoever gives way reads that nothing of it is there, and may try again."""

    def give_way() -> None:
        undone = f"DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '{state}'; END $$"
        with store.transaction("Ada", "x") as transaction:
            transaction.change("study", "kim2016", "note", None, "x")
            transaction.connection.exec_driver_sql(undone)

    with pytest.raises(StoreError, match="nothing was stored; try again"):
        give_way()
    assert _numbers(store) == [1]


def test_damaged_file_says_so(tmp_path: Path) -> None:
    """A file that was cut off is damaged, not empty."""
    path = tmp_path / "evidence.db"
    init(path)
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\0" * (len(content) - 4096))
    with pytest.raises(StoreError, match=r"is damaged.*\nrestore it from a backup"), open_store(path) as store:
        _add(store, "gout")


def test_text_compares_in_every_script(store: Store) -> None:
    """The database's lower() folds case beyond ASCII, as conditions need it."""
    with store.read() as connection:
        assert connection.scalar(sa.select(sa.func.lower("ÄÖ Ωμέγα ЖУК"))) == "äö ωμέγα жук"
