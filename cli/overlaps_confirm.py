"""`evireg overlaps confirm`: two cohorts share patients."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

EXAMPLE = 'evireg overlaps confirm kim2016 romano2015 --kind suspected --reason "same centre, same years" --as Ada'

CohortA = Annotated[str, typer.Argument(metavar="A", help="A cohort, STUDY/COHORT, or a study with only one.")]
CohortB = Annotated[str, typer.Argument(metavar="B", help="The other cohort.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="What the decision rests on.")]


class Kind(StrEnum):
    """How two cohorts can share patients."""

    SAME = "same"
    SUBSET = "subset"
    PARTIAL = "partial"
    SUSPECTED = "suspected"


def command(
    *,
    cohort_a: CohortA,
    cohort_b: CohortB,
    kind: Annotated[Kind, typer.Option("--kind", help="How they share patients.")],
    reason: Reason,
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Record that two cohorts share patients, or change what was decided.

    From then on they belong to one overlap group, and a pool takes one of them or wants to be told how they depend on
    each other. What was pooled before stays as it was.
    """
    decide(cohort_a, cohort_b, str(kind), reason, db=db, curator=curator, as_json=as_json)


def decide(
    cohort_a: str, cohort_b: str, kind: str, reason: str, *, db: str, curator: str | None, as_json: bool
) -> None:
    """Record a decision and say what it changed."""
    from dataclasses import asdict

    from cli import output
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry
    from registry.report.prose import count
    from registry.terms import OverlapKind

    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg:
        done = reg.decide_overlap(cohort_a, cohort_b, kind, reason)
    if as_json:
        output.show_json({**asdict(done), "kind": kind, "reason": reason, "curator": who.name})
        return
    if done.changeset is None:
        output.say(f"Nothing changed: {done.cohort_a} and {done.cohort_b} were decided so already ({kind}).")
        return
    before = f", before: {done.before}" if done.before else ""
    output.say(
        f"Changeset {done.changeset}: {done.cohort_a} and {done.cohort_b}: {kind} ({OverlapKind(kind).definition})"
        f"{before}; {count(done.rows, 'estimate')} changed overlap group."
    )
