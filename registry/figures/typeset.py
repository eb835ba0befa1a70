"""Measuring and breaking lines of text for a figure, in inches."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

FONT = "DejaVu Sans"
"""Comes with matplotlib: the same on every machine."""


def printable(text: str) -> str:
    """Leave out what cannot be drawn: control characters, and line breaks that would break the layout."""
    return "".join(each if each.isprintable() else " " for each in text)


@lru_cache(maxsize=4096)
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
    for word in text.split():
        longer = f"{line} {word}".strip()
        if width(longer, size=size, bold=bold) <= room:
            line = longer
            continue
        done += [line] if line else []
        *full, line = _pieces(word, room, size=size, bold=bold)
        done += full
    return [*done, line] if line else done


def _pieces(word: str, room: float, *, size: float, bold: bool) -> list[str]:
    pieces = []
    while len(word) > 1 and width(word, size=size, bold=bold) > room:
        end = next((end for end in range(len(word) - 1, 1, -1) if width(word[:end], size=size, bold=bold) <= room), 1)
        pieces.append(word[:end])
        word = word[end:]
    return [*pieces, word]
