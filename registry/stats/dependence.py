"""Several estimates per cohort: three-level models and cluster-robust inference under stated working correlations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from registry.errors import StatisticsError
from registry.stats.batch import Floats, Ints
from registry.stats.clusters import Clustered, Correlate
from registry.stats.dependent import Dependent, dependent
from registry.stats.moderators import INTERCEPT, DesignMatrix, check_rank, given_matrix
from registry.stats.multilevel import maximise
from registry.stats.options import check_level
from registry.stats.pool import checked
from registry.stats.regression import as_design, single
from registry.stats.tau2 import estimator

RHOS = (0.0, 0.2, 0.4, 0.6, 0.8)

Moderators = DesignMatrix | Mapping[str, ArrayLike] | ArrayLike | None


def three_level(
    yi: ArrayLike,
    vi: ArrayLike,
    clusters: Sequence[Any] | NDArray[Any],
    *,
    moderators: Moderators = None,
    level: float = 95.0,
) -> Dependent:
    """Fit y = Xb + u + w + e by REML, u for each cluster, w for each estimate, e with variance vi.

    `clusters` (k,) names the cluster of each estimate; `moderators` as in `regress`, none for one mean. Konstantopoulos
    2011. Raises StatisticsError for fewer than two clusters, clusters of one estimate only (the two variances
    are then one), singular designs.

    Equal to metafor's `rma.mv(random = ~ 1 | cluster/obs)` as far as its optimiser goes: ours climbs from every local
    maximum of a grid, gives a variance on the boundary as exactly 0, and never forms a k × k matrix.
    """
    effects, variances, design, codes = check_dependent(yi, vi, clusters, moderators, level)
    if len(np.unique(codes)) == len(codes):
        raise StatisticsError(
            "every cluster has one estimate: variances between clusters and between estimates cannot be told apart",
            hint="use the plain random-effects model",
        )
    return restricted(effects, variances, design, codes, model="three-level", level=level)


def cluster_robust(
    yi: ArrayLike,
    vi: ArrayLike,
    clusters: Sequence[Any] | NDArray[Any],
    *,
    moderators: Moderators = None,
    method: str = "REML",
    level: float = 95.0,
) -> Dependent:
    """Fit the plain random-effects model, tau² by `method`, with CR1 and CR2 standard errors for clusters.

    `sigma2` is (0, tau²). Equal to clubSandwich's `vcovCR` of metafor's `rma`. Errors as `three_level`.
    """
    effects, variances, design, codes = check_dependent(yi, vi, clusters, moderators, level)
    solution = estimator(method).solve(single(effects, variances, design))
    model = Clustered(effects, variances, design.matrix, codes, intercept=design.intercept)
    sigma2 = np.array([0.0, float(solution.tau2[0])])
    return dependent(model, sigma2, design, name="RE", rho=np.nan, level=level, maxima=int(solution.maxima[0]))


def working_correlations(
    yi: ArrayLike,
    vi: ArrayLike,
    clusters: Sequence[Any] | NDArray[Any],
    *,
    rhos: Sequence[float] = RHOS,
    model: str = "CHE",
    moderators: Moderators = None,
    level: float = 95.0,
) -> tuple[Dependent, ...]:
    """Fit the model once for each working correlation rho of the sampling errors within clusters, 0 ≤ rho < 1.

    `model` is CHE, CE (both by REML) or HTJ, which enters rho into tau² only (Hedges, Tipton & Johnson 2010, as
    robumeta's CORR). What
    does not move with rho can be relied on; CR2 is right whatever the true correlation. Errors as `three_level`.
    """
    effects, variances, design, codes = check_dependent(yi, vi, clusters, moderators, level)
    if model not in {"CHE", "CE", "HTJ"}:
        raise StatisticsError(f"unknown working model {model!r}: one of CHE, CE, HTJ")
    if not rhos or not all(0.0 <= rho < 1.0 for rho in rhos):
        raise StatisticsError(f"a working correlation is at least 0 and below 1: got {', '.join(map(str, rhos))}")
    if model == "HTJ":
        return tuple(_by_moments(effects, variances, design, codes, rho=float(rho), level=level) for rho in rhos)
    return tuple(
        restricted(
            effects, variances, design, codes, model=model, level=level, rho=float(rho), correlate=constant(float(rho))
        )
        for rho in rhos
    )


def constant(rho: float) -> Correlate:
    """Correlation rho between any two estimates of a cluster."""

    def correlate(rows: Ints) -> Floats:
        m, n = rows.shape
        return np.broadcast_to(np.where(np.eye(n) == 1.0, 1.0, rho), (m, n, n))

    return correlate


def restricted(
    yi: Floats,
    vi: Floats,
    design: DesignMatrix,
    codes: Ints,
    *,
    model: str,
    level: float,
    rho: float = np.nan,
    correlate: Correlate | None = None,
) -> Dependent:
    """Fit a model of `MODELS` by REML; CE and multi-cutoff have no variance between the estimates of a cluster."""
    clustered = Clustered(yi, vi, design.matrix, codes, intercept=design.intercept, correlate=correlate)
    top = maximise(clustered, free=(True, model in {"three-level", "CHE"}))
    return dependent(clustered, top.variances, design, name=model, rho=rho, level=level, maxima=top.maxima)


def check_dependent(
    yi: ArrayLike, vi: ArrayLike, clusters: Sequence[Any] | NDArray[Any], moderators: Moderators, level: float
) -> tuple[Floats, Floats, DesignMatrix, Ints]:
    """Arrays, design and cluster numbers (k,) of dependent estimates; errors as `three_level` names them."""
    effects, variances = checked(yi, vi)
    check_level(level)
    labels = np.asarray(clusters)
    if labels.shape != effects.shape:
        raise StatisticsError(f"one cluster per estimate is needed: got {labels.size} for {len(effects)}")
    names = [str(label).strip() for label in labels.tolist()]
    missing = [row for row, name in enumerate(names) if name in {"", "None", "nan"}]
    if missing:
        raise StatisticsError(f"estimates without a cluster: {len(missing)}, the first is row {missing[0]}")
    mean = given_matrix(np.ones((len(effects), 1)), names=[INTERCEPT])
    design = mean if moderators is None else as_design(moderators)
    if len(design.matrix) != len(effects):
        raise StatisticsError(f"moderators have {len(design.matrix)} values, but there are {len(effects)} estimates")
    check_rank(design)
    codes, p = np.unique(names, return_inverse=True)[1].ravel(), design.matrix.shape[1]
    if codes.max() < p:
        raise StatisticsError(
            f"{codes.max() + 1} clusters cannot support {p} coefficients: at least {p + 1} are needed"
        )
    return effects, variances, design, codes


def _by_moments(yi: Floats, vi: Floats, design: DesignMatrix, codes: Ints, *, rho: float, level: float) -> Dependent:
    """Hedges, Tipton & Johnson 2010: weights 1/(n (v̄ + tau²)) in a cluster of n, tau² by moments."""
    n = np.bincount(codes)[codes].astype(np.float64)
    mean_v = (np.bincount(codes, weights=vi) / np.bincount(codes))[codes]
    tau2 = _moments_tau2(yi, design.matrix, codes, 1.0 / (n * mean_v), rho)
    model = Clustered(yi, n * (mean_v + tau2), design.matrix, codes, intercept=design.intercept)
    result = dependent(model, np.zeros(2), design, name="HTJ", rho=rho, level=level, maxima=0)
    typical = float(mean_v.mean())
    undefined = dict.fromkeys(("q", "q_p", "log_likelihood"), "fitted by moments with weights of its own")
    return replace(
        result,
        sigma2=(tau2, 0.0),
        i2=(100.0 * tau2 / (tau2 + typical), 0.0),
        pi_low=np.nan,
        pi_high=np.nan,
        q=np.nan,
        q_p=np.nan,
        log_likelihood=np.nan,
        reasons=undefined | dict.fromkeys(("pi_low", "pi_high"), "its weights are no inverse variances of estimates"),
    )


def _moments_tau2(y: Floats, x: Floats, codes: Ints, w: Floats, rho: float) -> float:
    """tau² = (Q − J + Σ tr M X'WX/n + rho Σ (w/n) tr M (X'JX − X'X)) / (Σ w − tr M Σ X'WJWX), not below 0."""
    count = int(codes.max()) + 1
    n = np.bincount(codes)[codes].astype(np.float64)
    m = np.linalg.inv(x.T @ (w[:, None] * x))
    residual = y - x @ (m @ (x.T @ (w * y)))
    sums = np.stack([np.bincount(codes, weights=column, minlength=count) for column in x.T], axis=1)
    weighted = np.stack([np.bincount(codes, weights=w * column, minlength=count) for column in x.T], axis=1)
    share = np.bincount(codes, weights=w / n) / np.bincount(codes)
    own = float(np.einsum("pq,kp,kq,k->", m, x, x, w / n))
    pairs = float(np.einsum("pq,jp,jq,j->", m, sums, sums, share)) - own
    lost = float(np.einsum("pq,jp,jq->", m, weighted, weighted))
    excess = float(w @ residual**2) - count + own + rho * pairs
    return max(0.0, excess / (float(w.sum()) - lost))
