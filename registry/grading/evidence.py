"""What the evidence shows for each domain of GRADE: figures that a rating rests on, and never a rating."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from registry.errors import EviregError
from registry.flow import sum_of_largest, units
from registry.grading.domains import LARGE, VERY_LARGE
from registry.grading.shown import (
    ExposureResponse,
    Figures,
    Imprecision,
    Inconsistency,
    Indirectness,
    Judged,
    LargeEffect,
    PublicationBias,
    RiskOfBias,
)
from registry.meaning.direction_words import direction_of, same_sense
from registry.meaning.one_unit import in_one_unit
from registry.pooling.bias import bias
from registry.pooling.cutoffs import cutoffs
from registry.terms import NOT_STATED, EffectDirection, GradeDomain, ReadAs

if TYPE_CHECKING:
    from registry.flow import Unusable
    from registry.frame import Frame
    from registry.pooling.pooled import Pooled
    from registry.pooling.result import PoolResult

#: Columns that show whether the estimates are of what was asked about.
_SPREAD = ("disease", "treatment", "endpoint_definition", "timepoint", "adjusted", "cutoff_method", "country")


def evidence(result: PoolResult) -> dict[GradeDomain, Figures]:
    """Give the figures of every domain, from a pool with its rows."""
    makers: dict[GradeDomain, Callable[[PoolResult], Figures]] = {
        GradeDomain.RISK_OF_BIAS: risk_of_bias,
        GradeDomain.INCONSISTENCY: inconsistency,
        GradeDomain.INDIRECTNESS: indirectness,
        GradeDomain.IMPRECISION: imprecision,
        GradeDomain.PUBLICATION_BIAS: publication_bias,
        GradeDomain.LARGE_EFFECT: large_effect,
        GradeDomain.EXPOSURE_RESPONSE: exposure_response,
    }
    return {domain: make(result) for domain, make in makers.items()}


def _weights(result: PoolResult) -> list[float]:
    return [each.weight for each in result.estimates]


def _shares(values: list[Any], weights: list[float], unknown: str) -> dict[str, float]:
    """Sum weights by value, the heaviest first."""
    found: dict[str, float] = {}
    for value, weight in zip(values, weights, strict=True):
        name = unknown if value is None else str(value)
        found[name] = found.get(name, 0.0) + weight
    return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))


def risk_of_bias(result: PoolResult) -> RiskOfBias:
    """Give the weight by level of each domain that any estimate was judged by."""
    rows, weights = result.rows, _weights(result)
    used = {name: each for name, each in rows.domains.items() if any(v is not None for v in rows[name].tolist())}
    domains = []
    for name, each in used.items():
        shares = _shares(rows[name].tolist(), weights, NOT_STATED)
        levels = {level: shares[level] for level in each.levels if level in shares}
        domains.append(Judged(name, each.label, str(each.tool), levels, shares.get(NOT_STATED, 0.0)))
    given = [[(rows[name].tolist()[row], each.levels) for name, each in used.items()] for row in range(len(weights))]
    best = [bool(said) and all(level == levels[0] for level, levels in said) for said in given]
    worst = [any(level == levels[-1] for level, levels in said) for said in given]
    nobody = [all(level is None for level, _ in said) for said in given]
    return RiskOfBias(
        best_in_all=_summed(weights, best),
        worst_in_any=_summed(weights, worst),
        not_judged=_summed(weights, nobody),
        k=len(weights),
        not_appraised=sum(nobody),
        domains=tuple(domains),
    )


def _summed(weights: list[float], which: list[bool]) -> float:
    return float(sum(weight for weight, holds in zip(weights, which, strict=True) if holds))


def inconsistency(result: PoolResult) -> Inconsistency:
    """Give heterogeneity, prediction interval, and how the intervals lie to each other."""
    pool, rest = result.pool, result.doubts.without
    bounds = [(each.ci_low, each.ci_high) for each in result.estimates]
    apart = sum(a[1] < b[0] or b[1] < a[0] for a, b in combinations(bounds, 2))
    return Inconsistency(
        k=pool.k,
        level=pool.level,
        i2=pool.i2,
        tau2=pool.tau2,
        tau2_ci_low=pool.tau2_ci_low,
        tau2_ci_high=pool.tau2_ci_high,
        q_p=pool.q_p,
        hr_pi_low=pool.hr_pi_low,
        hr_pi_high=pool.hr_pi_high,
        common=max(low for low, _ in bounds) <= min(high for _, high in bounds),
        apart=apart,
        pairs=len(bounds) * (len(bounds) - 1) // 2,
        above=sum(each.hr > 1.0 for each in result.estimates),
        below=sum(each.hr < 1.0 for each in result.estimates),
        doubtful=tuple(each.label for each in result.doubts.leading or result.doubts.estimates),
        without=None if rest is None else _without(rest),
    )


def _without(pool: Pooled) -> tuple[float | None, float | None, float | None, float | None]:
    """Give ratio, headline interval and I²; two estimates have no headline interval."""
    low, high = (pool.hr_ci_low, pool.hr_ci_high) if pool.has_headline else (None, None)
    return pool.hr, low, high, pool.i2


def indirectness(result: PoolResult) -> Indirectness:
    """Give whom and what the estimates are of."""
    rows, weights = result.rows, _weights(result)
    spread = {name: _shares(rows[name].tolist(), weights, NOT_STATED) for name in _SPREAD}
    known = {name: shares for name, shares in spread.items() if set(shares) != {NOT_STATED}}
    return Indirectness(known, *_cutoffs(rows))


def _cutoffs(rows: Frame) -> tuple[dict[str, tuple[float, float]], int]:
    values: dict[str, list[float]] = {}
    compared = in_one_unit(rows)
    pairs = list(zip(compared["cutoff_value"].tolist(), compared["cutoff_unit"].tolist(), strict=True))
    for value, unit in pairs:
        if not np.isnan(value):
            values.setdefault(unit or "1", []).append(value)
    without = sum(bool(np.isnan(value)) for value, _ in pairs)
    return {unit: (min(several), max(several)) for unit, several in values.items()}, without


def imprecision(result: PoolResult) -> Imprecision:
    """Give the interval of the pool, patients and events."""
    pool, rows = result.pool, result.rows
    low, high = _interval(result)
    ratios = {1.0, float(pool.threshold)}
    events = rows["n_events"].tolist()
    return Imprecision(
        hr=pool.hr,
        hr_ci_low=low,
        hr_ci_high=high,
        level=pool.level,
        k=pool.k,
        n=pool.n,
        events=sum_of_largest(units(rows), events),
        events_known=sum(not np.isnan(each) for each in events),
        crosses={
            f"{ratio:g}": None if low is None or high is None else low <= ratio <= high for ratio in sorted(ratios)
        },
    )


def _interval(result: PoolResult) -> tuple[float | None, float | None]:
    """Give the headline interval; that of a single estimate, none where two have no headline."""
    if result.pool.k == 1:
        return result.estimates[0].ci_low, result.estimates[0].ci_high
    return (result.pool.hr_ci_low, result.pool.hr_ci_high) if result.pool.has_headline else (None, None)


def publication_bias(result: PoolResult) -> PublicationBias:
    """Give the tests that run from k = 10 on, and what is known and could not be pooled."""
    tests, reason = _tests(result)
    flow = result.flow
    known = {(each.study, each.cohort) for each in result.estimates}
    said: dict[tuple[str | None, str | None], str] = {}
    for each in flow.unusable:
        place = (each.study, each.cohort)
        if place not in known and (place not in said or _stated(each, result)):
            said[place] = _stated(each, result) or NOT_STATED
    return PublicationBias(
        k=result.pool.k,
        tests=tests,
        reason=reason,
        unusable_cohorts=flow.unusable_cohorts,
        unusable_patients=flow.unusable_patients,
        directions=dict(Counter(said.values())),
        group=direction_of(result.about).who,
    )


def _stated(each: Unusable, result: PoolResult) -> str | None:
    """Give the direction an estimate states of the groups of the result; None where it is of others, or unclear."""
    known = each.direction == EffectDirection.NONE or same_sense(each.contrast, result.about.get("contrast"))
    return each.direction if known else None


def _tests(result: PoolResult) -> tuple[dict[str, float | None], str | None]:
    try:
        found = bias(result.rows, **_asked(result))
    except EviregError as error:
        return {}, error.message.partition(":")[0]
    tests = {"egger": found.egger, "begg": found.begg, "debray": found.d_fiv}
    run = {name: each.p for name, each in tests.items() if each is not None}
    return run, None if run else next(iter(found.reasons.values()), None)


def _asked(result: PoolResult) -> dict[str, Any]:
    """Give what analyses of the rows of a pool take over from it."""
    made = result.provenance
    return {"allow": made.get("allow") or (), "read_as": made.get("read_as") or ReadAs.HIGH_VS_LOW.value}


def large_effect(result: PoolResult) -> LargeEffect:
    """Say which sizes the ratio and its whole interval reach."""
    low, high = _interval(result)
    nearest = (
        None if low is None or high is None or low <= 1.0 <= high else min(low, high, key=lambda x: abs(np.log(x)))
    )
    return LargeEffect(result.pool.hr, _reaches(result.pool.hr), _reaches(nearest))


def _reaches(ratio: float | None) -> float | None:
    size = 0.0 if not ratio else max(ratio, 1.0 / ratio)
    return VERY_LARGE if size >= VERY_LARGE else LARGE if size >= LARGE else None


def exposure_response(result: PoolResult) -> ExposureResponse:
    """Give the line of the ratio in the cutoff, where estimates have several."""
    rows = in_one_unit(result.rows)
    distinct = len({each for each in rows["cutoff_value"].tolist() if not np.isnan(each)})
    contrast = result.about.get("contrast")
    try:
        found = cutoffs(result.rows, log=True, level=result.pool.level, **_asked(result))
    except EviregError as error:
        return ExposureResponse(contrast, distinct, reason=error.message.partition(":")[0])
    line = found.all.line
    if line is None:
        return ExposureResponse(contrast, distinct, reason=found.all.reasons.get("line", "no line can be had"))
    return ExposureResponse(
        contrast,
        distinct,
        per=line.per,
        slope=line.hr_slope,
        slope_ci_low=line.hr_slope_ci_low,
        slope_ci_high=line.hr_slope_ci_high,
        p=line.slope_p,
    )
