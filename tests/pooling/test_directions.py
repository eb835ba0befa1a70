"""Which way round: one direction for every ratio, turned as a whole on request, and named in every result."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import PoolRefused, UsageError
from registry.flow import Flow, Unusable
from registry.frame import Frame
from registry.meaning.direction_words import TURNED
from registry.pooling import pool
from registry.pooling.absolute import absolute
from registry.pooling.bayes import bayes
from registry.pooling.bias import bias
from registry.pooling.cutoffs import cutoffs
from registry.pooling.influence import influence
from registry.pooling.multiverse import multiverse
from registry.pooling.orientation import as_reported, facing, inverted
from registry.pooling.regress import regress
from registry.report import absolute as absolute_report
from registry.terms import ContrastKind, ReadAs
from registry.vocabulary import FactorFacts
from tests.effort import tries
from tests.pooling.rows import myeloma, plain

HIGH, LOW = ReadAs.HIGH_VS_LOW, ReadAs.LOW_VS_HIGH
#: Numbers of a pool that say how far estimates disagree, or how sure they are: no direction changes them.
SAME = ("k", "n", "se", "tau2", "tau2_ci_low", "tau2_ci_high", "i2", "i2_q", "h2", "q", "q_df", "q_p", "p")
#: Ratio → the ratio it is the reciprocal of when read the other way round.
RECIPROCAL = {"hr": "hr", "hr_ci_low": "hr_ci_high", "hr_pi_low": "hr_pi_high", "hr_ci_high": "hr_ci_low"}


def albumin() -> Frame:
    """Give albumin as three reports have it: twice low against high, once high against low."""
    numbers = [(1.60, 1.25, 2.05), (1.70, 1.20, 2.41), (0.55, 0.30, 1.01)]
    est, low, high = (list(column) for column in zip(*numbers, strict=True))
    z = 1.959963984540054
    return plain(
        3,
        factor=["albumin"] * 3,
        contrast=["below_vs_above", "below_vs_above", "above_vs_below"],
        est=est,
        ci_low=low,
        ci_high=high,
        yi=[math.log(each) for each in est],
        vi=[(math.log(top / bottom) / (2 * z)) ** 2 for bottom, top in zip(low, high, strict=True)],
    )


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    """Draw rows of two groups, some the other way round, or of one step, or of extreme groups."""
    k = draw(st.integers(2, 7))
    kinds = draw(st.sampled_from([("above_vs_below", "below_vs_above"), ("per_unit",), ("per_sd",), ("extremes",)]))
    contrast = draw(st.lists(st.sampled_from(kinds), min_size=k, max_size=k))
    yi = np.array(draw(st.lists(st.floats(-2.0, 2.0), min_size=k, max_size=k)))
    se = np.array(draw(st.lists(st.floats(0.05, 1.0), min_size=k, max_size=k)))
    counts = np.array(draw(st.lists(st.integers(5, 200), min_size=k, max_size=k)), dtype=float)
    return plain(k, contrast=contrast, cutoff_text=["T3 vs T1" if kinds == ("extremes",) else None] * k).replace(
        yi=yi,
        vi=se**2,
        est=np.exp(yi),
        ci_low=np.exp(yi - 1.96 * se),
        ci_high=np.exp(yi + 1.96 * se),
        n_index=counts,
        n_reference=counts[::-1].copy(),
    )


@settings(max_examples=tries(60), deadline=None)
@given(frames())
def test_read_low_against_high_a_pool_is_its_own_reciprocal(frame: Frame) -> None:
    """Every ratio is 1 over the other, bounds exchanged; nothing that measures disagreement moves."""
    high, low = pool(frame), pool(frame, read_as="low-vs-high")
    for name in SAME:
        one, other = getattr(high.pool, name), getattr(low.pool, name)
        assert one == other if one is None or other is None else one == pytest.approx(other, rel=1e-9, abs=1e-12), name
    for name, other in RECIPROCAL.items():
        one, two = getattr(high.pool, name), getattr(low.pool, other)
        assert (one is None) is (two is None)
        assert one is None or one * two == pytest.approx(1.0, rel=1e-9)
    assert [each.weight for each in high.estimates] == pytest.approx([each.weight for each in low.estimates])
    for a, b in zip(high.estimates, low.estimates, strict=True):
        assert (a.hr * b.hr, a.ci_low * b.ci_high) == pytest.approx((1.0, 1.0))
        assert ("inverted" in a.flags) is not ("inverted" in b.flags)


@settings(max_examples=tries(60), deadline=None)
@given(frames(), st.sampled_from([HIGH, LOW]))
def test_turning_twice_is_nothing(frame: Frame, read_as: ReadAs) -> None:
    """What is turned and turned again has the numbers it had, and the counts of its own groups."""
    twice = inverted(inverted(frame, read_as)[0], read_as)[0]
    for name in ("yi", "est", "ci_low", "ci_high", "n_index", "n_reference", "vi"):
        assert twice[name] == pytest.approx(frame[name], rel=1e-12)


def test_albumin_is_told_either_way_round() -> None:
    """Twice `< 35 g/L` and once `>= 3.5 g/dL`: high against low 0.606 (0.500–0.734), low against high 1.65."""
    high = pool(albumin(), method="FE", test="z")
    low = pool(albumin(), method="FE", test="z", read_as="low-vs-high")
    assert [round(getattr(high.pool, name) or 0, 3) for name in ("hr", "hr_ci_low", "hr_ci_high")] == [
        0.606,
        0.5,
        0.734,
    ]
    assert round(low.pool.hr or 0, 2) == 1.65
    assert (high.direction, low.direction) == ("high albumin vs low", "low albumin vs high")
    assert (high.about["contrast"], low.about["contrast"]) == ("above_vs_below", "below_vs_above")


@pytest.mark.parametrize("kind", [ContrastKind.CATEGORY, ContrastKind.UNCLEAR])
def test_what_has_no_other_way_round_is_not_turned(kind: ContrastKind) -> None:
    """Categories have no low one, and what is unclear has no side: refused, with what to do."""
    with pytest.raises(PoolRefused, match="4 of 4 estimates cannot be read low against high") as refused:
        pool(plain(contrast=[str(kind)] * 4, index_group=["III"] * 4, reference_group=["I"] * 4), read_as="low-vs-high")
    assert "below_vs_above" in (refused.value.hint or "")
    with pytest.raises(UsageError, match="read_as is 'upwards'"):
        pool(myeloma(), read_as="upwards")


@pytest.mark.parametrize("read_as", ["high-vs-low", "low-vs-high"])
def test_every_analysis_names_its_direction(read_as: str) -> None:
    """The JSON of each has `direction`, and its ratios are in it."""
    frame = plain(
        6,
        n_index=[40.0] * 6,
        n_reference=[60.0] * 6,
        cutoff_value=[2.0, 2.5, 3.0, 3.5, 4.0, 5.0],
        cutoff_unit=["1"] * 6,
        year=[2010.0, 2011.0, 2012.0, 2013.0, 2014.0, 2015.0],
    )
    made: dict[str, Any] = {
        "pool": pool(frame, read_as=read_as),
        "bias": bias(frame, "egger", read_as=read_as),
        "regress": regress(frame, "year", read_as=read_as),
        "influence": influence(frame, read_as=read_as),
        "multiverse": multiverse(frame, read_as=read_as),
        "bayes": bayes(frame, read_as=read_as),
        "cutoffs": cutoffs(frame, read_as=read_as),
    }
    made["absolute"] = absolute(made["pool"], survival=0.5, prevalence=0.4, at="2 years")
    said = "high NLR vs low" if read_as == "high-vs-low" else "low NLR vs high"
    assert {name: each.as_dict()["direction"] for name, each in made.items()} == dict.fromkeys(made, said)
    above = made["pool"].pool.hr > 1.0
    assert above is (read_as == "high-vs-low")
    assert (made["bayes"].mu.hr > 1.0) is above
    assert (made["cutoffs"].all.pool.hr > 1.0) is above


def test_a_model_of_several_cutoffs_takes_the_shares_above_them_either_way_round() -> None:
    """Correlations follow from the patients above each cutoff, whichever group is the index group."""
    frame = plain(6, study=[f"S{row // 2}" for row in range(6)]).replace(
        cutoff_value=np.tile([2.0, 3.0], 3), n_index=np.tile([60.0, 25.0], 3), n_reference=np.tile([40.0, 75.0], 3)
    )
    high, low = (cutoffs(frame, read_as=way).all.multi_cutoff for way in ("high-vs-low", "low-vs-high"))
    assert high is not None
    assert low is not None
    assert (low.fit.mu, low.fit.slope) == pytest.approx((-(high.fit.mu or 0.0), -(high.fit.slope or 0.0)))
    assert low.fit.tau2 == pytest.approx(high.fit.tau2)


def test_absolute_risks_are_of_the_same_patients_either_way_round() -> None:
    """High and low keep their survival; the difference is that of the index group less the reference group."""
    asked: dict[str, Any] = {"survival": 0.5, "prevalence": (0.3, 0.5), "at": "24 months"}
    high = absolute(pool(myeloma()), **asked)
    low = absolute(pool(myeloma(), read_as="low-vs-high"), **asked)
    for name in ("survival_low", "survival_high", "risk_low", "risk_high"):
        assert getattr(low, name).value == pytest.approx(getattr(high, name).value)
        assert getattr(low, name).ci_low == pytest.approx(getattr(high, name).ci_low)
    assert low.difference.value == pytest.approx(-(high.difference.value or 0.0))
    assert low.difference.ci_low == pytest.approx(-(high.difference.ci_high or 0.0))
    assert low.corners[0].difference.value == pytest.approx(-(high.corners[0].difference.value or 0.0))
    assert "fewer deaths per 1000" in absolute_report.headline(low)
    assert absolute_report.headline(low).endswith("in the low than in the high group by 24 months")
    assert any("to the power 1/HR" in each for each in low.assumed)


def test_absolute_risks_refuse_a_ratio_per_step_and_name_the_step() -> None:
    """LDH per 100 U/L has no high and no low group."""
    frame = plain(factor=["LDH"] * 4, contrast=["per_unit"] * 4, cutoff_value=[100.0] * 4, cutoff_unit=["U/L"] * 4)
    with pytest.raises(PoolRefused, match="per 100 U/L more LDH"):
        absolute(pool(frame), survival=0.5, prevalence=0.4, at="2 years")


@pytest.mark.parametrize(
    ("read_as", "directions"), [(HIGH, ["better", "better", "none", None]), (LOW, ["worse", "worse", "none", None])]
)
def test_rows_without_a_ratio_are_turned_as_ratios_are(read_as: ReadAs, directions: list[str | None]) -> None:
    """Low against high, worse, and high against low, better, agree; facing a way already they stay."""
    flow = Flow(
        4,
        (),
        0,
        unusable=(
            Unusable("S4", "S4", "all", 100, "direction-only", "worse", "below_vs_above"),
            Unusable("S5", "S5", "all", 100, "direction-only", "better", "above_vs_below"),
            Unusable("S7", "S7", "all", 100, "direction-only", "none", "below_vs_above"),
            Unusable("S8", "S8", "all", 100, "no-ratio", None, "below_vs_above"),
        ),
    )
    faced = facing(flow, read_as)
    assert [each.direction for each in faced.unusable] == directions
    assert facing(faced, read_as) == faced
    assert [as_reported(each) for each in faced.unusable] == ["worse", "better", "none", None]


def test_a_pool_lists_what_texts_state_in_its_own_direction() -> None:
    """Known, not poolable: the direction of a row of low against high is turned in the flow of the result."""
    frame = plain(
        4,
        contrast=["above_vs_below"] * 2 + ["below_vs_above", "above_vs_below"],
        not_poolable=[None, None, "direction-only", "direction-only"],
        effect_direction=[None, None, "worse", "better"],
    )
    assert [each.direction for each in pool(frame).flow.unusable] == ["better", "better"]
    assert [each.direction for each in pool(frame, read_as="low-vs-high").flow.unusable] == ["worse", "worse"]


def test_assumed_directions_are_counted_beside_every_result() -> None:
    """What the file did not say is said; what is stored without a basis is not called assumed."""
    frame = plain(8, contrast_basis=["assumed"] * 3 + ["stated", "operator", None, None, None])
    said = "the direction of 3 of 8 estimates is assumed: the file did not say"
    for found in (pool(frame), bayes(frame), influence(frame)):
        assert said in found.notes
    assert not any("assumed" in note for note in pool(plain(8)).notes)


def test_a_factor_read_the_other_way_round_says_so_with_the_ratio() -> None:
    """Albumin is read low against high: the note gives the option and the ratio; read so, there is no note."""
    frame = albumin()
    known = Frame(frame.columns, frame.attributes, frame.declared, {"albumin": FactorFacts(read_as="low-vs-high")})
    notes = pool(known, method="FE", test="z").notes
    assert (
        "albumin is usually read low against high: 1.65 (1.36–2.00); --read-as low-vs-high turns the result round"
        in notes
    )
    assert not any("usually read" in note for note in pool(known, read_as="low-vs-high").notes)
    assert not any("usually read" in note for note in pool(frame).notes)


def test_unclear_rows_pool_among_themselves_and_never_with_others() -> None:
    """They say that the direction is not stated; beside rows that say theirs they are refused."""
    alone = pool(plain(4, contrast=["unclear"] * 4))
    assert alone.direction == "not stated"
    assert any("the direction is not stated" in note for note in alone.notes)
    with pytest.raises(PoolRefused, match="compare different things"):
        pool(plain(4, contrast=["unclear", "above_vs_below"] * 2))


def test_every_kind_of_contrast_is_turned_or_refused() -> None:
    """No kind is forgotten: each is turned in one of the ways, or cannot be."""
    fixed = {ContrastKind.CATEGORY, ContrastKind.UNCLEAR}
    assert TURNED[HIGH] | TURNED[LOW] == set(ContrastKind) - fixed
    assert not TURNED[HIGH] & TURNED[LOW]
