"""Who is in a pool: one result under two names, and the whole of a study beside its parts, are refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import TYPE_CHECKING

from registry.errors import PoolRefused
from registry.flow import cohorts, wholes
from registry.meaning.equal_numbers import one_result
from registry.pooling.counted import counted, listed
from registry.terms import Allow

if TYPE_CHECKING:
    from registry.frame import Frame


def whole_and_parts(frame: Frame, _allowed: Collection[Allow]) -> None:
    """Refuse the whole of a study beside parts of it: the patients of the parts are in both."""
    groups = dict(zip(cohorts(frame), frame["overlap_group"].tolist(), strict=True))
    parts = {part: whole for part, whole in wholes(frame).items() if not groups[part] or groups[part] != groups[whole]}
    if not parts:  # what is declared to share patients has a guard of its own
        return
    studies = Counter(study for study, _ in parts)
    (study, part), (_, whole) = next(iter(parts.items()))
    raise PoolRefused(
        f"the whole of a study and parts of it, whose patients would count twice: {counted(studies)}; such as"
        f" {study}/{whole} with {study}/{part}",
        f'leave the whole out in the condition: and not (study == "{study}" and cohort == "{whole}"); or keep one per'
        " study: --one-per cohort:largest_n; or, where they share no patients:"
        f' evireg overlaps dismiss "{study}/{whole}" "{study}/{part}" --reason TEXT',
        "whole-and-parts",
    )


def same_results(frame: Frame, allowed: Collection[Allow]) -> None:
    """Refuse one result under two names: equal numbers, and equal n or first author."""
    if Allow.SAME_RESULTS in allowed or not (pairs := one_result(frame)):
        return
    names = [_cohort_name(frame, row) for row in pairs[0]]
    others = len(pairs) - 1
    more = f" (and {others} other pairs)" if others > 1 else " (and another pair)" if others else ""
    raise PoolRefused(
        f"the same result under two names: {' and '.join(names)}{more} have the same numbers, and the same n or"
        f" first author; estimates {listed(same_result_keys(frame))}",
        "leave one out in the condition; or declare the cohorts the same patients, or not:"
        f' evireg overlaps confirm or dismiss "{names[0]}" "{names[1]}" --reason TEXT; or pool them knowingly:'
        " --allow same-results",
        "same-results",
    )


def same_result_keys(frame: Frame) -> list[str]:
    """Name the rows that may be one result under two names."""
    rows = sorted({row for pair in one_result(frame) for row in pair})
    return [frame["key"][row] or f"row {row + 1}" for row in rows]


def _cohort_name(frame: Frame, row: int) -> str:
    return "/".join(cohorts(frame)[row])
