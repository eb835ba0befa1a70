"""Exact distribution of a positive quadratic form of normal variables, Σ λ χ²(1): that of Cochran's Q at any tau²."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from registry.stats.roots import polish

if TYPE_CHECKING:
    from registry.stats.batch import Floats

# Points on half the path of integration: enough for rounding error from 1 to 10,000 degrees of freedom.
POINTS = 160
# The integrand has fallen below rounding where q d v² is this large.
FARTHEST = 38.0
# Least distance between path and pole at 0, in units of v; closer, the sum would need more points.
PASSING = 0.35


def distribution(eigenvalues: Floats, q: float) -> Floats:
    """P(Σ λ_j χ²(1) ≤ q) for n sets of positive `eigenvalues` (nu, n), to rounding; (n,).

    The moment generating function Π(1 − 2λs)^(−1/2) is inverted by the trapezoidal rule along the parabola
    s = b − d(1 − iv)², v real, around its branch cut from b = min 1/(2λ) on; d puts its apex on the saddlepoint
    (Rice 1980; Lugannani & Rice 1980), or a little off if that is near the pole at 0. Along it the integrand falls as
    exp(−q d v²), and its nearest singularities are the cut, at a distance of 1 from real v, and the pole.
    """
    ends = 0.5 / eigenvalues
    first = ends.min(axis=0)
    apart = _saddle(ends - first, q)
    width = 1.0 / np.sqrt(2.0 * ((apart / (apart + ends - first)) ** 2).sum(axis=0))
    passing, ratio = np.minimum(PASSING, 2.0 * width), np.sqrt(first / apart)
    below = ratio <= 1.0
    ratio = np.where(below, np.minimum(ratio, 1.0 - passing), np.maximum(ratio, 1.0 + passing))
    apart = first / ratio**2
    step = np.sqrt(FARTHEST / (q * apart)) / POINTS
    z = 1.0 - 1j * step * (np.arange(POINTS)[:, None] + 0.5)
    s = first - apart * z * z
    log_mgf = np.zeros(s.shape, dtype=np.complex128)
    for end in ends:
        log_mgf -= 0.5 * np.log(1.0 - s / end)
    total = step / np.pi * np.imag((np.exp(log_mgf - s * q) / s * 2j * apart * z).sum(axis=0))
    return np.asarray(np.where(below, -total, 1.0 - total))


def _saddle(gaps: Floats, q: float) -> Floats:
    """Distance d (n,) of the saddlepoint from the nearest branch point: Σ 1/(2(d + gap_j)) = q, gaps (nu, n)."""

    def excess(d: Floats) -> tuple[Floats, Floats]:
        terms = 0.5 / (d + gaps)
        return terms.sum(axis=0) - q, -2.0 * (terms * terms).sum(axis=0)

    least = np.full(gaps.shape[1], 0.5 / q)
    return polish(excess, least * (1.0 - 1e-9), least * len(gaps) * (1.0 + 1e-9), unit=least)
