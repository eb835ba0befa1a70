"""Cells of a worksheet → text as Excel shows it, or what is wrong with them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from registry.ingest.issues import Problem
from registry.ingest.numbers import sheet_error, turned_into_date

#: A format that shows a number of decimals, such as 0.00 or #,##0.000, perhaps with a percent sign.
_DECIMALS = re.compile(r"[#?0, ]*[#?0](?:\.(0+)[#?]*)?(%?)")
#: What a format puts around the digits: text, a space as wide as a sign (`_)`), a filling (`*-`), a colour, a country.
_AROUND = re.compile(r"\"[^\"]*\"|[_*\\].|\[(?![<>=])[^\]]*\]|[()]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Cells:
    """Reads the cells of one worksheet; the formats of numbers are looked at once each."""

    def __init__(self) -> None:
        self._formats: dict[str, tuple[int, bool]] = {}

    def read(self, cell: Any) -> tuple[str, Problem | None]:
        """Give the text of a cell of openpyxl, and what is wrong with it."""
        value = cell.value
        if value is None:
            return "", None
        if cell.data_type == "s":
            return _plain(str(value)), None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self._number(value, cell.number_format or "General"), None
        return _odd(value, cell.data_type, cell.number_format or "")

    def _number(self, value: float, shown: str) -> str:
        if shown not in self._formats:
            match = _DECIMALS.fullmatch(_AROUND.sub("", shown).split(";")[0].strip())
            self._formats[shown] = (len(match[1] or ""), bool(match[2])) if match else (0, False)
        decimals, percent = self._formats[shown]
        if isinstance(value, int) and not decimals and not percent:
            return str(value)
        return number_text(value, decimals=decimals, percent=percent)


def number_text(value: float, *, decimals: int = 0, percent: bool = False) -> str:
    """Write a number with the 15 digits that Excel keeps, never fewer decimals than its format shows.

    2.1500000000000004 is 2.15, and 2.1 shown as 0.00 is 2.10; digits that a format hides are written all the same.
    """
    exact = Decimal(f"{value:.15g}")
    if percent:
        exact *= 100
    if not exact.is_finite() or abs(exact.adjusted()) > 20:
        return f"{value:.15g}"
    text = f"{exact:f}"
    whole, _, part = text.partition(".")
    part = part.rstrip("0").ljust(decimals, "0")
    return (f"{whole}.{part}" if part else whole) + ("%" if percent else "")


def _plain(text: str) -> str:
    """Bring back characters that XML cannot hold, as Excel writes them: _x000D_."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _odd(value: Any, kind: str, shown: str) -> tuple[str, Problem | None]:
    """Give what is no plain text or number: a formula, an error, a truth value, a date."""
    if kind == "f":
        return _formula(value)
    if kind == "e":
        return str(value), sheet_error(str(value)) or sheet_error("#VALUE!")
    if isinstance(value, bool):
        word = str(value).upper()
        return word, Problem("truth-value", f"{word} is a truth value of Excel", "a word of the column: yes or no")
    if isinstance(value, date | time | timedelta):
        value = _date(value, shown)
    return str(value), turned_into_date(str(value))


def _formula(value: Any) -> tuple[str, Problem]:
    text = value if isinstance(value, str) else str(getattr(value, "text", None) or "=")
    expected = "the value: copy the cell and paste it as a value"
    return text, Problem("formula", "this is a formula, which evireg does not compute", expected)


def _date(value: date | time | timedelta, shown: str) -> str:
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, date) and not isinstance(value, datetime) and "d" not in shown.lower().split(";")[0]:
        return f"{value:%Y-%m}" if value.year > 999 else str(value)
    return str(value)
