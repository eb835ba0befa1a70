"""The first line of a pool: what was found, how sure people say they are, the numbers, and the doubt that moves them.

An association, never a cause; the verb is as strong as the certainty that was judged (GRADE, informative statements:
Santesso et al. 2020), and in the past tense where nobody has judged it. A hazard ratio is never called a risk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry.grading.domains import Certainty
from registry.meaning.direction import TWO_GROUPS
from registry.meaning.direction_words import direction_of
from registry.pooling.doubts import LEADS_I2
from registry.report import prose
from registry.report.absolute import events
from registry.report.tables import SHOW_PREDICTION_FROM
from registry.terms import ContrastKind

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
#: What one doubtful estimate does, and several do: I² is lower without them (1), higher (−1), or about the same (0).
_DOES = {
    1: ("carries the disagreement", "carry the disagreement"),
    0: ("moves the result", "move the result"),
    -1: ("hides disagreement", "hide disagreement"),
}
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
    outcome = about.get("endpoint", "endpoint not named")
    if way.factor is None:
        return f"{_unnamed(result)}, {outcome}{whom}"
    if not way.stated:
        return f"{way.factor} and {outcome}{whom}, direction not stated"
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
    if found.without is None:
        return "The only estimate is doubtful." if result.pool.k == 1 else "Every estimate is doubtful."
    one, hidden = several == 1, found.i2_falls < -LEADS_I2
    does = _DOES[(found.i2_falls > LEADS_I2) - hidden][0 if one else 1]
    i2 = f", I² {prose.percent(_i2(result.pool))} → {prose.percent(_i2(found.without))}" if hidden else ""
    without = f"without {'it' if one else 'them'} {prose.pool_value(found.without)}{i2}"
    return f"{_doubtful(several)} {does}; {without}."


def not_judged(certainty: Certainty | None) -> str:
    """Say that nobody has judged the certainty; nothing where somebody has."""
    return "" if certainty else "How certain that is has not been judged."


def size(result: PoolResult) -> str:
    """Say the size in a sentence: `In 8 cohorts with 1,886 patients, the hazard of death was …`."""
    way, pool = direction_of(result.about), result.pool
    named = way.factor is not None and "endpoint" in result.about and prose.multiplied(result.measure) != "ratio"
    if not named or pool.hr is None or not way.stated or not pool.has_headline or pool.k == 1:
        return ""
    cohorts = prose.count(result.flow.used_cohorts, "cohort")
    patients = ", number of patients not known" if pool.n is None else f" with {pool.n:,} patients"
    rate, event = prose.multiplied(result.measure), events(result.about["endpoint"], 1)
    what = f"the {rate} of {event} {'were' if rate == 'odds' else 'was'} on average"
    ratio, _, bounds = prose.value(pool.hr, pool.hr_ci_low, pool.hr_ci_high).partition(" (")
    times = f"{ratio} times{' – lower –' if pool.hr < 1.0 else ''} as high"
    compared = f"with {way.towards}" if way.continuous else _compared(way)
    interval = f"({prose.level_text(pool.level)} CI {bounds.rstrip(')').replace('–', ' to ')})"
    return f"In {cohorts}{patients}, {what} {times} {compared} {interval}."


def _compared(way: Direction) -> str:
    index, reference = way.sides
    if way.contrast is ContrastKind.EXTREMES:
        return f"in the {index} group as in the {reference} group"
    if way.index or way.contrast not in TWO_GROUPS:
        return f"in {index} as in {reference}"
    return f"in patients with {index} {way.factor} as in those with {reference} {way.factor}"


def agreement(result: PoolResult) -> str:
    """Say on which side the estimates lie and how far their sizes agree: `7 of 8 above 1; sizes differ a lot`."""
    pool = result.pool
    if pool.k < 2 or pool.hr is None:
        return ""
    above = pool.hr >= 1.0
    same = sum((each.hr > 1.0) if above else (each.hr < 1.0) for each in result.estimates)
    return f"{same} of {pool.k} {'above' if above else 'below'} 1{_sizes(pool)}"


def _sizes(pool: Pooled) -> str:
    """Say how far the sizes agree, by I² and, from where it is shown, the prediction interval; of two, nothing."""
    i2 = _i2(pool)
    if i2 is None or pool.k < 3:
        return ""
    shown = pool.k >= SHOW_PREDICTION_FROM and prose.holds_one(pool.hr_ci_low, pool.hr_ci_high) is False
    crosses = shown and prose.holds_one(pool.hr_pi_low, pool.hr_pi_high)
    if i2 > 75.0 or crosses:
        return "; sizes differ a lot"
    return "; sizes agree" if i2 < 30.0 else "; sizes differ somewhat"


def _i2(pool: Pooled) -> float | None:
    return pool.i2_q if pool.i2 is None else pool.i2


def _doubtful(several: int) -> str:
    how_many = _COUNTED[several] if several < len(_COUNTED) else f"{several:,}"
    return f"{how_many} doubtful estimate{'' if several == 1 else 's'}"


def _unnamed(result: PoolResult) -> str:
    known = any(each is not None for each in result.rows["factor"].tolist())
    return "Several factors" if known else "Factor not named"


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
    more, endpoint = "higher" if low > 1.0 else "lower", result.about.get("endpoint")
    rate = prose.multiplied(result.measure)
    if endpoint is None or rate == "ratio":
        return f"a {more} {rate}" + (f" for {endpoint}" if endpoint else "")
    if endpoint in TIMES and rate == "hazard":
        return f"{'shorter' if low > 1.0 else 'longer'} {endpoint}"
    event = events(endpoint, 1)
    named = endpoint if event == "event" else event if event == endpoint else f"{event} ({endpoint})"
    return f"{'' if rate == 'odds' else 'a '}{more} {rate} of {named}"


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


def _with_interval(ratio: float | None, low: float | None, high: float | None, level: str) -> str:
    estimate, _, bounds = prose.value(ratio, low, high).partition(" (")
    return f"{estimate} ({level} CI {bounds}"
