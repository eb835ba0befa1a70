"""From what reports print to a log hazard ratio and its variance: one function per route, each result naming its own.

Parmar, Torri & Stewart (1998) and Tierney et al. (2007) give the routes; `effects` holds the three that imports use.
Changing what is compared (inverting, other units, merging categories) is in `rescale`, curves are in `curves`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from registry.errors import StatisticsError
from registry.stats.effects import LARGEST_P, MOST_MOVED, NORMAL, critical_value, from_ci, from_log, from_p

if TYPE_CHECKING:
    from collections.abc import Iterable

PREFERENCE = ("se", "ci", "o_e_v", "events_p", "curve", "p", "p_below")
"""Routes from the most to the least direct."""
P_TESTS = ("wald", "logrank", "lr", "unclear")
# (O − E)/V is an approximation of the log hazard ratio for effects that are not large.
LARGE_RATIO = 3.0


@dataclass(frozen=True, slots=True)
class LogRatio:
    """A log ratio `yi` with variance `vi`, the `route` it came by (one of `PREFERENCE`), and `notes`.

    `sensitivity_only`: vi is an upper bound, for sensitivity analyses and no main result. `steps` says what was changed
    after the route: inverted, rescaled, merged.
    """

    yi: float
    vi: float
    route: str
    notes: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    sensitivity_only: bool = False

    @property
    def sei(self) -> float:
        """Standard error."""
        return math.sqrt(self.vi)

    def ratio(self, level: float = 95.0) -> tuple[float, float, float]:
        """Give the ratio with its confidence interval at `level` percent."""
        reach = critical_value(level) * self.sei
        return math.exp(self.yi), math.exp(self.yi - reach), math.exp(self.yi + reach)

    def noting(self, *notes: str) -> LogRatio:
        """Add notes."""
        return replace(self, notes=self.notes + notes)


def by_ci(est: float, ci_low: float, ci_high: float, *, level: float = 95.0) -> LogRatio:
    """Take a ratio with its CI at `level` percent (`effects.from_ci`). Raises StatisticsError if they cannot be one."""
    shown = f"{est:g} ({ci_low:g} to {ci_high:g}) at {level:g} %"
    return _made(from_ci(est, ci_low, ci_high, level), "ci", f"{shown} is no ratio with its interval")


def by_se(log_hr: float, se: float) -> LogRatio:
    """Take a log ratio with its standard error (`effects.from_log`). Raises StatisticsError unless se > 0."""
    return _made(from_log(log_hr, se), "se", f"log ratio {log_hr:g} with standard error {se:g}: it must be positive")


def by_p(
    est: float,
    p: float,
    *,
    test: str = "unclear",
    sides: int = 2,
    est_half: float = math.nan,
    p_half: float = math.nan,
) -> LogRatio:
    """Take a ratio and its exact p: √vi = |ln est|/z, z at p/2, or at p if one-sided (Parmar et al. 1998).

    `test` names what gave p: wald, logrank, lr or unclear; for any but Wald's the standard error is approximate.
    `est_half` and `p_half` are half a unit of the last printed digit of each, as `effects.from_p` takes them. Raises
    StatisticsError for est = 1, and for p > 0.5 (two-sided) where the rounding of either decides the result.
    """
    if test not in P_TESTS:
        raise StatisticsError(f"unknown test {test!r}: one of {', '.join(P_TESTS)}")
    p = _two_sided(p, sides)
    result = _made(from_p(est, p, est_half, sides * p_half), "p", _why_no_p(est, p))
    return result if test == "wald" else result.noting(f"the p-value is of another test ({test}): approximate")


def by_p_below(est: float, bound: float, *, sides: int = 2) -> LogRatio:
    """Take a ratio and "p < bound": the standard error is at most |ln est|/z(bound/2). For sensitivity analyses only.

    Raises StatisticsError as `by_p` does.
    """
    bound = _two_sided(bound, sides)
    result = _made(from_p(est, bound), "p_below", _why_no_p(est, bound))
    return replace(result, sensitivity_only=True).noting(f"p < {bound:g}: the standard error is an upper bound")


def by_o_minus_e(o_minus_e: float, v: float) -> LogRatio:
    """Take observed minus expected events and their variance: yi = (O − E)/V, vi = 1/V (Peto; Parmar et al. 1998).

    Noted beyond a ratio of 3 either way, where the approximation pulls towards 1. Raises StatisticsError unless V > 0.
    """
    if not (math.isfinite(o_minus_e) and 0.0 < v < math.inf):
        raise StatisticsError(f"O − E = {o_minus_e:g}, V = {v:g}: V must be positive, both finite")
    return _flagged(LogRatio(o_minus_e / v, 1.0 / v, "o_e_v"))


def by_events_and_p(
    events: float,
    p: float,
    *,
    above: bool,
    sizes: tuple[float, float] | None = None,
    equal_groups: bool = False,
    sides: int = 2,
) -> LogRatio:
    """Take the total number of events and the exact log-rank p: O − E = ±z(p/2) √V, yi = (O − E)/V, vi = 1/V.

    V = events · n1 n0/(n1 + n0)² with the group `sizes` (n1, n0); events/4 only if the groups are stated to be equal
    (Parmar et al. 1998; Tierney et al. 2007). `above` says whether the ratio is above 1, which a p-value does not.
    Raises StatisticsError for no events, for p outside (0, 1], and for neither sizes nor equal groups.
    """
    if sizes is None and not equal_groups:
        raise StatisticsError("the group sizes are needed, unless the groups are stated to be equal", "give both sizes")
    if not 0.0 < events < math.inf:
        raise StatisticsError(f"{events:g} events: a hazard ratio needs at least one")
    p = _two_sided(p, sides)
    v = events * (0.25 if sizes is None else _balance(sizes))
    z = -NORMAL.inv_cdf(p / 2.0)
    result = _flagged(LogRatio(math.copysign(z, 1.0 if above else -1.0) / math.sqrt(v), 1.0 / v, "events_p"))
    return result.noting("V = events/4: groups stated to be equal") if sizes is None else result


def preferred(found: Iterable[LogRatio]) -> LogRatio:
    """Choose the most direct of several routes to one estimate (a CI beats a p), noting the others.

    Raises StatisticsError if there is none.
    """
    ranked = sorted(found, key=lambda one: PREFERENCE.index(one.route))
    if not ranked:
        raise StatisticsError("no route leads from the reported numbers to a log ratio")
    best, *others = ranked
    return best.noting(*(f"by {one.route} it would be {_shown(one)}" for one in others))


def _made(effect: tuple[float, float], route: str, fault: str) -> LogRatio:
    if not (math.isfinite(effect[0]) and 0.0 < effect[1] < math.inf):
        raise StatisticsError(fault)
    return LogRatio(*effect, route)


def _two_sided(p: float, sides: int) -> float:
    if sides not in {1, 2}:
        raise StatisticsError(f"a p-value has one side or two: got {sides}")
    if not 0.0 < p <= 1.0 or (sides == 1 and p > 0.5):
        raise StatisticsError(f"p = {p:g}: above 0 and at most {1 if sides == 2 else 0.5} is possible")
    return p if sides == 2 else 2.0 * p


def _why_no_p(est: float, p: float) -> str:
    if est == 1.0:
        return "a ratio of 1 has the same p for every standard error: none can be told from it"
    if p > LARGEST_P:
        share = f"more than {MOST_MOVED:.0%}".replace("%", " %")
        return (
            f"p = {p:g} is above {LARGEST_P:g}: rounding of it and of the ratio could change the standard error by "
            f"{share}"
        )
    return f"ratio {est:g} with p = {p:g}: the ratio must be positive and p above 0"


def _balance(sizes: tuple[float, float]) -> float:
    """n1 n0/(n1 + n0)²."""
    first, second = sizes
    if not (0.0 < first < math.inf and 0.0 < second < math.inf):
        raise StatisticsError(f"group sizes must be positive: got {first:g} and {second:g}")
    return (first / (first + second)) * (second / (first + second))


def _flagged(result: LogRatio) -> LogRatio:
    if abs(result.yi) <= math.log(LARGE_RATIO):
        return result
    return result.noting(f"ratio beyond {LARGE_RATIO:g}: (O − E)/V pulls large effects towards 1")


def _shown(one: LogRatio) -> str:
    return "{:.2f} ({:.2f} to {:.2f})".format(*one.ratio())
