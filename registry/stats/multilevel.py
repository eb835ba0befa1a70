"""The variances between clusters and between the estimates of a cluster that make the restricted likelihood highest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from registry.stats.batch import Floats
from registry.stats.clusters import Clustered, Point

# Neighbours on the search grid differ by this factor: a weight changes over a factor of about e⁴, so the likelihood has
# no feature as narrow.
RATIO = 2.0
# More separate hills than this have not been seen.
STARTS = 6
MOST_STEPS = 200
# Newton converges quadratically: after a step this small, relative to the variance, the error is below rounding.
SMALL = 1e-11


class Maximum(NamedTuple):
    """The highest point: variances between clusters and between estimates (2,), and how many maxima there are."""

    variances: Floats
    point: Point
    maxima: int


def maximise(model: Clustered, *, free: tuple[bool, bool] = (True, True)) -> Maximum:
    """Find the highest restricted likelihood over variances ≥ 0; one that is not `free` stays 0.

    Deterministic: every local maximum of a grid over all that the data allow is climbed from by Newton's method (by
    expected information where the likelihood is not concave), steps halved until they gain, variances held at 0 while
    the slope there points below it. A variance found at 0 is exactly 0.
    """
    axes = [_axis(model, which) if free[which] else np.zeros(1) for which in (0, 1)]
    tops = [_climb(model, start, np.array(free), _units(model)) for start in _hills(model, axes)]
    tops.sort(key=lambda top: -top[1].log_likelihood)
    different = [tops[0]]
    for top in tops[1:]:
        if all(np.abs(top[0] - other[0]).max() > 1e-5 * (top[0].max() + _units(model).min()) for other in different):
            different.append(top)
    return Maximum(*tops[0], maxima=len(different))


def _units(model: Clustered) -> Floats:
    """Where the variances begin to matter: the smallest sampling variance of a cluster's mean, and of a row."""
    return np.array([1.0 / float(model.sums(model.c**2 / model.d).max()), float(model.d.min())])


def _axis(model: Clustered, which: int) -> Floats:
    """Grid of one variance: 0, and from a tenth of its unit to beyond what the residuals could mean."""
    fitted = model.x @ np.linalg.lstsq(model.x, model.y, rcond=None)[0]
    residual = float(((model.y - fitted) ** 2).sum())
    low, top = 0.1 * _units(model)[which], 4.0 * residual / max(1, model.clusters - model.p)
    count = 2 + max(0, int(np.ceil(np.log(max(top / low, 1.0)) / np.log(RATIO))))
    return np.concatenate([[0.0], low * RATIO ** np.arange(count)])


def _hills(model: Clustered, axes: list[Floats]) -> list[Floats]:
    """Points of the grid that no neighbour exceeds, the highest first."""
    height = model.surface(*axes)
    padded = np.pad(height, 1, constant_values=-np.inf)
    rows, columns = height.shape
    around = [padded[i : i + rows, j : j + columns] for i in range(3) for j in range(3) if (i, j) != (1, 1)]
    top = np.argwhere(height >= np.max(around, axis=0))
    top = top[np.argsort(-height[top[:, 0], top[:, 1]], kind="stable")][:STARTS]
    return [np.array([axes[0][i], axes[1][j]]) for i, j in top]


def _climb(model: Clustered, start: Floats, free: NDArray[np.bool_], units: Floats) -> tuple[Floats, Point]:
    at, here = start, model.point(*start)
    for _ in range(MOST_STEPS):
        moving = free & ((at > 0.0) | (here.slope > 0.0))
        if not moving.any():
            break
        step = _direction(here, moving)
        following, there = _gain(model, at, here, step)
        moved = np.abs(following - at)
        at, here = following, there
        if (moved <= SMALL * (at + 1e-4 * units)).all():
            break
    return at, here


def _direction(here: Point, moving: NDArray[np.bool_]) -> Floats:
    """Newton's step of the variances that move, by the expected information where the observed is not positive."""
    at = np.flatnonzero(moving)
    observed, expected = here.observed[np.ix_(at, at)], here.expected[np.ix_(at, at)]
    concave = bool((np.linalg.eigvalsh(observed) > 1e-8 * np.diagonal(expected).min()).all())
    step = np.zeros(2)
    step[at] = np.linalg.lstsq(observed if concave else expected, here.slope[at], rcond=1e-12)[0]
    return step


def _gain(model: Clustered, at: Floats, here: Point, step: Floats) -> tuple[Floats, Point]:
    """Shorten the step until the likelihood does not fall by more than its rounding."""
    slack = 1e-13 * (1.0 + abs(here.log_likelihood))
    for _ in range(60):
        following = np.maximum(at + step, 0.0)
        there = model.point(*following)
        if there.log_likelihood >= here.log_likelihood - slack:
            return following, there
        step = 0.5 * step
    return at, here
