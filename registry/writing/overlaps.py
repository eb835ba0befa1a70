"""Cohorts that share patients, and the groups that follow: connected components of declared overlaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from registry.models import Cohort, Overlap, Study
from registry.terms import OverlapKind

if TYPE_CHECKING:
    from collections.abc import Iterable


def overlap_groups(connection: sa.Connection) -> dict[int, str]:
    """Give the group of each cohort (by integer id) that shares patients with another.

    A group is named after its first cohort in the order of texts, `study/cohort`.
    """
    shared = sa.select(Overlap.cohort_a, Overlap.cohort_b).where(Overlap.kind != OverlapKind.DISMISSED.value)
    pairs = [(a, b) for a, b in connection.execute(shared)]
    if not pairs:
        return {}
    members = _components(pairs)
    keys = sa.select(Cohort.id, Study.key, Cohort.key).join(Study)
    involved = sa.union(sa.select(Overlap.cohort_a), sa.select(Overlap.cohort_b)).subquery()
    named = {
        number: f"{study}/{cohort}"
        for number, study, cohort in connection.execute(keys.where(Cohort.id.in_(sa.select(involved.c[0]))))
    }
    return {number: min(named[member] for member in group) for group in members for number in group}


def _components(pairs: Iterable[tuple[int, int]]) -> list[set[int]]:
    groups: dict[int, set[int]] = {}
    for pair in pairs:
        joined = set(pair).union(*(groups.get(number, ()) for number in pair))
        groups.update(dict.fromkeys(joined, joined))
    return list({id(group): group for group in groups.values()}.values())
