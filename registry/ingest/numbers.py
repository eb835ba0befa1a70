"""Printed numbers → typed ones, or the problem with them: ratios, counts, levels, p-values.

Each reader takes the stripped text of one cell and gives a value or a `Problem`. Only ASCII digits count as digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from registry.ingest.issues import Problem
from registry.meaning.cutoffs import in_words, signed
from registry.meaning.printed import MINUS, level_of_fraction, p_of_zero

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_COUNT = re.compile(r"\+?([0-9]{1,15})(?:\.0*)?")
#: Digits in groups of three, where nothing else can be meant: 1 077, 1'077, 1,077,000, 12,345.6 and 12.345,6.
_GROUPED = re.compile(
    r"[+-]?[1-9][0-9]{0,2}(?:(?:([ '\u00a0\u2009\u202f\u2019])[0-9]{3})(?:\1[0-9]{3})*(?:[.,][0-9]+)?"
    r"|,[0-9]{3}(?:(?:,[0-9]{3})+(?:\.[0-9]+)?|\.[0-9]+)|\.[0-9]{3}(?:(?:\.[0-9]{3})+(?:,[0-9]+)?|,[0-9]+))"
)
_COMMA = re.compile(r"[+-]?[0-9]*[,\u00b7\u2219\u22c5][0-9]+")
#: 1,077 is a thousand in one country and a little more than one in another.
_EITHER = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_MONTH = "(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-zä]*"
_AS_DATE = re.compile(
    rf"[0-9]{{1,2}}[.]?[-/ ]{_MONTH}(?:[-/ .]+[0-9]{{2,4}})?|{_MONTH}[-/ ]+[0-9]{{2,4}}"
    r"|[0-9]{4}-[0-9]{2}(?:-[0-9]{2}(?:[T ][0-9:.]+)?)?|[0-9]{1,2}([/.])[0-9]{1,2}\1[0-9]{2,4}",
    re.IGNORECASE,
)
#: What Excel and LibreOffice show where a formula has failed, in English and German.
_SHEET_ERRORS = frozenset(
    "#REF! #N/A #N/A! #DIV/0! #VALUE! #NAME? #NULL! #NUM! #SPILL! #CALC! #WERT! #BEZUG! #NV #ZAHL!".split(" ")  # noqa: SIM905 - a list of words reads best so
)
_NOT_FINITE = frozenset({"nan", "inf", "infinity"})
_P_VALUE = re.compile(r"(<=|>=|=<|=>|<|>|=|≤|≥)?\s*(.+)")
_P_OPERATORS = {"": "=", "≤": "<=", "≥": ">=", "=<": "<=", "=>": ">="}
#: Doubles beyond these lose digits (subnormal) or overflow in a square.
_SMALLEST, _LARGEST = 1e-150, 1e150

#: Remarks on a number that is read all the same.
COMMA, GROUPED, OF_LOG = "decimal-comma", "thousands-grouped", "ci-of-log"
READ = frozenset({COMMA, GROUPED, OF_LOG})
_P_EXPECTED = "0.03, <0.001, <=0.05 or >0.5"

Read = Callable[[str], "float | Problem"]


def number(text: str) -> float | Problem:
    """Give the number, never -0.0; what is clearly meant by 2,15 or 1 077 comes with a remark."""
    plain = text if text.isascii() else text.translate(MINUS)
    plain = plain.removeprefix("'")  # how a spreadsheet is told that digits are text
    if not _NUMBER.fullmatch(plain):
        return _rewritten(plain, number) or _why_not(text, "number")
    value = float(plain)
    if _SMALLEST < abs(value) < _LARGEST or (value == 0 and not re.search("[1-9]", re.split("[eE]", plain)[0])):
        return value + 0.0
    return Problem("number-range", f"{_short(text)} is too large or too small a number", "a number of usual size")


def count(text: str) -> int | Problem:
    """Give the whole number; 190.0, as some programs write it, is 190."""
    match = _COUNT.fullmatch(text.removeprefix("'"))
    if match is None and _EITHER.fullmatch(text):
        digits = text.replace(",", "")
        return Problem(GROUPED, f"{text} is read as {digits}", f"{digits}, without separator", value=int(digits))
    if match is None:
        grouped = _GROUPED.fullmatch(text) and _rewritten(text, count)
        return grouped or _why_not(text, "count")
    value = int(match[1])
    if value > 1_000_000_000:
        return Problem("count-range", f"{_short(text)} is more than a study can count", "at most 1,000,000,000")
    return value


def patients(text: str) -> int | Problem:
    """Give a number of patients, at least 1."""
    value = count(text)
    return Problem("count-range", "a group of 0 patients", "1 or more; empty when not read") if value == 0 else value


def is_read(value: object) -> bool:
    """Whether a reader gave a value: with a remark, or without."""
    return not isinstance(value, Problem) or value.code in READ


def plain_value(value: float | Problem) -> float | None:
    """Give the value that a reader gave, without its remark; None for what it refused."""
    if isinstance(value, Problem):
        return value.value if value.code in READ else None
    return value


def cutoff(text: str) -> float | Problem | None:
    """Give the number of a cutoff, its operator split off; one in words (`2 x ULN`, `> median`) is no number."""
    operator, rest = signed(text)
    return None if in_words(text) else number(rest if operator else text)


def cutoff_words(text: str) -> str | None:
    """Give a cutoff that is words with a method, or has an operator before it, as it stands; None for any other."""
    return text if in_words(text) or signed(text)[0] else None


def within(code: str, expected: str, accepts: Callable[[float], bool], read: Read = number) -> Read:
    """Make a reader that refuses what `accepts` does not."""

    def bounded(text: str) -> float | Problem:
        value = read(text)
        plain = plain_value(value)
        if plain is None or accepts(plain):
            return value
        return Problem(code, f"{_short(text)} cannot be", expected, value=plain)

    return bounded


def percent(text: str) -> float | Problem:
    """Give a number of percent, with or without the sign."""
    return number(text.removesuffix("%").rstrip())


def _positive(value: float) -> bool:
    return value > 0


ratio = within("ci-not-positive", "a ratio above 0; a log ratio belongs in log_hr", _positive)
bound = within("ci-not-positive", "a bound above 0; one printed as 0.00 was rounded: leave it empty", _positive)
standard_error = within("se-not-positive", "a standard error above 0", _positive)
months = within("followup-range", "months, 0 or more", lambda value: value >= 0)
year = within("year-range", "a year from 1800 to 2100", lambda value: 1800 <= value <= 2100, count)


def ci_level(text: str) -> float | Problem:
    """Give the level of an interval in percent, from 50 to 99.99."""
    found = _level(text)
    meant = level_of_fraction(found.value) if isinstance(found, Problem) and found.code == "ci-level-range" else None
    if meant is None or not isinstance(found, Problem):
        return found
    return replace(found, expected=f"{meant}, in percent")


_level = within("ci-level-range", "percent, from 50 to 99.99", lambda value: 50 <= value <= 99.99, percent)


def p_value(text: str) -> float | Problem:
    """Give the number in a p-value such as 0.03, <0.001, <=0.05, >0.5."""
    operator, digits = _p_parts(text)
    value = number(digits)
    plain = plain_value(value)
    if isinstance(value, Problem) and plain is None:
        other = value.code in ("number", "percent-sign")
        return Problem("p-value", f"{_short(text)} is not a p-value", _P_EXPECTED) if other else value
    if plain == 0.0 and operator in ("", "=") and (zero := p_of_zero(digits)):
        return Problem("p-range", *zero)
    if plain is not None and 0 <= plain <= 1 and (operator, plain) not in {("<", 0.0), ("<=", 0.0), (">", 1.0)}:
        return value
    return Problem("p-range", f"p = {_short(text)} cannot be", "a number between 0 and 1")


def p_operator(text: str) -> str:
    """Give how the p-value is printed: = < <= > >=."""
    return _p_parts(text)[0]


def _p_parts(text: str) -> tuple[str, str]:
    match = _P_VALUE.fullmatch(text)
    operator, digits = (match[1] or "", match[2]) if match else ("", text)
    return _P_OPERATORS.get(operator, operator), digits


def _rewritten(text: str, read: Read) -> Problem | None:
    """Read a number with a decimal comma or grouped digits, where only one number can be meant."""
    if _GROUPED.fullmatch(text):
        comma = text.rfind(",") > text.rfind(".") and text.count(",") == 1
        code, point = GROUPED, re.sub("[^0-9,+-]" if comma else "[^0-9.+-]", "", text).replace(",", ".")
        if not comma and text.count(".") > 1:
            point = point.replace(".", "")
    elif _COMMA.fullmatch(text) and not _EITHER.fullmatch(text):
        code, point = COMMA, re.sub("[^0-9+-]", ".", text)
    else:
        return None
    value = read(point)
    return value if isinstance(value, Problem) else Problem(code, f"{text} is read as {point}", point, value=value)


def _why_not(text: str, code: str) -> Problem:
    wanted = "a whole number; empty when not read" if code == "count" else "a number such as 2.15; empty when not read"
    if text.lstrip("+-").casefold() in _NOT_FINITE:
        return Problem("number-finite", f"{text} is not a finite number", wanted)
    special = sheet_error(text) or (turned_into_date(text) if _AS_DATE.fullmatch(text) else None)
    if special is not None:
        return special
    if code == "number" and _EITHER.fullmatch(text):
        message = f"{text} has a thousands separator or a decimal comma"
        expected = f"{text.replace(',', '')} or {text.replace(',', '.')}, whichever is meant"
        return Problem("thousands-separator", message, expected)
    if code == "count" and re.fullmatch(r"[1-9][0-9]{0,2}\.[0-9]{3}", text):
        wanted = f"{text.replace('.', '')}, if the point separates thousands"
    if text.endswith("%"):
        return Problem("percent-sign", f"{_short(text)} is a percentage", "the number that the column asks for")
    if code == "number" and "(" in text:
        wanted = "one number a cell; ratio and bounds have columns of their own: hr, ci_low, ci_high"
    return Problem(code, f"{_short(text)} is not a {'whole number' if code == 'count' else 'number'}", wanted)


def turned_into_date(text: str) -> Problem:
    """Say that a number, or another text, has become a date."""
    message = f"Excel has turned this into a date ({text[:40]})"
    expected = "what the source prints; format the column as Text before you type it"
    return Problem("excel-date", message, expected)


def sheet_error(text: str) -> Problem | None:
    """Say that a text is what a spreadsheet shows where a formula has failed, such as #REF!."""
    if text not in _SHEET_ERRORS:
        return None
    return Problem("cell-error", f"{text} is an error that a spreadsheet shows", "the value; empty when not read")


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")
