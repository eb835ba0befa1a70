"""A standard error that is printed twice: as itself, and as the width of a confidence interval.

Every printed number stands for all values that round to it (`agreement.Span`), so both are known within bounds only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from registry.stats.agreement import Span
from registry.stats.effects import critical_value

MOST_APART = 0.15
"""How far CI and standard error may lie apart beyond rounding, as a share of the smaller: other software, another
quantile (t with few patients) and rounding along the way."""
ALIKE = 0.03
"""How near, beyond rounding, a standard error must lie to what a known slip makes of the interval's."""
LEVELS = (90.0, 95.0, 99.0)


@dataclass(frozen=True, slots=True)
class Apart:
    """A standard error `se` that is not `of_ci`, the one of its interval: `share` says by how much, beyond rounding.

    `causes` are slips that would explain it, in words.
    """

    se: float
    of_ci: float
    share: float
    causes: tuple[str, ...]


def se_of_ci(low: Span, high: Span, level: float = 95.0) -> Span:
    """Give every standard error the interval between two log bounds can stand for: width/(2 z of its level)."""
    scale = 2.0 * critical_value(level)
    return Span(max(0.0, high.low - low.high) / scale, (high.high - low.low) / scale)


def gap(one: Span, other: Span) -> float:
    """How far two spans of positive numbers lie apart, as a share of the smaller; 0.0 where they overlap."""
    below, above = sorted((one, other), key=lambda span: span.high)
    if above.low <= below.high:
        return 0.0
    return above.low / below.high - 1.0 if below.high > 0.0 else math.inf


def se_contradicts(se: Span, low: Span, high: Span, *, ratio: float, level: float = 95.0) -> Apart | None:
    """Tell whether a printed standard error contradicts its printed interval, and which slip would explain it.

    `low` and `high` are the spans of the log bounds at `level` percent, `se` that of the standard error, `ratio` the
    ratio. None up to `MOST_APART` beyond rounding.
    """
    of_ci = se_of_ci(low, high, level)
    share = gap(se, of_ci)
    if share <= MOST_APART:
        return None
    printed, expected = (se.low + se.high) / 2.0, (of_ci.low + of_ci.high) / 2.0
    causes = [words for factor, words in _slips(printed, expected, ratio, level) if _alike(se, of_ci, factor)]
    return Apart(printed, expected, share, tuple(causes))


def _alike(se: Span, of_ci: Span, factor: float) -> bool:
    return gap(se, Span(of_ci.low * factor, of_ci.high * factor)) <= ALIKE


def _slips(printed: float, expected: float, ratio: float, level: float) -> list[tuple[float, str]]:
    """Give known slips: what each makes of the interval's standard error (a factor), and its words."""
    shown, base = f"{printed:.3g}", f"{expected:.3g}"
    slips = [
        (ratio, f"{shown} is {ratio:.3g} × {base}: the SE of the HR"),
        (1.0 / math.log(10.0), f"{shown} is {base}/ln 10: the SE of the log10 of the ratio"),
        (expected, f"{shown} is {base}²: the variance"),
        (critical_value(level), f"{shown} is {critical_value(level):.2f} × {base}: half the width of the interval"),
    ]
    return slips + [
        (critical_value(level) / critical_value(other), f"{shown} fits an interval of {other:g} %, not of {level:g} %")
        for other in LEVELS
        if other != level
    ]


def more_precise(se: Span, low: Span, high: Span, level: float = 95.0) -> bool:
    """Whether a standard error is printed at least as precisely as its interval.

    Compared is half of what rounding leaves open, as a share of the middle: 0.25 is known to 2 %, the standard error
    of 0.98 to 2.61 (95 %) to 0.7 %.
    """
    return _open(se) <= _open(se_of_ci(low, high, level))


def _open(span: Span) -> float:
    return (span.high - span.low) / (span.high + span.low) if 0.0 < span.high < math.inf else math.inf
