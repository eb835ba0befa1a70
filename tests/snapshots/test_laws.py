"""Laws of roots and of what a snapshot holds, on both databases."""

from __future__ import annotations

import itertools
import threading
import time

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.handle import Registry
from registry.models import evidence
from registry.record import Record
from registry.selection.view import versions
from registry.snapshots.digest import bucket_of
from registry.store import Store, open_store
from registry.writing import write_estimates
from tests.curation.estimates import TYPICAL, enter

_ROWS = st.lists(st.tuples(st.text(max_size=5), st.text("0123456789abcdef", min_size=4, max_size=4)), max_size=8)

#: Numbers the examples, so that each has studies of its own.
_EXAMPLES = itertools.count()


@given(rows=_ROWS, data=st.data())
def test_bucket_does_not_depend_on_the_order_of_its_rows(rows: list[tuple[str, str]], data: st.DataObject) -> None:
    """Keys of any script, in any order."""
    assert bucket_of(data.draw(st.permutations(rows))) == bucket_of(rows)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_same_evidence_has_the_same_root_everywhere(store: Store, sqlite_store: Store, data: st.DataObject) -> None:
    """On SQLite and PostgreSQL, in whatever order and in however many changesets it came."""
    example = next(_EXAMPLES)
    names = data.draw(
        st.lists(st.text("aäßλZ0é日.", min_size=1, max_size=4), min_size=1, max_size=5, unique_by=str.lower)
    )
    numbers = data.draw(st.lists(st.integers(1, 900), min_size=len(names), max_size=len(names)))
    rows = [{"study": f"s{example}{name}", "n": n, "quote": name} for name, n in zip(names, numbers, strict=True)]
    one, other = Registry(store, curator="Ada"), Registry(sqlite_store, curator="Grace")
    enter(store, *rows)
    for row in data.draw(st.permutations(rows)):
        enter(sqlite_store, row, curator="Grace")
    kept, gone = (reg.snapshot(f"example-{example}") for reg in (one, other))
    assert kept.root == gone.root
    assert [row["digest"] for row in one.frame().to_rows()] == [row["digest"] for row in other.frame().to_rows()]


def test_live_reads_what_was_just_snapshotted(store: Store) -> None:
    """The registry as it is and the snapshot taken now are the same rows."""
    enter(store, {"locator": "a"}, {"locator": "b"})
    reg = Registry(store, curator="Ada")
    reg.snapshot("June")
    assert reg.frame().to_rows() == reg.frame(at="June").to_rows()
    assert len(reg.diff("June", "now")) == 0


WRITERS, WRITES, SNAPSHOTS = 4, 6, 6


def test_snapshot_misses_nothing_acknowledged_before_it(store: Store, database_url: str) -> None:
    """While curators write at the same time: what was committed before a snapshot began is in it, in full."""
    acknowledged: dict[str, float] = {}
    faults: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            with open_store(database_url, patience=120) as own:
                for number in range(WRITES):
                    study = f"w{writer}n{number}"
                    with own.transaction(f"curator {writer}", "write") as transaction:
                        rows = [{**TYPICAL, "study": study, "locator": each} for each in "ab"]
                        write_estimates(transaction, [Record(row, {}, "rows.csv", 2) for row in rows])
                    acknowledged[study] = time.monotonic()
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    taken: dict[str, float] = {}
    with open_store(database_url, patience=120) as own:
        for number in range(SNAPSHOTS):
            taken[f"s{number}"] = time.monotonic()
            Registry(own, curator="Ada").snapshot(f"s{number}")
            time.sleep(0.02)
    for thread in threads:
        thread.join()
    assert not faults
    reg = Registry(store, curator="Ada")
    held = {name: [row["study"] for row in reg.frame(at=name).to_rows()] for name in taken}
    for name, began in taken.items():
        wanted = {study for study, at in acknowledged.items() if at < began}
        assert wanted <= set(held[name])
        assert all(held[name].count(study) == 2 for study in held[name])  # a changeset is in it whole
    reg.snapshot("last")
    assert {row["study"] for row in reg.frame(at="last").to_rows()} == set(acknowledged)
    assert reg.verify().snapshots == SNAPSHOTS + 1


@pytest.mark.parametrize(
    ("column", "index"), [("valid_from", "ix_evidence_valid_from"), ("valid_to", "ix_evidence_closed")]
)
def test_what_changed_is_found_by_index(sqlite_store: Store, column: str, index: str) -> None:
    """A snapshot and a diff read the changes, not the registry."""
    query = sa.select(evidence.c.bucket).where(evidence.c[column] > 3, evidence.c[column] <= 7)
    with sqlite_store.read() as connection:
        text = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()
    assert [row[3] for row in plan] == [f"SEARCH evidence USING INDEX {index} ({column}>? AND {column}<?)"]


def test_live_buckets_are_read_from_an_index_alone(sqlite_store: Store) -> None:
    """Not one wide row is touched to compute the digest of a bucket."""
    query = sa.select(evidence.c.bucket, evidence.c.key, evidence.c.digest).where(
        evidence.c.valid_to.is_(None), evidence.c.bucket.in_([3, 7])
    )
    with sqlite_store.read() as connection:
        text = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()
    assert "USING COVERING INDEX ix_evidence_bucket_valid_to_key_digest" in plan[0][3]


def test_as_of_reads_of_a_subset_use_the_index_of_live_ones(sqlite_store: Store) -> None:
    """Not the index of closed versions, which would be read of every factor."""
    condition = sa.and_(evidence.c.factor == "NLR", evidence.c.disease == "x", evidence.c.endpoint == "OS", versions(7))
    with sqlite_store.read() as connection:
        text = str(sa.select(evidence.c.n).where(condition).compile(connection, compile_kwargs={"literal_binds": True}))
        (plan,) = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()
    assert "USING INDEX ix_evidence_factor_disease_endpoint_valid_to_valid_from" in plan[3]
