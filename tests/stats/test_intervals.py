"""Profile likelihood, Kenward–Roger, Henmi–Copas and prediction intervals: their definitions, laws and edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from registry.errors import StatisticsError
from registry.stats import Pool, fit
from registry.stats.likelihood import log_likelihood
from registry.stats.model import Mean
from registry.stats.prediction import PI_RULES
from registry.stats.quadratic_form import distribution
from tests.effort import tries
from tests.stats import naive_intervals as naive
from tests.stats.cases import case
from tests.stats.test_likelihood import TWO_MAXIMA, awkward_pools
from tests.stats.test_naive import random_pools

LEVELS = st.floats(50.0, 99.0)
RULES = {"hk": "hk", "hts": "hk", "t": "z", "z": "t", "kr": "kr", "metafor": "hk-plain", "nnf": "z"}


@st.composite
def samples(draw: st.DrawFn, least: int = 3, most: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Draw effects and variances on the scale of hazard ratios."""
    k, seed = draw(st.integers(least, most)), draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    vi = 10.0 ** rng.uniform(-2.5, 0.0, k)
    return rng.normal(0.3, np.sqrt(vi + draw(st.sampled_from([0.0, 0.1, 1.0])))), vi


def pools_of(seed: int, m: int) -> list[tuple[np.ndarray, np.ndarray]]:
    yi, vi, subsets = random_pools(seed, m)
    cuts = subsets.starts[1:-1]
    return list(zip(np.split(yi, cuts), np.split(vi, cuts), strict=True))


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_profile_likelihood_equals_plain_bracketing(method: str) -> None:
    """Both ends are where twice the log likelihood has fallen by the chi² quantile; 0 where it never falls as far."""
    for yi, vi in pools_of(11, 25):
        pool = fit(yi, vi, method=method, tau2_interval="pl", level=90.0)[0]
        low, high = naive.profile_interval(yi, vi, pool.tau2, 90.0, restricted=method == "REML")
        np.testing.assert_allclose([pool.tau2_ci_low, pool.tau2_ci_high], [low, high], rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("k", [2, 3, 6])
def test_profile_likelihood_holds_all_that_is_likely(method: str, k: int) -> None:
    """On awkward sets too, no tau² of a fine grid outside the interval is within it by likelihood."""
    yi, vi, subsets = awkward_pools(12, k, 400)
    pools, restricted = fit(yi, vi, subsets, method=method, tau2_interval="pl"), method == "REML"
    order = np.argsort(vi.reshape(400, k), axis=1)
    model = Mean(*(np.take_along_axis(values.reshape(400, k), order, axis=1).T for values in (yi, vi)))
    floor = log_likelihood(model, pools.tau2, restricted=restricted) - 0.5 * stats.chi2.ppf(0.95, 1)
    assert (pools.tau2_ci_low <= pools.tau2).all()
    assert (pools.tau2 <= pools.tau2_ci_high).all()
    for tau2 in (0.0, *10.0 ** np.arange(-7, 5, 0.1)):
        likely = log_likelihood(model, np.full(400, tau2), restricted=restricted) > floor + 1e-9
        inside = (pools.tau2_ci_low <= tau2) & (tau2 <= pools.tau2_ci_high)
        assert (inside | ~likely).all()


def test_profile_likelihood_spans_two_maxima() -> None:
    """With two maxima that cannot be told apart the interval holds both."""
    pool = fit(*TWO_MAXIMA, tau2_interval="pl")[0]
    assert pool.maxima == 2
    assert pool.tau2_ci_low < 0.0575
    assert pool.tau2_ci_high > 0.668


@given(sample=samples(), level=LEVELS, method=st.sampled_from(["REML", "ML"]))
@settings(max_examples=tries(60), deadline=None)
def test_intervals_of_tau2_grow_with_the_level(
    sample: tuple[np.ndarray, np.ndarray], level: float, method: str
) -> None:
    """A higher level gives a wider interval of either kind; I² and H² are tau²'s, end by end."""
    for kind in ("qp", "pl"):
        narrow, wide = (fit(*sample, method=method, tau2_interval=kind, level=at)[0] for at in (level, level + 0.9))
        if not np.isnan(narrow.tau2_ci_low):
            assert wide.tau2_ci_low <= narrow.tau2_ci_low * (1 + 1e-9)
            assert wide.tau2_ci_high >= narrow.tau2_ci_high * (1 - 1e-9)
        for end in ("low", "high"):
            ratio = getattr(wide, f"h2_ci_{end}")
            assert getattr(wide, f"i2_ci_{end}") == pytest.approx(100.0 * (1.0 - 1.0 / ratio), nan_ok=True, abs=1e-9)


def test_kenward_roger_equals_the_general_formulas() -> None:
    """Standard error and degrees of freedom are those of the paper's matrices, scale factor and all."""
    for yi, vi in pools_of(13, 40):
        pool = fit(yi, vi, test="kr")[0]
        se, df = naive.kenward_roger(vi, pool.tau2)
        np.testing.assert_allclose([pool.se, pool.df], [se, df], rtol=1e-7)
        half = stats.t.ppf(0.975, df) * se
        if half > 1e100:
            assert "degrees of freedom" in pool.reasons["ci_low"]
            continue
        np.testing.assert_allclose([pool.ci_low, pool.ci_high], [pool.mu - half, pool.mu + half], rtol=1e-6)
        np.testing.assert_allclose(pool.p, 2.0 * stats.t.sf(abs(pool.mu) / se, df), rtol=1e-6)


@given(effects=st.lists(st.floats(-3, 3), min_size=2, max_size=9), vi=st.floats(1e-3, 4.0))
@settings(max_examples=tries(50), deadline=None)
def test_kenward_roger_with_equal_variances(effects: list[float], vi: float) -> None:
    """With equal variances nothing is lost by estimating tau²: Wald's standard error with t(k − 1)."""
    ours, t = (fit(effects, [vi] * len(effects), test=test)[0] for test in ("kr", "t"))
    assert ours.df == pytest.approx(t.df)
    assert [ours.se, ours.p, ours.ci_high] == pytest.approx([t.se, t.p, t.ci_high], rel=1e-9, abs=1e-12)


def test_kenward_roger_without_degrees_of_freedom() -> None:
    """Where one study has nearly all the weight the interval has no end, and the reason says so."""
    pool = fit([0.1, 0.2, 0.3], [1e-14, 1.0, 1.0], test="kr")[0]
    assert np.isnan([pool.ci_low, pool.ci_high, pool.pi_low]).all()
    assert "degrees of freedom: one study has nearly all the weight" in pool.reasons["ci_low"]
    assert np.isfinite([pool.se, pool.p, pool.df]).all()


@pytest.mark.parametrize("level", [80.0, 95.0, 99.0])
def test_henmi_copas_equals_matrices_and_quadrature(level: float) -> None:
    """Half width and p are those of conditional moments from matrices, integrated adaptively."""
    for yi, vi in pools_of(14, 6):
        pool = fit(yi, vi, method="DL", test="hc", level=level)[0]
        half, p = naive.henmi_copas(yi, vi, pool.tau2, level)
        np.testing.assert_allclose([pool.ci_high - pool.mu, pool.p], [half, p], rtol=1e-8, atol=1e-12)


@given(sample=samples(least=2), level=LEVELS)
@settings(max_examples=tries(40), deadline=None)
def test_henmi_copas_inverts_its_test(sample: tuple[np.ndarray, np.ndarray], level: float) -> None:
    """The mean is the common effect's, and 0 is outside the interval exactly when p is below 1 − level."""
    pool = fit(*sample, method="DL", test="hc", level=level)[0]
    assert pool.mu == pytest.approx(fit(*sample, method="FE")[0].mu)
    at_p = fit(*sample, method="DL", test="hc", level=min(max(100.0 * (1.0 - pool.p), 1.0), 99.9))[0]
    if 0.001 < pool.p < 0.99:
        assert min(abs(at_p.ci_low), abs(at_p.ci_high)) == pytest.approx(0.0, abs=1e-7)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"test": "kr", "method": "DL"}, "'kr' is made for method='REML', not 'DL'"),
        ({"test": "hc"}, "'hc' is made for method='DL', not 'REML'"),
        ({"test": "kr", "tau2": 0.1}, "it cannot be given"),
        ({"pi_rule": "kr"}, "'kr' goes with test='kr', not 'hk'"),
        ({"tau2_interval": "pl", "method": "DL"}, "goes with REML and ML, not DL"),
        ({"tau2_interval": "bayes"}, "unknown interval of tau² 'bayes': one of qp, pl, none"),
        ({"test": "kr", "method": "FE"}, "has the Wald test only"),
    ],
)
def test_options_that_do_not_go_together(options: dict[str, object], message: str) -> None:
    """A test made for one estimator is refused with another, and so is an interval."""
    with pytest.raises(StatisticsError, match=message):
        fit([0.1, 0.2, 0.4], [0.1, 0.2, 0.1], **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("rule", sorted(PI_RULES))
def test_probability_agrees_with_the_prediction_interval(rule: str) -> None:
    """At the ends of the interval the probability above is what the level leaves; at −∞ and ∞ it is 1 and 0."""
    for yi, vi in pools_of(15, 12):
        pool = fit(yi, vi, test=RULES[rule], pi_rule=rule, level=80.0)[0]
        if np.isnan(pool.pi_low):
            assert pool.reasons["pi_above"] == pool.reasons["pi_low"]
            continue
        at = {
            name: fit(yi, vi, test=RULES[rule], pi_rule=rule, threshold=value, level=80.0)[0].pi_above
            for name, value in (("low", pool.pi_low), ("high", pool.pi_high), ("least", -np.inf), ("most", np.inf))
        }
        assert [at["low"], at["high"]] == pytest.approx([0.9, 0.1], abs=1e-9)
        assert [at["least"], at["most"]] == pytest.approx([1.0, 0.0], abs=1e-9)


def test_probability_can_be_left_out() -> None:
    """Without a threshold there is no probability, because nobody asked."""
    pool = fit([0.1, 0.9, 0.4], [0.1, 0.1, 0.2], threshold=None)[0]
    assert np.isnan(pool.pi_above)
    assert pool.reasons == {"pi_above": "not asked for"}


def plain_interval(pool: Pool, rule: str) -> tuple[float, float]:
    k = pool.k
    df, se = {
        "hk": (k - 2, pool.hk_se),
        "hts": (k - 2, pool.wald_se),
        "t": (k - 1, pool.wald_se),
        "z": (np.inf, pool.wald_se),
        "metafor": (k - 1, pool.hk_se),
        "kr": (pool.df - 1, pool.se),
    }[rule]
    half = stats.t.ppf(0.975, df) * np.sqrt(pool.tau2 + se**2)
    return pool.mu - half, pool.mu + half


@pytest.mark.parametrize("rule", ["hk", "hts", "t", "z", "metafor", "kr"])
def test_prediction_rules_are_what_they_are_called(rule: str) -> None:
    """Each rule has its degrees of freedom and its standard error."""
    test = "kr" if rule == "kr" else "hk-plain"
    for yi, vi in pools_of(16, 20):
        pool = fit(yi, vi, test=test, pi_rule=rule)[0]
        if not np.isnan(pool.pi_low):
            assert (pool.pi_low, pool.pi_high) == pytest.approx(plain_interval(pool, rule), rel=1e-9)


def test_default_rule_goes_with_the_test() -> None:
    """Hartung–Knapp's beside Hartung–Knapp, Kenward–Roger's beside Kenward–Roger, else Higgins'."""
    tests = {"hk": "hk", "hk-plain": "hk", "hk-adhoc": "hk", "t": "hts", "z": "hts", "kr": "kr"}
    assert {test: fit([0.1, 0.4, 0.2], [0.1, 0.1, 0.2], test=test).pi_rule for test in tests} == tests


@pytest.mark.parametrize("k", [2, 3, 5, 20, 200, 2000])
def test_distribution_of_a_quadratic_form_with_equal_weights(k: int) -> None:
    """With equal eigenvalues it is chi², to rounding, far below, around and far above its mean."""
    q = (k - 1) * np.array([0.01, 0.3, 0.9, 0.999, 1.0, 1.001, 1.1, 2.0, 8.0])
    ours = [distribution(np.full((k - 1, 1), 2.5), 2.5 * at)[0] for at in q]
    np.testing.assert_allclose(ours, stats.chi2.cdf(q, k - 1), rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("k", [4, 8, 15])
def test_distribution_of_a_quadratic_form_equals_imhof(k: int) -> None:
    """With eigenvalues over three orders of magnitude it is Imhof's integral."""
    values = 10.0 ** np.random.default_rng(k).uniform(-1.5, 1.5, k)
    for q in values.sum() * np.array([0.1, 0.7, 1.0, 2.0]):
        assert distribution(values[:, None], q)[0] == pytest.approx(naive.imhof(values, q), abs=2e-6)


@pytest.mark.parametrize("name", ["bcg_log_rr", "synthetic_eight_log_hr"])
def test_nagashima_equals_its_bootstrap(name: str) -> None:
    """Integration gives what 400,000 draws give, within four standard errors of theirs."""
    data, draws = case(name), 400_000
    pool = fit(data.yi, data.vi, pi_rule="nnf", threshold=0.2)[0]
    drawn = naive.nagashima(data.yi, data.vi, draws, seed=1)
    for end, share in ((pool.pi_low, 0.025), (pool.pi_high, 0.975)):
        assert (drawn <= end).mean() == pytest.approx(share, abs=4.0 * np.sqrt(share * (1 - share) / draws))
    assert (drawn > 0.2).mean() == pytest.approx(pool.pi_above, abs=4.0 * np.sqrt(0.25 / draws))


def test_nagashima_equals_the_published_example() -> None:
    """R pimeta's example of 10 studies prints −0.877 to 0.225 after 50,000 draws; another seed −0.881 to 0.224."""
    yi = [0.0, 0.1, -0.4, -0.8, -0.63, 0.22, -0.34, -0.51, 0.03, -0.81]
    spread = [0.83, 0.43, 0.05, 0.39, 0.59, 0.59, 0.14, 0.2, 0.24, 0.59]
    vi = (np.array(spread) / stats.norm.ppf(0.975)) ** 2
    pool = fit(yi, vi, method="DL", test="z", pi_rule="nnf")[0]
    assert (pool.pi_low, pool.pi_high) == pytest.approx((-0.879, 0.2246), abs=0.002)


@given(sample=samples(), factor=st.floats(0.1, 10.0), shift=st.floats(-5.0, 5.0))
@settings(max_examples=tries(15), deadline=None)
def test_nagashima_moves_with_the_effects(sample: tuple[np.ndarray, np.ndarray], factor: float, shift: float) -> None:
    """Shift, scale and sign: the interval goes along; the estimator and test beside it do not matter."""
    yi, vi = sample
    plain = fit(yi, vi, method="PM", test="t", pi_rule="nnf", threshold=0.5)[0]
    moved = fit(shift - factor * yi, factor**2 * vi, pi_rule="nnf", threshold=shift - 0.5 * factor)[0]
    expected = [shift - factor * plain.pi_high, shift - factor * plain.pi_low]
    assert [moved.pi_low, moved.pi_high] == pytest.approx(expected, rel=1e-8, abs=1e-8 * factor)
    assert moved.pi_above == pytest.approx(1.0 - plain.pi_above, abs=1e-9)


@pytest.mark.parametrize(
    ("yi", "vi"),
    [
        ([0.1, 0.5, 0.3], [0.04, 0.04, 0.04]),
        ([0.1, 0.5, 0.9, 0.2], [1e-8, 1.0, 1e-4, 1e-2]),
        ([0.1, 40.0, -30.0], [0.01, 0.01, 0.02]),
    ],
)
def test_nagashima_at_the_edges(yi: list[float], vi: list[float]) -> None:
    """Equal variances, variances over eight orders and wild effects all have an interval."""
    pool = fit(yi, vi, pi_rule="nnf", tau2_interval=False)[0]
    assert np.isfinite([pool.pi_low, pool.pi_high]).all()
    assert pool.pi_low <= min(pool.mu, float(np.mean(yi))) + 1e-9
    assert 0.0 <= pool.pi_above <= 1.0


def test_nagashima_of_identical_effects() -> None:
    """Identical effects leave nothing to draw from: undefined, as Hartung–Knapp's standard error is."""
    pool = fit([0.3] * 4, [0.01, 0.02, 0.05, 0.09], pi_rule="nnf")[0]
    assert np.isnan([pool.pi_low, pool.pi_high, pool.pi_above]).all()
    assert "identical effects" in pool.reasons["pi_low"]
