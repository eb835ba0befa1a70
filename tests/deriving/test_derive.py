"""From reported numbers to a log ratio: every route, the most direct first, and what leads nowhere."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import registry
from registry.deriving import Category, curve, derive
from registry.errors import NotFound, StatisticsError, UsageError
from registry.stats import rescale, routes
from registry.stats.curves import Curve, from_curves

CI = {"hr": "1.56", "ci_low": "1.08", "ci_high": "2.27"}


def near(value: float, expected: float, within: float = 1e-12) -> bool:
    return math.isclose(value, expected, rel_tol=within, abs_tol=within)


def test_bladder_trial_ba06() -> None:
    """Tierney et al. 2007: 485 deaths of 491 v 485 patients, log-rank p = 0.075, give 0.851 (0.712 to 1.016)."""
    made = derive(n_events=485, p_value="0.075", p_test="logrank", direction="better", n_index=491, n_reference=485)
    assert made.route == "events_p"
    assert [round(each, 3) for each in (made.hr, made.ci_low, made.ci_high)] == [0.851, 0.712, 1.016]
    assert round(1.0 / made.vi, 2) == 121.25
    assert round(made.yi / made.vi, 2) == -19.60


@pytest.mark.parametrize(
    ("numbers", "route", "expected"),
    [
        (CI, "ci", routes.by_ci(1.56, 1.08, 2.27)),
        ({**CI, "ci_level": 90.0}, "ci", routes.by_ci(1.56, 1.08, 2.27, level=90.0)),
        ({"log_hr": 0.44, "se_log_hr": 0.19}, "se", routes.by_se(0.44, 0.19)),
        ({"hr": 1.56, "se_log_hr": 0.19}, "se", routes.by_se(math.log(1.56), 0.19)),
        ({"hr": 1.56, "p_value": 0.02, "p_test": "wald"}, "p", routes.by_p(1.56, 0.02, test="wald")),
        ({"hr": 1.56, "p_value": 0.01, "p_sides": 1}, "p", routes.by_p(1.56, 0.01, sides=1)),
        ({"hr": 1.56, "p_value": "<0.05"}, "p_below", routes.by_p_below(1.56, 0.05)),
        ({"hr": 1.56, "p_value": "p ≤ 0.05"}, "p_below", routes.by_p_below(1.56, 0.05)),
        ({"o_minus_e": -19.6, "v": 121.25}, "o_e_v", routes.by_o_minus_e(-19.6, 121.25)),
        (
            {"n_events": 100, "p_value": 0.03, "direction": "worse", "equal_groups": True},
            "events_p",
            routes.by_events_and_p(100, 0.03, above=True, equal_groups=True),
        ),
    ],
)
def test_route_is_the_kernels(numbers: dict[str, Any], route: str, expected: routes.LogRatio) -> None:
    """Each route is that of `registry.stats`, and names itself."""
    made = derive(**numbers)
    assert made.route == route
    assert (made.yi, made.vi) == (expected.yi, expected.vi)
    assert made.sensitivity_only == expected.sensitivity_only


def test_interval_beats_a_p_value_and_both_are_shown() -> None:
    """The most direct route counts; the others stay visible."""
    made = derive(**CI, p_value="0.02", p_test="wald")
    assert made.route == "ci"
    assert [each.route for each in made.routes] == ["ci", "p"]
    assert made.yi == routes.by_ci(1.56, 1.08, 2.27).yi


def test_numbers_that_contradict_each_other_are_said() -> None:
    """Digits count: a ratio away from the middle of its interval, a p that is not the interval's."""
    assert any("midway" in note for note in derive(hr="2.00", ci_low="1.08", ci_high="2.27").notes)
    assert any("does not agree" in note for note in derive(**CI, p_value="0.60", p_test="wald").notes)
    assert not derive(**CI).notes


def test_inverted_and_rescaled() -> None:
    """Steps after the route are those of the kernel, and are named."""
    plain = derive(log_hr=0.002, se_log_hr=0.0005)
    turned = derive(log_hr=0.002, se_log_hr=0.0005, invert=True)
    assert near(turned.hr, 1.0 / plain.hr)
    assert turned.steps == ("reference inverted",)
    assert near(derive(log_hr=0.002, se_log_hr=0.0005, per_units=100).yi, 0.2)
    assert near(derive(log_hr=0.002, se_log_hr=0.0005, per_sd=150).yi, 0.3)
    assert near(derive(log_hr=0.5, se_log_hr=0.1, per_doubling="ln").yi, 0.5 * math.log(2.0))
    from_level = derive(log_hr=0.002, se_log_hr=0.0005, per_doubling=400)
    assert near(from_level.yi, 0.8)
    assert any("linear" in note for note in from_level.notes)


