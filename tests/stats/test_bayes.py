"""Bayesian pooling: equal to bayesmeta, equal to integrals by hand, and what is undefined named."""

import math
from collections.abc import Callable
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from registry.errors import StatisticsError
from registry.stats.bayes import Bayes, bayes
from registry.stats.marginal import Marginal, Normals, shortest
from tests.effort import tries
from tests.stats.cases import case

THEIRS = case("more/bayesmeta").values
OPTIONS: dict[str, dict[str, object]] = {
    "crins": {"mu_prior": (0.0, 4.0)},
    "schools": {"tau_prior": "half-cauchy", "tau_scale": 25.0, "mu_prior": (0.0, 50.0)},
    "schools_uniform": {"tau_prior": "uniform"},
    "bcg_half_normal": {},
    "eight_half_cauchy": {"tau_prior": "half-cauchy"},
    "egger_half_normal": {"mu_prior": (0.0, 2.0)},
}
# bayesmeta's `optimize` stops within 1.2e-4 of the least width; what depends on tau alone has integrate's 1e-8.
SHORTEST = 2e-4
CLOSED = 1e-8


@cache
def ours(name: str, grid: str = "direct") -> Bayes:
    data = THEIRS[name]
    return bayes(data["yi"], np.array(data["sei"]) ** 2, grid=grid, **OPTIONS[name])  # type: ignore[arg-type]


def check(mine: Marginal, theirs: list[float], scale: float) -> None:
    _, median, mean, sd, low, high = theirs
    assert mine.median == pytest.approx(median, rel=CLOSED, abs=CLOSED)
    assert mine.mean == pytest.approx(mean, rel=CLOSED, abs=CLOSED)
    assert mine.sd == pytest.approx(sd, rel=CLOSED)
    assert (mine.shortest_low, mine.shortest_high) == (
        pytest.approx(low, abs=SHORTEST * scale),
        pytest.approx(high, abs=SHORTEST * scale),
    )
    assert mine.shortest_high - mine.shortest_low <= (high - low) * (1.0 + 1e-9)


@pytest.mark.parametrize("name", OPTIONS)
def test_every_posterior_equals_bayesmeta(name: str) -> None:
    """Mean, tau, new effect and each study's effect: median, mean, sd equal, the shortest interval as R's optimiser."""
    fit, theirs = ours(name), THEIRS[name]
    scale = max(1.0, theirs["mu"][3])
    for mine, key in ((fit.mu, "mu"), (fit.tau, "tau"), (fit.new_effect, "theta")):
        check(mine, theirs[key], scale)
    for effect, row in zip(fit.effects, theirs["effects"], strict=True):
        check(effect, row, scale)
    assert fit.points == theirs["points"]


@pytest.mark.parametrize("name", OPTIONS)
def test_bayes_factors_equal_bayesmeta(name: str) -> None:
    """Where bayesmeta gives Bayes factors and the marginal likelihood, ours are the same; where not, a reason is."""
    fit, theirs = ours(name), THEIRS[name]
    if theirs["bf01_mu"] is not None:
        assert fit.bf01_mu == pytest.approx(theirs["bf01_mu"], rel=1e-6)
        assert fit.bf01_tau == pytest.approx(theirs["bf01_tau"], rel=1e-6)
        assert math.exp(fit.log_marginal_likelihood) == pytest.approx(theirs["marginal_likelihood"], rel=1e-6)
    else:
        assert math.isnan(fit.bf01_mu)
        assert fit.reasons["bf01_mu"] == "a flat prior on mu has no Bayes factor for mu"
        assert "improper" in fit.reasons["log_marginal_likelihood"]


