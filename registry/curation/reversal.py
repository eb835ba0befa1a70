"""Put back what one changeset changed, thing by thing: each field as it was, if it still is what the changeset left."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.curation import names_back, queries_back, ratings_back, references_back, side_tables
from registry.curation.characteristics import Owner, put_characteristic, put_support
from registry.curation.desk import OF_ESTIMATE
from registry.curation.recorded import Changed, Recorded, net, typed
from registry.errors import NotFound, UsageError
from registry.models import Attribute, Base, Change, Cohort, Estimate, Report, Study
from registry.terms import AttributeType
from registry.writing.curating import find_cohort
from registry.writing.reports import FIELDS

if TYPE_CHECKING:
    from registry.curation.desk import Desk
    from registry.curation.standing import Obstacles

Net = Mapping[str, tuple[str | None, str | None]]
Changes = Sequence[Changed]


@dataclass(slots=True)
class Reversal:
    """The changes of one changeset taken back at a desk.

    `reports` are integer ids that nobody may use any more, `unmade` of those that the changeset itself had added.
    """

    desk: Desk
    of: Recorded
    obstacles: Obstacles
    reports: set[int] = field(default_factory=set)
    unmade: set[int] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)

    def part(self) -> None:
        """Take back declared overlaps, before cohorts that came with them leave."""
        for (entity, key), changes in reversed(self._things().items()):
            if entity == "overlap":
                side_tables.overlap(self, key, changes)

    def put_back(self) -> None:
        """Take back the other changes, the last thing first; obstacles are noted, not raised."""
        for (entity, key), changes in reversed(self._things().items()):
            if entity == "overlap":
                continue
            handle = _HANDLERS.get(entity)
            if handle is None:
                raise UsageError(
                    f"changeset {self.of.number} is about a {entity} ({key}), and that is not undone",
                    "decide it anew: a later decision replaces it",
                )
            handle(self, key, changes)

    def _things(self) -> dict[tuple[str, str], list[Changed]]:
        things: dict[tuple[str, str], list[Changed]] = {}
        for each in self.of.changes:
            things.setdefault((each.entity, each.key), []).append(each)
        return things

    def still(self, entity: str, key: str, field: str, now: Any, left: Any) -> bool:
        """Say whether a field is what the changeset left; note it if not."""
        if now == left:
            return True
        self.obstacles.value(entity, [key], field, now=now, left=left)
        return False

    def untouched(self, entity: str, key: str, now: Mapping[str, Any], left: Mapping[str, Any]) -> bool:
        """Say whether all fields are what the changeset left; note each that is not."""
        return not [name for name in left if not self.still(entity, key, name, now[name], left[name])]


def _estimate(back: Reversal, key: str, recorded: Changes) -> None:
    """Put back an estimate, whatever it is called by now: its fields, source, characteristics and attachments."""
    changes = net(recorded)
    present = current_key(back.desk.connection, key, back.of.number)
    present = back.desk.renamed.get(present, present)
    number = back.desk.connection.execute(sa.select(Estimate.id).where(Estimate.key == present)).scalar()
    if number is None:
        back.obstacles.version(key, None)
        return
    row = back.desk.row(number)
    own = {name: values for name, values in changes.items() if name in OF_ESTIMATE}
    if back.untouched("estimate", present, row, {name: typed(name, own[name][1]) for name in own}):
        back.desk.estimate(number, row, {**row, **{name: typed(name, own[name][0]) for name in own}})
    if "source" in changes:
        _source(back, number, present, *changes["source"])
    _characteristics(back, "estimate", number, present, changes)
    side_tables.attachments(back, "estimate", number, present, recorded)


def current_key(connection: sa.Connection, key: str, since: int) -> str:
    """Give what an estimate that was called `key` before changeset `since` is called now."""
    after = sa.and_(Change.changeset >= since)
    while True:
        renamed = sa.select(Change.id, Change.after).where(
            Change.entity == "estimate", Change.key == key, Change.field == "key", after
        )
        row = connection.execute(renamed.order_by(Change.id).limit(1)).one_or_none()
        if row is None or row.after is None:
            return key
        key, after = row.after, sa.and_(Change.id > row.id)


def _source(back: Reversal, number: int, key: str, before: str | None, after: str | None) -> None:
    held = sa.select(Report.id, Report.key).join(Estimate, Estimate.report_id == Report.id).where(Estimate.id == number)
    row = back.desk.connection.execute(held).one_or_none()
    if back.still("estimate", key, "source", row.key if row else None, after):
        back.desk.read_in(number, key, _report_id(back, before))
        back.reports |= {row.id} if row else set()


def _report_id(back: Reversal, key: str | None) -> int | None:
    if key is None:
        return None
    found = back.desk.connection.execute(sa.select(Report.id).where(Report.key == key)).scalar()
    if found is None:
        raise NotFound(f"the report {key} is not there any more", "import or add it again")
    return found


def _characteristics(back: Reversal, owner: str, number: int, key: str, changes: Net) -> None:
    connection = back.desk.connection
    declared = sa.select(Attribute.name, Attribute.type, Attribute.id).where(Attribute.name.in_(sorted(changes)))
    table = Base.metadata.tables["attribute_value"]
    for name, kind, attribute in connection.execute(declared).all():
        read: Callable[[str | None], Any] = _number if kind == AttributeType.NUMBER else _text
        held = sa.select(table.c.value, table.c.support).where(
            table.c[f"{owner}_id"] == number, table.c.attribute_id == attribute
        )
        row = connection.execute(held).one_or_none()
        before, after = map(read, changes[name])
        if back.still(owner, key, name, read(row.value) if row else None, after):
            put_characteristic(back.desk, Owner(owner, number, key), name, before)
    for name in changes:
        if name.endswith(" support"):
            put_support(back.desk, Owner(owner, number, key), name.removesuffix(" support"), changes[name][0])


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


def _text(text: str | None) -> str | None:
    return text


def _cohort(back: Reversal, key: str, recorded: Changes) -> None:
    changes = net(recorded)
    if changes.get("key", ("", ""))[1] is None:
        side_tables.make_cohort(back, key)
    number, _ = find_cohort(back.desk.connection, key)
    stored = dict(back.desk.cohort_fields(number))
    own = {name: values for name, values in changes.items() if name in stored}
    if back.untouched("cohort", key, stored, {name: typed(name, own[name][1]) for name in own}):
        back.desk.cohort(number, key, {name: typed(name, own[name][0]) for name in own})
    _characteristics(back, "cohort", number, key, changes)
    if "key" in changes and changes["key"][0] is None:
        side_tables.unmake(back, "cohort", number, key)


def _study(back: Reversal, key: str, recorded: Changes) -> None:
    changes = net(recorded)
    if changes.get("key", ("", ""))[1] is None:
        side_tables.make(back, "study", key)
    target = _found(back, "study", key)
    if target is None:
        return
    if "report" in changes:
        before, after = changes["report"]
        held = sa.select(Report.id, Report.key).join(Study, Study.report_id == Report.id).where(Study.id == target)
        row = back.desk.connection.execute(held).one_or_none()
        if back.still("study", key, "report", row.key if row else None, after):
            back.desk.study_report(target, key, _report_id(back, before))
            back.reports |= {row.id} if row else set()
    side_tables.further_reports(back, target, key, recorded)
    _characteristics(back, "study", target, key, changes)
    if "key" in changes and changes["key"][0] is None:
        side_tables.unmake(back, "study", target, key)


def _found(back: Reversal, kind: str, key: str) -> int | None:
    model: Any = {"study": Study, "cohort": Cohort, "report": Report}[kind]
    found: int | None = back.desk.connection.execute(sa.select(model.id).where(model.key == key)).scalar()
    if found is None:
        back.obstacles.used(kind, key, "nobody: it is not there any more")
    return found


def _report(back: Reversal, key: str, recorded: Changes) -> None:
    """Put back a report; its key follows from its identifiers."""
    changes = net(recorded)
    before, after = changes.get("key", (key, key))
    if after is None:
        side_tables.make(back, "report", key)
    number = _found(back, "report", after or key)
    if number is None:
        return
    table = Base.metadata.tables["report"]
    row = back.desk.connection.execute(sa.select(table).where(table.c.id == number)).one()._asdict()
    own = {name: values for name, values in changes.items() if name in FIELDS}
    wanted = {name: _flag(name, typed(name, own[name][0])) for name in own}
    left = {name: _flag(name, typed(name, own[name][1])) for name in own}
    if back.untouched("report", row["key"], row, left):
        back.desk.report(number, row["key"], wanted, renamed=before or key)
    if "retracted because" in changes:
        reason, given = changes["retracted because"]
        back.desk.transaction.change("report", row["key"], "retracted because", given, reason)
    side_tables.attachments(back, "report", number, row["key"], recorded)
    if before is None:
        back.unmade.add(number)


def _flag(name: str, value: Any) -> Any:
    return value in (True, "true") if name == "retracted" else value


def _name(kind: str) -> Callable[[Reversal, str, Changes], None]:
    def handle(back: Reversal, key: str, changes: Changes) -> None:
        names_back.name(back, kind, key, changes)

    return handle


_HANDLERS: dict[str, Callable[[Reversal, str, Changes], None]] = {
    "estimate": _estimate,
    "cohort": _cohort,
    "study": _study,
    "report": _report,
    "extraction": side_tables.extraction,
    "curator": side_tables.curator,
    "setting": side_tables.setting,
    "column_map": side_tables.column_map,
    "cutoff": names_back.cutoff,
    "changeset": side_tables.changeset,
    "archive": side_tables.archive,
    "reference": references_back.reference,
    "doubtful pair": references_back.doubtful_pair,
    "screening": references_back.screening,
    "query": queries_back.query,
    "rating": ratings_back.rating,
    "appraisal tool": names_back.appraisal_tool,
    "attribute": names_back.attribute,
    **{kind: _name(kind) for kind in ("factor", "disease", "endpoint", "covariate")},
}
