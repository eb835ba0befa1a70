"""Equal to R metafor on every reference file; what differs, and why, is in `reference/README.md`."""

from functools import cache

import numpy as np
import pytest

from registry.stats import Pool, by_group, cumulative, fit, leave_one_out, subgroups
from registry.stats.regression import regress
from tests.stats.cases import METHODS, NAMES, TESTS, case, close, covers

FIELDS = (
    *("k", "mu", "se", "stat", "p", "ci_low", "ci_high", "pi_low", "pi_high"),
    *("tau2", "se_tau2", "i2", "h2", "q", "q_p"),
)
HETEROGENEITY = {"tau2", "i2", "i2_q", "h2", "h2_q", "q_p", "pi_low", "pi_high"}
HK_WIDTH = {"se", "stat", "p", "ci_low", "ci_high", "pi_low", "pi_high"}
WITH_TAU2_CI = tuple(name for name in NAMES if case(name).values.get("tau2_ci"))
WITH_COMMON_TAU2 = tuple(name for name in NAMES if "subgroup_common_tau2" in case(name).values)


def undefined(name: str, method: str, test: str, field: str) -> bool:
    """Tell whether metafor prints a number here for what is undefined; the list of the README."""
    one = name == "edge_k1" and field in HETEROGENEITY and not (method == "FE" and field == "tau2")
    return one or (name == "edge_identical_effects" and test == "knha" and field in HK_WIDTH)


@cache
def pooled(name: str, method: str, test: str) -> Pool:
    data = case(name)
    return fit(data.yi, data.vi, method=method, test=TESTS[test], pi_rule="metafor")[0]


def field_of(method: str, field: str) -> str:
    """Name the field of ours; under FE metafor's I² and H² are Q's."""
    return {"i2": "i2_q", "h2": "h2_q"}.get(field, field) if method == "FE" else field


def reported() -> dict[tuple[str, str, str], dict[str, float]]:
    """Every number metafor reports for our methods and tests, by file, method and test."""
    return {
        (name, method, test): {field: fields[field] for field in FIELDS if fields.get(field) is not None}
        for name in NAMES
        for method in METHODS
        for test, fields in case(name).values["pool"][method].items()
        if fields
    }


REPORTED = reported()


def test_grid_is_complete() -> None:
    """Every file is compared under FE with z and under each other method with all four tests, in each field."""
    assert len(NAMES) == 11
    assert len(REPORTED) == 11 * (1 + 10 * 4)
    assert sum(map(len, REPORTED.values())) == 6682


@covers("pool.*.*.*")
@pytest.mark.parametrize(("name", "method", "test"), REPORTED)
def test_pool_equals_metafor(name: str, method: str, test: str) -> None:
    """Each field of a pool equals metafor's, or is nan with a reason where there is nothing to equal."""
    pool = pooled(name, method, test)
    for field, value in REPORTED[name, method, test].items():
        ours = field_of(method, field)
        if undefined(name, method, test, ours):
            assert np.isnan(getattr(pool, ours)), field
            assert pool.reasons[ours], field
        else:
            assert close(getattr(pool, ours), value), field


@covers("tau2_ci.*.*")
@pytest.mark.parametrize("key", ["QP", "QP_DL", "PL_REML", "PL_ML"])
@pytest.mark.parametrize("name", WITH_TAU2_CI)
def test_intervals_of_tau2_equal_metafor(name: str, key: str) -> None:
    """tau², I² and H² with their Q-profile or profile-likelihood intervals equal metafor's; an empty set is nan."""
    data, (kind, _, method) = case(name), key.partition("_")
    pool = fit(data.yi, data.vi, method=method or "PM", tau2_interval=kind.lower())[0]
    for field, (estimate, low, high) in data.values["tau2_ci"][key].items():
        ours = [getattr(pool, f"{field}{end}") for end in ("", "_ci_low", "_ci_high")]
        assert close(ours[0], estimate)
        if name == "edge_identical_effects" and kind == "QP":
            assert np.isnan(ours[1:]).all()
            assert "empty" in pool.reasons[f"{field}_ci_high"]
        else:
            assert close(ours[1], low)
            assert close(ours[2], high)


@pytest.mark.parametrize("method", [method for method in METHODS if method != "FE"])
def test_q_profile_does_not_depend_on_the_estimator(method: str) -> None:
    """The Q-profile interval is one interval, whatever tau² is estimated by."""
    data = case("riley2003_os_log_hr")
    pool, expected = fit(data.yi, data.vi, method=method)[0], data.values["tau2_ci"]["QP"]["tau2"]
    assert close(pool.tau2_ci_low, expected[1])
    assert close(pool.tau2_ci_high, expected[2])


@covers("hc.*")
@pytest.mark.parametrize("name", WITH_TAU2_CI)
def test_henmi_copas_equals_metafor(name: str) -> None:
    """Mean and standard error to 1e-8, the ends as far as metafor's root finder went, 5e-5."""
    data = case(name)
    pool = fit(data.yi, data.vi, method="DL", test="hc")[0]
    for field, value in data.values["hc"].items():
        assert close(getattr(pool, field), value, 5e-5 if field.startswith("ci") else 1e-8)


