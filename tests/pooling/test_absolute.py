"""A pooled ratio becomes risks of two groups, with intervals from its bounds, and only where that makes sense."""

from __future__ import annotations

from typing import Any

import pytest

from registry.errors import PoolRefused, UsageError
from registry.frame import Frame
from registry.pooling import PoolResult, pool
from registry.pooling.absolute import absolute
from registry.pooling.absolute_result import AbsoluteResult
from registry.report import absolute as report
from registry.stats.absolute import by_hazard_ratio
from tests.pooling.rows import MYELOMA_OS, rows


def pooled(data: list[Any] = MYELOMA_OS, **same: Any) -> PoolResult:
    known = {"measure": "hr", "contrast": "above_vs_below", "endpoint": "OS", **same}
    return pool(Frame.from_rows(rows(data, **known)), method="DL", test="z")


def exactly(hr: float) -> PoolResult:
    return pooled([("one 2020", 100, hr, hr / 1.5, hr * 1.5)], endpoint="PFS")


def risks(result: PoolResult, **given: Any) -> AbsoluteResult:
    """Give absolute risks by 24 months, or by the time that is given."""
    return absolute(result, **{"at": "24 months", **given})


def test_known_answer_in_words() -> None:
    """HR 2.15, survival 0.50, prevalence 0.40: 265 more progressions or deaths per 1000."""
    found = risks(exactly(2.15), survival=0.50, prevalence=0.40)
    assert found.survival_low.value == pytest.approx(0.606, abs=5e-4)
    assert found.survival_high.value == pytest.approx(0.341, abs=5e-4)
    assert report.headline(found).startswith("265 more progressions or deaths per 1000 (95 % CI ")
    assert "659" in report.sentence(found)
    assert "394" in report.sentence(found)


def test_intervals_are_those_of_the_bounds_of_the_ratio() -> None:
    """Each bound is what its own ratio gives with the same survival and prevalence."""
    result = pooled()
    found = risks(result, survival=0.6, prevalence=0.3)
    for name, ratio in (("ci_low", result.pool.hr_ci_low), ("pi_high", result.pool.hr_pi_high)):
        low, high = by_hazard_ratio(ratio, 0.6, 0.3)
        assert getattr(found.difference, name) == pytest.approx(1000.0 * float(low - high))
        assert getattr(found.survival_low, name) == pytest.approx(float(low))
    assert found.survival_high.ci_low == pytest.approx(float(by_hazard_ratio(result.pool.hr_ci_high, 0.6, 0.3).high))
    for each in (found.survival_low, found.survival_high, found.risk_low, found.risk_high, found.difference):
        assert each.pi_low < each.ci_low < each.value < each.ci_high < each.pi_high


def test_survival_of_the_low_group_is_taken_as_it_is() -> None:
    """With baseline low nothing is solved for: the high group has it to the power HR, the low one no interval."""
    found = risks(exactly(2.0), survival=0.5, baseline="low")
    assert found.survival_low.value == found.survival_low.ci_high == 0.5
    assert found.survival_high.value == pytest.approx(0.25)
    assert found.prevalence is None


def test_ends_of_ranges_make_corners() -> None:
    """Two ranges have four corners, each what it would be alone; the middle stands above them."""
    found = risks(exactly(2.15), survival=(0.4, 0.6), prevalence=(0.3, 0.5))
    assert (found.survival, found.prevalence) == (0.5, 0.4)
    assert [(each.survival, each.prevalence) for each in found.corners] == [
        (0.4, 0.3), (0.4, 0.5), (0.6, 0.3), (0.6, 0.5)
    ]  # fmt: skip
    alone = risks(exactly(2.15), survival=0.6, prevalence=0.3)
    assert found.corners[2].difference == alone.difference
    assert not alone.corners
    assert len(list(report.tables(found))) == 2


def test_interval_across_no_difference_says_both_directions() -> None:
    """A ratio that may be below 1 may save events."""
    found = risks(pooled(), survival=0.5, prevalence=0.4)
    assert "fewer to" in report.difference(found)
    assert report.spread(-20.2, 180.4) == "20 fewer to 180 more"
    assert report.spread(-180.4, -20.2) == "20 to 180 fewer"
    assert report.difference(risks(exactly(1.0), survival=0.5, prevalence=0.4)).startswith("no more ")


