"""What the evidence shows for each domain of GRADE, in words: figures, never a judgement."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from registry.grading.shown import (
    ExposureResponse,
    Figures,
    Imprecision,
    Inconsistency,
    Indirectness,
    LargeEffect,
    PublicationBias,
    RiskOfBias,
)
from registry.pooling.bias import RECOMMENDED
from registry.report import bias, prose
from registry.report.sentences import predicted
from registry.report.tables import SHOW_PREDICTION_FROM
from registry.terms import Adjusted, CutoffMethod, EffectDirection

#: Values of a column told one by one; of more than this many the heaviest and how many others.
_SHOWN = 3
_TITLES = {"endpoint_definition": "definition", "cutoff_method": "cutoff chosen by"}
_TESTS = {"egger": "Egger", "begg": "Begg", "debray": "Debray"}


def said(figures: Figures) -> str:
    """Write the figures of one domain as sentences."""
    return " ".join(prose.sentence(each) for each in _SAID[type(figures)](figures))


def _risk_of_bias(found: RiskOfBias) -> Iterator[str]:
    if found.not_appraised:
        weight = "" if found.not_appraised == found.k else f" ({prose.percent(found.not_judged)} of weight)"
        yield f"not appraised for {found.not_appraised} of {found.k}{weight}"
    if not found.domains:
        return
    yield f"best level in every domain judged: {prose.percent(found.best_in_all)} of weight"
    yield f"worst in at least one: {prose.percent(found.worst_in_any)}"
    for each in found.domains:
        levels = [f"{level} {prose.percent(share)}" for level, share in each.levels.items()]
        levels += [f"not judged {prose.percent(each.not_judged)}"] if each.not_judged > 0.0 else []
        yield f"{each.label}: {', '.join(levels)}"


def _inconsistency(found: Inconsistency) -> Iterator[str]:
    if found.k == 1:
        yield "one estimate: no inconsistency can be seen"
        return
    tau2 = prose.number(found.tau2, 3)
    if found.tau2_ci_low is not None:
        tau2 += f" ({prose.interval(found.tau2_ci_low, found.tau2_ci_high, 3)})"
    yield f"I² {prose.percent(found.i2)}, tau² {tau2}, heterogeneity {prose.p_text(found.q_p)}"
    if found.hr_pi_low is not None and found.hr_pi_high is not None and found.k >= SHOW_PREDICTION_FROM:
        yield predicted(found.hr_pi_low, found.hr_pi_high, found.level)
    together = "all confidence intervals have a value in common" if found.common else ""
    apart = f"{found.apart} of {prose.count(found.pairs, 'pair')} of confidence intervals do not overlap"
    yield together or apart
    yield f"ratios above 1: {found.above} of {found.k}"
    if found.doubtful:
        yield f"doubtful: {', '.join(found.doubtful)}{_without(found)}"


def _without(found: Inconsistency) -> str:
    """Give the answer without the doubtful estimates that move the pool."""
    if found.without is None:
        return ""
    hr, low, high, i2 = found.without
    ratio = prose.number(hr) if low is None else prose.value(hr, low, high)
    return f"; without {ratio}" + ("" if i2 is None else f", I² {prose.percent(i2)}")


def _indirectness(found: Indirectness) -> Iterator[str]:
    for column, shares in found.spread.items():
        yield _adjusted(shares) if column == "adjusted" else f"{_TITLES.get(column, column)}: {_listed(shares)}"
    if found.cutoffs:
        ranges = [
            f"{low:g}{'' if low == high else f' to {high:g}'}{'' if unit == '1' else ' ' + unit}"
            for unit, (low, high) in found.cutoffs.items()
        ]
        yield f"cutoffs: {'; '.join(ranges)}"
    if found.without_cutoff:
        yield f"cutoff not read for {prose.count(found.without_cutoff, 'estimate')}"


def _adjusted(shares: Mapping[str, float]) -> str:
    """Say whether the estimates are adjusted, and that both kinds are pooled only where they are."""
    if set(shares) == {Adjusted.UNCLEAR}:
        return "whether adjusted is unclear for every estimate"
    if len(shares) == 1:
        return f"all estimates are {Adjusted(next(iter(shares))).label}"
    both = {Adjusted.YES, Adjusted.NO} <= set(shares)
    return f"{'adjusted and unadjusted pooled together' if both else 'adjustment'}: {_listed(shares)}"


def _listed(shares: Mapping[str, float]) -> str:
    words = {each.value: each.label for term in (Adjusted, CutoffMethod) for each in term}
    told = [f"{words.get(value, value)} {prose.percent(share)}" for value, share in list(shares.items())[:_SHOWN]]
    more = len(shares) - _SHOWN
    return "; ".join(told) + (f"; and {prose.count(more, 'other')}" if more > 0 else "")


def _imprecision(found: Imprecision) -> Iterator[str]:
    value = prose.value(found.hr, found.hr_ci_low, found.hr_ci_high)
    yield f"{value}, {prose.level_text(found.level)} CI" if found.hr_ci_low is not None else f"{value}, no interval"
    for ratio, crosses in found.crosses.items():
        name = "1" if ratio == "1" else f"the threshold {ratio}"
        if crosses is not None:
            yield f"the interval {'holds' if crosses else 'does not hold'} {name}"
    yield prose.count(found.n, "patient")
    if found.events is None:
        yield "number of events read for no estimate"
    else:
        of = "" if found.events_known == found.k else f" in {found.events_known} of {found.k} estimates"
        yield f"{prose.count(found.events, 'event')}{of}"


def _publication_bias(found: PublicationBias) -> Iterator[str]:
    yield prose.count(found.k, "estimate")
    if found.tests:
        yield ", ".join(f"{_TESTS[name]} {prose.p_text(p)}" for name, p in found.tests.items())
    elif found.k < RECOMMENDED:
        yield f"small-study effects: {bias.NOT_TESTABLE}"
    elif found.reason:
        yield f"small-study effects: not tested, {found.reason}; {bias.NOT_EXCLUDED}"
    if not found.unusable_cohorts:
        yield "no cohort is known that could not be pooled"
        return
    patients = f", {found.unusable_patients} patients" if found.unusable_patients else ""
    yield f"known, not poolable: {prose.count(found.unusable_cohorts, 'cohort')}{patients}"
    of = sum(found.directions.values())
    for word, count in found.directions.items():
        yield f"{count} of {of} {'says' if count == 1 else 'say'} {_says(word, found.group)}"


_TURNS = (EffectDirection.WORSE.value, EffectDirection.BETTER.value)


def _says(word: str, group: str) -> str:
    """Say what texts state of the index group of the result."""
    if word in _TURNS:
        return f"that {group} fares {word}"
    return "that there is no association" if word == EffectDirection.NONE else "nothing of the direction"


def _large_effect(found: LargeEffect) -> Iterator[str]:
    if found.ratio_reaches is None:
        yield f"the ratio {prose.number(found.hr)} is within 0.5 and 2"
        return
    yield f"the ratio {prose.number(found.hr)} is at least {found.ratio_reaches:g}-fold"
    reached = f"at least {found.interval_reaches:g}-fold" if found.interval_reaches else "not 2-fold throughout"
    yield f"its confidence interval is {reached}"


def _exposure_response(found: ExposureResponse) -> Iterator[str]:
    if found.slope is None:
        yield f"no line through cutoffs: {prose.columns_named(found.reason or 'undefined')}"
        return
    value = prose.value(found.slope, found.slope_ci_low, found.slope_ci_high)
    yield f"ratio of ratios {value} {found.per} of the cutoff, {prose.p_text(found.p)}, {found.cutoffs} cutoffs"


_SAID: Mapping[type[Any], Callable[[Any], Iterator[str]]] = {
    RiskOfBias: _risk_of_bias,
    Inconsistency: _inconsistency,
    Indirectness: _indirectness,
    Imprecision: _imprecision,
    PublicationBias: _publication_bias,
    LargeEffect: _large_effect,
    ExposureResponse: _exposure_response,
}
