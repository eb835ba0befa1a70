"""What tests for small-study effects return: log scale, with `hr*` on the ratio scale; None with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from registry.pooling.analysis import Analysis, Basis
from registry.pooling.pooled import Pooled
from registry.pooling.values import Values


@dataclass(frozen=True, slots=True)
class SizeRegression(Values):
    """The estimates regressed on a measure of study size: Egger's and Debray's tests.

    `slope` is tested by `stat` and `p` on `df` (None: normal distribution), to be read at the level `alpha`; `limit` is
    the log ratio the line predicts for an infinitely large study, `hr` its ratio.
    """

    test: str
    model: str
    predictor: str
    method: str
    k: int
    slope: float | None
    slope_se: float | None
    stat: float | None
    p: float | None
    df: float | None
    limit: float | None
    limit_se: float | None
    limit_ci_low: float | None
    limit_ci_high: float | None
    hr: float | None
    hr_ci_low: float | None
    hr_ci_high: float | None
    tau2: float | None
    level: float
    alpha: float
    notes: tuple[str, ...]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RankCorrelation(Values):
    """Begg and Mazumdar's test: Kendall's `tau` of the standardised estimates with their variances."""

    k: int
    tau: float | None
    p: float | None
    exact: bool
    notes: tuple[str, ...]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FilledIn(Values):
    """Trim and fill: `k0` estimates filled in on `side`, and the `pool` with them."""

    estimator: str
    side: str
    k: int
    k0: int
    se_k0: float | None
    p_k0: float | None
    filled: tuple[Mapping[str, float], ...]
    pool: Pooled
    notes: tuple[str, ...]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Corrected(Values):
    """PET-PEESE: both regressions, and the mean of the one that was `chosen`."""

    pet: SizeRegression
    peese: SizeRegression
    chosen: str
    mu: float | None
    se: float | None
    ci_low: float | None
    ci_high: float | None
    hr: float | None
    hr_ci_low: float | None
    hr_ci_high: float | None
    notes: tuple[str, ...]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SelectionModel(Values):
    """The mean if estimates with a one-sided p above `step` are published with relative chance `delta`.

    `lrt` tests delta = 1; `hr_uncorrected` is the ratio of the same model without selection (maximum likelihood).
    """

    k: int
    mu: float | None
    se: float | None
    p: float | None
    ci_low: float | None
    ci_high: float | None
    hr: float | None
    hr_ci_low: float | None
    hr_ci_high: float | None
    hr_uncorrected: float | None
    tau2: float | None
    se_tau2: float | None
    delta: float | None
    se_delta: float | None
    lrt: float | None
    lrt_p: float | None
    step: float
    alternative: str
    significant: int
    others: int
    level: float
    notes: tuple[str, ...]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FailSafeNumber(Values):
    """How many null results it would take, for parity with published reviews only; None when no number would do."""

    rule: str
    k: int
    n: int | None
    alpha: float
    target: float | None
    notes: tuple[str, ...]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FunnelPoint(Values):
    """One estimate of the funnel: log ratio and standard error."""

    key: str | None
    study: str | None
    cohort: str | None
    label: str
    yi: float
    sei: float


@dataclass(frozen=True, slots=True)
class BiasResult(Analysis):
    """Tests for small-study effects on k estimates; what was not run or cannot be is None, with its reason.

    `pool` is the pool of the estimates, by the same method, test and level.
    """

    k: int
    pool: Pooled
    egger: SizeRegression | None
    begg: RankCorrelation | None
    d_fiv: SizeRegression | None
    d_fav: SizeRegression | None
    trim_fill: FilledIn | None
    pet_peese: Corrected | None
    selection_model: SelectionModel | None
    fail_safe: FailSafeNumber | None
    reasons: Mapping[str, str]
    estimates: tuple[FunnelPoint, ...]
    basis: Basis
