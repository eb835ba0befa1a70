"""Adjudication: where two readings of an estimate differ, field by field, and which of them holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from registry.curation.amend import Amended, Amendment, amend
from registry.curation.extraction import Compared, Reading, as_typed, compare, shown_field, stored_readings
from registry.curation.targets import find_target
from registry.errors import NotFound, UsageError
from registry.models import Extraction, evidence
from registry.terms import ExtractionState
from registry.vocabulary import fold

if TYPE_CHECKING:
    from registry.ledger import Transaction


@dataclass(frozen=True, slots=True)
class Adjudicated:
    """What an adjudication did: key of the estimate as it is now, readings it settled, what was amended, remarks."""

    changeset: int | None
    key: str
    settled: tuple[Compared, ...]
    amended: Amended | None
    remarks: tuple[str, ...]


def disagreements(connection: sa.Connection, key: str | None = None) -> tuple[Compared, ...]:
    """Give the open second extractions, of one estimate or all, with what is stored now beside what the second read."""
    keys = None if key is None else [find_target(connection, key).key]
    readings = [each for each in stored_readings(connection, keys) if each.state == ExtractionState.OPEN]
    return tuple(_compared(connection, each) for each in readings)


def adjudicate(
    transaction: Transaction, key: str, take: str | None = None, values: Mapping[str, str] | None = None
) -> Adjudicated:
    """Settle what differs between the readings of one estimate; the message of the changeset is the reason.

    `take` is "first" (what is stored stays), "second", or the name of a curator who read it; `values` settles single
    fields by a text of its own, over `take`. What is stored is changed by `amend`. NotFound when nothing is open,
    UsageError when a field is left unsettled.
    """
    connection = transaction.connection
    target = find_target(connection, key)
    readings = [each for each in stored_readings(connection, [target.key]) if each.state == ExtractionState.OPEN]
    if not readings:
        raise NotFound(f"no readings of {target.key} differ", "see: evireg adjudicate")
    compared = [_compared(connection, each) for each in readings]
    chosen = _taken(readings, take)
    changes = _changes(readings, compared, chosen, take, values or {})
    amended = amend(transaction, [Amendment(target.key, changes)]) if changes else None
    now = amended.renamed.get(target.key, target.key) if amended else target.key
    for each in readings:
        connection.execute(
            sa.update(Extraction).where(Extraction.id == each.id).values(state=ExtractionState.SETTLED.value)
        )
        entity = f"{now} by {each.second}"
        transaction.change("extraction", entity, "state", each.state, ExtractionState.SETTLED.value)
    settled = tuple(replace(each, state=ExtractionState.SETTLED.value) for each in compared)
    remarks = [*_own(readings, transaction.curator), *(amended.remarks if amended else ())]
    return Adjudicated(transaction.number, now, settled, amended, tuple(remarks))


def _compared(connection: sa.Connection, reading: Reading) -> Compared:
    """Compare a second reading with what is stored now."""
    query = sa.select(evidence).where(evidence.c.key == reading.key, evidence.c.valid_to.is_(None))
    found = connection.execute(query).mappings().one_or_none()
    row = dict(found) if found is not None else {"attributes": {}}
    held = {name: row[name] if name in row else row["attributes"].get(name) for name in reading.names}
    differences = compare(held, {name: reading.readings[name] for name in reading.names})
    return Compared(reading.key, reading.first, reading.second, reading.state, len(reading.names), differences)


def _taken(readings: Collection[Reading], take: str | None) -> Reading | None:
    """Give the reading that is taken; None when what is stored stays, or nothing is taken as a whole."""
    if take is None or fold(take) == "first":
        return None
    if fold(take) == "second":
        if len(readings) == 1:
            return next(iter(readings))
        names = ", ".join(each.second for each in readings)
        raise UsageError(f"{len(readings)} curators read it a second time", f"take one by name: {names}")
    named = next((each for each in readings if fold(each.second) == fold(take)), None)
    if named is None and not any(fold(each.first) == fold(take) for each in readings):
        names = ", ".join(dict.fromkeys(name for each in readings for name in (each.first, each.second)))
        raise UsageError(f"{take!r} did not read it", f"take first, second, or one of: {names}")
    return named


def _changes(
    readings: Collection[Reading],
    compared: Collection[Compared],
    chosen: Reading | None,
    take: str | None,
    values: Mapping[str, str],
) -> dict[str, str | None]:
    differ = {shown_field(each.field): each.field for one in compared for each in one.differences}
    differ_by = {**{name: name for name in differ.values()}, **differ}
    unknown = [name for name in values if name.strip() not in differ_by]
    if unknown:
        raise UsageError(f"the readings do not differ in {unknown[0]}", f"they differ in: {', '.join(differ)}")
    given = {differ_by[name.strip()]: text for name, text in values.items()}
    left = [shown for shown, name in differ.items() if name not in given]
    if left and take is None:
        raise UsageError(f"not settled: {', '.join(left)}", "give --take first or --take second, or a value for each")
    changes: dict[str, str | None] = {shown_field(name): text for name, text in given.items()}
    if chosen is not None:
        theirs = next(one for one, each in zip(compared, readings, strict=True) if each is chosen)
        for each in theirs.differences:
            if each.field not in given:
                changes[shown_field(each.field)] = as_typed(chosen.readings, each.field)
    return changes


def _own(readings: Collection[Reading], curator: str) -> list[str]:
    if any(fold(curator) in (fold(each.first), fold(each.second)) for each in readings):
        return [f"{curator} is one of the two who read it; an adjudicator is better a third curator"]
    return []
