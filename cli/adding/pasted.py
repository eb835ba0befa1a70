"""Pasted text, proposal by proposal: the words it was found in, what is missing asked for, each one confirmed."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from registry.curation.adding import Added
    from registry.curation.reading_text import Proposal
    from registry.handle import Registry


def read_given(given: str) -> str:
    """Give the text: typed or piped in (-), of a file, or as it stands. UsageError for a file that is no text."""
    if given == "-":
        return _typed()
    try:
        path = Path(given)
        there = path.is_file()
    except (OSError, ValueError):  # too long, or with characters no file name has
        there = False
    if not there:
        return given
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{given} cannot be read as UTF-8 text: {error}", "save it as text, or paste it") from error


def _typed() -> str:
    """Read standard input; what is piped in leaves the answers to the terminal, if there is one."""
    if sys.stdin.isatty():
        from cli.output import say

        say("Paste the text, then press Enter and Ctrl-D.")
        return sys.stdin.read()
    try:
        text = sys.stdin.read()
    except UnicodeDecodeError as error:
        raise UsageError(f"standard input is not UTF-8 text: {error}", "save it as UTF-8") from error
    if sys.stdout.isatty():
        with suppress(OSError):
            sys.stdin = Path("/dev/tty").open(encoding="utf-8")  # noqa: SIM115 - read until the command ends
    return text


def through(
    reg: Registry, text: str, proposals: Sequence[Proposal], given: Mapping[str, str], keep: Mapping[str, Any]
) -> Iterator[Added]:
    """Go through the proposals with the curator and give what was stored."""
    from cli.adding.dialogue import Dialogue
    from cli.output import say

    if not proposals:
        say("No ratio was found in this text: a number counts only when the text calls it HR, OR or RR.")
        return
    say(f"{len(proposals)} found. Each is shown with its words; nothing is stored before you say yes to it.")
    dialogue: Dialogue | None = None
    for place, proposal in enumerate(proposals, 1):
        _show(text, proposal, place, len(proposals))
        texts = {**proposal.texts, **given, "quote": proposal.quote}
        dialogue = dialogue.following(texts) if dialogue else Dialogue(reg.known(), "estimate", texts)
        dialogue.ask()
        added = dialogue.conclude(lambda texts: reg.add("estimate", texts, **keep))
        if added:
            yield added


def _show(text: str, proposal: Proposal, place: int, of: int) -> None:
    from cli.output import Column, say, show_table

    say(f"\nProposal {place} of {of}: “{proposal.quote}”\n")
    rows = [(each.column, each.text, f"“{' '.join(text[each.start : each.end].split())}”") for each in proposal.found]
    columns = [Column("Field", keep=9, whole=True), Column("Value", keep=9), Column("Its words", keep=8)]
    show_table("", columns, rows)
