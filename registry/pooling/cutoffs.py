"""How the ratio depends on the cutoff: classes, a line, several cutoffs of the same patients."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from registry.errors import EviregError, PoolRefused, StatisticsError, UsageError
from registry.flow import cohorts
from registry.pooling import guards
from registry.pooling.analysis import basis, checked_settings
from registry.pooling.cutoff_points import along, cutoff_estimates
from registry.pooling.cutoff_result import (
    CutoffLine,
    CutoffModels,
    CutoffPrediction,
    CutoffsResult,
    MultiCutoffLine,
)
from registry.pooling.eligible import eligible
from registry.pooling.grouping import cutoff_unit, known_rows
from registry.pooling.identity import whole_and_parts
from registry.pooling.kernel import Settings, pooled
from registry.pooling.prepared import prepare
from registry.pooling.subgroups import subgroups
from registry.pooling.values import number, ratio, ratios
from registry.selection.priority import rule
from registry.terms import DATA_DRIVEN_CUTOFFS, ReadAs

if TYPE_CHECKING:
    import pandas as pd

    from registry.flow import Flow
    from registry.frame import Array, Frame
    from registry.pooling.guards import Allowed
    from registry.stats.cutoff_models import CutoffPredictions, CutoffRegression, MultiCutoff
    from registry.stats.dependent import Dependent

#: Guards this analysis answers for itself: several cutoffs of one cohort are what it is about.
ANSWERED = (guards.shared_cohorts, guards.shared_overlap_groups, whole_and_parts)


@dataclass(frozen=True, slots=True)
class Options:
    """How to analyse cutoffs: the pool's settings, bounds of classes, scale of the line, cutoffs to predict at."""

    settings: Settings
    bounds: tuple[float, ...]
    tau2: str
    log: bool
    at: tuple[float, ...]
    one_per: str | None
    allowed: Allowed
    read_as: ReadAs


