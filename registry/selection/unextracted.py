"""Studies and cohorts that have no estimate yet: known, and in no evidence row."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from registry.models import Cohort, Disease, Estimate, Report, Study

_OF_REPORT = {"first_author": Report.authors} | {
    name: getattr(Report, name) for name in ("year", "title", "journal", "doi", "pmid")
}
_OF_COHORT = ("country", "design", "treatment", "recruited_from", "recruited_to", "centres", "followup_median_months")


def studies(connection: sa.Connection) -> list[dict[str, Any]]:
    """Give studies without an estimate, as the list of studies gives them."""
    cohorts = sa.select(sa.func.count()).where(Cohort.study_id == Study.id).scalar_subquery()
    columns = [column.label(name) for name, column in _OF_REPORT.items()]
    query = sa.select(Study.key.label("study"), *columns, Report.retracted, cohorts.label("cohorts")).outerjoin(Report)
    theirs = sa.select(Estimate.id).join(Cohort, Estimate.cohort_id == Cohort.id).where(Cohort.study_id == Study.id)
    rows = connection.execute(query.where(~theirs.exists())).mappings()
    return [{**row, "retracted": bool(row["retracted"]), "estimates": 0, "poolable": 0} for row in rows]


def cohorts(connection: sa.Connection) -> list[dict[str, Any]]:
    """Give cohorts without an estimate, as the list of cohorts gives them."""
    query = _facts().where(~sa.select(Estimate.id).where(Estimate.cohort_id == Cohort.id).exists())
    rows = connection.execute(query).mappings()
    return [{**row, "n": None, "overlap_group": None, "estimates": 0, "poolable": 0} for row in rows]


def cohort(connection: sa.Connection, study: str, key: str) -> dict[str, Any]:
    """Give the facts of one cohort."""
    return dict(connection.execute(_facts().where(Study.key == study, Cohort.key == key)).mappings().one())


def _facts() -> sa.Select[Any]:
    columns = [Disease.key.label("disease"), *(getattr(Cohort, name) for name in _OF_COHORT)]
    return sa.select(Study.key.label("study"), Cohort.key.label("cohort"), *columns).join(Study).outerjoin(Disease)
