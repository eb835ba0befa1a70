"""Meta-regression on columns of a frame: moderators as asked, numbers as the kernel gives them."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

import registry
from registry.errors import PoolRefused, StatisticsError, UsageError
from registry.frame import Frame
from registry.pooling.regress import regress
from registry.stats.moderators import design_matrix
from registry.stats.permutation import permutation_test
from registry.stats.regression import regress as fit
from tests.pooling.rows import close, myeloma, plain, simulated

YEARS = [2014.0, 2016.0, 2016.0, 2016.0, 2017.0, 2015.0, 2016.0, 2013.0]


def dated() -> Frame:
    """Give the myeloma estimates with the years of their reports."""
    return myeloma().replace(year=np.array(YEARS))


def test_number_makes_a_line_that_is_the_kernels() -> None:
    """Coefficients, tests and residual heterogeneity are those of `registry.stats`."""
    frame = dated()
    expected = fit(frame["yi"], frame["vi"], {"year": np.array(YEARS)})
    found = regress(frame, "year")
    assert [each.b for each in found.coefficients] == expected.b.tolist()
    assert [each.p for each in found.coefficients] == expected.p.tolist()
    assert (found.tau2, found.r2, found.qe) == (expected.tau2, expected.r2, expected.qe)
    assert found.tests[1].f == expected.joint[0].f
    assert close(found.coefficients[1].hr, math.exp(expected.b[1]))


def test_reference_of_a_number_counts_as_zero() -> None:
    """`year:2015` moves the intercept to 2015 and leaves the slope alone, and says so."""
    plain_line, centred = regress(dated(), "year"), regress(dated(), "year:2015")
    assert close(plain_line.coefficients[1].b, centred.coefficients[1].b or 0.0, within=1e-8)
    assert plain_line.coefficients[0].b != centred.coefficients[0].b
    assert any("year 2015" in note for note in centred.notes)


def test_words_are_compared_with_a_reference_level() -> None:
    """The first level is the reference unless another is named; turning it round turns the sign."""
    first, other = regress(simulated(), "product_source"), regress(simulated(), "product_source:commercial")
    assert first.coefficients[1].level == "commercial"
    assert other.coefficients[1].level == "academic"
    assert close(first.coefficients[1].b, -(other.coefficients[1].b or 0.0), within=1e-8)
    assert any("compared with academic" in note for note in first.notes)


def test_several_moderators_together() -> None:
    """A category and a number at once, each with its own joint test."""
    frame = simulated()
    design = design_matrix(
        {
            "product_source": frame["product_source"].astype(str),
            "followup_median_months": frame["followup_median_months"],
        }
    )
    expected = fit(frame["yi"], frame["vi"], design)
    found = regress(frame, ["product_source", "followup_median_months"])
    assert [each.b for each in found.coefficients] == expected.b.tolist()
    assert [test.name for test in found.tests] == ["omnibus", "product_source", "followup_median_months"]


def test_estimate_without_the_moderator_leaves_by_a_step_of_the_flow() -> None:
    """The flow adds up: matched less what was not read is what was used."""
    frame = dated().replace(year=np.array([math.nan, *YEARS[1:]]))
    found = regress(frame, "year")
    assert found.k == 7
    [step] = [step for step in found.flow.steps if step.reason == "moderator-missing"]
    assert step.left_out == 1
    assert found.flow.matched - step.left_out == found.flow.used == 7


def test_permutations_are_the_kernels() -> None:
    """p-values from arrangements stand beside those of the distribution."""
    frame = dated()
    expected = permutation_test(frame["yi"], frame["vi"], {"year": np.array(YEARS)}, permutations=100)
    found = regress(frame, "year", permutations=100)
    assert found.permutations is not None
    assert (found.permutations.exact, found.permutations.arrangements) == (expected.exact, expected.arrangements)
    assert found.coefficients[1].permutation_p == expected.p[1]
    assert found.coefficients[0].permutation_p is None


def test_predicts_at_stated_values() -> None:
    """The ratio at a value is the line at it, and a new study's interval is wider than the CI."""
    found = regress(dated(), "year:2015", predict=[{"year": 2015}])
    [at] = found.predictions
    assert close(at.hr, found.coefficients[0].hr or 0.0, within=1e-12)
    assert (at.hr_pi_low or 9.0) < (at.hr_ci_low or 0.0)


