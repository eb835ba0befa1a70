"""What words say is compared: the side of a cutoff a group is on, a step of a continuous factor, extreme groups.

A text that can be read two ways says nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from registry.terms import ContrastKind, FactorScale
from registry.units import spelled

#: Names of the two levels of a factor that is no number, the higher or positive one first.
Levels = Sequence[Sequence[str]]

#: Texts of groups repeat from row to row.
_REMEMBERED = 4096

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\ufe58\ufe63\uff0d"), "-")
_NUMBER = r"[0-9]+(?:[.,\u00b7][0-9]+)?"
#: A sign and what follows, unless it is that of a p-value.
_BOUND = re.compile(
    rf"(?<!\b[Pp])(?<!\b[Pp] )(?P<sign>>=|≥|=>|>|<=|≤|=<|<)\s*(?P<value>{_NUMBER})?\s*(?P<unit>[A-Za-zµμ%/*^0-9{{}}]+)?"
)
_AT = re.compile(
    r"\bat or (?:(?P<above>above|over)|below|under)\b"
    r"|\b(?:(?P<least>at least|not? less than)|at most|not? more than)\b"
)
_HIGH = re.compile(
    r"\b(?:high(?:er|est)?|elevated|raised|increased|above|over|greater|larger|more|exceeding|top|upper(?! limit)"
    r"|positive|pos|present|detectable|amplified|amplification|mutated|mutant|overexpressed|overexpression)\b"
)
_LOW = re.compile(
    r"\b(?:low(?:er|est)?|decreased|reduced|below|under|less|smaller|bottom"
    r"|negative|neg|absent|absence|undetectable|unamplified|nonamplified|unmutated|wild[ -]?type)\b"
)
_NOT = re.compile(r"\b(?:not|non|no|without|never)[ -](?:(?:evidence|signs?|history) of |\w+[ -])?$")
_VERSUS = re.compile(r"\b(?:vs|versus|against|compared (?:with|to)|relative to|over)\b\.?|(?<=\w) ?/ ?(?=low|high)")

_QUANTILE = r"(?:tertile|tercile|quartile|quintile|decile|third|quarter|fifth)s?"
_END = r"(?:highest|top|upper|lowest|bottom|first|last)"
_AGAINST = r"(?:vs\.?|versus|against|compared with|to)"
_EXTREMES = re.compile(
    rf"\b{_END}(?: {_QUANTILE})? {_AGAINST} (?:the )?{_END}(?: {_QUANTILE})?"
    r"|\b([TQ])[2-9] ?(?:vs\.?|versus|-|to|/) ?\1[1-4]\b(?! ?[-&+,])",
    re.IGNORECASE,
)
_ONE_QUANTILE = re.compile(
    rf"\b(?:{_END}|second|third|fourth|fifth) {_QUANTILE}\b|\b[TQ][1-9](?: ?[-&+,] ?[TQ]?[1-9])?\b",
    re.IGNORECASE,
)
_EACH = r"\b(?:per|for each|each|every|for every)\b"
_FALL = r"(?:decrease|decrement|reduction|decline|drop|fall)"
_LOWER = rf"(?:{_FALL}|lower|less|fewer)"
_MORE = r"(?:increases?|increments?|rise|higher|more|change)\b"
_SD = re.compile(
    rf"(?:{_EACH}|\b(?:1|one|a))[ -](?:(?:1|one)[ -])?(?:SD|standard[ -]deviations?)\b|\bSD[ -]{_MORE}", re.IGNORECASE
)
_DOUBLING = re.compile(
    rf"{_EACH} (?:two-?fold|2-fold|doubling)|\bdoubling of (?!(?:the |a )?(?:risk|hazard|rate|mortality))",
    re.IGNORECASE,
)
_STEP = re.compile(
    rf"{_EACH}[ -](?:additional |further )?(?P<value>{_NUMBER})?[ -]?"
    rf"(?P<unit>units?|points?|(?!{_LOWER}\b)[A-Za-zµμ%]+(?:/[A-Za-z0-9*^µμ]+)?)?"
    rf"(?:[ -](?:unit|point)s?)?[ -]?{_MORE[:-2]}?",
    re.IGNORECASE,
)
#: One step of a logarithm, or tenfold: `per log2 increase`, `per unit of log10`, `per 10-fold increase`.
_LOG_STEP = re.compile(
    rf"{_EACH}[ -](?:(?:1|one)[ -])?(?:unit[ -])?(?:of |in |on )?"
    r"(?:(?:log[ _-]?(?:2|10|e|₂|₁₀)|ln|lg)\b|(?:ten|10)-?fold)",
    re.IGNORECASE,
)
_LESS = re.compile(rf"[ -]?(?:of [\w-]+ {_FALL}|{_LOWER})\b", re.IGNORECASE)
_LESS_BEFORE = re.compile(rf"\b{_FALL} (?:of|by) (?:an? )?$", re.IGNORECASE)
_RISE = re.compile(rf"{_MORE[:-2]}$", re.IGNORECASE)
#: A step down by itself: `per halving`, `per decrease of 1 g/dL`.
_DOWN = re.compile(rf"{_EACH}[ -](?:halving|{_FALL} (?:of|by|in))\b", re.IGNORECASE)
#: What `ng per mL` and `cells per uL` end in: no step by itself.
_DENOMINATORS = frozenset({"L", "dL", "mL", "uL", "kg", "g"})
_UNNAMED_LOG = re.compile(r"\blog(?:s|[ -]?transformed)?\b(?![ -]?rank)|[0-9]-?fold", re.IGNORECASE)
_BARE = re.compile(r"units?|points?|increases?|increments?|rise|higher|more|change|", re.IGNORECASE)
_ONE = re.compile(r"\b(?:unit|point)\b", re.IGNORECASE)
_GROWS = re.compile(r"\bunit|\bpoint|increase|increment", re.IGNORECASE)
_CONTINUOUS = re.compile(
    r"\bcontinuous(?:ly)? (?:variable|covariate|predictor|scale|measure|factor|term|marker|coded|modell?ed|anal)"
    r"|\b(?:modell?ed|coded|analy[sz]ed|entered|treated)(?: as)? (?:a )?continuous"
    r"|[(,]\s*continuous(?:ly)?\s*(?:\)|$)|^continuous(?:ly)?$|\b(?:log-)?linear (?:term|trend)\b",
    re.IGNORECASE,
)
_SCALES = (
    (FactorScale.LOG2, re.compile(r"\blog[ _-]?(?:2|₂)(?![0-9])", re.IGNORECASE)),
    (FactorScale.LOG10, re.compile(r"\blog[ _-]?(?:10|₁₀)(?![0-9])|\blg\b|\b(?:ten|10)-?fold", re.IGNORECASE)),
    (FactorScale.LN, re.compile(r"\bln\b|\bnatural[ -]log|\blog[ _-]?e\b", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a continuous ratio: how much more of the factor, in which unit, on which scale; None where not said.

    `less` says that the words go down the factor: `per 1 g/dL decrease`.
    """

    kind: ContrastKind
    value: float | None = None
    unit: str | None = None
    scale: FactorScale | None = None
    less: bool = False

    @property
    def columns(self) -> dict[str, Any]:
        """Give it by contract names, what is not said left out; a step of a logarithm has no unit."""
        logged = self.scale not in (None, FactorScale.RAW)
        unit = "1" if logged and self.value is not None else self.unit
        found = {"cutoff_value": self.value, "cutoff_unit": unit, "scale": self.scale and self.scale.value}
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Bound:
    """A cutoff in the words of a group: `high` is the side the group is on."""

    high: bool
    value: float | None
    unit: str | None


