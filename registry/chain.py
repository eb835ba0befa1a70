"""Whether the ledger is what its hashes say: each changeset computed again from what is stored, chained to the last."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.errors import VerificationFailed
from registry.ledger import CHANGE, GENESIS, changeset_hash
from registry.models import Change, Changeset, Curator, evidence

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Up to so many records of a changeset are left out one by one to find the one that does not belong.
_TRIED = 1000

#: Rows read at once where all are.
_AT_ONCE = 2000


def verify_ledger(connection: sa.Connection) -> int:
    """Compute every hash again and give the number of changesets; VerificationFailed names all that differ.

    The digests are taken as stored; whether each is that of its row is `registry.writing.verify_rows`'s question.
    """
    count, faults = ledger_faults(connection)
    if faults:
        raise VerificationFailed.of(faults)
    return count


def ledger_faults(connection: sa.Connection) -> tuple[int, list[str]]:
    """Give the number of changesets, and what is wrong with them.

    Reads in the order of changesets, so that memory holds what one of them did.
    """
    rows = sa.select(Changeset.__table__, Curator.name.label("curator")).outerjoin(Curator).order_by(Changeset.number)
    with ExitStack() as results:
        streams = [_ByChangeset(results.enter_context(_streamed(connection, each))) for each in _RECORDED]
        faults: list[str] = []
        count = _follow_chain(results.enter_context(_streamed(connection, rows)), streams, faults)
        missing = {stream.next_number() for stream in streams} - {None}
    return count, faults + [f"changeset {number} is missing from the ledger" for number in sorted(missing, key=str)]


def _follow_chain(rows: Iterable[Any], streams: list[_ByChangeset], faults: list[str]) -> int:
    """Compare each changeset with its hash and with the one before; give how many there are."""
    count, expected, previous = 0, 1, GENESIS
    for row in rows:
        faults += [f"changeset {number} is missing from the ledger" for number in range(expected, row.number)]
        follows = row.number > expected or row.previous_hash == previous
        opened, closed, changes = (stream.of(row.number) for stream in streams)
        if not follows and row.number == 1:
            faults.append("changeset 1 is not what its hash says: it has a predecessor")
        elif not follows:
            faults.append(
                f"changeset {row.number} does not follow changeset {row.number - 1}: one of the two was changed"
            )
        if row.hash != _hash_of(row, opened, closed, changes):
            added = _added(row, opened, closed, changes)
            faults.append(f"changeset {row.number} is not what its hash says{f': {added} was added' if added else ''}")
        count, expected, previous = count + 1, row.number + 1, row.hash
    return count


def _hash_of(row: sa.Row[Any], opened: list[Any], closed: list[Any], changes: list[Any]) -> str:
    return changeset_hash(
        previous_hash=row.previous_hash,
        number=row.number,
        at=row.at,
        curator=row.curator,
        message=row.message,
        opened=dict(opened),
        closed=dict(closed),
        changes=changes,
    )


def _added(row: sa.Row[Any], opened: list[Any], closed: list[Any], changes: list[Any]) -> str | None:
    """Name the one record without which a changeset has its hash, if there is one."""
    parts = [opened, closed, changes]
    if sum(map(len, parts)) > _TRIED:
        return None
    for which, (name, told) in enumerate((("a version of estimate", 1), ("the end of estimate", 1), ("the entry", 3))):
        for place, record in enumerate(parts[which]):
            tried = [*parts[:which], [*parts[which][:place], *parts[which][place + 1 :]], *parts[which + 1 :]]
            if row.hash == _hash_of(row, *tried):
                return f"{name} {' '.join(record[:told])}"
    return None


class _ByChangeset:
    """What was recorded, taken changeset by changeset from rows in their order that begin with its number."""

    def __init__(self, rows: Iterable[sa.Row[Any]]) -> None:
        self._rows = iter(rows)
        self._next = next(self._rows, None)

    def of(self, number: int) -> list[Any]:
        """Give the rows of the next changeset, without its number; those of missing ones are passed over."""
        found: list[tuple[Any, ...]] = []
        while self._next is not None and self._next[0] < number:
            self._next = next(self._rows, None)
        while self._next is not None and self._next[0] == number:
            found.append(tuple(self._next[1:]))
            self._next = next(self._rows, None)
        return found

    def next_number(self) -> int | None:
        """Give the changeset of the rows that are left, if any: it is not there."""
        return None if self._next is None else int(self._next[0])


def _streamed(connection: sa.Connection, query: sa.Select[Any]) -> sa.CursorResult[Any]:
    return connection.execute(query.execution_options(yield_per=_AT_ONCE))


#: What changesets opened, closed and changed, each in the order of changesets.
_RECORDED = (
    sa.select(evidence.c.valid_from, evidence.c.key, evidence.c.digest).order_by(evidence.c.valid_from),
    sa.select(evidence.c.valid_to, evidence.c.key, evidence.c.digest)
    .where(evidence.c.valid_to.is_not(None))
    .order_by(evidence.c.valid_to),
    sa.select(Change.changeset, *(getattr(Change, name) for name in CHANGE)).order_by(Change.changeset, Change.id),
)
