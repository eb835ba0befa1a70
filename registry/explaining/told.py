"""What the ledger says of a unit's changes: who, when, why, and which fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry.curation.history import history
from registry.explaining.explanation import Change, Told

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from registry.curation.history import Event
    from registry.explaining.units import Unit

CHANGED = "changed"


def told(connection: Connection, unit: Unit) -> tuple[Change, ...]:
    """Tell of each changeset that touched the rows of a unit, in the order of the ledger, without effects."""
    found: dict[int, list[tuple[str, Event]]] = {number: [] for number in unit.changesets}
    seen: set[str] = set()
    for key in unit.keys:
        if key in seen:
            continue
        whole = history(connection, key)
        seen |= {*whole.keys}
        for event in whole.events:
            if event.changeset in found:
                found[event.changeset].append((whole.key, event))
    return tuple(_change(events) for _, events in sorted(found.items()) if events)


def _change(events: list[tuple[str, Event]]) -> Change:
    """Put what one changeset did to several estimates together; of one that entered, every field is new."""
    _, first = events[0]
    fields = tuple(
        Told(key, each.field, each.before, each.after)
        for key, event in events
        if event.happened == CHANGED
        for each in event.changes
    )
    happened = tuple(dict.fromkeys(event.happened for _, event in events))
    return Change(first.changeset, first.at, first.curator, first.message, happened, fields)
