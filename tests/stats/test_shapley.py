"""Shapley values obey the laws that define them, and agree with their definition by orders."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from registry.errors import StatisticsError
from registry.stats.shapley import averaged, coalitions, orders, sampled, shapley, without
from tests.effort import tries

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NUMBERS = st.floats(-10.0, 10.0, width=32)


@st.composite
def games(draw: st.DrawFn, most: int = 6) -> Floats:
    """Values of all coalitions of a few players, of two quantities."""
    n = draw(st.integers(1, most))
    return draw(arrays(np.float64, (1 << n, 2), elements=NUMBERS))


def players(values: Floats) -> int:
    return len(values).bit_length() - 1


def naive(values: Floats) -> Floats:
    """Average, over every order, of what a player adds when it enters."""
    n = players(values)
    total, count = np.zeros((n, *values.shape[1:])), 0
    for order in permutations(range(n)):
        here, count = 0, count + 1
        for player in order:
            total[player] += values[here | 1 << player] - values[here]
            here |= 1 << player
    return total / count


@settings(max_examples=tries(40), deadline=None)
@given(games())
def test_shares_are_the_averages_over_all_orders(values: Floats) -> None:
    """The weighted sum over coalitions is the mean over orders, which is what the value means."""
    assert shapley(values) == pytest.approx(naive(values), abs=1e-9)


@given(games(8))
def test_shares_sum_to_the_total(values: Floats) -> None:
    """Efficiency: nothing of the difference is left over."""
    assert shapley(values).sum(axis=0) == pytest.approx(values[-1] - values[0], abs=1e-9)


@given(games(5), st.data())
def test_equal_players_have_equal_shares(values: Floats, data: st.DataObject) -> None:
    """Symmetry: exchanging two players exchanges their shares, so that who adds the same gets the same."""
    n = players(values)
    one, other = data.draw(st.integers(0, n - 1)), data.draw(st.integers(0, n - 1))
    swap = list(range(n))
    swap[one], swap[other] = other, one
    renamed = np.array([sum(1 << swap[p] for p in range(n) if c >> p & 1) for c in range(1 << n)])
    assert shapley(values[renamed])[swap] == pytest.approx(shapley(values), abs=1e-9)


@given(games(5), st.data())
def test_a_player_that_adds_nothing_has_nothing(values: Floats, data: st.DataObject) -> None:
    """Null player: who never changes a value has the share 0."""
    player = data.draw(st.integers(0, players(values) - 1))
    others = without(players(values), player)
    values = values.copy()
    values[others + (1 << player)] = values[others]
    assert shapley(values)[player] == pytest.approx(0.0, abs=1e-12)


@given(games(5), st.integers(0, 2**32 - 1))
def test_shares_of_a_sum_are_sums_of_shares(values: Floats, seed: int) -> None:
    """Additivity: two games played at once are shared as each alone."""
    other = np.random.default_rng(seed).normal(size=values.shape)
    assert shapley(values + other) == pytest.approx(shapley(values) + shapley(other), abs=1e-9)


def test_gloves_by_hand() -> None:
    """One left glove and two right ones, a pair worth 1: 2/3 to the left, 1/6 to each right."""
    worth = [float(bool(c & 1) and bool(c & 6)) for c in range(8)]
    assert shapley(worth) == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_an_undefined_coalition_leaves_every_share_undefined() -> None:
    """Nothing is imputed: a share that needs a value that is not there is nan, and all of them need it."""
    values = np.zeros(8)
    values[3] = np.nan
    assert np.isnan(shapley(values)).all()


def test_averages_split_a_share_into_its_steps() -> None:
    """A player that enters in two steps gets the difference of averages for each; they sum to its share."""
    values, middle = np.random.default_rng(1).normal(size=16), np.random.default_rng(2).normal(size=8)
    others = without(4, 2)
    first = averaged(middle) - averaged(values[others])
    second = averaged(values[others + 4]) - averaged(middle)
    assert first + second == pytest.approx(shapley(values)[2])


def marginals(values: Floats, drawn: NDArray[np.intp]) -> Floats:
    found = np.empty((*drawn.shape, *values.shape[1:]))
    for row, order in enumerate(drawn):
        here = 0
        for player in order:
            found[row, player] = values[here | 1 << int(player)] - values[here]
            here |= 1 << int(player)
    return found


def test_sampled_orders_estimate_the_shares_within_their_error() -> None:
    """Over many seeds the estimate lies about as often within two standard errors as it should; its sum is exact."""
    values = np.random.default_rng(7).normal(size=(1 << 6, 2))
    exact, inside = shapley(values), []
    for seed in range(60):
        found = sampled(marginals(values, orders(6, 40, seed)))
        assert found.values.sum(axis=0) == pytest.approx(values[-1] - values[0])
        inside.append(np.abs(found.values - exact) < 2.0 * found.se)
    assert 0.90 < np.mean(inside) < 0.99


def test_orders_come_in_pairs_from_their_seed() -> None:
    """Each order is followed by its reverse; the same seed draws the same orders."""
    drawn = orders(5, 10, 3)
    assert (drawn[1::2] == drawn[::2, ::-1]).all()
    assert (np.sort(drawn, axis=1) == np.arange(5)).all()
    assert (drawn == orders(5, 10, 3)).all()
    assert (drawn != orders(5, 10, 4)).any()


def test_coalitions_are_numbered_by_bits() -> None:
    """Coalition 5 is players 0 and 2."""
    assert coalitions(3)[5].tolist() == [True, False, True]


def test_what_cannot_be_shared_is_refused() -> None:
    """Numbers of values that belong to no number of players, and samples too small for an error, are told."""
    with pytest.raises(StatisticsError, match="one value per coalition"):
        shapley([1.0, 2.0, 3.0])
    with pytest.raises(StatisticsError, match="one value per coalition"):
        shapley([1.0])
    with pytest.raises(StatisticsError, match="power of two"):
        averaged([1.0, 2.0, 3.0])
    with pytest.raises(StatisticsError, match="at most 20"):
        coalitions(21)
    with pytest.raises(StatisticsError, match="two pairs"):
        orders(3, 1, 0)
    with pytest.raises(StatisticsError, match="two pairs of orders"):
        sampled(np.zeros((2, 3)))
