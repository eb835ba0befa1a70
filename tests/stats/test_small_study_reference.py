"""Small-study statistics equal to R metafor, field by field; what differs, and why, is in `reference/README.md`."""

import math

import numpy as np
import pytest

from registry.errors import StatisticsError
from registry.stats.fail_safe import fail_safe_n
from registry.stats.rank_test import begg
from registry.stats.selection_model import StepSelection, step_selection
from registry.stats.small_study import Asymmetry, debray, egger, pet_peese
from registry.stats.trim_fill import TrimFill, trim_fill
from tests.stats.cases import NAMES, Case, case, close, covers

WITH = tuple(name for name in NAMES if "small_study" in case(name).values)
MORE = case("more/bias").values["sets"]
EGGER = {
    "egger_lm": {},
    "egger_rma_REML": {"model": "rma"},
    "egger_rma_DL": {"model": "rma", "method": "DL"},
    "egger_vi_REML": {"model": "rma", "predictor": "vi"},
    "peters_like_ninv_REML": {"model": "rma", "predictor": "ninv"},
    "lm_vi": {"predictor": "vi"},
    "rma_sei_FE": {"model": "rma", "method": "FE"},
    "rma_vi_DL": {"model": "rma", "method": "DL", "predictor": "vi"},
    "lm_ninv": {"predictor": "ninv"},
}
POOL_FIELDS = ("mu", "se", "stat", "p", "ci_low", "ci_high", "tau2", "i2", "h2", "q", "q_p", "k")
# metafor's trimfill drops the `control` of its model and stops at 1e-5 in tau²: these values are good to 1e-4; the same
# analysis run on to the end is in more/bias.json and is compared at 1e-8. I² is in percent, so 1e-2.
LOOSE = 1e-4
# The optimiser of metafor's selmodel (BFGS, reltol 1e-8); run on to reltol 1e-16 in more/bias.json.
OPTIMISER = 1e-5


def run_egger(data: Case, key: str) -> Asymmetry:
    options = dict(EGGER[key])
    if options.get("predictor") == "ninv":
        options["ni"] = data.column("n")
    return egger(data.yi, data.vi, **options)


def equal_fields(ours: object, theirs: dict[str, float | None]) -> None:
    for field, value in theirs.items():
        mine = getattr(ours, field)
        if value is None:
            assert math.isnan(mine), field
            assert ours.reasons[field]  # type: ignore[attr-defined]
        else:
            assert close(mine, value), (field, mine, value)


@pytest.mark.parametrize(("name", "key"), [(name, key) for name in WITH for key in case(name).values["small_study"]])
@covers("small_study.*.*")
def test_small_study_tests_equal_metafor(name: str, key: str) -> None:
    """Every field of every regression and rank test equals metafor's; its errors are named errors of ours."""
    data, expected = case(name), case(name).values["small_study"][key]
    if key == "begg":
        equal_fields(begg(data.yi, data.vi), expected)
    elif "error" in expected:
        with pytest.raises(StatisticsError, match="is the same in every study"):
            run_egger(data, key)
    elif (name, key) == ("edge_identical_effects", "egger_lm"):
        ours = run_egger(data, key)
        undefined = {"stat", "p", "limit_ci_low", "limit_ci_high"}
        equal_fields(ours, {field: None if field in undefined else value for field, value in expected.items()})
        assert "on a line exactly" in ours.reasons["stat"]
    else:
        equal_fields(run_egger(data, key), expected)


@pytest.mark.parametrize(("name", "key"), [(name, key) for name in MORE for key in MORE[name]["regtest"]])
def test_other_regression_tests_equal_metafor(name: str, key: str) -> None:
    """Models and predictors the reference files lack equal metafor's too."""
    equal_fields(run_egger(case(name), key), MORE[name]["regtest"][key])


