"""Versions of saved queries: saving, editing and removing each add one, and the ledger keeps what changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.curation.recorded_queries import ENTITY
from registry.errors import Conflict, NotFound, UsageError
from registry.models import SavedQuery
from registry.ordering import natural
from registry.queries.definition import Definition

if TYPE_CHECKING:
    from registry.ledger import Transaction

_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Saved:
    """One version of a saved query; `changeset` saved it, `prespecified` is the protocol it was written in."""

    id: int
    name: str
    version: int
    definition: Definition
    description: str | None
    prespecified: str | None
    removed: bool
    changeset: int

    def as_dict(self) -> dict[str, Any]:
        """Give the fields of the JSON."""
        return {
            "name": self.name,
            "version": self.version,
            "definition": self.definition.as_dict(),
            "description": self.description,
            "prespecified": self.prespecified,
            "removed": self.removed,
            "changeset": self.changeset,
        }


def save(
    transaction: Transaction,
    name: str,
    definition: Definition,
    *,
    description: str | None = None,
    prespecified: str | None = None,
) -> Saved:
    """Save a query under a name that is free; one that was removed goes on with its next version.

    Raises Conflict for a name in use, UsageError for a name that cannot be typed.
    """
    _check_name(name)
    last = latest(transaction.connection, name)
    if last is not None and not last.removed:
        raise Conflict(
            f"there is a query {name!r} already (version {last.version})",
            hint=f"change it with: evireg query edit {name}, or choose another name",
        )
    wanted = Saved(0, name, 0, definition, _said(description), _said(prespecified), removed=False, changeset=0)
    return _add(transaction, last, wanted)


def edit(
    transaction: Transaction,
    name: str,
    definition: Definition,
    *,
    description: str | None = None,
    prespecified: str | None = None,
) -> Saved:
    """Make a new version of a query, or give the last one when nothing is different. Raises NotFound."""
    last = load(transaction.connection, name)
    wanted = replace(
        last, definition=definition, description=_said(description), prespecified=_said(prespecified), removed=False
    )
    return last if wanted == last else _add(transaction, last, wanted)


def remove(transaction: Transaction, name: str) -> Saved:
    """Take a query out of use by a last version that says so; its versions and runs stay. Raises NotFound."""
    last = load(transaction.connection, name)
    return _add(transaction, last, replace(last, removed=True))


def load(connection: sa.Connection, name: str, version: int | None = None) -> Saved:
    """Give a version of a query, by default the one in use. NotFound names the nearest, or the versions there are."""
    if version is None:
        found = latest(connection, name)
        if found is None or found.removed:
            raise _unknown(connection, name, found)
        return found
    rows = [each for each in versions(connection, name) if each.version == version]
    if not rows:
        known = latest(connection, name)
        if known is None:
            raise _unknown(connection, name, None)
        raise NotFound(f"query {name!r} has no version {version}", f"it has 1 to {known.version}")
    return rows[0]


def latest(connection: sa.Connection, name: str) -> Saved | None:
    """Give the last version of a name, be it a removal; None when the name was never used."""
    query = sa.select(SavedQuery.__table__).where(SavedQuery.name == name)
    row = connection.execute(query.order_by(SavedQuery.version.desc()).limit(1)).one_or_none()
    return None if row is None else _read(row)


def versions(connection: sa.Connection, name: str) -> list[Saved]:
    """Give every version of a name, oldest first."""
    query = sa.select(SavedQuery.__table__).where(SavedQuery.name == name).order_by(SavedQuery.version)
    return [_read(row) for row in connection.execute(query)]


def queries(connection: sa.Connection) -> list[Saved]:
    """Give the queries in use, each in its last version, by name."""
    last = sa.select(SavedQuery.name, sa.func.max(SavedQuery.version).label("version")).group_by(SavedQuery.name)
    newest = last.subquery()
    here = sa.and_(SavedQuery.name == newest.c.name, SavedQuery.version == newest.c.version)
    rows = connection.execute(sa.select(SavedQuery.__table__).join(newest, here).where(sa.not_(SavedQuery.removed)))
    return sorted(map(_read, rows), key=lambda each: natural(each.name))


def by_id(connection: sa.Connection, number: int) -> Saved:
    """Give the version of a query that a run names."""
    return _read(connection.execute(sa.select(SavedQuery.__table__).where(SavedQuery.id == number)).one())


def _read(row: sa.Row[Any]) -> Saved:
    values = row._asdict()
    return Saved(**{**values, "definition": Definition.of(values["definition"])})


def _add(transaction: Transaction, last: Saved | None, wanted: Saved) -> Saved:
    """Store what is wanted as the next version."""
    version = last.version + 1 if last else 1
    number = transaction.next_id("saved_query")
    made = replace(wanted, id=number, version=version, changeset=transaction.number)
    transaction.connection.execute(sa.insert(SavedQuery), {**made.as_dict(), "id": number})
    _record(transaction, last, made)
    return made


def _record(transaction: Transaction, last: Saved | None, made: Saved) -> None:
    """Write into the ledger what is different; the definition whole, so that its hash holds it."""
    before, after = last.as_dict() if last else {}, made.as_dict()
    for field in ("version", "definition", "description", "prespecified", "removed"):
        if field == "version" or before.get(field) != after[field]:
            transaction.change(ENTITY, made.name, field, before.get(field), after[field])


def _said(text: str | None) -> str | None:
    return " ".join(text.split()) or None if text else None


def _check_name(name: str) -> None:
    fine = name.isprintable() and name.strip() == name and not name.startswith("-") and not name.isdigit()
    if not name or not fine or len(name) > _LONGEST:
        raise UsageError(
            f"a query cannot be called {name!r}", f"one line of at most {_LONGEST} characters, for instance nlr-os"
        )


def _unknown(connection: sa.Connection, name: str, removed: Saved | None) -> NotFound:
    if removed is not None:
        return NotFound(
            f"the query {name!r} was removed in changeset {removed.changeset}",
            f"its versions are kept: evireg query show {name} --version {removed.version - 1}",
        )
    known = [each.name for each in queries(connection)]
    near = get_close_matches(name, known, n=3, cutoff=0.4) or known[:5]
    hint = f"nearest: {', '.join(near)}" if near else "none is saved yet: evireg query save --help"
    return NotFound(f"there is no query {name!r}", hint)
