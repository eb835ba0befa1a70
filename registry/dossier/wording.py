"""Small pieces that sections are made of: a paragraph that cites, a reason for what is absent, names of rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from registry.dossier.document import Bullets, Paragraph, TableBlock
from registry.dossier.material import Absent
from registry.dossier.sources import cited
from registry.report import prose
from registry.report.table import Column, Table, number, text, without_empty
from registry.terms import ContrastKind

if TYPE_CHECKING:
    from registry.dossier.document import Block, Run, Words
    from registry.dossier.material import Material

#: What a message advises on the command line, which no reader of a report types.
_ADVICE = re.compile(r":? (?:--test [\w-]+|evireg [\w -]+ --[\w-]+ \w+)$")
#: The option a message is about.
_OPTION = re.compile(r"^(?:on|subgroup): ")


def says(*parts: str | Run) -> Paragraph:
    """Make a paragraph; works that its texts name are cited."""
    return Paragraph(tuple(run for part in parts for run in (cited(part) if isinstance(part, str) else (part,))))


def sentences(words: Iterable[str]) -> Block:
    """Make a list of notes, each a sentence that cites what it names."""
    return Bullets(tuple(cited(prose.sentence(each)) for each in words))


def remarks(notes: Iterable[str], material: Material) -> Iterator[Block]:
    """List the notes of an analysis that do not stand below the pool already."""
    told = () if isinstance(material.pool, Absent) else material.pool.notes
    if further := [note for note in notes if note not in told]:
        yield sentences(further)


def absent(what: str, reason: Absent | str) -> Paragraph:
    """Say that something was not done, and why."""
    why = reason if isinstance(reason, str) else reason.why
    return says(prose.sentence(f"{what}: {without_advice(why)}"))


def without_advice(why: str) -> str:
    """Leave out the option a message is about and what it advises to type, and name columns by their titles."""
    return prose.columns_named(_ADVICE.sub("", _OPTION.sub("", why)))


def shown(table: Table | None, caption: str = "", cites: Sequence[Sequence[str]] = ()) -> Iterator[Block]:
    """Give a table as a block, without the columns that say nothing; nothing for a table that is not there."""
    if table is not None and table.rows:
        yield TableBlock(without_empty(table), caption or table.title, tuple(map(tuple, cites)))


def columns(*heads: str, numbers: Iterable[str] = ()) -> tuple[Column, ...]:
    """Make columns by their heads; those in `numbers` are right-aligned."""
    return tuple(number(head) if head in numbers else text(head) for head in heads)


def contrast(kind: str | None) -> str:
    """Say a contrast in words."""
    return ContrastKind(kind).label if kind else prose.NOTHING


def one_value(material: Material, column: str) -> str | None:
    """Give what all matched rows of a query have in a column, None when they differ or it was not read."""
    found = {value for value in material.matched[column].tolist() if value is not None}
    return str(found.pop()) if len(found) == 1 else None


def plain_number(value: Any) -> str:
    """Write a number of a table without a needless .0; nothing for nan and None."""
    if value is None or value != value:  # noqa: PLR0124 - nan differs from itself
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def joined(words: Sequence[str]) -> str:
    """Write a list in a sentence: `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def about(words: Words) -> Paragraph:
    """Make a paragraph of ready runs."""
    return Paragraph(words)
