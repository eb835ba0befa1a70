"""What a report prints, by the names of the import layout, and how it is read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from registry.errors import UsageError
from registry.stats.agreement import off_centre, p_contradicts

if TYPE_CHECKING:
    from registry.stats.curves import Curve

DIRECTIONS = {"worse": True, "better": False}
#: Numbers of a report, as text (digits count) or as a number.
Printed = str | float | None


@dataclass(frozen=True, slots=True)
class Category:
    """A ratio of one category against the reference category, with its CI."""

    hr: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a report prints, by the names of the import layout; None where it prints nothing.

    `direction` is worse or better: how the index group fares, which events with a p-value do not say. `equal_groups`:
    the report states that the groups are of one size. `curves`: index and reference. `categories` are compared with a
    reference category; `counts` (of events or patients, the reference first) weigh them, `index` and `reference` are
    the numbers of the categories on either side, 0 being the reference category.
    """

    hr: Printed = None
    ci_low: Printed = None
    ci_high: Printed = None
    ci_level: float = 95.0
    log_hr: float | None = None
    se_log_hr: float | None = None
    p_value: Printed = None
    p_test: str = "unclear"
    p_sides: int = 2
    o_minus_e: float | None = None
    v: float | None = None
    n_events: float | None = None
    n_index: float | None = None
    n_reference: float | None = None
    equal_groups: bool = False
    direction: str | None = None
    curves: tuple[Curve, Curve] | None = None
    categories: Sequence[Category] = ()
    counts: Sequence[float] = ()
    counts_of: str = "events"
    index: Sequence[int] = ()
    reference: Sequence[int] = (0,)


def numbers(given: Mapping[str, Any]) -> Numbers:
    """Take numbers by name. Raises UsageError for an unknown name and for a direction that is none."""
    known = [entry.name for entry in fields(Numbers)]
    if unknown := sorted(set(given) - set(known)):
        raise UsageError(f"derive: unknown number {', '.join(unknown)}", f"one of: {', '.join(known)}")
    made = Numbers(**given)
    if made.direction is not None and made.direction not in DIRECTIONS:
        raise UsageError(f"direction is {made.direction!r}", "worse or better: how the index group fares")
    _refuse_contradiction(made)
    return made


def _refuse_contradiction(made: Numbers) -> None:
    """Refuse a direction in words that is not that of the ratio: one of them is of the other group."""
    if made.direction is None or (made.hr is None and made.log_hr is None):
        return
    above = made.log_hr if made.log_hr is not None else number("hr", made.hr) - 1.0
    if above and (above > 0.0) != DIRECTIONS[made.direction]:
        shown = f"hr = {text_of(made.hr)}" if made.hr is not None else f"log_hr = {made.log_hr:g}"
        raise UsageError(
            f"direction is {made.direction}, and {shown} says the index group fares "
            f"{'worse' if above > 0.0 else 'better'}",
            "compare with the source: which group is the index group? --invert turns a ratio of the other one",
        )


def disagreements(given: Numbers) -> tuple[str, ...]:
    """Say what the printed numbers contradict each other in, as far as their digits can tell."""
    if given.hr is None or given.ci_low is None or given.ci_high is None:
        return ()
    est, low, high = (text_of(value) for value in (given.hr, given.ci_low, given.ci_high))
    said = []
    if off_centre(est, low, high):
        said.append("the ratio is not midway in its interval, beyond what rounding of the printed digits allows")
    if given.p_value is not None:
        operator, text = p_parts(given.p_value)
        if p_contradicts(est, low, high, text, level=given.ci_level, p_operator=operator, p_test=given.p_test):
            said.append("the p-value does not agree with the interval")
    return tuple(said)


def text_of(value: Printed) -> str:
    """Give a number as printed; one that comes without its text with the fewest digits that are its value."""
    return value.strip() if isinstance(value, str) else f"{value:.15g}"


def number(name: str, value: Printed) -> float:
    """Read a number. Raises UsageError for anything else."""
    try:
        found = float(value if value is not None else math.nan)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise UsageError(f"{name} = {value!r} is not a number", f"a number: --{name.replace('_', '-')} 1.56")
    return found


def p_parts(value: Printed) -> tuple[str, str]:
    """Split `<0.001` into operator and number."""
    text = text_of(value).replace("≤", "<=").replace("≥", ">=")
    printed = text.lstrip("pP<>= ")
    return text.removesuffix(printed).strip(" pP") or "=", printed


def needs(given: Numbers, *names: str) -> None:
    """Raise UsageError naming the options of those of these numbers that are missing."""
    missing = [name for name in names if getattr(given, name) is None]
    if missing:
        options = " and ".join(f"--{name.replace('_', '-')}" for name in missing)
        raise UsageError(f"{' and '.join(missing)} missing", f"give {options}")
