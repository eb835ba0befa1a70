"""Text with marks, as citation styles set it: italic, bold, raised; made from one string, shown by every renderer.

citeproc-py joins strings. So a mark travels as a pair of private-use characters around its text, which nothing it does
to a string (case, punctuation, joining) touches, and `phrases` reads them back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: Marks by the names that citeproc-py's formatters give them; what a report does not set apart has none.
_MARKS = {
    "Italic": "italic",
    "Oblique": "italic",
    "Bold": "bold",
    "Underline": "underline",
    "Superscript": "superscript",
    "Subscript": "subscript",
    "SmallCaps": "small-caps",
}
_NAMES = sorted(set(_MARKS.values()))
_CLOSE = "\ue000"
_OPEN = {mark: chr(ord(_CLOSE) + number) for number, mark in enumerate(_NAMES, 1)}
_OPENED = {sign: mark for mark, sign in _OPEN.items()}
_SIGNS = _CLOSE + "".join(_OPENED)
_PIECES = re.compile(f"([{_SIGNS}])")

#: The same stop twice with signs between, and a full stop after a question: what joining left.
_TWICE = re.compile(rf"([.,;:])([{_SIGNS}]*)\1(?!\1)")
_EMPTY = re.compile(r"\.(?: \.)+")
_ASKED = re.compile(rf"([?!])([{_SIGNS}]*)\.(?!\.)")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words under marks: `italic`, `bold`, `underline`, `superscript`, `subscript`, `small-caps`."""

    text: str
    marks: frozenset[str] = frozenset()


def bare(text: str) -> str:
    """Give a text without the characters that would be taken for marks."""
    return _PIECES.sub("", text)


def phrases(text: str) -> tuple[Phrase, ...]:
    """Read marks back: the phrases of a text in order, punctuation that joining doubled set once."""
    tidied = _ASKED.sub(r"\1\2", _TWICE.sub(r"\1\2", _EMPTY.sub(".", text)))
    found: list[Phrase] = []
    marks: list[str] = []
    for piece in _PIECES.split(tidied):
        if piece in _OPENED:
            marks.append(_OPENED[piece])
        elif piece == _CLOSE:
            marks.pop()
        elif piece:
            found.append(Phrase(piece, frozenset(marks)))
    return tuple(found)


def once(text: str, title: str) -> str:
    """Leave out the second of two titles: citeproc-py repeats one that stands for the author who is not known."""
    if not title:
        return text
    name = re.escape(title)
    found = list(re.finditer(rf"(?:[{_SIGNS[1:]}]{name}{_CLOSE}|{name})\.? ?", text, re.IGNORECASE))
    return text[: found[1].start()] + text[found[1].end() :] if len(found) > 1 else text


def plain(found: Iterable[Phrase]) -> str:
    """Give the words without their marks."""
    return "".join(phrase.text for phrase in found)


def _wrapping(mark: str) -> Callable[[object], str]:
    return lambda text: f"{_OPEN[mark]}{text}{_CLOSE}"


#: What citeproc-py asks of a formatter.
FORMATTER = SimpleNamespace(
    preformat=lambda text: bare(str(text)), Light=str, **{name: _wrapping(mark) for name, mark in _MARKS.items()}
)
