"""Whether the numbers a report prints agree with each other, as far as their printed digits can tell.

Every printed number stands for all values that round to it: itself ± half a unit of its last digit. Digits are counted
in the text as printed ("1.50" has two, 1.5 does not); an estimate and its bounds share the largest count among them,
because a single one is often printed without its trailing zero.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from registry.errors import StatisticsError
from registry.stats.effects import NORMAL, critical_value

NUMBER = re.compile(r"[-+]?(\d*)(?:[.,·](\d*))?(?:[eE]([-+]?\d+))?\Z")
OPERATORS = " pP<>=≤≥"
"""What may stand before a printed p."""
ROUNDING = 1e-12
"""Of the logarithms themselves."""


class Span(NamedTuple):
    """All values a number can have, from `low` to `high`."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A p-value and a confidence interval that cannot both be right.

    `kind` is "significance" or "size"; `p_low` to `p_high` are the p-values the interval allows.
    """

    kind: str
    p_low: float
    p_high: float


@dataclass(frozen=True, slots=True)
class Margin:
    """How far two z may lie apart, fixed + relative · the larger, before p and CI count as contradictory."""

    fixed: float
    relative: float

    def at(self, z: float) -> float:
        """Return the margin beside this z."""
        return self.fixed + self.relative * z


# One Wald test gives both p and CI, so beyond rounding only another critical value (t) can part them. A log-rank or
# likelihood-ratio p is another test of the same comparison. Of 11,900 simulated two-group studies with at least 10
# events (tests/stats/reference/more/wald_logrank_lr.py; HR (CI) with two decimals, p as journals print it) 18 % of the
# log-rank p-values lay outside what the Wald interval allows, and 37 % of those of studies with fewer than 30 events;
# by more than a factor of 3 it was 0.1 % (0.6 %), of likelihood-ratio p-values 0.7 % (2.3 %). Far out a factor of 3 is
# little: where p is printed in full however small, 36 % of the honest log-rank p-values with z from 3.3 to 5 lie that
# far off. So the z must differ by a tenth as well (beyond 3.3 only that leaves 13 %), and by a fifth where the test is
# named (0.7 to 1.4 % of log-rank p-values, 0.6 to 3 % of likelihood-ratio ones). Up to z = 3.3 the tenth asks nothing.
# In all 0.5 % (2.3 %) of the log-rank p-values are a doubt if their test is not named, and none if it is.
# Of studies with z near 2 it is 6 and 11 % that fall on the other side of 1.96. So significance alone counts where one
# test gave both or nobody says otherwise, and needs half a margin on top where another test is named.
SIZE = {"wald": Margin(0.1, 0.05)}
OTHER_SIZE = Margin(0.3, 0.2)
FACTOR = 3.0
BY_FACTOR = {"logrank": Margin(0.0, 0.2), "lr": Margin(0.0, 0.2)}
OTHER_BY_FACTOR = Margin(0.0, 0.1)
"""Where p differs by more than the factor, these margins are enough."""
SIGNIFICANCE = {"logrank": Margin(0.15, 0.1), "lr": Margin(0.15, 0.1)}
OTHER_SIGNIFICANCE = Margin(0.0, 0.0)


def off_centre(est_text: str, low_text: str, high_text: str) -> float:
    """How far, in log units, the log ratio lies from the middle of its log bounds beyond what rounding allows.

    0.0 if rounding explains it all. A Wald interval is symmetric on the log scale, so a larger value means a typing
    error, an interval on another scale, or one by another method (profile, bootstrap). Interval arithmetic over every
    value that rounds to the printed one. Raises StatisticsError for a text that is not one number.
    """
    return off_middle(*log_spans(est_text, low_text, high_text))


def off_middle(est: Span, low: Span, high: Span) -> float:
    """How far every value of a span lies from the middle of any interval between two others; 0.0 if it may not."""
    excess = max(est.low - (low.high + high.high) / 2.0, (low.low + high.low) / 2.0 - est.high)
    return excess if excess > ROUNDING else 0.0


def p_contradicts(
    est_text: str,
    low_text: str,
    high_text: str,
    p_text: str,
    *,
    level: float = 95.0,
    p_operator: str = "=",
    p_test: str = "unclear",
) -> Contradiction | None:
    """Tell whether a printed p-value contradicts a printed confidence interval of `level` percent beyond rounding.

    As `p_contradicts_spans`. Raises StatisticsError for a text that is not one number.
    """
    spans = log_spans(est_text, low_text, high_text)
    return p_contradicts_spans(spans, p_text, level=level, p_operator=p_operator, p_test=p_test)


def p_contradicts_spans(
    spans: tuple[Span, Span, Span],
    p_text: str,
    *,
    level: float = 95.0,
    p_operator: str = "=",
    p_test: str = "unclear",
) -> Contradiction | None:
    """Tell whether a printed p-value contradicts the spans of a log ratio and of the bounds of its interval.

    Two rules, each over every value that rounds to the printed ones. Significance: the interval excludes 1 and
    p > 1 − level, or it includes 1 and p is below. Size: the z of the interval (Wald, |ln est|/se) and that of p lie
    further apart than `SIZE` allows, or, unless the test is Wald's, p differs by more than `FACTOR` from any that the
    interval allows. `p_test` (wald, logrank, lr, unclear) says which margins hold. `p_operator` is one of = < <= > >=.
    """
    est, low, high = spans
    of_ci, of_p = _z_of_ci(est, low, high, level), _z_of_p(p_text.lstrip(OPERATORS), p_operator)
    near, far = min(of_ci.high, of_p.high), max(of_ci.low, of_p.low)
    apart = max(0.0, far - near)
    threshold = critical_value(level)
    excludes, includes = low.low > 0.0 or high.high < 0.0, low.high < 0.0 < high.low
    opposed = (excludes and of_p.high <= threshold + ROUNDING) or (includes and of_p.low >= threshold - ROUNDING)
    if opposed and apart > SIGNIFICANCE.get(p_test, OTHER_SIGNIFICANCE).at(far):
        return Contradiction("significance", _p_of_z(of_ci.high), _p_of_z(of_ci.low))
    by_factor = _p_of_z(near) > FACTOR * _p_of_z(far) and apart > BY_FACTOR.get(p_test, OTHER_BY_FACTOR).at(far)
    if by_factor or apart > SIZE.get(p_test, OTHER_SIZE).at(far):
        return Contradiction("size", _p_of_z(of_ci.high), _p_of_z(of_ci.low))
    return None


@lru_cache(maxsize=64)  # one estimate is asked about more than once in a row
def log_spans(*texts: str) -> tuple[Span, Span, Span]:
    """Logarithms of every value that rounds to a printed ratio and its two bounds; −inf from a value of 0 down."""
    numbers = [_number(text) for text in texts]
    half = 0.5 * 10.0 ** -max(places for _, places in numbers)
    est, low, high = (Span(_log(value - half), _log(value + half)) for value, _ in numbers)
    return est, low, high


def printed_span(text: str) -> Span:
    """Every value that rounds to a printed number."""
    value, places = _number(text)
    half = 0.5 * 10.0**-places
    return Span(value - half, value + half)


@lru_cache(maxsize=4096)  # printed ratios have few digits: a thousand reports print the same few hundred
def _number(text: str) -> tuple[float, int]:
    """Value of a printed number and its digits after the decimal sign; a comma or a raised point is one too."""
    match = NUMBER.match(text.strip())
    if match is None or not (match[1] or match[2]):
        raise StatisticsError(f"{text!r} is not one number")
    value = float(match[0].replace(",", ".").replace("·", "."))
    return value, len(match[2] or "") - int(match[3] or 0)


def _log(value: float) -> float:
    return math.log(value) if value > 0.0 else -math.inf


def _z_of_ci(est: Span, low: Span, high: Span, level: float) -> Span:
    """|ln est| over the standard error, for every triple that rounds to the printed one."""
    smallest = max(0.0, est.low, -est.high)
    largest = max(est.high, -est.low)
    narrowest, widest = high.low - low.high, high.high - low.low
    scale = 2.0 * critical_value(level)
    return Span(scale * smallest / widest, scale * largest / narrowest if narrowest > 0.0 else math.inf)


@lru_cache(maxsize=4096)
def _z_of_p(p_text: str, operator: str) -> Span:
    value, places = _number(p_text)
    half = 0.5 * 10.0**-places
    if operator in {"<", "<="}:
        return Span(_z_of(value), math.inf)
    if operator in {">", ">="}:
        return Span(0.0, _z_of(value))
    return Span(_z_of(value + half), _z_of(value - half))


def _z_of(p: float) -> float:
    return math.inf if p <= 0.0 else 0.0 if p >= 1.0 else -NORMAL.inv_cdf(p / 2.0)


def _p_of_z(z: float) -> float:
    return math.erfc(z / math.sqrt(2.0))
