"""Measuring and breaking lines of text for a figure, in inches."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

FONT = "DejaVu Sans"
"""Comes with matplotlib: the same on every machine."""
NO_BREAK = "\N{NO-BREAK SPACE}"
"""No line is broken at it; once lines are broken it is a space like others."""
_SPACES = re.compile(r"[ \t\r\n]+")
_NEARLY = 1e-6
"""Inches that are no difference."""


def together(text: str) -> str:
    """Keep a text in one line: `(k = 8)`."""
    return text.replace(" ", NO_BREAK)


def words(text: str) -> list[str]:
    """Give the pieces of a text between which lines are broken."""
    return [word for word in _SPACES.split(text) if word]


def printable(text: str) -> str:
    """Leave out what cannot be drawn: control characters, and line breaks that would break the layout."""
    return "".join(each if each.isprintable() or each == NO_BREAK else " " for each in text)


@lru_cache(maxsize=16384)
def width(text: str, *, size: float, bold: bool = False) -> float:
    """Measure a text of `size` points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=FONT, size=size, weight="bold" if bold else "normal")
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]) / 72.0


def widest(texts: Iterable[str], *, size: float, bold: bool = False) -> float:
    """Measure the widest of these texts."""
    return max((width(text, size=size, bold=bold) for text in texts), default=0.0)


def wrapped(text: str, room: float, *, size: float, bold: bool = False) -> list[str]:
    """Break a text into lines no wider than `room`: between words, and within a word that is wider alone."""
    done: list[str] = []
    line = ""
    for word in words(text):
        longer = f"{line} {word}" if line else word
        if width(longer, size=size, bold=bold) <= room + _NEARLY:
            line = longer
            continue
        done += [line] if line else []
        *full, line = _pieces(word, room, size=size, bold=bold)
        done += full
    return [each.replace(NO_BREAK, " ") for each in ([*done, line] if line else done)]


def _pieces(word: str, room: float, *, size: float, bold: bool) -> list[str]:
    pieces = []
    while len(word) > 1 and width(word, size=size, bold=bold) > room + _NEARLY:
        fits = (end for end in range(len(word) - 1, 1, -1) if width(word[:end], size=size, bold=bold) <= room)
        end = _seam(word, next(fits, 1))
        pieces.append(word[:end])
        word = word[end:]
    return [*pieces, word]


def _seam(word: str, most: int) -> int:
    """Find where a word that is too long is broken: after its last `_`, `-` or `/` that fits, if that is not early."""
    seam = max(word.rfind(sign, 0, most) for sign in "_-–/") + 1
    return seam if seam > most // 3 else most
