"""The figures beside each domain are those of the rows that were pooled, computed here a second time."""

from __future__ import annotations

from typing import Any

import pytest

from registry.flow import Flow, Unusable
from registry.frame import Characteristic, Frame
from registry.grading import evidence as shown
from registry.pooling import PoolResult, pool
from registry.report.grading_figures import said
from registry.report.sentences import new_setting
from registry.terms import GradeDomain
from tests.pooling.rows import myeloma, plain

LEVELS = ("low", "moderate", "high")


def pooled(frame: Frame, **options: Any) -> PoolResult:
    return pool(frame, method="DL", test="z", allow=["mixed-adjustment"], **options)


def judged(frame: Frame, **domains: list[str | None]) -> Frame:
    """Give the frame with judgements of risk of bias."""
    declared = {name: Characteristic(name, tool="QUIPS", levels=LEVELS) for name in domains}
    columns = {name: values.tolist() for name, values in frame.columns.items()}
    return Frame.from_columns(columns, {name: (levels, False) for name, levels in domains.items()}, declared)


def test_every_domain_has_figures_and_words() -> None:
    """Seven domains, each told in sentences."""
    found = shown.evidence(pooled(myeloma()))
    assert list(found) == list(GradeDomain)
    assert all(said(each).endswith(".") for each in found.values())


def test_risk_of_bias_is_weighed() -> None:
    """Weights of the estimates at each level; none judged is not low."""
    frame = judged(plain(3), outcome=["low", "high", None], analysis=["low", "low", None])
    result = pooled(frame)
    weights = [each.weight for each in result.estimates]
    found = shown.risk_of_bias(result)
    assert found.best_in_all == pytest.approx(weights[0])
    assert found.worst_in_any == pytest.approx(weights[1])
    assert found.not_judged == pytest.approx(weights[2])
    assert found.domains[0].levels == pytest.approx({"low": weights[0], "high": weights[1]})
    assert found.domains[0].not_judged == pytest.approx(weights[2])
    assert (found.k, found.not_appraised) == (3, 1)
    assert said(found).startswith(f"Not appraised for 1 of 3 ({weights[2]:.0f} % of weight).")
    assert said(shown.risk_of_bias(pooled(plain(3)))) == "Not appraised for 3 of 3."


def test_inconsistency_counts_intervals_that_do_not_overlap() -> None:
    """Pair by pair, from the bounds as shown."""
    result = pooled(myeloma())
    found = shown.inconsistency(result)
    bounds = [(each.ci_low, each.ci_high) for each in result.estimates]
    apart = 0
    for place, (low, high) in enumerate(bounds):
        for other_low, other_high in bounds[:place]:
            apart += high < other_low or other_high < low
    assert (found.apart, found.pairs) == (apart, 28)
    assert found.common is False
    assert (found.above, found.below) == (7, 1)
    assert (found.i2, found.hr_pi_high) == (result.pool.i2, result.pool.hr_pi_high)
    assert found.doubtful == ("Li 2016",)
    assert "Doubtful: Li 2016; without 1.94 (1.59–2.37), I² 0 %." in said(found)


@pytest.mark.parametrize(
    ("adjusted", "told"),
    [
        (["yes", "yes"], "All estimates are adjusted."),
        (["no", "no"], "All estimates are unadjusted."),
        (["unclear", "unclear"], "Whether adjusted is unclear for every estimate."),
        (["yes", "unclear"], "Adjustment: unclear 50 %; adjusted 50 %."),
        (["yes", "no"], "Adjusted and unadjusted pooled together: unadjusted 50 %; adjusted 50 %."),
    ],
)
def test_adjusted_and_unadjusted_are_named_together_only_where_both_are(adjusted: list[str], told: str) -> None:
    """Otherwise it is said plainly what is there."""
    frame = plain(2, adjusted=adjusted, vi=[0.04, 0.04])
    assert told in said(shown.indirectness(pooled(frame)))


def test_a_prediction_interval_that_holds_one_says_what_is_possible() -> None:
    """The figures of inconsistency say it as every report does."""
    result = pooled(myeloma())
    assert new_setting(result.pool) in said(shown.inconsistency(result))
    assert new_setting(result.pool).endswith("; no association, or the opposite, is possible there.")


