"""Models of the mean: the quadratic forms and traces every heterogeneity estimator is made of.

With W = diag(1 / (vi + tau²)) and P = W − WX(X'WX)⁻¹X'W, all of them are functions of tau² alone, and dP/dtau² = −PP.
An estimator that asks only for these forms works for one mean, for group means with a common tau² and for a regression.

`tau2` arguments have shape (g, m): g values for each of m pools; so have all results.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.stats.batch import Floats, Ints


class Forms(NamedTuple):
    """What the estimating equations are made of, each (g, m)."""

    q: Floats
    """y'Py, the weighted residual sum of squares Q(tau²)."""
    ypp: Floats
    """y'PPy = −dQ/dtau²."""
    tr_p: Floats
    """tr P."""
    sum_w: Floats
    """tr W."""


class Curvature(NamedTuple):
    """What their derivatives are made of, each (g, m)."""

    yppp: Floats
    """y'PPPy = −½ d(y'PPy)/dtau²."""
    tr_pp: Floats
    """tr PP = −d(tr P)/dtau²."""
    sum_w2: Floats
    """tr WW."""


class Traces(NamedTuple):
    """What the information on tau² is made of, each (g, m)."""

    tr_pp: Floats
    sum_w2: Floats


class Slopes(NamedTuple):
    """Q(tau²) and what its derivatives −y'PPy and 2 y'PPPy are made of, each (g, m)."""

    q: Floats
    ypp: Floats
    yppp: Floats


class Unweighted(NamedTuple):
    """Moments of the unweighted residuals My, with M = I − X(X'X)⁻¹X' and V = diag(vi), each (m,)."""

    tr_mv: Floats
    """tr MV: by sampling error alone y'My would be this on average."""
    tr_mvmv: Floats
    """tr MVMV: and 2 tr MVMV its variance."""
    ymvmy: Floats
    """y'MVMy."""


class Model(Protocol):
    """The mean of each of m pools, as the estimators of tau² see it."""

    k: int
    """Rows of a pool."""
    df: int
    """Rows minus coefficients."""
    vmin: Floats
    vmax: Floats

    @property
    def ss(self) -> Floats:
        """Unweighted residual sum of squares y'My, (m,)."""

    @property
    def total(self) -> Floats:
        """Unweighted sum of squares about one mean, (m,)."""

    @property
    def at_zero(self) -> Forms:
        """Forms at tau² = 0, each (1, m)."""

    def take(self, pools: Ints) -> Model:
        """Return the model of these pools, which may repeat."""

    def forms(self, tau2: Floats) -> Forms:
        """Quadratic forms and traces at tau2."""

    def curvature(self, tau2: Floats) -> Curvature:
        """Their derivatives at tau2."""

    def bent(self, tau2: Floats) -> tuple[Forms, Curvature]:
        """Give both."""

    def slopes(self, tau2: Floats) -> Slopes:
        """Give Q and its derivatives alone."""

    def traces(self, tau2: Floats) -> Traces:
        """Give tr PP and tr WW alone."""

    def logdets(self, tau2: Floats) -> tuple[Floats, Floats]:
        """Log |W⁻¹| and log |X'WX| at tau2."""

    @property
    def unweighted(self) -> Unweighted:
        """Moments of the unweighted residuals."""


class Fitted(NamedTuple):
    """Weighted means (relative to `origin`), the sums of their weights, and Q, each (g, m)."""

    mean: Floats
    sum_w: Floats
    q: Floats


