"""The words and signs of a condition: what is no part of the language is refused here, with a caret under it.

What passes holds only column names, numbers, quoted text, comparisons, `and or not in is None True False`, commas and
balanced parentheses: a small, safe alphabet to hand to Python's own grammar.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from registry.errors import ConditionError

#: Longest condition read, in characters; 500 terms with long keys fit.
LONGEST = 50_000
#: Deepest nesting of parentheses.
DEEPEST = 32
#: Longest number, in characters.
_LONGEST_NUMBER = 40

_WORDS = frozenset({"and", "or", "not", "in", "is", "None", "True", "False"})
_SPELLED = {word.casefold(): word for word in _WORDS} | {"null": "None"}
_CONSTANTS = frozenset({"None", "True", "False"})
_OPENING = {")": "(", "]": "["}

_TOKEN = re.compile(
    r"""(?P<space>[ ]+)
    |(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<name>[^\W\d]\w*)
    |(?P<sign><=|>=|==|!=|[<>(),\[\]-])""",
    re.VERBOSE,
)

#: Signs that people write and the language does not have, with what to write; longer ones first.
_FOREIGN = {
    "=>": "use >= for at least",
    "=<": "use <= for at most",
    "=": "use == to compare",
    "<>": "use != for different",
    ":=": "use == to compare; a condition assigns nothing",
    "&&": "use and",
    "||": "use or",
    "&": "use and",
    "|": "use or",
    "!": "use != for different, or not",
    "~": "use not",
    "≤": "use <=",
    "≥": "use >=",
    "≠": "use !=",
    "“": 'use plain quotes: "',
    "”": 'use plain quotes: "',
    "„": 'use plain quotes: "',
    "‘": 'use plain quotes: "',
    "’": 'use plain quotes: "',
    "`": 'use plain quotes: "',
    "%": 'a condition does not calculate; for text that holds a piece: contains(column, "piece")',
    **dict.fromkeys("+*/@^", "a condition compares, it does not calculate"),
    ".": 'only numbers have a point; text goes in quotes: "a.b"',
    ";": "one condition only; join them with and, or",
    "#": "a condition has no comments; text goes in quotes",
    **dict.fromkeys("{}", "a list of values goes in parentheses: in (1, 2)"),
}


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number, text or sign (`kind`), as written, and the column it starts at."""

    kind: str
    text: str
    position: int

    @property
    def ends_operand(self) -> bool:
        """Whether a value or a column can end here."""
        return self.kind in {"name", "number", "text"} or self.text in {")", "]"} | _CONSTANTS

    @property
    def starts_operand(self) -> bool:
        """Whether a value or a column can start here."""
        return self.kind in {"name", "number", "text"} or self.text in {"(", "["} | _CONSTANTS


def one_line(text: str) -> str:
    """Write a condition on one line: line breaks, tabs and wide spaces become spaces, the ends are trimmed.

    Raises ConditionError for one that is empty, too long, or holds characters that no text has.
    """
    line = "".join(" " if character.isspace() else character for character in text).strip()
    if not line:
        raise ConditionError("the condition is empty", "", 0, 'for instance: factor == "ferritin" and n >= 50')
    if len(line) > LONGEST:
        hint = "split it, or select by a study characteristic"
        raise ConditionError(f"the condition has more than {LONGEST} characters", line[:60] + "…", 60, hint)
    shown = "".join("�" if _unprintable(character) else character for character in line)
    if shown != line:
        position = next(place for place, character in enumerate(line) if _unprintable(character))
        name = f"U+{ord(line[position]):04X}"
        raise ConditionError(f"a condition cannot hold the control character {name}", shown, position, "leave it out")
    return line


