"""Ratios of another quantity are not pooled: steps, scales, categories and kinds of ratio, and how they come to one."""

from __future__ import annotations

import csv
import math
from typing import Any

import pandas as pd
import pytest

from registry.errors import PoolRefused, UsageError
from registry.pooling import pool
from registry.pooling.bayes import bayes
from registry.pooling.bias import bias
from registry.pooling.influence import influence
from registry.pooling.multiverse import multiverse
from registry.pooling.regress import regress
from registry.pooling.steps import per_of
from registry.terms import FactorScale

STEPS = """study,factor,hr,ci_low,ci_high,contrast,cutoff_value,cutoff_unit,year
S1,LDH,1.002,1.001,1.003,per_unit,{first},U/L,2001
S2,LDH,1.22,1.10,1.35,per_unit,100,U/L,2005
S3,LDH,1.25,1.10,1.42,per_unit,100,U/L,2011
"""
CATEGORIES = """study,factor,hr,ci_low,ci_high,contrast,cutoff_value,cutoff_unit,cutoff_text,reference_group
S1,ISS,2.5,1.8,3.5,category,,,III vs I,stage I
S2,ISS,1.5,1.1,2.0,category,,,,stage I
S3,ISS,2.8,1.9,4.1,category,,,III vs I,
S4,ISS,1.4,1.0,1.9,category,2,1,,
"""


def table(text: str) -> pd.DataFrame:
    """Read a CSV as a user's table; every row is a hazard ratio for survival unless it says otherwise."""
    made = pd.DataFrame(list(csv.DictReader(text.splitlines())))
    made = made.replace("", None)
    for name in ("hr", "ci_low", "ci_high", "cutoff_value", "year"):
        if name in made:
            made[name] = pd.to_numeric(made[name])
    return made.assign(**{"endpoint": "OS", "ci_level": 95.0, "measure": "hr"} | {c: made[c] for c in made})


def steps(first: str = "1") -> pd.DataFrame:
    return table(STEPS.format(first=first))


def rounded(pooled: Any) -> tuple[float, float, float]:
    return round(pooled.hr, 2), round(pooled.hr_ci_low, 2), round(pooled.hr_ci_high, 2)


def test_a_step_that_is_not_given_is_no_step_of_any_other() -> None:
    """Per "1 U/L" that nobody says, beside per 100 U/L, once pooled to 1.14 in silence."""
    with pytest.raises(
        PoolRefused, match=r"different steps are mixed: per 100 U/L \(2\), per a step that is not stated"
    ):
        pool(steps(""))
    with pytest.raises(PoolRefused, match="cannot be brought to per 100 U/L: per a step that is not stated"):
        pool(steps(""), per="100 U/L")
    assert rounded(pool(steps("")[1:], test="z").pool) == (1.23, 1.14, 1.33)


def test_steps_are_brought_to_one_and_that_is_said() -> None:
    """1.002 per 1 U/L is 1.22 per 100: 1.23 (1.15–1.31); what was multiplied stands in the notes."""
    with pytest.raises(PoolRefused, match="different steps are mixed") as refusal:
        pool(steps())
    assert '--per "100 U/L"' in refusal.value.hint
    result = pool(steps(), per="100 U/L", test="z")
    assert rounded(result.pool) == (1.23, 1.15, 1.31)
    assert "ratios brought to one step, per 100 U/L: per 1 U/L (1)" in result.notes
    assert result.provenance["per"] == "100 U/L"
    assert math.isclose(result.estimates[0].hr, 1.002**100)
    assert math.isclose(result.estimates[0].ci_high, 1.003**100, rel_tol=1e-3)


@pytest.mark.parametrize("per", ["100", 100, 100.0, "0.1 kU/L", " 100  U/L "])
def test_a_step_is_given_in_any_unit_or_none(per: str | float) -> None:
    """A number is in the unit most rows have, where no registry says the factor's."""
    assert math.isclose(pool(steps(), per=per).pool.hr, pool(steps(), per="100 U/L").pool.hr)


def test_pooled_ratio_does_not_depend_on_the_step_but_for_its_power() -> None:
    """Per 1 U/L the pool is the 100th root of the pool per 100 U/L, and heterogeneity is the same."""
    one, hundred = pool(steps(), per="1 U/L").pool, pool(steps(), per="100 U/L").pool
    assert math.isclose(one.mu * 100, hundred.mu, rel_tol=1e-6)
    assert math.isclose(one.q, hundred.q, rel_tol=1e-9)


