"""Which rows of a frame have the same numbers, and whether they may be one result under two names."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from registry.flow import cohorts, units
from registry.meaning.names import author_of, surnames

if TYPE_CHECKING:
    from registry.frame import Frame

#: Digits in which two log ratios, or their variances, are equal: those a float keeps through a few operations.
_DIGITS = 12


def one_result(frame: Frame) -> list[tuple[int, int]]:
    """Give the pairs of rows with equal numbers and equal n or first author, of cohorts nobody has told apart.

    Rows of one cohort, or of one overlap group, are no such pairs: that they share patients is known.
    """
    return [pair for pair in _pairs(frame) if _one_report(frame, *pair)]


def maybe_one_result(frame: Frame) -> list[tuple[int, int]]:
    """Give the pairs of rows with equal numbers that may be one result, those of `one_result` among them.

    Where n and author are known and both differ, they are two.
    """
    return [
        pair
        for pair in _pairs(frame)
        if _one_report(frame, *pair) or not (_differ(frame, "n", *pair) and _differ(frame, "author", *pair))
    ]


def _pairs(frame: Frame) -> list[tuple[int, int]]:
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
