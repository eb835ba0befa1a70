"""Dependent estimates: equal to metafor, clubSandwich and robumeta, to dense matrices, and to laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from registry.errors import StatisticsError
from registry.stats import fit
from registry.stats.clusters import Clustered
from registry.stats.dependence import RHOS, cluster_robust, constant, three_level, working_correlations
from registry.stats.dependent import Dependent
from registry.stats.multilevel import maximise
from tests.effort import tries
from tests.stats import naive_regression as naive
from tests.stats.cases import case, covers
from tests.stats.more_cases import WITH_CLUSTERS, assert_equal, column, more

# metafor finds the variances by a general optimiser (nlminb, BFGS): they, and what rests on them, are good to about
# 1e-5. Ours are roots of the score to rounding (`test_variances_are_a_maximum`), and its likelihood is never higher.
SEARCHED = 1e-5
MODELS = ("RE", "three-level", "CHE.0.2", "CE.0.2", "HTJ.0.2", "CHE.0.6", "CE.0.6", "HTJ.0.6")
FIELDS = ("b", "se", "q", "log_likelihood", "sigma2", "cr2_se", "cr2_df", "cr2_p", "cr1_se")


def modelled(name: str, moderators: str) -> Dependent:
    yi, vi, clusters = (column("many", entry) for entry in ("yi", "vi", "cluster"))
    x = None if moderators == "~ 1" else {"x": column("many", "x")}
    model, _, rho = name.partition(".")
    if model == "RE":
        return cluster_robust(yi, vi, clusters, moderators=x)
    if model == "three-level":
        return three_level(yi, vi, clusters, moderators=x)
    return working_correlations(yi, vi, clusters, rhos=[float(rho)], model=model, moderators=x)[0]


def field_of(result: Dependent, field: str) -> object:
    if field.startswith("cr"):
        return getattr(getattr(result, field[:3]), field[4:])
    if field == "sigma2" and result.model == "RE":
        return result.sigma2[1]
    if field == "sigma2":
        return result.sigma2 if result.model in {"three-level", "CHE"} else result.sigma2[0]
    return getattr(result, field)


@pytest.mark.parametrize("name", WITH_CLUSTERS)
@covers("three_level.*", "three_level.*.*")
def test_three_level_equals_metafor(name: str) -> None:
    """Mean, variances, likelihood, CR1 and CR2 of both clustered files equal rma.mv and clubSandwich."""
    data, expected = case(name), case(name).values["three_level"]
    result = three_level(data.yi, data.vi, data.column("cluster"))
    for ours, theirs in (("b", "mu"), ("se", "se"), ("ci_low", "ci_low"), ("ci_high", "ci_high"), ("sigma2", "sigma2")):
        assert_equal(getattr(result, ours), expected[theirs], SEARCHED, theirs)
    assert_equal([result.q, result.q_p], [expected["q"], expected["q_p"]])
    assert_equal(result.log_likelihood, expected["loglik"], SEARCHED)
    assert result.log_likelihood >= expected["loglik"] - 1e-9
    for kind in ("cr1", "cr2"):
        for field, value in expected[kind].items():
            inference = getattr(result, kind)
            assert_equal(getattr(inference, "estimate" if field == "mu" else field), value, SEARCHED, f"{kind}.{field}")


@pytest.mark.parametrize("name", WITH_CLUSTERS)
def test_robust_inference_is_exact_at_their_variances(name: str) -> None:
    """At metafor's variances, CR1 and CR2 equal clubSandwich to 1e-8: the rest is its optimiser's."""
    from registry.stats.robust import robust

    data, expected = case(name), case(name).values["three_level"]
    model = Clustered(data.yi, data.vi, np.ones((len(data.yi), 1)), np.array(data.column("cluster")), intercept=True)
    for kind in ("CR1", "CR2"):
        found = robust(model, np.array(expected["sigma2"]), kind=kind, level=95.0)
        for field, value in expected[kind.lower()].items():
            assert_equal(getattr(found, "estimate" if field == "mu" else field), value, name=field)


def test_grid_is_complete() -> None:
    """Two files have clusters; ours compares every working model there is values of."""
    assert len(WITH_CLUSTERS) == 2
    for models in more()["dependence"].values():
        assert {name for name in models if not name.startswith("multi-cutoff")} == set(MODELS)


@pytest.mark.parametrize("moderators", ["~ 1", "~ x"])
@pytest.mark.parametrize("name", MODELS)
def test_working_models_equal_theirs(name: str, moderators: str) -> None:
    """Each working model with and without a moderator equals metafor with clubSandwich, or robumeta."""
    result, expected = modelled(name, moderators), more()["dependence"][moderators][name]
    tolerance = 1e-8 if name.startswith(("RE", "HTJ")) else SEARCHED
    assert set(expected) <= set(FIELDS)
    for field, value in expected.items():
        if (name, field) != ("RE", "log_likelihood"):  # of the model without clusters, the same number
            assert_equal(field_of(result, field), value, tolerance, field)
    if "log_likelihood" in expected:
        assert result.log_likelihood >= expected["log_likelihood"] - 1e-9


@st.composite
def clustered(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Effects, variances, a design matrix and cluster numbers, at least one cluster with two estimates."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    k, clusters = draw(st.integers(6, 14)), draw(st.integers(3, 5))
    labels = np.concatenate([np.arange(clusters), random.integers(0, clusters, k - clusters)])
    x = np.column_stack([np.ones(k), random.normal(size=(k, draw(st.integers(0, 1))))])
    vi = 10.0 ** random.uniform(-2.0, 0.0, k)
    between, within = random.choice([0.0, 0.3, 1.0], 2)
    yi = between * random.normal(size=clusters)[labels] + random.normal(size=k) * np.sqrt(vi + within**2)
    return yi, vi, x, labels


def rho_of(rho: float) -> object:
    return lambda _i, _j: rho


@given(sample=clustered(), rho=st.sampled_from([0.0, 0.5, 0.9]), s=st.tuples(st.floats(0.0, 2.0), st.floats(0.0, 2.0)))
@settings(max_examples=tries(40), deadline=None)
def test_likelihood_equals_dense_matrices(sample: tuple[np.ndarray, ...], rho: float, s: tuple[float, float]) -> None:
    """Likelihood, coefficients, covariance and CR2 are those of k × k matrices at any variances."""
    from registry.stats.robust import robust

    yi, vi, x, labels = sample
    model = Clustered(yi, vi, x, labels, intercept=True, correlate=constant(rho))
    v = naive.block_covariance(vi, labels, *s, rho_of(rho))
    np.testing.assert_allclose(model.point(*s).log_likelihood, naive.log_likelihood(yi, v, x), rtol=1e-9, atol=1e-8)
    b, covariance = naive.fitted(yi, v, x)
    found = robust(model, np.array(s), kind="CR2", level=95.0)
    np.testing.assert_allclose(found.estimate, b, rtol=1e-8, atol=1e-9)
    solved = model.solve(*s)
    np.testing.assert_allclose(
        model.contrasts @ solved.covariance @ model.contrasts.T, covariance, rtol=1e-7, atol=1e-10
    )
    se, df = naive.cr2(yi, v, x, labels)
    usable = df > 1.0
    np.testing.assert_allclose(found.se[usable], se[usable], rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(found.df[usable], df[usable], rtol=1e-4)


@given(sample=clustered(), rho=st.sampled_from([0.0, 0.6]))
@settings(max_examples=tries(30), deadline=None)
def test_derivatives(sample: tuple[np.ndarray, ...], rho: float) -> None:
    """Slopes and observed information are the derivatives of the likelihood."""
    yi, vi, x, labels = sample
    model, at, h = Clustered(yi, vi, x, labels, intercept=True, correlate=constant(rho)), np.array([0.3, 0.2]), 1e-5
    here = model.point(*at)
    for i in range(2):
        up, down = model.point(*(at + h * np.eye(2)[i])), model.point(*(at - h * np.eye(2)[i]))
        np.testing.assert_allclose(
            (up.log_likelihood - down.log_likelihood) / (2 * h), here.slope[i], rtol=1e-5, atol=1e-6
        )
        np.testing.assert_allclose((down.slope - up.slope) / (2 * h), here.observed[i], rtol=1e-5, atol=1e-5)


@given(sample=clustered())
@settings(max_examples=tries(25), deadline=None)
def test_variances_are_a_maximum(sample: tuple[np.ndarray, ...]) -> None:
    """The score is 0 at a variance above 0 and not positive at one that is 0, and no search by scipy gets higher."""
    yi, vi, x, labels = sample
    model = Clustered(yi, vi, x, labels, intercept=True)
    top = maximise(model)
    inside = top.variances > 0.0
    scaled = top.point.slope * np.where(inside, top.variances, 1.0)
    assert (np.abs(scaled[inside]) < 1e-7).all()
    assert (top.point.slope[~inside] <= 1e-9).all()

    def fall(s: np.ndarray) -> float:
        return -naive.log_likelihood(yi, naive.block_covariance(vi, labels, *np.exp(s), rho_of(0.0)), x)

    starts = [[-12.0, -2.0], [-2.0, -12.0], [-1.0, -1.0]]
    best = max(-optimize.minimize(fall, start, method="Nelder-Mead", bounds=[(-14.0, 5.0)] * 2).fun for start in starts)
    assert top.point.log_likelihood >= best - 1e-6


def test_surface_is_the_likelihood() -> None:
    """The grid that is searched holds the likelihood of each point."""
    yi, vi, labels = (column("many", entry) for entry in ("yi", "vi", "cluster"))
    model = Clustered(yi, vi, np.ones((len(yi), 1)), labels, intercept=True, correlate=constant(0.3))
    s1, s2 = np.array([0.0, 0.1, 2.0]), np.array([0.0, 0.05])
    surface = model.surface(s1, s2)
    for i, between in enumerate(s1):
        for j, within in enumerate(s2):
            np.testing.assert_allclose(surface[i, j], model.point(between, within).log_likelihood, rtol=1e-10)


@given(sample=clustered(), seed=st.integers(0, 99))
@settings(max_examples=tries(15), deadline=None)
def test_order_and_labels_are_irrelevant(sample: tuple[np.ndarray, ...], seed: int) -> None:
    """Rows in another order and clusters by other names give the same model."""
    yi, vi, x, labels = sample
    order = np.random.default_rng(seed).permutation(len(yi))
    names = np.array(["e", "d", "c", "b", "a"])[labels]
    one = three_level(yi, vi, labels, moderators=x)
    other = three_level(yi[order], vi[order], names[order], moderators=x[order])
    np.testing.assert_allclose(one.b, other.b, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(one.cr2.se, other.cr2.se, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(one.sigma2, other.sigma2, rtol=1e-6, atol=1e-9)


@given(sample=clustered(), factor=st.sampled_from([0.1, -2.0, 30.0]), shift=st.floats(-9.0, 9.0))
@settings(max_examples=tries(15), deadline=None)
def test_shift_and_scale(sample: tuple[np.ndarray, ...], factor: float, shift: float) -> None:
    """Shifting effects shifts the mean only; scaling scales it and the variances by the square."""
    yi, vi, _, labels = sample
    one, other = three_level(yi, vi, labels), three_level(shift + factor * yi, factor**2 * vi, labels)
    np.testing.assert_allclose(other.b, shift + factor * one.b, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(other.sigma2, factor**2 * np.array(one.sigma2), rtol=1e-5, atol=1e-8 * factor**2)
    np.testing.assert_allclose(other.cr2.df, one.cr2.df, rtol=1e-5)
    np.testing.assert_allclose(other.i2, one.i2, rtol=1e-5, atol=1e-5)


def test_clusters_of_one_are_plain_estimates() -> None:
    """With every estimate its own cluster CE is the random-effects model, and CR2 its robust inference."""
    yi, vi = column("one", "yi"), column("one", "vi")
    plain, pool = cluster_robust(yi, vi, np.arange(12)), fit(yi, vi, test="z")[0]
    assert_equal([plain.b[0], plain.se[0], plain.sigma2[1]], [pool.mu, pool.se, pool.tau2])
    single = working_correlations(yi, vi, np.arange(12), rhos=[0.0], model="CE")[0]
    assert_equal([single.b[0], single.se[0], single.sigma2[0]], [pool.mu, pool.se, pool.tau2])
    with pytest.raises(StatisticsError, match="cannot be told apart"):
        three_level(yi, vi, np.arange(12))


def test_no_correlation_is_the_three_level_model() -> None:
    """CHE at rho = 0 is the three-level model."""
    yi, vi, labels = (column("many", entry) for entry in ("yi", "vi", "cluster"))
    one, other = three_level(yi, vi, labels), working_correlations(yi, vi, labels, rhos=[0.0])[0]
    assert_equal([*one.b, *one.sigma2, *one.cr2.df], [*other.b, *other.sigma2, *other.cr2.df])


def test_correlation_is_varied_in_one_call() -> None:
    """By default rho goes from 0 to 0.8 in steps of 0.2, and each result says its own."""
    yi, vi, labels = (column("many", entry) for entry in ("yi", "vi", "cluster"))
    assert tuple(one.rho for one in working_correlations(yi, vi, labels)) == RHOS == (0.0, 0.2, 0.4, 0.6, 0.8)


def test_prediction_at_stated_values() -> None:
    """CR2 inference at rows of the design: a row that picks a coefficient is that coefficient's."""
    result = modelled("three-level", "~ x")
    found = result.at([[1.0, 0.0], [0.0, 1.0]])
    np.testing.assert_allclose(found.estimate, result.b)
    np.testing.assert_allclose(found.se, result.cr2.se)
    np.testing.assert_allclose(found.df, result.cr2.df)
    with pytest.raises(StatisticsError, match=r"needs 2 values \(intercept, x\): got 1"):
        result.at([[1.0]])


