"""One row of reported numbers → what a pool takes (yi, vi), how it was got, or why it cannot be had, and flags."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from registry.errors import StatisticsError
from registry.meaning.arms import counts_oppose
from registry.meaning.direction import contradicts
from registry.stats.agreement import off_centre, p_contradicts
from registry.stats.effects import from_ci, from_log, from_p
from registry.terms import DATA_DRIVEN_CUTOFFS, CiType, Derivation, Flag, NotPoolable, POperator, PTest, Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Values = Mapping[str, Any]

#: The level of an interval whose source gives none, in percent; the row is flagged.
ASSUMED_LEVEL = 95.0

#: Intervals that need not be symmetric on the log scale.
_ASYMMETRIC = frozenset({CiType.PROFILE, CiType.BOOTSTRAP})


#: What some countries and journals print for a decimal point.
_POINT = str.maketrans(",·∙⋅", "....")


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

    A log ratio with its SE wins over the ratio and its CI. The SE of a CI uses the level stored with it, 95 % if there
    is none (Parmar, Torri & Stewart 1998). An SE from p needs an exact p ≤ 0.5 and a ratio other than 1 (ibid.).
    Numbers that break a hard rule give none, and a row questioned by a curator, or stored with a direction that
    contradicts itself, keeps its numbers unused.
    """
    printed = _ratio(values)
    if faults := _faults(printed):
        return Derived(None, None, Derivation.NONE, NotPoolable.DISPUTED, faults)
    yi, vi, route, reason = _effect(values, printed)
    if reason in (None, NotPoolable.P_DERIVED) and contradicts(values):
        reason = NotPoolable.DIRECTION
    if values.get("status") == Status.DISPUTED:
        reason = NotPoolable.DISPUTED
    return Derived(yi, vi, route, reason, tuple(_flags(values, printed, route, (yi, vi))))


def hard_faults(values: Values) -> tuple[Flag, ...]:
    """Name what no correct report can print: such a row is refused, or stored as disputed if printed so."""
    return _faults(_ratio(values))


#: A ratio as reported: itself, the bounds of its CI, and the level in percent.
Ratio = tuple[float | None, float | None, float | None, float | None]


def _ratio(values: Values) -> Ratio:
    get = values.get
    return get("est"), get("ci_low"), get("ci_high"), get("ci_level")


def _faults(printed: Ratio) -> tuple[Flag, ...]:
    est, low, high, level = printed
    found = []
    if (est is not None and est <= 0.0) or (low is not None and low <= 0.0) or (high is not None and high <= 0.0):
        found.append(Flag.CI_NOT_POSITIVE)
    if low is not None and high is not None and low >= high:
        found.append(Flag.CI_WIDTH_ZERO if low == high else Flag.CI_REVERSED)
    elif est is not None and ((low is not None and est < low) or (high is not None and est > high)):
        found.append(Flag.OUTSIDE_CI)
    if level is not None and not 50.0 <= level <= 99.99:
        found.append(Flag.CI_LEVEL_RANGE)
    return tuple(found)


def _effect(values: Values, printed: Ratio) -> tuple[float | None, float | None, Derivation, NotPoolable | None]:
    est, low, high, level = printed
    log_hr, se = values.get("log_hr"), values.get("se_log_hr")
    if est is None and log_hr is None:
        reason = NotPoolable.NO_RATIO if values.get("effect_direction") is None else NotPoolable.DIRECTION_ONLY
        return None, None, Derivation.NONE, reason
    yi = log_hr if log_hr is not None else math.log(est or 1.0)  # one of them is there
    if se is not None:
        return _checked(from_log(yi, se), Derivation.SE)
    if low is not None and high is not None:
        vi = from_ci(low if est is None else est, low, high, ASSUMED_LEVEL if level is None else level)[1]
        return _checked((yi, vi), Derivation.CI)
    if low is not None or high is not None:
        return None, None, Derivation.NONE, NotPoolable.ONE_BOUND
    p = values.get("p_value")
    if p is None or (values.get("p_operator") or POperator.EQ) != POperator.EQ:
        return None, None, Derivation.NONE, NotPoolable.NO_INTERVAL
    return _checked(from_p(math.exp(yi) if est is None else est, p), Derivation.P, NotPoolable.P_DERIVED)


def _checked(
    effect: tuple[float, float], route: Derivation, reason: NotPoolable | None = None
) -> tuple[float | None, float | None, Derivation, NotPoolable | None]:
    """Take what could be computed; a variance that is not a positive number counts as no interval."""
    yi, vi = effect
    if 0.0 < vi < math.inf and math.isfinite(yi):
        return yi, vi, route, reason
    return None, None, Derivation.NONE, NotPoolable.NO_INTERVAL


def _flags(
    values: Values, printed: Ratio, route: Derivation, effect: tuple[float | None, float | None]
) -> Iterator[Flag]:
    est, low, high, level = printed
    yi, vi = effect
    if level is None and (low is not None or high is not None):
        yield Flag.LEVEL_ASSUMED
    if est is not None and low is not None and high is not None:
        yield from _disagreements(values)
    if values.get("cutoff_method") in DATA_DRIVEN_CUTOFFS:
        yield Flag.DATA_DRIVEN_CUTOFF
    if yi is not None and counts_oppose(values, yi, vi):
        yield Flag.COUNTS_OPPOSE
    if route is Derivation.P and (values.get("p_test") or PTest.UNCLEAR) == PTest.UNCLEAR:
        yield Flag.P_TEST_UNCLEAR


def _disagreements(values: Values) -> Iterator[Flag]:
    texts = _printed(values, "est"), _printed(values, "ci_low"), _printed(values, "ci_high")
    try:
        if values.get("ci_type") not in _ASYMMETRIC and off_centre(*texts):
            yield Flag.OFF_CENTRE
        if values.get("p_value") is not None and p_contradicts(
            *texts,
            _printed(values, "p_value").lstrip("<>=≤≥ "),
            level=values.get("ci_level") or ASSUMED_LEVEL,
            p_operator=values.get("p_operator") or "=",
            p_test=values.get("p_test") or "unclear",
        ):
            yield Flag.P_CONTRADICTS
    except StatisticsError:  # a text that is more than a number; its digits cannot be counted
        return


def _printed(values: Values, name: str) -> str:
    """Give a number as printed, with a point; without its text, with the fewest digits that are its value."""
    text = values.get("p_text" if name == "p_value" else f"{name}_text")
    return str(text).translate(_POINT) if text else f"{values[name]:.15g}"
