"""What curators say of cohorts and reports: overlaps and retractions, carried into the evidence rows they touch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from registry.errors import Conflict, NotFound, UsageError
from registry.models import Cohort, Overlap, Report, Study
from registry.terms import OverlapKind
from registry.writing.estimates import estimates_of
from registry.writing.keys import report_names
from registry.writing.overlaps import overlap_groups
from registry.writing.projection import refresh

if TYPE_CHECKING:
    from collections.abc import Iterable

    from registry.ledger import Transaction


def declare_overlap(transaction: Transaction, cohort_a: str, cohort_b: str, kind: str, reason: str) -> int:
    """Declare that two cohorts, given as `study/cohort` or `study` for its only one, share patients.

    All estimates of cohorts that share patients, directly or through others, get the same overlap group. Gives how
    many evidence rows changed. The same declaration again changes nothing; another kind for the same pair is a
    Conflict. NotFound names the nearest cohorts, UsageError an unknown kind or a cohort with itself.
    """
    words = ", ".join(member.value for member in OverlapKind)
    if kind not in set(OverlapKind):
        raise UsageError(f"{kind!r} is no kind of overlap", f"there are: {words}")
    connection = transaction.connection
    found = [find_cohort(connection, given) for given in (cohort_a, cohort_b)]
    (first, first_key), (second, second_key) = sorted(found)
    if first == second:
        raise UsageError(f"{first_key} is one cohort, it does not overlap with itself", "name two cohorts")
    pair = sa.select(Overlap.kind).where(Overlap.cohort_a == first, Overlap.cohort_b == second)
    known = connection.execute(pair).scalar()
    key = f"{first_key} and {second_key}"
    if known == kind:
        return 0
    if known is not None:
        raise Conflict(f"the overlap of {key} is declared already, as {known}, not as {kind}", hint="use amend")
    values = {"cohort_a": first, "cohort_b": second, "kind": str(OverlapKind(kind)), "reason": reason}
    before = overlap_groups(connection)
    connection.execute(sa.insert(Overlap), {"id": transaction.next_id("overlap"), **values})
    transaction.change("overlap", key, "kind", None, values["kind"])
    transaction.change("overlap", key, "reason", None, reason)
    after = overlap_groups(connection)
    moved = {cohort for cohort in after if after[cohort] != before.get(cohort)}
    return refresh(transaction, estimates_of(connection, report=set(), study=set(), cohort=moved))


def find_cohort(connection: sa.Connection, given: str) -> tuple[int, str]:
    """Give integer id and key (`study/cohort`) of a cohort named so, or by its study when that has only one."""
    statement = sa.select(Cohort.id, Study.key, Cohort.key).join(Study)
    study, _, cohort = given.rpartition("/")
    exact = connection.execute(statement.where(Study.key == study, Cohort.key == cohort)).all()
    rows = exact or connection.execute(statement.where(Study.key == given)).all()
    if len(rows) == 1:
        return rows[0][0], f"{rows[0][1]}/{rows[0][2]}"
    if rows:
        names = ", ".join(f"{row[1]}/{row[2]}" for row in rows)
        raise UsageError(f"study {given} has {len(rows)} cohorts", f"name one: {names}")
    raise _not_found("cohort", given, (f"{row[1]}/{row[2]}" for row in connection.execute(statement)))


def retract(transaction: Transaction, report: str, reason: str) -> int:
    """Mark a report, given by its key, DOI, PMID or address, as retracted, and give how many evidence rows changed.

    Every estimate of a study whose own report it is, and every one read in it, carries the mark from now on; what was
    selected at an earlier changeset stays as it was. NotFound names the nearest reports.
    """
    connection = transaction.connection
    number, key, retracted = _find_report(connection, report)
    if retracted:
        return 0
    connection.execute(sa.update(Report).where(Report.id == number).values(retracted=True))
    transaction.change("report", key, "retracted", False, True)
    transaction.change("report", key, "retracted because", None, reason)
    return refresh(transaction, estimates_of(connection, report={number}, study=set(), cohort=set()))


def _find_report(connection: sa.Connection, given: str) -> tuple[int, str, bool]:
    text = given.strip()
    names = {text, *report_names(doi=text), *report_names(url=text), f"pmid:{text}"}
    statement = sa.select(Report.id, Report.key, Report.retracted).where(
        sa.or_(
            Report.key.in_(names),
            Report.doi.in_({name[4:] for name in names if name.startswith("doi:")}),
            Report.pmid.in_({name[5:] for name in names if name.startswith("pmid:")}),
        )
    )
    row = connection.execute(statement).first()
    if row is None:
        raise _not_found("report", given, connection.execute(sa.select(Report.key)).scalars())
    return row[0], row[1], row[2]


def _not_found(kind: str, given: str, keys: Iterable[str]) -> NotFound:
    import difflib

    near = difflib.get_close_matches(given, list(keys), n=3, cutoff=0.5)
    return NotFound(f"there is no {kind} {given!r}", f"nearest: {', '.join(near)}" if near else "")
