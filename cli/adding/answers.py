"""Answers on a terminal: one line typed, a number for a word, an explanation."""

from __future__ import annotations

from contextlib import suppress

import typer

from cli.output import say
from registry.forms import Field
from registry.texts import shown
from registry.writing.keys import DEFAULTS

#: What an empty answer stands for; what is compared follows from the other answers, an `hr` is a hazard ratio.
_EMPTY = {**{name: value for name, value in DEFAULTS.items() if name != "contrast"}, "measure": "hr"}


#: Columns that one answer to `cutoff` fills in.
SPLIT = ("cutoff_operator", "cutoff_value", "cutoff_unit", "cutoff_text")


def numbered(words: list[str], given: str) -> str:
    """Give the word a number stands for, or the text itself."""
    return words[int(given) - 1] if given.isascii() and given.isdigit() and 0 < int(given) <= len(words) else given


def default(field: Field) -> str:
    """Say what an empty answer stands for."""
    return f" [{_EMPTY[field.column]}]" if field.column in _EMPTY else ""


def explain(field: Field) -> None:
    """Say what a field means, and each of its words."""
    say(f"    {field.meaning}" + (f", in {field.unit}" if field.unit else ""))
    for place, word in enumerate(field.term or (), 1):
        say(f"    {place} {word.value}: {word.definition or word.label}")
    if not field.term:
        say("    Type it as it is printed; digits are kept. Empty means not read, never no.")


def typed(prompt: str) -> str:
    """Ask on the terminal, with the usual keys to edit a line; Ctrl-C and the end of input leave without storing."""
    with suppress(ImportError):
        import readline  # noqa: F401 - makes input() edit
    try:
        return input(shown(prompt))
    except (EOFError, KeyboardInterrupt):
        say("\nNothing more was stored.")
        raise typer.Abort from None
