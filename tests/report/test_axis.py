"""The log axis of a forest plot."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.report import axis

ratios = st.floats(1e-4, 1e4)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(ratios, st.floats(1.0, 1e4)), min_size=1, max_size=20))
def test_axis_holds_every_ratio_and_one_and_has_a_few_round_ticks(pairs) -> None:
    """Whatever is plotted: all points and 1 are inside, two to nine ticks in ascending order, 1 among them."""
    bounds = [ratio * factor**sign for ratio, factor in pairs for sign in (-1, 1)]
    low, high = axis.limits([ratio for ratio, _ in pairs], bounds)
    assert all(low < math.log(ratio) < high for ratio, _ in pairs)
    assert low < 0 < high
    ticks = axis.ticks(low, high)
    assert ticks == sorted(set(ticks))
    assert 2 <= len(ticks) <= 9
    assert any(math.isclose(tick, 1) for tick in ticks)
    assert all(low <= math.log(tick) <= high for tick in ticks)


def test_far_bounds_are_cut() -> None:
    """An interval a thousand times as wide as the estimates does not squeeze them."""
    low, high = axis.limits([1.5, 2.0], [0.001, 900.0])
    assert math.exp(low) > 0.2
    assert math.exp(high) < 8


def test_near_bounds_are_not() -> None:
    """The axis reaches as far as it needs to."""
    low, high = axis.limits([1.5, 2.0], [0.9, 3.5])
    assert math.exp(low) < 0.9
    assert math.exp(high) > 3.5


def test_infinite_bounds_are_cut() -> None:
    """A bound that overflowed is as far as any other."""
    low, high = axis.limits([1.5], [0.0, math.inf])
    assert math.isfinite(low)
    assert math.isfinite(high)
