"""The buckets of snapshots made anew from the versions of evidence rows, beside what is stored of them.

One pass over the evidence, a range of buckets at a time: memory holds the versions of some buckets, and a bucket is
hashed again only for snapshots between which one of its versions began or ended.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from registry.models import SnapshotBucket, evidence
from registry.snapshots.digest import EMPTY, Bucket, bucket_of
from registry.writing.digest import BUCKETS

_AT_ONCE = 64

#: Key, digest, and the changesets that opened and closed it.
_Version = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Compared:
    """One bucket: made anew for each snapshot asked for, and what is stored, by integer id of snapshots."""

    number: int
    computed: tuple[Bucket, ...]
    stored: dict[int, Bucket]


def recompute(connection: sa.Connection, changesets: Sequence[int]) -> Iterator[Compared]:
    """Give every bucket in order, made anew as of these changesets (ascending)."""
    for first in range(0, BUCKETS, _AT_ONCE):
        last = first + _AT_ONCE - 1
        versions = _versions(connection, first, last)
        kept = _kept(connection, first, last)
        for number in range(first, last + 1):
            yield Compared(number, tuple(_as_of(versions.get(number, []), changesets)), kept.get(number, {}))


def _as_of(versions: Sequence[_Version], changesets: Sequence[int]) -> Iterator[Bucket]:
    moments = sorted({moment for _, _, begin, end in versions for moment in (begin, end) if moment is not None})
    known: dict[int, Bucket] = {0: EMPTY}
    for changeset in changesets:
        passed = bisect_right(moments, changeset)
        if passed not in known:
            rows = [(k, d) for k, d, begin, end in versions if begin <= changeset and (end is None or end > changeset)]
            known[passed] = bucket_of(rows)
        yield known[passed]


def _versions(connection: sa.Connection, first: int, last: int) -> dict[int, list[_Version]]:
    columns = (evidence.c.bucket, evidence.c.key, evidence.c.digest, evidence.c.valid_from, evidence.c.valid_to)
    found: dict[int, list[_Version]] = defaultdict(list)
    for number, *version in connection.execute(sa.select(*columns).where(evidence.c.bucket.between(first, last))):
        found[number].append(version)
    return found


def _kept(connection: sa.Connection, first: int, last: int) -> dict[int, dict[int, Bucket]]:
    columns = (getattr(SnapshotBucket, name) for name in ("bucket", "snapshot_id", "estimates", "digest"))
    found: dict[int, dict[int, Bucket]] = defaultdict(dict)
    for number, snapshot, estimates, digest in connection.execute(
        sa.select(*columns).where(SnapshotBucket.bucket.between(first, last))
    ):
        found[number][snapshot] = Bucket(estimates, digest)
    return found
