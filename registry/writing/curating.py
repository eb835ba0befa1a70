"""What curators say of cohorts and reports: overlaps and retractions, carried into the evidence rows they touch."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from registry.errors import Conflict, NotFound, UsageError
from registry.models import Cohort, Overlap, Report, Study
from registry.terms import OverlapKind
from registry.writing.bulk import select_in
from registry.writing.estimates import estimates_of
from registry.writing.keys import report_names
from registry.writing.overlaps import overlap_groups
from registry.writing.projection import refresh

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from registry.ledger import Transaction


class OverlapDeclared(NamedTuple):
    """A curator's word on two cohorts, given as `study/cohort` or `study` for its only one."""

    cohort_a: str
    cohort_b: str
    kind: str
    reason: str


def declare_overlap(transaction: Transaction, cohort_a: str, cohort_b: str, kind: str, reason: str) -> int:
    """Declare that two cohorts share patients; see `declare_overlaps`."""
    return declare_overlaps(transaction, [OverlapDeclared(cohort_a, cohort_b, kind, reason)])


def declare_overlaps(transaction: Transaction, declared: Iterable[OverlapDeclared], *, replace: bool = False) -> int:
    """Declare which cohorts share patients, or (`dismissed`) do not, and give how many evidence rows changed.

    All estimates of cohorts that share patients, directly or through others, get the same overlap group. The same
    declaration again changes nothing; another kind for the same pair is a Conflict, unless it is to `replace` the
    earlier one. NotFound names the nearest cohorts, UsageError an unknown kind or a cohort with itself.
    """
    wanted = list(declared)
    words = ", ".join(member.value for member in OverlapKind)
    for each in wanted:
        if each.kind not in set(OverlapKind):
            raise UsageError(f"{each.kind!r} is no kind of overlap", f"there are: {words}")
    connection = transaction.connection
    found = _cohorts(connection, {name for each in wanted for name in each[:2]})
    before = overlap_groups(connection)
    known = {(row.cohort_a, row.cohort_b): row for row in connection.execute(sa.select(Overlap.__table__))}
    fresh: dict[tuple[int, int], dict[str, Any]] = {}
    for each in wanted:
        _declare(transaction, each, sorted((found[each.cohort_a], found[each.cohort_b])), known, fresh, replace=replace)
    if fresh:
        connection.execute(sa.insert(Overlap), list(fresh.values()))
    after = overlap_groups(connection)
    moved = {cohort for cohort in {*before, *after} if after.get(cohort) != before.get(cohort)}
    return refresh(transaction, estimates_of(connection, report=set(), study=set(), cohort=moved))


def _declare(
    transaction: Transaction,
    declared: OverlapDeclared,
    cohorts: Sequence[tuple[int, str]],
    known: Mapping[tuple[int, int], sa.Row[Any]],
    fresh: dict[tuple[int, int], dict[str, Any]],
    *,
    replace: bool,
) -> None:
    """Put one declaration among the `fresh` rows, or over the one that is `known`."""
    (first, first_key), (second, second_key) = cohorts
    if first == second:
        raise UsageError(f"{first_key} is one cohort, it does not overlap with itself", "name two cohorts")
    key, pair = f"{first_key} and {second_key}", (first, second)
    said = {"kind": str(OverlapKind(declared.kind)), "reason": declared.reason}
    row = known.get(pair)
    stored = fresh.get(pair) if row is None else {"kind": row.kind, "reason": row.reason}
    if stored is None:
        fresh[pair] = {"id": transaction.next_id("overlap"), "cohort_a": first, "cohort_b": second, **said}
    elif stored["kind"] != said["kind"] and (row is None or not replace):
        raise Conflict(
            f"the overlap of {key} is declared already, as {stored['kind']}, not as {declared.kind}",
            hint="to change the decision: evireg overlaps confirm or dismiss, with the reason",
        )
    elif not replace or stored == {**stored, **said}:
        return
    elif row is not None:
        transaction.connection.execute(sa.update(Overlap).where(Overlap.id == row.id).values(**said))
    for name, value in said.items():
        before = None if stored is None else stored[name]
        if value != before:
            transaction.change("overlap", key, name, before, value)


def _cohorts(connection: sa.Connection, names: Collection[str]) -> dict[str, tuple[int, str]]:
    """Find many cohorts at once; what is not plainly one is left to `find_cohort`, which says what is wrong."""
    studies = {study for name in names for study in (name, name.rpartition("/")[0])}
    statement = sa.select(Cohort.id, Study.key, Cohort.key).join(Study)
    exact, alone = {}, defaultdict(list)
    for number, study, cohort in select_in(connection, statement, Study.key, studies):
        exact[f"{study}/{cohort}"] = (number, f"{study}/{cohort}")
        alone[study].append(exact[f"{study}/{cohort}"])
    single = {study: cohorts[0] for study, cohorts in alone.items() if len(cohorts) == 1}
    return {name: exact.get(name) or single.get(name) or find_cohort(connection, name) for name in names}


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
    number, key, retracted = find_report(connection, report)
    if retracted:
        return 0
    connection.execute(sa.update(Report).where(Report.id == number).values(retracted=True))
    transaction.change("report", key, "retracted", False, True)
    transaction.change("report", key, "retracted because", None, reason)
    return refresh(transaction, estimates_of(connection, report={number}, study=set(), cohort=set()))


def find_report(connection: sa.Connection, given: str) -> tuple[int, str, bool]:
    """Give id, key and retraction of a report named by key, DOI, PMID or address; NotFound names the nearest."""
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
        raise _not_found("report", given, report_keys(connection))
    return row[0], row[1], row[2]


def report_keys(connection: sa.Connection) -> list[str]:
    """Give every name a report may be asked for by: its key, and its PMID where that is not the key."""
    rows = connection.execute(sa.select(Report.key, Report.pmid))
    return sorted({name for key, pmid in rows for name in (key, f"pmid:{pmid}" if pmid else key)})


def _not_found(kind: str, given: str, keys: Iterable[str]) -> NotFound:
    import difflib

    near = difflib.get_close_matches(given.strip(), list(keys), n=3, cutoff=0.5)
    return NotFound(f"there is no {kind} {given!r}", f"nearest: {', '.join(near)}" if near else "")
