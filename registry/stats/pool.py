"""The kernel's front: validate, lay out, estimate, and put the results in the order of the pools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from registry.errors import StatisticsError
from registry.stats import batch, inference
from registry.stats.batch import Floats, Subsets
from registry.stats.heterogeneity import heterogeneity, i2
from registry.stats.likelihood import profile_likelihood
from registry.stats.model import Mean
from registry.stats.options import Options, resolved
from registry.stats.prediction import Prediction, predict, undefined
from registry.stats.q_profile import q_profile
from registry.stats.results import ARRAYS, Pools

if TYPE_CHECKING:
    from collections.abc import Sequence

# Beyond these the powers of a weight leave the range of a float; no effect on any scale of the field comes near.
LARGEST_YI = 1e15
SMALLEST_VI, LARGEST_VI = 1e-30, 1e30


def fit(
    yi: ArrayLike,
    vi: ArrayLike,
    subsets: Subsets | None = None,
    *,
    method: str = "REML",
    test: str = "hk",
    level: float = 95.0,
    pi_rule: str | None = None,
    tau2: ArrayLike | None = None,
    tau2_interval: bool | str = True,
    threshold: float | None = 0.0,
) -> Pools:
    """Pool the estimates yi (n,) with sampling variances vi (n,), as one pool or as the m pools of `subsets`.

    `method` is a key of `tau2.ESTIMATORS` (CE is FE), `test` one of `inference.TESTS` (hksj is hk), `pi_rule` one of
    `prediction.PI_RULES`, by default the one that goes with the test; `level` in percent. `tau2` (a number, or (m,)) is
    used instead of an estimate: `method` then says only whether effects are common or random. `tau2_interval` is "qp"
    (True, Q-profile), "pl" (profile likelihood, REML and ML only) or False. `threshold` is what `pi_above`, the
    probability that a new study's true effect is larger, refers to, on the analysis scale (0 is a ratio of 1); None
    leaves it out.

    Raises StatisticsError for numbers nothing can be computed from and for unknown or contradictory options.

    Differs from metafor: what is undefined is nan; REML and ML never fail to converge and take the highest maximum; the
    default `hk` is the wider of two of its intervals; the default prediction interval has k − 2 degrees of freedom.
    """
    yi, vi = checked(yi, vi)
    subsets = batch.whole(len(yi)) if subsets is None else subsets
    _check_subsets(subsets, len(yi))
    given = None if tau2 is None else _given_tau2(tau2, len(subsets))
    options = resolved(
        method,
        test,
        level,
        pi_rule,
        profile=tau2_interval,
        given=given is not None,
        threshold=threshold,
        mean=True,
    )
    arrays = empty(len(subsets))
    for group in batch.size_classes(yi, vi, subsets):
        fixed = None if given is None else given[group.pools]
        for name, values in fields_of(Mean(group.yi, group.vi), fixed, options).items():
            arrays[name][group.pools] = values
    return assembled(arrays, options)


def pool_many(
    yi: ArrayLike, vi: ArrayLike, groups: Sequence[Any] | NDArray[Any], **options: Any
) -> tuple[NDArray[Any], Pools]:
    """Pool by group: the distinct entries of `groups` (n,) in ascending order (m,), and the results of each.

    Options, errors and formulas are those of `fit`.
    """
    subsets = batch.by_group(groups)
    if subsets.labels is None or len(subsets.rows) != np.size(yi):
        raise StatisticsError(f"one group per estimate is needed: got {len(subsets.rows)} for {np.size(yi)}")
    return subsets.labels, fit(yi, vi, subsets, **options)


def weights(vi: ArrayLike, tau2: float = 0.0) -> Floats:
    """Weight of each row (n,) in percent, 100 w/Σw with w = 1/(vi + tau²); tau² nan (one row) counts as 0."""
    _, variances = checked(np.zeros(np.shape(vi)), vi)
    w = 1.0 / (variances + (0.0 if np.isnan(tau2) else tau2))
    return np.asarray(100.0 * w / w.sum())


def checked(yi: ArrayLike, vi: ArrayLike) -> tuple[Floats, Floats]:
    """Turn yi and vi into float arrays (n,); raises StatisticsError if nothing can be computed from them."""
    effects, variances = np.asarray(yi, dtype=np.float64), np.asarray(vi, dtype=np.float64)
    if effects.ndim != 1 or effects.shape != variances.shape:
        shapes = f"{effects.shape} and {variances.shape}"
        raise StatisticsError(f"yi and vi must be one-dimensional and equally long: got {shapes}")
    if not len(effects):
        raise StatisticsError("no estimates to pool")
    inside = effects.min() >= -LARGEST_YI and effects.max() <= LARGEST_YI
    if not (inside and variances.min() >= SMALLEST_VI and variances.max() <= LARGEST_VI):
        right = (np.abs(effects) <= LARGEST_YI) & (variances >= SMALLEST_VI) & (variances <= LARGEST_VI)
        row = int(np.argmin(right))
        raise StatisticsError(
            f"row {row}: yi = {effects[row]}, vi = {variances[row]}; yi must be finite and vi positive "
            f"(between {SMALLEST_VI} and {LARGEST_VI})"
        )
    return effects, variances


def assembled(arrays: dict[str, NDArray[Any]], options: Options) -> Pools:
    """Every field of `Pools` as an array (m,), with the options they were computed by."""
    return Pools(
        **arrays,
        method=options.how.name,
        test=options.test,
        level=options.level,
        pi_rule=options.pi_rule,
        tau2_given=options.given,
        tau2_interval=options.profile,
        threshold=np.nan if options.threshold is None else options.threshold,
    )


def fields_of(model: Mean, given: Floats | None, options: Options) -> dict[str, Any]:
    """Compute every field of `Pools` for the pools of one size; `given` is their tau² (m,), None to estimate it."""
    m = len(model.vmin)
    estimable = model.df > 0 and options.how.name != "FE"
    maxima = np.zeros(m, dtype=np.intp)
    if given is not None:
        tau2 = given
    elif estimable:
        tau2, maxima = options.how.solve(model)
    else:
        tau2 = np.zeros(m)
    boundary = estimable & (given is None) & (tau2 == 0.0)
    return {
        **_mean_fields(model, tau2, options),
        **_tau2_fields(model, tau2, options, estimated=estimable and given is None),
        "boundary": boundary,
        "maxima": maxima,
    }


def _mean_fields(model: Mean, tau2: Floats, options: Options) -> dict[str, Any]:
    """Mean, its tests and its intervals. A common effect has neither Hartung–Knapp nor a prediction interval."""
    at, ci, basis = _inferred(model, tau2, options)
    wald = inference.reach(at.wald_se, None, options.level)
    hk = inference.reach(at.hk_se, at.df, options.level)
    predicted = _predicted(model, at, ci, tau2, options)
    return {
        **ci._asdict(),
        "k": model.k,
        "mu": at.mu,
        "ci_basis": basis,
        "wald_se": at.wald_se,
        "wald_ci_low": at.mu - wald,
        "wald_ci_high": at.mu + wald,
        "hk_q": at.hk_q,
        "hk_se": at.hk_se,
        "hk_ci_low": at.mu - hk,
        "hk_ci_high": at.mu + hk,
        "pi_low": predicted.low,
        "pi_high": predicted.high,
        "pi_above": predicted.above,
    }


def _inferred(
    model: Mean, tau2: Floats, options: Options
) -> tuple[inference.Estimate, inference.Interval, str | NDArray[np.str_]]:
    """Mean, test and CI by the test asked for, and what they rest on; a single row has Wald's only."""
    test, level, random = options.test, options.level, options.how.name != "FE"
    if test == "hc" and model.df:
        from registry.stats.henmi_copas import henmi_copas  # with scipy, which no other pool needs

        return *henmi_copas(model, tau2, level), inference.HC
    at = inference.estimate(model, tau2, random=random)
    if test == "kr" and model.df:
        return at, inference.kenward_roger(model, at, tau2, level), inference.KR
    return at, *inference.infer(at, test=test if model.df else "z", level=level)


