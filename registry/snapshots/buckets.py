"""The buckets of the live evidence, and those of a snapshot as they are stored.

A snapshot stores the buckets that differ from the snapshot before it; the first one stores all. What a later one does
not store is found at the nearest snapshot before it that does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

import sqlalchemy as sa

from registry.models import Snapshot, SnapshotBucket, evidence
from registry.snapshots.digest import EMPTY, Bucket, bucket_of
from registry.writing.bulk import batched
from registry.writing.digest import BUCKETS

#: Buckets read at once, so that memory holds a few thousand rows of a large registry.
_AT_ONCE = 16


def touched(connection: sa.Connection, after: int, upto: int) -> set[int]:
    """Give the buckets of rows that changesets `after` < number ≤ `upto` opened or closed; by index alone."""
    columns = (evidence.c.valid_from, evidence.c.valid_to)
    queries = [sa.select(evidence.c.bucket).where(column > after, column <= upto) for column in columns]
    return {number for query in queries for number in connection.execute(query.distinct()).scalars()}


def live(connection: sa.Connection, numbers: Collection[int]) -> Iterator[tuple[int, Bucket]]:
    """Give these buckets of the live evidence, in order."""
    query = sa.select(evidence.c.bucket, evidence.c.key, evidence.c.digest).where(evidence.c.valid_to.is_(None))
    for piece in batched(sorted(numbers), _AT_ONCE):
        rows: dict[int, list[tuple[str, str]]] = defaultdict(list)
        for number, key, digest in connection.execute(query.where(evidence.c.bucket.in_(piece))).all():
            rows[number].append((key, digest))
        for number in piece:
            yield number, bucket_of(rows[number]) if number in rows else EMPTY


def stored(connection: sa.Connection, snapshot: int) -> list[Bucket]:
    """Give all buckets of a snapshot (by integer id) as they are stored, in order."""
    first, kept, earlier = (sa.alias(SnapshotBucket.__table__) for _ in range(3))
    nearest = (
        sa.select(sa.func.max(earlier.c.snapshot_id))
        .where(earlier.c.bucket == first.c.bucket, earlier.c.snapshot_id <= snapshot)
        .scalar_subquery()
    )
    query = (
        sa.select(kept.c.bucket, kept.c.estimates, kept.c.digest)
        .select_from(first)
        .join(kept, sa.and_(kept.c.bucket == first.c.bucket, kept.c.snapshot_id == nearest))
        .where(first.c.snapshot_id == sa.select(sa.func.min(Snapshot.id)).scalar_subquery())
    )
    found = {number: Bucket(estimates, digest) for number, estimates, digest in connection.execute(query)}
    return [found.get(number, EMPTY) for number in range(BUCKETS)]
