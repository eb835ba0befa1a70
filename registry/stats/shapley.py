"""Shapley values (Shapley 1953): what each of n players adds to a total, averaged over all orders in which they enter.

Coalition c of 2^n holds player p if bit p of c is set: coalition 0 holds nobody, coalition 2^n − 1 everybody. Values
may be of several quantities at once, one per entry of the trailing axes. What is nan stays nan.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from registry.errors import StatisticsError
from registry.stats.seeded import generator

if TYPE_CHECKING:
    from registry.stats.batch import Floats, Ints

#: Beyond this the 2^n coalitions are too many for a computer's memory.
MOST_PLAYERS = 20


@dataclass(frozen=True, slots=True)
class Sampled:
    """Shapley values (n, …) from a sample of orders, and the standard error of each."""

    values: Floats
    se: Floats


def coalitions(n: int) -> NDArray[np.bool_]:
    """Say who is in each coalition, (2^n, n). Raises StatisticsError for more players than `MOST_PLAYERS`."""
    if not 0 <= n <= MOST_PLAYERS:
        raise StatisticsError(f"coalitions of {n} players cannot be listed: at most {MOST_PLAYERS}")
    return np.asarray(np.arange(1 << n)[:, None] >> np.arange(n) & 1, dtype=np.bool_)


def without(n: int, player: int) -> Ints:
    """Give the numbers of the coalitions of the others, (2^(n − 1),), ascending; 2^player more is with the player."""
    every = np.arange(1 << n)
    return np.asarray(every[every >> player & 1 == 0])


def averaged(values: ArrayLike) -> Floats:
    """Average a value over all orders of n players: of what it is when those before one player have entered.

    `values` (2^(n − 1), …) are of the coalitions of the other n − 1, ascending; the weight of one of s players is
    s! (n − s − 1)! / n! (Shapley 1953).
    """
    array = np.asarray(values, dtype=np.float64)
    others = array.shape[0].bit_length() - 1
    if array.shape[0] != 1 << others:
        raise StatisticsError(f"values of {array.shape[0]} coalitions: their number is a power of two")
    sizes = coalitions(others).sum(axis=1) if others else np.zeros(1, dtype=np.intp)
    weights = np.array([1.0 / ((others + 1) * comb(others, size)) for size in range(others + 1)])[sizes]
    return np.asarray(np.tensordot(weights, array, axes=(0, 0)))


def shapley(values: ArrayLike) -> Floats:
    """Share v(everybody) − v(nobody) among n players: (n, …) from the values (2^n, …) of all coalitions.

    The shares sum to the difference, up to rounding. Raises StatisticsError unless there are 2^n values, n ≥ 1.
    """
    array = np.asarray(values, dtype=np.float64)
    n = array.shape[0].bit_length() - 1 if array.ndim else 0
    if n < 1 or array.shape[0] != 1 << n:
        raise StatisticsError("one value per coalition is needed: 2, 4, 8, … of them")
    return np.stack([_share(array, n, player) for player in range(n)])


def _share(values: Floats, n: int, player: int) -> Floats:
    others = without(n, player)
    return averaged(values[others + (1 << player)] - values[others])


def orders(n: int, pairs: int, seed: int) -> Ints:
    """Draw orders of n players, (2 pairs, n): each random one is followed by its reverse.

    Pairing makes their errors cancel in part (Mitchell, Cooper, Frank & Holmes 2022).
    """
    if n < 1 or pairs < 2:
        raise StatisticsError(f"{pairs} pairs of orders of {n} players: at least two pairs and one player are needed")
    random = generator(seed)
    drawn = np.stack([random.permutation(n) for _ in range(pairs)])
    return np.stack([drawn, drawn[:, ::-1]], axis=1).reshape(2 * pairs, n)


def sampled(marginals: ArrayLike) -> Sampled:
    """Estimate Shapley values from what each player added in each order of `orders`, (2 pairs, n, …).

    The estimate is the mean over orders; in every order the marginals sum to the total, and so do the estimates. The
    standard error is that of the mean of independent pairs (Castro, Gómez & Tejada 2009, with pairs as the draws).
    """
    array = np.asarray(marginals, dtype=np.float64)
    if array.ndim < 2 or array.shape[0] < 4 or array.shape[0] % 2:
        raise StatisticsError("marginals of at least two pairs of orders are needed, one row per order")
    pairs = array.reshape(-1, 2, *array.shape[1:]).mean(axis=1)
    return Sampled(pairs.mean(axis=0), pairs.std(axis=0, ddof=1) / np.sqrt(len(pairs)))
