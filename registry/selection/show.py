"""What `show` tells of one estimate, study, cohort or factor: everything, with where each number comes from."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import sqlalchemy as sa

from registry.columns import COLUMNS
from registry.errors import NotFound
from registry.models import (
    Changeset,
    Cohort,
    Curator,
    Estimate,
    Factor,
    Overlap,
    Report,
    Study,
    Synonym,
    evidence,
    study_report,
)
from registry.ordering import by_name, in_order, natural
from registry.selection import unextracted
from registry.selection.listing import listing
from registry.selection.show_curation import attached, judgements, second_readings, standings
from registry.selection.view import versions
from registry.selection.where import equals
from registry.vocabulary import Vocabulary

Facts = dict[str, Any]

#: What is told of each estimate of a study, cohort or factor.
_BRIEF = (
    "key", "study", "cohort", "factor", "contrast", "cutoff_operator", "cutoff_value", "cutoff_unit", "cutoff_text",
    "cutoff_method", "endpoint", "measure", "est", "ci_low", "ci_high", "est_text", "ci_low_text", "ci_high_text",
    "log_hr", "p_text", "effect_direction", "adjusted", "n", "status", "origin", "not_poolable", "flags",
)  # fmt: skip
_POPULATION = (
    "disease", "country", "design", "treatment", "recruited_from", "recruited_to", "centres", "followup_median_months",
    "overlap_group",
)  # fmt: skip


def show(connection: sa.Connection, key: str) -> Facts:
    """Tell all about the thing of this key, matched exactly, else case aside; `kind` says what it is.

    Keys: an estimate's (`study/endpoint/hash`), a study's, a cohort's (`study/cohort`), a factor's or one of its
    synonyms. Raises NotFound naming the nearest keys.
    """
    wanted = key.strip()
    for find in (_estimate, _study, _cohort, _factor):
        found = find(connection, wanted)
        if found is not None:
            return found
    near = _nearest(connection, wanted)
    hint = f"did you mean {' or '.join(near)}?" if near else "see: evireg list studies"
    raise NotFound(f"nothing here has the key {key!r}", hint)


def _estimate(connection: sa.Connection, wanted: str) -> Facts | None:
    key = _spelled(connection, Estimate.key, wanted)
    if key is None:
        return None
    rows = connection.execute(sa.select(evidence).where(evidence.c.key == key).order_by(evidence.c.valid_from))
    found = [dict(row) for row in rows.mappings()]
    if not found:
        return None
    row = found[-1]
    history = _history(connection, [version["valid_from"] for version in found])
    return {
        "kind": "estimate",
        **{column.name: row[column.name] for column in COLUMNS},
        "attributes": dict(row["attributes"]),
        "appraisal": judgements(connection, key),
        "reports": _reports(connection, sa.select(Estimate.report_id).where(Estimate.key == key)),
        "attachments": attached(connection, estimate=key, reports=_reports_of(key)),
        "reviews": standings(found, history),
        "second_readings": second_readings(connection, key),
        "entered": history[0],
        "history": history,
        "closed": None if row["valid_to"] is None else _history(connection, [row["valid_to"]])[0],
    }


def _reports_of(key: str) -> sa.Select[Any]:
    """Ask for the report an estimate was read in, and for its study's own."""
    of_estimate = sa.select(sa.func.coalesce(Estimate.report_id, Study.report_id)).where(Estimate.key == key)
    return of_estimate.join(Cohort, Estimate.cohort_id == Cohort.id).join(Study, Cohort.study_id == Study.id)


def _study(connection: sa.Connection, wanted: str) -> Facts | None:
    key = _spelled(connection, Study.key, wanted)
    if key is None:
        return None
    reports = sa.select(study_report.c.report_id).join(Study).where(Study.key == key)
    own = connection.execute(sa.select(Report.key).join(Study).where(Study.key == key)).scalars().all()
    estimates = _brief(connection, evidence.c.study == key)
    cohorts = connection.execute(sa.select(Cohort.key).join(Study).where(Study.key == key)).scalars()
    return {
        "kind": "study",
        "study": key,
        "reports": [{**report, "own": report["key"] in own} for report in _reports(connection, reports)],
        "attachments": attached(connection, reports=reports),
        "cohorts": [{"cohort": cohort, **_population(connection, key, cohort)} for cohort in in_order(cohorts)],
        "estimates": estimates,
    }


def _cohort(connection: sa.Connection, wanted: str) -> Facts | None:
    name = Study.key + sa.literal("/") + Cohort.key
    query = sa.select(Study.key, Cohort.key, Cohort.id).join(Study).where(sa.func.lower(name) == sa.func.lower(wanted))
    found = sorted(connection.execute(query), key=lambda row: (f"{row[0]}/{row[1]}" != wanted, row))
    if not found:
        return None
    study, cohort, number = found[0]
    return {
        "kind": "cohort",
        "study": study,
        "cohort": cohort,
        **_population(connection, study, cohort),
        "overlaps": _overlaps(connection, number),
        "estimates": _brief(connection, evidence.c.study == study, evidence.c.cohort == cohort),
    }


