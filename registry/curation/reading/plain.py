"""Pasted text in one plain form, that knows where each of its characters stood."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"
_DOTS = "\u00b7\u2219\u22c5\u2027\u0387"
_ONE_FORM = str.maketrans(
    {**dict.fromkeys(_DASHES, "-"), "\u2a7d": "≤", "\u2a7e": "≥", "\uff1c": "<", "\uff1e": ">", "\uff1d": "=", "μ": "µ"}
    | {"\u2019": "'", "\u2032": "'", "\u201c": '"', "\u201d": '"'}
)
#: A word broken at the end of a line, a run of white space, the raised decimal point of some journals, anything else.
_PIECE = re.compile(
    rf"(?P<broken>(?<=[^\W\d_])[-\u00ad\u2010][ \t]*\r?\n\s*(?=[a-z]))|(?P<space>\s+)"
    rf"|(?P<dot>(?<=[0-9])[{_DOTS}](?=[0-9]))|(?P<soft>\u00ad)|(?P<other>.)"
)
_END = re.compile(r"(?<=[\w)\]%])[.!?](?= +[A-Z(\[])")
_ABBREVIATION = re.compile(r"(?:\b(?:vs|cf|al|fig|figs|no|approx|dr|st|e\.g|i\.e|resp)|\b[A-Z])\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Plain:
    """A text on one line: single spaces, one kind of dash, decimal points, words that were broken put together.

    `places` holds the position of each character in the `original`; `sentences` the spans in `text`.
    """

    text: str
    original: str
    places: tuple[int, ...]
    sentences: tuple[tuple[int, int], ...]

    def sentence(self, position: int) -> tuple[int, int]:
        """Give the span of the sentence a position is in."""
        return next(span for span in self.sentences if position < span[1] or span is self.sentences[-1])

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Give the span in the original."""
        return self.places[start], self.places[end - 1] + 1

    def words(self, start: int, end: int) -> str:
        """Give the words as printed, on one line, broken ones put together."""
        first, last = self.origin(start, end)
        joined = re.sub(r"(?<=[^\W\d_])[-\u00ad\u2010][ \t]*\r?\n\s*(?=[a-z])", "", self.original[first:last])
        return " ".join(joined.split())


def plain(original: str) -> Plain:
    """Bring a pasted text into its plain form."""
    characters: list[str] = []
    places: list[int] = []
    for piece in _PIECE.finditer(original):
        kind = piece.lastgroup
        if kind in ("broken", "soft"):
            continue
        if kind == "space" and (not characters or characters[-1] == " "):
            continue
        characters.append({"space": " ", "dot": "."}.get(kind or "", piece.group().translate(_ONE_FORM)))
        places.append(piece.start())
    text = "".join(characters)
    return Plain(text, original, tuple(places), tuple(_sentences(text)))


def _sentences(text: str) -> list[tuple[int, int]]:
    spans, start = [], 0
    for end in _END.finditer(text):
        if not _ABBREVIATION.search(text[start : end.start()]):
            spans.append((start, end.end()))
            start = end.end() + 1
    if start < len(text) or not spans:
        spans.append((start, len(text)))
    return spans