@pytest.mark.parametrize("name", MORE)
def test_weighted_lines_equal_lm(name: str) -> None:
    """PET, PEESE, D-FIV and D-FAV equal R's weighted lm."""
    data, expected = case(name), MORE[name]
    both = pet_peese(data.yi, data.vi)
    equal_fields(both.pet, expected["pet"])
    equal_fields(both.peese, expected["peese"])
    d1, d2 = np.array(expected["d1"]), np.array(expected["d2"])
    equal_fields(debray(data.yi, data.vi, events=d1 + d2), expected["d_fiv"])
    equal_fields(debray(data.yi, data.vi, events_per_group=(d1, d2)), expected["d_fav"])


@pytest.mark.parametrize("name", MORE)
def test_rank_test_equals_metafor_with_and_without_ties(name: str) -> None:
    """The exact p without ties and the normal one with ties are R's."""
    data, row = case(name), np.arange(1, len(case(name).yi) + 1)
    without = begg(data.yi + row / 1e7, data.vi + row / 1e9)
    sei = np.array(data.column("sei"))
    tied = begg(np.floor(data.yi * 10) / 10, (np.floor(sei * 10) + 1) ** 2 / 100)
    for ours, theirs, exact in ((without, "ranktest", True), (tied, "ranktest_ties", False)):
        assert ours.exact is exact
        assert close(ours.tau, MORE[name][theirs]["tau"])
        assert close(ours.p, MORE[name][theirs]["pval"])


def check_filled(ours: TrimFill, expected: dict[str, float | str | None], tolerance: float) -> None:
    for field, value in expected.items():
        if field in POOL_FIELDS:
            common = {"i2": "i2_q", "h2": "h2_q"} if ours.pool.method == "FE" else {}
            scale = 100.0 if field == "i2" and tolerance == LOOSE else 1.0
            assert close(getattr(ours.pool, common.get(field, field)), value, scale * tolerance), field
        elif value is None:
            assert ours.reasons[field]
        else:
            mine = getattr(ours, field)
            assert mine == value or close(mine, value), field


@pytest.mark.parametrize(("name", "key"), [(name, key) for name in WITH for key in case(name).values["trim_fill"]])
@covers("trim_fill.*.*")
def test_trim_and_fill_equals_metafor(name: str, key: str) -> None:
    """Every field of every trim-and-fill equals metafor's; its failures are named errors of ours."""
    data, expected = case(name), case(name).values["trim_fill"][key]
    method, estimator = key.split("_")
    options = {"method": method, "estimator": estimator, "test": "z"}
    if name == "edge_equal_variances":
        with pytest.raises(StatisticsError, match="all standard errors are equal"):
            trim_fill(data.yi, data.vi, **options)
    elif key == "DL_R0" and "error" in expected:
        with pytest.raises(StatisticsError, match="R0 is undefined"):
            trim_fill(data.yi, data.vi, **options)
    elif name == "edge_identical_effects":
        ours = trim_fill(data.yi, data.vi, **options)
        assert (ours.k0, ours.side, ours.pool.mu) == (0, expected["side"], pytest.approx(expected["mu"]))
        assert ours.pool.k == ours.k
    else:
        check_filled(trim_fill(data.yi, data.vi, **options), expected, LOOSE if method == "REML" else 1e-8)


@pytest.mark.parametrize(("name", "key"), [(name, key) for name in MORE for key in MORE[name]["trim_fill"]])
def test_trim_and_fill_equals_metafor_run_to_the_end(name: str, key: str) -> None:
    """With metafor's iterations run on, REML agrees to 1e-8 as well; standard error and p of k0 are metafor's."""
    data, (method, estimator) = case(name), key.split("_")
    ours = trim_fill(data.yi, data.vi, method=method, estimator=estimator, test="z")
    check_filled(ours, MORE[name]["trim_fill"][key], 1e-8)


@pytest.mark.parametrize(("name", "rule"), [(name, rule) for name in WITH for rule in case(name).values["fail_safe_n"]])
@covers("fail_safe_n.*")
def test_fail_safe_numbers_equal_metafor(name: str, rule: str) -> None:
    """Rosenthal's, Orwin's and Rosenberg's numbers equal metafor's, and say what they are for."""
    data = case(name)
    ours = fail_safe_n(data.yi, data.vi, rule=rule)
    assert ours.n == case(name).values["fail_safe_n"][rule]
    assert ours.notes == ("for parity with published reviews only",)


