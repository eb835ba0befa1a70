"""Bayesian pooling of a frame: the normal–normal model by deterministic integration."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry.errors import UsageError
from registry.pooling.analysis import Analysis, Basis, basis
from registry.pooling.names import labels
from registry.pooling.prepared import prepare
from registry.pooling.values import Values, number, ratio, taken

if TYPE_CHECKING:
    import pandas as pd

    from registry.flow import Flow
    from registry.frame import Frame
    from registry.stats.bayes import Bayes
    from registry.stats.marginal import Marginal


@dataclass(frozen=True, slots=True)
class Posterior(Values):
    """One posterior: `shortest_*` is the narrowest interval, `central_*` the equal-tailed one; `hr*` as ratios.

    Of tau, and of anything that is no log ratio, the ratios are None.
    """

    median: float | None
    mean: float | None
    sd: float | None
    shortest_low: float | None
    shortest_high: float | None
    central_low: float | None
    central_high: float | None
    hr: float | None
    hr_shortest_low: float | None
    hr_shortest_high: float | None
    hr_central_low: float | None
    hr_central_high: float | None
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OwnEffect(Values):
    """The effect of one study given all: its posterior, and `shrinkage`, the share of it taken from the mean."""

    key: str | None
    study: str | None
    cohort: str | None
    label: str
    yi: float
    vi: float
    hr: float | None
    posterior: Posterior
    shrinkage: float | None


@dataclass(frozen=True, slots=True)
class BayesResult(Analysis):
    """Posteriors of the mean, of tau and of the effect in a new setting, log scale with ratios beside.

    `p_above` is the probability that the mean ratio exceeds 1, `p_new_above` that the ratio of a new setting does;
    `bf01_mu` and `bf01_tau` are Bayes factors for mu = 0 and for tau = 0 against the model.
    """

    k: int
    mu: Posterior
    tau: Posterior
    new_effect: Posterior
    p_above: float | None
    p_new_above: float | None
    bf01_mu: float | None
    bf01_tau: float | None
    log_marginal_likelihood: float | None
    tau_prior: str
    mu_prior: str
    grid: str
    level: float
    estimates: tuple[OwnEffect, ...]
    reasons: Mapping[str, str]
    basis: Basis


def bayes(
    frame: Frame | pd.DataFrame,
    *,
    tau_prior: str = "half-normal",
    tau_scale: float | None = None,
    mu_prior: tuple[float, float] | None = None,
    grid: str = "direct",
    level: float = 95.0,
    one_per: str | None = None,
    per: str | float | None = None,
    allow: str | Collection[str] = (),
    read_as: str = "high-vs-low",
    doubtful: str = "keep",
    flow: Flow | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> BayesResult:
    """Pool the estimates of a frame under a prior on tau, and a flat or normal one on the mean log ratio.

    `tau_prior` is half-normal or half-cauchy with `tau_scale` (0.5 unless given, weakly informative for log hazard
    ratios), or uniform (to `tau_scale`, improper without). `mu_prior` is (mean, sd) on the log scale, None flat. `grid`
    "direct" gives the values of R's bayesmeta, "fine" exact ones. Frame and other arguments as in `registry.pool`.

    Raises what `registry.pool` raises, StatisticsError for priors under which the posterior does not exist.
    """
    from registry.stats.bayes import bayes as integrate

    if mu_prior is not None and len(mu_prior) != 2:
        raise UsageError(f"mu_prior is {mu_prior}", "mean and standard deviation on the log scale, for instance (0, 4)")
    prepared = prepare(
        frame,
        one_per=one_per,
        per=per,
        allow=allow,
        read_as=read_as,
        doubtful=doubtful,
        flow=flow,
        provenance=provenance,
    )
    rows = prepared.frame
    found = integrate(
        rows["yi"], rows["vi"], tau_prior=tau_prior, tau_scale=tau_scale, mu_prior=mu_prior, grid=grid, level=level
    )
    return taken(
        BayesResult,
        found,
        mu=_posterior(found.mu),
        tau=_posterior(found.tau, log=False),
        new_effect=_posterior(found.new_effect),
        p_above=number(found.p_positive),
        p_new_above=number(found.p_new_positive),
        estimates=tuple(_own(rows, found)),
        basis=basis(prepared),
    )


def _posterior(found: Marginal, *, log: bool = True) -> Posterior:
    names = {"hr": "median"}
    names |= {f"hr_{kind}_{end}": f"{kind}_{end}" for kind in ("shortest", "central") for end in ("low", "high")}
    ratios = {name: ratio(getattr(found, own)) if log else None for name, own in names.items()}
    why = {} if log else dict.fromkeys(names, "no log ratio")
    return taken(Posterior, found, **ratios, reasons=why)


def _own(rows: Frame, found: Bayes) -> Iterator[OwnEffect]:
    columns = (rows[name].tolist() for name in ("key", "study", "cohort"))
    given = zip(*columns, labels(rows), rows["yi"].tolist(), rows["vi"].tolist(), strict=True)
    for own, effect, shrinkage in zip(given, found.effects, found.shrinkage.tolist(), strict=True):
        key, study, cohort, label, yi, vi = own
        yield OwnEffect(key, study, cohort, label, yi, vi, ratio(yi), _posterior(effect), number(shrinkage))
