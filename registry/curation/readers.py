"""Who read the numbers of an estimate: the curator of the changeset that opened them as they are now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.curation.desk import OF_ESTIMATE
from registry.models import Change, Changeset, Curator, evidence
from registry.writing.bulk import select_in

if TYPE_CHECKING:
    from collections.abc import Collection

#: Facts that a check does not compare with the source: where the number stands, remarks, and the review itself.
BESIDE = frozenset({"locator", "quote", "as_printed", "notes", "status", "status_reason", "contrast_basis"})

#: What a check compares with the source: the numbers, and what they are numbers of.
NUMBERS = tuple(name for name in OF_ESTIMATE if name not in BESIDE)

_VERSION = ("key", "valid_from", "valid_to", *NUMBERS)


def readers(connection: sa.Connection, keys: Collection[str]) -> dict[str, str]:
    """Give key → name of the curator who entered or last changed the numbers of each live estimate."""
    before = _earlier_names(connection, keys)
    names = {*keys, *before.values()}
    statement = sa.select(*(evidence.c[name] for name in _VERSION))
    ended: dict[tuple[str, int | None], Any] = {
        (row.key, row.valid_to): row for row in select_in(connection, statement, evidence.c.key, names)
    }
    opened = {}
    for key in keys:
        version = ended.get((key, None))
        if version is not None:
            opened[key] = _opened(version, ended, before)
    statement = sa.select(Changeset.number, Curator.name).join(Curator, Changeset.curator_id == Curator.id)
    who = {row.number: row.name for row in select_in(connection, statement, Changeset.number, set(opened.values()))}
    return {key: who[number] for key, number in opened.items()}


def _opened(version: Any, ended: dict[tuple[str, int | None], Any], before: dict[tuple[str, int], str]) -> int:
    """Walk back from the live version as long as the numbers stay the same; give the changeset of the first of them."""
    while True:
        key = before.get((version.key, version.valid_from), version.key)
        earlier = ended.get((key, version.valid_from))
        if earlier is None or any(getattr(earlier, name) != getattr(version, name) for name in NUMBERS):
            return int(version.valid_from)
        version = earlier


def _earlier_names(connection: sa.Connection, keys: Collection[str]) -> dict[tuple[str, int], str]:
    """Give (key, changeset that gave it) → the key before, for all names these estimates have had."""
    statement = sa.select(Change.key, Change.changeset, Change.before, Change.after).where(
        Change.entity == "estimate", Change.field == "key", Change.before.is_not(None)
    )
    found: dict[tuple[str, int], str] = {}
    asked: set[str] = set()
    wanted = set(keys)
    while wanted:
        asked |= wanted
        renamed = list(select_in(connection, statement, Change.after, wanted))
        found |= {(row.after, row.changeset): row.before for row in renamed}
        wanted = {row.before for row in renamed} - asked
    return found
