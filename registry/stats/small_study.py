"""Small-study effects: whether small studies report other effects than large ones.

Regression tests (Egger, Debray) and the correction by PET-PEESE; the rank test is in `rank_test`. Every function takes
the numbers as given; below k = 10 it says so in `notes`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtr, stdtrit

from registry.errors import StatisticsError
from registry.stats.moderators import DesignMatrix, design_matrix
from registry.stats.pool import checked
from registry.stats.regression import regress, single

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from registry.stats.batch import Floats

RECOMMENDED = 10
LEAST = 3
# Values that differ by a smaller share of the largest are the same (the tolerance of R's lm).
SAME = 1e-7
# Residuals of this relative size are rounding: the estimates lie on the line exactly.
ROUNDING = 1e-14
TESTED = ("slope_se", "stat", "p", "limit_se", "limit_ci_low", "limit_ci_high")


@dataclass(frozen=True, slots=True)
class Asymmetry:
    """A regression of the estimates on a measure of study size; all on the analysis scale.

    `slope` with `slope_se` is tested by `stat` and `p` against t(`df`) or, `df` nan, the normal distribution; `limit`
    is the effect the line predicts for an infinitely large study. `alpha` is the level the test is meant to be read at.
    `reasons` says of each nan why it is undefined.
    """

    test: str
    model: str
    predictor: str
    method: str
    k: int
    slope: float
    slope_se: float
    stat: float
    p: float
    df: float
    limit: float
    limit_se: float
    limit_ci_low: float
    limit_ci_high: float
    tau2: float
    level: float
    alpha: float = 0.10
    notes: tuple[str, ...] = ()
    reasons: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PetPeese:
    """Both regressions and the corrected mean of the one the PET test chooses, analysis scale."""

    pet: Asymmetry
    peese: Asymmetry
    chosen: str
    mu: float
    se: float
    ci_low: float
    ci_high: float
    notes: tuple[str, ...] = ()
    reasons: dict[str, str] = field(default_factory=dict)


def egger(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    model: str = "lm",
    predictor: str = "sei",
    ni: ArrayLike | None = None,
    method: str = "REML",
    level: float = 95.0,
) -> Asymmetry:
    """Egger's regression test of yi (k,), with sampling variances vi (k,), on a measure of study size.

    `model="lm"` is the classic test (Egger et al. 1997; in this form Sterne & Egger 2005): yi = a + b x with weights
    1/vi, the residual variance free, b tested by t(k − 2). `model="rma"` adds a between-study variance tau² by `method`
    (FE for none): normal distribution; both are metafor's `regtest`. `predictor`: x is "sei", "vi", or "ninv", 1/`ni`
    (k,). `limit` is a, the effect at x = 0.

    Raises StatisticsError below k = 3, and if the predictor is the same in every study (metafor: "not of full rank").
    Differs from metafor: estimates that lie on a line exactly have no lm test (metafor divides one rounding error by
    another).
    """
    yi, vi = _given(yi, vi)
    x = _predictor(predictor, vi, ni)
    if model not in {"lm", "rma"}:
        raise StatisticsError(f"unknown model {model!r}: 'lm' (weighted regression) or 'rma' (mixed effects)")
    if model == "lm":
        return _weighted(yi, vi, x, test="Egger", predictor=predictor, level=level)
    return _mixed(yi, vi, x, predictor=predictor, method=method, level=level)


def debray(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    events: ArrayLike | None = None,
    events_per_group: tuple[ArrayLike, ArrayLike] | None = None,
    level: float = 95.0,
) -> Asymmetry:
    """Test for survival data: log HR yi (k,) regressed on 1/events, t(k − 2), read at the 10 % level.

    Debray, Moons & Riley 2018. With `events` (k,), the total of each study: D-FIV, weights 1/vi. With
    `events_per_group`, two arrays (k,): D-FAV, weights 1/(1/d1 + 1/d2), for when standard errors are themselves
    uncertain; 0.5 is added to both groups of a study in which one has none. The residual variance is free in both.

    Raises StatisticsError as `egger` does, and for a study without any event, which has no hazard ratio (the authors'
    R package metamisc counts it as one event).
    """
    yi, vi = _given(yi, vi)
    if (events is None) == (events_per_group is None):
        raise StatisticsError("give either events (D-FIV) or events_per_group (D-FAV)")
    if events_per_group is None:
        total = _counts("events", events, len(yi))
        return _weighted(yi, vi, 1.0 / total, test="D-FIV", predictor="1/events", level=level)
    first, second = (np.asarray(group, dtype=np.float64) for group in events_per_group)
    _counts("events of both groups together", first + second, len(yi))
    if min(first.min(), second.min()) < 0.0:
        raise StatisticsError("events_per_group holds a negative number")
    empty = (first == 0.0) | (second == 0.0)
    first, second = first + 0.5 * empty, second + 0.5 * empty
    notes = (f"0.5 events added to both groups of {empty.sum()} studies without events in one",) if empty.any() else ()
    v = 1.0 / first + 1.0 / second
    return _weighted(yi, v, 1.0 / (first + second), test="D-FAV", predictor="1/events", level=level, notes=notes)


def pet_peese(yi: ArrayLike, vi: ArrayLike, *, alpha: float = 0.10, level: float = 95.0) -> PetPeese:
    """Mean corrected for small-study effects: yi (k,) regressed on sei (PET) and on vi (PEESE), weights 1/vi.

    The limit of PEESE is taken if that of PET differs from 0 at the two-sided level `alpha` (5 % in one direction;
    Stanley & Doucouliagos 2014), else that of PET. Errors are those of `egger`.
    """
    pet = egger(yi, vi, predictor="sei", level=level)
    peese = egger(yi, vi, predictor="vi", level=level)
    p = 2.0 * float(stdtr(pet.df, -abs(pet.limit / pet.limit_se)))
    name, chosen = ("PEESE", peese) if p < alpha else ("PET", pet)
    interval = (chosen.limit_se, chosen.limit_ci_low, chosen.limit_ci_high)
    reasons = {own: pet.reasons["limit_se"] for own in ("se", "ci_low", "ci_high") if "limit_se" in pet.reasons}
    return PetPeese(pet, peese, name, chosen.limit, *interval, pet.notes, reasons)


def _weighted(
    yi: Floats, vi: Floats, x: Floats, *, test: str, predictor: str, level: float, notes: tuple[str, ...] = ()
) -> Asymmetry:
    """Weighted least squares with a free residual variance: t(k − 2)."""
    line = single(yi, vi, slope_design(x, predictor))
    rss, solved = float(line.forms(np.zeros((1, 1))).q[0, 0]), line.solve(np.zeros(1))
    spread = float(((yi - line.origin) ** 2 / vi).sum())
    rss = 0.0 if rss <= ROUNDING**2 * spread else rss
    scale = rss / line.df if rss > 0.0 else np.nan
    limit_se, slope_se = np.sqrt(scale * np.diagonal(solved.covariance[:, :, 0])).tolist()
    limit, slope = solved.b[:, 0].tolist()
    stat, reach = slope / slope_se, float(stdtrit(line.df, 0.5 + level / 200.0)) * limit_se
    reasons = {"tau2": "weighted regression: the residual variance is a factor, not a sum"}
    if rss == 0.0:
        reasons |= dict.fromkeys(TESTED, "the estimates lie on a line exactly: no residual variance to test with")
    return Asymmetry(
        test=test,
        model="lm",
        predictor=predictor,
        method="WLS",
        k=line.k,
        slope=slope,
        slope_se=slope_se,
        stat=stat,
        p=2.0 * float(stdtr(line.df, -abs(stat))),
        df=float(line.df),
        limit=limit,
        limit_se=limit_se,
        limit_ci_low=limit - reach,
        limit_ci_high=limit + reach,
        tau2=np.nan,
        level=level,
        notes=notes + few(line.k),
        reasons=reasons,
    )


def _mixed(yi: Floats, vi: Floats, x: Floats, *, predictor: str, method: str, level: float) -> Asymmetry:
    """Mixed-effects regression: weights 1/(vi + tau²), normal distribution."""
    fitted = regress(yi, vi, slope_design(x, predictor), method=method, test="z", level=level)
    return Asymmetry(
        test="Egger",
        model="rma",
        predictor=predictor,
        method=fitted.method,
        k=fitted.k,
        slope=float(fitted.b[1]),
        slope_se=float(fitted.se[1]),
        stat=float(fitted.stat[1]),
        p=float(fitted.p[1]),
        df=np.nan,
        limit=float(fitted.b[0]),
        limit_se=float(fitted.se[0]),
        limit_ci_low=float(fitted.ci_low[0]),
        limit_ci_high=float(fitted.ci_high[0]),
        tau2=fitted.tau2,
        level=level,
        notes=few(fitted.k),
        reasons={"df": "normal distribution: no degrees of freedom"},
    )


def slope_design(x: Floats, name: str) -> DesignMatrix:
    """Design of a line on x (k,); raises StatisticsError if x is the same in every study, as far as R's lm can tell."""
    if np.ptp(x) <= SAME * np.abs(x).max():
        raise StatisticsError(f"{name} is the same in every study: effects cannot be seen to change with it")
    return design_matrix({name: x})


