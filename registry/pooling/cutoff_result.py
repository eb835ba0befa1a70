"""What an analysis of cutoffs returns: log scale, with `hr*` on the ratio scale; None with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from registry.pooling.analysis import Analysis, Basis
from registry.pooling.pooled import Pooled
from registry.pooling.result import Subgroups
from registry.pooling.values import FOR_FIGURES, Values


@dataclass(frozen=True, slots=True)
class CutoffPrediction(Values):
    """The ratio expected at a cutoff; None with a `reason` outside the cutoffs that were observed."""

    cutoff: float
    mu: float | None
    se: float | None
    df: float | None
    ci_low: float | None
    ci_high: float | None
    hr: float | None
    hr_ci_low: float | None
    hr_ci_high: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class CutoffLine(Values):
    """The effect as a line in the cutoff, or in its logarithm: at `centre`, and per `per` more of the cutoff.

    Between `low` and `high`, the cutoffs observed in k estimates of `cohorts` cohorts. `rho` is the factor on the
    correlations of several cutoffs of the same patients, None for a line through one estimate per cohort. `df` None
    means the normal distribution. `curve` predicts from `low` to `high`, for figures; it is not in the JSON.
    """

    k: int
    cohorts: int
    rho: float | None
    log: bool
    centre: float
    low: float
    high: float
    mu: float | None
    se: float | None
    ci_low: float | None
    ci_high: float | None
    hr: float | None
    hr_ci_low: float | None
    hr_ci_high: float | None
    per: str
    slope: float | None
    slope_se: float | None
    slope_p: float | None
    slope_df: float | None
    slope_ci_low: float | None
    slope_ci_high: float | None
    hr_slope: float | None
    hr_slope_ci_low: float | None
    hr_slope_ci_high: float | None
    tau2: float | None
    predictions: tuple[CutoffPrediction, ...]
    curve: tuple[CutoffPrediction, ...] = field(repr=False, metadata=FOR_FIGURES)


@dataclass(frozen=True, slots=True)
class MultiCutoffLine(Values):
    """All cutoffs of all cohorts: with the correlations their shares imply (`fit`), and with `half` of them."""

    fit: CutoffLine
    half: CutoffLine


@dataclass(frozen=True, slots=True)
class CutoffModels(Values):
    """Every model of the same estimates; one that cannot be had is None, and `reasons` says why.

    `pool`, `classes` and `line` take one estimate per cohort, `multi_cutoff` takes all.
    """

    k: int
    cohorts: int
    pool: Pooled | None
    classes: Subgroups | None
    line: CutoffLine | None
    multi_cutoff: MultiCutoffLine | None
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CutoffEstimate(Values):
    """One estimate with its cutoff, the interval at the level of the analysis; `data_driven` is None if not known."""

    key: str | None
    study: str | None
    cohort: str | None
    label: str
    cutoff: float
    data_driven: bool | None
    yi: float
    vi: float
    hr: float
    hr_ci_low: float
    hr_ci_high: float


@dataclass(frozen=True, slots=True)
class CutoffsResult(Analysis):
    """How the ratio depends on the cutoff, with `all` estimates and without those whose cutoff fits the outcome.

    `unit` is that of every cutoff, "1" for none; `lowest` and `highest` were observed, `bounds` cut the classes.
    """

    unit: str
    lowest: float
    highest: float
    bounds: tuple[float, ...]
    all: CutoffModels
    without_data_driven: CutoffModels | None
    estimates: tuple[CutoffEstimate, ...]
    level: float
    reasons: Mapping[str, str]
    basis: Basis
