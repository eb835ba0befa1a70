"""Estimates that share patients, cluster by cluster, without ever forming a k × k matrix.

Within a cluster the covariance is C + s₁ 11' + s₂ I: sampling covariance, a variance between clusters, one between the
estimates of a cluster. Rotated by the eigenvectors of C it is diag(λ + s₂) + s₁ cc', whose inverse and determinant are
closed forms (Sherman & Morrison 1950), whatever C is; independent sampling errors need no rotation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from registry.errors import StatisticsError
from registry.stats.batch import Floats, Ints

# An estimate with a smaller share of its standard error to itself is another one over again.
DISTINCT = 1e-4

Correlate = Callable[[Ints], Floats]
"""Sampling correlations (m, n, n) of the estimates of m clusters, given their row numbers (m, n)."""


class Point(NamedTuple):
    """REML log likelihood at one (s₁, s₂), its slopes (2,), and the observed and expected information (2, 2)."""

    log_likelihood: float
    slope: Floats
    observed: Floats
    expected: Floats


class Solution(NamedTuple):
    """Generalised least squares at one (s₁, s₂): coefficients (p,), (X'Θ⁻¹X)⁻¹, Θ⁻¹X, Θ⁻¹(y − Xb), and Θ^-½X = qr."""

    b: Floats
    covariance: Floats
    z: Floats
    e: Floats
    q: Floats
    r: Floats


class Clustered:
    """k estimates yi on columns x (k, p) in J clusters named by `labels` (k,); rows are laid out cluster by cluster.

    `correlate` gives the sampling correlations within clusters, positive definite; None means independent. With
    `intercept`, the first column is all ones, and yi and the other columns are taken about their means; `contrasts`
    (p, p) and `origin` (p,) lead back: coefficients on the given scales are `origin + contrasts @ b`.
    """

    def __init__(
        self,
        yi: Floats,
        vi: Floats,
        x: Floats,
        labels: NDArray[np.generic],
        *,
        intercept: bool,
        correlate: Correlate | None = None,
    ) -> None:
        codes = np.unique(labels, return_inverse=True)[1].ravel()
        counts = np.bincount(codes)
        self.order = np.lexsort((yi, vi, codes, counts[codes]))
        self.sizes = counts[np.lexsort((np.arange(len(counts)), counts))]
        self.starts = np.concatenate([[0], np.cumsum(self.sizes)[:-1]])
        self.k, self.p, self.clusters = len(yi), x.shape[1], len(counts)
        self.member = np.repeat(np.arange(self.clusters), self.sizes)
        self.origin, self.contrasts = np.zeros(self.p), np.eye(self.p)
        self.y, self.x = yi[self.order].copy(), x[self.order].copy()
        if intercept:
            self.origin[0], self.contrasts[0, 1:] = self.y.mean(), -self.x[:, 1:].mean(axis=0)
            self.y -= self.origin[0]
            self.x[:, 1:] += self.contrasts[0, 1:]
        self.d, self.c = vi[self.order].copy(), np.ones(self.k)
        if correlate is not None:
            self._rotate(correlate)
        self._xy = np.column_stack([self.x, self.y - self.x @ self.solve(0.0, 0.0).b])
        self.constant = (self.k - self.p) * np.log(2.0 * np.pi) - float(np.linalg.slogdet(self.x.T @ self.x)[1])

    def _rotate(self, correlate: Correlate) -> None:
        for rows, size in self.blocks():
            if size == 1:
                continue
            shape = (-1, size)
            sei = np.sqrt(self.d[rows]).reshape(shape)
            root = sei[:, :, None] * _cholesky(correlate(self.order[rows].reshape(shape)))
            vectors, values, _ = np.linalg.svd(root)
            self.d[rows] = (values**2).ravel()
            for array in (self.y, self.c):
                array[rows] = np.einsum("mij,mi->mj", vectors, array[rows].reshape(shape)).ravel()
            blocks = self.x[rows].reshape(-1, size, self.p)
            self.x[rows] = np.einsum("mij,mip->mjp", vectors, blocks).reshape(-1, self.p)

    def blocks(self, most: int = 1 << 22) -> Iterator[tuple[slice, int]]:
        """Give runs of clusters of one size, rows and size, of at most `most` numbers as (clusters, size, size)."""
        for size in np.unique(self.sizes):
            first, last = np.searchsorted(self.sizes, size), np.searchsorted(self.sizes, size, side="right")
            step = max(1, most // int(size) ** 2)
            for start in range(first, last, step):
                begin = int(self.starts[start])
                yield slice(begin, begin + int(size) * (min(start + step, last) - start)), int(size)

    def sums(self, values: Floats) -> Floats:
        """Sum over the rows of each cluster, the first axis: (k, …) to (J, …)."""
        return np.asarray(np.add.reduceat(values, self.starts, axis=0))

    def solve(self, s1: float, s2: float) -> Solution:
        """Generalised least squares at variances s₁ between clusters and s₂ between the estimates of a cluster."""
        return _At(self, s1, s2).solution

    def quadratic(self, s1: float, s2: float) -> float:
        """(y − Xb)'Θ⁻¹(y − Xb)."""
        return _At(self, s1, s2).quadratic

    def surface(self, s1: Floats, s2: Floats) -> Floats:
        """REML log likelihood on a grid (g, h) of s₁ (g,) and s₂ (h,), for searching: rows are summed once per s₂."""
        products = (self._xy[:, :, None] * self._xy[:, None, :]).reshape(self.k, -1)
        height = np.empty((len(s1), len(s2)))
        for j, between_estimates in enumerate(s2):
            w = 1.0 / (self.d + between_estimates)
            wc = w * self.c
            s, inner, log_w = self.sums(wc * self.c), self.sums(wc[:, None] * self._xy), float(np.log(w).sum())
            whole, outer = (w @ products).reshape(self.p + 1, -1), inner[:, :, None] * inner[:, None, :]
            shrink = 1.0 / (1.0 + s1[:, None] * s)
            gram = whole - np.tensordot(s1[:, None] * shrink, outer, axes=1)
            of_all, of_x = np.linalg.slogdet(gram)[1], np.linalg.slogdet(gram[:, :-1, :-1])[1]
            log_theta = -log_w - np.log(shrink).sum(axis=1)
            usable = np.isfinite(of_x)
            log_q, of_x = np.where(usable, of_all, 0.0) - np.where(usable, of_x, 0.0), np.where(usable, of_x, np.inf)
            height[:, j] = -0.5 * (self.constant + log_theta + of_x + np.exp(log_q))
        return height

    def point(self, s1: float, s2: float) -> Point:
        """REML log likelihood with its derivatives."""
        return _At(self, s1, s2).point()

    def trace_p(self) -> float:
        """Trace of P at s₁ = s₂ = 0; (k − p) over it is the typical sampling variance."""
        leverage = (self.solve(0.0, 0.0).q ** 2).sum(axis=1)
        return float((np.maximum(1.0 - leverage, 0.0) / self.d).sum())


def _cholesky(correlations: Floats) -> Floats:
    """Cholesky factors (m, n, n); StatisticsError unless each estimate has something of its own."""
    try:
        lower = np.asarray(np.linalg.cholesky(correlations))
    except np.linalg.LinAlgError:
        lower = np.zeros_like(correlations)
    if np.einsum("mii->mi", lower).min() < DISTINCT:
        raise StatisticsError(
            "the sampling correlations of some cluster are no correlations: its estimates are nearly the same one",
            hint="keep one of two nearly equal cutoffs",
        )
    return lower


class _At:
    """A `Clustered` at one pair of variances.

    Θ^-½ = (I − αvv')W^½ in each cluster with v = W^½c, α = (1 − 1/√(1 + s₁v'v))/v'v; least squares by QR of Θ^-½X.
    """

    def __init__(self, model: Clustered, s1: float, s2: float) -> None:
        self.model, self.s1 = model, s1
        self.w = 1.0 / (model.d + s2)
        self.root = np.sqrt(self.w)
        self.v = self.root * model.c
        self.wc = self.w * model.c
        self.s = model.sums(self.wc * model.c)
        self.shrink = 1.0 / (1.0 + s1 * self.s)
        self.taken = (1.0 - np.sqrt(self.shrink)) / self.s
        q, r = np.linalg.qr(self._shrunk(self.root[:, None] * model.x))
        residual = self._shrunk(self.root * model.y)
        score = np.zeros(model.p)
        for _ in range(2):  # once more removes the rounding of the first pass
            more = q.T @ residual
            score, residual = score + more, residual - q @ more
        inverse = np.linalg.inv(r)
        self.log_xwx = 2.0 * float(np.log(np.abs(np.diagonal(r))).sum())
        self.quadratic = float(residual @ residual)
        z, e = self.root[:, None] * self._shrunk(q) @ r, self.root * self._shrunk(residual)
        self.solution = Solution(inverse @ score, inverse @ inverse.T, z, e, q, r)

    def _shrunk(self, a: Floats) -> Floats:
        """(I − αvv')a for a (k,) or (k, n)."""
        v = self.v if a.ndim == 1 else self.v[:, None]
        taken = self.taken if a.ndim == 1 else self.taken[:, None]
        return np.asarray(a - v * (taken * self.model.sums(v * a))[self.model.member])

    def inverse(self, a: Floats) -> Floats:
        """Θ⁻¹ a for a (k,) or (k, n): wa − wc s₁/(1 + s₁ Σwc²) Σwca in each cluster."""
        shape = (-1,) + (1,) * (a.ndim - 1)
        w, wc, shrink = self.w.reshape(shape), self.wc.reshape(shape), self.shrink.reshape(shape)
        inner = self.s1 * shrink * self.model.sums(wc * a)
        return np.asarray(w * a - wc * inner[self.model.member])

    def log_likelihood(self) -> float:
        """With the constants metafor adds (Harville 1977, for any covariance)."""
        log_theta = -float(np.log(self.w).sum()) - float(np.log(self.shrink).sum())
        return -0.5 * float(self.model.constant + log_theta + self.log_xwx + self.quadratic)

    def point(self) -> Point:
        """Differentiate by K₁ = cc' in each cluster and K₂ = I: slopes −½(tr PK − y'PKPy), information from PKₐPK_b."""
        model, (_, m, z, e, _, _) = self.model, self.solution
        ce, cz = model.sums(model.c * e), model.sums(model.c[:, None] * z)
        kz = (model.c[:, None] * cz[model.member], z)
        ke = (model.c * ce[model.member], e)
        a = (cz.T @ cz, z.T @ z)
        explained = zip(self._traces(), a, ke, strict=True)
        slope = np.array([-0.5 * (trace - float((m * zkz).sum()) - float(e @ f)) for trace, zkz, f in explained])
        observed, expected = np.empty((2, 2)), np.empty((2, 2))
        squares = self._trace_squares()
        projected = [self.inverse(f) - z @ (m @ (z.T @ f)) for f in ke]
        inverses = [self.inverse(f) for f in kz]
        for i in range(2):
            for j in range(2):
                trace = squares[i][j] - 2.0 * np.sum(m * (kz[i].T @ inverses[j])) + np.sum((m @ a[i]) * (m @ a[j]).T)
                expected[i, j] = 0.5 * trace
                observed[i, j] = float(ke[i] @ projected[j]) - 0.5 * trace
        return Point(self.log_likelihood(), slope, observed, expected)

    def _traces(self) -> tuple[float, float]:
        """Traces of Θ⁻¹K₁ and Θ⁻¹K₂."""
        lost = self.s1 * self.shrink * self.model.sums(self.wc * self.wc)
        return float((self.s * self.shrink).sum()), float(self.w.sum() - lost.sum())

    def _trace_squares(self) -> list[list[float]]:
        """Traces of Θ⁻¹KₐΘ⁻¹K_b."""
        model = self.model
        two, three = model.sums(self.wc * self.wc), model.sums(self.wc * self.wc * self.w)
        gamma = self.s1 * self.shrink
        both = float((self.shrink**2 * two).sum())
        own = float((self.w * self.w).sum() + (-2.0 * gamma * three + (gamma * two) ** 2).sum())
        return [[float(((self.s * self.shrink) ** 2).sum()), both], [both, own]]
