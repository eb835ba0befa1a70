"""Small-study tests and trim and fill: laws, plain second implementations, edges."""

import math
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from registry.errors import StatisticsError
from registry.stats import fit
from registry.stats.fail_safe import fail_safe_n
from registry.stats.rank_test import begg
from registry.stats.small_study import debray, egger, pet_peese
from registry.stats.trim_fill import trim_fill
from tests.effort import tries

EFFECT, SE = st.floats(-2.0, 2.0).map(lambda y: round(y, 3)), st.floats(0.05, 1.0).map(lambda s: round(s, 3))


@st.composite
def studies(draw: st.DrawFn, least: int = 4, most: int = 15) -> tuple[np.ndarray, np.ndarray]:
    """Effects and variances of a few studies with different standard errors and no exact line."""
    k = draw(st.integers(least, most))
    sei = np.array(draw(st.lists(SE, min_size=k, max_size=k, unique=True)))
    yi = np.array(draw(st.lists(EFFECT, min_size=k, max_size=k, unique=True)))
    residual = yi - np.polyval(np.polyfit(sei, yi, 1), sei)
    if np.abs(residual).max() < 1e-3:
        yi[0] += 0.5
    return yi, sei**2


@given(studies(), st.sampled_from(["lm", "rma"]), st.floats(-3.0, 3.0))
@settings(max_examples=tries(40), deadline=None)
def test_egger_shifts_and_mirrors(data: tuple[np.ndarray, np.ndarray], model: str, shift: float) -> None:
    """A shift of all effects moves the limit alone; a change of sign changes the signs of slope, test and limit."""
    yi, vi = data
    one, moved, mirrored = (egger(y, vi, model=model, method="DL") for y in (yi, yi + shift, -yi))
    assert moved.stat == pytest.approx(one.stat, rel=1e-6, abs=1e-9)
    assert moved.limit == pytest.approx(one.limit + shift, abs=1e-7)
    assert (mirrored.slope, mirrored.limit) == (pytest.approx(-one.slope), pytest.approx(-one.limit))
    assert mirrored.p == pytest.approx(one.p)


@given(studies(), st.randoms(use_true_random=False))
@settings(max_examples=tries(30), deadline=None)
def test_row_order_does_not_matter(data: tuple[np.ndarray, np.ndarray], random: object) -> None:
    """Every test and trim and fill give the same for the rows in any order."""
    yi, vi = data
    order = np.arange(len(yi))
    random.shuffle(order)  # type: ignore[attr-defined]
    for run in (egger, begg, lambda y, v: trim_fill(y, v, method="DL").pool):
        one, other = run(yi, vi), run(yi[order], vi[order])
        assert other.p == pytest.approx(one.p, rel=1e-9, abs=1e-12)


@given(studies())
@settings(max_examples=tries(30), deadline=None)
def test_egger_equals_least_squares_by_hand(data: tuple[np.ndarray, np.ndarray]) -> None:
    """The classic test is least squares of yi/sei on 1/sei, whose intercept is the slope on sei."""
    yi, vi = data
    x = np.column_stack([1.0 / np.sqrt(vi), np.ones(len(yi))])
    y = yi / np.sqrt(vi)
    b, rss = np.linalg.lstsq(x, y, rcond=None)[:2]
    se = np.sqrt(rss[0] / (len(yi) - 2) * np.linalg.inv(x.T @ x)[1, 1])
    ours = egger(yi, vi)
    assert (ours.slope, ours.slope_se) == (pytest.approx(b[1], rel=1e-6), pytest.approx(se, rel=1e-6))
    assert ours.p == pytest.approx(2 * stats.t.sf(abs(b[1] / se), len(yi) - 2), rel=1e-5)


@given(studies(3, 6))
@settings(max_examples=tries(25), deadline=None)
def test_rank_test_counts_permutations(data: tuple[np.ndarray, np.ndarray]) -> None:
    """The exact p is the share of all orders at least as extreme, twice the smaller tail."""
    ours = begg(*data)
    k = len(data[0])
    counts = np.array(
        [sum(order[i] < order[j] for i in range(k) for j in range(i + 1, k)) for order in permutations(range(k))]
    )
    concordant = (ours.tau + 1.0) * k * (k - 1) / 4.0
    tails = (counts <= concordant + 0.5).mean(), (counts >= concordant - 0.5).mean()
    assert ours.exact
    assert ours.p == pytest.approx(min(1.0, 2.0 * min(tails)))


def test_rank_test_without_order_is_undefined() -> None:
    """Identical effects or variances have no order: nan, and which of both is said."""
    assert begg([0.2, 0.4, 0.9], [0.04] * 3).reasons["tau"].startswith("identical variances")
    identical = begg([0.5] * 4, [0.01, 0.02, 0.03, 0.05])
    assert math.isnan(identical.p)
    assert identical.reasons["p"].startswith("identical effects")


