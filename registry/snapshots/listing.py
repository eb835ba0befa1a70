"""The snapshots there are."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from registry.models import Changeset, Curator, Snapshot, SnapshotBucket
from registry.selection.view import no_snapshot


@dataclass(frozen=True, slots=True)
class SnapshotFacts:
    """A snapshot: the changeset it names, who took it when and why, and the root over its evidence.

    `recorded` is the changeset that holds the root in the ledger, `parent` the snapshot before, `stored` the number of
    buckets that differ from it (all 1,024 of the first), `estimates` those live at the time.
    """

    name: str
    changeset: int
    recorded: int
    at: str
    curator: str
    message: str
    estimates: int
    root: str
    parent: str | None
    stored: int


def snapshots(connection: sa.Connection) -> tuple[SnapshotFacts, ...]:
    """Give every snapshot, oldest first."""
    return tuple(SnapshotFacts(**row) for row in connection.execute(_facts().order_by(Snapshot.id)).mappings())


def snapshot(connection: sa.Connection, name: str) -> SnapshotFacts:
    """Give one snapshot. Raises NotFound with the nearest."""
    row = connection.execute(_facts().where(Snapshot.name == name.strip())).mappings().one_or_none()
    if row is None:
        raise no_snapshot(connection, name.strip())
    return SnapshotFacts(**row)


def _facts() -> sa.Select[str, int, int, str, str, str, int, str, str | None, int]:
    parent = sa.orm.aliased(Snapshot)
    buckets = sa.select(sa.func.count()).where(SnapshotBucket.snapshot_id == Snapshot.id).scalar_subquery()
    return (
        sa.select(
            Snapshot.name,
            Snapshot.changeset,
            Snapshot.recorded,
            Changeset.at,
            Curator.name.label("curator"),
            Changeset.message,
            Snapshot.estimates,
            Snapshot.root,
            parent.name.label("parent"),
            buckets.label("stored"),
        )
        .join(Changeset, Snapshot.recorded == Changeset.number)
        .join(Curator, Changeset.curator_id == Curator.id)
        .outerjoin(parent, Snapshot.parent_id == parent.id)
    )
