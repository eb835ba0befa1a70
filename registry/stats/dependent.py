"""What a model of dependent estimates returns, and how it is put together."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from registry.errors import StatisticsError
from registry.stats import inference
from registry.stats.batch import Floats
from registry.stats.clusters import Clustered
from registry.stats.moderators import DesignMatrix
from registry.stats.robust import Robust, robust

MODELS = {
    "three-level": "independent sampling errors, a variance between clusters, one within them (Konstantopoulos 2011)",
    "RE": "plain random-effects model, clusters in the standard errors only",
    "CHE": "correlated sampling errors, a variance between clusters, one within them (Pustejovsky & Tipton 2022)",
    "CE": "correlated sampling errors, a variance between clusters (Pustejovsky & Tipton 2022)",
    "HTJ": "correlated effects by moments, weights 1/(n (mean v + tau²)) (Hedges, Tipton & Johnson 2010)",
    "multi-cutoff": "sampling errors correlated by shared patients, a variance between cohorts",
}


@dataclass(frozen=True, slots=True)
class Dependent:
    """A model of k estimates in `clusters` clusters. Arrays are (p,), in the order of `design.names`; undefined is nan.

    `se`, `stat`, `p`, `ci_*` are those of the `model`, with the normal distribution; `cr1` and `cr2` do not need it
    to be right. `sigma2` are the variances between clusters and between the estimates of a cluster (0 for one that the
    model has not, or that is estimated as 0), `i2` their shares of the total variance in percent. `rho` is the working
    correlation, nan if the model states none (multi-cutoff: the factor on its correlations).
    `pi_*` is the interval for the true effect of a new estimate in a new cluster, by t(clusters − 2).
    """

    model: str
    design: DesignMatrix
    k: int
    clusters: int
    rho: float
    b: Floats
    se: Floats
    stat: Floats
    p: Floats
    ci_low: Floats
    ci_high: Floats
    cr1: Robust
    cr2: Robust
    sigma2: tuple[float, float]
    i2: tuple[float, float]
    pi_low: float
    pi_high: float
    q: float
    q_df: int
    q_p: float
    log_likelihood: float
    maxima: int
    level: float
    fitted: Clustered = field(repr=False)
    working: Floats = field(repr=False)
    """Variances (2,) beside the sampling covariance of `fitted`."""
    reasons: dict[str, str] = field(default_factory=dict)

    def at(self, rows: ArrayLike) -> Robust:
        """CR2 inference on the expected effects at rows (r, p) of design columns."""
        x = np.atleast_2d(np.asarray(rows, dtype=np.float64))
        if x.shape[1] != len(self.b):
            raise StatisticsError(
                f"a row needs {len(self.b)} values ({', '.join(self.design.names)}): got {x.shape[1]}"
            )
        return robust(self.fitted, self.working, kind="CR2", level=self.level, contrasts=x)


def dependent(
    model: Clustered, sigma2: Floats, design: DesignMatrix, *, name: str, rho: float, level: float, maxima: int
) -> Dependent:
    """Infer from a model at its variances (s₁, s₂)."""
    solved = model.solve(*sigma2)
    b = model.origin + model.contrasts @ solved.b
    se = np.sqrt(np.diagonal(model.contrasts @ solved.covariance @ model.contrasts.T))
    ci = inference.interval(b, se, None, level)
    q, df = model.quadratic(0.0, 0.0), model.k - model.p
    total = float(sigma2.sum()) + df / model.trace_p()
    df_pi = model.clusters - 2
    wide = float(inference.reach(np.sqrt(sigma2.sum() + se[:1] ** 2), df_pi, level)[0]) if model.p == 1 else np.nan
    return Dependent(
        model=name,
        design=design,
        k=model.k,
        clusters=model.clusters,
        rho=rho,
        b=b,
        se=se,
        stat=ci.stat,
        p=ci.p,
        ci_low=ci.ci_low,
        ci_high=ci.ci_high,
        cr1=robust(model, sigma2, kind="CR1", level=level),
        cr2=robust(model, sigma2, kind="CR2", level=level),
        sigma2=(float(sigma2[0]), float(sigma2[1])),
        i2=(100.0 * float(sigma2[0]) / total, 100.0 * float(sigma2[1]) / total),
        pi_low=float(b[0]) - wide,
        pi_high=float(b[0]) + wide,
        q=q,
        q_df=df,
        q_p=float(chdtrc(df, q)),
        log_likelihood=model.point(*sigma2).log_likelihood,
        maxima=maxima,
        level=float(level),
        fitted=model,
        working=sigma2,
        reasons=_reasons(model),
    )


def _reasons(model: Clustered) -> dict[str, str]:
    if model.p > 1:
        return dict.fromkeys(("pi_low", "pi_high"), "a model with moderators has no single prediction interval")
    if model.clusters < 3:
        return dict.fromkeys(("pi_low", "pi_high"), "two clusters: the prediction interval needs at least three")
    return {}
