"""Cohorts that share patients, and the groups that follow: connected components of declared overlaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from registry.models import Change, Cohort, Overlap, Study
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


def dismissed_pairs(
    connection: sa.Connection, studies: Collection[str], at: int | None = None
) -> frozenset[frozenset[tuple[str, ...]]]:
    """Give the pairs of cohorts, each as study and cohort, that share no patients by a curator's decision.

    Of these `studies`, as it is now, or as it was after changeset `at`: then the ledger says what had been decided.
    """
    asked = set(studies)
    if not asked:
        return frozenset()
    pairs = [row for row in connection.execute(_PAIRS) if row.study in asked and row.other in asked]
    kinds = {} if at is None or not pairs else _decided(connection, at)
    return frozenset(
        frozenset(((row.study, row.cohort), (row.other, row.part)))
        for row in pairs
        if (row.kind if at is None else kinds.get(_name(row))) == OverlapKind.DISMISSED
    )


def _name(pair: Any) -> str:
    """Name a pair of cohorts as the ledger does."""
    return f"{pair.study}/{pair.cohort} and {pair.other}/{pair.part}"


def _decided(connection: sa.Connection, at: int) -> dict[str, str | None]:
    """Give the kind of each pair of cohorts, by its name in the ledger, as it was after a changeset."""
    kinds = sa.select(Change.key, Change.after).where(Change.entity == "overlap", Change.field == "kind")
    found = connection.execute(kinds.where(Change.changeset <= at).order_by(Change.id))
    return {row.key: row.after for row in found}


_first, _second, _study, _other = aliased(Cohort), aliased(Cohort), aliased(Study), aliased(Study)
_PAIRS = (
    sa.select(
        _study.key.label("study"),
        _first.key.label("cohort"),
        _other.key.label("other"),
        _second.key.label("part"),
        Overlap.kind,
    )
    .select_from(Overlap)
    .join(_first, Overlap.cohort_a == _first.id)
    .join(_study, _first.study_id == _study.id)
    .join(_second, Overlap.cohort_b == _second.id)
    .join(_other, _second.study_id == _other.id)
)
