"""What changed, for people: amendments with what followed, histories, the log of changesets."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from registry.columns import BY_NAME
from registry.report.prose import count
from registry.report.table import Column, Table

if TYPE_CHECKING:
    from registry.curation.effects import Effect
    from registry.curation.history import Event, FieldChange, History
    from registry.curation.log import Detail, Entry

Change = tuple[str, str, str, str | None, str | None]

#: How many estimates are told one by one before the rest is only counted.
SHOWN = 20
EMPTY = "–"

_WIDE = Column("Before", keep=8), Column("After", keep=9)


def changes(made: Sequence[Change]) -> Table:
    """Lay out recorded changes: what, field, before, after."""
    things = {(entity, key) for entity, key, *_ in made}
    named = Column("Of", keep=6)
    columns = (*([named] if len(things) > 1 else []), Column("Field", keep=7, whole=True), *_WIDE)
    rows = []
    for entity, key, field, before, after in _without_twins(made):
        cells = (field_name(field), shown(field, before), shown(field, after))
        rows.append((f"{entity} {key}", *cells) if len(things) > 1 else cells)
    title = "Changed" if len(things) != 1 else "Changed: {} {}".format(*next(iter(things)))
    return Table(title, columns, tuple(rows))


def _without_twins(made: Iterable[Change]) -> Iterator[Change]:
    """Leave out a number whose printed text is told: the text has its digits."""
    listed = list(made)
    fields: dict[str, set[str]] = {}
    for _, key, field, *_ in listed:
        fields.setdefault(key, set()).add(field)
    yield from (each for each in listed if not is_twin(each[2], fields[each[1]]))


def is_twin(field: str, fields: Collection[str]) -> bool:
    """Whether a field is a number whose printed text is among the fields told of the same thing."""
    told = "p" if field in ("p_value", "p_operator") else field
    return not field.endswith("_text") and f"{told}_text" in fields


def field_name(name: str) -> str:
    """Name a field as a curator gives it."""
    column = BY_NAME.get({"p_text": "p_value"}.get(name, name.removesuffix("_text") if name in _PRINTED else name))
    return column.inputs[0] if column is not None and column.inputs else name


_PRINTED = ("est_text", "ci_low_text", "ci_high_text", "p_text")


def shown(field: str, value: Any) -> str:
    """Show a value of a field: nothing as a dash, a whole number without its .0, yi and vi by four digits."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field == "record":
        return _citation(str(value))
    if isinstance(value, float):
        return f"{value:.4f}".replace("-", "−") if field in ("yi", "vi") else f"{value:.15g}"
    text = str(value)
    return text.removesuffix(".0") if field in BY_NAME and BY_NAME[field].kind == "number" else text


def _citation(record: str) -> str:
    """Show the record of a reference, JSON in the ledger, in a few words: a record can hold a whole abstract."""
    said = json.loads(record)
    named = ((said.get("authors") or "").split(",")[0], said.get("year"), said.get("title"))
    return textwrap.shorten(" ".join(str(each) for each in named if each) or "(no title)", 60, placeholder=" …")


def effects(found: Sequence[Effect]) -> Iterator[Table]:
    """Lay out what followed for estimates: yi, vi, flags, poolable, before and after; what stayed is left out."""
    moved = [each for each in found if _followed(each)]
    if not moved:
        return
    columns = (Column("Estimate", keep=6), Column("What follows", keep=7, whole=True), *_WIDE)
    rows = []
    for each in moved[:SHOWN]:
        for place, (name, before, after) in enumerate(_followed(each)):
            rows.append((each.key if place == 0 else "", name, before, after))
    note = f"And {len(moved) - SHOWN} more; --json lists all." if len(moved) > SHOWN else ""
    yield Table("What follows for pools", columns, tuple(rows), note)


def _followed(effect: Effect) -> list[tuple[str, str, str]]:
    found = [
        (name, shown(name, effect.before[name]), shown(name, effect.after[name]))
        for name in ("yi", "vi", "derivation", "flags", "status", "retracted", "overlap_group")
        if effect.before[name] != effect.after[name]
    ]
    before, after = _poolable(effect.before), _poolable(effect.after)
    return [*found, ("poolable", before, after)] if before != after else found


def _poolable(row: Mapping[str, Any]) -> str:
    return f"no: {row['not_poolable']}" if row["not_poolable"] else "yes"


