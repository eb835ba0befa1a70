"""What printed digits can stand for, and how far they can move a pool."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from registry.errors import StatisticsError
from registry.stats import fit, from_ci
from registry.stats.rounding import PrintedSet, printed_log, printed_ratio, rounding_bounds

Z = 1.959963984540054


def prints(yi: float, sei: float, texts: tuple[str, str, str]) -> bool:
    """Whether an estimate prints as these texts, all with two digits."""
    numbers = (math.exp(yi), math.exp(yi - Z * sei), math.exp(yi + Z * sei))
    return tuple(f"{number:.2f}" for number in numbers) == texts


def texts_of(yi: float, sei: float) -> tuple[str, str, str]:
    return f"{math.exp(yi):.2f}", f"{math.exp(yi - Z * sei):.2f}", f"{math.exp(yi + Z * sei):.2f}"


@given(st.floats(-1.0, 1.5), st.floats(0.05, 0.6), st.lists(st.floats(0.0, 1.0), min_size=12, max_size=12))
@settings(max_examples=80)
def test_printed_set_is_what_prints_so(yi: float, sei: float, shares: list[float]) -> None:
    """The estimate is in the set of its own print, inner points print the same, points just outside do not."""
    texts = texts_of(yi, sei)
    assume(texts[1] != "0.00")
    ours = printed_ratio(*texts)
    weights = np.array(shares[: len(ours.yi)]) + 0.05
    weights /= weights.sum()
    assert prints(float(weights @ ours.yi), float(weights @ ours.sei), texts)
    centre = ours.yi.mean(), ours.sei.mean()
    for corner in zip(ours.yi, ours.sei, strict=True):
        outside = [c + 1.001 * (p - c) for c, p in zip(centre, corner, strict=True)]
        inside = [c + 0.999 * (p - c) for c, p in zip(centre, corner, strict=True)]
        assert prints(*inside, texts)
        assert not prints(*outside, texts) or np.ptp(ours.yi) < 1e-9


def test_asymmetric_interval_prints_from_no_estimate() -> None:
    """An interval that no estimate's would round to, and a ratio printed as 0, are refused by name."""
    with pytest.raises(StatisticsError, match=r"prints as 1\.50 \(1\.00 to 1\.60\) at 95 %"):
        printed_ratio("1.50", "1.00", "1.60")
    with pytest.raises(StatisticsError, match="printed as 0, a ratio has no logarithm"):
        printed_ratio("0.0", "0.0", "0.1")
    with pytest.raises(StatisticsError, match="is not one number"):
        printed_ratio("1.5", "1.2-1.6", "1.9")
    with pytest.raises(StatisticsError, match="a standard error of -1 is none"):
        printed_log("0.3", "-1")


def test_lower_bound_printed_as_zero_leaves_the_set_bounded() -> None:
    """A bound of 0.0 stands for anything below 0.05: the other two numbers close the set."""
    ours = printed_ratio("0.4", "0.0", "5.2")
    assert np.isfinite(ours.yi).all()
    assert np.exp(ours.yi - Z * ours.sei).max() <= 0.05 + 1e-12


def test_log_ratio_with_its_standard_error_is_a_rectangle() -> None:
    """Two decimals of log ratio and standard error stand for half a unit around each."""
    ours = printed_log("-0.14", "0.81")
    assert (ours.yi.min(), ours.yi.max()) == pytest.approx((-0.145, -0.135))
    assert (ours.sei.min(), ours.sei.max()) == pytest.approx((0.805, 0.815))


PRINTED = [("1.56", "1.08", "2.27"), ("2.12", "1.44", "3.11"), ("0.89", "0.20", "4.06")]


def printed_data() -> tuple[np.ndarray, np.ndarray, list[PrintedSet | None]]:
    effects = [from_ci(*(float(text) for text in texts)) for texts in PRINTED]
    yi, vi = (np.array(column) for column in zip(*effects, strict=True))
    return yi, vi, [printed_ratio(*texts) for texts in PRINTED]


@pytest.mark.parametrize("method", ["FE", "DL", "REML"])
def test_no_choice_at_random_goes_beyond_the_bounds(method: str) -> None:
    """Thousands of random estimates that print the same pool to means within the bounds, which some come close to."""
    yi, vi, sets = printed_data()
    ours = rounding_bounds(yi, vi, sets, method=method)
    rng = np.random.default_rng(1)
    m, rows, columns = 4000, [], []
    for one in sets:
        assert one is not None
        weights = rng.dirichlet(np.full(len(one.yi), 0.3), m)
        rows.append(weights @ one.yi)
        columns.append(weights @ one.sei)
    drawn_y, drawn_v = np.stack(rows, axis=1), np.stack(columns, axis=1) ** 2
    groups = np.repeat(np.arange(m), len(sets))
    from registry.stats import by_group

    means = fit(drawn_y.ravel(), drawn_v.ravel(), by_group(groups), method=method, test="z", tau2_interval=False).mu
    width = ours.mu_high - ours.mu_low
    assert ours.mu_low - 1e-9 <= means.min() < ours.mu_low + 0.25 * width
    assert ours.mu_high - 0.25 * width < means.max() <= ours.mu_high + 1e-9
    assert ours.mu_low <= ours.mu <= ours.mu_high


def test_bounds_are_labelled_and_reproducible() -> None:
    """The same seed gives the same bounds, which say that a search found them and what they mean for the ratio."""
    yi, vi, sets = printed_data()
    one, again = (rounding_bounds(yi, vi, sets, seed=3) for _ in range(2))
    assert one == again
    assert one.label.startswith("found by a seeded search")
    change = max(math.exp(one.mu_high) - math.exp(one.mu), math.exp(one.mu) - math.exp(one.mu_low))
    assert one.largest_change == pytest.approx(change)


def test_numbers_that_were_not_rounded_leave_the_pool_where_it_is() -> None:
    """Without printed sets there is nothing to vary; with one, only that row moves the pool."""
    yi, vi, sets = printed_data()
    still = rounding_bounds(yi, vi, [None] * 3, method="FE")
    assert (still.mu_low, still.mu_high) == (pytest.approx(still.mu), pytest.approx(still.mu))
    one = rounding_bounds(yi, vi, [sets[0], None, None], method="FE")
    every = rounding_bounds(yi, vi, sets, method="FE")
    assert every.mu_low < one.mu_low < one.mu_high < every.mu_high
    with pytest.raises(StatisticsError, match="one set per estimate is needed"):
        rounding_bounds(yi, vi, sets[:2])
