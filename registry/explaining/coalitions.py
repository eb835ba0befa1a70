"""Pools of many mixtures of old and new evidence, all in one batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from registry import stats
from registry.errors import PoolRefused
from registry.pooling import guards
from registry.pooling.dependence import shared
from registry.pooling.kernel import Settings, pooled
from registry.pooling.pool import DEPENDENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from registry.frame import Array, Frame
    from registry.pooling.guards import Allowed
    from registry.stats.batch import Floats

#: Below this nothing is pooled.
FEWEST = 2


@dataclass(frozen=True, slots=True)
class Pools:
    """Log ratio, width of the CI and tau² of m mixtures, (m, 3), nan where there is no pool; `why` says so of these."""

    values: Floats
    why: Mapping[int, str]


def pool_mixtures(table: Frame, members: NDArray[np.bool_], settings: Settings, allowed: Allowed) -> Pools:
    """Pool the rows of each mixture, `members` (m, k), of `table` (k rows, every ratio read one way).

    No two rows of a mixture may share patients unless `settings` have a model for it: the guards against that are the
    caller's. The others look at every mixture, unless they let all rows pass together.
    """
    distinct, first, which = np.unique(np.packbits(members, axis=1), axis=0, return_index=True, return_inverse=True)
    chosen = members[first]
    why = _refused(table, chosen, allowed)
    fine = np.array([row for row in range(len(distinct)) if row not in why], dtype=np.intp)
    values = np.full((len(distinct), 3), np.nan)
    if len(fine):
        values[fine] = _pooled(table, chosen[fine], settings)
    for row in fine.tolist():
        if np.isnan(values[row, :2]).any():
            why[row] = "the pool has no number"
    which = which.reshape(-1)
    told = {place: why[row] for place, row in enumerate(which.tolist()) if row in why} if why else {}
    return Pools(values[which], told)


def _refused(table: Frame, members: NDArray[np.bool_], allowed: Allowed) -> dict[int, str]:
    """Say of mixtures why they must not be pooled."""
    sizes = members.sum(axis=1).tolist()
    found = {row: f"{size} estimate{'' if size == 1 else 's'}" for row, size in enumerate(sizes) if size < FEWEST}
    if refusal(table, allowed) is None:
        return found
    for row in range(len(members)):
        if row not in found and (reason := refusal(table.take(members[row]), allowed)):
            found[row] = reason
    return found


def refusal(rows: Frame, allowed: Allowed, *, dependent: bool = True) -> str | None:
    """Say why rows must not be pooled; `dependent`: that they share patients is no reason. None: they may."""
    try:
        guards.check(rows, allowed, but=DEPENDENT if dependent else ())
    except PoolRefused as error:
        return error.message
    return None


def _pooled(table: Frame, members: NDArray[np.bool_], settings: Settings) -> Array:
    subsets = stats.Subsets(np.nonzero(members)[1], np.concatenate([[0], np.cumsum(members.sum(axis=1))]))
    if settings.dependence is not None and shared(table):
        found = pooled(table, settings, subsets)
        numbers = [(each.mu, each.ci_low, each.ci_high, each.tau2) for each in found]
        mu, low, high, tau2 = np.array(numbers, dtype=np.float64).T
    else:
        options = {**settings.for_kernel(), "tau2_interval": False, "threshold": None}
        pools = stats.fit(table["yi"], table["vi"], subsets, **options)
        mu, low, high, tau2 = pools.mu, pools.ci_low, pools.ci_high, pools.tau2
    return np.stack([mu, high - low, tau2], axis=1)
