"""A list of covariates as a report prints it → its entries, and the names an entry may go by, qualifiers taken off."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from registry.meaning.words import plain

#: What separates entries, outside brackets: a semicolon, a comma that is no decimal or thousands mark, "and", "&".
_SEMICOLON = re.compile(r"\s*;\s*")
_COMMA = re.compile(r"\s*(?:,(?!\d)|(?<!\d),)\s*(?:(?:and|&)\s+)?", re.IGNORECASE)
_AND = re.compile(r"\s+(?:and|&|\+)\s+", re.IGNORECASE)
_SLASH = re.compile(r"\s*/\s*")
#: What stands in place of a list: none was read.
_NO_LIST = re.compile(
    r"(?:n\.?/?r\.?|not (?:reported|stated|specified|given|clear)|unclear|unknown|various|multiple|several)\.?"
    r"|(?:all )?(?:statistically )?(?:\w+ )?(?:variables|factors|covariates|parameters|predictors)\b[^,;:]*"
    r"|(?:all |those )?(?:statistically )?significant (?:in|on|at|by)\b[^,;:]*|all\b[^,;:]*\bexcept\b.*",
    re.IGNORECASE,
)

_COMPARED = re.compile(r"\s*(?:>=|<=|=>|=<|[<>≥≤=:]).*$")
_BRACKETS = re.compile(r"\s+[(\[][^()\[\]]*[)\]]$")
_LEVEL = re.compile(
    r"\s+(?:[IVX]{1,4}|[0-9]+)(?:\s*(?:[-/]|or|to|vs\.?|versus|\+)\s*(?:[IVX]{1,4}|[0-9]+))*\+?$|\s+[0-9]+\+$",
    re.IGNORECASE,
)
_HOW = re.compile(
    r"[\s,]+(?:as (?:an? )?)?(?:continuous(?:ly)?|categorical|dichotomi[sz]ed|binary|log-?transformed"
    r"|per (?:year|decade|unit|\d+ years?)|in years|\(?years?\)?|group|status|level|score|category)$",
    re.IGNORECASE,
)
#: What is in brackets behind a name and says how it was entered, not what it is.
_QUALIFIER = re.compile(
    r"[(\[]\s*(?:continuous|categorical|dichotom|binary|log|per\b|in years|years?\b|yes\b|no\b|[<>≥≤=]|[0-9]|vs\b"
    r"|male|female|high|low|present|absent|positive|negative|as a\b|time-)",
    re.IGNORECASE,
)

Known = Callable[[str], bool]


def entries(text: str, known: Known = lambda _: False) -> list[str]:
    """Give the entries of a list, in order: `age, sex, and ISS` are three; t(4; 14) is one and spelled t(4;14).

    Commas and "and" separate as semicolons do, not within brackets, and not within a name that is `known`.
    """
    found: list[str] = []
    if _NO_LIST.fullmatch(text.strip()):
        return found
    for part in _apart(text, _SEMICOLON):
        found += _listed(part, known)
    return [each for each in (re.sub(r"\s*;\s*", ";", entry.strip()) for entry in found) if each]


def _listed(part: str, known: Known) -> Iterator[str]:
    if known(part):
        yield part
        return
    for piece in _apart(part, _COMMA):
        if known(piece):
            yield piece
        else:
            for each in _apart(piece, _AND):
                parts = _apart(each, _SLASH)
                yield from parts if len(parts) > 1 and all(map(known, parts)) else [each]


def _apart(text: str, mark: re.Pattern[str]) -> list[str]:
    """Cut a text at a mark, but not within brackets; a bracket that is never closed counts for nothing."""
    pieces, start = [], 0
    for match in mark.finditer(text):
        before = text[start : match.start()]
        if _open(before) and any(close in text[match.end() :] for close in ")]"):
            continue
        pieces.append(before)
        start = match.end()
    return [piece.strip() for piece in (*pieces, text[start:]) if piece.strip()]


def _open(text: str) -> bool:
    return text.count("(") + text.count("[") > text.count(")") + text.count("]")


def names(entry: str) -> Iterator[str]:
    """Give what an entry may be called, the words as they stand first, then with one qualifier after the other off.

    `age (continuous)` and `age >= 65` are also `age`, `ISS III` is also `ISS`; `R-ISS` is nothing but that.
    """
    name = " ".join(entry.split())
    seen: set[str] = set()
    for _ in range(6):
        if not name or name in seen:
            return
        seen.add(name)
        yield name
        name = next(
            (shorter for form in (_BRACKETS, _COMPARED, _HOW, _LEVEL) if (shorter := form.sub("", name)) != name), name
        )


def bare(entry: str) -> str:
    """Give the name of an entry nobody coded, without what only says how it was entered into the model."""
    name = " ".join(entry.split())
    while True:
        bracket = _BRACKETS.search(name)
        shorter = name[: bracket.start()] if bracket and _QUALIFIER.match(bracket[0].strip()) else name
        shorter = _HOW_ENTERED.sub("", _COMPARED.sub("", shorter)).strip()
        if shorter == name or not shorter:
            return name
        name = shorter


_HOW_ENTERED = re.compile(
    r"[\s,]+(?:as (?:an? )?)?(?:continuous(?:ly)?|categorical|dichotomi[sz]ed|per (?:year|decade|\d+ years?))$",
    re.IGNORECASE,
)


def say_more(text: str, codes: list[str]) -> bool:
    """Whether the words of a list say other than its codes do, spelling and order aside."""
    said = {plain(each).casefold() for each in _apart(text, _SEMICOLON)}
    return said != {plain(code).casefold() for code in codes}