def selection_of(name: str) -> tuple[StepSelection, dict[str, float]]:
    data, expected = case(name), dict(case(name).values["selection"]["step_ML"])
    assert expected.pop("delta")[0] == 1
    delta = case(name).values["selection"]["step_ML"]["delta"][1]
    return step_selection(data.yi, data.vi), {**expected, "delta": delta}


# metafor estimates log tau², which stops at about 1e-6 where the maximum is at 0, and with it the likelihood below it;
# its optimiser stops early on flat likelihoods. On egger2001 it climbs the lower of two maxima (see the next test).
STOPS_SHORT = {
    ("edge_identical_effects", "lrt"): 1e-3,
    ("edge_identical_effects", "lrt_p"): 1e-2,
    ("synthetic_eight_log_hr", "lrt"): 1e-4,
    ("synthetic_eight_log_hr", "lrt_p"): 1e-4,
    ("edge_wide_variances", "se"): 1e-4,
    ("konstantopoulos2011_smd_clustered", "delta"): 1e-4,
}


@pytest.mark.parametrize("name", [name for name in WITH if name != "egger2001_log_or"])
@covers("selection.step_ML.*")
def test_selection_model_equals_metafor(name: str) -> None:
    """Mean, standard error, tau², delta and likelihood-ratio test agree as far as metafor's optimiser goes."""
    ours, expected = selection_of(name)
    for field, value in expected.items():
        tolerance = STOPS_SHORT.get((name, field), OPTIMISER)
        assert close(getattr(ours, field), value, tolerance), (field, getattr(ours, field), value)
    assert ours.lrt >= expected["lrt"] - 1e-7


def test_selection_model_takes_the_higher_of_two_maxima() -> None:
    """On egger2001 metafor's climb ends at a likelihood 1.5 lower than the one at tau² = 0, which it finds if told."""
    ours, theirs = selection_of("egger2001_log_or")
    assert ours.maxima == 2
    assert ours.lrt > theirs["lrt"] + 3.0
    told = MORE["egger2001_log_or"]["selection_tau2_0"]
    for field in ("mu", "se", "delta", "se_delta", "lrt"):
        assert close(getattr(ours, field), told[field], OPTIMISER)
    assert ours.log_likelihood == pytest.approx(told["ll"], abs=1e-8)


@pytest.mark.parametrize("name", [name for name in MORE if name != "egger2001_log_or"])
def test_selection_model_equals_metafor_run_to_the_end(name: str) -> None:
    """With metafor's optimiser run on (and told when tau² is 0) all fields agree to 1e-5, the likelihood to 1e-8."""
    ours, _ = selection_of(name)
    expected = MORE[name]["selection_tau2_0" if ours.tau2 == 0.0 else "selection"]
    for field in ("mu", "se", "tau2", "se_tau2", "delta", "se_delta", "lrt"):
        if expected[field] is None:
            assert ours.reasons[field] == "tau² is estimated at its bound, 0"
        else:
            assert close(getattr(ours, field), expected[field], OPTIMISER), field
    assert ours.log_likelihood == pytest.approx(expected["ll"], abs=1e-8)


def test_every_small_study_field_is_compared() -> None:
    """No analysis of this part in any file is left out: only the keys compared above exist."""
    assert len(WITH) == 9
    for name in WITH:
        values = case(name).values
        assert set(values["small_study"]) <= {*EGGER, "begg"}
        assert set(values["trim_fill"]) == {"DL_L0", "REML_L0", "DL_R0", "FE_L0"}
        assert set(values["fail_safe_n"]) == {"rosenthal", "orwin", "rosenberg"}
        assert set(values["selection"]) == {"step_ML"}
        for fields in values["trim_fill"].values():
            assert set(fields) <= {*POOL_FIELDS, "k0", "side", "error"}
