"""The conductor: every step of a pool, in order."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from registry import stats
from registry.pooling.kernel import Settings, pooled
from registry.pooling.notes import flags_of, is_simulated, notes
from registry.pooling.orientation import shown_interval
from registry.pooling.prepared import about, labels, prepare
from registry.pooling.result import PooledEstimate, PoolResult
from registry.pooling.sensitivity import leave_one_out as leaving_one_out
from registry.pooling.sensitivity import without_data_driven_cutoffs
from registry.pooling.subgroups import subgroups

if TYPE_CHECKING:
    import pandas as pd

    from registry.flow import Flow
    from registry.frame import Array, Frame
    from registry.pooling.result import Pooled


def pool(
    frame: Frame | pd.DataFrame,
    *,
    method: str = "REML",
    test: str = "hk",
    level: float = 95.0,
    one_per: str | None = None,
    allow: str | Collection[str] = (),
    leave_one_out: bool = False,
    subgroup: str | None = None,
    subgroup_tau2: str = "common",
    flow: Flow | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> PoolResult:
    """Pool the estimates of a frame, on the log scale with inverse-variance weights.

    `frame` is an evidence frame or a pandas DataFrame with yi and vi, or with hr, ci_low and ci_high; columns it lacks
    count as unknown. `method` is FE, DL, PM, REML or ML, `test` hk, hk-adhoc, hk-plain, t or z, `level` in percent.
    `one_per` keeps one estimate per cohort (`cohort:adjusted,largest_n`), `allow` names what would be refused
    (`registry.terms.Allow`). `subgroup` is a column, or `column:threshold` for a number; `subgroup_tau2` is common or
    separate. `flow` and `provenance` come from a selection; `provenance["on_results"]` names the result columns it
    looked at.

    Raises NothingSelected when no row can be pooled, PoolRefused for rows that must not be pooled together, UsageError
    for an option that cannot be read. One row gives a result with k = 1: that estimate, nothing pooled.
    """
    settings = Settings(method, test, level)
    prepared = prepare(frame, one_per=one_per, allow=allow, flow=flow, provenance=provenance)
    rows = prepared.frame
    [whole] = pooled(rows, settings)
    groups = subgroups(rows, subgroup, settings, tau2=subgroup_tau2, allowed=prepared.allowed) if subgroup else None
    estimates = _estimates(rows, whole, prepared.turned)
    return PoolResult(
        pool=whole,
        estimates=estimates,
        leave_one_out=leaving_one_out(rows, estimates, settings) if leave_one_out else None,
        subgroups=groups,
        without_data_driven_cutoffs=without_data_driven_cutoffs(rows, settings),
        flow=prepared.flow,
        provenance=prepared.provenance(),
        notes=tuple(notes(prepared, whole)),
        about=about(rows),
        simulated=is_simulated(rows),
    )


def _estimates(frame: Frame, whole: Pooled, turned: Array) -> tuple[PooledEstimate, ...]:
    """Describe each row as pooled: inverted rows inverted, bounds at the pool's level, weight in percent."""
    low, high = shown_interval(frame, whole.level)
    columns = {
        "key": frame["key"].tolist(),
        "study": frame["study"].tolist(),
        "cohort": frame["cohort"].tolist(),
        "hr": np.exp(frame["yi"]).tolist(),
        "ci_low": low.tolist(),
        "ci_high": high.tolist(),
        "yi": frame["yi"].tolist(),
        "vi": frame["vi"].tolist(),
        "weight": stats.weights(frame["vi"], whole.tau2 or 0.0).tolist(),
        "flags": flags_of(frame, turned),
        "label": labels(frame),
        "n": [None if np.isnan(n) else int(n) for n in frame["n"].tolist()],
    }
    rows = zip(*columns.values(), strict=True)
    return tuple(PooledEstimate(**dict(zip(columns, row, strict=True))) for row in rows)
