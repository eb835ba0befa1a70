"""Snapshots, and what lies between two moments, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from registry.report import reported
from registry.report.changes import field_name, shown
from registry.report.prose import count
from registry.report.table import Column, Table

if TYPE_CHECKING:
    from registry.snapshots.diff import Changed, Diff
    from registry.snapshots.listing import SnapshotFacts

#: Estimates listed one by one before the rest is only counted.
SHOWN = 50

#: What follows from the numbers or from printed text beside it, and is left out of the table (--json has it).
_FOLLOWS = ("yi", "vi", "derivation", "flags")

_PRINTED = {"est": "est_text", "ci_low": "ci_low_text", "ci_high": "ci_high_text", "p_value": "p_text"}


def snapshots(found: Sequence[SnapshotFacts]) -> Table:
    """Lay out snapshots, oldest first."""
    columns = (
        Column("Snapshot", keep=9, whole=True),
        Column("Changeset", keep=8, whole=True, right=True),
        Column("Estimates", keep=7, whole=True, right=True),
        Column("Taken (UTC)", keep=6, whole=True),
        Column("Curator", keep=4),
        Column("Message", keep=3),
        Column("Root", keep=5, whole=True),
    )
    rows = tuple(
        (
            each.name,
            str(each.changeset),
            str(each.estimates),
            _time(each.at),
            each.curator,
            each.message,
            each.root[:12],
        )
        for each in found
    )
    return Table(count(len(found), "snapshot"), columns, rows)


def snapshot(facts: SnapshotFacts) -> Table:
    """Lay out one snapshot in full."""
    rows = (
        ("Changeset", f"{facts.changeset}, recorded by changeset {facts.recorded}"),
        ("Taken", f"{_time(facts.at)} UTC by {facts.curator}"),
        ("Message", facts.message),
        ("Estimates", str(facts.estimates)),
        ("Root", facts.root),
        ("Snapshot before", facts.parent or "none"),
        ("Buckets stored", f"{facts.stored} of 1,024"),
    )
    return Table(f"Snapshot {facts.name}", (Column("", keep=9, whole=True), Column("", keep=9)), rows)


def diff(found: Diff) -> Iterator[Table]:
    """Lay out what lies between two moments: added, removed, and changed field by field."""
    for title, rows in (("added", found.added), ("removed", found.removed)):
        if rows:
            yield _estimates(f"{count(len(rows), 'estimate')} {title}", rows)
    if found.changed:
        yield _changed(found.changed)


def _estimates(title: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    columns = (
        Column("Estimate", keep=9, whole=True),
        Column("Factor", keep=7),
        Column("Disease", keep=4),
        Column("Endpoint", keep=6),
        Column("Reported", keep=8, whole=True),
    )
    cells = tuple(
        (row["key"], row["factor"], row["disease"] or "", row["endpoint"], reported.named(row)) for row in rows[:SHOWN]
    )
    return Table(title, columns, cells, _rest(len(rows)))


def _changed(changed: Sequence[Changed]) -> Table:
    columns = (
        Column("Estimate", keep=9, whole=True),
        Column("Field", keep=8, whole=True),
        Column("Before", keep=7),
        Column("After", keep=7),
    )
    cells: list[tuple[str, ...]] = []
    for each in changed[:SHOWN]:
        told = [("key", each.was, each.key)] if each.was else []
        told += _told(each)
        for place, (name, before, after) in enumerate(told):
            cells.append((each.key if place == 0 else "", field_name(name), shown(name, before), shown(name, after)))
    return Table(f"{count(len(changed), 'estimate')} changed", columns, tuple(cells), _rest(len(changed)))


def _told(each: Changed) -> list[tuple[str, Any, Any]]:
    fields = {field.field: (field.before, field.after) for field in each.fields}
    hidden = {number for number, text in _PRINTED.items() if text in fields} | set(_FOLLOWS)
    kept = {name: values for name, values in fields.items() if name not in hidden} or fields
    return [(name, *values) for name, values in kept.items()]


def _rest(total: int) -> str:
    return f"{total - SHOWN} more; --json has all." if total > SHOWN else ""


def _time(at: str) -> str:
    return at[:16].replace("T", " ")
