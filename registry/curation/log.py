"""The changesets of a registry, newest first, and one of them in full."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from registry.curation.history import FieldChange
from registry.curation.recorded import changesets, recorded
from registry.curation.undo import UNDONE_BY
from registry.errors import NotFound, UsageError
from registry.models import Change, Changeset, Curator, evidence
from registry.writing.bulk import select_in


@dataclass(frozen=True, slots=True)
class Entry:
    """A changeset: number, time, curator, message, and how many estimates it brought, changed and took away.

    `fields` counts recorded changes of single fields; `undone_by` is the changeset that undid it, if that stands.
    """

    changeset: int
    at: str
    curator: str
    message: str
    created: int
    changed: int
    removed: int
    fields: int
    undone_by: int | None


@dataclass(frozen=True, slots=True)
class Detail:
    """A changeset in full: its entry in the log, keys of estimates it created, changed and removed, its changes."""

    entry: Entry
    created: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    changes: tuple[FieldChange, ...]


def log(
    connection: sa.Connection,
    *,
    limit: int | None = 20,
    curator: str | None = None,
    since: str | None = None,
    key: str | None = None,
) -> tuple[Entry, ...]:
    """Give the latest changesets, newest first; of one `curator`, `since` a date (ISO), or that touched a `key`.

    NotFound for a curator who has changed nothing, naming the nearest; UsageError for a date that is none.
    """
    query = changesets().order_by(Changeset.number.desc())
    if curator is not None:
        query = query.where(Curator.id == _curator(connection, curator))
    if since is not None:
        query = query.where(Changeset.at >= _date(since))
    if key is not None:
        from registry.curation.history import history

        numbers = {event.changeset for event in history(connection, key).events}
        query = query.where(Changeset.number.in_(sorted(numbers)))
    rows = connection.execute(query if limit is None else query.limit(limit)).all()
    return _entries(connection, rows)


def changeset(connection: sa.Connection, number: int) -> Detail:
    """Give one changeset in full. NotFound when there is none of this number."""
    found = recorded(connection, number)
    row = connection.execute(changesets().where(Changeset.number == number)).one()
    (entry,) = _entries(connection, [row])
    renamed = found.renamed
    return Detail(
        entry,
        tuple(sorted(found.opened.keys() - found.closed.keys() - set(renamed.values()))),
        tuple(sorted((found.opened.keys() & found.closed.keys()) | set(renamed.values()))),
        tuple(sorted(found.closed.keys() - found.opened.keys() - renamed.keys())),
        tuple(FieldChange(*each) for each in found.changes),
    )


def _entries(connection: sa.Connection, rows: Collection[Any]) -> tuple[Entry, ...]:
    numbers = sorted({row.number for row in rows})
    opened = _counts(connection, evidence.c.valid_from, numbers)
    closed = _counts(connection, evidence.c.valid_to, numbers)
    both = _replaced(connection, numbers)
    renamed = _renamed(connection, numbers)
    fields = _counts(connection, Change.changeset, numbers)
    undone = _undone(connection, numbers)
    return tuple(
        Entry(
            row.number,
            row.at,
            row.curator,
            row.message,
            created=opened.get(row.number, 0) - both.get(row.number, 0) - renamed.get(row.number, 0),
            changed=both.get(row.number, 0) + renamed.get(row.number, 0),
            removed=closed.get(row.number, 0) - both.get(row.number, 0) - renamed.get(row.number, 0),
            fields=fields.get(row.number, 0),
            undone_by=undone.get(row.number),
        )
        for row in rows
    )


def _counts(connection: sa.Connection, column: Any, numbers: Collection[int]) -> dict[int, int]:
    counted = sa.select(column, sa.func.count()).group_by(column)
    return {row[0]: row[1] for row in select_in(connection, counted, column, numbers)}


def _replaced(connection: sa.Connection, numbers: Collection[int]) -> dict[int, int]:
    """Count the keys of which a changeset closed one version and opened the next."""
    later = evidence.alias("later")
    joined = sa.and_(later.c.key == evidence.c.key, later.c.valid_from == evidence.c.valid_to)
    counted = sa.select(evidence.c.valid_to, sa.func.count()).join(later, joined).group_by(evidence.c.valid_to)
    return {row[0]: row[1] for row in select_in(connection, counted, evidence.c.valid_to, numbers)}


def _renamed(connection: sa.Connection, numbers: Collection[int]) -> dict[int, int]:
    """Count the estimates whose identity a changeset amended: closed under the old key, opened under the new one."""
    counted = sa.select(Change.changeset, sa.func.count()).group_by(Change.changeset)
    renames = counted.where(
        Change.entity == "estimate", Change.field == "key", Change.before.is_not(None), Change.after.is_not(None)
    )
    return {row[0]: row[1] for row in select_in(connection, renames, Change.changeset, numbers)}


def _undone(connection: sa.Connection, numbers: Collection[int]) -> dict[int, int]:
    """Give the changeset that undid each of these and stands."""
    said = sa.select(Change.key, Change.after).where(Change.entity == "changeset", Change.field == UNDONE_BY)
    found: dict[int, int] = {}
    for key, after in select_in(connection, said.order_by(Change.id), Change.key, [str(each) for each in numbers]):
        found.pop(int(key), None)
        if after is not None:
            found[int(key)] = int(after)
    return found


def _curator(connection: sa.Connection, name: str) -> int:
    found = connection.execute(sa.select(Curator.id).where(Curator.name == " ".join(name.split()))).scalar()
    if found is None:
        import difflib

        known = connection.execute(sa.select(Curator.name)).scalars().all()
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        hint = f"nearest: {', '.join(near)}" if near else "see: evireg curator list"
        raise NotFound(f"there is no curator {name!r}", hint)
    return found


def _date(given: str) -> str:
    from datetime import UTC, datetime

    try:
        read = datetime.fromisoformat(given.strip())
    except ValueError:
        raise UsageError(f"{given!r} is no date", "expected such as 2026-03-01 or 2026-03-01T12:00") from None
    moment = read if read.tzinfo is None else read.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="milliseconds") + "Z"
