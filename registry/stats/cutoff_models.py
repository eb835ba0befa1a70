"""How the effect depends on the cutoff: within classes, as a moderator, and several cutoffs of the same patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from registry.errors import StatisticsError
from registry.stats import batch
from registry.stats.batch import Floats, Ints
from registry.stats.clusters import Correlate
from registry.stats.dependence import check_dependent, restricted
from registry.stats.dependent import Dependent
from registry.stats.moderators import DesignMatrix, design_matrix
from registry.stats.pool import checked, fit
from registry.stats.regression import Regression, regress
from registry.stats.results import Pools


@dataclass(frozen=True, slots=True)
class CutoffClasses:
    """Pools within classes of cutoffs (m,): class i holds cutoffs from `low[i]` up to, not including, `high[i]`."""

    low: Floats
    high: Floats
    pools: Pools


@dataclass(frozen=True, slots=True)
class CutoffPredictions:
    """Expected effect at stated cutoffs, all (r,), on the analysis scale; nan with a reason outside those observed."""

    cutoff: Floats
    pred: Floats
    se: Floats
    df: Floats
    ci_low: Floats
    ci_high: Floats
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CutoffRegression:
    """The effect as a line in the cutoff or in its logarithm: `fit.b` is the effect at `centre`, and the slope.

    `low` and `high` are the smallest and the largest cutoff observed; predictions stay between them.
    """

    fit: Regression
    centre: float
    log: bool
    low: float
    high: float

    def predict(self, cutoffs: ArrayLike) -> CutoffPredictions:
        """Predict the effect at `cutoffs` (r,), with standard error and distribution of the fit."""
        at = np.atleast_1d(np.asarray(cutoffs, dtype=np.float64))
        found = self.fit.predict(_rows(at, self.low, self.high, self.centre, log=self.log))
        df = np.full(len(at), self.fit.df)
        return _within(at, self.low, self.high, (found.pred, found.se, df, found.ci_low, found.ci_high))


@dataclass(frozen=True, slots=True)
class MultiCutoff:
    """Several cutoffs per cohort: `fit` with the stated correlations, `half` with half of them, as sensitivity.

    If not `linear`, `fit.b` is one effect for all cutoffs; else the effect at `centre`, and the slope. Inference is
    CR2's (`fit.cr2`).
    """

    fit: Dependent
    half: Dependent
    centre: float
    log: bool
    linear: bool
    low: float
    high: float

    def predict(self, cutoffs: ArrayLike) -> CutoffPredictions:
        """Predict the effect at `cutoffs` (r,) with CR2 standard errors and Satterthwaite degrees of freedom."""
        at = np.atleast_1d(np.asarray(cutoffs, dtype=np.float64))
        rows = _rows(at, self.low, self.high, self.centre, log=self.log)
        found = self.fit.at(rows if self.linear else rows[:, :1])
        return _within(at, self.low, self.high, (found.estimate, found.se, found.df, found.ci_low, found.ci_high))


def cutoff_classes(
    yi: ArrayLike, vi: ArrayLike, cutoff: ArrayLike, bounds: Sequence[float], **options: Any
) -> CutoffClasses:
    """Pool within the classes that `bounds` cut the cutoffs (k,) into; a cutoff on a bound belongs to the class above.

    Classes without an estimate are left out. Options and errors are those of `fit`; also StatisticsError for bounds
    that do not increase. Estimates of one cohort in one class are dependent: choose one per cohort first.
    """
    effects, variances = checked(yi, vi)
    cuts, edges = _cutoffs(cutoff, len(effects), log=False), np.asarray(bounds, dtype=np.float64)
    if not len(edges) or not np.isfinite(edges).all() or (np.diff(edges) <= 0.0).any():
        raise StatisticsError(f"class bounds must increase: got {', '.join(map(str, bounds))}")
    subsets = batch.by_group(np.searchsorted(edges, cuts, side="right"))
    ends = np.concatenate([[-np.inf], edges, [np.inf]])
    labels = np.asarray(subsets.labels)
    return CutoffClasses(ends[labels], ends[labels + 1], fit(effects, variances, subsets, **options))


def cutoff_regression(
    yi: ArrayLike, vi: ArrayLike, cutoff: ArrayLike, *, log: bool = False, **options: Any
) -> CutoffRegression:
    """Regress the effect on the cutoff (k,), or its logarithm, centred at the mean of those observed.

    Options and errors are those of `regress`. One estimate per cohort; for several use `multi_cutoff`.
    """
    effects, variances = checked(yi, vi)
    cuts = _cutoffs(cutoff, len(effects), log=log)
    design, centre = _line(cuts, log=log)
    return CutoffRegression(
        regress(effects, variances, design, **options), centre, log, float(cuts.min()), float(cuts.max())
    )


def multi_cutoff(
    yi: ArrayLike,
    vi: ArrayLike,
    cohort: Sequence[Any] | NDArray[Any],
    cutoff: ArrayLike,
    share: ArrayLike,
    *,
    linear: bool = True,
    log: bool = False,
    level: float = 95.0,
) -> MultiCutoff:
    """Fit all cutoffs of all cohorts: y = b₀ + b₁ cutoff + u + e, u for each cohort by REML, e correlated within it.

    `share` (k,) is the proportion of the cohort's patients above the cutoff, strictly between 0 and 1; it may be nan
    where a cohort has one cutoff. Two hazard ratios of the same patients, above against below, correlate as their
    indicators do: rho = √[p₂(1 − p₁)/(p₁(1 − p₂))] with p₁ ≥ p₂ the shares (the correlation of two nested binary
    variables). `linear` adds the cutoff, `log` its logarithm. Inference is CR2's, which needs no correlation to be
    right; how far the estimates move at half of it is in `half`.

    Raises StatisticsError for shares that are missing, not in (0, 1) or equal within a cohort (two cutoffs that split
    the patients alike are one estimate), and as `three_level` does.
    """
    effects, variances = checked(yi, vi)
    cuts = _cutoffs(cutoff, len(effects), log=log)
    design, centre = _line(cuts, log=log)
    if not linear:
        design = DesignMatrix(design.names[:1], design.matrix[:, :1], (), intercept=True)
    effects, variances, design, codes = check_dependent(effects, variances, cohort, design, level)
    above = _shares(share, codes)
    whole, half = (
        restricted(
            effects,
            variances,
            design,
            codes,
            model="multi-cutoff",
            level=level,
            rho=factor,
            correlate=nested(above, factor),
        )
        for factor in (1.0, 0.5)
    )
    return MultiCutoff(whole, half, centre, log, linear, float(cuts.min()), float(cuts.max()))


def nested(share: Floats, factor: float = 1.0) -> Correlate:
    """Correlations of nested splits with `share` (k,) above each, times `factor`."""
    odds = share / (1.0 - share)

    def correlate(rows: Ints) -> Floats:
        of = odds[rows]
        ratio = of[:, :, None] / of[:, None, :]
        rho = factor * np.sqrt(np.minimum(ratio, 1.0 / ratio))
        rho[:, np.arange(rows.shape[1]), np.arange(rows.shape[1])] = 1.0
        return np.asarray(rho)

    return correlate


def _shares(share: ArrayLike, codes: Ints) -> Floats:
    above = np.asarray(share, dtype=np.float64)
    if above.shape != codes.shape:
        raise StatisticsError(f"one share above the cutoff per estimate is needed: got {above.size} for {len(codes)}")
    several = np.bincount(codes)[codes] > 1
    wrong = several & ~((above > 0.0) & (above < 1.0))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise StatisticsError(
            f"row {row}: the share of patients above the cutoff is {above[row]}, not strictly between 0 and 1",
            hint="it is needed for every cutoff of a cohort that has several",
        )
    order = np.lexsort((above, codes))
    same = several[order][1:] & (np.diff(codes[order]) == 0) & (np.diff(above[order]) == 0.0)
    if same.any():
        first, second = sorted(order[int(np.argmax(same)) :][:2].tolist())
        raise StatisticsError(
            f"rows {first} and {second} are of one cohort with the same share above the cutoff ({above[first]}): "
            "they split the patients alike",
            hint="keep one of them",
        )
    return np.where(several, above, 0.5)


def _cutoffs(cutoff: ArrayLike, k: int, *, log: bool) -> Floats:
    cuts = np.asarray(cutoff, dtype=np.float64)
    if cuts.shape != (k,):
        raise StatisticsError(f"one cutoff per estimate is needed: got {cuts.size} for {k}")
    wrong = ~np.isfinite(cuts) | (log & (cuts <= 0.0))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise StatisticsError(f"row {row}: cutoff {cuts[row]} is not a {'positive ' * log}number")
    return cuts


def _line(cuts: Floats, *, log: bool) -> tuple[DesignMatrix, float]:
    x = np.log(cuts) if log else cuts
    centre = float(x.mean())
    return design_matrix({"log cutoff" if log else "cutoff": x - centre}), float(np.exp(centre)) if log else centre


def _rows(at: Floats, low: float, high: float, centre: float, *, log: bool) -> Floats:
    inside = np.clip(np.where(np.isnan(at), low, at), low, high)
    x = np.log(inside / centre) if log else inside - centre
    return np.column_stack([np.ones(len(at)), x])


def _within(at: Floats, low: float, high: float, found: tuple[Floats, ...]) -> CutoffPredictions:
    inside = (at >= low) & (at <= high)
    reasons = tuple(
        "" if one else f"outside the observed cutoffs, {low:g} to {high:g}: not predicted" for one in inside
    )
    pred, se, df, ci_low, ci_high = (np.where(inside, values, np.nan) for values in found)
    return CutoffPredictions(at, pred, se, df, ci_low, ci_high, reasons)
