"""Take back estimates that a changeset brought, and whatever came with them on first use and nobody else uses.

What came on first use goes with its last use; what a curator added or a ledger entry names as made stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.models import (
    Attachment,
    AttachmentLink,
    Base,
    Change,
    Cohort,
    Contrast,
    Cutoff,
    Estimate,
    Extraction,
    Overlap,
    Reference,
    Report,
    Study,
    Synonym,
    evidence,
    study_report,
)
from registry.writing.bulk import batched, select_in
from registry.writing.projection import close
from registry.writing.reports import FIELDS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from registry.curation.standing import Obstacles
    from registry.ledger import Transaction

_VALUES = Base.metadata.tables["attribute_value"]


def remove_estimates(transaction: Transaction, opened: Mapping[str, str], obstacles: Obstacles) -> set[int]:
    """Remove estimates given by key and the digest of the version to remove, with what nobody else uses then.

    Gives the integer ids of the reports they had to do with, for `remove_reports`. Obstacles are noted for those that
    have changed since, and for what refers to them; then nothing is removed.
    """
    connection = transaction.connection
    _note_changed(connection, opened, obstacles)
    query = sa.select(Estimate.id, Estimate.key, Estimate.cohort_id, Estimate.report_id, Contrast.factor_id)
    rows = list(select_in(connection, query.join(Contrast), Estimate.key, opened))
    _note_references(connection, {row.id: row.key for row in rows}, obstacles)
    if obstacles.issues:
        return set()
    ids = [row.id for row in rows]
    _delete(connection, _VALUES, _VALUES.c.estimate_id, ids)
    _delete(connection, Base.metadata.tables["estimate"], Estimate.id, ids)
    close(transaction, list(opened))
    reports = {row.report_id for row in rows} - {None}
    studies, diseases = _remove_cohorts(transaction, {row.cohort_id for row in rows}, obstacles)
    reports |= _remove_studies(transaction, studies)
    _remove_factors(transaction, {row.factor_id for row in rows})
    _remove_diseases(transaction, diseases)
    return reports


def _note_changed(connection: sa.Connection, opened: Mapping[str, str], obstacles: Obstacles) -> None:
    columns = (evidence.c.key, evidence.c.digest, evidence.c.valid_from, evidence.c.valid_to)
    latest = {
        row.key: row
        for row in select_in(connection, sa.select(*columns).order_by(evidence.c.valid_from), evidence.c.key, opened)
    }
    for key, digest in opened.items():
        version = latest[key]
        if version.valid_to is not None:
            obstacles.version(key, version.valid_to)
        elif version.digest != digest:
            obstacles.version(key, version.valid_from)


def _note_references(connection: sa.Connection, estimates: Mapping[int, str], obstacles: Obstacles) -> None:
    extractions = sa.select(Extraction.estimate_id, Extraction.changeset)
    for number, changeset in select_in(connection, extractions, Extraction.estimate_id, estimates):
        obstacles.used("estimate", estimates[number], "a second extraction", changeset)
    links = sa.select(AttachmentLink.estimate_id, AttachmentLink.name).join(Attachment)
    for number, name in select_in(connection, links, AttachmentLink.estimate_id, estimates):
        changes = sa.select(sa.func.max(Change.changeset)).where(Change.key == estimates[number])
        made = connection.execute(changes.where(Change.field == "attachment")).scalar()
        obstacles.used("estimate", estimates[number], f"the attachment {name}", made)


def _remove_cohorts(
    transaction: Transaction, cohorts: Collection[int], obstacles: Obstacles
) -> tuple[set[int], set[int]]:
    """Remove those of these cohorts that have no estimate left; give their studies and diseases."""
    connection = transaction.connection
    query = sa.select(Cohort.id, Cohort.key, Cohort.study_id, Cohort.disease_id, Study.key.label("study"))
    rows = list(select_in(connection, query.join(Study), Cohort.id, sorted(cohorts)))
    used = _used(connection, Estimate.cohort_id, cohorts)
    gone = [row for row in rows if row.id not in used and not _added(connection, "cohort", f"{row.study}/{row.key}")]
    overlapping = sa.select(Overlap.__table__)
    for column in (Overlap.cohort_a, Overlap.cohort_b):
        for row in select_in(connection, overlapping, column, [each.id for each in gone]):
            key = next(f"{each.study}/{each.key}" for each in gone if each.id in (row.cohort_a, row.cohort_b))
            obstacles.used("cohort", key, "a declared overlap")
    if obstacles.issues:
        return set(), set()
    ids = [row.id for row in gone]
    _delete(connection, _VALUES, _VALUES.c.cohort_id, ids)
    _delete(connection, Base.metadata.tables["cohort"], Cohort.id, ids)
    return {row.study_id for row in gone}, {row.disease_id for row in gone} - {None}


def _remove_studies(transaction: Transaction, studies: Collection[int]) -> set[int]:
    """Remove those of these studies that have no cohort left; give the reports they had."""
    connection = transaction.connection
    used = _used(connection, Cohort.study_id, studies)
    rows = list(select_in(connection, sa.select(Study.id, Study.key, Study.report_id), Study.id, sorted(studies)))
    gone = [row for row in rows if row.id not in used and not _added(connection, "study", row.key)]
    ids = [row.id for row in gone]
    links = sa.select(study_report.c.report_id)
    reports = {number for (number,) in select_in(connection, links, study_report.c.study_id, ids)}
    _delete(connection, _VALUES, _VALUES.c.study_id, ids)
    _delete(connection, study_report, study_report.c.study_id, ids)
    _delete(connection, Base.metadata.tables["study"], Study.id, ids)
    return reports | ({row.report_id for row in gone} - {None})


def remove_reports(transaction: Transaction, reports: Collection[int], *, added: Collection[int] = ()) -> list[str]:
    """Remove those of these reports that nothing refers to, each field recorded; give the keys of the others.

    One that is retracted stays, and one that a curator added by itself, unless it is among `added`. A study that stays
    loses its link to a report from which none of its estimates is left.
    """
    connection = transaction.connection
    _unlink(connection, reports)
    used: set[int] = set()
    for column in _REPORT_USERS:
        used |= _used(connection, column, reports)
    gone, kept = [], []
    for row in list(select_in(connection, sa.select(Report.__table__), Report.id, sorted(reports))):
        stays = row.id in used or row.retracted
        if stays or (row.id not in added and _added(connection, "report", row.key)):
            kept.append(row.key)
        else:
            gone.append(row)
    for row in gone:
        for name in FIELDS:
            if getattr(row, name) not in (None, False):
                transaction.change("report", row.key, name, getattr(row, name), None)
        transaction.change("report", row.key, "key", row.key, None)
    _delete(connection, Base.metadata.tables["report"], Report.id, [row.id for row in gone])
    return kept


_REPORT_USERS: tuple[Any, ...] = (
    Estimate.report_id,
    Study.report_id,
    study_report.c.report_id,
    AttachmentLink.report_id,
    Reference.report_id,
)


def _unlink(connection: sa.Connection, reports: Collection[int]) -> None:
    links = study_report
    still = (
        sa.select(Estimate.id)
        .join(Cohort, Estimate.cohort_id == Cohort.id)
        .where(Estimate.report_id == links.c.report_id, Cohort.study_id == links.c.study_id)
        .exists()
    )
    own = sa.select(Study.id).where(Study.id == links.c.study_id, Study.report_id == links.c.report_id).exists()
    for piece in batched(sorted(reports), 500):
        connection.execute(sa.delete(links).where(links.c.report_id.in_(piece), ~still, ~own))


def _remove_factors(transaction: Transaction, factors: Collection[int]) -> None:
    """Remove those of these factors that were made on first use and have no estimate left, with their cutoffs."""
    connection = transaction.connection
    tables = Base.metadata.tables
    for number, key in list(_named(connection, "factor", factors)):
        contrasts = sa.select(Contrast.id).where(Contrast.factor_id == number)
        if connection.execute(sa.select(Estimate.id).where(Estimate.contrast_id.in_(contrasts)).limit(1)).first():
            continue
        if _mentioned(connection, "factor", key):
            continue
        connection.execute(sa.delete(tables["contrast"]).where(Contrast.factor_id == number))
        connection.execute(sa.delete(tables["cutoff"]).where(Cutoff.factor_id == number))
        _forget(connection, "factor", number, key)


def _remove_diseases(transaction: Transaction, diseases: Collection[int]) -> None:
    connection = transaction.connection
    used = _used(connection, Cohort.disease_id, diseases)
    for number, key in list(_named(connection, "disease", diseases)):
        if number not in used and not _mentioned(connection, "disease", key):
            _forget(connection, "disease", number, key)


def _named(connection: sa.Connection, kind: str, numbers: Collection[int]) -> Any:
    table = Base.metadata.tables[kind]
    return select_in(connection, sa.select(table.c.id, table.c.key), table.c.id, sorted(numbers))


def _forget(connection: sa.Connection, kind: str, number: int, key: str) -> None:
    connection.execute(sa.delete(Synonym).where(Synonym.vocabulary == kind, Synonym.key == key))
    table = Base.metadata.tables[kind]
    connection.execute(sa.delete(table).where(table.c.id == number))


def _used(connection: sa.Connection, column: Any, numbers: Collection[int]) -> set[int]:
    return {number for (number,) in select_in(connection, sa.select(column).distinct(), column, sorted(numbers))}


def _added(connection: sa.Connection, entity: str, key: str) -> bool:
    """Whether a curator added this thing by itself, the last that was said of its key."""
    said = sa.select(Change.before, Change.after).where(Change.key == key, Change.entity == entity)
    last = connection.execute(said.where(Change.field == "key").order_by(Change.id.desc()).limit(1)).one_or_none()
    return last is not None and last.before is None and last.after is not None


def _mentioned(connection: sa.Connection, entity: str, key: str) -> bool:
    """Whether the ledger says anything of this name: it was added, or given synonyms or fields."""
    query = sa.select(Change.id).where(Change.key == key, Change.entity == entity).limit(1)
    return connection.execute(query).first() is not None


def _delete(connection: sa.Connection, table: Any, column: Any, numbers: Collection[int]) -> None:
    for piece in batched(numbers, 1000):
        connection.execute(sa.delete(table).where(column.in_(piece)))
