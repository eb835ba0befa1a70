"""Whatever is changed, deleted or added behind the program's back is refused by the database, or found and named."""

# ruff: noqa: ARG005 - cases all take the story

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from registry.errors import VerificationFailed
from registry.handle import Registry
from registry.models import Base, drop_triggers
from registry.store import Store, open_store
from registry.writing.digest import bucket, digest
from tests.conftest import copied, new_registry
from tests.curation.estimates import enter


@dataclass(frozen=True)
class Story:
    """A registry with a history: `old` was amended after the first snapshot, `kept` never."""

    store: Store
    reg: Registry
    kept: str
    old: str

    def rows(self, table: str, /, **where: object) -> list[dict[str, object]]:
        """Read rows of a table."""
        found = Base.metadata.tables[table]
        query = sa.select(found).where(*(found.c[name] == value for name, value in where.items()))
        with self.store.read() as connection:
            return [row._asdict() for row in connection.execute(query)]

    def tamper(self, *statements: sa.Executable, triggers: bool = False) -> None:
        """Write past the program: without triggers, and without the foreign keys."""
        with self.store.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]
            with connection.begin():
                if not triggers:
                    drop_triggers(connection)
                    if connection.dialect.name == "postgresql":
                        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
                for statement in statements:
                    connection.execute(statement)


@pytest.fixture(scope="module")
def written() -> dict[str, tuple[str, list[str]]]:
    """Keep, for each database, where the story was written and the keys of its estimates."""
    return {}


@pytest.fixture
def story(
    request: pytest.FixtureRequest,
    backend: str,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    written: dict[str, tuple[str, list[str]]],
) -> Iterator[Story]:
    """Changesets: 2 entered, 3 snapshot first, 4 amended, 5 snapshot second, 6 amended again; a copy for each test."""
    if backend not in written:
        url = new_registry(request, backend, tmp_path_factory.mktemp("story"))
        written[backend] = url, _write(url)
    url, keys = written[backend]
    with copied(request, url, tmp_path) as copy, open_store(copy) as store:
        yield Story(store, Registry(store, curator="Ada"), keys[1], keys[0])


def _write(url: str) -> list[str]:
    with open_store(url) as store:
        keys = enter(store, {"locator": "a"}, {"locator": "b"}, {"locator": "c"})
        reg = Registry(store, curator="Ada")
        reg.snapshot("first")
        reg.amend(keys[0], {"n": "99"}, reason="typo")
        reg.snapshot("second")
        reg.amend(keys[0], {"n": "100"}, reason="typo again")
        assert reg.verify().snapshots == 2
    return keys


def _table(name: str) -> sa.Table:
    return Base.metadata.tables[name]


def _update(name: str, where: dict[str, object], /, **values: object) -> sa.Executable:
    found = _table(name)
    return sa.update(found).where(*(found.c[each] == value for each, value in where.items())).values(**values)


def _delete(name: str, /, **where: object) -> sa.Executable:
    found = _table(name)
    return sa.delete(found).where(*(found.c[each] == value for each, value in where.items()))


def _copied(story: Story, name: str, where: dict[str, object], /, **values: object) -> sa.Executable:
    (row,) = story.rows(name, **where)[:1]
    return sa.insert(_table(name)).values(**{**row, **values})


def _forged(story: Story, **values: object) -> dict[str, object]:
    """Give the values of a row with the digest that goes with them."""
    (row,) = story.rows("evidence", key=story.kept, valid_to=None)
    forged = {**row, **values}
    return {**values, "digest": digest(forged), "bucket": bucket(str(forged["key"]))}


