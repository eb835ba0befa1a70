"""Estimators of the between-study variance tau², and its Q-profile interval, for many pools at once.

Each estimator is a function of a `Model` and an entry of `ESTIMATORS`; nothing else has to change to add one.
P, Q and W are those of `registry.stats.model`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import chdtri

from registry.errors import StatisticsError
from registry.stats.batch import CHUNK, Floats, Ints
from registry.stats.model import Model
from registry.stats.roots import polish

# Step of the search grid in log(1 + tau²/vmin). In it each weight 1/(vi + tau²) is a logistic curve that takes
# about 4 units to fall, so a step is a twentieth of the narrowest thing the score is made of. A pair of sign changes
# within one step goes unseen: the likelihood then has a maximum there that hardly differs from its surroundings. Of
# 120,000 sets with variances over five orders of magnitude none had another estimate by a step ten times finer, and
# 13 (all ML) had one more such maximum.
STEP = 0.2

# Lets a root that equals its bound stay inside in spite of rounding.
LEEWAY = 1e-6


class Solution(NamedTuple):
    """Estimates of m pools, and how many local maxima the (restricted) likelihood has; 0 if none was searched."""

    tau2: Floats
    maxima: Ints


@dataclass(frozen=True, slots=True)
class Estimator:
    """A way to estimate tau²: `solve` gives the estimate, `se` its standard error at the estimate."""

    name: str
    label: str
    source: str
    solve: Callable[[Model], Solution]
    se: Callable[[Model, Floats], Floats]


def estimator(method: str) -> Estimator:
    """Look a method up, upper or lower case; CE is FE, the common-effect model. Raises StatisticsError if unknown."""
    name = {"CE": "FE"}.get(method.upper(), method.upper())
    if name not in ESTIMATORS:
        raise StatisticsError(f"unknown method {method!r}: one of {', '.join(ESTIMATORS)} (CE is FE)")
    return ESTIMATORS[name]


def _solution(tau2: Floats) -> Solution:
    return Solution(tau2, np.zeros(len(tau2), dtype=np.intp))


def _zero(model: Model) -> Floats:
    return np.zeros((1, len(model.vmin)))


def _common_effect(model: Model) -> Solution:
    return _solution(_zero(model)[0])


def _dersimonian_laird(model: Model) -> Solution:
    """Take (Q − df) / tr P at tau² = 0, truncated at 0."""
    at_zero = model.forms(_zero(model))
    return _solution(np.maximum(0.0, (at_zero.q - model.df) / at_zero.tr_p)[0])


def _paule_mandel(model: Model) -> Solution:
    """Solve Q(tau²) = df; 0 where Q(0) is not above it."""
    return _solution(q_equals(model, np.full(len(model.vmin), float(model.df))))


def _restricted_likelihood(model: Model) -> Solution:
    return _highest(model, restricted=True)


def _likelihood(model: Model) -> Solution:
    return _highest(model, restricted=False)


def q_equals(model: Model, target: Floats) -> Floats:
    """tau² (m,) at which Q equals `target` (m,); 0 where Q(0) is already below.

    Solved as 1/Q = 1/target, which is nearly a straight line. SS/(vmax + tau²) ≤ Q(tau²) ≤ SS/(vmin + tau²) brackets
    the root.
    """
    tau2 = np.zeros(len(target))
    above = np.flatnonzero(model.forms(_zero(model)).q[0] > target)
    if len(above):
        part, aim = model.take(above), target[above]

        def excess(t: Floats) -> tuple[Floats, Floats]:
            at = part.forms(t)
            return 1.0 - aim / at.q, -aim * at.ypp / at.q**2

        low = (1.0 - LEEWAY) * np.maximum(part.ss / aim - part.vmax, 0.0)[None]
        high = (1.0 + LEEWAY) * np.maximum(part.ss / aim - part.vmin, 0.0)[None]
        tau2[above] = polish(excess, low, high, unit=part.vmin)[0]
    return tau2


def _highest(model: Model, *, restricted: bool) -> Solution:
    """Highest maximum of the likelihood profile over tau² ≥ 0.

    The score is (y'PPy − tr P)/2 for REML and (y'PPy − tr W)/2 for ML. Each of its falling sign changes on the grid
    is a maximum, as is 0 where it is not positive there; with several, the likelihood decides, a tie goes to the
    smaller.
    """
    grid, positive = _signs(model, restricted=restricted)
    cell, pool = np.nonzero(positive[:-1] & ~positive[1:])
    part = model.take(pool)

    def score(t: Floats) -> tuple[Floats, Floats]:
        at, bend = part.forms(t), part.curvature(t)
        trace, slope = (at.tr_p, bend.tr_pp) if restricted else (at.sum_w, bend.sum_w2)
        return at.ypp - trace, slope - 2.0 * bend.yppp

    roots = polish(score, grid[cell, pool][None], grid[cell + 1, pool][None], unit=part.vmin)[0]
    at_zero = np.flatnonzero(~positive[0])
    tau2, pool = np.concatenate([np.zeros(len(at_zero)), roots]), np.concatenate([at_zero, pool])
    maxima = np.bincount(pool, minlength=len(model.vmin))
    height = log_likelihood(model.take(pool), tau2, restricted=restricted) if maxima.max() > 1 else np.zeros(len(pool))
    order = np.lexsort((-tau2, height, pool))
    return Solution(tau2[order][np.cumsum(maxima) - 1], maxima)


def _signs(model: Model, *, restricted: bool) -> tuple[Floats, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
    """Grid of tau² (g, m) from 0 to beyond every root, and whether the score is positive there.

    y'PPy ≤ SS/tau⁴, and tr P ≥ df/(vmax + tau²), so with s² = SS/df no root exceeds (s² + √(s⁴ + 4 s² vmax))/2.
    The points depend on the pool's vmin only: a pool has the same grid in any company.
    """
    s2 = model.ss / model.df
    top = (s2 + np.sqrt(s2 * (s2 + 4.0 * model.vmax))) / 2.0
    count = 2 + int(np.ceil(np.log1p(top / model.vmin).max() / STEP))
    grid = np.expm1(STEP * np.arange(count))[:, None] * model.vmin
    positive = np.empty(grid.shape, dtype=np.bool_)
    rows = max(1, CHUNK // (model.k * grid.shape[1]))
    for first in range(0, count, rows):
        at = model.forms(grid[first : first + rows])
        positive[first : first + rows] = at.ypp > (at.tr_p if restricted else at.sum_w)
    positive[-1] = False
    return grid, positive


def log_likelihood(model: Model, tau2: Floats, *, restricted: bool) -> Floats:
    """Profile log likelihood of tau² (m,), without its constant (Harville 1977)."""
    of_w, of_xwx = model.logdets(tau2[None])
    deviance: Floats = of_w + model.forms(tau2[None]).q + (of_xwx if restricted else 0.0)
    return np.asarray(-0.5 * deviance[0])


def q_profile(model: Model, level: float) -> tuple[Floats, Floats]:
    """Q-profile interval of tau² (Viechtbauer 2007): Q(tau²) equals the upper and the lower chi² quantile.

    Both ends are nan where even Q(0) is below the lower quantile: the set is empty (metafor prints 0 to 0).
    """
    tail, m = (1.0 - level / 100.0) / 2.0, len(model.vmin)
    lower_quantile = chdtri(model.df, 1.0 - tail)
    low = q_equals(model, np.full(m, chdtri(model.df, tail)))
    high = q_equals(model, np.full(m, lower_quantile))
    empty = model.forms(_zero(model)).q[0] < lower_quantile
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


def _no_se(_model: Model, tau2: Floats) -> Floats:
    return np.full(len(tau2), np.nan)


def _se_dl(model: Model, tau2: Floats) -> Floats:
    """√(2 df + 4 tau² tr P + 2 tau⁴ tr PP) / tr P, traces at 0 (Biggerstaff & Tweedie 1997, at the estimate)."""
    tr_p, tr_pp = model.forms(_zero(model)).tr_p[0], model.curvature(_zero(model)).tr_pp[0]
    return np.asarray(np.sqrt(2.0 * model.df + 4.0 * tau2 * tr_p + 2.0 * tau2**2 * tr_pp) / tr_p)


def _se_pm(model: Model, tau2: Floats) -> Floats:
    """√(2 k²/df) / Σw, as metafor."""
    return np.asarray(np.sqrt(2.0 / model.df) * model.k / model.forms(tau2[None]).sum_w[0])


def _se_reml(model: Model, tau2: Floats) -> Floats:
    """From the expected information tr PP / 2 (Viechtbauer 2005)."""
    return np.asarray(np.sqrt(2.0 / model.curvature(tau2[None]).tr_pp[0]))


def _se_ml(model: Model, tau2: Floats) -> Floats:
    """From the expected information Σw² / 2 (Viechtbauer 2005)."""
    return np.asarray(np.sqrt(2.0 / model.curvature(tau2[None]).sum_w2[0]))


ESTIMATORS = {
    entry.name: entry
    for entry in (
        Estimator("FE", "common effect", "tau² = 0 by assumption", _common_effect, _no_se),
        Estimator("DL", "DerSimonian–Laird", "DerSimonian & Laird 1986", _dersimonian_laird, _se_dl),
        Estimator("PM", "Paule–Mandel", "Paule & Mandel 1982; DerSimonian & Kacker 2007", _paule_mandel, _se_pm),
        Estimator(
            "REML", "restricted maximum likelihood", "Harville 1977; Viechtbauer 2005", _restricted_likelihood, _se_reml
        ),
        Estimator("ML", "maximum likelihood", "Hardy & Thompson 1996", _likelihood, _se_ml),
    )
}
