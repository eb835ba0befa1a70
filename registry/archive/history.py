"""What an archive holds of the past.

Changesets with their hashes, changes, every version of every estimate up to the snapshot, the snapshots and their
buckets, saved queries and their runs. JSON lines, so that empty and null differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from registry.archive.fields import Field, Holds, Sheet, contract_fields
from registry.archive.table import streamed
from registry.columns import COLUMNS
from registry.models import Change, Changeset, Curator, Run, SavedQuery, Snapshot, SnapshotBucket, evidence


@dataclass(frozen=True, slots=True)
class Scope:
    """What of the history an archive holds.

    `changeset` is the moment of the evidence, `ledger` the last changeset told of (the one that recorded the snapshot),
    `until` the time up to which runs are taken; None: all of a state that the archive holds.
    """

    changeset: int
    ledger: int
    until: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """One file of history: its columns, and how it is read."""

    sheet: Sheet
    query: Callable[[Scope], sa.Select[*tuple[Any, ...]]]

    def rows(self, connection: sa.Connection, scope: Scope) -> Iterator[Sequence[Any]]:
        """Read the rows in the order of the file."""
        return streamed(connection, self.query(scope))


def _text(name: str, meaning: str, *, required: bool = True) -> Field:
    return Field(name, Holds.TEXT, required, meaning)


def _count(name: str, meaning: str, *, required: bool = True) -> Field:
    return Field(name, Holds.INTEGER, required, meaning)


_CHANGESETS = Sheet(
    "ledger/changesets.jsonl",
    "Atomic sets of changes: who, when, why, and the hash that chains each to the one before",
    (
        _count("number", "number of the changeset"),
        _text("at", "when, UTC"),
        _text("curator", "who answers for it"),
        _text("message", "why"),
        _text("previous_hash", "hash of the changeset before; of the first: zeros"),
        _text("hash", "SHA-256 over all of it"),
    ),
    ("number",),
)

_CHANGES = Sheet(
    "ledger/changes.jsonl",
    "Changes of single fields outside the versions of estimates",
    (
        _count("id", "order of the changes"),
        _count("changeset", "number of the changeset"),
        _text("entity", "what sort of thing was changed"),
        _text("key", "its key"),
        _text("field", "which field"),
        _text("before", "what it was; null for something new", required=False),
        _text("after", "what it became; null for something removed", required=False),
    ),
    ("id",),
)

_VERSIONS = Sheet(
    "ledger/versions.jsonl",
    "Every version of every estimate up to the snapshot; the live ones have no valid_to",
    (
        _count("id", "order of the versions"),
        *contract_fields(),
        Field("attributes", Holds.JSON, required=True, meaning="study characteristics by name"),
        _count("valid_from", "changeset that opened this version"),
        _count("valid_to", "changeset that closed it", required=False),
    ),
    ("id",),
)

_SNAPSHOTS = Sheet(
    "ledger/snapshots.jsonl",
    "Named states of the evidence",
    (
        _count("id", "order of the snapshots"),
        _text("name", "name of the snapshot"),
        _count("changeset", "the changeset it names"),
        _count("recorded", "the changeset that recorded it"),
        _count("parent_id", "the snapshot before it", required=False),
        _count("estimates", "live estimates"),
        _text("root", "root digest of the evidence"),
    ),
    ("id",),
)

_BUCKETS = Sheet(
    "ledger/snapshot_buckets.jsonl",
    "Digests of the buckets of snapshots that differ from the snapshot before",
    (
        _count("snapshot_id", "the snapshot"),
        _count("bucket", "number of the bucket, 0 to 1023"),
        _count("estimates", "estimates in it"),
        _text("digest", "SHA-256 over their keys and digests"),
    ),
    ("snapshot_id", "bucket"),
)

_QUERIES = Sheet(
    "queries/queries.jsonl",
    "Saved queries, version by version",
    (
        _count("id", "order of the versions"),
        _text("name", "name of the query"),
        _count("version", "its version"),
        Field("definition", Holds.JSON, required=True, meaning="condition, one-per rule, and options of the pool"),
        _text("description", "what it is for", required=False),
        _text("prespecified", "protocol it was written in", required=False),
        Field("removed", Holds.BOOLEAN, required=True, meaning="whether this version takes it out of use"),
        _count("changeset", "changeset that saved it"),
    ),
    ("id",),
)

_RUNS = Sheet(
    "queries/runs.jsonl",
    "Executions of saved queries, with their whole results",
    (
        _count("id", "number of the run"),
        _count("query_id", "the version of the query"),
        _count("at_changeset", "the state of the evidence"),
        _count("snapshot_id", "the snapshot it was asked for by", required=False),
        _text("made_at", "when, UTC"),
        _text("curator", "who ran it"),
        _text("engine", "version of evireg that pooled"),
        _text("rows_digest", "SHA-256 over the rows used"),
        _text("result", "what `evireg pool --json` printed, canonical JSON"),
        _text("digest", "SHA-256 over all of it"),
    ),
    ("id",),
)


def _changesets(scope: Scope) -> sa.Select[*tuple[Any, ...]]:
    columns = (Changeset.number, Changeset.at, Curator.name, Changeset.message, Changeset.previous_hash, Changeset.hash)
    return sa.select(*columns).join(Curator).where(Changeset.number <= scope.ledger).order_by(Changeset.number)


def _changes(scope: Scope) -> sa.Select[*tuple[Any, ...]]:
    columns = (getattr(Change, name) for name in _CHANGES.header)
    return sa.select(*columns).where(Change.changeset <= scope.ledger).order_by(Change.id)


def _versions(scope: Scope) -> sa.Select[*tuple[Any, ...]]:
    closed = sa.case((evidence.c.valid_to <= scope.ledger, evidence.c.valid_to), else_=None).label("valid_to")
    names = ("id", *(column.name for column in COLUMNS), "attributes", "valid_from")
    return (
        sa.select(*(evidence.c[name] for name in names), closed)
        .where(evidence.c.valid_from <= scope.ledger)
        .order_by(evidence.c.id)
    )


def _snapshots(scope: Scope) -> sa.Select[*tuple[Any, ...]]:
    columns = (getattr(Snapshot, name) for name in _SNAPSHOTS.header)
    return sa.select(*columns).where(Snapshot.recorded <= scope.ledger).order_by(Snapshot.id)


def _buckets(scope: Scope) -> sa.Select[*tuple[Any, ...]]:
    columns = (getattr(SnapshotBucket, name) for name in _BUCKETS.header)
    told = sa.select(Snapshot.id).where(Snapshot.recorded <= scope.ledger)
    order = (SnapshotBucket.snapshot_id, SnapshotBucket.bucket)
    return sa.select(*columns).where(SnapshotBucket.snapshot_id.in_(told)).order_by(*order)


def _queries(scope: Scope) -> sa.Select[*tuple[Any, ...]]:
    columns = (getattr(SavedQuery, name) for name in _QUERIES.header)
    return sa.select(*columns).where(SavedQuery.changeset <= scope.ledger).order_by(SavedQuery.id)


def _runs(scope: Scope) -> sa.Select[*tuple[Any, ...]]:
    columns = [getattr(Run, name) for name in _RUNS.header]
    known = sa.select(SavedQuery.id).where(SavedQuery.changeset <= scope.ledger)
    told = sa.select(Snapshot.id).where(Snapshot.recorded <= scope.ledger)
    chosen = [
        Run.at_changeset <= scope.ledger,
        Run.query_id.in_(known),
        sa.or_(Run.snapshot_id.is_(None), Run.snapshot_id.in_(told)),
    ]
    if scope.until is not None:
        chosen.append(Run.made_at <= scope.until)
    return sa.select(*columns).where(*chosen).order_by(Run.id)


def later_runs(connection: sa.Connection, scope: Scope) -> int:
    """Count the runs on states the archive holds that were made after the snapshot, and are not in it."""
    if scope.until is None:
        return 0
    everything = Scope(scope.changeset, scope.ledger, None)
    count, told = (
        connection.execute(sa.select(sa.func.count()).select_from(_runs(each).subquery())).scalar_one()
        for each in (everything, scope)
    )
    return count - told


CHANGESETS, CHANGES, VERSIONS, SNAPSHOTS, BUCKETS, QUERIES, RUNS = RECORDS = (
    Record(_CHANGESETS, _changesets),
    Record(_CHANGES, _changes),
    Record(_VERSIONS, _versions),
    Record(_SNAPSHOTS, _snapshots),
    Record(_BUCKETS, _buckets),
    Record(_QUERIES, _queries),
    Record(_RUNS, _runs),
)