@pytest.mark.parametrize("measure", ["rr", "or"])
def test_other_ratios_have_their_own_formulae(measure: str) -> None:
    """Risks and odds of the two groups are in the ratio that was pooled."""
    found = risks(pooled(measure=measure), survival=0.7, prevalence=0.4)
    high, low = found.risk_high.value / 1000.0, found.risk_low.value / 1000.0
    ratio = high / low if measure == "rr" else (high / (1.0 - high)) / (low / (1.0 - low))
    assert ratio == pytest.approx(found.ratio.value)
    assert 0.4 * high + 0.6 * low == pytest.approx(0.3)


def test_risk_above_one_is_undefined_with_its_reason() -> None:
    """A relative risk that no group could have gives None, not a number above all patients."""
    found = risks(pooled(measure="rr"), survival=0.15, baseline="low")
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
        risks(pooled(**same), survival=0.5, prevalence=0.4)


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
        ({"survival": 0.5, "prevalence": 0.4, "at": None}, 'no time is named(.|\n)*--at-time "24 months"'),
        ({"survival": 0.5, "prevalence": 0.4, "at": " "}, "no time is named"),
    ],
)
def test_what_cannot_be_meant_is_refused(asked: dict[str, Any], said: str) -> None:
    """Every message says what is wrong and what was expected."""
    with pytest.raises(UsageError, match=said):
        risks(exactly(2.0), **asked)


def test_two_estimates_have_no_headline_interval_here_either() -> None:
    """Under Hartung-Knapp two estimates give a difference without interval, and the reason."""
    two = pool(Frame.from_rows(rows(MYELOMA_OS[:2], measure="hr", contrast="above_vs_below")))
    found = risks(two, survival=0.5, prevalence=0.4)
    assert found.difference.value is not None
    assert found.difference.ci_low is None
    assert "k = 2" in found.reasons["ci"]


def test_invented_cohorts_stay_marked() -> None:
    """A result of simulated rows says so in its JSON and notes."""
    found = risks(pooled(origin="simulated"), survival=0.5, prevalence=0.4)
    assert found.as_dict()["simulated"] is True
    assert any("SIMULATED" in note for note in found.notes)


def assumed_of(*adjusted: str) -> str:
    """Give what stands under the table of a pool of estimates that are adjusted, or not."""
    each = rows(MYELOMA_OS[: len(adjusted)])
    frame = Frame.from_rows([{**row, "adjusted": word} for row, word in zip(each, adjusted, strict=True)])
    result = pool(frame, method="DL", test="z", allow=["mixed-adjustment"])
    return report.by_group(risks(result, survival=0.5, prevalence=0.4)).note


def test_what_is_taken_for_granted_stands_beside_the_numbers() -> None:
    """The baseline as known, hazards as proportional, and an adjusted ratio put onto a crude baseline."""
    said = assumed_of("yes", "yes", "yes")
    assert "Assumed: proportional hazards: " in said
    assert "Assumed: survival and prevalence are known: " in said
    assert "Assumed: an adjusted ratio is put onto a crude baseline as if it were crude too." in said
    assert "an adjusted ratio (2 of 3 estimates are adjusted) is put onto" in assumed_of("yes", "yes", "no")
    assert "crude" not in assumed_of("no", "unclear", "no")


@pytest.mark.parametrize(
    ("endpoint", "column"),
    [
        ("OS", "Alive at 24 months"),
        ("PFS", "Alive without progression at 24 months"),
        ("CSS", "Not dead from the cancer at 24 months"),
        ("TTP", "Without progression at 24 months"),
        ("EFS", "Without the event at 24 months"),
    ],
)
def test_survivors_are_named_by_what_did_not_happen(endpoint: str, column: str) -> None:
    """Where the event is death they are alive; who may have died of something else is not called so."""
    found = risks(pooled(endpoint=endpoint), survival=0.5, prevalence=0.4)
    assert report.by_group(found).columns[1].header == column
