"""Whether the registry is what it says: changesets, digests, snapshots, attachments, and the evidence made anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from registry.chain import ledger_faults
from registry.curation.attachments import verify_attachments
from registry.curation.recorded_queries import query_faults
from registry.curation.recorded_ratings import rating_faults
from registry.errors import VerificationFailed
from registry.models import Estimate, evidence
from registry.snapshots.verify import snapshot_faults
from registry.writing import project
from registry.writing.bulk import batched
from registry.writing.verify import row_faults

#: Estimates made anew at once.
_PIECE = 2000
#: How many differences are told.
_TOLD = 5


@dataclass(frozen=True, slots=True)
class Verified:
    """What was compared and found right: changesets, versions of estimates, live ones made anew, and the rest."""

    changesets: int
    versions: int
    live: int
    snapshots: int
    attachments: int


def verify(connection: sa.Connection) -> Verified:
    """Check everything that can be checked; VerificationFailed names all that differs.

    Every version of an estimate has its digest; every changeset has the hash of its content and follows the one before;
    the versions of an estimate do not overlap; the live ones are exactly what the tables give when projected again;
    attachments and runs are what their hashes say; snapshots, saved queries and ratings what evidence and ledger say.
    """
    versions, of_rows = row_faults(connection)
    changesets, of_ledger = ledger_faults(connection)
    snapshots, of_snapshots = snapshot_faults(connection)
    counts, others = [], []
    for check in (verify_order, verify_projection, verify_attachments):
        try:
            counts.append(check(connection))
        except VerificationFailed as error:
            others.append(error.message)
    if faults := [*of_rows, *of_ledger, *others, *of_snapshots, *query_faults(connection), *rating_faults(connection)]:
        raise VerificationFailed.of(faults)
    _, live, attachments = counts
    return Verified(changesets, versions, live, snapshots, attachments)


def verify_order(connection: sa.Connection) -> int:
    """Want each version to end before the next one of its key begins; give how many overlap: 0."""
    later = evidence.alias("later")
    overlapping = (
        sa.select(evidence.c.key, evidence.c.valid_from, later.c.valid_from)
        .join(later, sa.and_(later.c.key == evidence.c.key, later.c.valid_from > evidence.c.valid_from))
        .where(sa.or_(evidence.c.valid_to.is_(None), evidence.c.valid_to > later.c.valid_from))
        .order_by(evidence.c.key)
        .limit(1)
    )
    row = connection.execute(overlapping).first()
    if row is not None:
        raise VerificationFailed(
            f"estimate {row[0]} has two versions at once, of changesets {row[1]} and {row[2]}",
            "it was changed outside evireg; restore it from a backup",
        )
    return 0


def verify_projection(connection: sa.Connection) -> int:
    """Make the live evidence anew from the tables, piece by piece, and compare keys and digests."""
    count, different = 0, []
    for first, last in _ranges(connection):
        made = _made(connection, first, last)
        stored = _stored(connection, list(made))
        different += [key for key, digest in made.items() if stored.get(key) != digest]
        count += len(made)
    live = connection.execute(sa.select(sa.func.count()).where(evidence.c.valid_to.is_(None))).scalar_one()
    if live != count and not different:
        known = sa.select(Estimate.id).where(Estimate.key == evidence.c.key).exists()
        lost = sa.select(evidence.c.key).where(evidence.c.valid_to.is_(None), ~known).limit(_TOLD)
        different += connection.execute(lost).scalars()
    if different:
        told = ", ".join(sorted(different)[:_TOLD])
        more = f" and {len(different) - _TOLD} more" if len(different) > _TOLD else ""
        raise VerificationFailed(
            f"the evidence is not what the tables give for {told}{more}",
            "a table was changed outside evireg; restore it from a backup",
        )
    return count


def _ranges(connection: sa.Connection) -> Iterator[tuple[int, int]]:
    """Give the first and last integer id of pieces of all estimates, in their order."""
    last = 0
    while True:
        query = sa.select(Estimate.id).where(Estimate.id > last).order_by(Estimate.id).limit(_PIECE)
        ids = connection.execute(query).scalars().all()
        if not ids:
            return
        yield ids[0], ids[-1]
        last = ids[-1]


def _made(connection: sa.Connection, first: int, last: int) -> dict[str, str]:
    ids = connection.execute(sa.select(Estimate.id).where(Estimate.id.between(first, last))).scalars().all()
    return {row["key"]: row["digest"] for row in project(connection, ids)}


def _stored(connection: sa.Connection, keys: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for piece in batched(keys, 1000):
        query = sa.select(evidence.c.key, evidence.c.digest).where(evidence.c.valid_to.is_(None))
        found |= {row.key: row.digest for row in connection.execute(query.where(evidence.c.key.in_(piece)))}
    return found