def test_every_analysis_takes_a_step() -> None:
    """The other analyses of a frame bring ratios to one step as a pool does."""
    asked: dict[str, Any] = {"per": "100 U/L"}
    whole = pool(steps(), **asked).pool.mu
    assert math.isclose(influence(steps(), **asked).pool.mu, whole)
    assert math.isclose(bias(steps(), **asked).pool.mu, whole)
    assert bayes(steps(), **asked).k == 3
    assert regress(steps(), "year", **asked).k == 3
    assert multiverse(steps(), method="REML", test="z", **asked).rows[0].k == 3
    for analysis in (influence, bias, bayes):
        with pytest.raises(PoolRefused, match="different steps"):
            analysis(steps())


def test_equal_steps_in_two_units_are_one() -> None:
    """Per 1 g/dL is per 10 g/L, and 1 g/dL is no 1 g/L."""
    frame = steps("1").assign(factor="albumin", cutoff_value=[1.0, 10.0, 10.0], cutoff_unit=["g/dL", "g/L", "g/L"])
    assert pool(frame).pool.k == 3
    with pytest.raises(PoolRefused, match=r"per 1 g/L \(2\), per 10 g/L \(1\)"):
        pool(frame.assign(cutoff_value=1.0))


def test_steps_of_other_dimensions_do_not_convert() -> None:
    """No molar mass is assumed."""
    frame = steps().assign(cutoff_unit=["umol/L", "mg/L", "mg/L"])
    with pytest.raises(PoolRefused, match="different steps are mixed") as refusal:
        pool(frame)
    assert 'and cutoff_unit == "mg/L"' in refusal.value.hint
    with pytest.raises(PoolRefused, match="cannot be brought to per 100 mg/L: per 1 umol/L"):
        pool(frame, per="100 mg/L")


@pytest.mark.parametrize("scales", [["raw", "ln", "ln"], ["log2", "ln", "ln"], ["log10", "ln", "ln"]])
def test_logarithms_and_the_factor_itself_are_different_quantities(scales: list[str]) -> None:
    """ln, log2, log10 and untransformed are never pooled as one."""
    frame = steps().assign(scale=scales)
    with pytest.raises(PoolRefused, match=r"are mixed|compare different things"):
        pool(frame)


def test_logarithms_are_brought_to_one_base() -> None:
    """They differ by a constant: a ratio per doubling is the one per ln to the power of ln 2."""
    frame = steps().assign(
        cutoff_value=1.0, scale=["ln", "log2", "log10"], contrast=["per_unit", "per_doubling", "per_unit"]
    )
    result = pool(frame, per="doubling")
    assert [round(math.log(each.hr), 6) for each in result.estimates] == [
        round(math.log(1.002) * math.log(2), 6),
        round(math.log(1.22), 6),
        round(math.log(1.25) * math.log10(2), 6),
    ]
    assert any("per 1 log2: per 1 ln (1), per 1 log10 (1)" in note for note in result.notes)
    with pytest.raises(PoolRefused, match="cannot be brought to per 100 U/L"):
        pool(frame, per="100 U/L")


@pytest.mark.parametrize(
    ("given", "step", "unit", "scale"),
    [
        ("100 U/L", 100.0, "U/L", FactorScale.RAW),
        (5, 5.0, None, FactorScale.RAW),
        ("1 log10", 1.0, None, FactorScale.LOG10),
        ("doubling", 1.0, None, FactorScale.LOG2),
        ("10*9/L", None, None, None),
        ("0 U/L", None, None, None),
        ("-1", None, None, None),
        ("5 banana", None, None, None),
        ("U/L", None, None, None),
    ],
)
def test_steps_are_read_or_refused(given: Any, step: float | None, unit: str | None, scale: FactorScale | None) -> None:
    """A step is a number above 0 with a unit of UCUM, or on a logarithm."""
    if step is None:
        with pytest.raises(UsageError):
            per_of(given)
        return
    found = per_of(given)
    assert (found.step, found.unit, found.scale) == (step, unit, scale)