def test_published_values_are_reproduced() -> None:
    """Crins 2014 and the eight schools as printed; Crins' interval, of an older bayesmeta, within its 1e-4."""
    crins, schools = ours("crins"), ours("schools")
    printed = (crins.mu.median, crins.mu.mean, crins.mu.sd, crins.tau.median)
    assert [round(value, 5) for value in printed] == [-1.57348, -1.57644, 0.32953, 0.34450]
    assert (crins.mu.shortest_low, crins.mu.shortest_high) == pytest.approx((-2.23123, -0.92641), abs=1.5e-4)
    printed = (schools.mu.median, schools.mu.sd, schools.mu.shortest_low, schools.tau.median)
    assert [round(value, 5) for value in printed] == [7.96296, 4.99576, -1.82335, 4.75854]
    assert schools.mu.shortest_high == pytest.approx(17.82456, abs=1e-5)
    new = schools.new_effect
    assert (round(new.shortest_low, 4), round(new.shortest_high, 4)) == (-10.6235, 26.8274)


@pytest.mark.parametrize("name", ["crins", "schools", "egger_half_normal"])
def test_fine_grid_equals_integrals_by_hand(name: str) -> None:
    """A general integrator over tau, mu's distribution written out, gives the same median, mean, sd and tail."""
    data, fit = THEIRS[name], ours(name, "fine")
    yi, vi = np.array(data["yi"]), np.array(data["sei"]) ** 2
    centre, sd = OPTIONS[name]["mu_prior"]  # type: ignore[misc]
    scale = OPTIONS[name].get("tau_scale", 0.5)
    prior = stats.halfcauchy(scale=scale) if "cauchy" in fit.tau_prior else stats.halfnorm(scale=scale)

    def joint(tau: float) -> float:
        covariance = np.diag(vi + tau * tau) + sd * sd
        return float(stats.multivariate_normal(np.full(len(yi), centre), covariance).pdf(yi) * prior.pdf(tau))

    def given_tau(tau: float) -> tuple[float, float]:
        w = 1.0 / (vi + tau * tau)
        precision = w.sum() + 1.0 / sd**2
        return float((w @ yi + centre / sd**2) / precision), float(precision**-0.5)

    def over_tau(function: Callable[[float], float]) -> float:
        end = 60.0 * scale
        knots = np.concatenate([[0.0], np.geomspace(scale / 20, end, 16)])
        pairs = pairwise(knots)
        return math.fsum(integrate.quad(lambda t: joint(t) * function(t), *pair, epsrel=1e-10)[0] for pair in pairs)

    total = over_tau(lambda _: 1.0)
    mean = over_tau(lambda t: given_tau(t)[0]) / total
    square = over_tau(lambda t: sum(part**2 for part in given_tau(t))) / total
    tolerance = 1e-3 if "cauchy" in fit.tau_prior else 1e-8  # the half-Cauchy is cut off at 60 scales here
    below = over_tau(lambda t: stats.norm.cdf(fit.mu.median, *given_tau(t))) / total
    assert below == pytest.approx(0.5, abs=tolerance)
    assert fit.mu.mean == pytest.approx(mean, rel=tolerance)
    assert fit.mu.sd == pytest.approx(math.sqrt(square - mean**2), rel=tolerance)
    assert fit.tau.mean == pytest.approx(over_tau(lambda t: t) / total, rel=50 * tolerance)


@pytest.mark.parametrize("name", OPTIONS)
def test_direct_grid_is_close_to_the_fine_one(name: str) -> None:
    """The values of bayesmeta are within 0.005 posterior standard deviations of the exact ones; tau's are the same."""
    direct, fine = ours(name), ours(name, "fine")
    assert direct.tau == fine.tau
    for field in ("median", "mean", "central_low", "central_high"):
        assert getattr(direct.mu, field) == pytest.approx(getattr(fine.mu, field), abs=5e-3 * fine.mu.sd)


