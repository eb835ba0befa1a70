"""Leave-one-out in closed form: what is summed once for all rows, minus the row's own term.

All statistics of a mean are made of the sums Σ wᵃ yᵇ. At tau² values that differ from pool to pool these sums are read
off a Chebyshev interpolant, so that k pools of k − 1 rows cost about as much as one of k rows, for every estimator.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from registry.errors import StatisticsError
from registry.stats.batch import CHUNK, Floats, Ints, Subsets, by_group
from registry.stats.model import Curvature, Fitted, Forms, Mean, Slopes, Traces, Unweighted
from registry.stats.options import resolved
from registry.stats.pool import checked, results, summaries, together
from registry.stats.results import Pools
from registry.stats.summary import summarise

# A row with a larger share than this of any sum is taken out by summing the others: subtracting would lose digits.
LARGE = 0.9
# Up to this many rows the pools are small enough to be summed one by one.
SMALL = 16


class Deleted(Mean):
    """The means of k − 1 of k rows, as k pools of which pool i lacks row i: a `Model` like `Mean`, with m = k.

    yi, vi (k,) sorted by ascending vi; `left_out` the rows that are left out, by default each in turn. Exact to
    rounding where no row has more than a share of `LARGE` in the sums (`ordinary` tells).
    """

    def __init__(self, yi: Floats, vi: Floats, left_out: Ints | None = None, centre: float | None = None) -> None:
        rows = len(yi)
        at = np.arange(rows) if left_out is None else left_out
        self.row_vi, self.left_out = vi, at
        self.centre = float(np.average(yi, weights=1.0 / vi)) if centre is None else centre
        self.row_yi = yi - self.centre if centre is None else yi
        self.origin = np.full(len(at), self.centre)
        self.k, self.df = rows - 1, rows - 2
        self.vmin, self.vmax = np.where(at == 0, vi[1], vi[0]), np.where(at == rows - 1, vi[-2], vi[-1])
        self._powers = np.stack([np.ones(rows), self.row_yi, self.row_yi**2])
        own, own_vi = self.row_yi[at], vi[at]
        self._own, self._own_vi = np.stack([np.ones(len(at)), own, own**2]), own_vi
        self._at, self._known = np.empty(0), dict[int, Floats]()
        total, squares = self.row_yi.sum() - own, self._powers[2].sum() - own**2
        self.ss = np.maximum(squares - total**2 / self.k, 0.0)

    @cached_property
    def at_zero(self) -> Forms:
        """Forms at tau² = 0."""
        return self.forms(np.zeros((1, len(self.left_out))))

    def take(self, pools: Ints) -> Deleted:
        """Return the model of these pools, which may repeat."""
        return Deleted(self.row_yi, self.row_vi, self.left_out[pools], self.centre)

    def means(self, tau2: Floats) -> tuple[Floats, Floats, Floats]:
        """Own weight of the row left out, sum of the others' and their mean (relative to `origin`), each (g, m)."""
        (first,) = self._sums(tau2, (1,))
        return 1.0 / (self._own_vi + tau2), first[0], first[1] / first[0]

    def fitted(self, tau2: Floats) -> Fitted:
        """Weighted means at tau2 (g, m), and what is left of the effects around them."""
        (first,) = self._sums(tau2, (1,))
        mean = first[1] / first[0]
        return Fitted(mean, first[0], np.maximum(first[2] - mean * first[1], 0.0))

    def power_sums(self, tau2: Floats, powers: Sequence[int]) -> list[Floats]:
        """Σ wᵃ for each power a, (g, m)."""
        return [total[0] for total in self._sums(tau2, powers)]

    def forms(self, tau2: Floats) -> Forms:
        """Quadratic forms and traces at tau2 (g, m)."""
        first, second = self._sums(tau2, (1, 2))
        mean = first[1] / first[0]
        q = np.maximum(first[2] - mean * first[1], 0.0)
        ypp = np.maximum(second[2] - mean * (2.0 * second[1] - mean * second[0]), 0.0)
        return Forms(q, ypp, first[0] - second[0] / first[0], first[0])

    def curvature(self, tau2: Floats) -> Curvature:
        """Their derivatives at tau2 (g, m)."""
        first, second, third = self._sums(tau2, (1, 2, 3))
        mean = first[1] / first[0]
        yppp = third[2] - mean * (2.0 * third[1] - mean * third[0]) - (second[1] - mean * second[0]) ** 2 / first[0]
        ratio = second[0] / first[0]
        return Curvature(yppp, second[0] - 2.0 * third[0] / first[0] + ratio**2, second[0])

    def bent(self, tau2: Floats) -> tuple[Forms, Curvature]:
        """Forms and their derivatives at tau2 (g, m)."""
        bend = self.curvature(tau2)
        return self.forms(tau2), bend

    def traces(self, tau2: Floats) -> Traces:
        """Give tr PP and tr WW at tau2 (g, m)."""
        return Traces(*self.curvature(tau2)[1:])

    def slopes(self, tau2: Floats) -> Slopes:
        """Q and its derivatives at tau2 (g, m)."""
        at, bend = self.bent(tau2)
        return Slopes(at.q, at.ypp, bend.yppp)

    @cached_property
    def unweighted(self) -> Unweighted:
        """Moments of the unweighted residuals."""
        vi, own, share = self.row_vi, self._own_vi, 1.0 / self.k
        total, squares = vi.sum() - own, (vi * vi).sum() - own * own
        zeroth, first, second = (self._powers * vi).sum(axis=1)[:, None] - self._own * own
        mean = share * (self._powers[1].sum() - self._own[1])
        tr_mvmv = (1.0 - 2.0 * share) * squares + (share * total) ** 2
        return Unweighted((1.0 - share) * total, tr_mvmv, second - mean * (2.0 * first - mean * zeroth))

    def logdets(self, tau2: Floats) -> tuple[Floats, Floats]:
        """Log |W⁻¹| and log |X'WX| at tau2 (g, m)."""
        (first,) = self._sums(tau2, (1,))
        parts = _parts(tau2.ravel(), len(self.row_vi))
        total = np.concatenate([np.log(self.row_vi[:, None] + part).sum(axis=0) for part in parts])
        return total.reshape(tau2.shape) - np.log(self._own_vi + tau2), np.log(first[0])

    def ordinary(self) -> NDArray[np.bool_]:
        """Whether each pool's left-out row is a small enough part of all sums, and so is every row of Σw itself."""
        ends = np.array([0.0, float(np.sqrt(self.row_vi[0] * self.row_vi[-1])), 1e3 * self.row_vi[-1]])
        w, squares = (self.row_vi[0] + ends) / (self.row_vi[:, None] + ends), self._powers[2][:, None]
        if (w.max(axis=0) > LARGE * w.sum(axis=0)).any():
            return np.zeros(len(self.left_out), dtype=np.bool_)
        small = np.ones(len(self.row_vi), dtype=np.bool_)
        cubes = w * w * w
        for part in (cubes, w * squares, cubes * squares):
            small &= (part <= LARGE * part.sum(axis=0)).all(axis=1)
        return small[self.left_out]

    def _sums(self, tau2: Floats, powers: Sequence[int]) -> list[Floats]:
        """Σ wᵃ [1, y, y²] over the rows that stay, (3, g, m) for each power a; kept until another tau² is asked for."""
        if not np.array_equal(tau2, self._at):
            self._at, self._known = tau2, {}
        if new := [power for power in powers if power not in self._known]:
            whole = _whole_sums(self.row_vi, self._powers, tau2, new)
            w = 1.0 / (self._own_vi + tau2)
            for total, power in zip(whole, new, strict=True):
                self._known[power] = total - _raised(w, power) * self._own[:, None]
        return [self._known[power] for power in powers]


