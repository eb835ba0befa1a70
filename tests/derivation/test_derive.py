"""Reported numbers → yi, vi, the route, why not, and flags."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.derivation import derive, hard_faults, reason_in_words, with_ratio_bounds
from registry.meaning.printed import Scale, interval_scale, log_fault, se_beside_ci, told
from registry.terms import Derivation, Flag, NotPoolable

Z95, Z90 = 1.959963984540054, 1.6448536269514722
RATIO = {"est": 2.0, "ci_low": 1.0, "ci_high": 4.0, "ci_level": 95.0}


def test_ci_gives_log_ratio_and_variance_at_its_level() -> None:
    """SE is the log width over twice the quantile of the stored level, not of a fixed 95 %."""
    for level, z in ((95.0, Z95), (90.0, Z90)):
        got = derive({**RATIO, "ci_level": level})
        assert (got.derivation, got.not_poolable, got.flags) == (Derivation.CI, None, ())
        assert got.yi == math.log(2.0)
        assert got.vi == pytest.approx((math.log(4.0) / (2 * z)) ** 2, rel=1e-14)


def test_assumed_level_is_flagged() -> None:
    """A CI without level counts as 95 %, and says so."""
    got = derive({**RATIO, "ci_level": None})
    assert (got.flags, got.vi) == ((Flag.LEVEL_ASSUMED,), derive(RATIO).vi)


def test_log_ratio_and_the_more_precise_of_se_and_ci_win() -> None:
    """The log ratio is used as reported; of an SE and a CI that agree, the one with more digits."""
    got = derive({**RATIO, "log_hr": 0.69, "se_log_hr": 0.35366})
    assert (got.yi, got.vi, got.derivation) == (0.69, 0.35366 * 0.35366, Derivation.SE)
    printed = {"est_text": "2.000", "ci_low_text": "1.000", "ci_high_text": "4.000"}
    got = derive({**RATIO, **printed, "log_hr": 0.69, "se_log_hr": 0.35})
    assert (got.yi, got.vi, got.derivation) == (0.69, derive(RATIO).vi, Derivation.CI)


def test_ratio_with_se_of_its_log() -> None:
    """A ratio and an SE are enough."""
    got = derive({"est": 2.0, "se_log_hr": 0.2})
    assert (got.yi, got.vi, got.derivation) == (math.log(2.0), 0.2 * 0.2, Derivation.SE)


def test_log_ratio_with_ci() -> None:
    """A log ratio alone takes its SE from the CI of the ratio."""
    got = derive({"log_hr": 0.5, "ci_low": 1.0, "ci_high": 4.0, "ci_level": 95.0})
    assert (got.yi, got.vi, got.derivation) == (0.5, derive(RATIO).vi, Derivation.CI)


def test_exact_p_gives_an_se_that_needs_leave() -> None:
    """Numbers are there, and the reason keeps them out of a pool unless allowed."""
    got = derive({"est": 2.0, "p_value": 0.05, "p_operator": "=", "p_test": "logrank"})
    assert (got.derivation, got.not_poolable, got.flags) == (Derivation.P, NotPoolable.P_DERIVED, ())
    assert got.vi == pytest.approx((math.log(2.0) / Z95) ** 2, rel=1e-12)


@pytest.mark.parametrize("test", [None, "unclear"])
def test_unnamed_test_behind_p_is_flagged(test: str | None) -> None:
    """An SE from the p of an unnamed test says so."""
    assert derive({"est": 2.0, "p_value": 0.01, "p_test": test}).flags == (Flag.P_TEST_UNCLEAR,)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"est": 2.0, "p_value": 0.001, "p_operator": "<"}, NotPoolable.NO_INTERVAL),
        ({"est": 2.0, "p_value": 0.51}, NotPoolable.P_ABOVE_HALF),
        ({"est": 1.02, "est_text": "1.02", "p_value": 0.9, "p_text": "0.90"}, NotPoolable.P_ABOVE_HALF),
        ({"est": 1.0, "p_value": 0.99}, NotPoolable.NO_INTERVAL),
        ({"est": 2.0, "p_value": 0.0}, NotPoolable.NO_INTERVAL),
        ({"est": 1.0, "p_value": 0.2}, NotPoolable.NO_INTERVAL),
        ({"est": 2.0}, NotPoolable.NO_INTERVAL),
        ({"log_hr": 0.5}, NotPoolable.NO_INTERVAL),
        ({"est": 2.0, "ci_low": 1.0}, NotPoolable.ONE_BOUND),
        ({"est": 2.0, "ci_high": 4.0, "p_value": 0.01}, NotPoolable.ONE_BOUND),
        ({"effect_direction": "worse", "p_value": 0.01}, NotPoolable.DIRECTION_ONLY),
        ({"effect_direction": "none"}, NotPoolable.DIRECTION_ONLY),
        ({"p_value": 0.01}, NotPoolable.NO_RATIO),
        ({"ci_low": 1.0, "ci_high": 4.0}, NotPoolable.NO_RATIO),
        ({}, NotPoolable.NO_RATIO),
    ],
)
def test_what_gives_no_se_says_why(values: dict[str, Any], reason: NotPoolable) -> None:
    """Either both numbers or neither, with a reason out of a closed list."""
    got = derive(values)
    assert (got.yi, got.vi, got.derivation, got.not_poolable) == (None, None, Derivation.NONE, reason)


@pytest.mark.parametrize(
    ("values", "flag"),
    [
        ({"est": 5.0}, Flag.OUTSIDE_CI),
        ({"est": 0.9}, Flag.OUTSIDE_CI),
        ({"ci_low": 4.0, "ci_high": 1.0}, Flag.CI_REVERSED),
        ({"ci_low": 2.0, "ci_high": 2.0}, Flag.CI_WIDTH_ZERO),
        ({"ci_low": 0.0}, Flag.CI_NOT_POSITIVE),
        ({"ci_level": 0.95}, Flag.CI_LEVEL_RANGE),
    ],
)
def test_hard_fault_is_disputed_and_has_no_numbers(values: dict[str, Any], flag: Flag) -> None:
    """What no correct report can print is never turned into a plausible number."""
    log = math.log({**RATIO, **values}["est"] or 1.0)
    got = derive({**RATIO, **values, "log_hr": log, "se_log_hr": 0.1, "trust": "se"})
    assert (got.yi, got.vi, got.not_poolable, got.flags) == (None, None, NotPoolable.DISPUTED, (flag,))


def test_bound_equal_to_the_ratio_is_no_fault() -> None:
    """Rounding can make a bound and the ratio the same number."""
    assert derive({**RATIO, "ci_low": 2.0}).not_poolable is None


def test_disputed_by_a_curator_keeps_its_numbers_unused() -> None:
    """The numbers stay visible; the reason keeps them out."""
    got = derive({**RATIO, "status": "disputed"})
    assert (got.yi, got.not_poolable) == (math.log(2.0), NotPoolable.DISPUTED)


def test_off_centre_counts_printed_digits() -> None:
    """What rounding of the printed digits explains is no flag; what it cannot explain is."""
    texts = {"est_text": "1.1", "ci_low_text": "1.0", "ci_high_text": "1.3"}
    assert derive({"est": 1.1, "ci_low": 1.0, "ci_high": 1.3, "ci_level": 95.0, **texts}).flags == ()
    more = {name: text + "0" for name, text in texts.items()}
    got = derive({"est": 1.1, "ci_low": 1.0, "ci_high": 1.3, "ci_level": 95.0, **more})
    assert got.flags == (Flag.OFF_CENTRE,)
    assert got.not_poolable is None


def test_asymmetric_interval_is_not_off_centre() -> None:
    """Profile and bootstrap intervals need not be symmetric."""
    skewed = {"est": 2.0, "ci_low": 1.5, "ci_high": 9.0, "ci_level": 95.0}
    assert derive(skewed).flags == (Flag.OFF_CENTRE,)
    assert derive({**skewed, "ci_type": "profile"}).flags == ()


def test_p_that_contradicts_its_ci_is_flagged() -> None:
    """A CI that excludes 1 by far and a p of 0.6 cannot both be right."""
    apart = {"est": 2.0, "ci_low": 1.5, "ci_high": 2.67, "ci_level": 95.0, "p_operator": "="}
    assert Flag.P_CONTRADICTS in derive({**apart, "p_value": 0.6, "p_text": "0.6"}).flags
    assert Flag.P_CONTRADICTS not in derive({**apart, "p_value": 0.001, "p_text": "<0.001", "p_operator": "<"}).flags


def test_text_that_is_more_than_a_number_is_not_judged() -> None:
    """Without countable digits there is nothing to say about rounding."""
    assert derive({"est": 2.0, "ci_low": 1.5, "ci_high": 9.0, "ci_level": 95.0, "est_text": "about 2"}).flags == ()


@pytest.mark.parametrize("method", ["roc", "min_p", "data_driven"])
def test_data_driven_cutoff_is_flagged(method: str) -> None:
    """A cutoff chosen on the outcome travels with a flag."""
    assert derive({**RATIO, "cutoff_method": method}).flags == (Flag.DATA_DRIVEN_CUTOFF,)


@pytest.mark.parametrize(
    "values",
    [
        {"est": 1e308, "ci_low": 1e-300, "ci_high": 1.7e308, "ci_level": 95.0},
        {"est": 2.0, "ci_low": 2.0, "ci_high": math.nextafter(2.0, 3.0), "ci_level": 95.0},
        {"est": 2.0, "se_log_hr": 1e-200},
        {"est": 2.0, "se_log_hr": 1e200},
    ],
)
def test_numbers_at_the_edge_of_floats_are_numbers_or_nothing(values: dict[str, Any]) -> None:
    """A row that can be pooled has a finite yi and a finite vi above 0."""
    got = derive(values)
    if got.not_poolable is None:
        assert got.yi is not None
        assert got.vi is not None
        assert math.isfinite(got.yi)
        assert 0.0 < got.vi < math.inf
    else:
        assert (got.yi, got.vi) == (None, None)


def printed(**texts: str) -> dict[str, Any]:
    """Give a row of numbers with the texts they are printed as."""
    return {name: float(text) for name, text in texts.items()} | {f"{name}_text": text for name, text in texts.items()}


STATA = printed(est="2.15", ci_low="1.74", ci_high="2.66") | {"se_log_hr": 0.233}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (STATA, "0.233 is 2.15 × 0.108: the SE of the HR"),
        ({**STATA, "se_log_hr": 0.047}, "0.047 is 0.108/ln 10: the SE of the log10 of the ratio"),
        ({**STATA, "se_log_hr": 0.129}, "0.129 fits an interval of 90 %, not of 95 %"),
        ({**STATA, "se_log_hr": 0.129, "ci_level": 99.0}, "0.129 fits an interval of 90 %, not of 99 %"),
        ({**STATA, "se_log_hr": 0.0824}, "0.0824 fits an interval of 99 %, not of 95 %"),
        ({**STATA, "se_log_hr": 0.0117}, "0.0117 is 0.108²: the variance"),
        ({**STATA, "se_log_hr": 0.212}, "0.212 is 1.96 × 0.108: half the width of the interval"),
        ({**STATA, "se_log_hr": 0.3}, "the SE 0.3 and the CI, whose SE is 0.108, differ by 128 %"),
    ],
)
def test_se_that_is_not_of_its_ci_has_no_place_until_a_curator_says_which_counts(
    row: dict[str, Any], said: str
) -> None:
    """Neither number is used, the slip is named where it is known, and the curator's word decides."""
    twice = se_beside_ci(row)
    assert twice is not None
    assert twice.apart is not None
    assert told(twice.apart) == said
    got = derive({"ci_level": 95.0, **row})
    assert (got.yi, got.vi, got.derivation, got.not_poolable) == (None, None, Derivation.NONE, NotPoolable.NUMBERS)
    assert Flag.SE_CONTRADICTS in got.flags
    by_ci, by_se = (derive({"ci_level": 95.0, **row, "trust": word}) for word in ("ci", "se"))
    assert by_ci.vi == derive({"ci_level": 95.0, **row, "se_log_hr": None}).vi
    assert (by_se.vi, by_se.derivation) == (row["se_log_hr"] ** 2, Derivation.SE)
    assert {by_ci.not_poolable, by_se.not_poolable} == {None}
    assert Flag.SE_CONTRADICTS in by_ci.flags


