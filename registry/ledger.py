"""The ledger: changesets, each with the hash of its predecessor, and the transaction that writes one.

The hash of a changeset is the SHA-256 of the UTF-8 JSON array (no spaces, no escapes beyond need)

    [previous hash, number, at, curator, message,
     [[key, digest] of each evidence row it opened, by key],
     [[key, digest] of each evidence row it closed, by key],
     [[entity, key, field, before, after] of each change, in the order they were made]]

where keys sort by code point and the first changeset's predecessor is 64 zeros. Everything in it is stored, so that
`registry.chain.verify_ledger` can compute it again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.database import canonical_json
from registry.errors import UsageError
from registry.models import Base, Change, Changeset, Curator, Setting
from registry.texts import refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: What the first changeset names as its predecessor.
GENESIS = "0" * 64

#: Who answers for the vocabulary that ships with evireg.
SHIPPED_BY = "evireg"

#: The setting that closes a registry to curators who are not registered: "true" or "false".
REQUIRE_CURATOR = "require-curator"

#: What is recorded of a change, in the order in which it is hashed.
CHANGE = ("entity", "key", "field", "before", "after")

#: Records of a changeset turned into text at once.
_AT_ONCE = 2000

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
        """Record the change of one field of one thing; `before` is None for something new.

        InputRefused when it would become a text that is not stored (see `registry.texts`).
        """
        for each in (key, after):
            refuse(each, f"the {field} of the {entity}")
        self._changes.append((entity, key, field, _as_text(before), _as_text(after)))

    def reword(self, message: str) -> None:
        """Give the changeset another message, as long as it is not finished."""
        refuse(message, "the message of the change")
        self.message = message
        self.connection.execute(sa.update(Changeset).where(Changeset.number == self.number).values(message=message))

    def next_id(self, table: str) -> int:
        """Give out the next integer key of a table; there is no other writer to race with."""
        if table not in self._ids:
            self.look_up_ids(table)
        self._ids[table] += 1
        return self._ids[table]

    def look_up_ids(self, *tables: str) -> None:
        """Ask the database how far the keys of these tables are given out, so that `next_id` need not."""
        for table in tables:
            if table not in self._ids:
                column = Base.metadata.tables[table].c.id
                self._ids[table] = self.connection.execute(sa.select(sa.func.max(column))).scalar() or 0
                self._first[table] = self._ids[table] + 1

    def made(self, table: str, number: int) -> bool:
        """Whether this transaction gave out this integer key."""
        return number >= self._first.get(table, number + 1)

    def finish(self) -> None:
        """Write the changes and the hash; called by the store right before it commits."""
        if self._changes:
            rows = [
                {"id": self.next_id("change"), "changeset": self.number, **dict(zip(CHANGE, values, strict=True))}
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


def _as_text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else canonical_json(value)


def lock_writers(connection: sa.Connection) -> None:
    """Wait until no other writer is at work; SQLite's BEGIN IMMEDIATE has seen to it already."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITERS)))


def begin(connection: sa.Connection, curator: str, message: str) -> Transaction:
    """Open the next changeset on a connection that is in a write transaction; its hash is filled in by `finish`.

    The curator is created on first use, unless the registry demands registered ones: then UsageError names the nearest.
    InputRefused when the name of the curator or the message holds a character that is not stored.
    """
    refuse(curator, "the name of the curator")
    refuse(message, "the message of the change")
    lock_writers(connection)
    _refuse_unregistered(connection, curator)
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


def _refuse_unregistered(connection: sa.Connection, curator: str) -> None:
    if connection.execute(sa.select(Setting.value).where(Setting.name == REQUIRE_CURATOR)).scalar() != "true":
        return
    registered = sa.select(Curator.name).where(Curator.registered)
    if curator == SHIPPED_BY or connection.execute(registered.where(Curator.name == curator)).first():
        return
    from difflib import get_close_matches

    near = get_close_matches(curator, list(connection.execute(registered).scalars()), n=3, cutoff=0.5)
    said = f"is it {' or '.join(near)}? " if near else ""
    raise UsageError(
        f"{curator!r} is not a registered curator of this registry, and it takes changes of registered ones only",
        f"{said}a registered curator adds another: evireg curator add NAME",
    )


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
    found = hashlib.sha256(canonical_json([previous_hash, number, at, curator, message])[:-1].encode())
    for listed in (_by_key(opened), _by_key(closed), changes):
        found.update(b",[")
        for text in _listed(listed):
            found.update(text.encode())
        found.update(b"]")
    found.update(b"]")
    return found.hexdigest()


def _by_key(versions: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((key, versions[key]) for key in sorted(versions))


def _listed(items: Iterable[Any]) -> Iterator[str]:
    """Give the inside of a JSON array piece by piece: an import opens a million rows."""
    rest, between = iter(items), ""
    while piece := list(islice(rest, _AT_ONCE)):
        yield between + canonical_json(piece)[1:-1]
        between = ","
