"""Which rows of a frame have the same numbers, and whether they may be one result under two names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from registry.flow import cohorts, units
from registry.meaning.doubts import settled_rules
from registry.meaning.names import author_of, surnames

if TYPE_CHECKING:
    from registry.frame import Array, Frame

SAME = "same-numbers"
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
    return sorted(_unsettled(frame, list(found)))


def _unsettled(frame: Frame, pairs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Give the pairs of which no curator has settled, of either row, that its numbers are its own."""
    said = frame["settled"]
    settled = {row for pair in pairs for row in pair if SAME in settled_rules(said[row])}
    return (pair for pair in pairs if not settled & {*pair})


def _rows_by_numbers(frame: Frame) -> Iterator[Sequence[int]]:
    """Give the rows of each log ratio with its variance, and of each printed ratio with its interval."""
    factors, endpoints = frame["factor"], frame["endpoint"]
    for columns in (("yi", "vi"), ("est", "ci_low", "ci_high")):
        numbers = np.column_stack([_rounded(frame[name]) for name in columns])
        known = np.flatnonzero(~np.isnan(numbers).any(axis=1))
        _, which, often = np.unique(numbers[known], axis=0, return_inverse=True, return_counts=True)
        rows: dict[Hashable, list[int]] = defaultdict(list)
        for place in np.flatnonzero(often[which.ravel()] > 1).tolist():
            row = int(known[place])
            rows[factors[row], endpoints[row], int(which.ravel()[place])].append(row)
        yield from (each for each in rows.values() if len(each) > 1)


def _rounded(values: Array) -> Array:
    """Round to the digits in which numbers are equal."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        scale = 10.0 ** (_DIGITS - 1 - np.floor(np.log10(np.abs(values))))
        rounded = np.round(values * scale) / scale
    return np.where(np.isfinite(rounded), rounded, values)  # 0, and what is too near to it to be scaled


def _one_report(frame: Frame, one: int, other: int) -> bool:
    n = frame["n"]
    return bool(n[one] == n[other]) or bool(_author(frame, one) & _author(frame, other))


def _differ(frame: Frame, what: str, one: int, other: int) -> bool:
    if what == "n":
        first, second = float(frame["n"][one]), float(frame["n"][other])
        return not (np.isnan(first) or np.isnan(second) or first == second)
    names = _author(frame, one), _author(frame, other)
    return all(names) and not names[0] & names[1]


def _author(frame: Frame, row: int) -> frozenset[str]:
    """Give the names of the first author; where none was read, those in front of the year in the study's name."""
    given, study = frame["first_author"][row], frame["study"][row]
    if given:
        return surnames(given.split(",")[0].split(";")[0])
    return author_of(study) if study else frozenset()
