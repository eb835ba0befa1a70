"""What a changeset recorded: its changes, and the evidence rows it opened and closed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from registry.columns import BY_NAME, Kind
from registry.errors import NotFound
from registry.models import Change, Changeset, Curator, evidence
from registry.writing.reports import OWN


class Changed(NamedTuple):
    """One recorded change; `before` and `after` are texts, None for nothing."""

    entity: str
    key: str
    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A changeset as the ledger has it; `opened` and `closed` map keys of evidence rows to their digests.

    `renamed` maps old keys of estimates to new ones.
    """

    number: int
    at: str
    curator: str
    message: str
    changes: tuple[Changed, ...]
    opened: Mapping[str, str]
    closed: Mapping[str, str]

    @property
    def renamed(self) -> dict[str, str]:
        """Old key → new key of the estimates whose identity this changeset amended."""
        pairs = {each.key: each.after for each in self.changes if each.entity == "estimate" and each.field == "key"}
        found = {}
        for old, new in pairs.items():
            last, hops = new, 0
            while last in pairs and hops < len(pairs):
                last, hops = pairs[last], hops + 1
            if last is not None and last != old:
                found[old] = last
        return found


def recorded(connection: sa.Connection, number: int) -> Recorded:
    """Read a changeset. NotFound says which numbers there are."""
    row = connection.execute(changesets().where(Changeset.number == number)).one_or_none()
    if row is None:
        latest = connection.execute(sa.select(sa.func.max(Changeset.number))).scalar() or 0
        raise NotFound(f"there is no changeset {number}", f"the registry has 1 to {latest}")
    changes = sa.select(Change.entity, Change.key, Change.field, Change.before, Change.after)
    made = connection.execute(changes.where(Change.changeset == number).order_by(Change.id))
    digests = sa.select(evidence.c.key, evidence.c.digest)
    return Recorded(
        number,
        row.at,
        row.curator,
        row.message,
        tuple(Changed(*each) for each in made),
        {row.key: row.digest for row in connection.execute(digests.where(evidence.c.valid_from == number))},
        {row.key: row.digest for row in connection.execute(digests.where(evidence.c.valid_to == number))},
    )


def changesets() -> sa.Select[int, str, str, str]:
    """Give the query for changesets with their curators' names: number, at, curator, message."""
    return sa.select(Changeset.number, Changeset.at, Curator.name.label("curator"), Changeset.message).join(
        Curator, Changeset.curator_id == Curator.id
    )


def net(changes: Iterable[Changed]) -> dict[str, tuple[str | None, str | None]]:
    """Give field → (first before, last after) of the changes of one thing, what came back to itself left out."""
    found: dict[str, tuple[str | None, str | None]] = {}
    for each in changes:
        before = found[each.field][0] if each.field in found else each.before
        found[each.field] = (before, each.after)
    return {field: values for field, values in found.items() if values[0] != values[1]}


#: A report's own names of its fields → the contract's, for their type.
_OF_REPORT = {mine: name for name, mine in OWN.items()}


def typed(field: str, text: str | None) -> Any:
    """Give a recorded text of a contract column, or a report's field, as the value it was."""
    column = BY_NAME.get(_OF_REPORT.get(field, field))
    if text is None or column is None or column.kind is Kind.TEXT:
        return text
    value = json.loads(text)
    return float(value) if column.kind is Kind.NUMBER else value