@pytest.mark.parametrize("ci_type", ["profile", "bootstrap", "firth", "robust", "t"])
def test_an_interval_of_another_kind_need_not_be_of_the_se(ci_type: str) -> None:
    """Only Wald's interval is made of the standard error and the normal quantile."""
    got = derive({**STATA, "ci_level": 95.0, "ci_type": ci_type})
    assert (got.not_poolable, got.derivation, got.vi) == (None, Derivation.SE, 0.233**2)


@given(yi=st.floats(-1.5, 1.5), se=st.floats(0.05, 0.6), digits=st.integers(1, 4), more=st.integers(0, 2))
@settings(max_examples=200, deadline=None)
def test_correct_rounding_never_separates_se_and_ci(yi: float, se: float, digits: int, more: int) -> None:
    """A Wald analysis that prints everything, each number rounded, is never refused and never of unclear scale."""
    texts = {
        name: f"{math.exp(yi + step * Z95 * se):.{digits}f}"
        for name, step in (("est", 0), ("ci_low", -1), ("ci_high", 1))
    }
    row = printed(**texts, log_hr=f"{yi:.{digits + more}f}", se_log_hr=f"{se:.{digits + 1}f}")
    if not 0.0 < row["ci_low"] < row["ci_high"]:
        return
    assert derive({**row, "ci_level": 95.0}).not_poolable is None