def test_categories_are_merged_by_their_counts() -> None:
    """Several categories against one reference become one comparison."""
    both = [Category(1.5, 1.1, 2.0), Category(2.1, 1.4, 3.1)]
    made = derive(categories=both, counts=[100, 80, 60], index=[1, 2])
    others = [routes.by_ci(each.hr, each.ci_low, each.ci_high) for each in both]
    expected = rescale.merge_categories(others, [100, 80, 60], index=[1, 2])
    assert (made.route, made.yi, made.vi) == ("merged", expected.yi, expected.vi)


def files(folder: Path) -> tuple[Path, Path]:
    """Write two digitised curves of exponential survival."""
    times = np.linspace(0.0, 36.0, 73)
    paths = []
    for name, rate in (("index", 0.06), ("reference", 0.03)):
        lines = ["Time,Survival", *(f"{time},{math.exp(-rate * time):.4f}" for time in times)]
        paths.append(folder / f"{name}.csv")
        paths[-1].write_text("\n".join(lines) + "\n", encoding="utf-8")
    return paths[0], paths[1]


def test_curves_from_files(tmp_path: Path) -> None:
    """Readings in CSV files with the table of numbers at risk beside them, in a file or as written."""
    index, reference = files(tmp_path)
    (tmp_path / "risk.csv").write_text("at_risk,time\n200,0\n139,12\n97,24\n68,36\n", encoding="utf-8")
    pair = curve(index, "0:200,12:97,24:47,36:23"), curve(reference, tmp_path / "risk.csv")
    made = derive(curves=pair)
    expected = from_curves(
        Curve(pair[0].times, pair[0].survival, [0, 12, 24, 36], [200, 97, 47, 23]),
        Curve(pair[1].times, pair[1].survival, [0, 12, 24, 36], [200, 139, 97, 68]),
    )
    assert (made.route, made.yi) == ("curve", expected.yi)
    assert abs(made.yi - math.log(2.0)) < 0.1


@pytest.mark.parametrize(
    ("text", "said"),
    [("t,s\n0,1\n", "time and survival"), ("time,survival\n0,one\n", r"c\.csv:2: 'one'"), ("", "nothing")],
)
def test_curve_file_that_cannot_be_read_says_where(tmp_path: Path, text: str, said: str) -> None:
    """A wrong file is named with its line and what was expected."""
    path = tmp_path / "c.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        curve(path, "0:10")


def test_curve_file_that_is_not_there() -> None:
    """Exit code 4, as for anything that is not found."""
    with pytest.raises(NotFound, match=r"no file nowhere\.csv"):
        curve("nowhere.csv", "0:10")


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({}, "no numbers"),
        ({"hr": 1.5, "ci_low": 1.1}, "--ci-high"),
        ({"hr": 1.0, "p_value": 0.9}, "ratio of 1"),
        ({"hr": 1.2, "p_value": 0.7}, "above 0.5"),
        ({"hr": 1.2, "p_value": ">0.05"}, "is a bound"),
        ({"n_events": 100}, "--p-value and --direction"),
        ({"n_events": 100, "p_value": 0.03, "direction": "worse"}, "--n-index and --n-reference"),
        ({"n_events": 0, "p_value": 0.03, "direction": "worse", "equal_groups": True}, "at least one"),
        ({"o_minus_e": 3.0}, "--v"),
        ({"counts": [10, 20]}, "--category"),
        ({"se_log_hr": 0.2}, "--hr"),
        ({"hr": "about 2", "ci_low": 1, "ci_high": 3}, "not a number"),
    ],
)
def test_refused_case_is_named_with_what_is_missing(numbers: dict[str, Any], said: str) -> None:
    """What leads nowhere says why, and which number would help."""
    with pytest.raises(UsageError, match=said):
        derive(**numbers)


def test_closed_route_beside_an_open_one_is_listed() -> None:
    """A p-value that gives nothing does not stand in the way of an interval."""
    made = derive(**CI, p_value=0.8)
    assert made.route == "ci"
    assert [each.route for each in made.closed] == ["p"]
    assert "0.5" in made.closed[0].why


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"hazard": 1.5}, "unknown number hazard"),
        ({**CI, "direction": "up"}, "worse or better"),
        ({**CI, "per_units": 10, "per_sd": 5}, "rescaled once"),
        ({**CI, "per_doubling": "log3"}, "not a number"),
    ],
)
def test_wrong_option_is_refused(options: dict[str, Any], said: str) -> None:
    """A slip is named."""
    with pytest.raises(UsageError, match=said):
        derive(**options)


def test_level_of_the_interval_shown_is_checked() -> None:
    """A share in place of a percentage is an error."""
    with pytest.raises(StatisticsError, match="percent"):
        derive(**CI, level=0.95)