@pytest.mark.parametrize("level", ["80", "90", "95"])
@pytest.mark.parametrize("name", WITH_TAU2_CI)
def test_henmi_copas_equals_metafor_run_to_the_end(name: str, level: str) -> None:
    """With metafor's root and integral tightened the ends agree to 1e-10 as well, at every level."""
    data = case(name)
    pool = fit(data.yi, data.vi, method="DL", test="hc", level=float(level))[0]
    for field, value in case("more/henmi_copas").values[name][level].items():
        assert close(getattr(pool, field), value, 1e-10)


@covers("leave_one_out.*.*", "cumulative.*.*")
@pytest.mark.parametrize("analysis", ["leave_one_out", "cumulative"])
@pytest.mark.parametrize("name", [name for name in NAMES if "cumulative" in case(name).values])
def test_sequences_of_pools_equal_metafor(name: str, analysis: str) -> None:
    """Leave-one-out and cumulative pools equal metafor's, entry by entry."""
    data = case(name)
    subsets = {"leave_one_out": leave_one_out, "cumulative": cumulative}[analysis](len(data.yi))
    for label, fields in data.values[analysis].items():
        method, _, test = label.partition("_")
        pools = fit(data.yi, data.vi, subsets, method=method, test=TESTS[test or "z"], tau2_interval=False)
        for field, values in fields.items():
            ours = getattr(pools, field_of(method, field))
            defined = ~np.isnan(ours)
            assert defined[pools.k > 1].all() or (name == "edge_identical_effects" and test == "knha")
            expected = np.array(values or np.zeros(len(pools)), dtype=float)
            np.testing.assert_allclose(ours[defined], expected[defined], rtol=1e-8, atol=1e-8)


@covers("subgroup.*.q_between", "subgroup.*.df", "subgroup.*.p", "subgroup.*.groups.*.*")
@pytest.mark.parametrize("label", ["DL_z", "REML_z", "FE_z"])
@pytest.mark.parametrize("name", WITH_COMMON_TAU2)
def test_subgroups_with_their_own_tau2_equal_metafor(name: str, label: str) -> None:
    """Pools by group and the chi² test between them equal metafor's (and RevMan's)."""
    data, method = case(name), label.partition("_")[0]
    expected = data.values["subgroup"][label]
    ours = subgroups(data.yi, data.vi, data.column("group"), common=False, method=method, test="z")
    assert close(ours.test.q_between, expected["q_between"])
    assert (ours.test.df, close(ours.test.p, expected["p"])) == (expected["df"], True)
    for group, pool in zip(ours.labels, ours.pools, strict=True):
        for field, value in expected["groups"][group].items():
            assert close(getattr(pool, field_of(method, field)), value)


@pytest.mark.parametrize("name", WITH_COMMON_TAU2)
def test_subgroups_with_a_common_tau2_equal_the_regression_on_dummies(name: str) -> None:
    """Group means, tau² and tests equal those of metafor's regression on group dummies."""
    data = case(name)
    expected = data.values["subgroup_common_tau2"]
    ours = subgroups(data.yi, data.vi, data.column("group"))
    means = np.array(expected["b"])
    means[1:] += means[0]
    np.testing.assert_allclose(ours.pools.mu, means, rtol=1e-8)
    assert close(ours.pools[0].wald_se, expected["se"][0])
    assert close(ours.tau2, expected["tau2"])
    assert close(ours.test.q_between, expected["qm"])
    assert close(ours.test.p, expected["qm_p"])
    assert close(ours.test.q_within, expected["qe"])
    assert close(ours.test.q_within_p, expected["qe_p"])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", WITH_COMMON_TAU2)
def test_hartung_knapp_test_of_subgroups_equals_metafor(name: str, method: str) -> None:
    """By every method, common tau², chi² and F equal metafor's (values made by the script beside them)."""
    data = case(name)
    expected = case("more/subgroup_common_tau2").values[name][method]
    ours = subgroups(data.yi, data.vi, data.column("group"), method=method)
    regression = regress(data.yi, data.vi, {"group": data.column("group")}, method=method)
    assert close(ours.tau2, expected["tau2"])
    assert close(regression.tau2, expected["tau2"])
    assert close(ours.test.q_between, expected["qm"])
    if method == "FE":
        assert ours.test.reasons["f"].startswith("common-effect model")
    else:
        assert close(regression.se_tau2, expected["se_tau2"])
        assert close(ours.test.f, expected["f"])
        assert close(ours.test.f_p, expected["f_p"])


def test_groups_are_the_subsets_of_a_plain_fit() -> None:
    """A subgroup's pool is the pool of its rows alone."""
    data = case("bcg_log_rr")
    by_hand = fit(data.yi, data.vi, by_group(data.column("group")))
    ours = subgroups(data.yi, data.vi, data.column("group"), common=False)
    np.testing.assert_array_equal(ours.pools.mu, by_hand.mu)
