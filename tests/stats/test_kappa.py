"""Agreement of two raters: kappa and limits of agreement against published values and second implementations."""

from __future__ import annotations

import math
import random
import statistics
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import StatisticsError
from registry.stats import kappa, limits_of_agreement


def pairs(table: list[list[int]]) -> tuple[list[int], list[int]]:
    """Give the judgements behind a table of counts, the first rater's categories in the rows."""
    listed = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    return [i for i, _ in listed], [j for _, j in listed]


def naive_kappa(first: list[str], second: list[str]) -> tuple[float, float]:
    """Give kappa and its standard error sum by sum, as the papers write them."""
    n = len(first)
    cells = Counter(zip(first, second, strict=True))
    rows, columns = Counter(first), Counter(second)
    categories = sorted({*first, *second})
    observed = sum(cells[c, c] for c in categories) / n
    expected = sum(rows[c] * columns[c] for c in categories) / n**2
    value = (observed - expected) / (1 - expected)
    total = 0.0
    for i in categories:
        for j in categories:
            share = cells[i, j] / n
            if i == j:
                total += share * ((1 - expected) - (rows[i] + columns[i]) / n * (1 - observed)) ** 2
            else:
                total += (1 - observed) ** 2 * share * ((columns[i] + rows[j]) / n) ** 2
    total -= (observed * expected - 2 * expected + observed) ** 2
    return value, math.sqrt(max(total, 0.0) / n) / (1 - expected) ** 2


def test_kappa_of_fleiss_cohen_and_everitt() -> None:
    """Their 200 diagnoses by two clinicians (Fleiss, Cohen & Everitt 1969): kappa 0.429, variance 0.002885."""
    found = kappa(*pairs([[106, 10, 4], [22, 28, 10], [2, 12, 6]]))
    assert found.n == 200
    assert found.observed == pytest.approx(0.70)
    assert found.expected == pytest.approx(0.475)
    assert found.kappa == pytest.approx(0.429, abs=5e-4)
    assert found.se**2 == pytest.approx(0.002885, abs=5e-7)


def test_kappa_of_two_by_two() -> None:
    """The textbook table 20, 5, 10, 15 has observed agreement 0.7, expected 0.5 and kappa 0.4."""
    found = kappa(*pairs([[20, 5], [10, 15]]))
    assert (found.observed, found.expected, found.kappa) == pytest.approx((0.7, 0.5, 0.4))
    assert found.ci_low < 0.4 < found.ci_high


judged = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abcd")), min_size=1, max_size=40)


@given(listed=judged)
def test_kappa_is_what_the_formulas_give(listed: list[tuple[str, str]]) -> None:
    """Sums over arrays and sums term by term, in the two forms of the standard error in print, agree."""
    first, second = [one for one, _ in listed], [other for _, other in listed]
    found = kappa(first, second)
    if len({*first, *second}) == 1:
        assert math.isnan(found.kappa)
        assert "one and the same category" in found.reasons["kappa"]
        return
    value, se = naive_kappa(first, second)
    assert found.kappa == pytest.approx(value, abs=1e-12)
    assert found.se == pytest.approx(se if len(listed) > 1 else math.nan, abs=1e-7, nan_ok=True)
    assert kappa(second, first).kappa == pytest.approx(value, abs=1e-12)


def test_kappa_is_1_when_all_agree_and_0_by_chance() -> None:
    """Full agreement on several categories is 1 without error; independent raters are near 0."""
    whole = kappa(["low", "high", "low"], ["low", "high", "low"])
    assert (whole.kappa, whole.se, whole.ci_low, whole.ci_high) == (1.0, 0.0, 1.0, 1.0)
    chance = random.Random(1)  # noqa: S311 - test data
    first, second = ([chance.choice("abc") for _ in range(20_000)] for _ in range(2))
    assert abs(kappa(first, second).kappa) < 0.02


def test_interval_of_kappa_covers() -> None:
    """The 95 % interval holds the kappa of the population in about 95 of 100 samples."""
    chance = random.Random(7)  # noqa: S311 - test data
    cells = [(i, j) for i in "abc" for j in "abc"]
    weights = [0.53, 0.05, 0.02, 0.11, 0.14, 0.05, 0.01, 0.06, 0.03]
    held = 0
    for _ in range(400):
        sample = chance.choices(cells, weights, k=200)
        found = kappa([i for i, _ in sample], [j for _, j in sample])
        held += found.ci_low <= 0.428571 <= found.ci_high
    assert 0.92 <= held / 400 <= 0.98


def test_nothing_judged_is_undefined_with_a_reason() -> None:
    """Nothing in common gives no number, and says so."""
    found = kappa([], [])
    assert all(math.isnan(each) for each in (found.observed, found.kappa, found.se))
    assert set(found.reasons.values()) == {"nothing was judged by both"}


def test_unequal_lengths_are_refused() -> None:
    """Every thing is judged by both, and a level is a percentage."""
    with pytest.raises(StatisticsError, match="2 judgements of the first rater, 1 of the second"):
        kappa(["a", "b"], ["a"])
    with pytest.raises(StatisticsError, match="expected between 0 and 100"):
        kappa(["a"], ["a"], level=100)
    with pytest.raises(StatisticsError, match="2 numbers of the first rater"):
        limits_of_agreement([1.0, 2.0], [1.0])
    with pytest.raises(StatisticsError, match="not finite"):
        limits_of_agreement([1.0, 2.0], [1.0, math.nan])


#: Peak flow by two meters, Bland & Altman 1986, table 1 (first measurements): Wright, mini Wright, l/min.
WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]


def test_limits_of_agreement_of_bland_and_altman() -> None:
    """Their peak flow meters: mean difference −2.1 (Wright − mini), standard deviation 38.8 l/min."""
    found = limits_of_agreement(MINI, WRIGHT)
    assert (found.n, round(found.mean, 1), round(found.sd, 1)) == (17, -2.1, 38.8)
    assert found.low == pytest.approx(found.mean - 1.959964 * statistics.stdev(map(int.__sub__, WRIGHT, MINI)))


def test_limits_need_two_pairs() -> None:
    """One pair has a difference and no limits."""
    one = limits_of_agreement([1.0], [1.5])
    assert one.mean == 0.5
    assert math.isnan(one.low)
    assert one.reasons["low"] == "fewer than two pairs"
    assert limits_of_agreement([], []).reasons["mean"] == "fewer than two pairs"
