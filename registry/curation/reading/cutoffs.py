"""Cutoffs as printed: operator, value, and the unit as UCUM spells it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry.curation.reading.mentions import Mention
from registry.curation.reading.ratios import Piece

_OPERATORS = {
    ">=": r">=|≥|=>|at or above|at least|not less than|not below",
    "<=": r"<=|≤|=<|at or below|at most|not more than|up to",
    ">": r">|above|over|exceeding|(?:greater|higher|more|larger) than",
    "<": r"<|below|under|(?:less|lower|smaller|fewer) than",
}
_OPERATOR = "(?:" + "|".join(f"(?P<op{place}>{words})" for place, words in enumerate(_OPERATORS.values())) + ")"
_VALUE = r"(?P<value>[0-9]{1,3}(?:[ ,][0-9]{3})+(?![0-9])|[0-9]+(?:[.,][0-9]+)?|\.[0-9]+)"
_POWER = r"(?:[x×*] ?)?10(?:\^|\*)?[ (\[]*(?P<power>[0-9]|[³⁹])[)\]]?"
_UNIT = (
    rf"(?: ?(?P<unit>(?:[µunpm]?g|[µunpm]?mol|m?[Ii]?U|mEq)/(?:[dmµu]?[lL]|kg)|%|[x×]? ?ULN"
    rf"|(?:{_POWER} ?/ ?[µu]?[lL])|(?:cells ?)?/ ?(?:[µu][lL]|mm3|mm³)))?"
)
_MORE = r"(?: or (?P<more>more|higher|above|greater|over)| or (?P<less>less|lower|below))?"
_GAP = r"[^.;0-9<>≤≥=]{0,45}?"
_STATED = re.compile(
    rf"(?P<gap>{_GAP})(?<!\b[pP] )(?<!\b[pP]){_OPERATOR} ?(?:{_VALUE}{_UNIT}|(?P<uln>[x×]? ?ULN))(?!\w)"
)
_OR_MORE = re.compile(
    rf"(?P<gap>{_GAP})\b(?:of|was|level|concentration)? ?{_VALUE}{_UNIT} or (?:(?P<more>more|higher|"
    r"above|greater|over)|(?P<less>less|lower|below))\b"
)
_NAMED = re.compile(
    r"(?:cut-?(?:off|point)s?(?: (?:values?|points?|levels?))?|thresholds?)\b"
    rf"(?P<gap>{_GAP}){_OPERATOR}? ?{_VALUE}{_UNIT}(?!\w| ?%)",
    re.IGNORECASE,
)
#: Between a factor and a number that is not its cutoff.
_ELSEWHERE = re.compile(r"\b(?:aged?|years?|ECOG|stage|ISS|months|HR|ratio of|[pP])\b")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:[ ,][0-9]{3})+")
_HIGH = re.compile(
    r"\b(?:high|higher|highest|elevated|raised|increased)(?: (?:serum|baseline|plasma|pre-?\w+))* ?\Z", re.I
)
_LOW = re.compile(
    r"\b(?:low|lower|lowest|decreased|reduced|depressed)(?: (?:serum|baseline|plasma|pre-?\w+))* ?\Z", re.I
)


def cutoff(
    text: str, sentence: tuple[int, int], mentions: list[Mention], others: list[Mention], *, place: int
) -> list[Piece]:
    """Give the cutoff of a factor in a sentence, by its `mentions`: the one nearest to a place, those before it first.

    A cutoff does not reach over the mention of another factor (`others`).
    """
    for each in sorted(mentions, key=lambda each: (each.start > place, abs(place - each.start))):
        limit = min([other.start for other in others if other.start > each.start] + [sentence[1]])
        for form in (_STATED, _OR_MORE):
            match = form.match(text, each.end, limit)
            if match and not _ELSEWHERE.search(match["gap"]):
                return list(_pieces(match))
    match = _NAMED.search(text, *sentence)
    if match and not _ELSEWHERE.search(match["gap"]):
        return list(_pieces(match))
    return []


def low_is_index(text: str, mention: Mention) -> bool:
    """Whether the factor is named as low: the index group is below."""
    return bool(_LOW.search(text[max(0, mention.start - 40) : mention.start]))


def high_is_index(text: str, mention: Mention) -> bool:
    """Whether the factor is named as high: the index group is above."""
    return bool(_HIGH.search(text[max(0, mention.start - 40) : mention.start]))


def _pieces(match: re.Match[str]) -> Iterator[Piece]:
    groups = match.groupdict()
    for place, operator in enumerate(_OPERATORS):
        if groups.get(f"op{place}"):
            yield Piece("cutoff_operator", operator, *match.span(f"op{place}"))
    for name, operator in (("more", ">="), ("less", "<=")):
        if groups.get(name):
            yield Piece("cutoff_operator", operator, *match.span(name))
    if groups.get("uln"):
        yield Piece("cutoff_value", "1", *match.span("uln"))
        yield Piece("cutoff_unit", "{ULN}", *match.span("uln"))
        return
    yield Piece("cutoff_value", _number(match["value"]), *match.span("value"))
    if match["unit"]:
        yield Piece("cutoff_unit", _ucum(match), *match.span("unit"))


def _number(value: str) -> str:
    """Write the number without thousands separators and with a decimal point."""
    if _THOUSANDS.fullmatch(value):
        return re.sub("[ ,]", "", value)
    return value.replace(",", ".")


def _ucum(match: re.Match[str]) -> str:
    unit = match["unit"].replace(" ", "").replace("µ", "u")
    if unit.endswith("ULN"):
        return "{ULN}"
    if match["power"]:
        power = {"³": "3", "⁹": "9"}.get(match["power"], match["power"])
        return f"10*{power}/{unit.rpartition('/')[2][:-1]}L"
    unit = unit.removeprefix("cells").replace("mm³", "mm3").replace("IU", "[iU]")
    return unit[:-1] + "L" if unit.endswith("l") else unit
