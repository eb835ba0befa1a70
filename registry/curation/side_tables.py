"""Put back what a changeset did beside the evidence: overlaps, extractions, attachments, curators, settings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.curation.recorded import net
from registry.database import canonical_json
from registry.errors import NotFound, UsageError
from registry.models import (
    Attachment,
    AttachmentLink,
    Base,
    Cohort,
    ColumnMap,
    Curator,
    Estimate,
    Extraction,
    Overlap,
    Report,
    Setting,
    Study,
)
from registry.writing.curating import find_cohort
from registry.writing.overlaps import overlap_groups

if TYPE_CHECKING:
    from registry.curation.reversal import Changes, Reversal


def overlap(back: Reversal, key: str, recorded: Changes) -> None:
    """Put back the declaration of one pair of cohorts, and note whose group it may change."""
    connection, changes = back.desk.connection, net(recorded)
    first, second = sorted(find_cohort(connection, each)[0] for each in _pair(connection, key))
    place = sa.and_(Overlap.cohort_a == first, Overlap.cohort_b == second)
    row = connection.execute(sa.select(Overlap.kind, Overlap.reason).where(place)).one_or_none()
    now = {"kind": None, "reason": None} if row is None else row._asdict()
    if not back.untouched("overlap", key, now, {name: after for name, (_, after) in changes.items()}):
        return
    wanted = {**now, **{name: before for name, (before, _) in changes.items()}}
    moved = set(overlap_groups(connection, {first, second}))
    table = Base.metadata.tables["overlap"]
    if wanted["kind"] is None:
        connection.execute(sa.delete(table).where(place))
    elif row is None:
        number = back.desk.transaction.next_id("overlap")
        connection.execute(sa.insert(table), {"id": number, "cohort_a": first, "cohort_b": second, **wanted})
    else:
        connection.execute(sa.update(table).where(place).values(**wanted))
    _record(back, "overlap", key, now, wanted)
    back.desk.regrouped(moved | set(overlap_groups(connection, {first, second})))


def _pair(connection: sa.Connection, key: str) -> tuple[str, str]:
    """Split `a/x and b/y`, though a name may hold the word itself."""
    parts = key.split(" and ")
    for place in range(1, len(parts)):
        pair = " and ".join(parts[:place]), " and ".join(parts[place:])
        try:
            for each in pair:
                find_cohort(connection, each)
        except (NotFound, UsageError):
            continue
        return pair
    raise NotFound(f"the cohorts {key} are not there any more")


def _record(back: Reversal, entity: str, key: str, now: dict[str, Any], wanted: dict[str, Any]) -> None:
    for name, before in now.items():
        if before != wanted[name]:
            back.desk.transaction.change(entity, key, name, before, wanted[name])


def attachments(back: Reversal, owner: str, number: int, key: str, recorded: Changes) -> None:
    """Take links to attachments away again, or put them back; the files themselves stay."""
    connection = back.desk.connection
    for each in recorded:
        if each.field != "attachment":
            continue
        said = json.loads(each.after or each.before or "{}")
        file = connection.execute(sa.select(Attachment.id).where(Attachment.sha256 == said["sha256"])).scalar()
        column = getattr(AttachmentLink, f"{owner}_id")
        if each.before is None:
            mine = sa.and_(AttachmentLink.attachment_id == file, column == number)
            connection.execute(sa.delete(AttachmentLink).where(mine))
        elif file is not None:
            row = {"id": back.desk.transaction.next_id("attachment_link"), "attachment_id": file, "name": said["name"]}
            connection.execute(sa.insert(AttachmentLink), {**row, f"{owner}_id": number})
        back.desk.transaction.change(owner, key, "attachment", each.after, each.before)


def extraction(back: Reversal, key: str, recorded: Changes) -> None:
    """Take a second extraction away again, or put its state back."""
    connection, changes = back.desk.connection, net(recorded)
    estimate, _, who = key.rpartition(" by ")
    query = sa.select(Extraction.id, Extraction.state).join(Estimate).join(Curator, Extraction.curator_id == Curator.id)
    row = connection.execute(query.where(Estimate.key == estimate, Curator.name == who)).one_or_none()
    if row is None:
        hint = "enter it again: evireg extract"
        raise UsageError(f"the second extraction of {estimate} by {who} is not there, and not brought back", hint)
    before, after = changes["state"]
    if not back.still("extraction", key, "state", row.state, after):
        return
    place = Extraction.id == row.id
    if before is None:
        connection.execute(sa.delete(Extraction).where(place))
    else:
        connection.execute(sa.update(Extraction).where(place).values(state=before))
    for name, (was, now) in changes.items():
        back.desk.transaction.change("extraction", key, name, now, was)


def curator(back: Reversal, key: str, recorded: Changes) -> None:
    """Put back what is said of a curator; the name stays, for changes are signed with it."""
    connection, changes = back.desk.connection, net(recorded)
    table = Base.metadata.tables["curator"]
    row = connection.execute(sa.select(table).where(table.c.name == key)).one()._asdict()
    left = {name: _said(name, after) for name, (_, after) in changes.items() if name in row and name != "name"}
    if not back.untouched("curator", key, row, left):
        return
    wanted = {name: _said(name, changes[name][0]) for name in left}
    connection.execute(sa.update(table).where(table.c.name == key).values(**wanted))
    _record(back, "curator", key, {name: row[name] for name in wanted}, wanted)


def _said(name: str, text: str | None) -> Any:
    return text == "true" if name == "registered" else text


def setting(back: Reversal, key: str, recorded: Changes) -> None:
    """Put back a rule of the registry."""
    connection, (before, after) = back.desk.connection, net(recorded).get("value", (None, None))
    now = connection.execute(sa.select(Setting.value).where(Setting.name == key)).scalar()
    if now == before or not back.still("setting", key, "value", now, after):
        return
    connection.execute(sa.delete(Setting).where(Setting.name == key))
    if before is not None:
        connection.execute(sa.insert(Setting), {"name": key, "value": before})
    back.desk.transaction.change("setting", key, "value", now, before)


def column_map(back: Reversal, key: str, recorded: Changes) -> None:
    """Put back a saved column map."""
    connection, (before, after) = back.desk.connection, net(recorded).get("headings", (None, None))
    held = connection.execute(sa.select(ColumnMap.headings).where(ColumnMap.name == key)).scalar()
    now = None if held is None else canonical_json(held)
    if now == before or not back.still("column_map", key, "headings", now, after):
        return
    connection.execute(sa.delete(ColumnMap).where(ColumnMap.name == key))
    if before is not None:
        connection.execute(sa.insert(ColumnMap), {"name": key, "headings": json.loads(before)})
    back.desk.transaction.change("column_map", key, "headings", now, before)


def further_reports(back: Reversal, study: int, key: str, recorded: Changes) -> None:
    """Take further reports from a study again, or give them back."""
    connection, links = back.desk.connection, Base.metadata.tables["study_report"]
    for each in recorded:
        if each.field != "further report":
            continue
        name = each.before or each.after
        report = connection.execute(sa.select(Report.id).where(Report.key == name)).scalar()
        if report is None:
            raise NotFound(f"the report {name} is not there any more", "import or add it again")
        if each.before is None:
            here = sa.and_(links.c.study_id == study, links.c.report_id == report)
            connection.execute(sa.delete(links).where(here))
        else:
            connection.execute(sa.insert(links), {"study_id": study, "report_id": report})
        back.desk.transaction.change("study", key, "further report", each.after, each.before)


def changeset(back: Reversal, key: str, recorded: Changes) -> None:
    """Say that a changeset that was undone is so no more."""
    for each in recorded:
        back.desk.transaction.change("changeset", key, each.field, each.after, each.before)


def archive(back: Reversal, key: str, recorded: Changes) -> None:
    """Say that an archive, by its root digest, is not merged any more."""
    for each in recorded:
        back.desk.transaction.change("archive", key, each.field, each.after, each.before)


def make(back: Reversal, kind: str, key: str) -> None:
    """Put a study or report back that is not there any more, empty for now."""
    table = Base.metadata.tables[kind]
    empty = {"retracted": False} if kind == "report" else {}
    row = {"id": back.desk.transaction.next_id(kind), "key": key, **empty}
    back.desk.connection.execute(sa.insert(table), row)
    back.desk.transaction.change(kind, key, "key", None, key)


def make_cohort(back: Reversal, key: str) -> None:
    """Put a cohort back that is not there any more, empty for now."""
    study, _, cohort = key.rpartition("/")
    number = back.desk.connection.execute(sa.select(Study.id).where(Study.key == study)).scalar()
    if number is None:
        raise NotFound(f"the study {study} is not there any more", "import or add it again")
    row = {"id": back.desk.transaction.next_id("cohort"), "study_id": number, "key": cohort}
    back.desk.connection.execute(sa.insert(Cohort), row)
    back.desk.transaction.change("cohort", key, "key", None, key)


def unmake(back: Reversal, kind: str, number: int, key: str) -> None:
    """Remove a study or cohort that the changeset added by itself, unless it is in use."""
    tables = Base.metadata.tables
    inside, column = {"study": ("cohort", "study_id"), "cohort": ("estimate", "cohort_id")}[kind]
    connection, used = back.desk.connection, tables[inside]
    if connection.execute(sa.select(used.c.id).where(used.c[column] == number).limit(1)).first():
        back.obstacles.used(kind, key, f"a {inside}")
        return
    if kind == "study":
        links = tables["study_report"]
        back.reports |= set(
            connection.execute(sa.select(links.c.report_id).where(links.c.study_id == number)).scalars()
        )
        connection.execute(sa.delete(links).where(links.c.study_id == number))
    connection.execute(sa.delete(tables["attribute_value"]).where(tables["attribute_value"].c[f"{kind}_id"] == number))
    connection.execute(sa.delete(tables[kind]).where(tables[kind].c.id == number))
    back.desk.transaction.change(kind, key, "key", key, None)