def few(k: int) -> tuple[str, ...]:
    """Remark on a test of k studies, if there are too few (Sterne et al. 2011)."""
    if k >= RECOMMENDED:
        return ()
    return (f"k = {k}: below {RECOMMENDED} studies tests for small-study effects cannot tell chance from asymmetry",)


def _given(yi: ArrayLike, vi: ArrayLike) -> tuple[Floats, Floats]:
    effects, variances = checked(yi, vi)
    if len(effects) < LEAST:
        raise StatisticsError(f"a test for small-study effects needs at least {LEAST} estimates: got {len(effects)}")
    return effects, variances


def _predictor(name: str, vi: Floats, ni: ArrayLike | None) -> Floats:
    if name == "sei":
        return np.sqrt(vi)
    if name == "vi":
        return vi
    if name != "ninv":
        raise StatisticsError(f"unknown predictor {name!r}: one of sei, vi, ninv")
    if ni is None:
        raise StatisticsError("the predictor 1/n needs the sample sizes: give ni")
    return 1.0 / _counts("ni", ni, len(vi))


def _counts(name: str, values: ArrayLike | None, k: int) -> Floats:
    counts = np.asarray(values, dtype=np.float64)
    if counts.shape != (k,):
        raise StatisticsError(f"{name}: one number per estimate ({k}) is needed, got shape {counts.shape}")
    if not (np.isfinite(counts) & (counts > 0.0)).all():
        row = int(np.argmin(np.isfinite(counts) & (counts > 0.0)))
        raise StatisticsError(f"{name}: row {row} is {counts[row]}; a positive number is needed")
    return counts
