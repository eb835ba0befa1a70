"""The forms in which titles and names are compared, and what small differences between them mean."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rapidfuzz import fuzz

_GREEK = {chr(code): unicodedata.name(chr(code)).rsplit(" ", 1)[-1].lower() for code in range(0x3B1, 0x3CA)} | {
    "ς": "sigma"
}
_LETTERS = str.maketrans(
    {
        **_GREEK,
        "ø": "o",
        "đ": "d",
        "ł": "l",
        "æ": "ae",
        "œ": "oe",
        "ß": "ss",
        "ı": "i",
        "þ": "th",
        "ð": "d",
        "&": " and ",
    }
)


@lru_cache(maxsize=65536)
def folded(text: str) -> str:
    """Give words in small plain letters and digits: no accents, Greek letters by name, punctuation as spaces."""
    small = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()).translate(_LETTERS)
    kept = "".join(
        each if each.isalnum() else "" if unicodedata.combining(each) or each in "'’" else " " for each in small
    )
    return " ".join(kept.split())


def joined(text: str) -> str:
    """Give a folded text without its spaces: follow-up, follow up and followup are one."""
    return text.replace(" ", "")


_ROMAN = {
    "i": "1",
    "ii": "2",
    "iii": "3",
    "iv": "4",
    "v": "5",
    "vi": "6",
    "vii": "7",
    "viii": "8",
    "ix": "9",
    "x": "10",
}
_COUNTED = {"one": "1", "two": "2", "three": "3", "first": "1", "second": "2", "third": "3"}
#: Words whose absence makes another title.
_TURNING = frozenset(
    [*("not", "no", "non", "without", "never", "before", "after"), *("male", "female", "men", "women")]
)


def distinguishing(one: str, other: str) -> bool:
    """Whether two folded titles differ in a number (also roman or in words) or in a word that turns the meaning."""
    return joined(one) != joined(other) and _marks(one) != _marks(other)


@lru_cache(maxsize=65536)
def _marks(title: str) -> tuple[str, ...]:
    found = []
    words = title.split()
    for place, word in enumerate(words):
        numbered = place > 0 and words[place - 1] in (
            "part",
            "phase",
            "grade",
            "stage",
            "type",
            "volume",
            "study",
            "cohort",
        )
        if place == len(words) - 1 or numbered or word not in ("i", "v", "x"):
            word = _ROMAN.get(word, word)  # noqa: PLW2901 - one word in one form
        if numbered and len(word) == 1:
            found.append(word)
        found += re.findall(r"\d+", _COUNTED.get(word, word))
        found += [word] if word in _TURNING else []
    return tuple(sorted(found))


#: Words that come and go between versions of one title.
_EMPTY = frozenset(
    ["a", "an", "the", "of", "in", "for", "on", "to", "and", "or", "with", "by", "from", "as", "at", "its", "is", "are"]
)


def words_agree(one: str, other: str) -> bool:
    """Whether every word of two folded titles is in both, but for spelling ("lymphoma" for "myeloma" is none)."""
    mine, theirs = set(one.split()) - _EMPTY, set(other.split()) - _EMPTY
    left, right = mine - theirs, theirs - mine
    if joined(one) == joined(other) or not (left or right):
        return True
    return all(any(_misspelt(word, each) for each in right) or word in joined(other) for word in left) and all(
        any(_misspelt(word, each) for each in left) or word in joined(one) for word in right
    )


def _misspelt(word: str, other: str) -> bool:
    return min(len(word), len(other)) > 3 and fuzz.ratio(word, other) >= 80.0 and word[:1] == other[:1]


def first_author(authors: str | None) -> str:
    """Give the first author as stored, empty when there is none."""
    return (authors or "").partition(";")[0].strip()


@lru_cache(maxsize=65536)
def family(author: str) -> str:
    """Give the folded family name of `Family, Given`, `Family GI` or `Given Family`, particles left out."""
    before, comma, _ = author.partition(",")
    words = before.split()
    if not comma and len(words) > 1:
        letters = [each for each in words[-1] if each.isalpha()]
        initials = len(letters) <= 3 and "".join(letters).isupper()
        words = words[:-1] if initials else words[-1:]
    parts = folded(" ".join(words)).split()
    while len(parts) > 1 and parts[0] in (
        "van",
        "von",
        "der",
        "den",
        "de",
        "la",
        "le",
        "di",
        "da",
        "del",
        "dos",
        "el",
        "al",
    ):
        parts = parts[1:]
    name = "".join(parts)
    return name.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def same_people(one: str, other: str) -> bool | None:
    """Whether two first authors can be one person by their family names; None when one is missing."""
    mine, theirs = family(one), family(other)
    if not mine or not theirs:
        return None
    if mine == theirs or (min(len(mine), len(theirs)) > 3 and fuzz.ratio(mine, theirs) >= 80.0):
        return True
    # Given and family name exchanged, or a double name of which one half is given.
    return mine in folded(other).split() or theirs in folded(one).split()


def start_page(pages: str | None) -> str | None:
    """Give the first page, in small letters: 1234 of 1234-9, e1001 of E1001."""
    found = re.match(r"[a-z]*\d+", pages.strip().casefold()) if pages else None
    return found[0] if found else None
