"""The conductor: every step of a pool, in order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from registry import stats
from registry.errors import UsageError
from registry.pooling import guards
from registry.pooling.about import about
from registry.pooling.doubts import doubts
from registry.pooling.grouping import said_of_unit
from registry.pooling.identity import whole_and_parts
from registry.pooling.kernel import Settings, pooled
from registry.pooling.names import labels
from registry.pooling.notes import flags_of, is_simulated, notes
from registry.pooling.orientation import shown_interval
from registry.pooling.prepared import prepare
from registry.pooling.result import PooledEstimate, PoolResult
from registry.pooling.sensitivity import cumulative as accumulated
from registry.pooling.sensitivity import leave_one_out as leaving_one_out
from registry.pooling.sensitivity import without_data_driven_cutoffs
from registry.pooling.subgroups import subgroups

if TYPE_CHECKING:
    import pandas as pd

    from registry.flow import Flow
    from registry.frame import Array, Frame
    from registry.pooling.dependence import Dependence
    from registry.pooling.pooled import Pooled
    from registry.pooling.prepared import Prepared
    from registry.pooling.rounding import Rounding

#: Guards that a model of dependent estimates answers.
DEPENDENT = (guards.shared_cohorts, guards.shared_overlap_groups, whole_and_parts)


def pool(
    frame: Frame | pd.DataFrame,
    *,
    method: str = "REML",
    test: str = "hk",
    level: float = 95.0,
    pi_rule: str | None = None,
    tau2_interval: str = "qp",
    threshold: float = 1.0,
    dependence: str | None = None,
    rho: float | None = None,
    leave_one_out: bool | str = False,
    cumulative: str | None = None,
    subgroup: str | None = None,
    subgroup_tau2: str = "common",
    rounding: bool = False,
    seed: int = 0,
    one_per: str | None = None,
    per: str | float | None = None,
    allow: str | Collection[str] = (),
    read_as: str = "high-vs-low",
    doubtful: str = "keep",
    flow: Flow | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> PoolResult:
    """Pool the estimates of a frame, on the log scale with inverse-variance weights.

    `frame` is an evidence frame or a pandas DataFrame with yi and vi, or with hr, ci_low and ci_high; columns it lacks
    count as unknown. `method` is a key of `registry.stats.tau2.ESTIMATORS` (CE is FE), `test` one of
    `registry.stats.inference.TESTS`, `pi_rule` one of `registry.stats.prediction.PI_RULES` (the one that goes with the
    test unless given), `tau2_interval` qp, pl or none, `level` in percent; `threshold` is the ratio that a new setting
    exceeds with probability `pi_above`.

    `one_per` keeps one estimate per cohort (`cohort:adjusted,largest_n`); `per` brings ratios per step of the factor to
    one step (`100 U/L`; a number is in the factor's own unit; `1 log2` on a logarithm); `dependence` (three-level, cr1,
    cr2) pools several of them, with a working correlation `rho`. `allow` names what would be refused
    (`registry.terms.Allow`). `read_as` is the way round every ratio is given (`registry.terms.ReadAs`): high-vs-low, or
    low-vs-high. `doubtful` keeps estimates that rules of lint doubt, and says what the pool is without them, or
    excludes those that rules blind to the result doubt.
    `leave_one_out` is True or one of estimate, cohort, study, overlap; `cumulative` a column to order by, `:desc` for
    the largest first. `subgroup` is a column, or `column:threshold` for a number; `subgroup_tau2` is common or
    separate. `rounding` searches, from `seed`, how far the printed digits let the ratio move. `flow` and `provenance`
    come from a selection; `provenance["on_results"]` names the result columns it looked at.

    Raises NothingSelected when no row can be pooled, PoolRefused for rows that must not be pooled together, UsageError
    for an option that cannot be read. One row gives a result with k = 1: that estimate, nothing pooled.
    """
    settings = Settings(method, test, level, pi_rule, tau2_interval, threshold, dependence, rho)
    dependent = _dependent(settings)
    prepared = prepare(
        frame,
        one_per=one_per,
        per=per,
        allow=allow,
        read_as=read_as,
        doubtful=doubtful,
        flow=flow,
        provenance=provenance,
        but=DEPENDENT if dependent else (),
    )
    rows = prepared.frame
    [whole] = pooled(rows, settings)
    estimates = _estimates(rows, whole, prepared.turned, settings)
    by = "estimate" if leave_one_out is True else leave_one_out
    doubtful_rows = doubts(prepared, estimates, whole, settings)
    found = dependent(rows, settings) if dependent else None
    beside = {
        "leave_one_out": by,
        "cumulative": cumulative,
        "subgroup": subgroup,
        "subgroup_tau2": subgroup_tau2,
        "rounding": rounding,
        "seed": seed,
        "read_as": str(prepared.read_as),
        "doubtful": str(prepared.doubtful),
    }
    return PoolResult(
        pool=whole,
        estimates=estimates,
        leave_one_out=leaving_one_out(rows, estimates, settings, by=by) if by else None,
        cumulative=accumulated(rows, estimates, settings, cumulative) if cumulative else None,
        subgroups=subgroups(rows, subgroup, settings, tau2=subgroup_tau2, allowed=prepared.allowed)
        if subgroup
        else None,
        without_data_driven_cutoffs=without_data_driven_cutoffs(rows, settings),
        dependence=found,
        rounding=_rounding(prepared, settings, seed) if rounding else None,
        doubts=doubtful_rows,
        flow=prepared.flow,
        provenance={**prepared.provenance(), "options": {**asdict(settings), **beside}},
        notes=(*notes(prepared, whole, doubtful_rows), *_said_of(settings, found), *_ordered(rows, cumulative)),
        about=about(rows, prepared.read_as),
        simulated=is_simulated(rows),
        rows=prepared.reported,
    )


def _dependent(settings: Settings) -> Callable[[Frame, Settings], Dependence | None] | None:
    """Load the models of dependent estimates when one is asked for. Raises UsageError for options that do not fit."""
    if settings.dependence is None and settings.rho is None:
        return None
    from registry.pooling.dependence import check, dependence

    check(settings)
    return dependence


def _said_of(settings: Settings, found: Dependence | None) -> Iterator[str]:
    if settings.dependence is None:
        return
    if found is None:
        yield "no two estimates share patients: pooled as independent"
        return
    yield f"estimates of {found.clusters} cohorts or groups that share patients, up to {found.largest} of one"
    if found.warning:
        yield found.warning


def _ordered(rows: Frame, cumulative: str | None) -> Iterator[str]:
    yield from said_of_unit(rows, [] if cumulative is None else [cumulative.partition(":")[0].strip()])


def _rounding(prepared: Prepared, settings: Settings, seed: int) -> Rounding:
    if settings.dependence is not None:
        raise UsageError("the search over printed digits pools independent estimates", "leave --rounding out")
    from registry.pooling.rounding import rounding

    return rounding(prepared.frame, prepared.turned, method=settings.method, seed=seed)


def _weights(frame: Frame, whole: Pooled, settings: Settings) -> Array:
    """Weights in percent; those of Henmi–Copas are of the common-effect mean."""
    if whole.ci_basis in ("cr1", "cr2"):
        from registry.pooling.dependence import weights

        return weights(frame, settings)
    return stats.weights(frame["vi"], 0.0 if whole.ci_basis == "hc" else whole.tau2 or 0.0)


def _estimates(frame: Frame, whole: Pooled, turned: Array, settings: Settings) -> tuple[PooledEstimate, ...]:
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
        "weight": _weights(frame, whole, settings).tolist(),
        "flags": flags_of(frame, turned),
        "label": labels(frame),
        "n": [None if np.isnan(n) else int(n) for n in frame["n"].tolist()],
    }
    rows = zip(*columns.values(), strict=True)
    return tuple(PooledEstimate(**dict(zip(columns, row, strict=True))) for row in rows)
