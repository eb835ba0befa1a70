"""Absolute risks of two groups: the mixture is what was given, and each formula agrees with a naive one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from registry.errors import StatisticsError
from registry.stats.absolute import Survivals, by_hazard_ratio, by_odds_ratio, by_risk_ratio

RATIOS = st.floats(0.02, 50.0)
SURVIVALS = st.floats(0.001, 0.999)
SHARES = st.floats(0.0, 1.0)
Formula = Callable[..., Survivals]
FORMULAE: tuple[Formula, ...] = (by_hazard_ratio, by_odds_ratio, by_risk_ratio)


def test_known_answer() -> None:
    """Half of all patients alive, 40 % of them high, HR 2.15: 0.606 and 0.341, 265 more events per 1000."""
    low, high = by_hazard_ratio(2.15, 0.50, 0.40)
    assert round(float(low), 3) == 0.606
    assert round(float(high), 3) == 0.341
    assert round(1000.0 * float(low - high)) == 265


@pytest.mark.parametrize("formula", FORMULAE)
@given(ratio=RATIOS, survival=SURVIVALS, share=SHARES)
def test_both_groups_together_have_the_survival_of_all(
    formula: Formula, ratio: float, survival: float, share: float
) -> None:
    """p·S_high + (1 − p)·S_low = S, wherever such groups exist."""
    low, high = formula(ratio, survival, share)
    if np.isfinite(low):
        assert share * high + (1.0 - share) * low == pytest.approx(survival, rel=1e-12)


@given(ratio=RATIOS, survival=SURVIVALS, share=SHARES)
def test_hazard_ratio_agrees_with_a_root_found_in_survival(ratio: float, survival: float, share: float) -> None:
    """Solved by Brent's method for the survival of the low group, straight from the equation."""
    low, high = by_hazard_ratio(ratio, survival, share)
    root = brentq(lambda s: share * s**ratio + (1.0 - share) * s - survival, 0.0, 1.0, xtol=1e-15)
    assert low == pytest.approx(root, abs=1e-12)
    assert high == pytest.approx(low**ratio, rel=1e-12)


@given(ratio=RATIOS, survival=SURVIVALS, share=SHARES)
def test_odds_ratio_agrees_with_a_root_found_in_risk(ratio: float, survival: float, share: float) -> None:
    """Solved by Brent's method for the risk of the low group."""

    def high_risk(risk: float) -> float:
        return ratio * risk / (1.0 - risk + ratio * risk)

    low, high = by_odds_ratio(ratio, survival, share)
    root = brentq(lambda r: share * high_risk(r) + (1.0 - share) * r - (1.0 - survival), 0.0, 1.0, xtol=1e-15)
    assert 1.0 - low == pytest.approx(root, abs=1e-12)
    assert 1.0 - high == pytest.approx(high_risk(root), abs=1e-11)


@pytest.mark.parametrize("formula", FORMULAE)
@given(survival=SURVIVALS, share=SHARES)
def test_ratio_of_one_makes_the_groups_equal(formula: Formula, survival: float, share: float) -> None:
    """Who has no higher hazard, risk or odds has the survival of all."""
    assert formula(1.0, survival, share) == pytest.approx((survival, survival), rel=1e-12)


@pytest.mark.parametrize("formula", FORMULAE)
@given(ratio=st.floats(1.001, 20.0), survival=st.floats(0.05, 0.95), share=st.floats(0.05, 0.95))
def test_larger_ratio_sets_the_groups_further_apart(
    formula: Formula, ratio: float, survival: float, share: float
) -> None:
    """The high group fares worse, and the low group better, the larger the ratio is."""
    low, high = formula([ratio, 1.05 * ratio], survival, share)
    if np.isfinite(low).all():
        assert high[0] < low[0]
        assert high[1] < high[0]
        assert low[1] >= low[0] * (1.0 - 1e-12)  # equal to rounding where the high group is all but dead


@given(ratio=RATIOS, survival=SURVIVALS, share=SHARES)
def test_swapping_the_groups_swaps_the_survivals(ratio: float, survival: float, share: float) -> None:
    """1/HR with the share of the other group is the same population."""
    low, high = by_hazard_ratio(ratio, survival, share)
    assert by_hazard_ratio(1.0 / ratio, survival, 1.0 - share) == pytest.approx((high, low), rel=1e-9, abs=1e-12)


def test_population_of_one_group_has_its_survival() -> None:
    """With nobody in the high group the low group is everybody, and the other way round."""
    assert by_hazard_ratio(2.0, 0.5, 0.0) == pytest.approx((0.5, 0.25))
    assert by_hazard_ratio(2.0, 0.25, 1.0) == pytest.approx((0.5, 0.25))
    assert by_hazard_ratio(2.0, 0.5) == pytest.approx((0.5, 0.25))


def test_extremes_keep_their_digits() -> None:
    """Neither a survival of nearly nobody nor one of nearly everybody loses its digits."""
    assert by_hazard_ratio(2.0, 1e-300, 1.0).low == pytest.approx(1e-150, rel=1e-12)
    low, high = by_hazard_ratio(3.0, 1.0 - 1e-12, 0.5)
    assert 1.0 - low == pytest.approx(0.5e-12, rel=1e-3)
    assert 1.0 - high == pytest.approx(1.5e-12, rel=1e-3)


def test_risk_above_one_is_none() -> None:
    """A relative risk of 3 where the low group has a risk of 0.4 would kill more patients than there are."""
    assert np.isnan(by_risk_ratio(3.0, 0.6)).all()
    assert by_risk_ratio(2.0, 0.6) == pytest.approx((0.6, 0.2))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((0.0, 0.5, 0.4), "ratio"),
        ((2.0, 1.0, 0.4), "survival"),
        ((2.0, 0.5, 1.1), "prevalence"),
        ((np.nan, 0.5), "ratio"),
    ],
)
def test_what_is_no_share_or_ratio_is_refused(arguments: tuple[float, ...], said: str) -> None:
    """A percentage typed as a share gives no number that looks plausible."""
    with pytest.raises(StatisticsError, match=said):
        by_hazard_ratio(*arguments)
