"""An archive into an empty registry: every changeset, hash, version and result as it was, in one transaction.

What a new registry holds, the vocabulary it was shipped with, makes way. Changesets go in unfinished, as any other, so
that the database's own guards over history stay on while it is written; the hashes come last, as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from registry.archive.export import root_at
from registry.archive.fields import Field, Holds
from registry.archive.history import BUCKETS, CHANGES, CHANGESETS, QUERIES, RUNS, SNAPSHOTS, VERSIONS
from registry.archive.naming import Names
from registry.archive.opening import Archive
from registry.archive.rating_tables import RATINGS
from registry.archive.table import AT_ONCE, Table
from registry.archive.tables import TABLES
from registry.curation.recorded_ratings import rating_faults
from registry.database import canonical_json
from registry.errors import VerificationFailed
from registry.gate import carrying
from registry.ledger import SHIPPED_BY
from registry.models import REVISION, Base, Changeset, Curator, Snapshot, evidence
from registry.models.triggers import create_triggers, drop_triggers
from registry.queries.running import runs
from registry.snapshots.verify import verify_snapshots
from registry.writing.bulk import batched, insert_rows, select_in
from registry.writing.digest import bucket, canonical_text, digest
from registry.writing.projection import EVIDENCE, FOLLOWS, project


def is_empty(connection: sa.Connection) -> bool:
    """Say whether nobody has written anything: no evidence, and no changeset but of the shipped vocabulary."""
    if connection.execute(sa.select(evidence.c.id).limit(1)).first():
        return False
    others = sa.select(Changeset.number).join(Curator).where(Curator.name != SHIPPED_BY)
    return connection.execute(others.limit(1)).first() is None


def restore(connection: sa.Connection, archive: Archive) -> None:
    """Put the content of an archive in the place of a registry that `is_empty`, inside an open transaction.

    InputRefused when what was written is not what the hashes and digests in it say; the transaction must be undone.
    """
    _clear(connection)
    try:
        _write(connection, archive)
        _verify(connection, archive)
    except VerificationFailed as error:
        raise archive.refused(f"it is not what its digests say: {error.message}") from error
    except (sa.exc.IntegrityError, sa.exc.DataError) as error:
        said = str(error.orig).strip().partition("\n")[0]
        raise archive.refused(f"its content contradicts itself ({said})") from error


def _clear(connection: sa.Connection) -> None:
    """Take out the vocabulary a new registry has; the guards are off only for that."""
    drop_triggers(connection)
    for table in reversed(Base.metadata.sorted_tables):
        connection.execute(sa.delete(table))
    create_triggers(connection)


def _write(connection: sa.Connection, archive: Archive) -> None:
    names = Names(connection, archive)
    curators, *others = TABLES
    beside = [each for each in others if each not in RATINGS]
    with carrying(connection):
        _table(connection, archive, curators, names)
        hashes = _changesets(connection, archive, names)
    for table in beside:
        _table(connection, archive, table, names)
    with carrying(connection):
        _versions(connection, archive)
        for record, name in _HISTORY:
            rows = archive.rows(record.sheet)
            _insert(connection, name, record.sheet.header, (_values(record.sheet.fields, row) for row in rows))
    for table in RATINGS:
        _table(connection, archive, table, names)
    finish = sa.update(Changeset).where(Changeset.number == sa.bindparam("changeset"))
    for piece in batched(hashes, AT_ONCE):
        values = [{"changeset": number, "finished": value} for number, value in piece]
        connection.execute(finish.values(hash=sa.bindparam("finished")), values)


_HISTORY = (
    (CHANGES, "change"),
    (SNAPSHOTS, "snapshot"),
    (BUCKETS, "snapshot_bucket"),
    (QUERIES, "saved_query"),
    (RUNS, "run"),
)


def _insert(connection: sa.Connection, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    for piece in batched(rows, AT_ONCE):
        insert_rows(connection, table, columns, piece)


def _values(fields: Iterable[Field], row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Give the values of a row as `insert_rows` takes them: JSON as canonical text."""
    given = [(each, row[each.name]) for each in fields]
    return tuple(
        [canonical_json(value) if each.holds is Holds.JSON and value is not None else value for each, value in given]
    )


def _changesets(connection: sa.Connection, archive: Archive, names: Names) -> list[tuple[int, str]]:
    """Write the changesets, unfinished, and give the hashes they are to have."""
    hashes: list[tuple[int, str]] = []
    columns = ("number", "at", "curator_id", "message", "previous_hash", "hash")

    def rows() -> Iterator[tuple[Any, ...]]:
        for piece in batched(archive.rows(CHANGESETS.sheet), AT_ONCE):
            curators = names.find("curator", {(row["curator"],) for row in piece})
            for row in piece:
                number, curator = row["number"], curators[row["curator"],]
                hashes.append((number, row["hash"]))
                yield number, row["at"], curator, row["message"], row["previous_hash"], f"unfinished {number}"

    _insert(connection, "changeset", columns, rows())
    return hashes