def _whole_sums(vi: Floats, y: Floats, tau2: Floats, powers: Sequence[int]) -> list[Floats]:
    """Σ wᵃ y over all rows, y (c, k), at tau2 (g, m): (c, g, m) for each power, directly or interpolated."""
    if tau2.shape[1] and (tau2 == tau2[:, :1]).all():
        return [total[:, :, None] for total in _direct(vi, y, tau2[:, 0], powers)]
    x = np.log(tau2 + vi[0]).ravel()
    nodes = _nodes(float(x.min()), float(x.max())) if len(x) else x
    if len(x) <= len(nodes):
        return [total.reshape(-1, *tau2.shape) for total in _direct(vi, y, tau2.ravel(), powers)]
    scale = np.maximum(np.exp(nodes), vi[0])
    sums = [total * scale**power for total, power in zip(_direct(vi, y, scale - vi[0], powers), powers, strict=True)]
    read = np.split(_interpolate(nodes, np.concatenate(sums), x), len(powers))
    scale = tau2 + vi[0]
    return [part.reshape(-1, *tau2.shape) / scale**power for part, power in zip(read, powers, strict=True)]


def _nodes(low: float, high: float) -> Floats:
    """Chebyshev points in x = log(tau² + vmin), enough for rounding.

    Every (tau² + vmin)/(tau² + v) is a logistic curve in x, with its nearest poles at a distance of π from the real
    line; the interpolation error falls by the factor rho of the Bernstein ellipse through them with each point
    (Trefethen 2013, theorem 8.2).
    """
    half = max(0.5 * (high - low), 0.01)
    rho = np.pi / half + np.sqrt((np.pi / half) ** 2 + 1.0)
    count = 8 + int(np.ceil(38.0 / np.log(rho)))
    return np.asarray(low + half * (1.0 - np.cos(np.linspace(0.0, np.pi, count))))


