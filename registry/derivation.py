"""One row of reported numbers → what a pool takes (yi, vi), how it was got, or why it cannot be had, and flags."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from registry.errors import StatisticsError
from registry.meaning.arms import counts_oppose
from registry.meaning.direction import contradicts
from registry.meaning.printed import (
    ASSUMED_LEVEL,
    ASYMMETRIC,
    BOUNDS,
    Scale,
    interval_scale,
    log_fault,
    log_spans_of,
    number_of,
    of_ratio,
    se_beside_ci,
    text_of,
)
from registry.stats.agreement import log_spans, off_middle, p_contradicts_spans
from registry.stats.effects import LARGEST_P, from_ci, from_log, from_p
from registry.terms import DATA_DRIVEN_CUTOFFS, Derivation, Flag, NotPoolable, POperator, PTest, Status, Trust

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from registry.stats.agreement import Span

    Values = Mapping[str, Any]


class Derived(NamedTuple):
    """The log ratio `yi` and its variance `vi` (both or neither), the route, and remarks.

    `not_poolable` is None when the row can be pooled. A row with `p-derived` there keeps its numbers: a pool takes it
    with `--allow p-derived`.
    """

    yi: float | None
    vi: float | None
    derivation: Derivation
    not_poolable: NotPoolable | None
    flags: tuple[Flag, ...]


def derive(values: Values) -> Derived:
    """Derive a row given by contract names; absent and None are the same: not read.

    The log ratio as reported, else that of the ratio. Its SE is the one reported or that of the CI, whichever is
    printed more precisely; where they contradict each other there is none until a curator says which counts (`trust`).
    The SE of a CI uses the level stored with it, 95 % if there is none (Parmar, Torri & Stewart 1998). An SE from p
    needs an exact p and a ratio other than 1 (ibid.), and digits that settle it where p is above 0.5. Numbers that
    break a hard rule give none, and a row questioned by a curator, or stored with a direction that contradicts itself,
    keeps its numbers unused.
    """
    values = with_ratio_bounds(values)
    if faults := _faults(values):
        return Derived(None, None, Derivation.NONE, NotPoolable.DISPUTED, faults)
    yi, vi, route, reason = _effect(values)
    # By the words alone: the names a factor gives its groups are no part of the row, and were they asked here, giving
    # a factor other names would change what stored rows say without a new version of them. `lint` asks them.
    if reason in (None, NotPoolable.P_DERIVED) and contradicts(values):
        reason = NotPoolable.DIRECTION
    if values.get("status") == Status.DISPUTED:
        reason = NotPoolable.DISPUTED
    return Derived(yi, vi, route, reason, tuple(_flags(values, route, (yi, vi))))


def with_ratio_bounds(values: Values) -> Values:
    """Give a row with the bounds of its ratio, where those printed are of the log ratio."""
    if values.get("log_hr") is None or values.get("ci_low") is None:
        return values
    bounds = of_ratio(values)
    if not bounds or all(values[name] == bound for name, bound in bounds.items()):
        return values
    return {**values, **bounds}


def hard_faults(values: Values) -> tuple[Flag, ...]:
    """Name what no correct report can print: such a row is refused, or stored as disputed if printed so."""
    return _faults(with_ratio_bounds(values))


def _ratio(values: Values) -> tuple[float | None, float | None, float | None, float | None]:
    get = values.get
    return get("est"), get("ci_low"), get("ci_high"), get("ci_level")


def _faults(values: Values) -> tuple[Flag, ...]:
    est, low, high, level = _ratio(values)
    found = []
    if (est is not None and est <= 0.0) or (low is not None and low <= 0.0) or (high is not None and high <= 0.0):
        found.append(Flag.CI_NOT_POSITIVE)
    if low is not None and high is not None and low >= high:
        found.append(Flag.CI_WIDTH_ZERO if low == high else Flag.CI_REVERSED)
    elif _outside(values):
        found.append(Flag.OUTSIDE_CI)
    if level is not None and not 50.0 <= level <= 99.99:
        found.append(Flag.CI_LEVEL_RANGE)
    if est is not None and values.get("log_hr") is not None and log_fault(values):
        found.append(Flag.LOG_CONTRADICTS)
    return tuple(found)


def _outside(values: Values) -> bool:
    """Whether a ratio lies outside its interval, or a log ratio beside one that may be of neither, or of either."""
    est, low, high, _ = _ratio(values)
    if est is not None and ((low is not None and est < low) or (high is not None and est > high)):
        return True
    return low is not None and low > 0.0 and interval_scale(values) in (Scale.NEITHER, Scale.EITHER)


def reason_in_words(values: Values) -> str:
    """Say why a row cannot be pooled; of one without CI and SE, what its p lacks. Empty where it can."""
    reason = values.get("not_poolable")
    if reason is None:
        return ""
    if reason != NotPoolable.NO_INTERVAL or values.get("p_value") is None:
        return NotPoolable(reason).label
    if (values.get("p_operator") or POperator.EQ) != POperator.EQ:
        return "p is only a bound"
    log = values.get("log_hr")
    if (log if log is not None else values.get("est")) == (0.0 if log is not None else 1.0):
        return "a ratio of 1 with its p, which fits every SE"
    return NotPoolable.NO_INTERVAL.label


Effect = tuple[float | None, float | None, Derivation, NotPoolable | None]


def _effect(values: Values) -> Effect:
    est, low, high, level = _ratio(values)
    log_hr, se = values.get("log_hr"), values.get("se_log_hr")
    if est is None and log_hr is None:
        reason = NotPoolable.NO_RATIO if values.get("effect_direction") is None else NotPoolable.DIRECTION_ONLY
        return None, None, Derivation.NONE, reason
    yi = log_hr if log_hr is not None else math.log(est or 1.0)  # one of them is there
    route = _counts(values)
    if route is None:
        return None, None, Derivation.NONE, NotPoolable.NUMBERS
    if route is Derivation.SE:
        return _checked(from_log(yi, se or math.nan), route)
    if route is Derivation.CI and low is not None and high is not None:
        vi = from_ci(low if est is None else est, low, high, ASSUMED_LEVEL if level is None else level)[1]
        return _checked((yi, vi), route)
    if low is not None or high is not None:
        return None, None, Derivation.NONE, NotPoolable.ONE_BOUND
    return _by_p(values, yi)


def _counts(values: Values) -> Derivation | None:
    """Say which of SE and CI counts; none of them where they contradict each other, p where neither is there."""
    whole = values.get("ci_low") is not None and values.get("ci_high") is not None
    if values.get("se_log_hr") is None:
        return Derivation.CI if whole else Derivation.P
    if not whole:
        return Derivation.SE
    trust = values.get("trust")
    if trust is not None:
        return Derivation.CI if trust == Trust.CI else Derivation.SE
    twice = se_beside_ci(values)
    if twice is None:
        return Derivation.SE
    if twice.apart is not None:
        return None
    return Derivation.SE if twice.se_first else Derivation.CI


def _by_p(values: Values, yi: float) -> Effect:
    """Take the SE from an exact p; none from a bound, nor from a ratio of 1, whose p fits every SE."""
    p, est = values.get("p_value"), values.get("est")
    if p is None or (values.get("p_operator") or POperator.EQ) != POperator.EQ:
        return None, None, Derivation.NONE, NotPoolable.NO_INTERVAL
    printed = number_of(values, "log_hr" if est is None else "est")
    half = math.nan if printed is None else printed.half * (math.exp(yi) if est is None else 1.0)
    p_half = getattr(number_of(values, "p_value"), "half", math.nan)
    found = _checked(from_p(math.exp(yi) if est is None else est, p, half, p_half), Derivation.P, NotPoolable.P_DERIVED)
    if found[0] is None and p > LARGEST_P and yi != 0.0:
        return None, None, Derivation.NONE, NotPoolable.P_ABOVE_HALF
    return found


def _checked(effect: tuple[float, float], route: Derivation, reason: NotPoolable | None = None) -> Effect:
    """Take what could be computed; a variance that is not a positive number counts as no interval."""
    yi, vi = effect
    if 0.0 < vi < math.inf and math.isfinite(yi):
        return yi, vi, route, reason
    return None, None, Derivation.NONE, NotPoolable.NO_INTERVAL


def _flags(values: Values, route: Derivation, effect: tuple[float | None, float | None]) -> Iterator[Flag]:
    est, low, high, level = _ratio(values)
    yi, vi = effect
    if level is None and (low is not None or high is not None):
        yield Flag.LEVEL_ASSUMED
    if low is not None and high is not None:
        if est is not None or values.get("p_value") is not None:
            yield from _disagreements(values)
        twice = se_beside_ci(values) if values.get("se_log_hr") is not None else None
        if twice is not None and twice.apart is not None:
            yield Flag.SE_CONTRADICTS
    if values.get("cutoff_method") in DATA_DRIVEN_CUTOFFS:
        yield Flag.DATA_DRIVEN_CUTOFF
    if yi is not None and counts_oppose(values, yi, vi):
        yield Flag.COUNTS_OPPOSE
    if route is Derivation.P and (values.get("p_test") or PTest.UNCLEAR) == PTest.UNCLEAR:
        yield Flag.P_TEST_UNCLEAR


def _disagreements(values: Values) -> Iterator[Flag]:
    try:
        spans = _spans(values)
        if values.get("ci_type") not in ASYMMETRIC and off_middle(*spans):
            yield Flag.OFF_CENTRE
        if values.get("p_value") is not None and p_contradicts_spans(
            spans,
            text_of(values, "p_value").lstrip("<>=≤≥ "),
            level=values.get("ci_level") or ASSUMED_LEVEL,
            p_operator=values.get("p_operator") or "=",
            p_test=values.get("p_test") or "unclear",
        ):
            yield Flag.P_CONTRADICTS
    except StatisticsError:  # a text that is more than a number; its digits cannot be counted
        return


def _spans(values: Values) -> tuple[Span, Span, Span]:
    """Give every log ratio and log bound that prints as the row; StatisticsError for a text that is not one number."""
    if values.get("est") is not None and interval_scale(values) is not Scale.LOG:
        return log_spans(*(text_of(values, name) for name in ("est", *BOUNDS)))
    spans = log_spans_of(values)
    if spans is None:
        raise StatisticsError("a ratio and both bounds are needed")
    return spans