def test_rank_test_of_many_studies_is_normal() -> None:
    """Beyond 400 studies p is the normal one, close to what the exact one would be."""
    rng = np.random.default_rng(2)
    vi = rng.uniform(0.01, 0.2, 401)
    yi = rng.normal(0.3, np.sqrt(vi)) + vi
    many, fewer = begg(yi, vi), begg(yi[:-1], vi[:-1])
    assert (many.exact, fewer.exact) == (False, True)
    assert fewer.p == pytest.approx(
        stats.kendalltau(_standardised(yi[:-1], vi[:-1]), vi[:-1], method="asymptotic")[1], abs=1e-3
    )


def _standardised(yi: np.ndarray, vi: np.ndarray) -> np.ndarray:
    w = 1.0 / vi
    return (yi - np.average(yi, weights=w)) / np.sqrt(vi - 1.0 / w.sum())


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("run", [egger, begg, pet_peese, trim_fill])
def test_one_or_two_studies_are_refused(run: object, k: int) -> None:
    """Fewer than three estimates have no line, no order and no funnel."""
    with pytest.raises(StatisticsError, match=f"needs at least 3 estimates: got {k}"):
        run([0.1, 0.2][:k], [0.1, 0.2][:k])  # type: ignore[operator]


def test_few_studies_are_remarked_on() -> None:
    """Below ten studies every test says so; from ten on none does."""
    yi, vi = np.linspace(0.0, 0.8, 10) ** 2, np.linspace(0.01, 0.2, 10)
    events = np.arange(10, 20)
    for run in (egger, begg, pet_peese, trim_fill, lambda y, v: debray(y, v, events=events[: len(y)])):
        assert run(yi, vi).notes == ()
        assert run(yi[:9], vi[:9]).notes[-1].startswith("k = 9: below 10 studies")


def test_variances_over_eight_orders_of_magnitude_keep_their_digits() -> None:
    """The slope equals that of the normal equations in exact fractions."""
    yi, sei = [0.1, 0.3, 5.0, -4.0, 0.7], [1e-4, 2e-4, 1.0, 0.9, 0.03]
    y, x = [Fraction(value) for value in yi], [Fraction(value) for value in sei]
    w = [1 / value**2 for value in x]
    s0, s1, s2 = (sum(wi * xi**power for wi, xi in zip(w, x, strict=True)) for power in range(3))
    t0, t1 = (sum(wi * yi * xi**power for wi, xi, yi in zip(w, x, y, strict=True)) for power in range(2))
    ours = egger(yi, np.array(sei) ** 2)
    assert ours.slope == pytest.approx(float((s0 * t1 - s1 * t0) / (s0 * s2 - s1**2)), rel=1e-9)
    assert ours.limit == pytest.approx(float((s2 * t0 - s1 * t1) / (s0 * s2 - s1**2)), rel=1e-9)


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"model": "glm"}, "unknown model 'glm'"),
        ({"predictor": "n"}, "unknown predictor 'n'"),
        ({"predictor": "ninv"}, "needs the sample sizes"),
        ({"predictor": "ninv", "ni": [10, 20]}, "one number per estimate"),
        ({"predictor": "ninv", "ni": [10, 0, 20]}, "row 1 is 0.0"),
        ({"model": "rma", "method": "XX"}, "unknown method 'XX'"),
    ],
)
def test_egger_names_what_it_does_not_take(options: dict[str, object], fault: str) -> None:
    """An unknown option or an unusable predictor is named."""
    with pytest.raises(StatisticsError, match=fault):
        egger([0.1, 0.2, 0.4], [0.1, 0.2, 0.3], **options)


def test_debray_tests_use_events_and_no_others() -> None:
    """Without events in one group 0.5 is added to both, and said; without any event there is no hazard ratio."""
    yi, vi = [0.1, 0.5, 0.2, 0.9], [0.1, 0.2, 0.15, 0.4]
    ours = debray(yi, vi, events_per_group=([20, 10, 14, 0], [25, 9, 17, 6]))
    assert ours.notes[0] == "0.5 events added to both groups of 1 studies without events in one"
    assert (ours.test, ours.df, ours.alpha) == ("D-FAV", 2.0, 0.10)
    same = debray(yi, vi, events_per_group=([20, 10, 14, 0.5], [25, 9, 17, 6.5]))
    assert ours.p == pytest.approx(same.p)
    with pytest.raises(StatisticsError, match=r"events: row 3 is 0\.0"):
        debray(yi, vi, events=[45, 19, 31, 0])
    with pytest.raises(StatisticsError, match=r"both groups together: row 3 is 0\.0"):
        debray(yi, vi, events_per_group=([20, 10, 14, 0], [25, 9, 17, 0]))
    with pytest.raises(StatisticsError, match="holds a negative number"):
        debray(yi, vi, events_per_group=([20, 10, 14, -1], [25, 9, 17, 6]))
    with pytest.raises(StatisticsError, match="either events"):
        debray(yi, vi)


def test_pet_peese_switches_when_an_effect_is_seen() -> None:
    """A limit of PET that differs from 0 hands over to PEESE; else PET stands."""
    sei = np.linspace(0.05, 0.4, 12)
    wave = 0.02 * np.sin(np.arange(12) * 2.0)
    effect, none = pet_peese(0.5 + sei + wave, sei**2), pet_peese(sei + wave - wave.mean(), sei**2)
    assert (effect.chosen, effect.mu) == ("PEESE", effect.peese.limit)
    assert (none.chosen, none.mu) == ("PET", none.pet.limit)


