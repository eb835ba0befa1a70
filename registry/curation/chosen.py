"""Which live estimates a curator means: by their own keys, by a cohort's or a study's, or by a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from registry.curation.targets import find_target
from registry.errors import NothingSelected, UsageError
from registry.models import Cohort, Estimate, evidence
from registry.selection.query import matching
from registry.selection.where import parse
from registry.vocabulary import Vocabulary
from registry.writing.bulk import select_in

if TYPE_CHECKING:
    from collections.abc import Collection


def chosen_estimates(connection: sa.Connection, keys: Collection[str], where: str | None = None) -> dict[str, int]:
    """Give key → integer id of every live estimate named by `keys` (its own, a cohort's, a study's) or matched.

    NotFound names the nearest keys; UsageError when neither keys nor a condition is given, or a report is named;
    NothingSelected when there is no estimate.
    """
    if bool(keys) == (where is not None):
        raise UsageError("say which estimates: by key, or by --where", "see: evireg list estimates")
    found: dict[str, int] = {}
    if where is not None:
        test = matching(connection, parse(where, Vocabulary.load(connection)), None)
        live = connection.execute(sa.select(evidence.c.key).where(test)).scalars().all()
        statement = sa.select(Estimate.key, Estimate.id)
        found = {row.key: row.id for row in select_in(connection, statement, Estimate.key, live)}
    for key in keys:
        found |= _of_target(connection, key)
    if not found:
        raise NothingSelected("no estimate matches", "see: evireg list estimates")
    return dict(sorted(found.items()))


def _of_target(connection: sa.Connection, key: str) -> dict[str, int]:
    target = find_target(connection, key)
    if target.kind == "report":
        raise UsageError(f"{key!r} is a report, not an estimate", "name an estimate, a study, or study/cohort")
    owner = {"estimate": Estimate.id, "cohort": Estimate.cohort_id, "study": Cohort.study_id}[target.kind]
    statement = (
        sa.select(Estimate.key, Estimate.id)
        .join(Cohort, Estimate.cohort_id == Cohort.id)
        .join(evidence, sa.and_(evidence.c.key == Estimate.key, evidence.c.valid_to.is_(None)))
    )
    rows = connection.execute(statement.where(owner == target.id)).all()
    if not rows:
        raise NothingSelected(f"{target.kind} {target.key} has no estimate", "it may have been undone")
    return {row.key: row.id for row in rows}