@pytest.mark.parametrize(
    ("on", "options", "said"),
    [
        ([], {}, "--on year"),
        ("yeer", {}, "did you mean 'year'"),
        (["year", "year:2015"], {}, "named twice"),
        ("year:soon", {}, "'soon' is none"),
        ("year", {"predict": [{"size": 3}]}, "size is no moderator"),
        ("year", {"predict": [{"year": "late"}]}, "'late' is not a number"),
    ],
)
def test_wrong_moderator_is_refused_with_what_to_write(on: Any, options: dict[str, Any], said: str) -> None:
    """Each slip names what was expected."""
    with pytest.raises(UsageError, match=said):
        regress(dated(), on, **options)


def test_column_nobody_read_is_refused() -> None:
    """There is nothing to regress on."""
    with pytest.raises(PoolRefused, match="read for no estimate"):
        regress(myeloma(), "design")


def test_result_column_as_moderator_is_refused() -> None:
    """Regressing on the result itself finds what it looks for."""
    with pytest.raises(PoolRefused, match="looks at the result"):
        regress(myeloma(), "est")


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_estimates_are_refused(count: int) -> None:
    """A line needs more estimates than coefficients."""
    frame = plain(count, year=[2010.0 + each for each in range(count)])
    with pytest.raises(StatisticsError, match="cannot support 2 coefficients"):
        regress(frame, "year")


def test_few_estimates_for_each_moderator_are_said() -> None:
    """Below ten estimates per moderator a finding is likely chance."""
    assert any("fewer than 10" in note for note in regress(dated(), "year").notes)


def test_common_effect_has_no_residual_heterogeneity() -> None:
    """What a common effect leaves undefined is None with a reason, and the JSON has no nan."""
    found = regress(dated(), "year", method="FE", test="z")
    assert found.i2 is None
    assert "common-effect" in found.reasons["i2"]
    json.dumps(found.as_dict(), allow_nan=False)


def test_reached_from_the_package() -> None:
    """`registry.regress` takes any frame."""
    assert registry.regress(dated(), "year").k == 8


def test_estimates_carry_their_moderators_and_weights() -> None:
    """Weights are those beside the tau² that is left, and each estimate has its value of every moderator."""
    frame = simulated()
    found = regress(frame, ["product_source", "followup_median_months"])
    plain_weights = 1.0 / (frame["vi"] + (found.tau2 or 0.0))
    assert np.allclose([each.weight for each in found.estimates], 100.0 * plain_weights / plain_weights.sum())
    assert found.estimates[0].at == {"product_source": "commercial", "followup_median_months": 6.1}
    assert [each.yi for each in found.estimates] == frame["yi"].tolist()


def test_curve_along_a_number_is_the_line_with_its_bands() -> None:
    """From the smallest to the largest value, as `predict` gives it, whatever counts as 0."""
    found = regress(dated(), "year:2015", predict=[{"year": 2013.0}, {"year": 2017.0}])
    curve = found.curves["year"]
    for end, asked in zip((curve[0], curve[-1]), found.predictions, strict=True):
        assert end.at == asked.at
        for name in ("mu", "se", "hr_ci_low", "hr_pi_high"):
            assert close(getattr(end, name), getattr(asked, name), within=1e-9)
    assert "curves" not in found.as_dict()


def test_curve_of_one_moderator_holds_the_others_at_their_means() -> None:
    """By hand: the intercept, the level, and the slope times the mean of the other column."""
    frame = simulated()
    found = regress(frame, ["product_source", "followup_median_months"])
    intercept, commercial, slope = (each.b or 0.0 for each in found.coefficients)
    mean = float(frame["followup_median_months"].mean())
    academic, other = found.curves["product_source"]
    assert (academic.at, other.at) == ({"product_source": "academic"}, {"product_source": "commercial"})
    assert close(academic.mu, intercept + slope * mean, within=1e-9)
    assert close(other.mu, intercept + commercial + slope * mean, within=1e-9)
    share = np.mean([each.at["product_source"] == "commercial" for each in found.estimates])
    first = found.curves["followup_median_months"][0]
    assert close(first.mu, intercept + commercial * float(share) + slope * 6.1, within=1e-9)
