"""Who is in a pool: one result under two names, and the whole of a study beside its parts, are refused."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from registry.errors import PoolRefused
from registry.flow import cohorts, units, wholes
from registry.meaning.names import author_of, surnames
from registry.pooling.counted import counted, listed
from registry.terms import Allow

if TYPE_CHECKING:
    from registry.frame import Frame

#: Digits in which two log ratios, or their variances, are equal: those a float keeps through a few operations.
_DIGITS = 12


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
    if Allow.SAME_RESULTS in allowed or not (pairs := same_result_pairs(frame)):
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
    rows = sorted({row for pair in same_result_pairs(frame) for row in pair})
    return [frame["key"][row] or f"row {row + 1}" for row in rows]


def _cohort_name(frame: Frame, row: int) -> str:
    return "/".join(cohorts(frame)[row])


def same_result_pairs(frame: Frame) -> list[tuple[int, int]]:
    """Give the pairs of rows with equal numbers and equal n or first author, of cohorts nobody has told apart.

    Rows of one cohort, or of one overlap group, are no such pairs: that they share patients is known.
    """
    return [pair for pair in _equal_numbers(frame) if _one_report(frame, *pair)]


def equal_numbers_alone(frame: Frame) -> list[tuple[int, int]]:
    """Give the pairs of rows with equal numbers of which neither n nor author says whether they are one.

    Where both are known and both differ, they are two.
    """
    return [
        pair
        for pair in _equal_numbers(frame)
        if not _one_report(frame, *pair) and not (_differ(frame, "n", *pair) and _differ(frame, "author", *pair))
    ]


def _equal_numbers(frame: Frame) -> list[tuple[int, int]]:
    own, unit = cohorts(frame), units(frame)
    found: dict[tuple[int, int], None] = {}
    for rows in _rows_by_numbers(frame):
        for one, other in combinations(rows, 2):
            apart = frozenset((own[one], own[other])) in frame.apart
            if own[one] != own[other] and unit[one] != unit[other] and not apart:
                found[one, other] = None
    return sorted(found)


def _rows_by_numbers(frame: Frame) -> Iterator[Sequence[int]]:
    """Give the rows of each log ratio with its variance, and of each printed ratio with its interval."""
    what = list(zip(frame["factor"].tolist(), frame["endpoint"].tolist(), strict=True))
    for columns, digits in ((("yi", "vi"), _DIGITS), (("est", "ci_low", "ci_high"), _DIGITS)):
        rows: dict[Hashable, list[int]] = defaultdict(list)
        for row, numbers in enumerate(zip(*(frame[name].tolist() for name in columns), strict=True)):
            if not any(math.isnan(number) for number in numbers):
                rows[what[row], tuple(float(f"{number:.{digits}g}") for number in numbers)].append(row)
        yield from (each for each in rows.values() if len(each) > 1)


def _one_report(frame: Frame, one: int, other: int) -> bool:
    n = frame["n"]
    return bool(n[one] == n[other]) or bool(_author(frame, one) & _author(frame, other))


def _differ(frame: Frame, what: str, one: int, other: int) -> bool:
    if what == "n":
        first, second = float(frame["n"][one]), float(frame["n"][other])
        return not (math.isnan(first) or math.isnan(second) or first == second)
    names = _author(frame, one), _author(frame, other)
    return all(names) and not names[0] & names[1]


def _author(frame: Frame, row: int) -> frozenset[str]:
    """Give the names of the first author; where none was read, those in front of the year in the study's name."""
    given, study = frame["first_author"][row], frame["study"][row]
    if given:
        return surnames(given.split(",")[0].split(";")[0])
    return author_of(study) if study else frozenset()
