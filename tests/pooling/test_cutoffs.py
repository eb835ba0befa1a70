"""Analyses of cutoffs on a frame: classes, a line, several cutoffs of one cohort, without data-driven ones."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import registry
from registry.errors import PoolRefused, UsageError
from registry.frame import Frame
from registry.pooling.cutoffs import cutoffs
from registry.pooling.pool import pool
from registry.stats.cutoff_models import cutoff_regression, multi_cutoff
from tests.pooling.rows import close, plain

CUTS = [2.0, 2.5, 3.0, 3.5, 4.0, 5.0]


def six(**columns: list[object]) -> Frame:
    """Give six estimates of six cohorts at six cutoffs."""
    return plain(6, **{"cutoff_value": CUTS, "cutoff_unit": ["1"] * 6, **columns})


def several(**columns: list[object]) -> Frame:
    """Give ten estimates of five cohorts, each with a low and a high cutoff that fewer patients are above."""
    return plain(
        10,
        **{
            "study": [f"S{each // 2}" for each in range(10)],
            "cutoff_value": [2.0, 4.0, 2.5, 5.0, 3.0, 4.5, 2.2, 4.2, 2.8, 3.8],
            "n_index": [60.0, 30.0] * 5,
            "n_reference": [40.0, 70.0] * 5,
            **columns,
        },
    )


def test_pool_and_classes_are_those_of_a_pool() -> None:
    """All cutoffs pooled, and the classes between the bounds, are what `pool --subgroup cutoff_value` gives."""
    found = cutoffs(six(), bounds=[3.0]).all
    again = pool(six(), subgroup="cutoff_value:3.0")
    assert found.pool is not None
    assert found.pool.hr == again.pool.hr
    assert found.classes is not None
    assert again.subgroups is not None
    assert found.classes.as_dict() == again.subgroups.as_dict()


def test_line_is_the_kernels() -> None:
    """The effect at the centre, the slope, and what it predicts."""
    frame = six()
    expected = cutoff_regression(frame["yi"], frame["vi"], np.array(CUTS))
    found = cutoffs(frame, predict=[2.0, 4.4]).all.line
    assert found is not None
    assert (found.mu, found.slope) == tuple(expected.fit.b.tolist())
    assert found.slope_p == expected.fit.p[1]
    assert [each.mu for each in found.predictions] == expected.predict([2.0, 4.4]).pred.tolist()
    assert close(found.hr_slope, math.exp(expected.fit.b[1]))


def test_line_in_the_logarithm_is_told_per_doubling() -> None:
    """On the log scale a slope is the ratio of ratios when the cutoff doubles."""
    frame = six()
    expected = cutoff_regression(frame["yi"], frame["vi"], np.array(CUTS), log=True)
    found = cutoffs(frame, log=True).all.line
    assert found is not None
    assert found.per == "doubling"
    assert close(found.hr_slope, 2.0 ** expected.fit.b[1])


def test_nothing_is_predicted_outside_the_observed_cutoffs() -> None:
    """A line says nothing where no study was."""
    found = cutoffs(six(), predict=[1.0, 3.0]).all.line
    assert found is not None
    assert found.predictions[0].hr is None
    assert "outside the observed cutoffs" in found.predictions[0].reason
    assert found.predictions[1].hr is not None


def test_several_cutoffs_of_a_cohort_are_the_kernels() -> None:
    """The model of all cutoffs takes their correlation from the shares above, and half of it as sensitivity."""
    frame = several()
    shares = frame["n_index"] / (frame["n_index"] + frame["n_reference"])
    expected = multi_cutoff(frame["yi"], frame["vi"], frame["study"], frame["cutoff_value"], shares)
    models = cutoffs(frame, one_per="cohort:largest_n").all
    assert models.multi_cutoff is not None
    assert close(models.multi_cutoff.fit.slope, expected.fit.cr2.estimate[1])
    assert close(models.multi_cutoff.half.slope_se, expected.half.cr2.se[1])
    assert (models.multi_cutoff.fit.rho, models.multi_cutoff.half.rho) == (1.0, 0.5)
    assert (models.k, models.cohorts) == (10, 5)
    assert models.line is not None
    assert models.line.k == 5


def test_share_above_does_not_depend_on_the_direction_reported() -> None:
    """Below against above with the counts turned round is the same estimate."""
    frame = several()
    turned = frame.replace(
        contrast=np.array(["below_vs_above"] * 10, dtype=object),
        yi=-frame["yi"],
        n_index=frame["n_reference"],
        n_reference=frame["n_index"],
    )
    first, second = (cutoffs(each).all.multi_cutoff for each in (frame, turned))
    assert first is not None
    assert second is not None
    assert first.as_dict() == second.as_dict()


def test_classes_and_line_say_which_rule_they_need() -> None:
    """Several estimates of one cohort are dependent: without a rule these parts are null, and the reason names it."""
    models = cutoffs(several()).all
    assert models.pool is None
    assert "--one-per" in models.reasons["line"]
    assert models.multi_cutoff is not None


def test_several_cutoffs_without_counts_say_what_is_missing() -> None:
    """The shares above are needed where a cohort has several cutoffs."""
    models = cutoffs(several(n_index=[math.nan] * 10), one_per="cohort:largest_n").all
    assert models.multi_cutoff is None
    assert "share of patients above the cutoff" in models.reasons["multi_cutoff"]


def test_data_driven_cutoffs_leave_in_a_run_of_its_own() -> None:
    """Everything again without the cutoffs that fit the outcome."""
    frame = six(cutoff_method=["roc", *["median"] * 5])
    found = cutoffs(frame)
    again = cutoffs(frame.take(np.arange(1, 6)), bounds=found.bounds)
    assert found.without_data_driven is not None
    assert found.without_data_driven.k == 5
    assert found.without_data_driven.pool == again.all.pool
    assert "no cutoff is known" in cutoffs(six()).reasons["without_data_driven"]


def test_estimate_without_a_cutoff_leaves_by_a_step_of_the_flow() -> None:
    """What was not read is counted, not guessed."""
    found = cutoffs(six(cutoff_value=[math.nan, *CUTS[1:]]))
    assert found.all.k == 5
    assert found.flow.left_out("cutoff-missing") == 1


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"cutoff_unit": ["ng/mL", "{ULN}", "ng/mL", "ng/mL", "ng/mL", "ng/mL"]}, "different units"),
        ({"cutoff_value": [math.nan] * 6}, "read for no estimate"),
        ({"contrast": ["per_doubling"] * 6}, "do not compare above with below"),
    ],
)
def test_cutoffs_that_cannot_be_compared_are_refused(columns: dict[str, list[object]], said: str) -> None:
    """Units are not converted, and a ratio per unit has no cutoff."""
    with pytest.raises(PoolRefused, match=said):
        cutoffs(six(**columns))


def test_bounds_must_be_numbers() -> None:
    """A bound that is none is named."""
    with pytest.raises(UsageError, match="not all are numbers"):
        cutoffs(six(), bounds=[math.nan])


@pytest.mark.parametrize("count", [1, 2])
def test_few_estimates_give_reasons(count: int) -> None:
    """With one or two estimates there is no line, and no failure."""
    made = cutoffs(plain(count, cutoff_value=CUTS[:count])).as_dict()
    json.dumps(made, allow_nan=False)
    assert made["all"]["line"] is None
    assert made["all"]["reasons"]["line"]


def test_nothing_at_all_is_a_refusal_with_the_rule_that_settles_it() -> None:
    """Overlapping cohorts, one cutoff each, and no rule: there is nothing to show."""
    with pytest.raises(PoolRefused, match="--one-per"):
        cutoffs(six(overlap_group=["g", "g", None, None, None, None]))


def test_reached_from_the_package() -> None:
    """`registry.cutoffs` takes any frame."""
    assert registry.cutoffs(six()).all.k == 6


def test_estimates_and_curve_are_there_for_a_figure() -> None:
    """Each estimate with its cutoff and interval; the curve from the lowest to the highest cutoff, as predicted."""
    methods: list[object] = ["min_p", "prespecified", "unclear", None, None, None]
    found = cutoffs(six(cutoff_method=methods), predict=[2.0, 5.0])
    assert [each.cutoff for each in found.estimates] == CUTS
    assert [each.data_driven for each in found.estimates] == [True, False, None, None, None, None]
    first = found.estimates[0]
    [shown, *_] = pool(six()).estimates
    assert (first.hr_ci_low, first.hr_ci_high) == (shown.ci_low, shown.ci_high)
    line = found.all.line
    assert line is not None
    for end, asked in zip((line.curve[0], line.curve[-1]), line.predictions, strict=True):
        assert end.as_dict() == pytest.approx(asked.as_dict())
    assert "curve" not in line.as_dict()
    assert len(found.as_dict()["estimates"]) == 6


@pytest.mark.parametrize("log", [False, True])
def test_curve_is_even_on_the_scale_of_the_line(log: bool) -> None:
    """Steps along the curve are equal, of the cutoff or of its logarithm."""
    line = cutoffs(six(), log=log).all.line
    assert line is not None
    steps = np.diff([math.log(each.cutoff) if log else each.cutoff for each in line.curve])
    assert np.allclose(steps, steps[0])
