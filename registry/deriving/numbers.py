"""What a report prints, by the names of the import layout, and how it is read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from registry.errors import UsageError
from registry.meaning.printed import (
    BOUNDS,
    MINUS,
    Scale,
    interval_scale,
    level_of_fraction,
    log_fault,
    log_spans_of,
    number_of,
    p_of_zero,
    printed_bounds,
    se_beside_ci,
    told,
)
from registry.stats.agreement import off_middle, p_contradicts_spans

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
    log_hr: Printed = None
    se_log_hr: Printed = None
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
    if not 50.0 <= made.ci_level <= 99.99:
        meant = level_of_fraction(made.ci_level)
        raise UsageError(
            f"ci_level = {made.ci_level:g} cannot be: percent, from 50 to 99.99",
            f"--ci-level {meant}" if meant else "for instance --ci-level 95",
        )
    if made.p_value is not None and p_parts(made.p_value)[0] == "=" and (zero := p_of_zero(text_of(made.p_value))):
        raise UsageError(zero[0], f"--p-value: {zero[1]}")
    _refuse_contradictions(made)
    return made


def row_of(given: Numbers) -> dict[str, Any]:
    """Give ratio, log ratio, SE and bounds as a row of evidence has them, digits as printed."""
    row: dict[str, Any] = {"ci_level": given.ci_level}
    for name, option in _AS_IN_A_ROW.items():
        value = getattr(given, option)
        if value is not None:
            row |= {name: number(option, value), f"{name}_text": text_of(value)}
    return row


_AS_IN_A_ROW = {"est": "hr", "log_hr": "log_hr", "se_log_hr": "se_log_hr", "ci_low": "ci_low", "ci_high": "ci_high"}


def bounds_of_log(given: Numbers) -> bool:
    """Whether the interval is that of the log ratio. Raises UsageError where it can be neither's, or either's."""
    row = row_of(given)
    found = interval_scale(row)
    if found in (Scale.EITHER, Scale.NEITHER):
        low, high = (printed_bounds(row)[name] for name in BOUNDS)
        log = f"log_hr = {row['log_hr']:g}"
        raise UsageError(
            f"the CI {low:g} to {high:g} may be that of {log} or of its ratio"
            if found is Scale.EITHER
            else f"neither {log} nor its ratio lies midway in the CI {low:g} to {high:g}",
            "give --hr with its CI, or --log-hr with --se-log-hr",
        )
    return found is Scale.LOG


def _refuse_contradictions(given: Numbers) -> None:
    """Refuse a ratio outside its CI, and a CI, standard error, log ratio or direction that contradicts another."""
    row = row_of(given)
    if fault := log_fault(row):
        raise UsageError(fault, "give the one that is right")
    if outside := _outside(row):
        raise UsageError(outside, "compare with the source: the ratio or a bound is misread")
    side = row["est"] - 1.0 if "est" in row else row.get("log_hr", 0.0)
    if given.direction is not None and side and DIRECTIONS[given.direction] is not (side > 0.0):
        shown = f"hr = {row['est']:g}" if "est" in row else f"log_hr = {row['log_hr']:g}"
        raise UsageError(
            f"direction is {given.direction}, and {shown} says the opposite",
            "worse goes with a ratio above 1, better with one below; --invert swaps index and reference afterwards",
        )
    twice = se_beside_ci(row)
    if twice is not None and twice.apart is not None:
        raise UsageError(
            f"the CI and the standard error contradict each other: {told(twice.apart)}",
            f"give the one that is right; by the CI it is --se-log-hr {twice.apart.of_ci:.3g}",
        )


def _outside(row: dict[str, Any]) -> str:
    """Say that a ratio lies outside its own interval; nothing where it does not, or the interval is the log's."""
    est, low, high = (row.get(name) for name in ("est", *BOUNDS))
    if est is None or interval_scale(row) not in (None, Scale.RATIO):
        return ""
    if low is not None and high is not None and not low <= est <= high:
        return f"hr = {est:g} lies outside its CI, {low:g} to {high:g}"
    return ""


def disagreements(given: Numbers) -> tuple[str, ...]:
    """Say what the printed numbers contradict each other in, as far as their digits can tell."""
    spans = log_spans_of(row_of(given))
    if spans is None:
        return ()
    said = []
    if given.hr is not None and off_middle(*spans):
        said.append("the ratio is not midway in its interval, beyond what rounding of the printed digits allows")
    if given.p_value is not None:
        operator, text = p_parts(given.p_value)
        if p_contradicts_spans(spans, text, level=given.ci_level, p_operator=operator, p_test=given.p_test):
            said.append("the p-value does not agree with the interval")
    return tuple(said)


def text_of(value: Printed) -> str:
    """Give a number as printed; one that comes without its text with the fewest digits that are its value."""
    return value.strip() if isinstance(value, str) else f"{value:.15g}"


def number(name: str, value: Printed) -> float:
    """Read a number. Raises UsageError for anything else."""
    try:
        found = float(value.translate(MINUS) if isinstance(value, str) else math.nan if value is None else value)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise UsageError(f"{name} = {value!r} is not a number", f"a number: --{name.replace('_', '-')} 1.56")
    return found


def half_of(name: str, value: Printed) -> float:
    """Give half a unit of the last printed digit."""
    printed = number_of({name: number(name, value), f"{name}_text": text_of(value), "p_text": text_of(value)}, name)
    return math.nan if printed is None else printed.half


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
