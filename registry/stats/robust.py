"""Cluster-robust standard errors: right whatever the correlations within clusters are, if the clusters are enough."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from registry.stats.batch import Floats
from registry.stats.clusters import Clustered

# Below these degrees of freedom the t approximation no longer holds its level (Tipton 2015, section 4).
FEW = 4.0
# Directions in which a cluster leaves the residuals no freedom are left out (a generalised inverse).
EMPTY = 1e-10


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
    McCaffrey 2002; Pustejovsky & Tipton 2018, eq. 6): A is the symmetric matrix with A (Θ − XMX') A = Θ in the cluster,
    so that V is unbiased under the working model, and t with Satterthwaite degrees of freedom (ibid., eq. 11). Equal to
    clubSandwich's `vcovCR` and `coef_test`.
    """
    at = model.solve(*variances)
    rows = model.contrasts if contrasts is None else np.asarray(contrasts) @ model.contrasts
    offset = model.origin if contrasts is None else np.asarray(contrasts) @ model.origin
    adjusted = at.z if kind == "CR1" else _adjusted(model, variances, at.z, at.covariance)
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


def _adjusted(model: Clustered, variances: Floats, z: Floats, covariance: Floats) -> Floats:
    """Compute A Θ⁻¹X (k, p), clusters of one size at a time: A = L (L'SL)^-½ L' with Θ = LL', S = Θ − XMX'."""
    adjusted = np.empty_like(z)
    for rows, n in model.blocks():
        theta, x = _theta(model, variances, rows, n), model.x[rows].reshape(-1, n, model.p)
        lower = np.linalg.cholesky(theta)
        upper = lower.transpose(0, 2, 1)
        values, vectors = np.linalg.eigh(upper @ (theta - x @ covariance @ x.transpose(0, 2, 1)) @ lower)
        kept = values > EMPTY * np.einsum("mij,mij->mi", upper, upper).max(axis=1, keepdims=True) ** 2
        powers = np.where(kept, 1.0 / np.sqrt(np.where(kept, values, 1.0)), 0.0)
        turned = vectors.transpose(0, 2, 1) @ (upper @ z[rows].reshape(-1, n, model.p))
        adjusted[rows] = (lower @ (vectors @ (powers[:, :, None] * turned))).reshape(-1, model.p)
    return adjusted


def _theta(model: Clustered, variances: Floats, rows: slice, n: int) -> Floats:
    """Working covariance of clusters of n rows, (m, n, n)."""
    c, d = model.c[rows].reshape(-1, n), model.d[rows].reshape(-1, n) + variances[1]
    theta = variances[0] * c[:, :, None] * c[:, None, :]
    theta[:, np.arange(n), np.arange(n)] += d
    return np.asarray(theta)


def _satterthwaite(model: Clustered, variances: Floats, a: Floats, covariance: Floats) -> Floats:
    """(Σ G_ii)²/Σ G_ij² with G_ij = δ_ij a_i'Θa_i − a_i'X M X'a_j over clusters, for a (k, q); no J × J matrix."""
    ca = model.sums(model.c[:, None] * a)
    own = model.sums((model.d + variances[1])[:, None] * a * a) + variances[0] * ca**2
    u = model.sums(model.x[:, :, None] * a[:, None, :])
    shared = np.einsum("jpq,pr,jrq->jq", u, covariance, u)
    inner = np.einsum("ps,jsq,jrq->qpr", covariance, u, u)
    squares = (own**2 - 2.0 * own * shared).sum(axis=0) + np.einsum("qpr,qrp->q", inner, inner)
    return np.asarray((own - shared).sum(axis=0) ** 2 / squares)