#: What is done → the statements, and what verification must say.
CASES: dict[str, object] = {
    "evidence: a number of a live row": lambda s: (
        [_update("evidence", {"key": s.kept}, n=7)],
        f"estimate {s.kept} \\(version of changeset 2\\) is not what its digest says",
    ),
    "evidence: a number and its digest": lambda s: (
        [_update("evidence", {"key": s.kept}, **_forged(s, n=7))],
        f"not what the tables give for {s.kept}",
    ),
    "evidence: a closed row and its digest": lambda s: (
        [_update("evidence", {"key": s.old, "valid_from": 4}, **_forged(s, key=s.old, n=7))],
        f"bucket {bucket(s.old)}: the evidence is not what it was by snapshot second",
    ),
    "evidence: the end of a version": lambda s: (
        [_update("evidence", {"key": s.kept}, valid_to=6)],
        f"not what the tables give for {s.kept}",
    ),
    "evidence: the beginning of a version": lambda s: (
        [_update("evidence", {"key": s.kept}, valid_from=4)],
        f"bucket {bucket(s.kept)}: the evidence is not what it was by snapshot first",
    ),
    "evidence: a live row deleted": lambda s: (
        [_delete("evidence", key=s.kept)],
        f"not what the tables give for {s.kept}",
    ),
    "evidence: a closed row deleted": lambda s: (
        [_delete("evidence", key=s.old, valid_from=4)],
        f"changeset 4 is not what its hash says[^$]*bucket {bucket(s.old)}: the evidence is not what it was by",
    ),
    "evidence: a row added": lambda s: (
        [_copied(s, "evidence", {"key": s.kept}, id=99, **_forged(s, key="new/OS/1", study="new"))],
        "changeset 2 is not what its hash says: a version of estimate new/OS/1 was added",
    ),
    "evidence: a closed row added": lambda s: (
        [_copied(s, "evidence", {"key": s.kept}, id=99, valid_to=6, **_forged(s, key="new/OS/1", study="new"))],
        "changeset 6 is not what its hash says: the end of estimate new/OS/1 was added",
    ),
    "changeset: a message": lambda s: (
        [_update("changeset", {"number": 4}, message="other")],
        "changeset 4 is not what its hash says",
    ),
    "changeset: a hash": lambda s: (
        [_update("changeset", {"number": 4}, hash="0" * 64)],
        "changeset 5 does not follow changeset 4",
    ),
    "changeset: one in the middle deleted": lambda s: ([_delete("changeset", number=4)], "changeset 4 is missing"),
    "changeset: the first deleted": lambda s: ([_delete("changeset", number=1)], "changeset 1 is missing"),
    "changeset: the last deleted": lambda s: ([_delete("changeset", number=6)], "changeset 6 is missing"),
    "changeset: one added": lambda s: (
        [_copied(s, "changeset", {"number": 6}, number=7, hash="1" * 64)],
        "changeset 7 does not follow changeset 6",
    ),
    "curator: a name": lambda s: ([_update("curator", {"name": "Ada"}, name="Eve")], "changeset 4 is not what"),
    "change: a value": lambda s: ([_update("change", {"changeset": 4}, after="1")], "changeset 4 is not what"),
    "change: one deleted": lambda s: ([_delete("change", changeset=4, field="n")], "changeset 4 is not what"),
    "change: one added": lambda s: (
        [_copied(s, "change", {"changeset": 4}, id=9999, field="country")],
        "changeset 4 is not what its hash says: the entry estimate [^ ]+ country was added",
    ),
    "snapshot: a root": lambda s: (
        [_update("snapshot", {"name": "second"}, root="0" * 64)],
        "snapshot second is not what the ledger says: root was changed",
    ),
    "snapshot: its changeset": lambda s: (
        [_update("snapshot", {"name": "second"}, changeset=3)],
        "snapshot second is not what the ledger says: changeset was changed",
    ),
    "snapshot: its name": lambda s: (
        [_update("snapshot", {"name": "second"}, name="third")],
        "snapshot second is gone: changeset 5 recorded it[^$]*snapshot third was added",
    ),
    "snapshot: one deleted": lambda s: ([_delete("snapshot", name="second")], "snapshot second is gone"),
    "snapshot: the first deleted": lambda s: ([_delete("snapshot", name="first")], "snapshot first is gone"),
    "snapshot: one added": lambda s: (
        [_copied(s, "snapshot", {"name": "second"}, id=3, name="third", parent_id=2, recorded=6)],
        "snapshot third was added: changeset 6 does not tell of it",
    ),
    "snapshot and the ledger's entry": lambda s: (
        [
            _update("snapshot", {"name": "second"}, root="0" * 64),
            _update("change", {"key": "second", "field": "root"}, after="0" * 64),
        ],
        "changeset 5 is not what its hash says[^$]*snapshot second is neither what the evidence gives",
    ),
    "snapshot_bucket: a digest": lambda s: (
        [_update("snapshot_bucket", {"snapshot_id": 2, "bucket": bucket(s.old)}, digest="0" * 64)],
        f"bucket {bucket(s.old)} of snapshot second was changed",
    ),
    "snapshot_bucket: a count": lambda s: (
        [_update("snapshot_bucket", {"snapshot_id": 1, "bucket": bucket(s.old)}, estimates=77)],
        f"bucket {bucket(s.old)} of snapshot first was changed",
    ),
    "snapshot_bucket: one deleted": lambda s: (
        [_delete("snapshot_bucket", snapshot_id=2, bucket=bucket(s.old))],
        f"bucket {bucket(s.old)} of snapshot second was deleted",
    ),
    "snapshot_bucket: one added": lambda s: (
        [
            _copied(s, "snapshot_bucket", {"snapshot_id": 1, "bucket": bucket(s.kept)}, snapshot_id=2),
        ],
        f"bucket {bucket(s.kept)} of snapshot second was added",
    ),
    "snapshot_bucket: one of no snapshot": lambda s: (
        [_copied(s, "snapshot_bucket", {"snapshot_id": 1, "bucket": 5}, snapshot_id=9)],
        "a snapshot that is not there \\(its number is 9\\)",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_was_done_behind_the_back_is_found_and_named(story: Story, case: str) -> None:
    """By `verify` and by the verification of snapshots, in whatever table."""
    statements, said = CASES[case](story)  # type: ignore[operator]
    story.tamper(*statements)
    with pytest.raises(VerificationFailed, match=said):
        story.reg.verify()
    if "tables give" not in said:
        with pytest.raises(VerificationFailed, match=said):
            story.reg.verify_snapshots()


@pytest.mark.parametrize("case", CASES)
def test_what_would_be_done_behind_the_back_is_refused(story: Story, case: str) -> None:
    """By the triggers, as long as nobody takes them away; the registry stays as it was."""
    statements, _ = CASES[case](story)  # type: ignore[operator]
    with pytest.raises(sa.exc.IntegrityError, match=r"never changed or deleted|written by evireg alone|keeps the name"):
        story.tamper(*statements, triggers=True)
    assert story.reg.verify().snapshots == 2


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
@pytest.mark.parametrize("table", ["evidence", "changeset", "change", "snapshot", "snapshot_bucket", "run"])
def test_no_table_of_history_is_emptied(story: Story, table: str) -> None:
    """TRUNCATE is refused as well."""
    with pytest.raises(sa.exc.IntegrityError, match="never changed or deleted"):
        story.tamper(sa.text(f"TRUNCATE {table} CASCADE"), triggers=True)


def test_verification_of_one_snapshot_looks_at_it_alone(story: Story) -> None:
    """What is wrong with another is not its fault."""
    story.tamper(_update("snapshot_bucket", {"snapshot_id": 2, "bucket": bucket(story.old)}, digest="0" * 64))
    assert story.reg.verify_snapshots("first").snapshots == 1
    with pytest.raises(VerificationFailed, match="of snapshot second was changed"):
        story.reg.verify_snapshots("second")


def test_several_faults_are_told_together(story: Story) -> None:
    """A curator sees at once how far it goes."""
    story.tamper(
        _update("evidence", {"key": story.kept}, n=7),
        _update("changeset", {"number": 4}, message="other"),
        _delete("snapshot", name="second"),
    )
    with pytest.raises(VerificationFailed, match="things are not as they were written") as failed:
        story.reg.verify()
    for said in (story.kept, "changeset 4", "snapshot second is gone"):
        assert said in failed.value.message