def _predicted(
    model: Mean, at: inference.Estimate, ci: inference.Interval, tau2: Floats, options: Options
) -> Prediction:
    """Where the true effect of a new study may lie."""
    rule, level, threshold = options.pi_rule, options.level, options.threshold
    if options.how.name == "FE":
        return undefined(len(tau2))
    if rule == "nnf":
        from registry.stats.nagashima import nagashima  # with scipy, which no other pool needs

        return nagashima(model, level, threshold)
    return predict(at, ci, tau2, rule=rule, test=options.test, level=level, threshold=threshold)


def _tau2_fields(model: Mean, tau2: Floats, options: Options, *, estimated: bool) -> dict[str, Any]:
    """Heterogeneity. tau² of a single row is undefined unless given; under FE, I² and H² are Q's only."""
    nothing = np.full(len(tau2), np.nan)
    low, high = _tau2_interval(model, tau2, options) if estimated else (nothing, nothing)
    spread, random = heterogeneity(model, tau2), options.how.name != "FE"
    return {
        "tau2": nothing if random and model.df == 0 and not options.given else tau2,
        "se_tau2": options.how.se(model, tau2) if estimated else nothing,
        "tau2_ci_low": low,
        "tau2_ci_high": high,
        "q": spread.q,
        "q_df": spread.q_df,
        "q_p": spread.q_p,
        "i2": spread.i2 if random else nothing,
        "i2_ci_low": i2(low, spread.typical),
        "i2_ci_high": i2(high, spread.typical),
        "i2_q": spread.i2_q,
        "h2": spread.h2 if random else nothing,
        "h2_ci_low": 1.0 + low / spread.typical,
        "h2_ci_high": 1.0 + high / spread.typical,
        "h2_q": spread.h2_q,
    }


def _tau2_interval(model: Mean, tau2: Floats, options: Options) -> tuple[Floats, Floats]:
    """Interval of tau² of the kind asked for."""
    if options.profile == "none":
        return np.full(len(tau2), np.nan), np.full(len(tau2), np.nan)
    if options.profile == "pl":
        return profile_likelihood(model, tau2, options.level, restricted=options.how.name == "REML")
    return q_profile(model, options.level)


def empty(m: int) -> dict[str, NDArray[Any]]:
    """Room for every field of `Pools`."""
    kinds: dict[str, Any] = {"k": np.intp, "maxima": np.intp, "boundary": np.bool_, "ci_basis": "<U4"}
    return {name: np.empty(m, dtype=kinds.get(name, np.float64)) for name in ARRAYS}


def _check_subsets(subsets: Subsets, n: int) -> None:
    if not len(subsets) or subsets.sizes.min() < 1:
        raise StatisticsError("every pool needs at least one row")
    if subsets.rows.min() < 0 or subsets.rows.max() >= n:
        raise StatisticsError(f"subsets name rows outside 0 to {n - 1}")


def _given_tau2(tau2: ArrayLike, m: int) -> Floats:
    given = np.asarray(tau2, dtype=np.float64)
    if given.shape not in {(), (m,)} or not ((given >= 0.0) & (given <= LARGEST_VI)).all():
        raise StatisticsError(f"tau2 must be one number, or one per pool ({m}), none negative: got {given.tolist()}")
    return np.broadcast_to(given, (m,))
