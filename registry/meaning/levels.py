"""The groups a factor is divided into, by name: synonyms are one level, and `II vs I` is two of them."""

from __future__ import annotations

import re
from functools import lru_cache

from registry.meaning.words import Levels, plain

#: Levels of factors that have two, the positive one first: who is not of the first is of the second.
_PAIRS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("positive", "pos", "+", "positivity"), ("negative", "neg", "-", "negativity")),
    (
        ("present", "presence", "yes", "detected", "detectable"),
        ("absent", "absence", "no", "undetected", "undetectable"),
    ),
    (("amplified", "amplification", "gain"), ("not amplified", "non-amplified", "no amplification", "no gain")),
    (("mutated", "mutant", "mutation"), ("wild type", "wild-type", "wildtype", "wt", "unmutated", "not mutated")),
    (("deleted", "deletion"), ("not deleted", "no deletion")),
)
#: Levels that may have others between them.
_MANY = (("high", "higher", "elevated", "raised", "increased"), ("low", "lower", "decreased", "reduced"))
#: All but one level, under any of its names, and that one: who is not normal or low is high.
_REST, _LEFT = ("not high", "normal or low", "low or normal", "normal/low", "low/normal", "not elevated"), "high"
_NAMES = (*(names for pair in _PAIRS for names in pair), *_MANY, _REST)
_ONE_WORD = {word: names[0] for names in _NAMES for word in names}

_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}
_QUANTILES = {
    **dict.fromkeys(("tertile", "tercile", "third"), ("T", 3)),
    **dict.fromkeys(("quartile", "fourth", "quarter"), ("Q", 4)),
    **dict.fromkeys(("quintile", "fifth"), ("quintile ", 5)),
    **dict.fromkeys(("decile", "tenth"), ("D", 10)),
}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_PLACED = re.compile(
    rf"(?P<place>highest|top|upper|last|lowest|bottom|lower|{'|'.join(_ORDINALS)}) (?P<name>{'|'.join(_QUANTILES)})s?"
    rf"|(?P<named>{'|'.join(_QUANTILES)}) (?P<number>[1-9]0?)"
)
#: Words around the name of a level that say nothing more.
_AROUND = re.compile(
    r"\([^()]*\bref[^()]*\)"
    r"|\b(?:stages?|grades?|groups?|class|categor(?:y|ies)|risk|patients|cases|disease|levels?|expression|status|the"
    r"|with|of|ref|reference|referent|iss|r-iss)\b"
)
_VERSUS = re.compile(r"\b(?:vs|versus|against|compared (?:with|to)|relative to)\b\.?", re.IGNORECASE)
_NUMBER = r"(?:[ivx]+|[tqd]?[0-9]+[a-d]?)"
_SEVERAL = re.compile(rf"(?<![\w])({_NUMBER})\s*(?:[/,&+-]|\bto\b|\band\b|\bor\b)\s*(?={_NUMBER}(?![\w]))")


@lru_cache(maxsize=4096)
def level_of(text: str | None, levels: Levels | None = None, factor: str | None = None) -> str | None:
    """Give the level a text names, one spelling for all its names; None for an empty text.

    `stage III`, `ISS 3` and `III` are one, so are `T1` and `lowest tertile`, `neg` and `negative`. `levels` are the
    names of the factor's own groups; its key may stand in the text.
    """
    if not text or not text.strip():
        return None
    words = plain(text).casefold()
    for names in levels or ():
        if words in {plain(name).casefold() for name in names}:
            return plain(names[0]).casefold()
    if factor:
        words = " ".join(words.replace(plain(factor).casefold(), " ").split()) or words
    words = " ".join(_PLACED.sub(_quantile, words).split())
    bare = " ".join(_AROUND.sub(" ", words).split()).strip(" :=") or words
    bare = _SEVERAL.sub(r"\1-", bare)
    bare = re.sub(r"(?<!\w)[ivx]+(?!\w)", lambda found: _ROMAN.get(found.group(), found.group()), bare)
    bare = re.sub(r"\b([tqd])([1-9]0?)-\1(?=[1-9])", r"\1\2-", bare)
    return _ONE_WORD.get(bare, bare)


def _quantile(match: re.Match[str]) -> str:
    letter, most = _QUANTILES[match["name"] or match["named"]]
    if match["number"]:
        return f"{letter}{match['number']}".casefold()
    place = _ORDINALS.get(match["place"]) or (most if match["place"] in ("highest", "top", "upper", "last") else 1)
    return f"{letter}{place}".casefold()


def other_of_two(level: str | None, levels: Levels | None = None) -> str | None:
    """Give the level that a factor of two levels has beside this one; None where there may be more."""
    if levels and len(levels) == 2:
        both = [plain(names[0]).casefold() for names in levels]
        return both[1 - both.index(level)] if level in both else None
    if level == _REST[0]:
        return _LEFT
    for first, second in _PAIRS:
        if level == first[0]:
            return second[0]
        if level == second[0]:
            return first[0]
    return None


@lru_cache(maxsize=4096)
def groups_of(text: str | None) -> tuple[str | None, str | None]:
    """Split `II vs I` into the words of both groups; a text that sets nothing against anything is of the first."""
    if not text or not text.strip():
        return None, None
    words = plain(text)
    found = list(_VERSUS.finditer(words))
    if len(found) != 1:
        return (words, None) if not found else (None, None)
    return words[: found[0].start()].strip(" .,;:") or None, words[found[0].end() :].strip(" .,;:") or None