def _interpolate(nodes: Floats, values: Floats, x: Floats) -> Floats:
    """Barycentric interpolation (Berrut & Trefethen 2004) of values (c, n) at nodes (n,), read at x (u,)."""
    signs = np.where(np.arange(len(nodes)) % 2 == 0, 1.0, -1.0)
    signs[[0, -1]] *= 0.5
    distance = x - nodes[:, None]
    on_node = distance == 0.0
    share = signs[:, None] / np.where(on_node, 1.0, distance)
    hit = on_node.any(axis=0)
    share[:, hit] = on_node[:, hit]
    return np.asarray(values @ share / share.sum(axis=0))


def _direct(vi: Floats, y: Floats, at: Floats, powers: Sequence[int]) -> list[Floats]:
    """Σ wᵃ y at tau² values (u,): (c, u) for each power."""
    totals: list[list[Floats]] = [[] for _ in powers]
    for part in _parts(at, len(vi)):
        w = 1.0 / (vi[:, None] + part)
        for total, power in zip(totals, powers, strict=True):
            total.append(y @ _raised(w, power))
    return [np.concatenate(total, axis=1) for total in totals]


def _raised(w: Floats, power: int) -> Floats:
    """wᵃ for a = 1, 2, 3 by multiplication: a tenth of the time of a power."""
    return w if power == 1 else w * w if power == 2 else w * w * w


def _parts(at: Floats, rows: int) -> list[Floats]:
    """Cut tau² values (u,) so that (rows, part) stays in the cache."""
    return np.split(at, np.arange(max(1, CHUNK // rows), len(at), max(1, CHUNK // rows)))


def leave_each_out(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    method: str = "REML",
    test: str = "hk",
    level: float = 95.0,
    pi_rule: str | None = None,
    tau2_interval: bool | str = False,
    threshold: float | None = 0.0,
    rows: Sequence[int] | None = None,
) -> Pools:
    """Pool k − 1 of the k estimates, leaving out each in turn: the same as `fit` with `leave_one_out(k)`, faster.

    Pool i is without row i; with `rows`, ascending, only these are left out, and pool i is without `rows[i]`. Options,
    errors and formulas are those of `fit`; rows that dominate a sum go through `fit` itself.
    """
    effects, variances = checked(yi, vi)
    options = resolved(method, test, level, pi_rule, profile=tau2_interval, given=False, threshold=threshold, mean=True)
    k = len(effects)
    wanted = np.arange(k) if rows is None else np.asarray(rows, dtype=np.intp)
    rest, parts = np.zeros(k, dtype=np.bool_), []
    rest[wanted] = True
    if k > SMALL and options.pi_rule != "nnf":
        order = np.lexsort((effects, variances))
        model = Deleted(effects[order], variances[order])
        ordinary = np.flatnonzero(model.ordinary() & rest[order])
        at = order[ordinary]
        rest[at] = False
        if len(ordinary):
            part = model if len(ordinary) == k else model.take(ordinary)
            parts.append((np.searchsorted(wanted, at), summarise(part, None, options)))
    if rest.any():
        left_out = np.flatnonzero(rest)
        places = np.searchsorted(wanted, left_out)
        parts.append((places, summaries(effects, variances, _without(left_out, k), options)))
    return results(together(parts), options)


def leave_groups_out(labels: Sequence[Any] | NDArray[Any]) -> Subsets:
    """Leave out all rows of one cohort (or any other group) in turn: pool i lacks the rows of `result.labels[i]`.

    `labels` (k,) has one entry per row; raises StatisticsError for a single group.
    """
    groups = by_group(labels)
    if len(groups) < 2:
        raise StatisticsError("leaving groups out needs at least two of them", hint="all estimates have the same label")
    codes = np.empty(len(groups.rows), dtype=np.intp)
    codes[groups.rows] = np.repeat(np.arange(len(groups)), groups.sizes)
    pools, rows = np.nonzero(codes != np.arange(len(groups))[:, None])
    return Subsets(rows, np.concatenate([[0], np.cumsum(np.bincount(pools))]), groups.labels)


def _without(left_out: Ints, k: int) -> Subsets:
    """Leave these rows out in turn."""
    if k < 2:
        raise StatisticsError(f"leave-one-out needs at least two estimates, got {k}")
    before = np.arange(k - 1)
    rows = before + (before >= left_out[:, None])
    return Subsets(rows.ravel(), np.arange(len(left_out) + 1) * (k - 1))
