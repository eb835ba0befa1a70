"""Subgroups: one pool per group, with one tau² or one each, and the tests between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from registry.errors import StatisticsError
from registry.stats import batch
from registry.stats.batch import Subsets
from registry.stats.distributions import chdtrc, fdtrc
from registry.stats.model import Mean
from registry.stats.pool import checked, fit
from registry.stats.strata import Strata
from registry.stats.tau2 import estimator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.stats.results import Pools


@dataclass(frozen=True, slots=True)
class SubgroupTest:
    """Do the groups differ? `q_between` on `df` (Wald, chi²), and `f` on `f_df1` and `f_df2` (Hartung–Knapp).

    `q_within` on `q_within_df` is what heterogeneity is left within the groups. `reasons` says why a nan is one.
    """

    groups: int
    k: int
    q_between: float
    df: int
    p: float
    f: float
    f_df1: int
    f_df2: int
    f_p: float
    q_within: float
    q_within_df: int
    q_within_p: float
    reasons: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Subgroups:
    """Groups in ascending order of their labels (g,), their pools, and the test between them.

    `tau2` is the common tau², nan if each group has its own.
    """

    labels: NDArray[Any]
    pools: Pools
    test: SubgroupTest
    tau2: float


def subgroups(
    yi: ArrayLike,
    vi: ArrayLike,
    groups: Sequence[Any] | NDArray[Any],
    *,
    common: bool = True,
    method: str = "REML",
    **options: Any,
) -> Subgroups:
    """Pool yi (n,), vi (n,) within each distinct entry of `groups` (n,) and test between them.

    `common` gives all groups one tau² (a random-effects regression on group dummies; Borenstein et al. 2009, chapter
    19); otherwise each has its own, as RevMan does. Other options, and errors, are those of `fit`; also StatisticsError
    if a common tau² is asked for and no group has two estimates.
    """
    subsets = batch.by_group(groups)
    if len(subsets.rows) != np.size(yi):
        raise StatisticsError(f"one group per estimate is needed: got {len(subsets.rows)} for {np.size(yi)}")
    tau2 = common_tau2(yi, vi, subsets, method=method) if common else None
    pools = fit(yi, vi, subsets, method=method, tau2=tau2, **options)
    labels = np.arange(len(subsets)) if subsets.labels is None else subsets.labels
    return Subgroups(labels, pools, subgroup_test(pools), np.nan if tau2 is None else tau2)


def common_tau2(yi: ArrayLike, vi: ArrayLike, subsets: Subsets, *, method: str = "REML") -> float:
    """One tau² for disjoint groups with a mean each, by the estimator's own equation with the group means as the model.

    Equal to the residual tau² of metafor's `rma(mods = ~ group)`.
    """
    yi, vi = checked(yi, vi)
    parts = [Mean(group.yi, group.vi) for group in batch.size_classes(yi, vi, subsets)]
    model = Strata(parts)
    how = estimator(method)
    if model.df == 0 and how.name != "FE":
        raise StatisticsError("no group has two estimates: a common tau² cannot be estimated")
    return float(how.solve(model).tau2[0])


def subgroup_test(pools: Pools) -> SubgroupTest:
    """Test whether the means of pools of disjoint rows are equal.

    Wald: Q = Σ w(mu − mean)² with w = 1/se² of Wald, chi² with g − 1 degrees of freedom; with a common tau² it is the
    omnibus test of the regression on group dummies, without, that of RevMan. Hartung–Knapp (Knapp & Hartung 2003):
    F = Q/(g − 1)/s² on g − 1 and k − g, s² = Σ(k − 1)q / Σ(k − 1) with each group's q at its own tau²; with a common
    tau² it is metafor's `test="knha"`. With tau² of its own for each group metafor has no such test.
    """
    groups, k = len(pools), int(pools.k.sum())
    w = pools.wald_se**-2.0
    q = float((w * (pools.mu - np.average(pools.mu, weights=w)) ** 2).sum())
    df, rest = groups - 1, k - groups
    q_within = float(pools.q.sum())
    scale = float(np.where(pools.k > 1, (pools.k - 1) * pools.hk_q, 0.0).sum()) / rest if rest else np.nan
    f = q / df / scale if df and scale > 0.0 else np.nan
    return SubgroupTest(
        groups=groups,
        k=k,
        q_between=q if df else np.nan,
        df=df,
        p=float(chdtrc(df, q)) if df else np.nan,
        f=f,
        f_df1=df,
        f_df2=rest,
        f_p=float(fdtrc(df, rest, f)) if df and rest else np.nan,
        q_within=q_within,
        q_within_df=rest,
        q_within_p=float(chdtrc(rest, q_within)) if rest else np.nan,
        reasons=_reasons(pools.method, groups, rest, scale),
    )


def _reasons(method: str, groups: int, rest: int, scale: float) -> dict[str, str]:
    if groups < 2:
        return dict.fromkeys(("q_between", "p", "f", "f_p"), "one group: nothing to compare")
    within = {} if rest else {"q_within_p": "no group has two estimates"}
    if method == "FE":
        return within | dict.fromkeys(("f", "f_p"), "common-effect model: Hartung–Knapp is for random effects")
    if not rest:
        return within | dict.fromkeys(("f", "f_p"), "no group has two estimates")
    if not scale > 0.0:
        return within | dict.fromkeys(("f", "f_p"), "identical effects within groups: Hartung–Knapp is undefined")
    return within