def test_few_degrees_of_freedom_warn() -> None:
    """Below four Satterthwaite degrees of freedom a warning says so; with enough clusters there is none."""
    yi, vi, labels = (column("many", entry) for entry in ("yi", "vi", "cluster"))
    assert not three_level(yi, vi, labels).cr2.warning
    few = three_level(yi[:9], vi[:9], labels[:9])
    assert "from 4 clusters: below 4" in few.cr2.warning


def test_variance_on_the_boundary_is_zero() -> None:
    """A variance whose likelihood falls from 0 on is exactly 0 (metafor's optimiser stops at about 1e-8)."""
    data = case("riley2003_both_clustered")
    assert three_level(data.yi, data.vi, data.column("cluster")).sigma2[1] == 0.0


@pytest.mark.parametrize("orders", [0.5, 3.0])
@pytest.mark.parametrize("s", [(0.0, 0.0), (0.04, 0.01), (10.0, 0.0)])
def test_large_clusters(orders: float, s: tuple[float, float], monkeypatch: pytest.MonkeyPatch) -> None:
    """In clusters of more than fifty the integral gives the CR2 of the singular value decomposition."""
    from registry.stats.robust import robust

    random = np.random.default_rng(4)
    x = np.column_stack([np.ones(170), random.normal(size=170)])
    labels, vi = np.arange(170) % 3, 10.0 ** random.uniform(-orders, 0.0, 170)
    model = Clustered(random.normal(size=170), vi, x, labels, intercept=True)
    one = robust(model, np.array(s), kind="CR2", level=95.0)
    monkeypatch.setattr("registry.stats.robust.LARGE", 1000)
    other = robust(model, np.array(s), kind="CR2", level=95.0)
    np.testing.assert_allclose(one.se, other.se, rtol=1e-9)
    np.testing.assert_allclose(one.df, other.df, rtol=1e-9)


