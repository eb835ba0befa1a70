"""Numbers that are printed twice: the interval of a ratio or of its log, the standard error beside it, the log ratio.

A number is what its text says; where a row comes without its text, the fewest digits that give the value. The bounds of
a log ratio's interval are kept as those of the ratio, with their text as printed, so that the text tells whose they
are: `exp` of what it says is what is stored.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from registry.errors import StatisticsError
from registry.stats.agreement import Span, off_middle, printed_span
from registry.stats.effects import half_unit
from registry.stats.standard_errors import Apart, more_precise, se_contradicts
from registry.terms import CiType

Values = Mapping[str, Any]

#: The level of an interval whose source gives none, in percent; the row is flagged.
ASSUMED_LEVEL = 95.0
BOUNDS = ("ci_low", "ci_high")
#: Intervals that need not be symmetric on the log scale.
ASYMMETRIC = frozenset({CiType.PROFILE, CiType.BOOTSTRAP})
#: Intervals that are not made of the standard error and the normal quantile.
NOT_OF_SE = ASYMMETRIC | {CiType.FIRTH, CiType.ROBUST, CiType.T}

#: Signs that are printed, or that a program puts, in place of a minus.
MINUS = str.maketrans(dict.fromkeys("\u2212\u2013\u2010\u2011\ufe63\uff0d", "-"))
#: What some countries and journals print for a decimal point, and for a minus.
_PLAIN = {**str.maketrans(dict.fromkeys(",·∙⋅", ".")), **MINUS}
#: Beyond it a log bound is no log bound: exp of it is no ratio that anybody prints.
_LARGEST_LOG = 300.0
#: Of the numbers themselves.
_ROUNDING = 1e-9
#: How far a log ratio may be off where both are printed with two decimals, absolutely and in the ratio.
_LOG_OFF, _RATIO_OFF = 0.01, 0.005


class Scale(StrEnum):
    """Whose interval it is, by where the numbers lie in it."""

    RATIO = "ratio"
    LOG = "log"
    EITHER = "either"
    NEITHER = "neither"


class Printed(NamedTuple):
    """A printed number: its value, and half a unit of its last digit."""

    value: float
    half: float


def text_of(values: Values, name: str) -> str:
    """Give a number as printed, with a point and a plain minus; without its text its value in the fewest digits."""
    text = values.get("p_text" if name == "p_value" else f"{name}_text")
    return str(text).translate(_PLAIN).strip() if text else f"{values[name]:.15g}"


def number_of(values: Values, name: str) -> Printed | None:
    """Give what is printed for a number; None where it was not read."""
    value = values.get(name)
    if value is None:
        return None
    return _number(text_of(values, name)) or Printed(float(value), half_unit(value))


@lru_cache(maxsize=4096)
def _number(text: str) -> Printed | None:
    try:
        span = printed_span(text)
    except StatisticsError:  # a text that is more than a number: its digits cannot be counted
        return None
    return Printed(float(text), (span.high - span.low) / 2.0)


def interval_scale(values: Values) -> Scale | None:
    """Tell whose interval it is: the number's that lies midway in it, as far as the printed digits tell.

    None without a log ratio (then it is the ratio's), and without two bounds in order. An interval that need not be
    symmetric belongs to the number that lies inside it; a ratio printed beside the log that is inside the bounds keeps
    them, off centre or not.
    """
    log, low, high = (number_of(values, name) for name in ("log_hr", *BOUNDS))
    if log is None or low is None or high is None or low.value >= high.value:
        return None
    est = number_of(values, "est")
    inside = {
        Scale.LOG: low.value <= log.value <= high.value,
        Scale.RATIO: low.value > 0.0 and _log(low.value) <= _log_ratio(est, log) <= _log(high.value),
    }
    fits = inside if values.get("ci_type") in ASYMMETRIC else _midway(est, log, low, high)
    found = [scale for scale, fit in fits.items() if fit]
    if len(found) == 1:
        return found[0]
    if not found and est is not None and inside[Scale.RATIO]:
        return Scale.RATIO
    return Scale.EITHER if found else Scale.NEITHER


def _midway(est: Printed | None, log: Printed, low: Printed, high: Printed) -> dict[Scale, bool]:
    half = max(low.half, high.half)
    in_log = abs(log.value - (low.value + high.value) / 2.0) <= log.half + half + _ROUNDING
    in_ratio = low.value > 0.0 and any(
        not off_middle(span, *(_log_span(bound, half) for bound in (low, high))) for span in _spans(est, log, half)
    )
    bounded = max(abs(low.value), abs(high.value)) < _LARGEST_LOG
    return {Scale.LOG: in_log and bounded, Scale.RATIO: in_ratio}


def _spans(est: Printed | None, log: Printed, half: float) -> list[Span]:
    """Give what the log ratio can be: by itself (perhaps the log of a ratio that was rounded), and by the ratio."""
    wide = max(log.half, half * math.exp(-log.value)) if abs(log.value) < _LARGEST_LOG else log.half
    own = Span(log.value - wide - _ROUNDING, log.value + wide + _ROUNDING)
    return [own] if est is None else [own, _log_span(est, min(half, est.half))]


def _log_ratio(est: Printed | None, log: Printed) -> float:
    return log.value if est is None else _log(est.value)


def _log(value: float) -> float:
    return math.log(value) if value > 0.0 else -math.inf


def _log_span(number: Printed, half: float) -> Span:
    return Span(_log(number.value - half), _log(number.value + half))


def printed_bounds(values: Values) -> dict[str, float]:
    """Give the bounds as they are printed, whosever they are."""
    return {name: found.value for name in BOUNDS if (found := number_of(values, name))}


def of_ratio(values: Values) -> dict[str, float]:
    """Give the bounds of a log ratio's interval as those of the ratio; nothing where they are the ratio's."""
    if interval_scale(values) is not Scale.LOG:
        return {}
    return {name: math.exp(bound) for name, bound in printed_bounds(values).items()}


def shown_bound(values: Values, name: str) -> str | None:
    """Give a bound as printed, a log ratio's marked as such; None where it was not read."""
    text: str | None = values.get(f"{name}_text")
    if text is None or values.get("log_hr") is None:
        return text
    return f"log {text}" if interval_scale(values) is Scale.LOG else text


def log_spans_of(values: Values) -> tuple[Span, Span, Span] | None:
    """Give every log ratio and log bound that prints as the row; None without the three of them, or without a log."""
    low, high = (number_of(values, name) for name in BOUNDS)
    est, log = number_of(values, "est"), number_of(values, "log_hr")
    middle = est or log
    if low is None or high is None or middle is None:
        return None
    if interval_scale(values) is Scale.LOG and log is not None:
        half = max(low.half, high.half)
        wide = max(half, log.half)
        return (
            Span(log.value - wide, log.value + wide),
            Span(low.value - half, low.value + half),
            Span(high.value - half, high.value + half),
        )
    half = min(each.half for each in (est, low, high) if each is not None)  # one lost its trailing zero, not digits
    own = _log_span(est, half) if est is not None else Span(middle.value - middle.half, middle.value + middle.half)
    return own, _log_span(low, half), _log_span(high, half)


class Twice(NamedTuple):
    """A standard error and an interval of one row: whether they lie `apart`, and which is printed more precisely."""

    apart: Apart | None
    se_first: bool


def se_beside_ci(values: Values) -> Twice | None:
    """Hold a printed standard error against the printed interval; None without both, or where they need not agree.

    They need not where the interval is another than Wald's (`ci_type`).
    """
    se = number_of(values, "se_log_hr")
    if se is None or values.get("ci_type") in NOT_OF_SE or not 0.0 < se.value < math.inf:
        return None
    spans = log_spans_of(values)
    if spans is None or not spans[1].low < spans[2].high:
        return None
    printed = Span(max(0.0, se.value - se.half), se.value + se.half)
    level = values.get("ci_level") or ASSUMED_LEVEL
    ratio = math.exp(max(-_LARGEST_LOG, min(_LARGEST_LOG, (spans[0].low + spans[0].high) / 2.0)))
    apart = se_contradicts(printed, *spans[1:], ratio=ratio, level=level)
    return Twice(apart, more_precise(printed, *spans[1:], level=level))


def told(apart: Apart) -> str:
    """Say what is wrong with a standard error, with the arithmetic."""
    causes = "; or ".join(apart.causes)
    if causes:
        return causes
    return f"the SE {apart.se:.3g} and the CI, whose SE is {apart.of_ci:.3g}, differ by {100.0 * apart.share:.0f} %"


def log_fault(values: Values) -> str:
    """Say that a log ratio is not the natural log of the ratio beside it, beyond rounding; nothing where it is."""
    est, log = number_of(values, "est"), number_of(values, "log_hr")
    if est is None or log is None or not est.value > 0.0:
        return ""
    natural, half = math.log(est.value), min(each.half for each in _with_its_bounds(values, est))
    near = abs(natural - log.value) <= _LOG_OFF + _RATIO_OFF / min(est.value, 1.0)
    span = _log_span(est, half)
    if near or span.low - log.half <= log.value <= span.high + log.half:
        return ""
    of_ten = abs(natural / math.log(10.0) - log.value) <= _LOG_OFF
    cause = f": it is its log10, and the natural log is {natural:.3g}" if of_ten and natural else ""
    return f"log_hr = {log.value:.12g} is not the log of hr = {est.value:.12g}{cause}"


def _with_its_bounds(values: Values, est: Printed) -> list[Printed]:
    """Give the numbers a ratio shares its digits with: its own bounds, unless they are the log's."""
    if interval_scale(values) is Scale.LOG:
        return [est]
    return [est, *(found for name in BOUNDS if (found := number_of(values, name)))]


def level_of_fraction(level: float | None) -> str | None:
    """Give the percent a level was meant as where it is written as a fraction: 95 for 0.95."""
    return f"{100.0 * level:g}" if level is not None and 0.5 <= level < 1.0 else None


def p_of_zero(text: str) -> tuple[str, str] | None:
    """Say what is wrong with a p-value that is printed as 0, and what to type; None for any other."""
    found = _number(text.translate(_PLAIN).lstrip(" pP="))
    if found is None or found.value != 0.0:
        return None
    if found.half >= 0.5:
        return "p = 0 cannot be", "the bound that is printed or meant, such as <0.001"
    return (
        f"p = {text} cannot be: it is a smaller p-value, rounded",
        f"<{found.half:.1g}, which is what rounds to it; or the bound that the source prints, such as <0.001",
    )
