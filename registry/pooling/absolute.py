"""What a pooled ratio means for patients: survival and risk of the high and of the low group at one time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from registry.errors import PoolRefused, UsageError
from registry.meaning.direction_words import direction_of
from registry.pooling.absolute_result import AbsoluteResult, Corner, Ranged
from registry.pooling.analysis import one_of
from registry.stats import absolute as kernel
from registry.terms import Adjusted, ContrastKind, Measure

if TYPE_CHECKING:
    from registry.pooling.result import PoolResult

#: Whose survival is known: that of all patients, or that of the low group.
BASELINES = ("all", "low")
Share = float | tuple[float, float]

_Kernel = Callable[..., kernel.Survivals]
#: Measure → how its groups follow, and what that assumes.
_FORMULAE: Mapping[Measure, tuple[_Kernel, str]] = {
    Measure.HR: (
        kernel.by_hazard_ratio,
        "proportional hazards: the survival of the high group is that of the low group to the power {power}",
    ),
    Measure.SUBDISTRIBUTION_HR: (
        kernel.by_hazard_ratio,
        "proportional subdistribution hazards; survival is 1 − the cumulative incidence of the event",
    ),
    Measure.RR: (kernel.by_risk_ratio, "the ratio is one of risks over exactly the time the survival is given for"),
    Measure.OR: (kernel.by_odds_ratio, "the ratio is one of odds at exactly the time the survival is given for"),
}
#: Endpoints other events compete with: a hazard ratio and a Kaplan-Meier survival overstate their risk.
_COMPETING = frozenset(
    {"CSS", "FFP", "TTP", "TTNT", "NRM", "TRM", "relapse", "relapse mortality", "infection-related mortality", "cGVHD"}
    | {"aGVHD grade II-IV", "aGVHD grade III-IV"}
)
_CONTRASTS = (ContrastKind.ABOVE_VS_BELOW, ContrastKind.BELOW_VS_ABOVE, ContrastKind.CATEGORY)


def absolute(
    result: PoolResult,
    *,
    survival: Share,
    prevalence: Share | None = None,
    baseline: str = "all",
    at: str | None = None,
    source: str | None = None,
    per: int = 1000,
) -> AbsoluteResult:
    """Turn a pooled ratio into survival and risk of both groups at one time.

    `survival` is the share of all patients (`baseline` "all"), or of the low group ("low"), free of the event at the
    time `at`, which has to be named; `prevalence` the share of the high group, needed with "all". Each may be a range,
    (lowest, highest). `source` says where they come from. Both bounds of an interval are computed with the same
    survival and prevalence, taken as known. Raises UsageError for a share that is none and for want of a time,
    PoolRefused for a ratio that is not one of a high against a low group, or of causes that compete.
    """
    formula, assumed = _formula(result)
    one_of("baseline", baseline, BASELINES)
    if not isinstance(per, int) or per < 1:
        raise UsageError(f"per is {per!r}", "a whole number of patients, such as 1000")
    shares = _range("survival", survival), _prevalence(baseline, prevalence)
    at_time = _horizon(at)
    ratio, reasons = _ratio(result)
    less = direction_of(result.about).less
    of_high = _reciprocal(ratio) if less else ratio
    middle = tuple(None if each is None else sum(each) / 2.0 for each in shares)
    survival_low, survival_high, difference = _groups(formula, of_high, middle, per, less=less)
    reasons |= _impossible(result.measure, ratio, difference)
    return AbsoluteResult(
        ratio=ratio,
        measure=str(result.measure),
        baseline=baseline,
        survival=float(middle[0] or 0.0),
        prevalence=middle[1],
        at_time=at_time,
        source=_said(source),
        per=per,
        survival_low=survival_low,
        survival_high=survival_high,
        risk_low=_risk(survival_low, per),
        risk_high=_risk(survival_high, per),
        difference=difference,
        corners=_corners(formula, of_high, shares, per, less=less),
        k=result.pool.k,
        level=result.pool.level,
        about=result.about,
        simulated=result.simulated,
        provenance=result.provenance,
        assumed=tuple(_assumed(result, assumed.format(power="1/HR" if less else "HR"), baseline)),
        notes=(*_notes(result, shares), *result.notes),
        reasons=reasons,
    )


def _formula(result: PoolResult) -> tuple[_Kernel, str]:
    """Give the formula of what was pooled, or refuse."""
    contrast = result.about.get("contrast")
    if contrast not in _CONTRASTS:
        way = direction_of(result.about)
        said = f"contrast {contrast}, {way.text}" if way.stated else "what is compared is not stated"
        raise PoolRefused(
            f"absolute risks are of a high and a low group, and the pooled ratio is not of two groups: {said}",
            'pool estimates of groups: and contrast == "above_vs_below"',
            "absolute-contrast",
        )
    if result.measure is None:
        raise PoolRefused(
            "absolute risks need to know which ratio was pooled, and no estimate says",
            "give the measure: hr, rr or or",
            "absolute-measure",
        )
    if Measure(result.measure) not in _FORMULAE:
        raise PoolRefused(
            "a cause-specific hazard ratio says nothing of risks where other events compete:"
            " they need the hazards of every cause",
            'pool subdistribution hazard ratios: and measure == "subdistribution_hr"',
            "absolute-measure",
        )
    return _FORMULAE[Measure(result.measure)]


def _range(name: str, given: Share) -> tuple[float, float]:
    """Read a share or a range of shares, each within 0 and 1."""
    low, high = given if isinstance(given, tuple) else (given, given)
    inside = 0.0 < low <= high < 1.0 if name == "survival" else 0.0 <= low <= high <= 1.0
    if not inside:
        hint = f"; {high:g} % is {high / 100.0:g}" if 1.0 < high <= 100.0 else ""
        raise UsageError(
            f"{name} is {f'{low:g} to {high:g}' if low != high else f'{low:g}'}",
            f"it takes a share between 0 and 1, or a range of them, the lowest first{hint}",
        )
    return float(low), float(high)


def _prevalence(baseline: str, given: Share | None) -> tuple[float, float] | None:
    if baseline == "low":
        if given is not None:
            raise UsageError("the survival of the low group needs no prevalence", "leave it out, or take baseline all")
        return None
    if given is None:
        raise UsageError(
            "the survival of all patients alone does not give that of two groups: the prevalence is missing",
            "say which share of the patients is in the high group, or take baseline low",
        )
    return _range("prevalence", given)


def _ratio(result: PoolResult) -> tuple[Ranged, dict[str, str]]:
    """Give the pooled ratio with its intervals; a single estimate with its own."""
    pool = result.pool
    prediction = (pool.hr_pi_low, pool.hr_pi_high)
    reasons = {} if None not in prediction else {"pi": pool.reasons.get("pi_low", "there is no prediction interval")}
    if pool.k == 1:
        [only] = result.estimates
        return Ranged(only.hr, only.ci_low, only.ci_high, None, None), reasons
    if not pool.has_headline:
        reasons["ci"] = "k = 2: no headline interval"
        return Ranged(pool.hr, None, None, *prediction), reasons
    return Ranged(pool.hr, pool.hr_ci_low, pool.hr_ci_high, *prediction), reasons


def _reciprocal(ratio: Ranged) -> Ranged:
    """Give a ratio of low against high the other way round; what is 0 or infinite has none."""
    given = (ratio.value, ratio.ci_high, ratio.ci_low, ratio.pi_high, ratio.pi_low)
    return Ranged(*(1.0 / each if each else None for each in given))


def _groups(
    formula: _Kernel, ratio: Ranged, shares: tuple[float | None, ...], per: int, *, less: bool
) -> tuple[Ranged, Ranged, Ranged]:
    """Give survival of the low group, of the high group, and the difference of risks; bounds in ascending order.

    `ratio` is high against low; the difference is that of the low group less the high one with `less`.
    """
    given = [ratio.value, ratio.ci_low, ratio.ci_high, ratio.pi_low, ratio.pi_high]
    known = np.array([each if each is not None and 0.0 < each < np.inf else np.nan for each in given])
    found = formula(np.where(np.isnan(known), 1.0, known), *shares)
    low, high = (np.where(np.isnan(known), np.nan, each) for each in found)
    # the larger the ratio, the lower the survival of the high group, and the higher, if anything, that of the low one
    more = per * (low - high)
    return _ranged(low), _ranged(high[[0, 2, 1, 4, 3]]), _ranged(-more[[0, 2, 1, 4, 3]] if less else more)


def _ranged(values: np.ndarray[Any, Any]) -> Ranged:
    return Ranged(*(None if np.isnan(each) else float(each) for each in values))


def _risk(survival: Ranged, per: int) -> Ranged:
    shares = (survival.value, survival.ci_high, survival.ci_low, survival.pi_high, survival.pi_low)
    return Ranged(*(None if share is None else per * (1.0 - share) for share in shares))


def _corners(
    formula: _Kernel, ratio: Ranged, shares: tuple[tuple[float, float] | None, ...], per: int, *, less: bool
) -> tuple[Corner, ...]:
    """Give every combination of the ends of ranges; nothing when no range was given."""
    ends = [(None,) if each is None else tuple(sorted(set(each))) for each in shares]
    if all(len(each) == 1 for each in ends):
        return ()
    found = []
    for survival, prevalence in product(*ends):
        low, high, difference = _groups(formula, ratio, (survival, prevalence), per, less=less)
        found.append(Corner(float(survival or 0.0), prevalence, low.value, high.value, difference))
    return tuple(found)


def _impossible(measure: str | None, ratio: Ranged, difference: Ranged) -> dict[str, str]:
    """Say of each number that is undefined though its ratio is known that no such groups exist."""
    gone = [name for name in Ranged.__slots__ if getattr(ratio, name) and getattr(difference, name) is None]
    return dict.fromkeys(gone, f"with this {Measure(measure or 'rr').label} a risk would be above 1")


def _assumed(result: PoolResult, formula: str, baseline: str) -> Iterator[str]:
    """Give, each in a clause, what has to hold for these risks to hold."""
    yield formula
    known = "survival and prevalence are" if baseline == "all" else "the survival of the low group is"
    yield f"{known} known: the bounds of an interval are those of the ratio alone"
    adjusted = result.rows["adjusted"].tolist().count(Adjusted.YES)
    if adjusted:
        of = "" if adjusted == len(result.rows) else f" ({adjusted} of {len(result.rows)} estimates are adjusted)"
        yield f"an adjusted ratio{of} is put onto a crude baseline as if it were crude too"


def _notes(result: PoolResult, shares: tuple[tuple[float, float] | None, ...]) -> Iterator[str]:
    if any(each is not None and each[0] < each[1] for each in shares):
        yield "of a range the middle is shown, and every combination of its ends below"
    if result.about.get("contrast") == ContrastKind.CATEGORY:
        yield "a contrast of categories: the high group is the index category, the low group the reference"
    if Measure(result.measure or "hr") is Measure.HR and result.about.get("endpoint") in _COMPETING:
        yield "other events compete with this endpoint: 1 − survival overstates its risk"
    if Measure(result.measure or "hr") is Measure.RR:
        yield "reports print hazard ratios as relative risks at times: look at the estimates"


def _horizon(at: str | None) -> str:
    if (said := _said(at)) is None:
        raise UsageError(
            "an absolute risk is one by a certain time, and no time is named",
            'name the time the survival is of: --at-time "24 months", in Python at_time="24 months",'
            " in a baseline of a saved query at=24 months",
        )
    return said


def _said(text: str | None) -> str | None:
    return " ".join(text.split()) or None if text else None