def test_variances_over_ten_orders() -> None:
    """Estimates far more precise than others, correlated or not, raise nothing and leave no warning."""
    random = np.random.default_rng(6)
    for _ in range(40):
        k = int(random.integers(6, 20))
        labels = np.concatenate([np.arange(3), random.integers(0, 3, k - 3)])
        yi, vi = 0.3 + random.normal(size=k) * random.choice([0.0, 1e-6, 1.0]), 10.0 ** random.uniform(-8.0, 2.0, k)
        assert np.isfinite(three_level(yi, vi, labels).se).all()
        assert np.isfinite([one.se[0] for one in working_correlations(yi, vi, labels, rhos=[0.0, 0.8])]).all()


def test_leverage_of_a_whole_cluster() -> None:
    """A cluster alone on a column leaves its residuals no freedom in that direction: CR2 by the generalised inverse."""
    yi, vi, labels = (column("many", entry) for entry in ("yi", "vi", "cluster"))
    x = np.column_stack([np.ones(len(yi)), labels == 4])
    result = cluster_robust(yi, vi, labels, moderators=x)
    tau2 = result.sigma2[1]
    se, _ = naive.cr2(yi, np.diag(vi + tau2), x, labels)
    np.testing.assert_allclose(result.cr2.se, se, rtol=1e-6)


