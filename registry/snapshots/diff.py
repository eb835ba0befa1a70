"""What lies between two moments: estimates added, removed and changed, field by field.

Only versions that begin or end between the two are read, by the indexes on `valid_from` and `valid_to`: the cost grows
with the changes, not with the registry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from registry.columns import COLUMNS
from registry.models import Change, evidence
from registry.selection.query import meaning
from registry.selection.view import At, at_changeset
from registry.selection.where import parse
from registry.vocabulary import Vocabulary

Row = Mapping[str, Any]

#: The moment that is not named or numbered.
NOW = "now"


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """One column or study characteristic at the two moments; None where there is nothing."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Changed:
    """An estimate there at both moments, with other content: its `key` at the second, `was` at the first if another."""

    key: str
    was: str | None
    fields: tuple[FieldDiff, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """The difference of two moments `a` and `b`, their changesets, and estimates by key.

    `added` and `removed` hold whole rows: contract columns, and the study characteristics under `attributes`.
    """

    a: int
    b: int
    added: tuple[Row, ...]
    removed: tuple[Row, ...]
    changed: tuple[Changed, ...]

    def __len__(self) -> int:
        return len(self.added) + len(self.removed) + len(self.changed)


def diff(connection: sa.Connection, a: At, b: At, where: str | None = None) -> Diff:
    """Compare two moments (changeset, snapshot, "now"), in the order given.

    With a condition only estimates that match it at one of them at least. An estimate whose identity was amended is the
    same one: the ledger knows its keys. Raises NotFound for a moment that is not there, ConditionError.
    """
    first, second = (at_changeset(connection, None if each == NOW else each) for each in (a, b))
    low, high = sorted((first, second))
    matches = _matches(connection, where)
    old, new = _ended(connection, low, high, matches), _begun(connection, low, high, matches)
    earlier = _earlier_keys(connection, low, high)
    if first > second:
        old, new, earlier = new, old, {was: now for now, was in earlier.items()}
    return _compared(first, second, old, new, earlier)


def _compared(a: int, b: int, old: _Found, new: _Found, earlier: Mapping[str, str]) -> Diff:
    added, changed, gone = [], [], dict(old)
    for key, row in sorted(new.items()):
        was = key if key in old else earlier.get(key, key)
        before = gone.pop(was, None)
        if not (row.matches or (before is not None and before.matches)):
            continue
        if before is None:
            added.append(_contract(row))
        elif fields := _fields(before, row):
            changed.append(Changed(key, None if was == key else was, fields))
    removed = [_contract(row) for _, row in sorted(gone.items()) if row.matches]
    return Diff(a, b, tuple(added), tuple(removed), tuple(changed))


def _contract(row: sa.Row[Any]) -> Row:
    return {name: value for name, value in row._asdict().items() if name != "matches"}


def _fields(before: sa.Row[Any], after: sa.Row[Any]) -> tuple[FieldDiff, ...]:
    if before.digest == after.digest:
        return ()
    found = [FieldDiff(*each) for each in zip(_NAMES, before, after, strict=False) if each[1] != each[2]]
    old, new = before.attributes, after.attributes
    found += [FieldDiff(name, old.get(name), new.get(name)) for name in sorted({*old, *new})]
    return tuple(each for each in found if each.field not in _TOLD_BESIDE and each.before != each.after)


#: The contract's columns, as they stand at the beginning of a row that is read.
_NAMES = tuple(column.name for column in COLUMNS)

#: The key is told beside the fields, and the digest follows from them.
_TOLD_BESIDE = ("key", "digest")

#: Key → row, with `matches`: whether the condition holds for it.
_Found = dict[str, Any]

_COLUMNS = (*(evidence.c[name] for name in _NAMES), evidence.c.attributes)


def _matches(connection: sa.Connection, where: str | None) -> sa.ColumnElement[bool]:
    given = meaning(connection, parse(where, Vocabulary.load(connection))) if where else []
    return given[0] if given else sa.true()


def _ended(connection: sa.Connection, low: int, high: int, matches: sa.ColumnElement[bool]) -> _Found:
    """Give the versions that were live at `low` and are not at `high` any more."""
    ends, begins = evidence.c.valid_to, evidence.c.valid_from
    return _read(connection, sa.and_(ends > low, ends <= high, begins <= low), matches)


def _begun(connection: sa.Connection, low: int, high: int, matches: sa.ColumnElement[bool]) -> _Found:
    """Give the versions that were live at `high` and were not at `low`."""
    ends, begins = evidence.c.valid_to, evidence.c.valid_from
    return _read(connection, sa.and_(begins > low, begins <= high, sa.or_(ends.is_(None), ends > high)), matches)


def _read(connection: sa.Connection, which: sa.ColumnElement[bool], matches: sa.ColumnElement[bool]) -> _Found:
    query = sa.select(*_COLUMNS, sa.case((matches, 1), else_=0).label("matches")).where(which)
    return {row.key: row for row in connection.execute(query).all()}


def _earlier_keys(connection: sa.Connection, low: int, high: int) -> dict[str, str]:
    """Give key at `high` → key at `low` of the estimates whose identity was amended between."""
    query = (
        sa.select(Change.key, Change.after)
        .where(Change.changeset > low, Change.changeset <= high)
        .where(
            Change.entity == "estimate", Change.field == "key", Change.before.is_not(None), Change.after.is_not(None)
        )
        .order_by(Change.id)
    )
    return _followed((key, after) for key, after in connection.execute(query) if after is not None)


def _followed(renamed: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Follow keys from one to the next, in the order they were changed: last → first."""
    found: dict[str, str] = {}
    for before, after in renamed:
        found[after] = found.pop(before, before)
    return {last: first for last, first in found.items() if last != first}