def shared(made: Sequence[Change], found: Sequence[Effect]) -> Iterator[str]:
    """Say of what is shared by estimates how many have a new version by it."""
    for entity, key in dict.fromkeys(
        (entity, key) for entity, key, *_ in made if entity in ("cohort", "report", "study")
    ):
        fields = ", ".join(dict.fromkeys(field_name(each[2]) for each in made if each[:2] == (entity, key)))
        yield f"{fields}: of the {entity} {key}, and so of all its estimates"
    if len(found) > 1:
        yield f"{len(found)} estimates have a new version"


def without_gone_reports(made: Sequence[Change]) -> tuple[list[Change], int]:
    """Leave out what is said of reports that went or came back whole with the estimates read in them; count these."""
    whole = {key for entity, key, field, before, after in made if _is_whole(entity, field, before, after)}
    return [each for each in made if each[0] != "report" or each[1] not in whole], len(whole)


def _is_whole(entity: str, field: str, before: str | None, after: str | None) -> bool:
    return entity == "report" and field == "key" and (before is None or after is None)


def when(at: str) -> str:
    """Show a time of the ledger to the minute, in UTC."""
    return at[:16].replace("T", " ")


def history(told: History) -> Iterator[Table]:
    """Lay out a history, one table per changeset, oldest first."""
    for event in told.events:
        yield _event(told, event)


def _event(told: History, event: Event) -> Table:
    title = f"{event.changeset}  {when(event.at)}  {event.curator}: {event.message}"
    one = told.kind == "estimate" or len({(each.entity, each.key) for each in event.changes}) < 2
    columns = (*([] if one else [Column("Of", keep=6)]), Column("Field", keep=7, whole=True), *_WIDE)
    made = [
        (each.entity, each.key, each.field, each.before, each.after)
        for each in event.changes
        if (each.before, each.after) != (None, False)
    ]
    rows = [
        (*([] if one else [f"{entity} {key}"]), field_name(field), shown(field, before), shown(field, after))
        for entity, key, field, before, after in _without_twins(made)
    ]
    said = {"taken away": "Taken out of the live evidence.", "brought back": "Brought back."}.get(event.happened, "")
    if event.estimates:
        said = f"{count(event.estimates, 'estimate')} entered or changed."
    return Table(title, columns, tuple(rows), said)


def log(entries: Sequence[Entry]) -> Table:
    """Lay out changesets, newest first."""
    columns = (
        Column("Changeset", keep=9, whole=True, right=True),
        Column("When (UTC)", keep=6, whole=True),
        Column("Curator", keep=7),
        Column("Why", keep=8),
        Column("New", keep=5, whole=True, right=True),
        Column("Changed", keep=5, whole=True, right=True),
        Column("Gone", keep=5, whole=True, right=True),
        Column("Fields", keep=2, whole=True, right=True),
        Column("Undone by", keep=4, whole=True, right=True),
    )
    rows = tuple(
        (
            str(each.changeset),
            when(each.at),
            each.curator,
            each.message,
            *(str(number) if number else "" for number in (each.created, each.changed, each.removed, each.fields)),
            str(each.undone_by or ""),
        )
        for each in entries
    )
    return Table("", columns, rows)


def detail(found: Detail) -> Iterator[Table]:
    """Lay out one changeset: its changes, and the estimates it created, changed or removed."""
    made = [(each.entity, each.key, each.field, each.before, each.after) for each in found.changes]
    if made:
        yield changes(made)
    for title, keys in (("New", found.created), ("Changed", found.changed), ("Gone", found.removed)):
        if keys:
            note = f"And {len(keys) - SHOWN} more; --json lists all." if len(keys) > SHOWN else ""
            rows = tuple((key,) for key in keys[:SHOWN])
            yield Table(f"{title}: {count(len(keys), 'estimate')}", (Column("Key", keep=9, whole=True),), rows, note)


def as_changes(made: Iterable[Change]) -> list[dict[str, str | None]]:
    """Give recorded changes as JSON objects."""
    names = ("entity", "key", "field", "before", "after")
    return [dict(zip(names, each, strict=True)) for each in made]


def as_effects(found: Iterable[Effect]) -> list[dict[str, Any]]:
    """Give what followed as JSON objects."""
    return [{"key": each.key, "before": dict(each.before), "after": dict(each.after)} for each in found]


def field_changes(made: Iterable[FieldChange]) -> list[dict[str, Any]]:
    """Give the changes of a history as JSON objects."""
    return as_changes((each.entity, each.key, each.field, each.before, each.after) for each in made)
