"""Characters that no stored text holds, how they are named, and how they are shown where one is there all the same.

NUL, control characters (line breaks and tabs stay), marks that turn the direction of writing, halves of characters, and
what is no character. They cannot be seen, make what stands beside them look like something else, act on terminals, and
no XML, no PostgreSQL and hardly any other program takes all of them.
"""

from __future__ import annotations

import re
from typing import Any

from registry.errors import InputRefused

#: Every character that is not stored: C0 but tab and line breaks, DEL and C1, bidi controls, surrogates, noncharacters.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
#: The same where it is shown: a carriage return alone would write over its line.
_UNSHOWN = re.compile(rf"{FORBIDDEN.pattern}|\r(?!\n)")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

#: Longest part of a text that a message quotes.
_QUOTED = 60
_CURE = "take it out; such characters come with text copied from PDFs, or from files read in another encoding"


def forbidden(text: str) -> str | None:
    """Give the first character that is not stored; None when there is none."""
    found = None if text.isprintable() else FORBIDDEN.search(text)
    return found[0] if found else None


def named(character: str) -> str:
    """Name a character that is not stored."""
    code = f"U+{ord(character):04X}"
    if character == "\0":
        return f"the control character {code} (NUL)"
    if _BIDI.match(character):
        return f"the invisible character {code}, which turns the direction of writing"
    if "\ud800" <= character <= "\udfff":
        return f"{code}, which is half of a character"
    return f"{code}, which is no character" if character >= "\ufdd0" else f"the control character {code}"


def refuse(value: Any, what: str) -> None:
    """Refuse a text that holds such a character, anywhere in a list or an object too; InputRefused names `what`."""
    if isinstance(value, str):
        if character := forbidden(value):
            raise InputRefused(f"{what} holds {named(character)}: {_quoted(value, character)}", hint=_CURE)
    elif isinstance(value, dict):
        for name, each in value.items():
            refuse(name, what)
            refuse(each, what)
    elif isinstance(value, list | tuple):
        for each in value:
            refuse(each, what)


def _quoted(text: str, character: str) -> str:
    """Show the part of a text where a character is."""
    place = text.index(character)
    start = max(0, place - _QUOTED // 2)
    part = text[start : start + _QUOTED]
    return f"'{'…' if start else ''}{shown(part)}{'…' if start + _QUOTED < len(text) else ''}'"


def shown(text: str) -> str:
    r"""Give a text as it can be shown anywhere: such characters as `\x1b` or `\u202e`, all others as they are."""
    return text if text.isprintable() else _UNSHOWN.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def in_json(text: str) -> str:
    r"""Escape such characters in JSON text, where they can stand only within strings: `\u001b` means the same there."""
    return text if text.isprintable() else FORBIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def without(value: Any) -> Any:
    """Give a text, or whatever holds texts, without such characters."""
    if isinstance(value, str):
        return value if value.isprintable() else FORBIDDEN.sub("", value)
    if isinstance(value, dict):
        return {without(name): without(each) for name, each in value.items()}
    return [without(each) for each in value] if isinstance(value, list) else value
