"""What influence diagnostics return: log scale, with `hr*` on the ratio scale; None with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from registry.pooling.analysis import Analysis, Basis
from registry.pooling.pooled import Pooled
from registry.pooling.values import FOR_FIGURES, Values

if TYPE_CHECKING:
    from registry.stats.gosh import Gosh


@dataclass(frozen=True, slots=True)
class EstimateInfluence(Values):
    """How one estimate pulls on the pool, Baujat's coordinates, and what its own true effect may be.

    `*_del` is the pool without it, `blup` the best linear unbiased prediction of its own effect, with an interval;
    `shrinkage` is the weight of the own estimate in it. `influential` is a reason to look, not to leave out.
    """

    key: str | None
    study: str | None
    cohort: str | None
    label: str
    yi: float
    vi: float
    hr: float
    weight: float
    rstudent: float | None
    dffits: float | None
    dfbetas: float | None
    cook_d: float | None
    cov_r: float | None
    hat: float | None
    mu_del: float | None
    hr_del: float | None
    tau2_del: float | None
    qe_del: float | None
    baujat_x: float | None
    baujat_y: float | None
    influential: bool
    blup: float | None
    blup_se: float | None
    blup_low: float | None
    blup_high: float | None
    hr_blup: float | None
    hr_blup_low: float | None
    hr_blup_high: float | None
    shrinkage: float | None


@dataclass(frozen=True, slots=True)
class WithAndWithout(Values):
    """The middle ratio and I² of all subsets that hold one estimate, and of all that do not."""

    key: str | None
    label: str
    hr_with: float | None
    hr_without: float | None
    i2_with: float | None
    i2_without: float | None


@dataclass(frozen=True, slots=True)
class GoshSummary(Values):
    """Pools of `subsets` subsets of the estimates: quantiles of ratio and I², and what each estimate does to them.

    `quantiles` maps "0", "2.5", "25", "50", "75", "97.5", "100" (percent) to a ratio and an I². `pools` holds every
    subset, for a figure; it is not in the JSON.
    """

    method: str
    subsets: int
    exhaustive: bool
    seed: int | None
    hr: Mapping[str, float]
    i2: Mapping[str, float | None]
    estimates: tuple[WithAndWithout, ...]
    pools: Gosh = field(repr=False, metadata=FOR_FIGURES)


@dataclass(frozen=True, slots=True)
class InfluenceResult(Analysis):
    """Which of k estimates drive their `pool`; `gosh` is None unless asked for. `reasons` says of each None why.

    An estimate is influential when one of its diagnostics is beyond `thresholds` (of the absolute value).
    """

    pool: Pooled
    estimates: tuple[EstimateInfluence, ...]
    gosh: GoshSummary | None
    thresholds: Mapping[str, float]
    reasons: Mapping[str, str]
    basis: Basis