def _versions(connection: sa.Connection, archive: Archive) -> None:
    def rows() -> Iterator[tuple[Any, ...]]:
        for row in archive.rows(VERSIONS.sheet):
            attributes = row["attributes"]
            kinds = {type(each) for each in attributes.values()} if isinstance(attributes, dict) else {dict}
            if kinds - {str, int, float}:
                raise archive.refused(f"the study characteristics of {row['key']} in it are none")
            made = {"attributes": canonical_text(attributes), "bucket": bucket(row["key"])}
            yield tuple([made[name] if name in made else row[name] for name in EVIDENCE])

    _insert(connection, "evidence", EVIDENCE, rows())


def _table(connection: sa.Connection, archive: Archive, table: Table, names: Names) -> None:
    """Write one normalised table, with integer ids in the order of its file."""
    name = table.table.name
    referring = {field for each in table.refers for field in each.by}
    own = [each for each in table.sheet.fields if each.name in table.table.c and each.name not in referring]
    numbered, with_content = "id" in table.table.c, name == "attachment"
    columns = [each.name for each in own] + [each.column for each in table.refers]
    columns = ["id"] * numbered + columns + ["content"] * with_content
    written = 0
    for piece in batched(_held(archive, table), 1 if with_content else AT_ONCE):
        if name == "reference":
            names.remember(name, ((row["key"],) for row in piece))
        rows = []
        for row, ids in zip(piece, _named(table, piece, names), strict=True):
            written += 1
            content = (archive.attachment(row["sha256"]),) if with_content else ()
            rows.append(((written,) * numbered) + _values(own, row) + ids + content)
        insert_rows(connection, name, columns, rows)


def _named(table: Table, rows: Sequence[Mapping[str, Any]], names: Names) -> Iterator[tuple[int | None, ...]]:
    """Give the ids that rows refer to, in the order of `table.refers`."""
    found = []
    for each in table.refers:
        asked = [each.of(row) for row in rows]
        known = names.find(each.to, {named for named in asked if named is not None})
        found.append([None if named is None else known[named] for named in asked])
    for place in range(len(rows)):
        ids = tuple(each[place] for each in found)
        yield (min(ids), max(ids)) if table.table.name == "overlap" else ids  # type: ignore[type-var]


def _held(archive: Archive, table: Table) -> Iterator[dict[str, Any]]:
    """Give the rows of a table; attachments and links to them only where their content is in the archive."""
    held = set(archive.attachments)
    attached = table.table.name.startswith("attachment")
    return (row for row in archive.rows(table.sheet) if not attached or row["sha256"] in held)


def _verify(connection: sa.Connection, archive: Archive) -> None:
    """Check chain, digests, snapshots, results, and that tables, flat evidence and versions tell the same."""
    verify_snapshots(connection)
    told = archive.manifest
    number, head = connection.execute(
        sa.select(Changeset.number, Changeset.hash).order_by(Changeset.number.desc()).limit(1)
    ).one_or_none() or (0, "")
    if (number, head) != (told.ledger, told.head) or not 1 <= told.changeset <= told.ledger:
        raise archive.refused("its ledger does not end where it says")
    if root_at(connection, told.changeset) != told.root:
        raise archive.refused("the root digest of its evidence is not the one it names")
    if told.snapshot is not None:
        named = sa.select(Snapshot.changeset, Snapshot.recorded).where(Snapshot.name == told.snapshot)
        if connection.execute(named).one_or_none() != (told.changeset, told.ledger):
            raise archive.refused(f"it does not hold the snapshot {told.snapshot} it says it is of")
    for _ in archive.evidence():  # each row is compared with its digest, all of them with the root
        pass
    _refuse_other_tables(connection, archive)
    for fault in rating_faults(connection):
        raise archive.refused(fault)
    for ran in runs(connection):
        if ran.computed_digest() != ran.digest:
            raise archive.refused(f"run {ran.id} in it is not what its digest says")


def _refuse_other_tables(connection: sa.Connection, archive: Archive) -> None:
    """Make the evidence anew from the normalised tables: it must be what the live versions are.

    What an older evireg derived from the numbers is taken as it is; its rules were others.
    """
    follows = FOLLOWS if archive.manifest.schema < REVISION else ()
    columns = [evidence.c[name] for name in ("key", "digest", *follows)]
    live = sa.select(*columns).where(evidence.c.valid_to.is_(None))
    count = connection.execute(sa.select(sa.func.count()).select_from(live.subquery())).scalar_one()
    ids = range(1, archive.manifest.rows["tables/estimates.csv"] + 1)
    if count != len(ids):
        raise archive.refused(f"it has {len(ids)} estimates in its tables and {count} in its evidence")
    for piece in batched(ids, AT_ONCE):
        rows = {row["key"]: row for row in project(connection, piece)}
        stored = {row.key: row for row in select_in(connection, live, evidence.c.key, rows)}
        for key, row in rows.items():
            held = stored.get(key)
            if held is None or digest(row | {name: getattr(held, name) for name in follows}) != held.digest:
                raise archive.refused(f"its tables do not tell of {key} what its evidence does")
