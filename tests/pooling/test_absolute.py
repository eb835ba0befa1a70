"""A pooled ratio becomes risks of two groups, with intervals from its bounds, and only where that makes sense."""

from __future__ import annotations

from typing import Any

import pytest

from registry.errors import PoolRefused, UsageError
from registry.frame import Frame
from registry.pooling import PoolResult, pool
from registry.pooling.absolute import absolute
from registry.report import absolute as report
from registry.stats.absolute import by_hazard_ratio
from tests.pooling.rows import MYELOMA_OS, rows


def pooled(data: list[Any] = MYELOMA_OS, **same: Any) -> PoolResult:
    known = {"measure": "hr", "contrast": "above_vs_below", "endpoint": "OS", **same}
    return pool(Frame.from_rows(rows(data, **known)), method="DL", test="z")


def exactly(hr: float) -> PoolResult:
    return pooled([("one 2020", 100, hr, hr / 1.5, hr * 1.5)], endpoint="PFS")


def test_known_answer_in_words() -> None:
    """HR 2.15, survival 0.50, prevalence 0.40: 265 more progressions or deaths per 1000."""
    found = absolute(exactly(2.15), survival=0.50, prevalence=0.40, at="24 months")
    assert found.survival_low.value == pytest.approx(0.606, abs=5e-4)
    assert found.survival_high.value == pytest.approx(0.341, abs=5e-4)
    assert report.headline(found).startswith("265 more progressions or deaths per 1000 (95 % CI ")
    assert "659" in report.sentence(found)
    assert "394" in report.sentence(found)


def test_intervals_are_those_of_the_bounds_of_the_ratio() -> None:
    """Each bound is what its own ratio gives with the same survival and prevalence."""
    result = pooled()
    found = absolute(result, survival=0.6, prevalence=0.3)
    for name, ratio in (("ci_low", result.pool.hr_ci_low), ("pi_high", result.pool.hr_pi_high)):
        low, high = by_hazard_ratio(ratio, 0.6, 0.3)
        assert getattr(found.difference, name) == pytest.approx(1000.0 * float(low - high))
        assert getattr(found.survival_low, name) == pytest.approx(float(low))
    assert found.survival_high.ci_low == pytest.approx(float(by_hazard_ratio(result.pool.hr_ci_high, 0.6, 0.3).high))
    for each in (found.survival_low, found.survival_high, found.risk_low, found.risk_high, found.difference):
        assert each.pi_low < each.ci_low < each.value < each.ci_high < each.pi_high


def test_survival_of_the_low_group_is_taken_as_it_is() -> None:
    """With baseline low nothing is solved for: the high group has it to the power HR, the low one no interval."""
    found = absolute(exactly(2.0), survival=0.5, baseline="low")
    assert found.survival_low.value == found.survival_low.ci_high == 0.5
    assert found.survival_high.value == pytest.approx(0.25)
    assert found.prevalence is None


def test_ends_of_ranges_make_corners() -> None:
    """Two ranges have four corners, each what it would be alone; the middle stands above them."""
    found = absolute(exactly(2.15), survival=(0.4, 0.6), prevalence=(0.3, 0.5))
    assert (found.survival, found.prevalence) == (0.5, 0.4)
    assert [(each.survival, each.prevalence) for each in found.corners] == [
        (0.4, 0.3), (0.4, 0.5), (0.6, 0.3), (0.6, 0.5)
    ]  # fmt: skip
    alone = absolute(exactly(2.15), survival=0.6, prevalence=0.3)
    assert found.corners[2].difference == alone.difference
    assert not alone.corners
    assert len(list(report.tables(found))) == 2


def test_interval_across_no_difference_says_both_directions() -> None:
    """A ratio that may be below 1 may save events."""
    found = absolute(pooled(), survival=0.5, prevalence=0.4)
    assert "fewer to" in report.difference(found)
    assert report.spread(-20.2, 180.4) == "20 fewer to 180 more"
    assert report.spread(-180.4, -20.2) == "20 to 180 fewer"
    assert report.difference(absolute(exactly(1.0), survival=0.5, prevalence=0.4)).startswith("no more ")


@pytest.mark.parametrize("measure", ["rr", "or"])
def test_other_ratios_have_their_own_formulae(measure: str) -> None:
    """Risks and odds of the two groups are in the ratio that was pooled."""
    found = absolute(pooled(measure=measure), survival=0.7, prevalence=0.4)
    high, low = found.risk_high.value / 1000.0, found.risk_low.value / 1000.0
    ratio = high / low if measure == "rr" else (high / (1.0 - high)) / (low / (1.0 - low))
    assert ratio == pytest.approx(found.ratio.value)
    assert 0.4 * high + 0.6 * low == pytest.approx(0.3)


def test_risk_above_one_is_undefined_with_its_reason() -> None:
    """A relative risk that no group could have gives None, not a number above all patients."""
    found = absolute(pooled(measure="rr"), survival=0.15, baseline="low")
    assert found.risk_high.value is None
    assert "above 1" in found.reasons["value"]
    assert report.headline(found)


@pytest.mark.parametrize(
    ("same", "said"),
    [
        ({"contrast": "per_doubling"}, "not of two groups: contrast per_doubling"),
        ({"contrast": "unclear"}, "not of two groups"),
        ({"contrast": None}, "not stated"),
        ({"measure": "cause_specific_hr"}, "other events compete"),
        ({"measure": None}, "which ratio was pooled"),
    ],
)
def test_ratio_that_is_not_of_two_groups_is_refused(same: dict[str, Any], said: str) -> None:
    """Per unit, unclear, or of one cause among several: no risk of a high and a low group follows."""
    with pytest.raises(PoolRefused, match=said):
        absolute(pooled(**same), survival=0.5, prevalence=0.4)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"survival": 50.0, "prevalence": 0.4}, "survival is 50(.|\n)*50 % is 0.5"),
        ({"survival": 1.0, "prevalence": 0.4}, "survival is 1"),
        ({"survival": 0.5}, "prevalence is missing"),
        ({"survival": 0.5, "prevalence": (0.5, 0.3)}, "prevalence is 0.5 to 0.3"),
        ({"survival": 0.5, "prevalence": 0.4, "baseline": "low"}, "needs no prevalence"),
        ({"survival": 0.5, "prevalence": 0.4, "baseline": "lo"}, "did you mean 'low'"),
        ({"survival": 0.5, "prevalence": 0.4, "per": 0}, "per is 0"),
    ],
)
def test_what_cannot_be_meant_is_refused(asked: dict[str, Any], said: str) -> None:
    """Every message says what is wrong and what was expected."""
    with pytest.raises(UsageError, match=said):
        absolute(exactly(2.0), **asked)


def test_two_estimates_have_no_headline_interval_here_either() -> None:
    """Under Hartung-Knapp two estimates give a difference without interval, and the reason."""
    two = pool(Frame.from_rows(rows(MYELOMA_OS[:2], measure="hr", contrast="above_vs_below")))
    found = absolute(two, survival=0.5, prevalence=0.4)
    assert found.difference.value is not None
    assert found.difference.ci_low is None
    assert "k = 2" in found.reasons["ci"]


def test_invented_cohorts_stay_marked() -> None:
    """A result of simulated rows says so in its JSON and notes."""
    found = absolute(pooled(origin="simulated"), survival=0.5, prevalence=0.4)
    assert found.as_dict()["simulated"] is True
    assert any("SIMULATED" in note for note in found.notes)
