"""The PRISMA 2020 flow of what is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from registry.literature.linking import reports_of
from registry.literature.screening import DECIDED, Progress, State, progress
from registry.models import Study, study_report
from registry.prisma import Assessment, OtherMethods, Prisma
from registry.terms import FoundBy, ScreeningStage

if TYPE_CHECKING:
    from registry.literature.clusters import Work

TITLE, FULL_TEXT = ScreeningStage.TITLE, ScreeningStage.FULL_TEXT
SEARCHED = frozenset({FoundBy.DATABASE.value, FoundBy.REGISTER.value})


def prisma(connection: sa.Connection) -> Prisma:
    """Count the boxes. A document that a database or register gave belongs to the left column, however else it came."""
    now = progress(connection)
    left = [work for work in now.works.values() if work.ways & SEARCHED]
    right = [work for work in now.works.values() if not work.ways & SEARCHED]
    found: dict[str, Counter[str]] = {way.value: Counter() for way in FoundBy}
    for work in now.works.values():
        for record in work.records:
            found[record.found_by][record.found_in] += 1
    identified = sum(found["database"].values()) + sum(found["register"].values())
    screened = _at(now, left, TITLE)
    included = [work for work in now.works.values() if now.at(work.id, FULL_TEXT).state is State.INCLUDE]
    studies, notes = _studies(connection, included)
    flow = Prisma(
        databases=dict(found["database"]),
        registers=dict(found["register"]),
        duplicates=identified - len(left),
        automation=0,
        removed_otherwise=0,
        screened=sum(screened[state] for state in DECIDED),
        excluded=screened[State.EXCLUDE],
        assessment=_assessment(now, left),
        reports=len(included),
        studies=studies,
        other=_other(now, found, right),
        awaiting_screening=len(left) - sum(screened[state] for state in DECIDED),
        notes=notes,
    )
    wrong = flow.contradictions()
    assert not wrong, wrong  # noqa: S101 - counted from the same rows, the boxes add up
    return flow


def _at(now: Progress, works: Sequence[Work], stage: ScreeningStage) -> Counter[State]:
    return Counter(now.at(work.id, stage).state for work in works)


def _assessment(now: Progress, works: Sequence[Work]) -> Assessment:
    sought = [work for work in works if now.at(work.id, TITLE).state is State.INCLUDE]
    outcomes = [now.at(work.id, FULL_TEXT) for work in sought]
    states = Counter(outcome.state for outcome in outcomes)
    missing = states[State.NOT_RETRIEVED]
    decided = sum(states[state] for state in DECIDED)
    return Assessment(
        sought=len(sought),
        not_retrieved=missing,
        assessed=decided - missing,
        reports_excluded=_reasons([outcome.reason or "" for outcome in outcomes if outcome.state is State.EXCLUDE]),
        awaiting_assessment=len(sought) - decided,
    )


def _reasons(given: Sequence[str]) -> Mapping[str, int]:
    """Count reasons, those that differ only in case as one, the most frequent first."""
    spelled: dict[str, str] = {}
    counted = Counter(spelled.setdefault(reason.casefold(), reason) for reason in given)
    return dict(sorted(counted.items(), key=lambda each: (-each[1], each[0])))


def _other(now: Progress, found: Mapping[str, Counter[str]], works: Sequence[Work]) -> OtherMethods | None:
    identified: dict[str, int] = {}
    for way in FoundBy:
        if way.value not in SEARCHED and (records := sum(found[way.value].values())):
            identified[way.label.capitalize()] = records
    if not identified:
        return None
    states = _at(now, works, TITLE)
    waiting = len(works) - sum(states[state] for state in DECIDED)
    known_already = sum(identified.values()) - len(works)
    return OtherMethods(identified, _assessment(now, works), known_already + states[State.EXCLUDE], waiting)


def _studies(connection: sa.Connection, included: Sequence[Work]) -> tuple[int | None, tuple[str, ...]]:
    """Count the studies behind the included reports; not known as long as a report is of no study in the registry."""
    reports = reports_of(connection, included)
    pairs = set(map(tuple, connection.execute(sa.select(study_report.c.report_id, study_report.c.study_id))))
    pairs |= set(map(tuple, connection.execute(sa.select(Study.report_id, Study.id))))
    studies = {study for report, study in pairs if report in set(reports.values())}
    of_a_study = {report for report, _ in pairs}
    without = [work.key for work in included if reports.get(work.id) not in of_a_study]
    if not without:
        return len(studies), ()
    listed = ", ".join(without[:5]) + (", …" if len(without) > 5 else "")
    what = "reference belongs" if len(without) == 1 else "references belong"
    return None, (
        f"the number of studies is not known: {len(without)} included {what} to no study in the registry yet"
        f" ({listed}); evireg refs link says to which report",
    )