def test_what_cannot_be_tested_is_not_excluded() -> None:
    """Below ten estimates no test of small-study effects is taken for a good sign."""
    told = said(shown.publication_bias(pooled(myeloma())))
    assert (
        "Small-study effects: not testable with fewer than 10 estimates; selective reporting cannot be excluded."
        in told
    )


def test_indirectness_tells_what_was_studied() -> None:
    """Weight by value, the range of cutoffs by unit, and what was not read."""
    frame = plain(
        4,
        disease=["myeloma", "myeloma", "lymphoma", None],
        cutoff_value=[2.5, 4.0, None, 3.0],
        cutoff_unit=["1", "1", None, "1"],
    )
    found = shown.indirectness(pooled(frame))
    assert next(iter(found.spread["disease"])) == "myeloma"
    assert sum(found.spread["disease"].values()) == pytest.approx(100.0)
    assert found.cutoffs == {"1": (2.5, 4.0)}
    assert found.without_cutoff == 1
    assert "Cutoffs: 2.5 to 4." in said(found)
    assert "treatment" not in found.spread


def test_imprecision_says_whether_the_interval_holds_the_threshold() -> None:
    """1 and the threshold the query declares."""
    found = shown.imprecision(pooled(myeloma(n_events=40), threshold=1.25))
    assert found.crosses == {"1": False, "1.25": True}
    assert (found.events, found.events_known) == (320, 8)
    assert "holds the threshold 1.25" in said(found)
    two = pool(plain(2))
    assert shown.imprecision(two).crosses == {"1": None}


def test_small_study_tests_run_from_ten_estimates_on() -> None:
    """Below, the reason stands in their place."""
    few = shown.publication_bias(pooled(myeloma()))
    assert few.tests == {}
    assert "k = 8" in str(few.reason)
    many = shown.publication_bias(pooled(plain(12, vi=[0.01 * number for number in range(1, 13)])))
    assert set(many.tests) >= {"egger", "begg"}
    assert many.reason is None


def test_known_but_unusable_cohorts_count_with_their_directions() -> None:
    """A cohort with a pooled estimate is not counted, one with several texts once, unclear groups as not stated."""
    unusable = (
        Unusable("a", "x 2020", "all", 50, "direction-only", "worse", "above_vs_below"),
        Unusable("b", "x 2020", "all", 50, "no-ratio", None, "above_vs_below"),
        Unusable("c", "y 2021", "all", 60, "direction-only", "none", "above_vs_below"),
        Unusable("d", "Kim 2016", "all", 273, "no-ratio", "worse", "above_vs_below"),
        Unusable("e", "z 2022", "all", 70, "direction-only", "worse", "unclear"),
    )
    flow = Flow(12, (), 8, unusable=unusable, unusable_cohorts=3, unusable_patients=180)
    found = shown.publication_bias(pooled(myeloma(), flow=flow))
    assert found.directions == {"worse": 1, "none": 1, "not stated": 1}
    assert "3 cohorts, 180 patients. 1 of 3 says that high NLR fares worse. 1 of 3 says that there is no" in said(found)


@pytest.mark.parametrize(("ratio", "reaches"), [(1.9, None), (2.1, 2.0), (0.45, 2.0), (5.5, 5.0), (0.19, 5.0)])
def test_large_effects_count_in_either_direction(ratio: float, reaches: float | None) -> None:
    """Two-fold and five-fold, up or down (Guyatt et al. 2011)."""
    frame = plain(3, est=[ratio] * 3, ci_low=[ratio / 1.1] * 3, ci_high=[ratio * 1.1] * 3, yi=[None] * 3, vi=[None] * 3)
    found = shown.large_effect(pooled(frame))
    assert found.ratio_reaches == reaches


def test_exposure_response_is_the_line_through_cutoffs() -> None:
    """Per doubling of the cutoff; why not where none was read. What was inverted is not inverted again."""
    cutoffs: dict[str, list[Any]] = {"cutoff_value": [1.0, 2.0, 3.0, 4.0, 5.0], "cutoff_unit": ["1"] * 5}
    upright = shown.exposure_response(pooled(plain(5, **cutoffs)))
    assert upright.slope is not None
    assert upright.per == "doubling"
    flipped = plain(5, **cutoffs, contrast=["below_vs_above"] * 5)
    turned = flipped.replace(**{name: -flipped[name] for name in ("yi",)})
    assert shown.exposure_response(pooled(turned)).slope == pytest.approx(upright.slope)
    assert "cutoff_value" in str(shown.exposure_response(pooled(plain(5))).reason)