def plain(text: str) -> str:
    """Give a text in one form: compatible letters as the usual ones, one kind of dash, single spaces."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return " ".join(text.split())


def scale_of(text: str) -> FactorScale | None:
    """Give the logarithm a text names; None where it names none or several."""
    found = [scale for scale, form in _SCALES if form.search(text)]
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=_REMEMBERED)
def step_of(text: str) -> Step | None:
    """Give the step of a continuous ratio that a text names: `per 100 U/L increase`, `each SD`, `log2-transformed`."""
    found = find_step(plain(text))
    return None if found is None else found[0]


def find_step(text: str) -> tuple[Step, tuple[int, int]] | None:
    """Give the step a plain text names, and where its words stand."""
    if (down := _DOWN.search(text)) is not None:
        return Step(ContrastKind.PER_UNIT, less=True), down.span()
    found = _found_step(text, scale_of(text))
    if found is None:
        return None
    step, (start, end) = found
    less = _LESS_BEFORE.search(text[:start]) or (_LESS.match(text, end) and not _RISE.search(text[start:end]))
    return replace(step, less=bool(less)), (start, end)


def _found_step(text: str, scale: FactorScale | None) -> tuple[Step, tuple[int, int]] | None:
    if (match := _SD.search(text)) is not None:
        return Step(ContrastKind.PER_SD, scale=scale), match.span()
    if (match := _DOUBLING.search(text)) is not None:
        return Step(ContrastKind.PER_DOUBLING), match.span()
    if scale is not None and (match := _LOG_STEP.search(text)) is not None:
        return Step(ContrastKind.PER_UNIT, 1.0, scale=scale), match.span()
    for match in _STEP.finditer(text):
        if (step := _step(match, scale)) is not None:
            return step, match.span()
    match = _CONTINUOUS.search(text) or next((each for _, form in _SCALES if (each := form.search(text))), None)
    return None if match is None else (Step(ContrastKind.PER_UNIT, scale=scale), match.span())


def _step(match: re.Match[str], scale: FactorScale | None) -> Step | None:
    """Read a step; `per 1000 person-years` and `per protocol` name none."""
    value, word = match["value"], match["unit"] or ""
    unit = None if _BARE.fullmatch(word) else spelled(word)
    falls = bool(value) and not word and _LESS.match(match.string, match.end())
    if unit is None and not falls and not _GROWS.search(match.group()):
        return None
    if not value and unit in _DENOMINATORS:
        return None
    number = _number(value) if value else 1.0 if unit or _ONE.search(match.group()) else None
    if unit is None and scale is None and _UNNAMED_LOG.search(match.string):
        number = None  # a step of a logarithm that is not named
    return Step(ContrastKind.PER_UNIT, number, unit, scale)


def _number(text: str) -> float | None:
    """Read a number; 1,000 can be two and is none."""
    return None if re.search(r",[0-9]{3}$", text) else float(re.sub("[,·]", ".", text))


@lru_cache(maxsize=_REMEMBERED)
def extremes(text: str) -> bool:
    """Say whether a text sets the top group against the bottom one, those between left out: `T3 vs T1`."""
    return find_extremes(plain(text)) is not None


def find_extremes(text: str) -> tuple[int, int] | None:
    """Give where a plain text sets the top group against the bottom one."""
    found = _EXTREMES.search(text)
    return None if found is None else found.span()


@lru_cache(maxsize=_REMEMBERED)
def quantile(text: str) -> bool:
    """Say whether a text names one of several quantiles: `lowest tertile`, `Q1-3`."""
    return bool(_ONE_QUANTILE.search(plain(text)))


def quantiles(text: str | None) -> bool:
    """Say whether a text sets quantiles against each other: `Q4 vs Q1-3`; `upper tertile` alone is a cutoff."""
    return bool(text) and quantile(str(text)) and bool(_VERSUS.search(plain(str(text)).casefold()))


@lru_cache(maxsize=_REMEMBERED)
def bound_of(text: str) -> Bound | None:
    """Give the one cutoff with its side in the words of a group: `albumin >= 3.5 g/dL`."""
    found = list(_BOUND.finditer(plain(text)))
    if len(found) != 1:
        return None
    value = found[0]["value"]
    number = _number(value) if value else None
    return Bound(found[0]["sign"] in (">=", "≥", "=>", ">"), number, spelled(found[0]["unit"] or "") or None)


def is_high(text: str | None, levels: Levels | None = None) -> bool | None:
    """Say whether the words of one group name the high side: True, False, or None where they name neither or both.

    By side, not boundary: `at or below 305` is the low side of `> 305` and of `>= 305`. `levels` are the factor's own.
    """
    if not text:
        return None
    words = plain(text).casefold()
    for place, names in enumerate(levels or ()):
        if len(levels or ()) == 2 and words in {plain(name).casefold() for name in names}:
            return place == 0
    if _VERSUS.search(words) and not _AT.search(words):
        return None
    if (bound := bound_of(words)) is not None:
        return bound.high
    if (at := _AT.search(words)) is not None:
        return bool(at["above"] or at["least"])
    sides = {_turned(words, match, high=True) for match in _HIGH.finditer(words)}
    sides |= {_turned(words, match, high=False) for match in _LOW.finditer(words)}
    return sides.pop() if len(sides) == 1 else None


def _turned(words: str, match: re.Match[str], *, high: bool) -> bool:
    return high != bool(_NOT.search(words[: match.start()]))


def compared(text: str | None, levels: Levels | None = None) -> bool | None:
    """Say whether words compare the high group with the low one (True), or the other way round (False).

    `high vs low`, `NLR ≥ 3 versus < 3`, `low compared with high`; None where they say nothing of it, or both.
    """
    if not text:
        return None
    words = plain(text).casefold()
    places = list(_VERSUS.finditer(words))
    found = {_sides(words, place, levels) for place in places} - {None}
    if len(found) != 1:
        return None
    [side] = found
    first = is_high(words[: places[0].start()].partition("(")[0], levels)
    return side if first in (None, side) else None  # `Low albumin (HR 1.7), as did high vs low NLR` is of two factors


def _sides(words: str, versus: re.Match[str], levels: Levels | None) -> bool | None:
    """Read the words right before and after a `versus`."""
    before = re.split(r"[,;:.(](?![0-9])", words[: versus.start()])[-1].split()[-4:]
    after = re.split(r"[,;:.)](?![0-9])", words[versus.end() :])[0].split()[:4]
    index, reference = is_high(" ".join(before), levels), is_high(" ".join(after), levels)
    if index is None or reference is None:
        return None
    return index if index != reference else None