@given(yi=st.floats(-2.0, 2.0), se=st.floats(0.05, 0.8), digits=st.integers(2, 5))
@settings(max_examples=200, deadline=None)
def test_an_interval_of_the_log_is_known_by_its_middle(yi: float, se: float, digits: int) -> None:
    """Whatever the sign of its bounds, a log ratio's interval gives the log ratio's standard error."""
    low, log, high = (f"{yi + step * Z95 * se:.{digits}f}" for step in (-1, 0, 1))
    got = derive({**printed(log_hr=log, ci_low=low, ci_high=high), "ci_level": 95.0})
    assert got.not_poolable is None
    assert (got.yi, got.derivation) == (float(log), Derivation.CI)
    assert got.vi is not None
    assert math.sqrt(got.vi) == pytest.approx((float(high) - float(low)) / (2 * Z95), rel=1e-9)


@pytest.mark.parametrize(
    ("row", "scale"),
    [
        (printed(log_hr="0.40", ci_low="0.10", ci_high="0.70"), Scale.LOG),
        (printed(log_hr="0.40", ci_low="1.10", ci_high="2.03"), Scale.RATIO),
        (printed(log_hr="0.40", ci_low="0.10", ci_high="0.95"), Scale.NEITHER),
        (printed(log_hr="0.40", ci_low="1.60", ci_high="2.03"), Scale.NEITHER),
        (printed(log_hr="1", ci_low="1", ci_high="3"), Scale.EITHER),
        ({**printed(log_hr="0.40", ci_low="1.20", ci_high="9.03"), "ci_type": "profile"}, Scale.RATIO),
        ({**printed(log_hr="0.40", ci_low="0.10", ci_high="0.95"), "ci_type": "profile"}, Scale.LOG),
        (printed(est="1.49", log_hr="0.40", ci_low="1.20", ci_high="2.50"), Scale.RATIO),
        (printed(est="1.49", log_hr="0.40", ci_low="0.10", ci_high="0.70"), Scale.LOG),
    ],
)
def test_an_interval_belongs_to_the_number_midway_in_it(row: dict[str, Any], scale: Scale) -> None:
    """The log's where the log lies midway, the ratio's where the ratio does; disputed where neither or both."""
    assert interval_scale(row) is scale
    disputed = scale in (Scale.NEITHER, Scale.EITHER)
    assert (derive({**row, "ci_level": 95.0}).not_poolable is NotPoolable.DISPUTED) is disputed
    kept = with_ratio_bounds(row)
    assert dict(with_ratio_bounds(kept)) == dict(kept)