def test_a_step_is_asked_of_ratios_per_step() -> None:
    """Groups above and below a cutoff have none."""
    with pytest.raises(PoolRefused, match="no estimate is per step of the factor"):
        pool(steps().assign(contrast="above_vs_below"), per="100 U/L")


def test_sd_of_the_logarithm_and_of_the_factor_are_not_one() -> None:
    """SD of ln CRP, SD of CRP and one that does not say are three things."""
    frame = steps().assign(
        contrast="per_sd",
        cutoff_value=[None, None, 2.0],
        cutoff_unit=[None, None, "mg/L"],
        cutoff_text=["SD of ln CRP", "SD of CRP (mg/L)", None],
    )
    with pytest.raises(PoolRefused, match=r"per SD \(1\), per SD \(scale not stated\) \(1\), per SD of ln \(1\)"):
        pool(frame)
    alone = pool(frame.assign(cutoff_text="SD of CRP", cutoff_unit=None, cutoff_value=None))
    assert "whether the SD is of the factor or of its logarithm is not stated for 3 of 3 estimates" in alone.notes


def test_categories_are_index_and_reference() -> None:
    """III against I, an index nobody names and a number are three things, and not 1.94."""
    frame = table(CATEGORIES)
    expected = r"III vs stage I \(2\), cutoff 2 vs not stated \(1\), not stated vs stage I \(1\)"
    with pytest.raises(PoolRefused, match=f"category estimates that do not compare the same: {expected}") as refusal:
        pool(frame)
    assert "--allow mixed-categories" in refusal.value.hint
    assert pool(frame.iloc[[0, 2]]).pool.k == 2
    [note] = [note for note in pool(frame, allow="mixed-categories").notes if "mixed-categories" in note]
    assert "III vs stage I (2), cutoff 2 vs not stated (1)" in note


def test_categories_that_nobody_names_are_not_known_to_be_one() -> None:
    """Both groups have to be known; the curator's word stands in."""
    frame = table(CATEGORIES).iloc[[1, 1]].assign(study=["A", "B"])
    with pytest.raises(PoolRefused, match=r"not stated vs stage I \(2\)"):
        pool(frame)
    assert pool(frame, allow="mixed-categories").pool.k == 2


def test_extreme_groups_are_a_contrast_of_their_own() -> None:
    """The top third against the bottom one leaves out those between, whom a cutoff counts."""
    frame = steps().assign(
        contrast=["extremes", "above_vs_below", "above_vs_below"],
        cutoff_text=["T3 vs T1", None, None],
        reference_group=["lowest tertile", None, None],
    )
    with pytest.raises(PoolRefused, match=r"compare different things: contrast above_vs_below \(2\), extremes \(1\)"):
        pool(frame)
    extremes = frame.assign(contrast="extremes", cutoff_text=["T3 vs T1", "highest vs lowest", "Q4 vs Q1"])
    with pytest.raises(PoolRefused, match="estimates of extreme groups that do not compare the same"):
        pool(extremes)
    assert pool(extremes, allow="mixed-categories").pool.k == 3


def test_a_ratio_of_an_unnamed_kind_is_no_hazard_ratio() -> None:
    """Beside hazard ratios it is refused, unclear or not read; among themselves they pool, and it is said."""
    frame = steps().assign(contrast="above_vs_below")
    for unclear in ("unclear", None):
        with pytest.raises(
            PoolRefused, match=r"ratios of different kinds are mixed: measure hr \(2\), unclear \(1\)"
        ) as no:
            pool(frame.assign(measure=["hr", "hr", unclear]))
        assert 'measure == "hr"' in no.value.hint
    alone = pool(frame.assign(measure="unclear"))
    assert any("which ratio it is (hazard, risk or odds ratio) is unclear for 3 of 3" in note for note in alone.notes)
    assert not any("which ratio it is" in note for note in pool(frame).notes)


def test_unclear_contrasts_pool_among_themselves_only() -> None:
    """Nobody says which side is which: that is said, and no other contrast is it."""
    frame = steps()
    alone = pool(frame.assign(contrast="unclear"))
    assert any("what is compared with what is unclear for 3 of 3 estimates" in note for note in alone.notes)
    for unclear in ("unclear", None):
        with pytest.raises(PoolRefused, match="compare different things"):
            pool(frame.assign(contrast=["above_vs_below", "above_vs_below", unclear]))