def test_pet_peese_of_identical_effects_has_no_interval() -> None:
    """Effects on a line exactly leave nothing to estimate a standard error with: nan, with the reason."""
    ours = pet_peese([0.4] * 4, [0.01, 0.02, 0.03, 0.05])
    assert ours.mu == pytest.approx(0.4)
    assert math.isnan(ours.se)
    assert "on a line exactly" in ours.reasons["ci_low"]


def test_fail_safe_number_for_an_unreachable_target_is_undefined() -> None:
    """No number of null results brings a mean to 0; below the bar 0 of them are needed; other rules are refused."""
    never = fail_safe_n([0.4, 0.6], [0.1, 0.1], rule="orwin", target=0.0)
    assert math.isnan(never.n)
    assert never.reasons["n"].startswith("no number")
    assert fail_safe_n([0.01, -0.01, 0.02], [0.1] * 3).n == 0.0
    assert fail_safe_n([-0.4, -0.6], [0.1, 0.1], rule="orwin", target=0.1).target == -0.1
    with pytest.raises(StatisticsError, match="unknown rule 'x'"):
        fail_safe_n([0.4], [0.1], rule="x")


def plain_trim_fill(yi: list[float], vi: list[float], estimator: str) -> tuple[int, float]:
    """Duval & Tweedie for studies missing on the left, common effect, in loops."""
    rows = sorted(zip(yi, vi, strict=True))
    k, k0, before = len(rows), 0, -1
    while k0 != before:
        before = k0
        kept = rows[: k - k0]
        centre = sum(y / v for y, v in kept) / sum(1 / v for _, v in kept)
        ranked = sorted(rows, key=lambda row: abs(row[0] - centre))
        if estimator == "L0":
            t = sum(rank for rank, (y, _) in enumerate(ranked, 1) if y > centre)
            k0 = max(0, round((4 * t - k * (k + 1)) / (2 * k - 1)))
        else:
            k0 = max(0, k - max(rank for rank, (y, _) in enumerate(ranked, 1) if y < centre) - 1)
    filled = rows + [(2 * centre - y, v) for y, v in rows[k - k0 :]]
    return k0, sum(y / v for y, v in filled) / sum(1 / v for _, v in filled)


@given(studies(), st.sampled_from(["L0", "R0"]))
@settings(max_examples=tries(60), deadline=None)
def test_trim_and_fill_equals_loops(data: tuple[np.ndarray, np.ndarray], estimator: str) -> None:
    """A plain second implementation fills in as many studies and pools to the same mean."""
    yi, vi = data
    ours = trim_fill(yi, vi, estimator=estimator, method="FE", side="left")
    k0, mu = plain_trim_fill(yi.tolist(), vi.tolist(), estimator)
    assert (ours.k0, ours.pool.mu) == (k0, pytest.approx(mu, abs=1e-9))


@given(studies(), st.sampled_from(["L0", "R0"]))
@settings(max_examples=tries(30), deadline=None)
def test_trim_and_fill_mirrors(data: tuple[np.ndarray, np.ndarray], estimator: str) -> None:
    """With all signs changed the same studies are missing on the other side."""
    yi, vi = data
    one = trim_fill(yi, vi, estimator=estimator, method="DL")
    other = trim_fill(-yi, vi, estimator=estimator, method="DL", side="left" if one.side == "right" else "right")
    assert (other.k0, other.pool.mu) == (one.k0, pytest.approx(-one.pool.mu, abs=1e-12))


def test_symmetric_funnel_needs_no_filling() -> None:
    """Studies mirrored about a centre have no missing ones, and the pool stays what it was."""
    yi, vi = np.array([0.0, 0.1, 0.4, 0.5, 0.9, 1.0]), np.array([0.2, 0.05, 0.01, 0.011, 0.051, 0.21])
    ours = trim_fill(yi, vi)
    assert ours.k0 == 0
    assert ours.pool == fit(yi, vi)[0]


@pytest.mark.parametrize(
    ("options", "fault"), [({"estimator": "Q0"}, "unknown estimator 'Q0'"), ({"side": "up"}, "unknown side 'up'")]
)
def test_trim_and_fill_names_what_it_does_not_take(options: dict[str, str], fault: str) -> None:
    """Unknown estimators and sides are named."""
    with pytest.raises(StatisticsError, match=fault):
        trim_fill([0.1, 0.2, 0.4], [0.1, 0.2, 0.3], **options)  # type: ignore[arg-type]


def test_trim_and_fill_of_equal_standard_errors_needs_a_side() -> None:
    """Equal standard errors do not show the side; told it, trim and fill goes on."""
    yi = [0.0, 0.1, 0.15, 0.2, 1.4, 1.6, 1.9]
    with pytest.raises(StatisticsError, match="give side='left'"):
        trim_fill(yi, [0.04] * 7)
    assert trim_fill(yi, [0.04] * 7, side="left").k0 > 0