def test_log10_is_no_log_ratio() -> None:
    """A log ratio that is not the natural log of its ratio breaks a hard rule."""
    row = {**STATA, "log_hr": 0.332, "se_log_hr": None}
    assert hard_faults(row) == (Flag.LOG_CONTRADICTS,)
    assert "log10" in log_fault(row)
    assert hard_faults({**row, "log_hr": 0.77}) == ()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"est": 1.7, "p_value": 0.001, "p_operator": "<", "not_poolable": "no-interval"}, "p is only a bound"),
        ({"est": 1.0, "p_value": 0.99, "not_poolable": "no-interval"}, "a ratio of 1 with its p, which fits every SE"),
        (
            {"log_hr": 0.0, "p_value": 0.99, "not_poolable": "no-interval"},
            "a ratio of 1 with its p, which fits every SE",
        ),
        ({"est": 1.5, "not_poolable": "no-interval"}, "no CI and no SE"),
        ({"est": 1.4, "ci_low": 1.1, "p_value": 0.014, "not_poolable": "one-bound"}, "one bound only"),
        ({"est": 1.02, "p_value": 0.9, "not_poolable": "p-above-half"}, "p too large to give an SE"),
        ({"est": 1.5, "not_poolable": None}, ""),
    ],
)
def test_each_row_says_its_own_reason(row: dict[str, Any], words: str) -> None:
    """A bound, a ratio of 1, one bound of a CI and a large p are different reasons."""
    assert reason_in_words(row) == words


