"""The kernel's front: validate, lay out, estimate, and put the results in the order of the pools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from registry.errors import StatisticsError
from registry.stats import batch, inference
from registry.stats.batch import Floats, Subsets
from registry.stats.heterogeneity import i2, spread
from registry.stats.model import Mean
from registry.stats.options import Options, resolved
from registry.stats.prediction import Prediction, predict
from registry.stats.results import Pools
from registry.stats.summary import Summary, summarise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.stats.batch import Ints

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
    return results(summaries(yi, vi, subsets, options, given=given), options)


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


def summaries(yi: Floats, vi: Floats, subsets: Subsets, options: Options, *, given: Floats | None = None) -> Summary:
    """Summarise every pool; `given` is tau² (m,), None to estimate it. All arguments have been checked."""
    parts = []
    for group in batch.size_classes(yi, vi, subsets):
        fixed = None if given is None else given[group.pools]
        parts.append((group.pools, summarise(Mean(group.yi, group.vi), fixed, options)))
    return together(parts)


def together(parts: Sequence[tuple[Ints, Summary]]) -> Summary:
    """Put the summaries of some pools each, and the numbers of these pools, in the order of the pools."""
    pools = np.concatenate([numbers for numbers, _ in parts])
    columns = [np.concatenate(column) for column in zip(*(summary for _, summary in parts), strict=True)]
    if (pools[1:] > pools[:-1]).all():
        return Summary(*columns)
    order = np.empty_like(pools)
    order[pools] = np.arange(len(pools))
    return Summary(*(column[order] for column in columns))


def results(at: Summary, options: Options) -> Pools:
    """Turn sums into results. Under FE, I² and H² are Q's only; of a single row tau² is undefined unless given."""
    random, df = options.how.name != "FE", np.asarray(at.k - 1.0)
    estimable = random & (df > 0) & (not options.given)
    return Pools(
        **_mean_fields(at, options),
        **_tau2_fields(at, options),
        k=at.k,
        maxima=at.maxima,
        boundary=estimable & (at.tau2 == 0.0),
        method=options.how.name,
        test=options.test,
        level=options.level,
        pi_rule=options.pi_rule,
        tau2_given=options.given,
        tau2_interval=options.profile,
        threshold=np.nan if options.threshold is None else options.threshold,
    )


def _mean_fields(at: Summary, options: Options) -> dict[str, Any]:
    """Mean, its tests and its intervals. A common effect has neither Hartung–Knapp nor a prediction interval."""
    random, test, level = options.how.name != "FE", options.test, options.level
    hk_se = np.where(at.q_tau2 > 0.0, at.wald_se * np.sqrt(at.q_tau2), np.nan)
    mean = inference.Estimate(at.mu, at.wald_se, hk_se, at.q_tau2, np.asarray((at.k - 1.0) * random))
    if inference.TESTS[test].method is None:
        ci, basis = inference.infer(mean, test=test, level=level)
    else:
        ci, basis = _own_interval(at, options)
    predicted = Prediction(at.pi_low, at.pi_high, at.pi_above)
    if options.pi_rule != "nnf":
        predicted = predict(
            mean, ci, at.tau2, rule=options.pi_rule, test=test, level=level, threshold=options.threshold
        )
    wald, hk = inference.reach(at.wald_se, None, level), inference.reach(hk_se, mean.df, level)
    return {
        **ci._asdict(),
        "mu": at.mu,
        "ci_basis": basis,
        "wald_se": at.wald_se,
        "wald_ci_low": at.mu - wald,
        "wald_ci_high": at.mu + wald,
        "hk_q": at.q_tau2,
        "hk_se": hk_se,
        "hk_ci_low": at.mu - hk,
        "hk_ci_high": at.mu + hk,
        "pi_low": predicted.low,
        "pi_high": predicted.high,
        "pi_above": predicted.above,
    }


def _own_interval(at: Summary, options: Options) -> tuple[inference.Interval, NDArray[np.str_]]:
    """Kenward–Roger or Henmi–Copas; Wald for a single row."""
    single = at.k == 1
    own = inference.interval(at.mu, np.where(single, at.wald_se, at.own_se), at.own_df, options.level)
    if options.test == "hc":
        reach = np.where(single, inference.reach(at.wald_se, None, options.level), at.own_reach)
        p = np.where(single, own.p, at.own_p)
        own = own._replace(p=p, ci_low=at.mu - reach, ci_high=at.mu + reach)
    return own, np.where(single, inference.WALD, options.test)


def _tau2_fields(at: Summary, options: Options) -> dict[str, Any]:
    """Heterogeneity."""
    random, df = options.how.name != "FE", np.asarray(at.k - 1.0)
    spreading, none = spread(at.q, df, at.typical, at.tau2), np.full(len(df), np.nan)
    return {
        "tau2": np.where(random & (df == 0.0) & (not options.given), np.nan, at.tau2),
        "se_tau2": at.se_tau2,
        "tau2_ci_low": at.tau2_ci_low,
        "tau2_ci_high": at.tau2_ci_high,
        "q": at.q,
        "q_df": df,
        "q_p": spreading.q_p,
        "i2": spreading.i2 if random else none,
        "i2_ci_low": i2(at.tau2_ci_low, at.typical),
        "i2_ci_high": i2(at.tau2_ci_high, at.typical),
        "i2_q": spreading.i2_q,
        "h2": spreading.h2 if random else none,
        "h2_ci_low": 1.0 + at.tau2_ci_low / at.typical,
        "h2_ci_high": 1.0 + at.tau2_ci_high / at.typical,
        "h2_q": spreading.h2_q,
    }


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
