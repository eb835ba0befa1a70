"""Printed numbers → typed ones, or the problem with them: ratios, counts, levels, p-values.

Each reader takes the stripped text of one cell and gives a value or a `Problem`. Only ASCII digits count as digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from registry.ingest.issues import Problem

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_COUNT = re.compile(r"\+?([0-9]{1,15})(?:\.0*)?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:[,' \u00a0\u2009\u202f\u2019][0-9]{3})+(?:\.[0-9]+)?")
_COMMA = re.compile(r"[+-]?[0-9]*[,\u00b7\u2219\u22c5][0-9]+")
_NOT_FINITE = frozenset({"nan", "inf", "infinity"})
_P_VALUE = re.compile(r"(<=|>=|=<|=>|<|>|=|≤|≥)?\s*(.+)")
_P_OPERATORS = {"": "=", "≤": "<=", "≥": ">=", "=<": "<=", "=>": ">="}
#: Doubles beyond these lose digits (subnormal) or overflow in a square.
_SMALLEST, _LARGEST = 1e-150, 1e150

Read = Callable[[str], "float | Problem"]


def number(text: str) -> float | Problem:
    """Give the number, never -0.0."""
    plain = text.replace("\u2212", "-")
    if not _NUMBER.fullmatch(plain):
        return _why_not(text, "number")
    value = float(plain)
    if _SMALLEST < abs(value) < _LARGEST or (value == 0 and not re.search("[1-9]", re.split("[eE]", plain)[0])):
        return value + 0.0
    return Problem("number-range", f"{_short(text)} is too large or too small a number", "a number of usual size")


def count(text: str) -> int | Problem:
    """Give the whole number; 190.0, as some programs write it, is 190."""
    match = _COUNT.fullmatch(text)
    if match is None:
        return _why_not(text, "count")
    value = int(match[1])
    if value > 1_000_000_000:
        return Problem("count-range", f"{_short(text)} is more than a study can count", "at most 1,000,000,000")
    return value


def patients(text: str) -> int | Problem:
    """Give a number of patients, at least 1."""
    value = count(text)
    return Problem("count-range", "a group of 0 patients", "1 or more; empty when not read") if value == 0 else value


def within(code: str, expected: str, accepts: Callable[[float], bool], read: Read = number) -> Read:
    """Make a reader that refuses what `accepts` does not."""

    def bounded(text: str) -> float | Problem:
        value = read(text)
        if isinstance(value, Problem) or accepts(value):
            return value
        return Problem(code, f"{_short(text)} cannot be", expected, value=value)

    return bounded


def percent(text: str) -> float | Problem:
    """Give a number of percent, with or without the sign."""
    return number(text.removesuffix("%").rstrip())


def _positive(value: float) -> bool:
    return value > 0


ratio = within("ci-not-positive", "a ratio above 0; a log ratio belongs in log_hr", _positive)
bound = within("ci-not-positive", "a bound above 0; one printed as 0.00 was rounded: leave it empty", _positive)
standard_error = within("se-not-positive", "a standard error above 0", _positive)
ci_level = within("ci-level-range", "percent, from 50 to 99.99", lambda value: 50 <= value <= 99.99, percent)
months = within("followup-range", "months, 0 or more", lambda value: value >= 0)
year = within("year-range", "a year from 1800 to 2100", lambda value: 1800 <= value <= 2100, count)


def p_value(text: str) -> float | Problem:
    """Give the number in a p-value such as 0.03, <0.001, <=0.05, >0.5."""
    operator, digits = _p_parts(text)
    value = number(digits)
    if isinstance(value, Problem):
        mark = value.code in ("decimal-comma", "number-finite", "number-range")
        return value if mark else Problem("p-value", f"{_short(text)} is not a p-value", "0.03, <0.001, <=0.05 or >0.5")
    if 0 <= value <= 1 and (operator, value) not in {("<", 0.0), (">", 1.0)}:
        return value
    return Problem("p-range", f"p = {_short(text)} cannot be", "a number between 0 and 1")


def p_operator(text: str) -> str:
    """Give how the p-value is printed: = < <= > >=."""
    return _p_parts(text)[0]


def _p_parts(text: str) -> tuple[str, str]:
    match = _P_VALUE.fullmatch(text)
    operator, digits = (match[1] or "", match[2]) if match else ("", text)
    return _P_OPERATORS.get(operator, operator), digits


def _why_not(text: str, code: str) -> Problem:
    wanted = "a whole number; empty when not read" if code == "count" else "a number such as 2.15; empty when not read"
    if text.lstrip("+-").casefold() in _NOT_FINITE:
        return Problem("number-finite", f"{text} is not a finite number", wanted)
    if _GROUPED.fullmatch(text):
        return _grouped(text, code)
    if _COMMA.fullmatch(text):
        point = re.sub("[^0-9+-]", ".", text)
        return Problem("decimal-comma", f"{_short(text)} has no decimal point", f"{point}, if that is meant")
    if code == "number" and "(" in text:
        wanted = "one number a cell; ratio and bounds have columns of their own: hr, ci_low, ci_high"
    return Problem(code, f"{_short(text)} is not a {'whole number' if code == 'count' else 'number'}", wanted)


def _grouped(text: str, code: str) -> Problem:
    digits = re.sub("[^0-9.+-]", "", text)
    if "," in text and code == "number" and text.count(",") == 1 and "." not in text:
        point = text.replace(",", ".")
        message = f"{text} has a thousands separator or a decimal comma"
        return Problem("thousands-separator", message, f"{digits} or {point}, whichever is meant")
    return Problem("thousands-separator", f"{text} has a thousands separator", digits)


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")