@given(
    st.lists(st.floats(-2.0, 2.0).map(lambda y: round(y, 3)), min_size=2, max_size=8),
    st.floats(-3.0, 3.0),
    st.floats(0.05, 20.0),
)
@settings(max_examples=tries(8), deadline=None)
def test_shift_scale_and_sign_carry_over(effects: list[float], shift: float, factor: float) -> None:
    """Shifted, scaled and mirrored data and priors give shifted, scaled and mirrored posteriors."""
    yi = np.array(effects)
    vi = (0.1 + 0.05 * np.arange(len(yi))) ** 2
    one = bayes(yi, vi, grid="fine")
    other = bayes(factor * (yi + shift), factor**2 * vi, tau_scale=0.5 * factor, grid="fine")
    mirrored = bayes(-yi, vi, grid="fine")
    assert other.mu.median == pytest.approx(factor * (one.mu.median + shift), rel=1e-9, abs=1e-9 * factor)
    assert other.mu.sd == pytest.approx(factor * one.mu.sd, rel=1e-9)
    assert other.tau.central_high == pytest.approx(factor * one.tau.central_high, rel=1e-9)
    assert mirrored.mu.shortest_low == pytest.approx(-one.mu.shortest_high, abs=1e-7)
    assert mirrored.p_positive == pytest.approx(1.0 - one.p_positive, abs=1e-12)


@given(st.lists(st.tuples(st.floats(0.1, 1.0), st.floats(-3.0, 3.0), st.floats(0.2, 3.0)), min_size=1, max_size=4))
@settings(max_examples=tries(30), deadline=None)
def test_shortest_interval_is_the_shortest(components: list[tuple[float, float, float]]) -> None:
    """It holds its level, and no interval of that level on a fine grid is shorter."""
    weights, means, sds = (np.array(column) for column in zip(*components, strict=True))
    mixture = Normals(weights / weights.sum(), means, sds)
    low, high = shortest(mixture, 90.0)
    assert mixture.cdf(high) - mixture.cdf(low) == pytest.approx(0.9, abs=1e-10)
    lengths = [mixture.quantile(0.9 + p) - mixture.quantile(p) for p in np.linspace(0.0005, 0.0995, 60)]
    assert high - low <= min(lengths) * (1.0 + 1e-3)


def test_moments_that_do_not_exist_are_undefined() -> None:
    """A uniform prior needs 4 studies for a mean, 5 for a standard deviation; one less beside a normal one on mu."""
    yi, vi = [0.1, 0.5, 0.9, 0.3, 0.2], [0.04, 0.09, 0.05, 0.06, 0.03]
    for mu_prior, least in ((None, 3), ((0.0, 2.0), 2)):
        with pytest.raises(StatisticsError, match=f"needs at least {least} estimates: got {least - 1}"):
            bayes(yi[: least - 1], vi[: least - 1], tau_prior="uniform", mu_prior=mu_prior)
        for k, undefined in ((least, {"mean", "sd"}), (least + 1, {"sd"}), (least + 2, set())):
            fit = bayes(yi[:k], vi[:k], tau_prior="uniform", mu_prior=mu_prior)
            assert set(fit.tau.reasons) == set(fit.new_effect.reasons) == undefined
            assert set(fit.mu.reasons) == (undefined if mu_prior is None else set())
            assert math.isnan(fit.tau.sd) == ("sd" in undefined)
            assert math.isfinite(fit.mu.median)
    assert fit.reasons["bf01_tau"].startswith("a uniform prior on tau without an upper end")
    assert math.isnan(fit.bf01_tau)
    assert math.isfinite(fit.bf01_mu)


def test_uniform_prior_with_an_end_is_proper() -> None:
    """Ended, the uniform prior has every moment, a marginal likelihood and Bayes factors; tau stays below its end."""
    fit = bayes([0.1, 1.5], [0.01, 0.01], tau_prior="uniform", tau_scale=2.0, mu_prior=(0.0, 2.0))
    assert fit.reasons == {}
    assert fit.tau.shortest_high < 2.0
    assert fit.tau_prior == "uniform(2)"
    assert 0.0 < fit.bf01_tau < 1e-10


def test_single_study_keeps_the_prior_of_tau() -> None:
    """One study with a flat prior on mu says nothing about tau: its posterior is the prior."""
    fit = bayes([0.4], [0.09])
    prior = stats.halfnorm(scale=0.5)
    assert (fit.tau.median, fit.tau.mean, fit.tau.sd) == pytest.approx((prior.median(), prior.mean(), prior.std()))
    assert (fit.tau.shortest_low, fit.tau.shortest_high) == (0.0, pytest.approx(prior.ppf(0.95)))
    assert fit.mu.median == pytest.approx(0.4)
    assert bayes([0.4], [0.09], tau_prior="half-cauchy").tau.reasons.keys() == {"mean", "sd"}


