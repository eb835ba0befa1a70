"""How far two raters who judged the same things agree: kappa for categories, limits of agreement for numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from registry.errors import StatisticsError


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement on categories: `n` things judged, `observed` and `expected` share of agreement (0 to 1), Cohen's kappa.

    `se` is the large-sample standard error, `ci_low` and `ci_high` kappa ± z se at `level` percent, cut at −1 and 1.
    What is undefined is nan, and `reasons` says why.
    """

    n: int
    observed: float
    expected: float
    kappa: float
    se: float
    ci_low: float
    ci_high: float
    level: float
    reasons: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limits:
    """Agreement on numbers: mean difference second − first, its standard deviation, and the limits of agreement."""

    n: int
    mean: float
    sd: float
    low: float
    high: float
    level: float
    reasons: dict[str, str] = field(default_factory=dict)


def kappa(first: Sequence[object], second: Sequence[object], *, level: float = 95.0) -> Kappa:
    """Give Cohen's unweighted kappa of two raters' categories, shape (n,) each, in the same order of things.

    kappa = (observed − expected)/(1 − expected), expected from the raters' own margins (Cohen 1960). Its standard error
    is that of Fleiss, Cohen & Everitt 1969, for kappa other than 0. Undefined when both raters used one and the
    same category throughout: all agreement is then expected. Raises StatisticsError for unequal lengths.
    """
    if len(first) != len(second):
        raise StatisticsError(f"{len(first)} judgements of the first rater, {len(second)} of the second")
    if not 0.0 < level < 100.0:
        raise StatisticsError(f"a level of {level} percent; expected between 0 and 100")
    n = len(first)
    if n == 0:
        return _no_kappa(0, math.nan, math.nan, level, "nothing was judged by both", shares=True)
    table = _table(first, second) / n
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    observed, expected = float(np.trace(table)), float(rows @ columns)
    if np.count_nonzero(rows + columns) == 1:
        why = "both raters gave one and the same category throughout: every agreement is expected"
        return _no_kappa(n, observed, expected, level, why)
    value = (observed - expected) / (1.0 - expected)
    if n == 1:
        reasons = dict.fromkeys(("se", "ci_low", "ci_high"), "one thing judged by both has no sampling error to tell")
        return Kappa(n, observed, expected, value, math.nan, math.nan, math.nan, level, reasons)
    se = _standard_error(table, value, expected, n)
    half = float(ndtri(0.5 + level / 200.0)) * se
    return Kappa(n, observed, expected, value, se, max(value - half, -1.0), min(value + half, 1.0), level)


def _table(first: Sequence[object], second: Sequence[object]) -> np.ndarray:
    """Count the pairs of categories: the first rater's in the rows."""
    places = {category: place for place, category in enumerate(dict.fromkeys([*first, *second]))}
    table = np.zeros((len(places), len(places)))
    np.add.at(table, ([places[each] for each in first], [places[each] for each in second]), 1.0)
    return table


def _standard_error(table: np.ndarray, value: float, expected: float, n: int) -> float:
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    agreed = np.diagonal(table)
    on = float(np.sum(agreed * (1.0 - (rows + columns) * (1.0 - value)) ** 2))
    margins = (columns[:, None] + rows[None, :]) ** 2
    off = float(np.sum(table * margins) - np.sum(agreed * np.diagonal(margins)))
    spread = on + (1.0 - value) ** 2 * off - (value - expected * (1.0 - value)) ** 2
    return math.sqrt(max(spread, 0.0) / n) / (1.0 - expected)


def _no_kappa(n: int, observed: float, expected: float, level: float, why: str, *, shares: bool = False) -> Kappa:
    names = ("observed", "expected") if shares else ()
    reasons = dict.fromkeys((*names, "kappa", "se", "ci_low", "ci_high"), why)
    return Kappa(n, observed, expected, math.nan, math.nan, math.nan, math.nan, level, reasons)


def limits_of_agreement(first: ArrayLike, second: ArrayLike, *, level: float = 95.0) -> Limits:
    """Give mean difference ± z standard deviations of two raters' numbers, shape (n,) each (Bland & Altman 1986).

    Ratios belong here as logarithms. The limits hold `level` percent of differences if these are normal. Undefined
    below two pairs. Raises StatisticsError for unequal lengths or numbers that are not finite.
    """
    one, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if one.shape != other.shape or one.ndim != 1:
        raise StatisticsError(f"{one.size} numbers of the first rater, {other.size} of the second")
    if not 0.0 < level < 100.0:
        raise StatisticsError(f"a level of {level} percent; expected between 0 and 100")
    difference = other - one
    if not np.isfinite(difference).all():
        raise StatisticsError("a number that is not finite")
    n = len(difference)
    mean = float(difference.mean()) if n else math.nan
    if n < 2:
        why = "fewer than two pairs"
        names = ("sd", "low", "high") if n else ("mean", "sd", "low", "high")
        return Limits(n, mean, math.nan, math.nan, math.nan, level, dict.fromkeys(names, why))
    sd = float(difference.std(ddof=1))
    half = float(ndtri(0.5 + level / 200.0)) * sd
    return Limits(n, mean, sd, mean - half, mean + half, level)
