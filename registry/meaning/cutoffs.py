"""Cutoffs that are words: a percentile, the median, a multiple of the laboratory's limit of normal.

Their number is one of the sample or the laboratory, not of the factor, so that it is never a value of the factor.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from registry.meaning.words import plain
from registry.terms import CutoffMethod

_NUMBER = r"[0-9]+(?:[.,\u00b7][0-9]+)?"
_LIMIT = r"(?:(?P<side>[UL])LN|(?P<spelled>upper|lower) limit of (?:the )?normal(?: range)?)"
_MULTIPLE = re.compile(rf"(?P<times>{_NUMBER})? ?(?:[x×*]|times)? ?(?:the )?{_LIMIT}", re.IGNORECASE)
_METHODS = (
    (CutoffMethod.MEDIAN, re.compile(r"\bmedian\b", re.IGNORECASE)),
    (CutoffMethod.QUANTILE, re.compile(r"\b(?:per)?centiles?\b|\bquantiles?\b|\b(?:ter[tc]|quart|quint|dec)iles?\b|"
                                       r"\bP[0-9]{1,2}\b", re.IGNORECASE)),
    (CutoffMethod.REFERENCE_LIMIT, re.compile(r"[UL]LN\b|\blimits? of (?:the )?normal\b", re.IGNORECASE)),
)  # fmt: skip
_SIGN = re.compile(r"(>=|<=|=>|=<|≥|≤|>|<)\s*")
#: Signs of one meaning → the one that is stored.
SIGNS = {"≥": ">=", "≤": "<=", "=>": ">=", "=<": "<="}
#: Units that say what a number is a multiple or a percentage of.
_LIMIT_UNIT = re.compile(r"(?P<side>[UL])LN", re.IGNORECASE)
_PERCENTILE_UNIT = re.compile(r"(?:per)?centile", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CutoffWords:
    """A cutoff in words in one spelling, the operator before it if there is one, and how it was chosen."""

    text: str
    operator: str | None
    method: CutoffMethod


def method_of(text: str | None) -> CutoffMethod | None:
    """Say by which method words choose a cutoff; None where they name none, or several."""
    if not text:
        return None
    words = plain(text)
    found = [method for method, form in _METHODS if form.search(words)]
    return found[0] if len(found) == 1 else None


def in_words(text: str) -> CutoffWords | None:
    """Give the cutoff of a cell that is words with a method (`> 2 x ULN`, `75th percentile`); None for any other."""
    method = method_of(text)
    if method is None:
        return None
    operator, words = signed(text)
    return CutoffWords(_one_spelling(words), operator, method)


def signed(text: str) -> tuple[str | None, str]:
    """Split the operator off a cutoff: `≥35` is `>=` and `35`; None where it has none."""
    words = plain(text)
    sign = _SIGN.match(words)
    return (None, words) if sign is None else (SIGNS.get(sign[1], sign[1]), words[sign.end() :])


def of_unit(value: float, unit: str) -> str | None:
    """Give the words of a value whose unit is no unit of the factor: 1.5 in {ULN} is 1.5 × ULN; None for a unit."""
    if (limit := _LIMIT_UNIT.search(unit)) is not None:
        return _times(f"{value:g}", limit["side"])
    return f"{_ordinal(value)} percentile" if _PERCENTILE_UNIT.search(unit) else None


def _one_spelling(words: str) -> str:
    multiple = _MULTIPLE.fullmatch(words)
    if multiple is None:
        return words
    return _times(re.sub("[,·]", ".", multiple["times"] or "1"), multiple["side"] or multiple["spelled"][0])


def _times(number: str, side: str) -> str:
    return f"{side.upper()}LN" if float(number) == 1.0 else f"{float(number):g} × {side.upper()}LN"


def _ordinal(value: float) -> str:
    ends = {1: "st", 2: "nd", 3: "rd"}
    whole = int(value)
    end = "th" if value != whole or whole % 100 in (11, 12, 13) else ends.get(whole % 10, "th")
    return f"{value:g}{end}"