def cutoffs(
    frame: Frame | pd.DataFrame,
    *,
    bounds: Collection[float] = (),
    log: bool = False,
    predict: Collection[float] = (),
    method: str = "REML",
    test: str = "hk",
    level: float = 95.0,
    subgroup_tau2: str = "common",
    one_per: str | None = None,
    allow: str | Collection[str] = (),
    read_as: str = "high-vs-low",
    doubtful: str = "keep",
    flow: Flow | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> CutoffsResult:
    """Analyse how the ratio above against below a cutoff depends on where the cutoff is.

    `bounds` cut the cutoffs into classes (their median unless given), pooled with one tau² or with one each
    (`subgroup_tau2`: common, separate). A line in the cutoff, or in its logarithm with `log`, predicts at the cutoffs
    `predict` (lowest, median and highest unless given). Where a cohort has several cutoffs a model of all of them takes
    their correlations from the shares of patients above each (from n_index and n_reference); classes and line take one
    estimate per cohort, chosen by `one_per`. Everything again without data-driven cutoffs, which are biased away
    from 1. Estimates without a cutoff are left out, and counted in the flow. Other arguments as in `registry.pool`.

    Raises what `registry.pool` raises, PoolRefused for cutoffs in several units and for ratios that have none.
    """
    checked_settings(method, test, level)
    prepared = prepare(
        frame, allow=allow, read_as=read_as, doubtful=doubtful, flow=flow, provenance=provenance, but=ANSWERED
    )
    _two_sided(prepared.frame)
    known = known_rows(prepared.frame, "cutoff_value")
    if not known.any():
        raise PoolRefused("cutoff_value was read for no estimate", "there is nothing to analyse", "cutoffs")
    prepared = prepared.take(known, "cutoff-missing", "cutoff not read")
    rows = prepared.frame
    unit, cuts = cutoff_unit(rows, known_rows(rows, "cutoff_value")) or "1", rows["cutoff_value"]
    options = Options(
        settings=Settings(method, test, level),
        bounds=_bounds(bounds, cuts),
        tau2=subgroup_tau2,
        log=log,
        at=tuple(predict) or tuple(dict.fromkeys((float(cuts.min()), float(np.median(cuts)), float(cuts.max())))),
        one_per=one_per,
        allowed=prepared.allowed,
        read_as=prepared.read_as,
    )
    models = _models(rows, options)
    if models.pool is None and models.multi_cutoff is None:
        raise PoolRefused(models.reasons["pool"], rule="cutoffs")
    without, why = _without_data_driven(rows, options)
    return CutoffsResult(
        unit=unit,
        lowest=float(cuts.min()),
        highest=float(cuts.max()),
        bounds=options.bounds,
        all=models,
        without_data_driven=without,
        estimates=cutoff_estimates(rows, level),
        level=float(level),
        reasons={"without_data_driven": why} if why else {},
        basis=basis(prepared, _notes(rows, options, given=bool(bounds))),
    )


def _two_sided(rows: Frame) -> None:
    """Refuse ratios that compare nothing above with nothing below a cutoff."""
    kinds = {kind for kind in rows["contrast"].tolist() if kind is not None}
    if other := kinds - set(guards.INVERTIBLE):
        raise PoolRefused(
            f"these ratios do not compare above with below a cutoff: contrast {', '.join(sorted(other))}",
            'name the others in the condition: and contrast == "above_vs_below"',
            "cutoffs",
        )


def _bounds(given: Collection[float], cuts: Array) -> tuple[float, ...]:
    found = tuple(sorted({float(bound) for bound in given})) or (float(np.median(cuts)),)
    if not all(math.isfinite(bound) for bound in found):
        raise UsageError(f"bounds {', '.join(map(str, given))}: not all are numbers", "for instance 400,800")
    return found


def _without_data_driven(rows: Frame, options: Options) -> tuple[CutoffModels | None, str]:
    chosen = np.array([value in DATA_DRIVEN_CUTOFFS for value in rows["cutoff_method"].tolist()], dtype=np.bool_)
    if not chosen.any():
        return None, "no cutoff is known to be data-driven"
    if chosen.all():
        return None, "every cutoff is data-driven"
    return _models(rows.take(~chosen), options), ""


def _models(rows: Frame, options: Options) -> CutoffModels:
    """Fit every model; one that cannot be had gives its reason instead."""
    makers: dict[str, Callable[[], Any]] = {
        "pool": lambda: pooled(_independent(rows, options), options.settings)[0],
        "classes": lambda: _classes(_independent(rows, options), options),
        "line": lambda: _line(_independent(rows, options), options),
        "multi_cutoff": lambda: _several(rows, options),
    }
    found: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    for name, make in makers.items():
        try:
            found[name] = make()
        except (PoolRefused, StatisticsError) as refusal:
            found[name], reasons[name] = None, _said(refusal)
    return CutoffModels(k=len(rows), cohorts=len(set(cohorts(rows))), **found, reasons=reasons)


def _said(error: EviregError) -> str:
    return f"{error.message}; {error.hint}" if error.hint else error.message


def _independent(rows: Frame, options: Options) -> Frame:
    """Give one estimate per cohort. Raises PoolRefused where no rule says which."""
    kept, _ = eligible(rows, one_per=options.one_per, allowed=options.allowed, flow=None)
    for guard in ANSWERED:
        guard(kept, options.allowed)
    return kept


def _classes(rows: Frame, options: Options) -> Any:
    asked = f"cutoff_value:{','.join(f'{bound!r}' for bound in options.bounds)}"
    return subgroups(rows, asked, options.settings, tau2=options.tau2, allowed=options.allowed)


def _line(rows: Frame, options: Options) -> CutoffLine:
    from registry.stats.cutoff_models import cutoff_regression

    how = options.settings
    found = cutoff_regression(
        rows["yi"],
        rows["vi"],
        rows["cutoff_value"],
        log=options.log,
        method=how.method,
        test=how.test,
        level=how.level,
    )
    fit = found.fit
    columns = (fit.b, fit.se, fit.ci_low, fit.ci_high, fit.p, np.full(len(fit.b), fit.df))
    return _made(found, columns, rows, options, tau2=fit.tau2, rho=None)


def _several(rows: Frame, options: Options) -> MultiCutoffLine:
    """Fit all cutoffs of all cohorts. Raises PoolRefused where no cohort has several, or cohorts share patients."""
    from registry.stats.cutoff_models import multi_cutoff

    own = cohorts(rows)
    if len(set(own)) == len(own):
        raise PoolRefused("no cohort has several cutoffs")
    guards.shared_overlap_groups(rows, options.allowed)
    whole_and_parts(rows, options.allowed)
    found = multi_cutoff(
        rows["yi"],
        rows["vi"],
        ["/".join(each) for each in own],
        rows["cutoff_value"],
        _shares(rows, options.read_as),
        log=options.log,
        level=options.settings.level,
    )
    return MultiCutoffLine(
        fit=_robust(found, found.fit, rows, options, rho=1.0), half=_robust(found, found.half, rows, options, rho=0.5)
    )


def _shares(rows: Frame, read_as: ReadAs) -> Array:
    """Share of patients above each cutoff, (k,); nan where a count is missing."""
    index, reference = rows["n_index"], rows["n_reference"]
    above = index if read_as is ReadAs.HIGH_VS_LOW else reference
    with np.errstate(invalid="ignore"):
        return np.asarray(above / (index + reference))


def _robust(found: MultiCutoff, fit: Dependent, rows: Frame, options: Options, *, rho: float) -> CutoffLine:
    from dataclasses import replace

    at = fit.cr2
    columns = (at.estimate, at.se, at.ci_low, at.ci_high, at.p, at.df)
    return _made(replace(found, fit=fit), columns, rows, options, tau2=fit.sigma2[0], rho=rho)


def _made(
    found: CutoffRegression | MultiCutoff,
    columns: Sequence[Array],
    rows: Frame,
    options: Options,
    *,
    tau2: float,
    rho: float | None,
) -> CutoffLine:
    """Lay a line out: effect at the centre, slope per unit or per doubling, predictions."""
    (mu, slope), (se, slope_se), (low, slope_low), (high, slope_high), (_, p), (_, df) = (
        [number(float(value)) for value in column] for column in columns
    )
    per, factor = ("doubling", math.log(2.0)) if found.log else (_unit(rows), 1.0)
    scaled = [None if value is None else value * factor for value in (slope, slope_se, slope_low, slope_high)]
    return CutoffLine(
        k=len(rows),
        cohorts=len(set(cohorts(rows))),
        rho=rho,
        log=found.log,
        centre=found.centre,
        low=found.low,
        high=found.high,
        mu=mu,
        se=se,
        ci_low=low,
        ci_high=high,
        **ratios(mu, low, high),
        per=per,
        slope=scaled[0],
        slope_se=scaled[1],
        slope_p=p,
        slope_df=df,
        slope_ci_low=scaled[2],
        slope_ci_high=scaled[3],
        hr_slope=ratio(scaled[0]),
        hr_slope_ci_low=ratio(scaled[2]),
        hr_slope_ci_high=ratio(scaled[3]),
        tau2=number(tau2),
        predictions=_predictions(found.predict(np.array(options.at))),
        curve=_predictions(found.predict(along(found.low, found.high, log=found.log))),
    )


def _unit(rows: Frame) -> str:
    unit = cutoff_unit(rows, known_rows(rows, "cutoff_value"))
    return f"1 {unit}" if unit else "1"


def _predictions(found: CutoffPredictions) -> tuple[CutoffPrediction, ...]:
    names = ("cutoff", "pred", "se", "df", "ci_low", "ci_high")
    made = []
    for place, reason in enumerate(found.reasons):
        cutoff, mu, se, df, low, high = (number(float(getattr(found, name)[place])) for name in names)
        values = {"mu": mu, "se": se, "df": df, "ci_low": low, "ci_high": high, **ratios(mu, low, high)}
        made.append(CutoffPrediction(cutoff=cutoff or 0.0, reason=reason, **values))
    return tuple(made)


def _notes(rows: Frame, options: Options, *, given: bool) -> list[str]:
    said = [] if given else [f"classes cut at the median of the cutoffs, {options.bounds[0]:g}"]
    if options.one_per:
        said.append(f"classes and line take one estimate per cohort: {rule(options.one_per).meaning}")
    unknown = sum(value is None for value in rows["cutoff_method"].tolist())
    if unknown:
        said.append(f"how the cutoff was chosen is not known for {unknown} of {len(rows)} estimates")
    return said