def _factor(connection: sa.Connection, wanted: str) -> Facts | None:
    key = Vocabulary.load(connection).factor(wanted)
    if key is None:
        return None
    row = connection.execute(sa.select(Factor.__table__).where(Factor.key == key)).one()
    names = connection.execute(
        sa.select(Synonym.name).where(Synonym.vocabulary == "factor", Synonym.key == key)
    ).scalars()
    return {
        "kind": "factor",
        "factor": key,
        "label": row.label,
        "unit": row.canonical_unit,
        "dimensionless": row.dimensionless,
        "loinc": row.loinc,
        "read_as": row.read_as,
        "levels": row.levels,
        "synonyms": [name for name in in_order(names) if name != key],
        "cutoffs": listing(connection, "cutoffs", equals("factor", key)),
        "endpoints": _endpoints(connection, key),
        "estimates": _brief(connection, evidence.c.factor == key),
    }


def _spelled(connection: sa.Connection, column: Any, wanted: str) -> str | None:
    """Find the key as it is stored: exactly so, else the first that differs in case alone."""
    exact: str | None = connection.execute(sa.select(column).where(column == wanted)).scalar()
    if exact is not None:
        return exact
    found = connection.execute(sa.select(column).where(sa.func.lower(column) == sa.func.lower(sa.literal(wanted))))
    return min(found.scalars(), default=None)


def _reports(connection: sa.Connection, numbers: sa.Select[Any]) -> list[Facts]:
    columns = (Report.key, Report.kind, Report.doi, Report.pmid, Report.year, Report.authors)
    more = (Report.title, Report.journal, Report.url, Report.retracted)
    rows = connection.execute(sa.select(*columns, *more).where(Report.id.in_(numbers)).order_by(Report.key))
    return [dict(row) for row in rows.mappings()]


def _history(connection: sa.Connection, numbers: list[int]) -> list[Facts]:
    query = (
        sa.select(Changeset.number.label("changeset"), Changeset.at, Curator.name.label("curator"), Changeset.message)
        .join(Curator, Changeset.curator_id == Curator.id)
        .where(Changeset.number.in_(numbers))
        .order_by(Changeset.number)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _population(connection: sa.Connection, study: str, cohort: str) -> Facts:
    """Tell the facts of a cohort as its estimates carry them, with the largest number of patients among them."""
    facts = [*(sa.func.max(evidence.c[name]).label(name) for name in _POPULATION), sa.func.max(evidence.c.n).label("n")]
    counts = [
        sa.func.count().label("estimates"),
        (sa.func.count() - sa.func.count(evidence.c.not_poolable)).label("poolable"),
    ]
    theirs = (evidence.c.study == study, evidence.c.cohort == cohort)
    told = dict(connection.execute(sa.select(*facts, *counts).where(versions(None), *theirs)).mappings().one())
    return told if told["estimates"] else {**told, **unextracted.cohort(connection, study, cohort)}


def _overlaps(connection: sa.Connection, number: int) -> list[Facts]:
    other = sa.case((Overlap.cohort_a == number, Overlap.cohort_b), else_=Overlap.cohort_a)
    query = (
        sa.select(Study.key.label("study"), Cohort.key.label("cohort"), Overlap.kind, Overlap.reason)
        .select_from(Overlap)
        .join(Cohort, Cohort.id == other)
        .join(Study, Study.id == Cohort.study_id)
        .where(sa.or_(Overlap.cohort_a == number, Overlap.cohort_b == number))
    )
    return sorted(map(dict, connection.execute(query).mappings()), key=lambda row: by_name(row["study"], row["cohort"]))


def _endpoints(connection: sa.Connection, factor: str) -> list[Facts]:
    counts = [
        sa.func.count().label("estimates"),
        (sa.func.count() - sa.func.count(evidence.c.not_poolable)).label("poolable"),
    ]
    query = sa.select(evidence.c.endpoint, *counts).where(versions(None), evidence.c.factor == factor)
    return sorted(
        map(dict, connection.execute(query.group_by(evidence.c.endpoint)).mappings()),
        key=lambda row: natural(row["endpoint"]),
    )


def _brief(connection: sa.Connection, *which: sa.ColumnElement[bool]) -> list[Facts]:
    columns = [evidence.c[name] for name in _BRIEF]
    rows = connection.execute(sa.select(*columns).where(versions(None), *which)).mappings()
    return sorted(map(dict, rows), key=lambda row: by_name(row["study"], row["cohort"], row["key"]))


def _nearest(connection: sa.Connection, wanted: str) -> list[str]:
    """Give up to three keys that look like this one: studies, cohorts, factors, and estimates of a study it names."""
    studies = connection.execute(sa.select(Study.key)).scalars().all()
    cohorts = connection.execute(sa.select(Study.key, Cohort.key).join(Study).where(Cohort.key != "all"))
    known = [
        *studies,
        *(f"{study}/{cohort}" for study, cohort in cohorts),
        *Vocabulary.load(connection).names("factor"),
    ]
    study, slash, _ = wanted.partition("/")
    if slash:
        theirs = sa.select(Estimate.key).join(Cohort, Estimate.cohort_id == Cohort.id).join(Study)
        known += connection.execute(theirs.where(sa.func.lower(Study.key) == sa.func.lower(study))).scalars()
    folded = {each.casefold(): each for each in known}
    return [folded[each] for each in get_close_matches(wanted.casefold(), folded, n=3, cutoff=0.5)]
