"""The order of names in lists that people read: numbers by their size, case and accents aside.

A particle is part of the name as it is printed: `van der Berg` stands under v, `de Vries` and `De Vries` together under
d, as in Vancouver's lists of references. Lists of estimates, which are read from the database piece by piece, stay in
the order of their keys.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import TypeAlias

from registry.remembered import Remembered

#: Compares as people sort; the text itself at the end settles what they hold to be equal. What is missing comes last.
Place: TypeAlias = tuple[bool, tuple[str | tuple[int, str], ...], str]

_DIGITS = re.compile(r"([0-9]+)")
#: Letters that are no other letter with a mark on it.
_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ð": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})
#: Apostrophes, however they are printed: O'Brien and O’Brien are one name.
_ASIDE = str.maketrans("", "", "'’ʼ`´")


def natural(text: str | None) -> Place:
    """Give the place of a name in a list: study 2 before study 10, Müller beside Muller, what is missing last."""
    return _PLACES[text or ""]


def by_name(*texts: object) -> tuple[Place, ...]:
    """Give the place of a row that is sorted by several names, the first deciding first."""
    return tuple(natural(None if text is None else str(text)) for text in texts)


def in_order(names: Iterable[str]) -> list[str]:
    """Sort names as people do."""
    return sorted(names, key=natural)


def _place(text: str) -> Place:
    parts = _DIGITS.split(_folded(text))
    numbers = ((len(each.lstrip("0")), each.lstrip("0")) for each in parts[1::2])
    words = tuple(part for pair in zip(parts[::2], (*numbers, (0, "")), strict=True) for part in pair)
    return (not text, words, text)


def _folded(text: str) -> str:
    """Give a name without case, accents and apostrophes; dashes and underscores as spaces."""
    plain = text.casefold()
    if not plain.isascii():
        apart = unicodedata.normalize("NFKD", plain.translate(_LETTERS))
        plain = "".join(each for each in apart if not unicodedata.combining(each))
    return " ".join(re.sub(r"[-_‐‑–—]", " ", plain.translate(_ASIDE)).split())


_PLACES: Remembered[str, Place] = Remembered(_place)
