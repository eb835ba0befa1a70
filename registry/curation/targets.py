"""What a curator means by a key: an estimate, a cohort, a study or a report."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

import sqlalchemy as sa

from registry.errors import NotFound
from registry.models import Change, Cohort, Estimate, Study
from registry.writing.curating import find_report, report_keys

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Target:
    """A thing found by its key: `kind`, integer `id` and `key`, and the integer ids of what it belongs to.

    `cohort` is None for a report, and for a study that has not exactly one; `report` is the study's own one.
    """

    kind: str
    id: int
    key: str
    study: int | None = None
    study_key: str = ""
    cohort: int | None = None
    report: int | None = None


def find_target(connection: sa.Connection, key: str) -> Target:
    """Find what a key names: an estimate, `study/cohort`, a study, or a report by key, DOI, PMID or address.

    NotFound says what the thing is called now if it was renamed, else names the nearest keys.
    """
    wanted = key.strip()
    for find in (_estimate, _cohort, _study, _report):
        found = find(connection, wanted)
        if found is not None:
            return found
    raise NotFound(f"nothing here has the key {wanted!r}", _hint(connection, wanted))


_COLUMNS = (Study.id.label("study"), Study.key.label("study_key"), Study.report_id.label("report"))


def _estimate(connection: sa.Connection, key: str) -> Target | None:
    query = sa.select(Estimate.id, Estimate.key, Estimate.cohort_id.label("cohort"), *_COLUMNS)
    joined = query.join(Cohort, Estimate.cohort_id == Cohort.id).join(Study, Cohort.study_id == Study.id)
    row = connection.execute(joined.where(Estimate.key == key)).one_or_none()
    return None if row is None else Target("estimate", **row._asdict())


def _cohort(connection: sa.Connection, key: str) -> Target | None:
    study, _, cohort = key.rpartition("/")
    query = sa.select(Cohort.id, Cohort.id.label("cohort"), *_COLUMNS).join(Study, Cohort.study_id == Study.id)
    row = connection.execute(query.where(Study.key == study, Cohort.key == cohort)).one_or_none()
    return None if row is None else Target("cohort", key=key, **row._asdict())


def _study(connection: sa.Connection, key: str) -> Target | None:
    row = connection.execute(sa.select(Study.id, Study.key, *_COLUMNS).where(Study.key == key)).one_or_none()
    if row is None:
        return None
    cohorts = connection.execute(sa.select(Cohort.id).where(Cohort.study_id == row.id)).scalars().all()
    return Target("study", cohort=cohorts[0] if len(cohorts) == 1 else None, **row._asdict())


def _report(connection: sa.Connection, key: str) -> Target | None:
    try:
        number, name, _ = find_report(connection, key)
    except NotFound:
        return None
    return Target("report", number, name, report=number)


def _hint(connection: sa.Connection, wanted: str) -> str:
    later = connection.execute(
        sa.select(Change.after).where(Change.key == wanted, Change.field == "key").order_by(Change.id.desc()).limit(1)
    ).scalar()
    if later and later != wanted:
        return f"it is called {later} now"
    folded = {each.casefold(): each for each in _near(connection, wanted)}
    near = [folded[each] for each in get_close_matches(wanted.casefold(), folded, n=3, cutoff=0.5)]
    return f"nearest: {', '.join(near)}" if near else "see: evireg list estimates"


def _near(connection: sa.Connection, wanted: str) -> Iterator[str]:
    """Give what the key could be meant to be: studies, and estimates and cohorts of the study it begins with.

    A mistyped study is taken for the nearest ones.
    """
    study, slash, _ = wanted.partition("/")
    known = {key.casefold(): key for key in connection.execute(sa.select(Study.key)).scalars()}
    if slash:
        near = [known[each] for each in get_close_matches(study.casefold(), known, n=3)]
        cohorts = sa.select(Study.key, Cohort.key).join(Study, Cohort.study_id == Study.id).where(Study.key.in_(near))
        yield from (f"{row[0]}/{row[1]}" for row in connection.execute(cohorts))
        theirs = sa.select(Estimate.key).join(Cohort, Estimate.cohort_id == Cohort.id).join(Study)
        yield from connection.execute(theirs.where(Study.key.in_(near))).scalars()
    yield from report_keys(connection) if ":" in wanted else known.values()
