"""`evireg overlaps dismiss`: two cohorts share no patients."""

from __future__ import annotations

from cli.options import DEFAULT_DATABASE, As, AsJson, Database
from cli.overlaps_confirm import CohortA, CohortB, Reason, decide

EXAMPLE = 'evireg overlaps dismiss kim2016 romano2015 --reason "other hospitals, asked the authors" --as Ada'


def command(
    *,
    cohort_a: CohortA,
    cohort_b: CohortB,
    reason: Reason,
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Record that two cohorts share no patients: looked into, and not proposed again.

    This takes back an overlap that was declared. What was pooled before stays as it was.
    """
    decide(cohort_a, cohort_b, "dismissed", reason, db=db, curator=curator, as_json=as_json)
