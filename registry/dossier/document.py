"""What a report says, in one shape for every renderer: sections of paragraphs, tables, figures, code and notices.

A document knows neither pages nor markup: its texts are plain, and a renderer escapes them. Tables, figures and
references are numbered by the renderer in their order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from matplotlib.figure import Figure

    from registry.figures.theme import Theme
    from registry.report.table import Table

#: A CSL-JSON item; its `id` is the key of the report.
Reference: TypeAlias = "Mapping[str, Any]"

#: Draws a figure anew in a theme, so that one document serves light and dark grounds.
Drawing: TypeAlias = "Callable[[Theme], Figure]"


@dataclass(frozen=True, slots=True)
class Text:
    """Plain words."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Words that carry the sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Words set off: a term, a title, a letter that stands for a number (*P*, *I*²)."""

    text: str


@dataclass(frozen=True, slots=True)
class CodeSpan:
    """A command, key, digest or file name."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to `href`: an http(s) address, or `#id` of a section of this document."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Cite:
    """A citation of reports by key (`doi:…`); each is in `Document.references`, and the style numbers or names them."""

    keys: tuple[str, ...]


Run: TypeAlias = Text | Strong | Emphasis | CodeSpan | Link | Cite

#: A plain text, or runs of text one after another.
Words: TypeAlias = str | tuple[str | Run, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph."""

    words: Words


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; `ordered` numbers it."""

    items: tuple[Words, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Subheading:
    """A heading within a section."""

    text: str


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table with its caption, by default the title of the table, whose note stands below.

    `cites` gives each row the reports its first cell cites (as many as rows, or empty).
    """

    table: Table
    caption: str = ""
    cites: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class FigureBlock:
    """A figure with its caption; `alt` says in words what the picture shows, `name` names its file (`forest`)."""

    figure: Drawing
    caption: str
    alt: str
    name: str = "figure"


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Lines to be run or read as they are; `language` as fenced blocks name it (`sh`, `r`, `text`)."""

    text: str
    language: str = "text"


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice set off from the text; `kind` is `note`, `caution` or `simulated`."""

    text: Words
    kind: str = "note"


Block: TypeAlias = Paragraph | Bullets | Subheading | TableBlock | FigureBlock | CodeBlock | Notice


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the document; `id` names it in addresses: lower-case letters, digits and hyphens."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report.

    `notice` stands on every page and in every section (SIMULATED). `facts` are the lines under the title: what was
    asked for, which state of the evidence, its digest, the version. `date` (ISO, `2026-03-01`) is the only date a
    renderer writes. `style` is a shipped citation style or the path of a CSL file.
    """

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    references: tuple[Reference, ...] = ()
    notice: str | None = None
    language: str = "en"
    facts: tuple[tuple[str, Words], ...] = ()
    date: str | None = None
    style: str = "vancouver"


def runs(words: Words) -> tuple[Run, ...]:
    """Give words as runs, plain texts among them as `Text`."""
    parts = (words,) if isinstance(words, str) else words
    return tuple(Text(part) if isinstance(part, str) else part for part in parts)


def plain(words: Words) -> str:
    """Give words without citations and markup."""
    return "".join("" if isinstance(run, Cite) else run.text for run in runs(words))


def citations(document: Document) -> Iterator[Cite]:
    """Give every citation of a document, in the order it is read."""
    for _, words in document.facts:
        yield from _cited(words)
    for section in document.sections:
        for block in section.blocks:
            yield from _in_block(block)


def _in_block(block: Block) -> Iterator[Cite]:
    match block:
        case Paragraph(words) | Notice(words):
            yield from _cited(words)
        case Bullets(items):
            for item in items:
                yield from _cited(item)
        case TableBlock(cites=rows):
            yield from (Cite(keys) for keys in rows if keys)
        case _:
            return


def _cited(words: Words) -> Iterator[Cite]:
    yield from (run for run in runs(words) if isinstance(run, Cite))
