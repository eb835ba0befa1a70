"""Routes from reported numbers to log hazard ratios, and the same estimate for another comparison."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import StatisticsError
from registry.stats import rescale
from registry.stats.routes import (
    PREFERENCE,
    LogRatio,
    by_ci,
    by_events_and_p,
    by_o_minus_e,
    by_p,
    by_p_below,
    by_se,
    preferred,
)

YI, VI = st.floats(-2.0, 2.0), st.floats(0.01, 1.0)
Z_975 = 1.959963984540054


def test_ba06_is_reproduced() -> None:
    """BA06 (491 v 485 patients, 485 deaths, p = 0.075): z 1.7805, V 121.25, O − E −19.60, HR 0.851 (0.712 to 1.016)."""
    ours = by_events_and_p(485, 0.075, above=False, sizes=(491, 485))
    v = 1.0 / ours.vi
    assert (round(v, 2), round(ours.yi * v, 2), round(ours.yi * math.sqrt(v), 4)) == (121.25, -19.60, -1.7805)
    assert [round(number, 3) for number in ours.ratio()] == [0.851, 0.712, 1.016]
    assert (ours.route, ours.notes) == ("events_p", ())


def test_equal_groups_must_be_stated() -> None:
    """Without sizes V = D/4 only if the groups are stated to be equal, and that is noted."""
    with pytest.raises(StatisticsError, match="stated to be equal"):
        by_events_and_p(100, 0.03, above=True)
    stated = by_events_and_p(100, 0.03, above=True, equal_groups=True)
    assert stated.vi == pytest.approx(4 / 100)
    assert stated.notes == ("V = events/4: groups stated to be equal",)
    assert by_events_and_p(100, 0.03, above=True, sizes=(50, 50)).yi == pytest.approx(stated.yi)


@given(YI, VI)
def test_direct_routes_give_the_effect_back(yi: float, vi: float) -> None:
    """An effect written as CI, as SE and as O − E with V comes back, each naming its route."""
    se = math.sqrt(vi)
    made = [
        by_ci(math.exp(yi), math.exp(yi - Z_975 * se), math.exp(yi + Z_975 * se)),
        by_se(yi, se),
        by_o_minus_e(yi / vi, 1.0 / vi),
    ]
    assert [one.route for one in made] == ["ci", "se", "o_e_v"]
    for one in made:
        assert (one.yi, one.vi) == (pytest.approx(yi, abs=1e-12), pytest.approx(vi, rel=1e-9))
        assert one.ratio()[1] == pytest.approx(math.exp(yi - Z_975 * se))


@given(st.floats(0.2, 5.0).filter(lambda hr: abs(hr - 1.0) > 0.01), st.floats(0.001, 0.5))
def test_p_gives_the_standard_error_that_has_it(hr: float, p: float) -> None:
    """The Wald test of the derived effect has the p it was derived from, with one side half of it."""
    one = by_p(hr, p, test="wald")
    assert math.erfc(abs(one.yi) / one.sei / math.sqrt(2.0)) == pytest.approx(p, rel=1e-9)
    assert by_p(hr, p / 2.0, test="wald", sides=1).vi == pytest.approx(one.vi)
    assert one.notes == ()
    assert by_p(hr, p).notes == ("the p-value is of another test (unclear): approximate",)


def test_inequality_bounds_the_standard_error() -> None:
    """An inequality p < 0.001 gives a standard error not below any that p allows, for sensitivity only."""
    bound = by_p_below(2.0, 0.001)
    assert bound.sensitivity_only
    assert bound.notes == ("p < 0.001: the standard error is an upper bound",)
    assert all(by_p(2.0, p).vi < bound.vi for p in (0.0009, 0.0001, 1e-8))
    assert not by_p(2.0, 0.001).sensitivity_only


@pytest.mark.parametrize("route", [by_p, by_p_below])
def test_p_that_decides_nothing_is_refused(route: object) -> None:
    """A ratio of 1 has every p, and a p above 0.5 says nothing: refused by name."""
    with pytest.raises(StatisticsError, match="a ratio of 1 has the same p"):
        route(1.0, 0.04)  # type: ignore[operator]
    with pytest.raises(StatisticsError, match=r"p = 0\.6 is above 0\.5: rounding of it"):
        route(1.2, 0.6)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (lambda: by_ci(1.2, 1.5, 1.1), r"1\.2 \(1\.5 to 1\.1\) at 95 % is no ratio"),
        (lambda: by_ci(-1.2, 0.5, 1.1), "is no ratio with its interval"),
        (lambda: by_se(0.3, 0.0), "it must be positive"),
        (lambda: by_p(-1.0, 0.1), "the ratio must be positive"),
        (lambda: by_p(1.4, 0.0), "above 0 and at most 1"),
        (lambda: by_p(1.4, 0.7, sides=1), r"above 0 and at most 0\.5"),
        (lambda: by_p(1.4, 0.1, sides=3), "one side or two"),
        (lambda: by_p(1.4, 0.1, test="t"), "unknown test 't'"),
        (lambda: by_o_minus_e(-3.0, 0.0), "V must be positive"),
        (lambda: by_events_and_p(0, 0.1, above=True, equal_groups=True), "needs at least one"),
        (lambda: by_events_and_p(20, 0.1, above=True, sizes=(10, 0)), "group sizes must be positive"),
        (lambda: preferred([]), "no route leads"),
    ],
)
def test_numbers_no_effect_follows_from_are_named(call: object, fault: str) -> None:
    """Zero events, reversed bounds, no variance: each refusal says what is wrong with which number."""
    with pytest.raises(StatisticsError, match=fault):
        call()  # type: ignore[operator]


def test_large_effects_by_o_minus_e_are_flagged() -> None:
    """Beyond a ratio of 3, either way, (O − E)/V is noted as pulled towards 1; within it is not."""
    for o_minus_e, flagged in ((30.0, True), (-30.0, True), (20.0, False), (-20.0, False)):
        notes = by_o_minus_e(o_minus_e, 20.0).notes
        assert bool(notes) is flagged
        assert all(note.startswith("ratio beyond 3") for note in notes)
    assert by_events_and_p(30, 1e-6, above=True, equal_groups=True).notes[0].startswith("ratio beyond 3")


def test_interval_beats_p_value() -> None:
    """Of several routes the most direct one is taken; the others are noted with what they would give."""
    p, ci = by_p(1.5, 0.04, test="wald"), by_ci(1.5, 1.02, 2.2)
    chosen = preferred([p, ci])
    assert (chosen.route, chosen.yi, chosen.vi) == ("ci", ci.yi, ci.vi)
    assert chosen.notes == ("by p it would be 1.50 (1.02 to 2.21)",)
    assert PREFERENCE.index("ci") < PREFERENCE.index("o_e_v") < PREFERENCE.index("p")


@given(YI, VI)
def test_inverting_twice_is_nothing(yi: float, vi: float) -> None:
    """The inverted reference gives 1/HR with the same variance; inverted back it is the estimate it was."""
    one = LogRatio(yi, vi, "ci")
    once = rescale.inverted(one)
    assert once.ratio()[0] == pytest.approx(1.0 / one.ratio()[0])
    assert (once.vi, once.steps) == (vi, ("reference inverted",))
    assert (rescale.inverted(once).yi, rescale.inverted(once).route) == (yi, "ci")


@given(YI, VI, st.floats(0.01, 100.0))
def test_units_keep_the_test(yi: float, vi: float, units: float) -> None:
    """Other units change ratio and standard error by the same factor, so z stays."""
    one, other = LogRatio(yi, vi, "ci"), rescale.per_units(LogRatio(yi, vi, "ci"), units, label="SD")
    assert other.yi == pytest.approx(units * yi)
    assert other.yi / other.sei == pytest.approx(one.yi / one.sei)
    assert other.steps == ("per SD instead of per unit",)


def test_doubling_depends_on_the_scale_of_the_factor() -> None:
    """Per unit of log2 it stays, of ln it is times ln 2, of log10 times log10 2; a linear factor needs a level."""
    one = LogRatio(0.5, 0.04, "ci")
    for scale, factor in (("log2", 1.0), ("ln", math.log(2.0)), ("log10", math.log10(2.0))):
        assert rescale.per_doubling(one, scale=scale).yi == pytest.approx(0.5 * factor)
    linear = rescale.per_doubling(LogRatio(0.001, 1e-7, "ci"), at=600.0)
    assert (linear.yi, linear.sei) == (pytest.approx(0.6), pytest.approx(600.0 * math.sqrt(1e-7)))
    assert "from 600 only" in linear.notes[0]
    for options in ({}, {"scale": "ln", "at": 3.0}, {"scale": "sqrt"}):
        with pytest.raises(StatisticsError, match="a doubling needs either"):
            rescale.per_doubling(one, **options)  # type: ignore[arg-type]
    with pytest.raises(StatisticsError, match="units must be positive"):
        rescale.per_units(one, 0.0)


RATES = st.lists(st.tuples(st.integers(3, 200), st.floats(50.0, 5000.0)), min_size=3, max_size=6)


@given(RATES, st.data())
def test_merged_categories_are_those_of_the_summed_counts(rates: list[tuple[int, float]], data: st.DataObject) -> None:
    """From ratios made of events and person-time, any merging gives the ratio of the summed events and times."""
    events, times = np.array([d for d, _ in rates], dtype=float), np.array([t for _, t in rates])
    others = [
        LogRatio(math.log(d / t / (events[0] / times[0])), 1.0 / d + 1.0 / events[0], "ci")
        for d, t in zip(events[1:], times[1:], strict=True)
    ]
    sides = data.draw(st.lists(st.sampled_from([0, 1, 2]), min_size=len(rates), max_size=len(rates)))
    index, reference = ({j for j, side in enumerate(sides) if side == which} for which in (1, 2))
    if not index or not reference:
        with pytest.raises(StatisticsError, match="each side needs some of"):
            rescale.merge_categories(others, events.tolist(), index=index, reference=reference)
        return
    sums = [(events[list(side)].sum(), times[list(side)].sum()) for side in (index, reference)]
    for counts, of in ((events, "events"), (times, "patients")):
        ours = rescale.merge_categories(others, counts.tolist(), index=index, reference=reference, counts_of=of)
        assert ours.yi == pytest.approx(math.log(sums[0][0] / sums[0][1] * sums[1][1] / sums[1][0]), abs=1e-6)
        assert ours.vi == pytest.approx(1.0 / sums[0][0] + 1.0 / sums[1][0], rel=1e-6)


def test_merging_needs_a_count_for_every_category() -> None:
    """Counts are one per category with the reference first, positive, of events or patients; sides do not share any."""
    others = [LogRatio(0.2, 0.05, "ci"), LogRatio(0.5, 0.06, "ci")]
    with pytest.raises(StatisticsError, match=r"one positive count per category \(3, the reference first\)"):
        rescale.merge_categories(others, [40, 30], index={1, 2})
    with pytest.raises(StatisticsError, match="not of 'deaths'"):
        rescale.merge_categories(others, [40, 30, 20], index={1, 2}, counts_of="deaths")
    with pytest.raises(StatisticsError, match=r"categories 0\+1 against 0"):
        rescale.merge_categories(others, [40, 30, 20], index={0, 1})
    merged = rescale.merge_categories(others, [40, 30, 20], index={1, 2})
    assert merged.steps == ("categories 1+2 against 0 by the counts of events (Hamling 2008)",)
    assert 0.2 < merged.yi < 0.5
