"""Cluster-robust standard errors: right whatever the correlations within clusters are, if the clusters are enough."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from registry.stats.batch import Floats
from registry.stats.clusters import Clustered, Solution

# Below these degrees of freedom the t approximation no longer holds its level (Tipton 2015).
FEW = 4.0
# Directions in which a cluster leaves the residuals no freedom are left out (a generalised inverse).
EMPTY = 1e-10
# Clusters above this size are not worth a singular value decomposition: an integral does, to rounding with this step
# and reach, unless one holds nearly all the information on some coefficient (leverage FULL) or its estimates are of
# very different precision (condition number UNEVEN).
LARGE = 48
FULL = 1.0 - 1e-4
UNEVEN = 1e7
STEP, REACH = 0.28, 36.0


@dataclass(frozen=True, slots=True)
class Robust:
    """Robust inference on q quantities, each array (q,); `kind` is "CR1" or "CR2", `df` those of t.

    `warning` is not empty where the clusters are too few to trust it.
    """

    kind: str
    estimate: Floats
    se: Floats
    stat: Floats
    p: Floats
    df: Floats
    ci_low: Floats
    ci_high: Floats
    clusters: int
    level: float
    warning: str = ""


def robust(model: Clustered, variances: Floats, *, kind: str, level: float, contrasts: Floats | None = None) -> Robust:
    """Sandwich standard errors at working variances (s₁, s₂), for the coefficients or for `contrasts` of them (q, p).

    V = M [Σ X'Θ⁻¹ A e e' A Θ⁻¹X] M over clusters, M = (X'Θ⁻¹X)⁻¹. CR1: A = I, V times J/(J − 1), t(J − p). CR2 (Bell &
    McCaffrey 2002; Pustejovsky & Tipton 2018, eq. 6): A is the symmetric matrix with A S A = Θ, S = Θ − XMX', in each,
    so that V is unbiased under the working model, and t with Satterthwaite degrees of freedom (ibid., eq. 11). Equal to
    clubSandwich's `vcovCR` and `coef_test`.
    """
    at = model.solve(*variances)
    rows = model.contrasts if contrasts is None else np.asarray(contrasts) @ model.contrasts
    offset = model.origin if contrasts is None else np.asarray(contrasts) @ model.origin
    adjusted = at.z if kind == "CR1" else _adjusted(model, variances, at)
    toward = at.covariance @ rows.T
    scores = model.sums(adjusted * (model.y - model.x @ at.b)[:, None]) @ toward
    variance = (scores**2).sum(axis=0)
    if kind == "CR1":
        variance = variance * (model.clusters / (model.clusters - 1))
        df = np.full(len(rows), float(model.clusters - model.p))
    else:
        df = _satterthwaite(model, variances, adjusted @ toward, at.covariance)
    estimate, se = offset + rows @ at.b, np.sqrt(variance)
    return _inference(estimate, se, df, kind=kind, clusters=model.clusters, level=level)


def _inference(estimate: Floats, se: Floats, df: Floats, *, kind: str, clusters: int, level: float) -> Robust:
    usable = (df > 0.0) & (se > 0.0)
    se, df = np.where(usable, se, np.nan), np.where(usable, df, np.nan)
    stat = estimate / se
    half = stdtrit(df, 0.5 + level / 200.0) * se
    return Robust(
        kind=kind,
        estimate=estimate,
        se=se,
        stat=stat,
        p=np.asarray(2.0 * stdtr(df, -np.abs(stat))),
        df=df,
        ci_low=estimate - half,
        ci_high=estimate + half,
        clusters=clusters,
        level=level,
        warning=_warning(df, clusters),
    )


def _warning(df: Floats, clusters: int) -> str:
    few = df[df < FEW]
    if not len(few):
        return ""
    return f"{few.min():.1f} degrees of freedom from {clusters} clusters: below 4, p and CI are not to be relied on"


def _adjusted(model: Clustered, variances: Floats, at: Solution) -> Floats:
    """Compute A Θ⁻¹X (k, p), clusters of one size at a time.

    With Θ = GG', S = GNG' and N = I − qq' of the cluster's rows of q, A = G (K'K)^-½ G' for K = N^½G'G; its singular
    values, not the eigenvalues of K'K, keep the digits of estimates that are far more precise than others.
    """
    adjusted = np.empty_like(at.z)
    for rows, n in model.blocks():
        q = at.q[rows].reshape(-1, n, model.p)
        share, turn = np.linalg.eigh(q.transpose(0, 2, 1) @ q)
        if n > LARGE and share.max() < FULL and _spread(model, variances, rows) < UNEVEN:
            for first in range(rows.start, rows.stop, n):
                one = slice(first, first + n)
                adjusted[one] = _by_integral(model, variances, at, one)
            continue
        g = _root(model, variances, rows, n)
        left = np.clip(1.0 - share, 0.0, 1.0)
        directions = q @ turn
        lost = (1.0 - np.sqrt(left)) / np.maximum(share, np.finfo(np.float64).tiny)
        k = g.transpose(0, 2, 1) @ g
        k = k - (directions * lost[:, None, :]) @ (directions.transpose(0, 2, 1) @ k)
        _, values, vectors = np.linalg.svd(k)
        kept = np.arange(n) < n - (left < EMPTY).sum(axis=1)[:, None]
        powers = np.where(kept, 1.0 / np.where(kept, values, 1.0), 0.0)
        turned = powers[:, :, None] * (vectors @ (q @ at.r))
        adjusted[rows] = (g @ (vectors.transpose(0, 2, 1) @ turned)).reshape(-1, model.p)
    return adjusted


def _spread(model: Clustered, variances: Floats, rows: slice) -> float:
    """Bound the condition number of Θ in these rows."""
    d = model.d[rows] + variances[1]
    return float((d.max() + variances[0] * (model.c[rows] ** 2).sum()) / d.min())


def _by_integral(model: Clustered, variances: Floats, at: Solution, rows: slice) -> Floats:
    """Compute A Θ⁻¹X = (ΘS)^-½X of one cluster without an n × n matrix: (2/π)∫(ΘS + t²)⁻¹X dt over t > 0.

    ΘS + t² is diagonal but for rank 2 + p, so its inverse is Woodbury's (1950); in log t the trapezoidal rule errs by
    less than exp(−π²/h) (Trefethen & Weideman 2014).
    """
    c, x, s1 = model.c[rows], model.x[rows], float(variances[0])
    d = model.d[rows] + variances[1]
    theta_x = d[:, None] * x + s1 * np.outer(c, c @ x)
    u = np.column_stack([s1 * d * c + s1 * s1 * float(c @ c) * c, s1 * c, -theta_x])
    v = np.column_stack([c, d * c, x @ at.covariance])
    most = float(d.max()) + s1 * float(c @ c)
    log_t = np.arange(np.log(d.min()) - REACH, np.log(most) + REACH, STEP)
    inverse = 1.0 / (d[:, None] ** 2 + np.exp(2.0 * log_t))
    r, p = u.shape[1], model.p
    inner = (inverse.T @ (v[:, :, None] * u[:, None, :]).reshape(len(d), -1)).reshape(-1, r, r)
    toward = (inverse.T @ (v[:, :, None] * x[:, None, :]).reshape(len(d), -1)).reshape(-1, r, p)
    weight = 2.0 / np.pi * STEP * np.exp(log_t)
    back = weight[:, None, None] * np.linalg.solve(np.eye(r) + inner, toward)
    taken = (inverse @ back.reshape(len(log_t), -1)).reshape(-1, r, p)
    return np.asarray((inverse @ weight)[:, None] * x - np.einsum("ir,irp->ip", u, taken))


def _root(model: Clustered, variances: Floats, rows: slice, n: int) -> Floats:
    """G with GG' = Θ in clusters of n rows, (m, n, n): D^½(I + βvv'), v = D^-½c, β = (√(1 + s₁v'v) − 1)/v'v."""
    root = np.sqrt(model.d[rows].reshape(-1, n) + variances[1])
    v = model.c[rows].reshape(-1, n) / root
    square = (v * v).sum(axis=1)
    beta = (np.sqrt(1.0 + variances[0] * square) - 1.0) / square
    return np.asarray(root[:, :, None] * (np.eye(n) + beta[:, None, None] * v[:, :, None] * v[:, None, :]))


def _satterthwaite(model: Clustered, variances: Floats, a: Floats, covariance: Floats) -> Floats:
    """(Σ G_ii)²/Σ G_ij² with G_ij = δ_ij a_i'Θa_i − a_i'X M X'a_j over clusters, for a (k, q); no J × J matrix."""
    ca = model.sums(model.c[:, None] * a)
    own = model.sums((model.d + variances[1])[:, None] * a * a) + variances[0] * ca**2
    u = model.sums(model.x[:, :, None] * a[:, None, :])
    shared = np.einsum("jpq,pr,jrq->jq", u, covariance, u)
    inner = np.einsum("ps,jsq,jrq->qpr", covariance, u, u)
    squares = (own**2 - 2.0 * own * shared).sum(axis=0) + np.einsum("qpr,qrp->q", inner, inner)
    total = (own - shared).sum(axis=0)
    return np.asarray(np.divide(total**2, squares, out=np.full_like(total, np.nan), where=squares > 0.0))
