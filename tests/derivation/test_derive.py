"""Reported numbers → yi, vi, the route, why not, and flags."""

from __future__ import annotations

import math
from typing import Any

import pytest

from registry.derivation import derive
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


def test_log_ratio_and_se_win() -> None:
    """Where the source gives them, the ratio and its CI are not used."""
    got = derive({**RATIO, "log_hr": 0.5, "se_log_hr": 0.2})
    assert (got.yi, got.vi, got.derivation) == (0.5, 0.2 * 0.2, Derivation.SE)


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
        ({"est": 2.0, "p_value": 0.51}, NotPoolable.NO_INTERVAL),
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
    got = derive({**RATIO, **values, "log_hr": 0.5, "se_log_hr": 0.1})
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
