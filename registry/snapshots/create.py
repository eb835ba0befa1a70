"""Take a snapshot: a name for the latest changeset, and the digests of the evidence as of it."""

from __future__ import annotations

import re

import sqlalchemy as sa

from registry.errors import Conflict, UsageError
from registry.ledger import Transaction
from registry.models import Snapshot
from registry.snapshots.buckets import live, stored, touched
from registry.snapshots.digest import root_of
from registry.snapshots.listing import SnapshotFacts, snapshot
from registry.writing.bulk import insert_rows
from registry.writing.digest import BUCKETS

#: What the other commands read as a moment of their own.
RESERVED = ("now", "live", "latest")

_NAME = re.compile(r"\w[\w.+-]{0,99}")


def create(transaction: Transaction, name: str) -> SnapshotFacts:
    """Name the evidence as of the latest changeset; the changeset being written records it, and changes no evidence.

    Nothing that was committed before the transaction began is missing: there is no other writer. Only buckets that
    changed since the snapshot before are computed and stored. UsageError for a name that is none, Conflict for one that
    is taken: a snapshot is never moved.
    """
    connection, upto = transaction.connection, transaction.number - 1
    _refuse(connection, name)
    parent = connection.execute(sa.select(Snapshot.__table__).order_by(Snapshot.id.desc()).limit(1)).one_or_none()
    if parent is None:
        buckets = [bucket for _, bucket in live(connection, range(BUCKETS))]
        changed = list(range(BUCKETS))
    else:
        before = stored(connection, parent.id)
        buckets = list(before)
        for number, bucket in live(connection, touched(connection, parent.changeset, upto)):
            buckets[number] = bucket
        changed = [number for number in range(BUCKETS) if buckets[number] != before[number]]
    row = {
        "id": transaction.next_id("snapshot"),
        "name": name,
        "changeset": upto,
        "recorded": transaction.number,
        "parent_id": None if parent is None else parent.id,
        "estimates": sum(bucket.estimates for bucket in buckets),
        "root": root_of(buckets),
    }
    connection.execute(sa.insert(Snapshot), row)
    rows = [(number, row["id"], *buckets[number]) for number in changed]
    insert_rows(connection, "snapshot_bucket", ("bucket", "snapshot_id", "estimates", "digest"), rows)
    for field in ("root", "changeset", "estimates"):
        transaction.change("snapshot", name, field, None, row[field])
    return snapshot(connection, name)


def _refuse(connection: sa.Connection, name: str) -> None:
    if not _NAME.fullmatch(name) or name.isnumeric() or name.casefold() in RESERVED:
        raise UsageError(
            f"{name!r} cannot name a snapshot",
            "use letters, digits and . _ + - (at most 100), not a number alone, not now, live or latest; "
            "for instance 2026-06 or before-review",
        )
    for known in connection.execute(sa.select(Snapshot.name)).scalars():
        if known.casefold() == name.casefold():
            raise Conflict(f"there is a snapshot {known!r} already", hint="a snapshot is never moved: use another name")