def test_identical_effects() -> None:
    """Identical effects have no variances, and robust standard errors of 0 are undefined."""
    result = three_level([0.3] * 6, [0.1, 0.2, 0.1, 0.3, 0.2, 0.1], [1, 1, 2, 2, 3, 3])
    assert result.sigma2 == (0.0, 0.0)
    assert result.b[0] == pytest.approx(0.3)
    assert np.isnan([result.cr2.se[0], result.cr2.p[0], result.cr1.se[0]]).all()


def test_ten_thousand_estimates() -> None:
    """10,000 estimates in 2,500 clusters, and the same in 25, need no k × k matrix."""
    random = np.random.default_rng(1)
    for clusters in (2500, 100):
        labels = np.arange(10_000) % clusters
        vi = random.uniform(0.01, 0.3, 10_000)
        yi = 0.3 + 0.3 * random.normal(size=clusters)[labels] + random.normal(size=10_000) * np.sqrt(vi + 0.02)
        result = three_level(yi, vi, labels)
        np.testing.assert_allclose(result.sigma2, [0.09, 0.02], atol=0.04)
        assert result.cr2.df[0] < clusters


@pytest.mark.parametrize(
    ("clusters", "options", "message"),
    [
        (["a", "a", "a", "a"], {}, "1 clusters cannot support 1 coefficients"),
        (["a", "b", None, "b"], {}, r"estimates without a cluster: 1, the first is row 2"),
        (["a", "b", "a"], {}, "one cluster per estimate is needed: got 3 for 4"),
        (["a", "b", "a", "b"], {"moderators": {"x": [1, 2, 3, 5]}}, "2 clusters cannot support 2 coefficients"),
        (["a", "b", "a", "c"], {"moderators": {"x": [1, 2, 3]}}, "moderators have 3 values, but there are 4"),
        (["a", "b", "a", "c"], {"level": 0.9}, "level is in percent"),
    ],
)
def test_faults_are_named(clusters: list, options: dict, message: str) -> None:
    """Too few clusters, missing ones, unequal lengths."""
    with pytest.raises(StatisticsError, match=message):
        three_level([0.1, 0.2, 0.3, 0.5], [0.1, 0.1, 0.2, 0.1], clusters, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rhos": [0.5, 1.0]}, "at least 0 and below 1: got 0.5, 1.0"),
        ({"rhos": []}, "at least 0 and below 1"),
        ({"model": "SCE"}, "unknown working model 'SCE': one of CHE, CE, HTJ"),
    ],
)
def test_working_correlations_are_checked(options: dict, message: str) -> None:
    """A correlation is below 1, a model one of three."""
    with pytest.raises(StatisticsError, match=message):
        working_correlations([0.1, 0.2, 0.3], [0.1, 0.1, 0.2], ["a", "b", "a"], **options)
