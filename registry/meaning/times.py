"""What words say of time: the horizon in the name of an endpoint, and when the clock starts."""

from __future__ import annotations

import re

from registry.meaning.words import plain

#: Days of a unit of time; 12 months are 1 year.
_DAYS = {"d": 1.0, "w": 7.0, "m": 365.25 / 12, "y": 365.25}
_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twelve": 12,
}  # fmt: skip
_COUNT = rf"(?P<count>[0-9]{{1,4}}(?:\.[0-9]+)?|{'|'.join(_NUMBERS)})"
_UNIT = r"(?P<unit>d|days?|w|wks?|weeks?|mo|mos|months?|y|yrs?|years?)"
_BEFORE = re.compile(rf"\b{_COUNT}[ -]?{_UNIT}\b[ -]*", re.IGNORECASE)
_DAY_FIRST = re.compile(r"\b(?P<unit>day|week|month|year)[ -]?(?P<count>[0-9]{1,4})\b[ -]*", re.IGNORECASE)
_AROUND = re.compile(r"\s*\b(?:at|by|within|until|up to|in|through)\s*$|^\s*(?:at|by|within)\b\s*", re.IGNORECASE)


def horizon(text: str) -> tuple[float | None, str]:
    """Give the time up to which events count in days, and the words without it: `100-day mortality`, `OS at 1 year`.

    None, and the words as they are, where there is no number with a unit of time or more than one.
    """
    words = plain(text)
    found = [*_BEFORE.finditer(words), *_DAY_FIRST.finditer(words)]
    if len(found) != 1:
        return None, words
    [match] = found
    count = match["count"].casefold()
    number = float(_NUMBERS.get(count, 0) or count)
    rest = (words[: match.start()].rstrip(), words[match.end() :].lstrip())
    left = " ".join(part for part in (_AROUND.sub("", rest[0]), _AROUND.sub("", rest[1])) if part).strip(" ,-()")
    days = round(number * _DAYS[match["unit"][0].casefold()], 2)
    return (days, left) if days > 0 and left else (None, words)


#: Starts of the clock, by what their words have in common; the first that fits counts.
_ORIGINS = (
    ("landmark", re.compile(r"\bland-?mark|\bday \+?[0-9]+ (?:after|post)|\b[0-9]+ (?:days|weeks|months) after")),
    ("relapse", re.compile(r"\b(?:relaps|recurren|progress|salvage|second[- ]line)")),
    ("transplantation", re.compile(r"\b(?:transplant|hsct|hct|asct|sct|graft|stem[- ]cell|bmt)")),
    ("cell infusion", re.compile(r"\b(?:infusion|car[- ]?t\b|re-?infusion)")),
    ("operation", re.compile(r"\b(?:surg|operat|resect|nephrectomy|cystectomy|\w+ectomy)")),
    ("diagnosis", re.compile(r"\b(?:diagnos|biopsy)")),
    ("randomisation", re.compile(r"\b(?:randomi[sz]|enrol|registration|inclusion|study entry|trial entry)")),
    ("treatment", re.compile(r"\b(?:treatment|therapy|chemotherapy|radiotherapy|first dose|c1d1|induction|immunoth)")),
    ("admission", re.compile(r"\b(?:admission|admitted|hospitali[sz]|presentation)")),
    ("sampling", re.compile(r"\b(?:sampl|blood draw|measurement|baseline)")),
    ("birth", re.compile(r"\bbirth")),
)  # fmt: skip


def origin(text: str) -> str:
    """Give the start of the clock that words mean, so that wordings of one are one; the words where none is known."""
    words = plain(text).casefold()
    return next((name for name, form in _ORIGINS if form.search(words)), words.rstrip("."))
