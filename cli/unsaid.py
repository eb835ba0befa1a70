"""What an import asks on a terminal, once per file: what its rows do not say of their ratios."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from registry.ingest.said import Ask, Unsaid


def asker() -> Ask | None:
    """Give what asks the curator; None where nobody can answer."""
    return _ask if sys.stdin.isatty() and sys.stdout.isatty() else None


def _ask(unsaid: Unsaid) -> str | None:
    """Ask for the direction or the measure of the rows of a file; an empty answer leaves them unclear."""
    from cli.adding.answers import numbered, typed
    from cli.output import say
    from registry.report.prose import count
    from registry.terms import Measure, ReadAs

    what = "what is compared with what" if unsaid.column == "contrast" else "which ratio it is"
    do = "does" if unsaid.rows == 1 else "do"
    say(f"\n{unsaid.file}: {count(unsaid.rows, 'row')} {do} not say {what}; the first is on line {unsaid.first}.")
    terms = [*ReadAs] if unsaid.column == "contrast" else [each for each in Measure if each is not Measure.UNCLEAR]
    words = [each.value for each in terms]
    for place, each in enumerate(terms, 1):
        say(f"    {place} {each.value}: {each.definition or each.label}")
    while True:
        answer = numbered(words, typed("  Read them as (Enter: leave them unclear): ").strip().casefold())
        if not answer or answer in words:
            return answer or None
        say(f"    Please answer {', '.join(words)}, a number, or nothing.")
