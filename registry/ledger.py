"""The ledger: changesets, each with the hash of its predecessor, and the transaction that writes one.

The hash of a changeset is the SHA-256 of the UTF-8 JSON array (no spaces, no escapes beyond need)

    [previous hash, number, at, curator, message,
     [[key, digest] of each evidence row it opened, by key],
     [[key, digest] of each evidence row it closed, by key],
     [[entity, key, field, before, after] of each change, in the order they were made]]

where keys sort by code point and the first changeset's predecessor is 64 zeros. Everything in it is stored, so that
`verify_ledger` can compute it again.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.database import canonical_json
from registry.errors import VerificationFailed
from registry.models import Base, Change, Changeset, Curator, evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: What the first changeset names as its predecessor.
GENESIS = "0" * 64

#: The advisory lock of PostgreSQL that writers of a registry take in turn ("evireg" in ASCII).
_WRITERS = 0x657669726567


@dataclass(slots=True)
class Transaction:
    """One changeset being written, by the only writer there is until it ends.

    `opened` and `closed` map the keys of evidence rows to their digests. What is done on `connection` and recorded
    here neither as such a row nor by `change` does not count: a transaction without either is rolled back.
    """

    connection: sa.Connection
    number: int
    curator: str
    message: str
    at: str
    previous_hash: str
    opened: dict[str, str] = field(default_factory=dict)
    closed: dict[str, str] = field(default_factory=dict)
    _changes: list[tuple[str, str, str, str | None, str | None]] = field(default_factory=list)
    _ids: dict[str, int] = field(default_factory=dict)
    _first: dict[str, int] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        """Whether there is anything to commit."""
        return bool(self.opened or self.closed or self._changes)

    @property
    def changes(self) -> tuple[tuple[str, str, str, str | None, str | None], ...]:
        """What was recorded so far: entity, key, field, before, after."""
        return tuple(self._changes)

    def change(self, entity: str, key: str, field: str, before: object, after: object) -> None:
        """Record the change of one field of one thing; `before` is None for something new."""
        self._changes.append((entity, key, field, _as_text(before), _as_text(after)))

    def reword(self, message: str) -> None:
        """Give the changeset another message, as long as it is not finished."""
        self.message = message
        self.connection.execute(sa.update(Changeset).where(Changeset.number == self.number).values(message=message))

    def next_id(self, table: str) -> int:
        """Give out the next integer key of a table; there is no other writer to race with."""
        if table not in self._ids:
            column = Base.metadata.tables[table].c.id
            self._ids[table] = self.connection.execute(sa.select(sa.func.max(column))).scalar() or 0
            self._first[table] = self._ids[table] + 1
        self._ids[table] += 1
        return self._ids[table]

    def made(self, table: str, number: int) -> bool:
        """Whether this transaction gave out this integer key."""
        return number >= self._first.get(table, number + 1)

    def finish(self) -> None:
        """Write the changes and the hash; called by the store right before it commits."""
        if self._changes:
            rows = [
                {"id": self.next_id("change"), "changeset": self.number, **dict(zip(_CHANGE, values, strict=True))}
                for values in self._changes
            ]
            self.connection.execute(sa.insert(Change), rows)
        digest = changeset_hash(
            previous_hash=self.previous_hash,
            number=self.number,
            at=self.at,
            curator=self.curator,
            message=self.message,
            opened=self.opened,
            closed=self.closed,
            changes=self._changes,
        )
        self.connection.execute(sa.update(Changeset).where(Changeset.number == self.number).values(hash=digest))


_CHANGE = ("entity", "key", "field", "before", "after")


def _as_text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else canonical_json(value)


def lock_writers(connection: sa.Connection) -> None:
    """Wait until no other writer is at work; SQLite's BEGIN IMMEDIATE has seen to it already."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITERS)))


def begin(connection: sa.Connection, curator: str, message: str) -> Transaction:
    """Open the next changeset on a connection that is in a write transaction; its hash is filled in by `finish`.

    The curator is created on first use.
    """
    lock_writers(connection)
    last = connection.execute(
        sa.select(Changeset.number, Changeset.hash).order_by(Changeset.number.desc()).limit(1)
    ).one_or_none()
    number, previous = (last.number + 1, last.hash) if last else (1, GENESIS)
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    transaction = Transaction(connection, number, curator, message, at, previous)
    connection.execute(
        sa.insert(Changeset),
        {
            "number": number,
            "at": at,
            "curator_id": _curator_id(transaction),
            "message": message,
            "previous_hash": previous,
            "hash": f"unfinished {number}",
        },
    )
    return transaction


def _curator_id(transaction: Transaction) -> int:
    known = transaction.connection.execute(sa.select(Curator.id).where(Curator.name == transaction.curator)).scalar()
    if known is not None:
        return known
    number = transaction.next_id("curator")
    transaction.connection.execute(sa.insert(Curator), {"id": number, "name": transaction.curator})
    return number


def changeset_hash(
    *,
    previous_hash: str,
    number: int,
    at: str,
    curator: str,
    message: str,
    opened: Mapping[str, str],
    closed: Mapping[str, str],
    changes: Iterable[tuple[Any, ...]],
) -> str:
    """Give the hash of a changeset, 64 hexadecimal digits, as the module describes."""
    content = [previous_hash, number, at, curator, message, sorted(opened.items()), sorted(closed.items()), [*changes]]
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def verify_ledger(connection: sa.Connection) -> int:
    """Compute every hash again and give the number of changesets; VerificationFailed names the first that differs.

    The digests are taken as stored; whether each is that of its row is `registry.writing.verify_rows`'s question.
    """
    opened, closed, changes = _recorded(connection)
    previous = GENESIS
    count = 0
    for row in connection.execute(
        sa.select(Changeset.__table__, Curator.name.label("curator")).join(Curator).order_by(Changeset.number)
    ):
        count += 1
        if row.number != count:
            raise VerificationFailed(f"changeset {count} is missing from the ledger", "restore it from a backup")
        actual = changeset_hash(
            previous_hash=previous,
            number=row.number,
            at=row.at,
            curator=row.curator,
            message=row.message,
            opened=opened[row.number],
            closed=closed[row.number],
            changes=changes[row.number],
        )
        if row.previous_hash != previous or row.hash != actual:
            raise VerificationFailed(
                f"changeset {row.number} is not what its hash says", "it was changed after it was written"
            )
        previous = row.hash
    return count


def _recorded(
    connection: sa.Connection,
) -> tuple[dict[int, dict[str, str]], dict[int, dict[str, str]], dict[int, list[tuple[Any, ...]]]]:
    opened: dict[int, dict[str, str]] = defaultdict(dict)
    closed: dict[int, dict[str, str]] = defaultdict(dict)
    changes: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    columns = (evidence.c.key, evidence.c.digest, evidence.c.valid_from, evidence.c.valid_to)
    for key, digest, start, end in connection.execute(sa.select(*columns)):
        opened[start][key] = digest
        if end is not None:
            closed[end][key] = digest
    for number, *values in connection.execute(
        sa.select(Change.changeset, *(getattr(Change, name) for name in _CHANGE)).order_by(Change.id)
    ):
        changes[number].append(tuple(values))
    return opened, closed, changes
