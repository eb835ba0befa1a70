"""Cohorts that share patients, and the groups that follow: connected components of declared overlaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from registry.models import Cohort, Overlap, Study
from registry.terms import OverlapKind
from registry.writing.bulk import select_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


def overlap_groups(connection: sa.Connection, cohorts: Collection[int] | None = None) -> dict[int, str]:
    """Give the group of each cohort (by integer id) that shares patients with another; of these `cohorts`, or of all.

    A group is named after its first cohort in the order of texts, `study/cohort`.
    """
    pairs = _pairs(connection) if cohorts is None else _pairs_around(connection, cohorts)
    if not pairs:
        return {}
    members = _components(pairs)
    keys = sa.select(Cohort.id, Study.key, Cohort.key).join(Study)
    involved = {number for pair in pairs for number in pair}
    named = {
        number: f"{study}/{cohort}"
        for number, study, cohort in select_in(connection, keys, Cohort.id, sorted(involved))
    }
    return {number: min(named[member] for member in group) for group in members for number in group}


_SHARED = sa.select(Overlap.cohort_a, Overlap.cohort_b).where(Overlap.kind != OverlapKind.DISMISSED.value)


def _pairs(connection: sa.Connection) -> set[tuple[int, int]]:
    return {(a, b) for a, b in connection.execute(_SHARED)}


def _pairs_around(connection: sa.Connection, cohorts: Collection[int]) -> set[tuple[int, int]]:
    """Give the pairs of every group these cohorts are in: their own, then those of whom they share patients with."""
    pairs: set[tuple[int, int]] = set()
    known: set[int] = set()
    beyond = set(cohorts)
    while beyond:
        known |= beyond
        for side in (Overlap.cohort_a, Overlap.cohort_b):
            pairs |= {(a, b) for a, b in select_in(connection, _SHARED, side, sorted(beyond))}
        beyond = {number for pair in pairs for number in pair} - known
    return pairs


def _components(pairs: Iterable[tuple[int, int]]) -> list[set[int]]:
    groups: dict[int, set[int]] = {}
    for pair in pairs:
        joined = set(pair).union(*(groups.get(number, ()) for number in pair))
        groups.update(dict.fromkeys(joined, joined))
    return list({id(group): group for group in groups.values()}.values())


def dismissed_pairs(connection: sa.Connection, studies: Collection[str]) -> frozenset[frozenset[tuple[str, ...]]]:
    """Give the pairs of cohorts, each as study and cohort, that share no patients by a curator's decision.

    Of these `studies`, and as it is now: a decision to dismiss puts nothing into the evidence.
    """
    first, second, one, other = aliased(Cohort), aliased(Cohort), aliased(Study), aliased(Study)
    query = (
        sa.select(one.key, first.key, other.key, second.key)
        .select_from(Overlap)
        .join(first, Overlap.cohort_a == first.id)
        .join(one, first.study_id == one.id)
        .join(second, Overlap.cohort_b == second.id)
        .join(other, second.study_id == other.id)
        .where(Overlap.kind == OverlapKind.DISMISSED.value)
    )
    asked = set(studies)
    return frozenset(
        frozenset(((study, cohort), (study_b, cohort_b)))
        for study, cohort, study_b, cohort_b in connection.execute(query)
        if study in asked and study_b in asked
    )