def check(line: str) -> None:
    """Raise ConditionError for whatever is no part of the language, in the order it is met from the left."""
    before: Token | None = None
    open_ones: list[Token] = []
    for token in _scan(line):
        _check_one(token, line)
        if before is not None:
            _check_pair(before, token, line)
        _check_nesting(token, open_ones, line)
        before = token
    if before is not None and before.text == "-":
        raise ConditionError("a number is missing after -", line, len(line))
    if open_ones:
        raise ConditionError(f"{open_ones[-1].text} is never closed", line, open_ones[-1].position)


def _unprintable(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"}


def _scan(line: str) -> Iterator[Token]:
    position = 0
    while position < len(line):
        found = _TOKEN.match(line, position)
        if found is None or line.startswith("<>", position):
            raise _foreign(line, position)
        kind = str(found.lastgroup)
        if kind != "space":
            yield Token("word" if found[0] in _WORDS else kind, found[0], position)
        position = found.end()


def _foreign(line: str, position: int) -> ConditionError:
    if line[position] in "\"'":
        return ConditionError("the quoted text is never closed", line, position, "close it with the same quote")
    for sign, hint in _FOREIGN.items():
        if line.startswith(sign, position):
            what = "a single = is no comparison" if sign == "=" else f"{sign} is no part of a condition"
            return ConditionError(what, line, position, hint)
    return ConditionError(f"{line[position]} is no part of a condition", line, position, "text goes in quotes")


def _check_one(token: Token, line: str) -> None:
    if token.kind == "name":
        meant = _SPELLED.get(token.text.casefold())
        if meant:
            raise ConditionError(f"{token.text} is no word of a condition", line, token.position, f"write {meant}")
        if keyword.iskeyword(token.text):
            raise ConditionError(f"{token.text} is no part of a condition", line, token.position)
    elif token.kind == "number":
        if len(token.text) > _LONGEST_NUMBER:
            raise ConditionError("the number is too long", line, token.position, "give at most 15 digits")
        if token.text.isdigit() and token.text != str(int(token.text)):
            hint = "a number has no leading zeros; text goes in quotes"
            raise ConditionError(f"{token.text} is no number", line, token.position, hint)
    elif token.kind == "text":
        stray = re.search(r"""\\[^\\"']""", re.sub(r"""\\[\\"']""", "__", token.text))
        if stray:
            hint = r"write \\ for a backslash and \" for a quote within quotes"
            raise ConditionError(r"a stray \ in the text", line, token.position + stray.start(), hint)


def _check_pair(before: Token, token: Token, line: str) -> None:
    touching = before.position + len(before.text) == token.position
    if touching and before.kind == "name" and token.kind == "text":
        hint = 'write the text in plain quotes: "…"'
        raise ConditionError(f"{before.text} stands before the quote", line, before.position, hint)
    if touching and before.kind == "number" and token.kind in {"name", "number", "word"}:
        hint = "leave a space after a number; text goes in quotes"
        raise ConditionError(f"{before.text}{token.text} is no number", line, before.position, hint)
    if before.text == "-" and token.kind != "number":
        raise ConditionError("a minus stands before a number only", line, before.position)
    if token.text == "-" and before.ends_operand:
        raise ConditionError("a condition compares, it does not calculate", line, token.position)
    called = before.kind == "name" and token.text == "("
    if before.ends_operand and token.starts_operand and not called:
        hint = "join conditions with and, or; compare with ==, <, in …; put a comma between values"
        raise ConditionError(f"something is missing before {_shown(token)}", line, token.position, hint)


def _check_nesting(token: Token, open_ones: list[Token], line: str) -> None:
    if token.text in {"(", "["}:
        open_ones.append(token)
        if len(open_ones) > DEEPEST:
            raise ConditionError(f"more than {DEEPEST} parentheses inside each other", line, token.position)
    elif token.text in _OPENING and (not open_ones or open_ones.pop().text != _OPENING[token.text]):
        raise ConditionError(f"{token.text} closes nothing", line, token.position)


def _shown(token: Token) -> str:
    return token.text if len(token.text) <= 20 else token.text[:19] + "…"
