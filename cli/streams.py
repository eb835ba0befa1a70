"""What comes in and goes out at the door: arguments that are text, and streams every terminal can show."""

from __future__ import annotations

import codecs
import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from registry.errors import UsageError
from registry.passwords import may_hold_password

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

#: What an old terminal shows for characters it does not have; ? for any other.
PLAIN = {
    "–": "-",
    "−": "-",
    "—": "-",
    "…": "...",
    "≥": ">=",
    "≤": "<=",
    "²": "2",
    "τ": "tau",
    "─": "-",
    "×": "x",
    "⊕": "+",
    "◯": "o",
}


def for_any_terminal(*, as_json: bool) -> None:
    """Let every terminal show what it can, instead of failing on the first character it does not have.

    JSON is for programs: it is UTF-8 whatever the terminal. A stream that is closed leads nowhere.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - open until the end
    codecs.register_error("evireg", _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8" if as_json else None, errors="evireg")


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(PLAIN.get(each, "?") for each in error.object[error.start : error.end]), error.end


def refuse_other_bytes(arguments: Iterable[str]) -> None:
    """Refuse bytes that are not text, which Python passes on as halves of characters: no text, no name, no file."""
    named = {name: os.environ.get(name, "") for name in ("EVIREG_DB", "EVIREG_CURATOR")}
    for name, text in [*(("an argument", each) for each in arguments), *named.items()]:
        if any("\ud800" <= each <= "\udfff" for each in text):
            shown = text.encode(errors="surrogateescape").decode(errors="backslashreplace")
            if name == "EVIREG_DB" or "://" in text or may_hold_password(text):
                shown = "the address of a database"
            raise UsageError(
                f"{name} holds bytes that are no text here: {shown}",
                "write it in UTF-8, or rename the file; a terminal of UTF-8 is set with LC_ALL=C.UTF-8",
            )


def give_up(stream: TextIO) -> None:
    """Let nothing more be written, neither when the reader (`head`, `less`) has gone, nor to a disk that is full."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