class Mean:
    """One mean per pool: yi and vi of shape (k, m), each pool sorted by ascending vi.

    yi is taken relative to the most precise study, so that a mean close to it loses no digits; `origin` (m,) holds
    what was subtracted.
    """

    def __init__(self, yi: Floats, vi: Floats) -> None:
        self.origin = yi[0]
        self.yi = yi - yi[0]
        self.vi = vi
        self.k = len(yi)
        self.df = self.k - 1
        self.vmin, self.vmax = vi[0], vi[-1]

    @cached_property
    def centred(self) -> Floats:
        """Effects about their plain mean, (k, m)."""
        return np.asarray(self.yi - self.yi.mean(axis=0))

    @cached_property
    def ss(self) -> Floats:
        """Unweighted sum of squares, (m,)."""
        return inner(self.centred, self.centred)

    @cached_property
    def total(self) -> Floats:
        """The same: there is one mean."""
        return self.ss

    @cached_property
    def at_zero(self) -> Forms:
        """Forms at tau² = 0, which nearly everybody asks for."""
        return self._forms(1.0 / self.vi[:, None])

    def take(self, pools: Ints) -> Mean:
        """Return the model of these pools, which may repeat."""
        return Mean(_columns(self.yi, pools), _columns(self.vi, pools))

    def means(self, tau2: Floats) -> tuple[Floats, Floats, Floats]:
        """Weights (k, g, m), their sum and the weighted mean (relative to `origin`), both (g, m)."""
        w = 1.0 / (self.vi[:, None] + tau2)
        sum_w = w.sum(axis=0)
        return w, sum_w, inner(w, self.yi[:, None]) / sum_w

    def fitted(self, tau2: Floats) -> Fitted:
        """Weighted means at tau2, and what is left of the effects around them."""
        w, sum_w, mean = self.means(tau2)
        residual = self.yi[:, None] - mean
        return Fitted(mean, sum_w, inner(w * residual, residual))

    def power_sums(self, tau2: Floats, powers: Sequence[int]) -> list[Floats]:
        """Σ wᵃ for each power a, (g, m)."""
        w = 1.0 / (self.vi[:, None] + tau2)
        return [(w**power).sum(axis=0) for power in powers]

    def forms(self, tau2: Floats) -> Forms:
        """Quadratic forms and traces at tau2."""
        return self._forms(1.0 / (self.vi[:, None] + tau2))

    def _forms(self, w: Floats) -> Forms:
        """Quadratic forms and traces with weights (k, g, m)."""
        sum_w = w.sum(axis=0)
        residual = self.yi[:, None] - inner(w, self.yi[:, None]) / sum_w
        weighted = w * residual
        return Forms(inner(weighted, residual), inner(weighted, weighted), _trace_p(w, sum_w), sum_w)

    def curvature(self, tau2: Floats) -> Curvature:
        """Their derivatives at tau2."""
        return self.bent(tau2)[1]

    def bent(self, tau2: Floats) -> tuple[Forms, Curvature]:
        """Forms and their derivatives at tau2."""
        w, sum_w, mean = self.means(tau2)
        residual = self.yi[:, None] - mean
        weighted = w * residual
        q, ypp, along = inner(weighted, residual), inner(weighted, weighted), inner(w, weighted)
        weighted *= weighted
        yppp = inner(w, weighted) - along**2 / sum_w
        return Forms(q, ypp, _trace_p(w, sum_w), sum_w), Curvature(yppp, *_traces(w, sum_w))

    def traces(self, tau2: Floats) -> Traces:
        """Give tr PP and tr WW at tau2."""
        w = 1.0 / (self.vi[:, None] + tau2)
        return _traces(w, w.sum(axis=0))

    def slopes(self, tau2: Floats) -> Slopes:
        """Q and its derivatives at tau2."""
        w, sum_w, mean = self.means(tau2)
        residual = self.yi[:, None] - mean
        weighted = w * residual
        q, ypp, along = inner(weighted, residual), inner(weighted, weighted), inner(w, weighted)
        weighted *= weighted
        return Slopes(q, ypp, inner(w, weighted) - along**2 / sum_w)

    def logdets(self, tau2: Floats) -> tuple[Floats, Floats]:
        """Log |W⁻¹| and log |X'WX| at tau2."""
        total = self.vi[:, None] + tau2
        return np.log(total).sum(axis=0), np.log((1.0 / total).sum(axis=0))

    @cached_property
    def unweighted(self) -> Unweighted:
        """Moments of the unweighted residuals: m_ii = 1 − 1/k, m_ij = −1/k."""
        total, squares = self.vi.sum(axis=0), inner(self.vi, self.vi)
        share = 1.0 / self.k
        tr_mvmv = (1.0 - 2.0 * share) * squares + (share * total) ** 2
        return Unweighted((1.0 - share) * total, tr_mvmv, inner(self.vi * self.centred, self.centred))


def _columns(array: Floats, pools: Ints) -> Floats:
    """Take columns of (k, m); neighbours in memory are the rows if there are more of them than columns, else these."""
    if len(pools) < len(array):
        return np.asarray(array.T.take(pools, axis=0).T)
    return np.asarray(array.take(pools, axis=1))


def inner(left: Floats, right: Floats) -> Floats:
    """Σ left·right over the rows, without an array for the product."""
    return np.asarray(np.einsum("k...,k...->...", left, right))


def _trace_p(w: Floats, sum_w: Floats) -> Floats:
    """Σw − Σw²/Σw without its cancellation when w[0], the largest, dominates."""
    others = w[1:]
    rest = others.sum(axis=0)
    return np.asarray((2.0 * w[0] * rest + rest * rest - inner(others, others)) / sum_w)


def _traces(w: Floats, sum_w: Floats) -> Traces:
    """ΣP² = Σw² − 2Σw³/Σw + (Σw²/Σw)², with w[0] apart for the same reason, and Σw²."""
    first, others = w[0], w[1:]
    squares = others * others
    rest, rest2, rest3 = others.sum(axis=0), squares.sum(axis=0), inner(squares, others)
    shared = rest2 * (2.0 * first * first + rest2) / (sum_w * sum_w)
    return Traces((first * rest / sum_w) ** 2 + rest2 - 2.0 * rest3 / sum_w + shared, first * first + rest2)
