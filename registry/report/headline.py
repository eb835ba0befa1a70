"""The first line of a pool: what was found, how sure people say they are, the numbers, and the doubt that moves them.

An association, never a cause; the verb is as strong as the certainty that was judged (GRADE, informative statements:
Santesso et al. 2020), and in the past tense where nobody has judged it. A hazard ratio is never called a risk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry.grading.domains import Certainty
from registry.meaning.direction import TWO_GROUPS
from registry.meaning.direction_words import direction_of
from registry.report import prose
from registry.report.absolute import events
from registry.terms import ContrastKind, Measure

if TYPE_CHECKING:
    from registry.meaning.direction_words import Direction
    from registry.pooling.pooled import Pooled
    from registry.pooling.result import PoolResult

#: Endpoints that are times without an event: more of it is longer.
TIMES = frozenset(
    ("OS", "PFS", "EFS", "DFS", "RFS", "CSS", "MFS", "DMFS", "LRFS", "FFS", "FFP", "TTP", "TTNT", "DOR", "GRFS")
)
#: How an association is said at each certainty; None: nobody has judged it.
_IS = {
    None: "was associated",
    Certainty.HIGH: "is associated",
    Certainty.MODERATE: "is probably associated",
    Certainty.LOW: "may be associated",
}
_NO_CLEAR = {
    None: "there was no clear association",
    Certainty.HIGH: "there is no clear association",
    Certainty.MODERATE: "there is probably no clear association",
    Certainty.LOW: "there may be no clear association",
}
_RATES = {Measure.RR: "risk", Measure.OR: "odds"}
#: Numbers of doubtful estimates in words, as a sentence begins.
_COUNTED = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


def headline(result: PoolResult, certainty: Certainty | None = None) -> str:
    """Say the result: the association, ratio with interval, cohorts and patients; then the doubts that move it."""
    first = f"{finding(result, certainty)}: {numbers(result)}"
    return " ".join(filter(None, (prose.sentence(first), doubt(result))))


def finding(result: PoolResult, certainty: Certainty | None = None) -> str:
    """Say the association with the verb of its certainty: `High NLR was associated with shorter OS in myeloma`."""
    way, about = direction_of(result.about), result.about
    whom = f" in {about['disease']}" if "disease" in about else ""
    outcome = about.get("endpoint", "the endpoint")
    if way.factor is None or not way.stated:
        return f"{way.factor or 'Several factors'} and {outcome}{whom}, {_unstated(result)}"
    factor = way.towards
    if certainty is Certainty.VERY_LOW:
        return prose.capital(f"it is uncertain whether {factor} is associated with {_more(result) or outcome}{whom}")
    if _little(result):
        return prose.capital(f"{factor} {_IS[certainty]} with little or no difference in {outcome}{whom}")
    if (more := _more(result)) is None:
        return prose.capital(f"{_NO_CLEAR[certainty]} of {factor} with {outcome}{whom}")
    return prose.capital(f"{factor} {_IS[certainty]} with {more}{whom}")


def numbers(result: PoolResult) -> str:
    """Write ratio, interval and size: `HR 1.73 (95 % CI 1.23–2.44), 8 cohorts, 1,886 patients`."""
    pool, name, level = result.pool, prose.measure_label(result.measure), prose.level_text(result.pool.level)
    cohorts = prose.count(result.flow.used_cohorts, "cohort")
    size = cohorts if result.flow.used_cohorts == pool.k else f"{prose.count(pool.k, 'estimate')} of {cohorts}"
    patients = "number of patients not known" if pool.n is None else f"{pool.n:,} patients"
    if pool.k == 1:
        [only] = result.estimates
        ratio = _with_interval(only.hr, only.ci_low, only.ci_high, level)
        return f"{name} {ratio}, one estimate, not pooled, {patients}"
    if not pool.has_headline:
        wald = prose.interval(prose.ratio(pool.wald_ci_low), prose.ratio(pool.wald_ci_high))
        hk = prose.interval(prose.ratio(pool.hk_ci_low), prose.ratio(pool.hk_ci_high))
        return f"{name} {prose.number(pool.hr)} ({level} CI {wald} by Wald, {hk} by Hartung–Knapp), {size}, {patients}"
    return f"{name} {_with_interval(pool.hr, pool.hr_ci_low, pool.hr_ci_high, level)}, {size}, {patients}"


def doubt(result: PoolResult) -> str:
    """Give both answers where doubtful estimates move the pool: `One doubtful estimate carries the disagreement; …`."""
    found, left_out = result.doubts, result.flow.left_out("doubtful")
    if not (several := len(found.leading)):
        return f"{_doubtful(left_out)} {'was' if left_out == 1 else 'were'} left out." if left_out else ""
    one = several == 1
    what = "the disagreement" if found.eases else "the result"
    carry = ("carries" if one else "carry") if found.eases else ("moves" if one else "move")
    said = f"{_doubtful(several)} {carry} {what}"
    if found.without is None:
        return f"{said}: no other is left."
    return f"{said}; without {'it' if one else 'them'} {_pooled(found.without)}."


def _doubtful(several: int) -> str:
    how_many = _COUNTED[several] if several < len(_COUNTED) else f"{several:,}"
    return f"{how_many} doubtful estimate{'' if several == 1 else 's'}"


def not_judged(certainty: Certainty | None) -> str:
    """Say that nobody has judged the certainty; nothing where somebody has."""
    return "" if certainty else "How certain that is has not been judged."


def size(result: PoolResult) -> str:
    """Say the size in a sentence: `In 8 cohorts with 1,886 patients, the hazard of death was …`."""
    way, pool = direction_of(result.about), result.pool
    if pool.hr is None or not way.stated or not pool.has_headline or pool.k == 1:
        return ""
    cohorts = prose.count(result.flow.used_cohorts, "cohort")
    who = (
        f"In {cohorts}, number of patients not known," if pool.n is None else f"In {cohorts} with {pool.n:,} patients,"
    )
    times = f"{prose.number(pool.hr)} times{' – lower –' if pool.hr < 1.0 else ''} as high"
    event = events(result.about.get("endpoint"), 1)
    bounds = prose.interval(pool.hr_ci_low, pool.hr_ci_high).replace("–", " to ")
    interval = f"({prose.level_text(pool.level)} CI {bounds})"
    what = f"the {prose.multiplied(result.measure)} of {event} was on average {times}"
    if way.continuous:
        return f"{who} {what} with {way.towards} {interval}."
    return f"{who} {what} {_compared(way)} {interval}."


def _compared(way: Direction) -> str:
    index, reference = way.sides
    if way.index or way.contrast not in TWO_GROUPS:
        named = " group" if way.contrast is ContrastKind.EXTREMES else ""
        return f"in the {index} as in the {reference}{named}"
    return f"in patients with {index} {way.factor} as in those with {reference} {way.factor}"


def agreement(result: PoolResult) -> str:
    """Say on which side the estimates lie and how far their sizes agree: `7 of 8 above 1; sizes differ a lot`."""
    pool = result.pool
    if pool.k < 2 or pool.hr is None:
        return ""
    above = pool.hr >= 1.0
    same = sum((each.hr > 1.0) if above else (each.hr < 1.0) for each in result.estimates)
    return f"{same} of {pool.k} {'above' if above else 'below'} 1; {_sizes(pool)}"


def _sizes(pool: Pooled) -> str:
    """Say how far the sizes agree, by I² and whether the prediction interval holds 1 where the interval does not."""
    i2 = pool.i2_q if pool.i2 is None else pool.i2
    if i2 is None:
        return "how far their sizes agree is undefined"
    predicted = prose.holds_one(pool.hr_pi_low, pool.hr_pi_high)
    crosses = predicted and prose.holds_one(pool.hr_ci_low, pool.hr_ci_high) is False
    if i2 > 75.0 or crosses:
        return "sizes differ a lot"
    return "sizes agree" if i2 < 30.0 and predicted is False else "sizes differ somewhat"


def _unstated(result: PoolResult) -> str:
    return "several factors together" if direction_of(result.about).factor is None else "direction not stated"


def _little(result: PoolResult) -> bool:
    """Whether the interval holds 1 and lies within the threshold that was declared for the question."""
    low, high = _bounds(result)
    declared = max(result.pool.threshold, 1.0 / result.pool.threshold)
    if declared == 1.0 or low is None or high is None:
        return False
    return low <= 1.0 <= high and low >= 1.0 / declared and high <= declared


def _more(result: PoolResult) -> str | None:
    """Say what goes with the factor: `shorter OS`, `higher odds of response`; None where the interval holds 1."""
    low, high = _bounds(result)
    if low is None or high is None or low <= 1.0 <= high:
        return None
    endpoint = result.about.get("endpoint")
    if endpoint is None:
        return f"a {'higher' if low > 1.0 else 'lower'} {prose.multiplied(result.measure)}"
    measure = Measure(result.measure) if result.measure else None
    if endpoint in TIMES and measure not in _RATES:
        return f"{'shorter' if low > 1.0 else 'longer'} {endpoint}"
    rate = _RATES.get(measure, prose.multiplied(result.measure)) if measure else "ratio"
    article = "" if rate == "odds" else "a "
    event = events(endpoint, 1)
    named = endpoint if event == "event" else event if event == endpoint else f"{event} ({endpoint})"
    return f"{article}{'higher' if low > 1.0 else 'lower'} {rate} of {named}"


def _bounds(result: PoolResult) -> tuple[float | None, float | None]:
    """Give the interval the sentence rests on: at k = 2 without a headline the wider one, of one estimate its own."""
    pool = result.pool
    if pool.k == 1:
        return result.estimates[0].ci_low, result.estimates[0].ci_high
    if pool.has_headline:
        return pool.hr_ci_low, pool.hr_ci_high
    lows = [prose.ratio(each) for each in (pool.wald_ci_low, pool.hk_ci_low) if each is not None]
    highs = [prose.ratio(each) for each in (pool.wald_ci_high, pool.hk_ci_high) if each is not None]
    return min(filter(None, lows), default=None), max(filter(None, highs), default=None)


def _pooled(pool: Pooled) -> str:
    if pool.k == 1:
        return f"{prose.value(pool.hr, prose.ratio(pool.wald_ci_low), prose.ratio(pool.wald_ci_high))}, one estimate"
    if not pool.has_headline:
        return f"{prose.number(pool.hr)} (k = 2)"
    return prose.value(pool.hr, pool.hr_ci_low, pool.hr_ci_high)


def _with_interval(ratio: float | None, low: float | None, high: float | None, level: str) -> str:
    estimate, _, bounds = prose.value(ratio, low, high).partition(" (")
    return f"{estimate} ({level} CI {bounds}"
