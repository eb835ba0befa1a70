"""Reported numbers to effects on the log scale."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from registry.stats import from_ci, from_log, from_p, inverted

RATIO = st.floats(0.05, 20.0)


def test_interval_gives_log_ratio_and_variance() -> None:
    """HR 2.00 (1.00–4.00) at 95 % is ln 2 with standard error ln 4 / (2 · 1.959964)."""
    yi, vi = from_ci(2.0, 1.0, 4.0)
    assert (yi, math.sqrt(vi)) == (math.log(2.0), pytest.approx(math.log(4.0) / (2 * 1.959963984540054), rel=1e-15))


@pytest.mark.parametrize(
    ("level", "z"), [(90.0, 1.6448536269514722), (99.0, 2.5758293035489004), (97.5, 2.241402727604947)]
)
def test_interval_uses_its_own_level(level: float, z: float) -> None:
    """The quantile is that of the stated level, never 1.96 for all."""
    assert math.sqrt(from_ci(2.0, 1.0, 4.0, level)[1]) == pytest.approx(math.log(4.0) / (2 * z), rel=1e-14)


@given(yi=st.floats(-3.0, 3.0), se=st.floats(0.01, 2.0), level=st.floats(50.0, 99.99))
def test_interval_of_an_effect_gives_the_effect_back(yi: float, se: float, level: float) -> None:
    """An effect printed as ratio and interval, unrounded, comes back."""
    reach = float(ndtri(0.5 + level / 200)) * se
    back = from_ci(math.exp(yi), math.exp(yi - reach), math.exp(yi + reach), level)
    assert back == (pytest.approx(yi, abs=1e-12), pytest.approx(se * se, rel=1e-9))


@given(yi=st.floats(0.1, 3.0), se=st.floats(0.05, 0.14), sign=st.sampled_from([-1.0, 1.0]))
def test_p_value_of_an_effect_gives_the_effect_back(yi: float, se: float, sign: float) -> None:
    """A two-sided Wald p-value of an effect gives its variance back, whatever the direction."""
    scaled = yi * se
    p = math.erfc(yi / se / math.sqrt(2)) if yi / se < 30 else 0.0
    if 0.0 < p <= 0.5:
        assert from_p(math.exp(sign * yi), p) == (pytest.approx(sign * yi), pytest.approx(se * se, rel=1e-6))
    assert from_p(math.exp(sign * scaled), 0.3173105078629141)[1] == pytest.approx(scaled**2, rel=1e-9)


@pytest.mark.parametrize(("est", "p"), [(1.0, 0.03), (1.5, 0.0), (1.5, 1.0), (0.0, 0.1), (-1.0, 0.1)])
def test_p_value_that_says_nothing_is_undefined(est: float, p: float) -> None:
    """A ratio of 1, a p outside (0, 1) and a ratio that is none give nan."""
    assert np.isnan(from_p(est, p)).all()


#: Ratio and p above 0.5, half a unit of the last digit of each, and whether they settle √vi to 20 %.
MOVED = [
    (1.5, 0.51, 0.05, 0.005, True),
    (1.5, 0.60, 0.05, 0.005, True),
    (1.50, 0.70, 0.005, 0.005, True),
    (1.5, 0.7, 0.05, 0.05, False),
    (1.02, 0.90, 0.005, 0.005, False),
    (1.02, 0.90, 0.0005, 0.0005, True),
    (1.2, 0.6, 0.05, 0.05, False),
    (0.8, 0.8, 0.0, 0.05, False),
]


@pytest.mark.parametrize(("est", "p", "est_half", "p_half", "settled"), MOVED)
def test_p_above_half_counts_where_its_digits_settle_the_standard_error(
    est: float, p: float, est_half: float, p_half: float, settled: bool
) -> None:
    """Above 0.5 a p-value is used where no ratio and p that print the same move √vi by more than 20 %."""
    z = [-float(ndtri(each / 2.0)) for each in (p - p_half, p, p + p_half)]
    logs = [abs(math.log(each)) for each in (est - est_half, est, est + est_half)]
    se = logs[1] / z[1]
    reached = [log / each / se for log in logs for each in z]
    assert (max(max(reached) - 1.0, 1.0 - min(reached)) <= 0.2) is settled
    yi, vi = from_p(est, p, est_half, p_half)
    if settled:
        assert (yi, math.sqrt(vi)) == (math.log(est), pytest.approx(se, rel=1e-9))
    else:
        assert math.isnan(yi)
        assert math.isnan(vi)


def test_digits_of_a_number_without_its_text_are_the_fewest_that_give_it() -> None:
    """1.5 is known to a half of a tenth, 1.52 to a half of a hundredth; 1.50 is only known by its text."""
    for est, p, est_half, p_half in ((1.5, 0.51, 0.05, 0.005), (1.52, 0.7, 0.005, 0.05), (2.0, 0.6, 0.5, 0.05)):
        assert str(from_p(est, p)) == str(from_p(est, p, est_half, p_half))
    assert np.isnan(from_p(1.5, 0.7)).all()
    assert not np.isnan(from_p(1.5, 0.7, 0.005, 0.005)).any()


def test_p_values_of_arrays_and_of_floats_give_the_same_bits() -> None:
    """Below 0.5 and above, used and unused: an array gives what its floats give one by one."""
    columns = [np.array(column) for column in zip(*(each[:4] for each in MOVED), strict=True)]
    for taken in (columns, columns[:2]):
        made = np.array(from_p(*taken))
        one_by_one = np.array([from_p(*row) for row in zip(*(each.tolist() for each in taken), strict=True)]).T
        assert made.tobytes() == one_by_one.tobytes()


@pytest.mark.parametrize(
    "numbers",
    [
        (0.0, 0.5, 2.0, 95.0),
        (1.0, 0.0, 2.0, 95.0),
        (1.0, -0.5, 2.0, 95.0),
        (1.0, 2.0, 0.5, 95.0),
        (1.0, 1.0, 1.0, 95.0),
        (1.0, 0.5, 2.0, 100.0),
        (1.0, 0.5, 2.0, 0.0),
        (float("nan"), 0.5, 2.0, 95.0),
        (1.0, 0.5, float("inf"), 95.0),
    ],
)
def test_interval_that_is_none_is_undefined(numbers: tuple[float, float, float, float]) -> None:
    """Reversed, empty, non-positive or infinite intervals and impossible levels give nan."""
    assert np.isnan(from_ci(*numbers)).all()


def test_log_ratio_is_taken_as_it_is() -> None:
    """A reported log ratio is the effect; its standard error squared is the variance; without one there is none."""
    assert from_log(-0.3, 0.5) == (-0.3, 0.25)
    assert np.isnan([*from_log(-0.3, 0.0), *from_log(float("inf"), 0.5), *from_log(0.1, float("nan"))]).all()


@given(est=RATIO, spread=st.floats(1.01, 5.0))
def test_inverted_is_the_effect_of_the_inverse(est: float, spread: float) -> None:
    """Turning the contrast round is the same as taking 1/HR and the swapped inverse bounds."""
    turned = inverted(*from_ci(est, est / spread, est * spread))
    assert turned == pytest.approx(from_ci(1 / est, 1 / (est * spread), spread / est), rel=1e-9, abs=1e-12)


@given(st.lists(st.tuples(RATIO, st.floats(1.01, 5.0), st.sampled_from([90.0, 95.0, 99.0])), min_size=1, max_size=5))
def test_arrays_are_the_loop(rows: list[tuple[float, float, float]]) -> None:
    """Arrays give the same bits as one call per row, with a level per row or one for all."""
    est, spread, level = (np.array(column) for column in zip(*rows, strict=True))
    yi, vi = from_ci(est, est / spread, est * spread, level)
    single = [
        from_ci(float(e), float(e / s), float(e * s), float(c)) for e, s, c in zip(est, spread, level, strict=True)
    ]
    assert list(zip(yi.tolist(), vi.tolist(), strict=True)) == single
    assert from_ci(est, est / spread, est * spread)[1].shape == est.shape
    np.testing.assert_array_equal(from_p(est, np.full(len(est), 0.04))[0], [from_p(e, 0.04)[0] for e in est.tolist()])
    assert inverted(yi, vi)[0].tolist() == (-yi).tolist()


def test_numpy_numbers_and_integers_are_numbers() -> None:
    """A number may be a Python integer or a numpy scalar."""
    assert from_ci(2, 1, 4, 95) == from_ci(np.float64(2.0), np.float64(1.0), np.float64(4.0), 95.0)