@pytest.mark.parametrize("prior", ["half-normal", "half-cauchy", "uniform"])
def test_extreme_data_have_finite_posteriors(prior: str) -> None:
    """Identical effects, equal variances, eight orders of magnitude, conflict, 60 studies: finite, in order."""
    rng = np.random.default_rng(4)
    sets = [
        (np.full(4, 0.5), np.array([0.01, 0.02, 0.03, 0.05])),
        (np.array([0.1, 0.5, 0.7, 0.2]), np.full(4, 0.04)),
        (np.array([0.2, 0.1, 0.9, -0.5]), np.array([1e-8, 1e-4, 1.0, 0.5])),
        (np.array([-50.0, 50.0, 3.0, 0.0]), np.full(4, 1e-4)),
    ]
    if prior == "half-normal":
        sets.append((rng.normal(0.3, 0.4, 60), rng.uniform(0.01, 0.1, 60)))
    for yi, vi in sets:
        fit = bayes(yi, vi, tau_prior=prior, grid="fine")
        for one in (fit.mu, fit.tau, fit.new_effect):
            values = [one.shortest_low, one.median, one.shortest_high]
            assert np.isfinite(values).all()
            assert values == sorted(values)
            assert one.central_low <= one.median <= one.central_high


def test_grid_that_would_need_too_many_points_is_the_fine_one() -> None:
    """Effects in utter conflict move the conditional distributions too far for few points; then all are taken."""
    fit = bayes([-50.0, 50.0, 3.0, 0.0], [1e-4] * 4)
    assert fit.grid == "fine"
    assert fit.mu == bayes([-50.0, 50.0, 3.0, 0.0], [1e-4] * 4, grid="fine").mu
    assert fit.reasons["grid"].startswith("the direct grid would need more than 500 values of tau")


def test_shrinkage_pulls_every_study_towards_the_mean() -> None:
    """Each effect lies between its estimate and the mean, the more so the less precise it is."""
    fit = ours("schools", "fine")
    yi = np.array(THEIRS["schools"]["yi"])
    own = np.array([one.mean for one in fit.effects])
    assert ((own - yi) * (fit.mu.mean - yi) >= 0.0).all()
    sei = np.array(THEIRS["schools"]["sei"])
    assert (np.argsort(fit.shrinkage) == np.argsort(sei)).all()
    assert ((fit.shrinkage > 0.0) & (fit.shrinkage < 1.0)).all()


def test_probabilities_are_those_of_the_distributions() -> None:
    """The probability that mu is positive is what its quantiles say."""
    fit = bayes([0.1, 0.3, -0.1], [0.04, 0.05, 0.03], grid="fine")

    def lower_end(level: float) -> float:
        return bayes([0.1, 0.3, -0.1], [0.04, 0.05, 0.03], grid="fine", level=level).mu.central_low

    crossing = optimize.brentq(lower_end, 20.0, 90.0, xtol=1e-8)
    assert fit.p_positive == pytest.approx(0.5 + crossing / 200.0, abs=1e-8)
    assert 0.5 < fit.p_new_positive < fit.p_positive


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"tau_prior": "gamma"}, "unknown prior on tau 'gamma'"),
        ({"tau_scale": 0.0}, "scale of the prior on tau must be positive"),
        ({"mu_prior": (0.0, 0.0)}, "sd positive"),
        ({"grid": "coarse"}, "unknown grid 'coarse'"),
        ({"level": 100.0}, "level is in percent"),
    ],
)
def test_priors_are_checked(options: dict[str, object], fault: str) -> None:
    """What is no prior, grid or level is named."""
    with pytest.raises(StatisticsError, match=fault):
        bayes([0.1, 0.2], [0.1, 0.1], **options)  # type: ignore[arg-type]