@pytest.mark.parametrize(
    ("est", "flagged"),
    [({"est": 0.50, "ci_low": 0.30, "ci_high": 0.83}, True), ({"est": 2.0, "ci_low": 1.2, "ci_high": 3.33}, False)],
)
def test_counts_that_point_the_other_way_are_a_doubt(est: dict[str, float], flagged: bool) -> None:
    """80 of 100 against 40 of 100 beside 0.50 is a doubt, never a refusal; few events are none."""
    counts = {"n_index": 100, "n_reference": 100, "events_index": 80, "events_reference": 40}
    derived = derive({**est, "ci_level": 95.0, **counts})
    assert (Flag.COUNTS_OPPOSE in derived.flags, derived.not_poolable) == (flagged, None)
    few = {**counts, "events_index": 3, "events_reference": 2}
    assert Flag.COUNTS_OPPOSE not in derive({**est, "ci_level": 95.0, **few}).flags


def test_a_direction_that_contradicts_itself_is_not_poolable() -> None:
    """Stored before it was settled, above against below beside `<` keeps its numbers unused; settled rows stand."""
    row = {"est": 1.6, "ci_low": 1.25, "ci_high": 2.05, "contrast": "above_vs_below", "cutoff_operator": "<"}
    assert derive(row).not_poolable is NotPoolable.DIRECTION
    assert derive({**row, "contrast_basis": "stated"}).not_poolable is None
    assert derive({**row, "contrast": "category"}).not_poolable is None
