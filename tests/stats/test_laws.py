"""Laws every pool obeys, whatever the numbers."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from registry.stats import Pools, Subsets, by_group, fit, pool_many, weights
from registry.stats.prediction import PI_RULES
from registry.stats.results import ARRAYS
from tests.effort import tries
from tests.stats.cases import METHODS

WAYS = (
    *[(method, test) for method in METHODS[1:] for test in ("hk", "hk-adhoc", "hk-plain", "t", "z")],
    *(("FE", "hk"), ("FE", "z"), ("REML", "kr"), ("DL", "hc")),
)
RULES = tuple(rule for rule in PI_RULES if rule != "kr")
Data = tuple[np.ndarray, np.ndarray]
EFFECTS = st.floats(-3.0, 3.0).map(lambda value: round(value, 3))
VARIANCES = st.floats(1e-3, 4.0).map(lambda value: round(value, 4))
ON_SCALE = ("mu", "ci_low", "ci_high", "wald_ci_low", "hk_ci_high", "pi_low", "pi_high")
WIDTHS = ("se", "wald_se", "hk_se")
SQUARES = ("tau2", "se_tau2", "tau2_ci_low", "tau2_ci_high")
FREE = ("k", "df", "q", "q_p", "i2", "i2_q", "h2", "h2_q", "hk_q", "maxima", "i2_ci_low", "i2_ci_high")


@st.composite
def data(draw: st.DrawFn, least: int = 2, most: int = 9) -> Data:
    """Draw estimates and variances of one pool."""
    k = draw(st.integers(least, most))
    yi = draw(st.lists(EFFECTS, min_size=k, max_size=k))
    return np.array(yi), np.array(draw(st.lists(VARIANCES, min_size=k, max_size=k)))


def same(ours: Pools, other: Pools, names: tuple[str, ...], tolerance: float = 1e-9) -> None:
    for name in names:
        left, right = getattr(ours, name), getattr(other, name)
        np.testing.assert_allclose(left, right, rtol=tolerance, atol=tolerance, err_msg=name)


@pytest.mark.parametrize("method", METHODS)
@given(sample=data(), shift=st.floats(-20.0, 20.0))
@settings(max_examples=tries(40), deadline=None)
def test_shift(method: str, sample: Data, shift: float) -> None:
    """Adding a constant to every effect moves the mean and its intervals by it, and nothing else."""
    yi, vi = sample
    plain, moved = fit(yi, vi, method=method), fit(yi + shift, vi, method=method)
    same(moved, plain, (*WIDTHS, *SQUARES, *FREE), 1e-7)
    for name in ON_SCALE:
        np.testing.assert_allclose(getattr(moved, name), getattr(plain, name) + shift, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("method", METHODS)
@given(sample=data(), factor=st.floats(0.01, 100.0))
@settings(max_examples=tries(40), deadline=None)
def test_scale(method: str, sample: Data, factor: float) -> None:
    """Measuring in other units scales the mean and its errors by the factor, tau² by its square, and Q not at all."""
    yi, vi = sample
    plain, scaled = fit(yi, vi, method=method), fit(factor * yi, factor**2 * vi, method=method)
    same(scaled, plain, (*FREE, "stat", "p"), 1e-8)
    for names, times in (((*ON_SCALE, *WIDTHS), factor), (SQUARES, factor**2)):
        for name in names:
            np.testing.assert_allclose(
                getattr(scaled, name), times * getattr(plain, name), rtol=1e-8, atol=1e-8 * times
            )


@pytest.mark.parametrize("method", METHODS)
@given(sample=data())
@settings(max_examples=tries(40), deadline=None)
def test_sign(method: str, sample: Data) -> None:
    """HR → 1/HR flips the sign of the mean, swaps the ends of its intervals and changes nothing else."""
    yi, vi = sample
    plain, flipped = fit(yi, vi, method=method), fit(-yi, vi, method=method)
    same(flipped, plain, (*WIDTHS, *SQUARES, *FREE, "p"))
    for low, high in (("ci_low", "ci_high"), ("pi_low", "pi_high"), ("mu", "mu"), ("hk_ci_low", "hk_ci_high")):
        np.testing.assert_allclose(getattr(flipped, low), -getattr(plain, high), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
@given(sample=data(), random=st.randoms(use_true_random=False))
@settings(max_examples=tries(40), deadline=None)
def test_row_order(method: str, sample: Data, random: object) -> None:
    """The order of the rows is irrelevant, to the last bit."""
    yi, vi = sample
    order = list(range(len(yi)))
    random.shuffle(order)  # type: ignore[attr-defined]
    plain, shuffled = fit(yi, vi, method=method), fit(yi[order], vi[order], method=method)
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(shuffled, name), getattr(plain, name), err_msg=name)


@given(effects=st.lists(EFFECTS, min_size=2, max_size=9), vi=VARIANCES)
@settings(max_examples=tries(60), deadline=None)
def test_equal_variances(effects: list[float], vi: float) -> None:
    """With all variances equal six are max(0, s² − v); ML and HS have k, PMM the median of chi² for k − 1."""
    k = len(effects)
    s2 = float(np.var(effects, ddof=1))
    tau2 = {name: fit(effects, [vi] * k, method=name)[0].tau2 for name in METHODS}
    expected = dict.fromkeys(("DL", "PM", "REML", "HE", "HSk", "EB"), s2 - vi)
    expected |= dict.fromkeys(("ML", "HS"), s2 * (k - 1) / k - vi)
    expected["PMM"] = s2 * (k - 1) / stats.chi2.median(k - 1) - vi
    for name, value in expected.items():
        assert tau2[name] == pytest.approx(max(0.0, value), rel=1e-10, abs=1e-12)
    crude = s2 * (k - 1) / k
    assert tau2["SJ"] == pytest.approx(s2 * crude / (vi + crude), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("method", ["FE", "DL", "PM"])
@given(sample=data(), stray=EFFECTS)
@settings(max_examples=tries(40), deadline=None)
def test_row_without_information_drops_out_of_the_mean(method: str, sample: Data, stray: float) -> None:
    """As its variance grows a row drops out: at a fixed tau² the mean is the mean without it."""
    yi, vi = sample
    plain = fit(yi, vi, method=method)
    more = fit([*yi, stray], [*vi, 1e18], method=method, tau2=plain.tau2)
    same(more, plain, ("mu", "wald_se"), 1e-7)


@pytest.mark.parametrize("method", ["REML"])
@given(sample=data(), stray=EFFECTS)
@settings(max_examples=tries(40), deadline=None)
def test_row_without_information_drops_out_of_the_likelihood(method: str, sample: Data, stray: float) -> None:
    """As its variance grows a row drops out of REML altogether: tau² is the one without it."""
    yi, vi = sample
    plain, more = fit(yi, vi, method=method), fit([*yi, stray], [*vi, 1e18], method=method)
    if plain.maxima[0] == more.maxima[0] == 1:
        same(more, plain, ("tau2", "mu"), 1e-6)


@pytest.mark.parametrize(
    ("method", "test"), [*((method, test) for method in METHODS for test in ("hk", "z")), ("REML", "kr"), ("DL", "hc")]
)
def test_batch_is_the_loop(method: str, test: str) -> None:
    """A pool in a batch of thousands, of mixed sizes and in any order, is the pool alone, in every field."""
    rng = np.random.default_rng(7)
    sizes = rng.integers(1, 15, 3000)
    vi = 10 ** rng.uniform(-4, 1, sizes.sum())
    yi = rng.normal(0.0, np.sqrt(vi + np.repeat(10 ** rng.uniform(-3, 0.5, len(sizes)), sizes)))
    subsets = Subsets(np.arange(sizes.sum()), np.concatenate([[0], np.cumsum(sizes)]))
    batch = fit(yi, vi, subsets, method=method, test=test)
    for index in range(0, len(sizes), 40):
        rows = slice(subsets.starts[index], subsets.starts[index + 1])
        alone = fit(yi[rows], vi[rows], method=method, test=test)
        for name in ARRAYS:
            ours, theirs = getattr(batch, name)[index], getattr(alone, name)[0]
            if isinstance(theirs, str | np.bool_):
                assert ours == theirs, name
            else:
                rtol = 1e-10 if test == "kr" else 1e-12  # quantiles of t with a twentieth of a degree of freedom
                np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=1e-14, err_msg=name)


def test_pool_many_is_fit_by_group() -> None:
    """`pool_many` is `fit` over the groups in ascending label order, with the labels beside it."""
    yi, vi, groups = [0.1, 0.5, 0.2, 0.9, 0.4], [0.1, 0.2, 0.1, 0.3, 0.2], ["b", "a", "b", "a", "c"]
    labels, pools = pool_many(yi, vi, groups, method="DL", test="z")
    expected = fit(yi, vi, by_group(groups), method="DL", test="z")
    assert labels.tolist() == ["a", "b", "c"]
    for entry in fields(pools):
        np.testing.assert_array_equal(getattr(pools, entry.name), getattr(expected, entry.name))


@given(sample=data(least=1), tau2=st.floats(0.0, 5.0))
@settings(max_examples=tries(40), deadline=None)
def test_weights(sample: Data, tau2: float) -> None:
    """Weights are percent: they add up to 100 and make the mean."""
    yi, vi = sample
    share = weights(vi, tau2)
    assert share.sum() == pytest.approx(100.0)
    assert (share * yi).sum() / 100.0 == pytest.approx(fit(yi, vi, tau2=tau2)[0].mu, abs=1e-12)


@pytest.mark.parametrize("test", ["hk", "hk-adhoc", "hk-plain", "z"])
@given(sample=data(least=3))
@settings(max_examples=tries(40), deadline=None)
def test_prediction_interval_holds_the_confidence_interval(test: str, sample: Data) -> None:
    """A new study's effect is less certain than the mean: the default prediction interval is never the narrower."""
    pool = fit(*sample, test=test)[0]
    if np.isnan(pool.pi_low):
        assert test == "hk-plain"
        assert "identical" in pool.reasons["pi_low"]
    else:
        assert pool.pi_low <= pool.ci_low
        assert pool.pi_high >= pool.ci_high


