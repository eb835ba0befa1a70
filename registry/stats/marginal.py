"""Distributions met in Bayesian pooling, and the summaries a report prints of them.

A mixture of normal distributions is what the mean, a new effect and each study's effect are once tau is integrated out;
tau itself is a density cut into panels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from scipy.special import ndtr, ndtri

if TYPE_CHECKING:
    from collections.abc import Callable

    from registry.stats.batch import Floats

# Gauss–Legendre points of a panel: exact for polynomials of degree 31.
POINTS, WEIGHTS = np.polynomial.legendre.leggauss(16)
# A panel is narrow enough when cutting it in half changes its mass by less than this share of the whole.
NARROW = 1e-14
MOST_CUTS = 60
MOST_STEPS = 300
# Shares a shortest interval is first tried with; halvings of what is left between two of them: to 1e-14.
GRID = 10
HALVINGS = 40


@dataclass(frozen=True, slots=True)
class Marginal:
    """Summaries of one posterior; `shortest_*` is the narrowest, `central_*` the equal-tailed interval.

    `reasons` says of each nan why it is undefined.
    """

    median: float
    mean: float
    sd: float
    shortest_low: float
    shortest_high: float
    central_low: float
    central_high: float
    reasons: dict[str, str] = field(default_factory=dict)


class Distribution(Protocol):
    """What `summary` needs to know of one continuous distribution."""

    @property
    def start(self) -> float:
        """Return the least value, or −inf."""

    def pdf(self, x: float) -> float:
        """Return the density at x."""

    def quantile(self, p: float, low: float | None = None, high: float | None = None) -> float:
        """Return the value that a share p lies below; between low and high, if they are known to bracket it."""


class Normals(NamedTuple):
    """Mixture of normal distributions: weights (n,) summing to 1, means and standard deviations, both (n,)."""

    weights: Floats
    means: Floats
    sds: Floats

    @property
    def start(self) -> float:
        """Return −inf."""
        return -np.inf

    def cdf(self, x: float) -> float:
        """Return the share below x."""
        return float(self.weights @ ndtr((x - self.means) / self.sds))

    def pdf(self, x: float) -> float:
        """Return the density at x."""
        z = (x - self.means) / self.sds
        return float(self.weights @ (np.exp(-0.5 * z * z) / self.sds)) / float(np.sqrt(2.0 * np.pi))

    def quantile(self, p: float, low: float | None = None, high: float | None = None) -> float:
        """Return the value that a share p lies below, which is one between the components' own."""
        own = self.means + ndtri(p) * self.sds
        low, high = float(own.min()) if low is None else low, float(own.max()) if high is None else high
        return solve(lambda x: (self.cdf(x) - p, self.pdf(x)), low, high)

    def mean(self) -> float:
        """Return the mean."""
        return float(self.weights @ self.means)

    def sd(self) -> float:
        """Return the standard deviation."""
        return float(np.sqrt(self.weights @ (self.sds**2 + (self.means - self.mean()) ** 2)))


