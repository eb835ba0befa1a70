"""Which estimates drive a pool: deletion diagnostics, Baujat's coordinates, shrunken effects, all subsets."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from registry.pooling.analysis import basis
from registry.pooling.influence_result import EstimateInfluence, GoshSummary, InfluenceResult, WithAndWithout
from registry.pooling.kernel import Settings, pooled
from registry.pooling.names import labels
from registry.pooling.prepared import prepare
from registry.pooling.values import number, ratio

if TYPE_CHECKING:
    import pandas as pd

    from registry.flow import Flow
    from registry.frame import Array, Frame
    from registry.stats.gosh import Gosh

DIAGNOSTICS = (
    "weight",
    "rstudent",
    "dffits",
    "dfbetas",
    "cook_d",
    "cov_r",
    "hat",
    "mu_del",
    "tau2_del",
    "qe_del",
    "baujat_x",
    "baujat_y",
)
#: Name in the result → name in `registry.stats.influence.StudyEffects`.
SHRUNKEN = {"blup": "pred", "blup_se": "se", "blup_low": "pi_low", "blup_high": "pi_high", "shrinkage": "shrinkage"}
#: Ratio-scale field → the log-scale field it is the exponential of.
RATIOS = {"hr_del": "mu_del", "hr_blup": "blup", "hr_blup_low": "blup_low", "hr_blup_high": "blup_high"}
#: Percent of the subsets below each quantile of a summary.
SHARES = (0.0, 2.5, 25.0, 50.0, 75.0, 97.5, 100.0)


def influence(
    frame: Frame | pd.DataFrame,
    *,
    method: str = "REML",
    test: str = "hk",
    level: float = 95.0,
    gosh: bool = False,
    subsets: int | None = None,
    seed: int = 0,
    one_per: str | None = None,
    per: str | float | None = None,
    allow: str | Collection[str] = (),
    read_as: str = "high-vs-low",
    doubtful: str = "keep",
    flow: Flow | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> InfluenceResult:
    """Say of every estimate of a frame how it moves their pool.

    `gosh` also pools every subset (to k = 20; above it, or if `subsets` is fewer, that many random ones from `seed`)
    by `method`. Frame and other arguments as in `registry.pool`.

    Raises what `registry.pool` raises, StatisticsError for a single estimate.
    """
    settings = Settings(method, test, level)
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
    [whole] = pooled(rows, settings)
    estimates, limits, reasons = _estimates(rows, settings)
    found = _gosh(rows, method=method, subsets=subsets, seed=seed) if gosh else None
    return InfluenceResult(whole, estimates, found, limits, reasons, basis(prepared))


def _estimates(
    rows: Frame, settings: Settings
) -> tuple[tuple[EstimateInfluence, ...], dict[str, float], dict[str, str]]:
    """Give the diagnostics of every estimate, their thresholds, and why some are undefined."""
    from registry.stats.influence import influence as diagnose
    from registry.stats.influence import study_effects

    yi, vi = rows["yi"], rows["vi"]
    moved = diagnose(yi, vi, method=settings.method)
    own = study_effects(yi, vi, method=settings.method, test=settings.test, level=settings.level)
    columns: dict[str, Array] = {name: getattr(moved, name) for name in DIAGNOSTICS}
    columns |= {name: getattr(own, theirs) for name, theirs in SHRUNKEN.items()}
    reasons = {name: why for name, why in moved.reasons.items() if name in columns}
    reasons |= {name: own.reasons[theirs] for name, theirs in SHRUNKEN.items() if theirs in own.reasons}
    reasons |= {name: reasons[log] for name, log in RATIOS.items() if log in reasons}
    return tuple(_rows(rows, columns, moved.influential)), moved.thresholds, reasons


def _rows(rows: Frame, columns: Mapping[str, Array], influential: Array) -> Iterator[EstimateInfluence]:
    for place, (key, study, cohort, yi, vi, label) in enumerate(_named(rows)):
        values: dict[str, Any] = {name: number(column[place]) for name, column in columns.items()}
        values |= {name: ratio(values[log]) for name, log in RATIOS.items()}
        yield EstimateInfluence(
            key=key,
            study=study,
            cohort=cohort,
            label=label,
            yi=yi,
            vi=vi,
            hr=float(np.exp(yi)),
            influential=bool(influential[place]),
            **values,
        )


def _named(rows: Frame) -> Iterator[tuple[Any, ...]]:
    columns = (rows[name].tolist() for name in ("key", "study", "cohort", "yi", "vi"))
    return zip(*columns, labels(rows), strict=True)


def _gosh(rows: Frame, *, method: str, subsets: int | None, seed: int) -> GoshSummary:
    from registry.stats.gosh import gosh

    pools = gosh(rows["yi"], rows["vi"], method=method, subsets=subsets, seed=seed)
    hr, i2 = np.percentile(np.exp(pools.mu), SHARES), _percentiles(pools.i2)
    return GoshSummary(
        method=pools.method,
        subsets=len(pools),
        exhaustive=pools.exhaustive,
        seed=pools.seed,
        hr={f"{share:g}": float(value) for share, value in zip(SHARES, hr, strict=True)},
        i2={f"{share:g}": value for share, value in zip(SHARES, i2, strict=True)},
        estimates=tuple(_with_and_without(rows, pools)),
        pools=pools,
    )


def _percentiles(i2: Array) -> list[float | None]:
    """Give the quantiles of I² over the subsets that have one; one estimate alone has none."""
    known = i2[~np.isnan(i2)]
    return [float(value) for value in np.percentile(known, SHARES)] if len(known) else [None] * len(SHARES)


def _with_and_without(rows: Frame, pools: Gosh) -> Iterator[WithAndWithout]:
    for place, (key, *_, label) in enumerate(_named(rows)):
        inside = pools.includes(place)
        yield WithAndWithout(
            key=key,
            label=label,
            hr_with=ratio(_middle(pools.mu[inside])),
            hr_without=ratio(_middle(pools.mu[~inside])),
            i2_with=_middle(pools.i2[inside]),
            i2_without=_middle(pools.i2[~inside]),
        )


def _middle(values: Array) -> float | None:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else None