@given(sample=data(least=1), ways=st.sampled_from(WAYS), rule=st.sampled_from(RULES), level=st.floats(50.0, 99.99))
@settings(max_examples=tries(300), deadline=None)
def test_every_undefined_number_has_a_reason(sample: Data, ways: tuple[str, str], rule: str, level: float) -> None:
    """A pool's nan fields are exactly the fields it gives reasons for, by every estimator, test and rule."""
    method, test = ways
    pool = fit(*sample, method=method, test=test, pi_rule="kr" if test == "kr" else rule, level=level)[0]
    undefined = {name for name in ARRAYS if isinstance(value := getattr(pool, name), float) and np.isnan(value)}
    assert set(pool.reasons) == undefined
    assert all(pool.reasons.values())


@pytest.mark.parametrize(("method", "test"), [("REML", "kr"), ("DL", "hc")])
@given(sample=data(), factor=st.floats(0.1, 10.0), shift=st.floats(-5.0, 5.0))
@settings(max_examples=tries(30), deadline=None)
def test_tests_of_their_own_move_with_the_effects(
    method: str, test: str, sample: Data, factor: float, shift: float
) -> None:
    """Kenward–Roger and Henmi–Copas too: shift, scale and sign of the effects are those of the interval."""
    yi, vi = sample
    plain = fit(yi, vi, method=method, test=test)
    moved = fit(shift - factor * yi, factor**2 * vi, method=method, test=test)
    same(moved, plain, ("df", "q_p", "i2"), 1e-7)
    for ours, theirs in (("ci_low", "ci_high"), ("ci_high", "ci_low"), ("mu", "mu"), ("pi_low", "pi_high")):
        expected = shift - factor * getattr(plain, theirs)
        np.testing.assert_allclose(getattr(moved, ours), expected, rtol=1e-6, atol=1e-6 * factor)


@given(sample=data(least=2), level=st.floats(50.0, 99.9))
@settings(max_examples=tries(100), deadline=None)
def test_default_interval_is_the_wider(sample: Data, level: float) -> None:
    """The default interval is Wald's or Hartung–Knapp's, whichever is wider, and says which."""
    pool = fit(*sample, level=level)[0]
    wald, hk = pool.wald_ci_high - pool.wald_ci_low, pool.hk_ci_high - pool.hk_ci_low
    expected = "hk" if hk >= wald * (1 + 1e-12) else "wald"
    if np.isnan(hk) or abs(hk - wald) > 1e-9 * wald:
        assert pool.ci_basis == expected
    assert pool.ci_high - pool.ci_low == pytest.approx(np.nanmax([wald, hk]))