class Panels:
    """A distribution on x > 0, given the log of its unnormalised density in u = log x, on low ≤ u ≤ high.

    The range is cut in half wherever 16 points are not enough. `nodes` and `masses` (n,) then stand for the whole
    distribution in sums; `log_total` is the log of the integral.
    """

    def __init__(self, log_density: Callable[[Floats], Floats], low: float, high: float) -> None:
        self._log_density = log_density
        edges = np.linspace(low, high, 9)
        self._top = float(log_density(_points(edges[:-1], edges[1:]).ravel()).max())
        for _ in range(MOST_CUTS):
            whole = self._masses(edges[:-1], edges[1:]).sum(axis=1)
            middle = 0.5 * (edges[:-1] + edges[1:])
            halves = self._masses(edges[:-1], middle).sum(axis=1) + self._masses(middle, edges[1:]).sum(axis=1)
            rough = np.abs(whole - halves) > NARROW * halves.sum()
            if not rough.any():
                break
            edges = np.sort(np.concatenate([edges, middle[rough]]))
        masses = self._masses(edges[:-1], edges[1:])
        self._edges, self._total = edges, float(masses.sum())
        self._below = np.concatenate([[0.0], np.cumsum(masses.sum(axis=1))]) / self._total
        self.log_total = self._top + float(np.log(self._total))
        self.nodes, self.masses = _points(edges[:-1], edges[1:]).ravel(), masses.ravel() / self._total

    @property
    def start(self) -> float:
        """Return 0."""
        return 0.0

    def cdf(self, u: float) -> float:
        """Return the share below x = exp(u)."""
        panel = int(np.clip(np.searchsorted(self._edges, u) - 1, 0, len(self._edges) - 2))
        part = self._masses(self._edges[panel : panel + 1], np.array([u])).sum() / self._total
        return float(self._below[panel] + part)

    def pdf(self, x: float) -> float:
        """Return the density at x > 0."""
        return self._pdf_u(float(np.log(x))) / x

    def quantile(self, p: float, low: float | None = None, high: float | None = None) -> float:
        """Return the value that a share p lies below; without a bracket it is in the panel where the sums pass p."""
        panel = int(np.clip(np.searchsorted(self._below, p) - 1, 0, len(self._edges) - 2))
        from_u = float(self._edges[panel] if low is None else np.log(low))
        to_u = float(self._edges[panel + 1] if high is None else np.log(high))
        return float(np.exp(solve(lambda u: (self.cdf(u) - p, self._pdf_u(u)), from_u, to_u)))

    def _pdf_u(self, u: float) -> float:
        return float(np.exp(self._log_density(np.array([u]))[0] - self.log_total))

    def _masses(self, low: Floats, high: Floats) -> Floats:
        """Share of the integral at each of 16 points of panels (n,), up to a factor: (n, 16)."""
        logs = self._log_density(_points(low, high).ravel()).reshape(len(low), -1)
        return np.asarray(np.exp(logs - self._top) * WEIGHTS * (0.5 * (high - low))[:, None])


def summary(of: Distribution, *, level: float, mean: float, sd: float, reasons: dict[str, str]) -> Marginal:
    """Median and intervals at `level` percent of a distribution whose moments are known."""
    tail = 0.5 - level / 200.0
    central = of.quantile(tail), of.quantile(1.0 - tail)
    return Marginal(of.quantile(0.5), mean, sd, *shortest(of, level), *central, reasons)


def shortest(of: Distribution, level: float) -> tuple[float, float]:
    """Shortest interval that holds `level` percent.

    Its width changes with the share left below it by 1/f(high) − 1/f(low), f the density: the least width on a grid of
    shares shows between which two of them the sign changes. Where f falls from the start the interval begins there.
    """
    mass = level / 100.0
    shares = [float(share) for share in np.linspace(0.0, 1.0 - mass, GRID)]
    lows = [of.start, *(of.quantile(share) for share in shares[1:])]
    highs = [*(of.quantile(share + mass) for share in shares[:-1]), np.inf]
    best = int(np.argmin(np.subtract(highs, lows)))
    first, last = max(0, best - 1), min(best + 1, GRID - 1)
    below, above = shares[first], shares[last]
    low, high = [lows[first], lows[last]], [highs[first], highs[last]]
    for _ in range(HALVINGS):
        middle = 0.5 * (below + above)
        left, right = _between(of, middle, low), _between(of, middle + mass, high)
        if of.pdf(left) > of.pdf(right):
            above, low[1], high[1] = middle, left, right
        else:
            below, low[0], high[0] = middle, left, right
    return low[0], high[0]


def _between(of: Distribution, p: float, bracket: list[float]) -> float:
    """Quantile p, given two values around it where they are finite and positive enough to help."""
    low, high = (value if np.isfinite(value) and value != of.start else None for value in bracket)
    return of.quantile(p, low, high)


def solve(function: Callable[[float], tuple[float, float]], low: float, high: float) -> float:
    """Root of a rising function, given as value and slope, between low and high: Newton's method inside the bracket."""
    x, step = 0.5 * (low + high), high - low
    for _ in range(MOST_STEPS):
        value, slope = function(x)
        low, high = (x, high) if value < 0.0 else (low, x)
        newton = x - value / slope if slope > 0.0 else np.inf
        following = newton if low <= newton <= high and abs(newton - x) <= 0.5 * step else 0.5 * (low + high)
        step = abs(following - x)
        x = following
        if step <= 1e-15 * abs(x) + 1e-300:
            break
    return x


def _points(low: Floats, high: Floats) -> Floats:
    """Place 16 points in each panel, (n, 16)."""
    return np.asarray(0.5 * (low + high)[:, None] + 0.5 * (high - low)[:, None] * POINTS)
