"""Breaking text into lines as wide as a terminal, and measuring it, with values in one piece."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_KEEP_TOGETHER = re.compile(
    r"(?:\b[HRO]R )?[\d.∞−]+ \([^()]*\)"  # 1.73 (1.23–2.44), HR 1.73 (95 % CI 1.23–2.44)
    r"|\S+ \(\d+\)"  # hr (10)
    r"|\b[A-Za-z] [=<>≥] [\d.]+"  # p < 0.001
    r"|(?:I² )?[\d.]+ %"
    r"|\d+ (?:df|of \d+)"
    r"|t\([^()]*\)"  # t(k − 1)
)
_NO_BREAK = "\N{NO-BREAK SPACE}"


def wrapped(text: str, width: int) -> list[str]:
    """Break text into lines of at most `width`, never inside a pooled value, a p-value or a number with its unit."""
    lines = _wrap(held(text), width)
    return [line.replace(_NO_BREAK, " ") for line in lines]


def held(text: str) -> str:
    """Put no-break spaces into every value and number with its unit."""
    return _KEEP_TOGETHER.sub(lambda found: found.group().replace(" ", _NO_BREAK), text)


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)


def cells(texts: Sequence[str]) -> int:
    """Measure the widest of these texts in characters of a terminal."""
    return max((width(text) for text in texts), default=0)


def width(text: str) -> int:
    """Measure a text in characters of a terminal: wide East Asian ones count two, combining ones none."""
    import unicodedata

    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in text)
    return len(text) + wide - sum(bool(unicodedata.combining(each)) for each in text)
