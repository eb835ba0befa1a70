"""Several estimates of the same patients in one pool: three-level models and cluster-robust standard errors.

A cluster is a cohort, or a group of cohorts declared to share patients. The reported interval is cluster-robust: it
does not need the correlations within clusters to be those of the model.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from registry.errors import StatisticsError, UsageError
from registry.flow import patients, units
from registry.pooling.analysis import one_of
from registry.pooling.kernel import Settings, pooled
from registry.pooling.pooled import RATIOS, Pooled
from registry.pooling.values import Values, number, ratio, ratios

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.frame import Array, Frame
    from registry.stats.dependent import Dependent
    from registry.stats.robust import Robust

#: What may be asked for → model without a working correlation, model with one, and the standard error reported.
MODELS = {
    "three-level": ("three-level", "CHE", "CR2"),
    "cr1": ("RE", "CE", "CR1"),
    "cr2": ("RE", "CE", "CR2"),
}
PI_RULE = "clusters"
NO_HK = "estimates of the same patients: the interval is cluster-robust, not Hartung–Knapp"
NO_INTERVAL = "not computed for a model with a variance between cohorts and one within"


@dataclass(frozen=True, slots=True)
class Inference(Values):
    """The same mean with the standard error of the `kind` model, CR1 or CR2; `df` None is the normal distribution."""

    kind: str
    se: float | None
    df: float | None
    p: float | None
    ci_low: float | None
    ci_high: float | None
    hr_ci_low: float | None
    hr_ci_high: float | None


@dataclass(frozen=True, slots=True)
class AtRho(Values):
    """The pool under one working correlation `rho` of the sampling errors within clusters."""

    rho: float
    mu: float | None
    se: float | None
    ci_low: float | None
    ci_high: float | None
    hr: float | None
    hr_ci_low: float | None
    hr_ci_high: float | None


@dataclass(frozen=True, slots=True)
class Dependence(Values):
    """How estimates of the same patients were pooled: `model` as asked, `working` the model that was fitted.

    `tau2_between` and `tau2_within` are the variances between clusters and between the estimates of one, `i2_*` their
    shares in percent. `sensitivity` varies the working correlation. `warning` is not empty where clusters are few.
    """

    model: str
    working: str
    rho: float | None
    clusters: int
    largest: int
    tau2_between: float
    tau2_within: float
    i2_between: float
    i2_within: float
    inferences: tuple[Inference, ...]
    sensitivity: tuple[AtRho, ...]
    warning: str


def dependent_pool(rows: Frame, settings: Settings) -> Pooled:
    """Pool rows of which some may share patients; where none do, as independent ones.

    Raises StatisticsError where clusters are too few, UsageError for an unknown model.
    """
    if not shared(rows):
        return pooled(rows, replace(settings, dependence=None))[0]
    found = _fit(rows, settings, settings.rho)
    return _pooled(rows, found, _robust(found, settings), settings)


def dependent_pools(parts: Sequence[Frame], settings: Settings) -> list[Pooled]:
    """Pool parts of a frame; one of a single cohort, say, has no number, and the reason."""
    found = []
    for rows in parts:
        try:
            found.append(dependent_pool(rows, settings))
        except StatisticsError as error:
            kind = MODELS[str(settings.dependence)][2].lower()
            found.append(
                Pooled.undefined(
                    len(rows),
                    error.message,
                    ci_basis=kind,
                    method=settings.method,
                    test=kind,
                    level=settings.level,
                    threshold=settings.threshold,
                    pi_rule=PI_RULE,
                    tau2_interval="none",
                )
            )
    return found


def dependence(rows: Frame, settings: Settings) -> Dependence | None:
    """Say how dependent estimates were pooled, and how far the working correlation matters.

    None if no two share patients. Raises as `dependent_pool`.
    """
    if not shared(rows):
        return None
    from registry.stats.dependence import RHOS

    found, sizes = _fit(rows, settings, settings.rho), Counter(units(rows))
    at_rhos = [(rho, _robust(_fit(rows, settings, rho), settings)) for rho in RHOS]
    return Dependence(
        model=str(settings.dependence),
        working=found.model,
        rho=settings.rho,
        clusters=found.clusters,
        largest=max(sizes.values()),
        tau2_between=found.sigma2[0],
        tau2_within=found.sigma2[1],
        i2_between=found.i2[0],
        i2_within=found.i2[1],
        inferences=(_of_model(found), *(_inference(each) for each in (found.cr1, found.cr2))),
        sensitivity=tuple(_at_rho(rho, each) for rho, each in at_rhos),
        warning=_robust(found, settings).warning,
    )


def weights(rows: Frame, settings: Settings) -> Array:
    """Weight of each row (k,) in percent in the generalised least-squares mean of dependent estimates."""
    found = _fit(rows, settings, settings.rho)
    rho = 0.0 if np.isnan(found.rho) else found.rho
    names = units(rows)
    total = np.zeros(len(rows))
    for name in dict.fromkeys(names):
        own = np.array([row for row, unit in enumerate(names) if unit == name], dtype=np.intp)
        se = np.sqrt(rows["vi"][own])
        within = np.outer(se, se) * np.where(np.eye(len(own)) == 1.0, 1.0, rho)
        covariance = within + found.sigma2[0] + np.eye(len(own)) * found.sigma2[1]
        total[own] = np.linalg.solve(covariance, np.ones(len(own)))
    return np.asarray(100.0 * total / total.sum())


def shared(rows: Frame) -> bool:
    """Whether some rows share patients."""
    names = units(rows)
    return len(set(names)) < len(names)


def check(settings: Settings) -> None:
    """Raise UsageError for an unknown model and for a working correlation without one or out of range."""
    if settings.dependence is not None:
        one_of("dependence", settings.dependence, MODELS)
    elif settings.rho is not None:
        raise UsageError("rho is a working correlation of dependent estimates", "add --dependence three-level")
    if settings.dependence is not None:
        _fits(settings)
    if settings.rho is not None and not 0.0 <= settings.rho < 1.0:
        raise UsageError(f"rho is {settings.rho:g}", "a correlation from 0 to below 1, for instance 0.6")


def _fits(settings: Settings) -> None:
    """Refuse options of an independent pool that this one has not."""
    plain = settings.dependence != "three-level" and settings.rho is None
    if not plain and settings.method.upper() != "REML":
        raise UsageError(
            f"method {settings.method}: this model of dependent estimates is fitted by REML", "--method REML"
        )
    if settings.test != "hk" or settings.pi_rule is not None or settings.tau2_interval != "qp":
        raise UsageError(
            "--test, --pi-rule and --tau2-interval are for independent estimates: with --dependence the interval is"
            " cluster-robust",
            "leave them out, or keep one estimate per cohort: --one-per cohort:adjusted,largest_n",
        )


def _fit(rows: Frame, settings: Settings, rho: float | None) -> Dependent:
    from registry.stats.dependence import cluster_robust, three_level, working_correlations

    plain, correlated, _ = MODELS[str(settings.dependence)]
    clusters = np.array(["/".join(name) for name in units(rows)])
    yi, vi, level = rows["yi"], rows["vi"], settings.level
    if len(set(clusters.tolist())) < 2:
        raise StatisticsError(
            "all estimates are of the same patients: a model of dependent estimates needs several cohorts",
            "keep one of them: --one-per cohort:adjusted,largest_n",
        )
    if rho is not None:
        return working_correlations(yi, vi, clusters, rhos=(rho,), model=correlated, level=level)[0]
    if plain == "three-level":
        return three_level(yi, vi, clusters, level=level)
    return cluster_robust(yi, vi, clusters, method=settings.method, level=level)


def _robust(found: Dependent, settings: Settings) -> Robust:
    return found.cr1 if MODELS[str(settings.dependence)][2] == "CR1" else found.cr2


def _pooled(rows: Frame, found: Dependent, at: Robust, settings: Settings) -> Pooled:
    values: dict[str, Any] = {
        "mu": number(float(at.estimate[0])),
        "se": number(float(at.se[0])),
        "stat": number(float(at.stat[0])),
        "p": number(float(at.p[0])),
        "df": number(float(at.df[0])),
        "ci_low": number(float(at.ci_low[0])),
        "ci_high": number(float(at.ci_high[0])),
        "wald_ci_low": number(float(found.ci_low[0])),
        "wald_ci_high": number(float(found.ci_high[0])),
        "pi_low": number(found.pi_low),
        "pi_high": number(found.pi_high),
        "q": number(found.q),
        "q_p": number(found.q_p),
    }
    excess = 1.0 - found.q_df / found.q if found.q > 0.0 else 0.0
    undefined = dict.fromkeys(("hk_ci_low", "hk_ci_high"), NO_HK)
    undefined |= dict.fromkeys(("tau2_ci_low", "tau2_ci_high", "h2"), NO_INTERVAL)
    undefined["pi_above"] = "not computed for dependent estimates"
    reasons = {**found.reasons, **undefined}
    reasons |= {own: reasons[log] for own, log in RATIOS.items() if log in reasons}
    n = patients(rows)
    if n is None:
        reasons["n"] = "no estimate gives a number of patients"
    return Pooled(
        k=found.k,
        n=n,
        ci_basis=at.kind.lower(),
        tau2=sum(found.sigma2),
        q_df=found.q_df,
        i2=sum(found.i2),
        i2_q=max(0.0, 100.0 * excess),
        maxima=found.maxima,
        method=settings.method if found.model == "RE" else "REML",
        test=at.kind.lower(),
        level=settings.level,
        pi_rule=PI_RULE,
        tau2_interval="none",
        threshold=settings.threshold,
        reasons=reasons,
        **dict.fromkeys(undefined),
        **values,
        **{own: ratio(values[log]) for own, log in RATIOS.items()},
    )


def _of_model(found: Dependent) -> Inference:
    low, high = number(float(found.ci_low[0])), number(float(found.ci_high[0]))
    return Inference(
        kind="model",
        se=number(float(found.se[0])),
        df=None,
        p=number(float(found.p[0])),
        ci_low=low,
        ci_high=high,
        hr_ci_low=ratio(low),
        hr_ci_high=ratio(high),
    )


def _inference(at: Robust) -> Inference:
    values = {name: number(float(getattr(at, name)[0])) for name in ("se", "df", "p", "ci_low", "ci_high")}
    return Inference(kind=at.kind, hr_ci_low=ratio(values["ci_low"]), hr_ci_high=ratio(values["ci_high"]), **values)


def _at_rho(rho: float, at: Robust) -> AtRho:
    mu, low, high = (number(float(values[0])) for values in (at.estimate, at.ci_low, at.ci_high))
    se = number(float(at.se[0]))
    return AtRho(rho=float(rho), mu=mu, se=se, ci_low=low, ci_high=high, **ratios(mu, low, high))
