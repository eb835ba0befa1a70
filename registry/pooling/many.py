"""Many pools from plain arrays, one row of a DataFrame each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from registry import stats
from registry.errors import StatisticsError, UsageError
from registry.pooling.pooled import POOL_FIELDS, RATIOS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    from registry.stats import Pools

#: Up to this many pools the interval of tau² and the probability above a threshold are computed unasked.
FEW = 1000

_NO_PATIENTS = "no number of patients is known"


def pool_many(
    yi: ArrayLike,
    vi: ArrayLike,
    groups: Sequence[Any] | NDArray[Any],
    *,
    method: str = "REML",
    test: str = "hk",
    level: float = 95.0,
    pi_rule: str | None = None,
    tau2_interval: bool | str | None = None,
    threshold: float | None = None,
) -> pd.DataFrame:
    """Pool yi (n,) with sampling variances vi (n,) by `groups` (n,): one row per label, ascending, labels as index.

    Columns are the fields of a pool's JSON on the analysis scale (log for ratios); undefined is nan, and `reasons` says
    why. Options and errors are those of `registry.stats.fit`, but `threshold` is a ratio (1 by default). The interval
    of tau² (`tau2_interval`: "qp", "pl" or False) and the probability above the threshold cost as much as all the rest:
    unasked, they are left out beyond 1,000 pools, which their reasons then say.
    """
    subsets = stats.by_group(groups)
    if len(subsets.rows) != np.size(yi):
        raise StatisticsError(f"one group per estimate is needed: got {len(subsets.rows)} for {np.size(yi)}")
    few = len(subsets) <= FEW
    if threshold is not None and not 0.0 < threshold < math.inf:
        raise UsageError(f"threshold is {threshold:g}", "a ratio above 0, for instance 1.25")
    asked = threshold if threshold is not None else 1.0 if few else None
    pools = stats.fit(
        yi,
        vi,
        subsets,
        method=method,
        test=test,
        level=level,
        pi_rule=pi_rule,
        tau2_interval=few if tau2_interval is None else tau2_interval,
        threshold=None if asked is None else math.log(asked),
    )
    return _table(np.asarray(subsets.labels), pools, asked)


def _table(labels: NDArray[Any], pools: Pools, threshold: float | None) -> pd.DataFrame:
    """Lay the fields out as columns, in their order."""
    import pandas as pd

    names, m = [name for name in POOL_FIELDS if name not in RATIOS], len(pools)
    columns: dict[str, Any] = {name: getattr(pools, name, None) for name in names}
    columns |= {"n": math.nan, "threshold": 1.0 if threshold is None else threshold}
    columns |= {"q_df": pools.q_df.astype(np.intp), "reasons": _reasons(pools, names)}
    for name, value in columns.items():
        if isinstance(value, str):
            columns[name] = pd.array([value], dtype="str").repeat(m)
        elif isinstance(value, float):
            columns[name] = np.full(m, value)
    return pd.DataFrame(columns, index=pd.Index(labels, name="group"), copy=False)


def _reasons(pools: Pools, names: Sequence[str]) -> NDArray[np.object_]:
    """Why what is nan is nan, per pool (m,); pools in which the same fields are for the same reason share a mapping."""
    asked = [name for name in names if name != "k" and isinstance(getattr(pools, name, None), np.ndarray)]
    kinds = np.minimum(pools.k, 4) + 8 * (pools.ci_basis == "wald")
    for bit, name in enumerate(asked):
        undefined = np.isnan(getattr(pools, name))
        if undefined.any():
            kinds += undefined.astype(np.int64) << (4 + bit)
    if pools.test == "kr":  # its reasons name the degrees of freedom
        kinds = np.where(kinds < 1 << 4, kinds, -np.arange(len(pools)) - 1)
    _, first, which = np.unique(kinds, return_index=True, return_inverse=True)
    found = np.empty(len(first), dtype=object)
    for index, pool in enumerate(first.tolist()):
        why = pools[pool].reasons
        found[index] = {name: why[name] for name in asked if name in why} | {"n": _NO_PATIENTS}
    return np.asarray(found[which])