def test_json_is_complete_and_the_package_offers_it() -> None:
    """`registry.derive` gives the same, and its JSON has no nan."""
    made = registry.derive(**CI, p_value=0.8).as_dict()
    json.dumps(made, allow_nan=False)
    assert made["routes"][0]["source"].startswith("Parmar")


def test_a_ci_and_an_se_that_contradict_each_other_are_refused() -> None:
    """Neither counts, and the slip is named as an import names it."""
    with pytest.raises(UsageError, match=r"0\.233 is 2\.15 × 0\.108: the SE of the HR"):
        derive(hr="2.15", ci_low="1.74", ci_high="2.66", se_log_hr="0.233")
    with pytest.raises(UsageError, match="it is its log10, and the natural log is 0"):
        derive(hr="2.15", log_hr="0.332", se_log_hr="0.047")


@pytest.mark.parametrize(("se", "route"), [("0.25", "ci"), ("0.250", "se"), ("0.24990", "se"), (0.2499, "se")])
def test_of_a_ci_and_an_se_the_more_precise_counts(se: str | float, route: str) -> None:
    """0.98 to 2.61 settles the standard error to 0.7 %; digits count, those of a text with its zeros."""
    assert derive(hr="1.60", ci_low="0.98", ci_high="2.61", se_log_hr=se).route == route


def test_a_ci_is_of_the_number_midway_in_it() -> None:
    """Beside a log ratio a CI may be the log's; where it is neither's, the route is closed."""
    made = derive(log_hr="0.40", ci_low="-0.10", ci_high="0.90")
    assert near(made.sei, 1.0 / (2 * 1.959963984540054))
    assert made.yi == 0.4
    assert any("CI of the log ratio" in note for note in made.notes)
    assert near(derive(log_hr="0.40", ci_low="1.10", ci_high="2.03").sei, routes.by_ci(1.5, 1.10, 2.03).sei)
    with pytest.raises(UsageError, match=r"neither log_hr = 0\.4 nor its ratio lies midway"):
        derive(log_hr="0.40", ci_low="0.10", ci_high="0.95")


@pytest.mark.parametrize(
    ("numbers", "said", "hint"),
    [
        ({**CI, "ci_level": 0.95}, "ci_level = 0.95 cannot be", "--ci-level 95"),
        ({**CI, "ci_level": 30.0}, "percent, from 50 to 99.99", "95"),
        ({"hr": "1.5", "p_value": "0.000"}, "a smaller p-value, rounded", "<0.0005"),
        ({"hr": "1.5", "p_value": 0}, "p = 0 cannot be", "<0.001"),
        ({**CI, "direction": "better"}, "direction is better, and hr = 1.56 says the opposite", "--invert"),
        ({"log_hr": "-0.4", "se_log_hr": "0.1", "direction": "worse"}, "log_hr = -0.4 says the opposite", "--invert"),
    ],
)
def test_what_an_import_refuses_is_refused(numbers: dict[str, Any], said: str, hint: str) -> None:
    """A fraction for a level, a p of 0 and a direction against the ratio are errors, with what to type."""
    with pytest.raises(UsageError) as refused:
        derive(**numbers)
    assert said in refused.value.message
    assert hint in refused.value.hint


def test_a_p_above_half_is_used_where_its_digits_settle_the_standard_error() -> None:
    """1.50 with p = 0.60 does, 1.5 with p = 0.7 does not: the printed digits decide."""
    assert near(derive(hr="1.50", p_value="0.60", p_test="wald").yi, math.log(1.5))
    with pytest.raises(UsageError, match=r"p = 0\.7 is above 0\.5: rounding of it"):
        derive(hr="1.5", p_value="0.7", p_test="wald")


@pytest.mark.parametrize("numbers", [{"hr": "3.15"}, {"hr": "1.15"}, {"hr": "3.15", "se_log_hr": "0.108"}])
def test_a_ratio_outside_its_interval_is_refused(numbers: dict[str, str]) -> None:
    """One of the three numbers is misread, and nothing is derived of them."""
    with pytest.raises(UsageError, match=r"lies outside its CI, 1\.74 to 2\.66"):
        derive(**numbers, ci_low="1.74", ci_high="2.66")


def test_a_ratio_outside_the_interval_of_its_log_is_none() -> None:
    """Bounds of the log ratio do not speak against the ratio."""
    assert derive(hr="1.49", log_hr="0.40", ci_low="0.10", ci_high="0.70").yi == 0.4


@pytest.mark.parametrize("minus", ["\u2212", "\u2013", "-"])
def test_a_minus_is_one_however_it_is_printed(minus: str) -> None:
    """The typographic minus of a report is a minus."""
    made = derive(log_hr=f"{minus}0.40", ci_low=f"{minus}0.90", ci_high="0.10")
    assert (made.yi, made.hr < 1.0) == (-0.4, True)
