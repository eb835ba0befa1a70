"""The (restricted) likelihood of tau² over its whole profile: highest maximum, and profile-likelihood interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from registry.stats.batch import CHUNK, Floats, Ints
from registry.stats.distributions import chdtri
from registry.stats.roots import polish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registry.stats.model import Model

Bools = NDArray[np.bool_]

# Step of the search grid in log(1 + tau²/vmin). In it each weight 1/(vi + tau²) is a logistic curve that takes
# about 4 units to fall, so a step is a twentieth of the narrowest thing the score is made of. A pair of sign changes
# within one step goes unseen: the likelihood then has a maximum there that hardly differs from its surroundings. Of
# 120,000 sets with variances over five orders of magnitude none had another estimate by a step ten times finer, and
# 13 (all ML) had one more such maximum.
STEP = 0.2


class Highest(NamedTuple):
    """Where the likelihoods of m pools are highest, and how many local maxima they have; both (m,)."""

    tau2: Floats
    maxima: Ints


def highest(model: Model, *, restricted: bool) -> Highest:
    """Highest maximum of the likelihood profile over tau² ≥ 0.

    The score is (y'PPy − tr P)/2 for REML and (y'PPy − tr W)/2 for ML. Each of its falling sign changes on the grid
    is a maximum, as is 0 where it is not positive there; with several, the likelihood decides, a tie goes to the
    smaller.
    """
    grid = _grid(model)
    positive = _signs(model, grid, restricted=restricted)
    cell, pool = np.nonzero(positive[:-1] & ~positive[1:])
    part = model.take(pool)

    def score(t: Floats) -> tuple[Floats, Floats]:
        at, bend = part.bent(t)
        trace, slope = (at.tr_p, bend.tr_pp) if restricted else (at.sum_w, bend.sum_w2)
        return at.ypp - trace, slope - 2.0 * bend.yppp

    roots = polish(score, grid[cell, pool][None], grid[cell + 1, pool][None], unit=part.vmin)[0]
    at_zero = np.flatnonzero(~positive[0])
    tau2, pool = np.concatenate([np.zeros(len(at_zero)), roots]), np.concatenate([at_zero, pool])
    maxima = np.bincount(pool, minlength=len(model.vmin))
    height = log_likelihood(model.take(pool), tau2, restricted=restricted) if maxima.max() > 1 else np.zeros(len(pool))
    order = np.lexsort((-tau2, height, pool))
    return Highest(tau2[order][np.cumsum(maxima) - 1], maxima)


def log_likelihood(model: Model, tau2: Floats, *, restricted: bool) -> Floats:
    """Profile log likelihood of tau² (m,), without its constant (Harville 1977)."""
    return np.asarray(_heights(model, tau2[None], restricted=restricted)[0])


def profile_likelihood(model: Model, tau2: Floats, level: float, *, restricted: bool) -> tuple[Floats, Floats]:
    """Profile-likelihood interval of tau² around its estimate (Hardy & Thompson 1996; Viechtbauer 2007).

    From the smallest to the largest tau² whose log likelihood is within half a chi² (1) quantile of the highest. Where
    the likelihood has several maxima what lies between may contain values that are not; metafor then gives the part
    around the maximum it found.
    """
    floor = log_likelihood(model, tau2, restricted=restricted) - 0.5 * chdtri(1, 1.0 - level / 100.0)
    grid = _grid(model)
    inside = np.empty(grid.shape, dtype=np.bool_)
    for rows in _blocks(model, grid):
        inside[rows] = _heights(model, grid[rows], restricted=restricted) >= floor
    grid = _beyond(model, grid, floor, restricted=restricted)
    m, last = np.arange(len(tau2)), len(inside) - 1
    # The estimate is inside; where it stands between points of the grid it may be all that is.
    first, left = np.argmax(inside, axis=0), (grid <= tau2).sum(axis=0) - 1
    lone = ~inside.any(axis=0) | (grid[first, m] > tau2)
    low = np.where(lone, grid[left, m], grid[np.maximum(first - 1, 0), m]), np.where(lone, tau2, grid[first, m])
    final = last - np.argmax(inside[::-1], axis=0)
    lone = ~inside.any(axis=0) | (grid[final, m] < tau2)
    high = np.where(lone, tau2, grid[final, m]), np.where(lone, grid[left + 1, m], grid[final + 1, m])
    lower = _crossing(model, low, floor, -1.0, restricted=restricted)
    return np.where(inside[0], 0.0, lower), _crossing(model, high, floor, 1.0, restricted=restricted)


def _crossing(model: Model, bracket: tuple[Floats, Floats], floor: Floats, sign: float, *, restricted: bool) -> Floats:
    """tau² (m,) in its bracket where the likelihood falls (sign 1) or rises (−1) through `floor`."""

    def excess(t: Floats) -> tuple[Floats, Floats]:
        at = model.forms(t)
        slope = 0.5 * (at.ypp - (at.tr_p if restricted else at.sum_w))
        return sign * (_heights(model, t, restricted=restricted) - floor), sign * slope

    return np.asarray(polish(excess, bracket[0][None], bracket[1][None], unit=model.vmin)[0])


def _beyond(model: Model, grid: Floats, floor: Floats, *, restricted: bool) -> Floats:
    """Add a row to the grid, below `floor` in every pool: beyond its last row the likelihood falls, without limit."""
    end = 4.0 * grid[-1] + model.vmin
    while (high := _heights(model, end[None], restricted=restricted)[0] >= floor).any():
        end = np.where(high, 4.0 * end, end)
    return np.concatenate([grid, end[None]])


def _grid(model: Model) -> Floats:
    """Points of tau² (g, m) from 0 to beyond every root of the score.

    y'PPy ≤ SS/tau⁴, and tr P ≥ df/(vmax + tau²), so with s² = SS/df no root exceeds (s² + √(s⁴ + 4 s² vmax))/2.
    The points depend on the pool's vmin only: a pool has the same grid in any company.
    """
    s2 = model.ss / model.df
    top = (s2 + np.sqrt(s2 * (s2 + 4.0 * model.vmax))) / 2.0
    count = 2 + int(np.ceil(np.log1p(top / model.vmin).max() / STEP))
    return np.asarray(np.expm1(STEP * np.arange(count))[:, None] * model.vmin)


def _blocks(model: Model, grid: Floats) -> Iterator[slice]:
    """Rows of the grid at a time, so that arrays stay in the cache."""
    step = max(1, CHUNK // (model.k * grid.shape[1]))
    return (slice(first, first + step) for first in range(0, len(grid), step))


def _signs(model: Model, grid: Floats, *, restricted: bool) -> Bools:
    """Whether the score is positive at each point; not at the last, which is beyond every root."""
    positive = np.empty(grid.shape, dtype=np.bool_)
    for rows in _blocks(model, grid):
        at = model.forms(grid[rows])
        positive[rows] = at.ypp > (at.tr_p if restricted else at.sum_w)
    positive[-1] = False
    return positive


def _heights(model: Model, tau2: Floats, *, restricted: bool) -> Floats:
    """Log likelihood at tau2 (g, m), without its constant."""
    of_w, of_xwx = model.logdets(tau2)
    return np.asarray(-0.5 * (of_w + model.forms(tau2).q + (of_xwx if restricted else 0.0)))
