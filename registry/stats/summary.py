"""What is summed over the rows of pools of one size; all else follows from it pool by pool, whatever their sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from registry.stats.likelihood import profile_likelihood
from registry.stats.q_profile import q_profile

if TYPE_CHECKING:
    from registry.stats.batch import Floats, Ints
    from registry.stats.model import Mean
    from registry.stats.options import Options
    from registry.stats.tau2 import Solution


class Summary(NamedTuple):
    """Sums over the rows of m pools; all (m,), nan if undefined or not asked for."""

    k: Ints
    tau2: Floats
    """0 under a common effect and for a single row."""
    maxima: Ints
    mu: Floats
    wald_se: Floats
    """Standard error of mu: 1/√Σw, that of Henmi and Copas for theirs."""
    q_tau2: Floats
    """Q with weights 1/(vi + tau²) over its degrees of freedom."""
    q: Floats
    typical: Floats
    """Typical sampling variance df/tr P at tau² = 0."""
    se_tau2: Floats
    tau2_ci_low: Floats
    tau2_ci_high: Floats
    own_se: Floats
    """Standard error and what goes with it of a test that has its own."""
    own_df: Floats
    own_p: Floats
    own_reach: Floats
    """Half width of the confidence interval."""
    pi_low: Floats
    """Of the prediction rule that needs the rows."""
    pi_high: Floats
    pi_above: Floats


def summarise(model: Mean, given: Floats | None, options: Options) -> Summary:
    """Summarise the pools of one size; `given` is their tau² (m,), None to estimate it."""
    m, nothing = len(model.vmin), np.full(len(model.vmin), np.nan)
    random = options.how.name != "FE"
    estimated = given is None and random and model.df > 0
    solution = options.how.solve(model) if estimated else None
    tau2 = solution.tau2 if solution else np.zeros(m) if given is None else given
    low, high = _tau2_interval(model, tau2, options) if estimated else (nothing, nothing)
    mean, sum_w, q_tau2 = (part[0] for part in model.fitted(tau2[None]))
    summary = Summary(
        k=np.full(m, model.k),
        tau2=tau2,
        maxima=_maxima(solution, m),
        mu=model.origin + mean,
        wald_se=1.0 / np.sqrt(sum_w),
        q_tau2=q_tau2 / model.df if random and model.df else nothing,
        q=model.at_zero.q[0],
        typical=model.df / model.at_zero.tr_p[0] if model.df else nothing,
        se_tau2=options.how.se(model, tau2) if estimated else nothing,
        tau2_ci_low=low,
        tau2_ci_high=high,
        **dict.fromkeys(Summary._fields[-7:], nothing),
    )
    return _with_predictions(_with_own_test(summary, model, options), model, options)


def _maxima(solution: Solution | None, m: int) -> Ints:
    return solution.maxima if solution else np.zeros(m, dtype=np.intp)


def _tau2_interval(model: Mean, tau2: Floats, options: Options) -> tuple[Floats, Floats]:
    """Interval of tau² of the kind asked for."""
    if options.profile == "none":
        return np.full(len(tau2), np.nan), np.full(len(tau2), np.nan)
    if options.profile == "pl":
        return profile_likelihood(model, tau2, options.level, restricted=options.how.name == "REML")
    return q_profile(model, options.level)


def _with_own_test(at: Summary, model: Mean, options: Options) -> Summary:
    """Add what Kenward–Roger and Henmi–Copas need the rows for; a single row has neither."""
    if options.test == "kr" and model.df:
        se, df = _kenward_roger(model, at)
        return at._replace(own_se=se, own_df=df)
    if options.test == "hc" and model.df:
        from registry.stats.henmi_copas import henmi_copas

        mu, se, p, reach = henmi_copas(model, at.tau2, options.level)
        return at._replace(mu=mu, wald_se=se, q_tau2=np.full_like(mu, np.nan), own_se=se, own_p=p, own_reach=reach)
    return at


def _kenward_roger(model: Mean, at: Summary) -> tuple[Floats, Floats]:
    """Wald's standard error corrected for having estimated tau², and the degrees of freedom that go with it.

    Kenward & Roger (1997) for one mean (Partlett & Riley 2017): with W = 2/tr PP the variance of tau² from the
    expected information, se² = (1 + 2W (Σw³ − (Σw²)²/Σw)/Σw)/Σw and df = 2 (Σw)²/(W (Σw²)²); their scale factor is
    then 1. With equal variances this is Wald's standard error with t(k − 1). (The observed information would do as
    well, but may be negative.)
    """
    tau2 = at.tau2[None]
    sum_w, sum_w2, sum_w3 = (total[0] for total in model.power_sums(tau2, (1, 2, 3)))
    variance = 2.0 / model.traces(tau2).tr_pp[0]
    bend = np.maximum(sum_w3 - sum_w2**2 / sum_w, 0.0)
    se = at.wald_se * np.sqrt(1.0 + 2.0 * variance * bend / sum_w)
    return se, 2.0 * (sum_w / sum_w2) ** 2 / variance


def _with_predictions(at: Summary, model: Mean, options: Options) -> Summary:
    """Add the prediction interval that is no multiple of a standard error."""
    if options.pi_rule != "nnf" or options.how.name == "FE":
        return at
    from registry.stats.nagashima import nagashima

    low, high, above = nagashima(model, options.level, options.threshold)
    return at._replace(pi_low=low, pi_high=high, pi_above=above)
