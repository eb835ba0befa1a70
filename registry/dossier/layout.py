"""What every renderer lays out alike: numbers of sections, tables and figures, and which tables are wide."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registry.dossier.document import FigureBlock, TableBlock

if TYPE_CHECKING:
    from registry.dossier.document import Block, Document, Section
    from registry.report.table import Table

#: Characters that fit side by side on an upright page; a table that needs more is laid across a turned one.
UPRIGHT = 96
_PADDING = 3
_WRAPPED = 26
_BREAKS = re.compile(r"[\s\u200b]+|(?<=[-–/_,;:])")


@dataclass(frozen=True, slots=True)
class Placed:
    """A block with its number among the tables or figures of the document; 0 for what has none."""

    block: Block
    number: int = 0

    @property
    def label(self) -> str:
        """The words it is referred to by: Table 2, Figure 1."""
        return f"{'Table' if isinstance(self.block, TableBlock) else 'Figure'} {self.number}"

    @property
    def caption(self) -> str:
        """The caption of a table or figure."""
        if isinstance(self.block, TableBlock):
            return self.block.caption or self.block.table.title
        return self.block.caption if isinstance(self.block, FigureBlock) else ""

    @property
    def stem(self) -> str:
        """The name of a figure's file, without its suffix."""
        name = self.block.name if isinstance(self.block, FigureBlock) else "table"
        return f"{name_of(self.label)}-{name_of(name)}"


@dataclass(frozen=True, slots=True)
class Part:
    """A section with its number and its blocks in place."""

    number: int
    section: Section
    blocks: tuple[Placed, ...]


def parts(document: Document) -> tuple[Part, ...]:
    """Give the sections with their numbers, and those of tables and figures, in the order they are read."""
    tables = figures = 0
    found = []
    for number, section in enumerate(document.sections, 1):
        blocks = []
        for block in section.blocks:
            tables += isinstance(block, TableBlock)
            figures += isinstance(block, FigureBlock)
            counted = {TableBlock: tables, FigureBlock: figures}.get(type(block), 0)
            blocks.append(Placed(block, counted))
        found.append(Part(number, section, tuple(blocks)))
    return tuple(found)


def listed(laid: tuple[Part, ...], kind: type[TableBlock | FigureBlock]) -> tuple[Placed, ...]:
    """Give every table, or every figure, in order."""
    return tuple(placed for part in laid for placed in part.blocks if isinstance(placed.block, kind))


def name_of(text: str) -> str:
    """Give a text as a name in addresses and files: lower-case letters, digits, hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "x"


def stamp(notice: str) -> str:
    """Give the words of a notice that are written across a page: all before its first stop or dash."""
    return re.split(r"\s*[:.–—;]\s*", notice, maxsplit=1)[0]


def widths(table: Table, cites: tuple[tuple[str, ...], ...] = ()) -> tuple[int, ...]:
    """Give how many characters each column needs: its longest value, and where values wrap, a line of some length."""
    found = []
    for at, column in enumerate(table.columns):
        cells = [row[at] for row in table.rows]
        longest = max(map(len, [column.header, *cells]), default=0)
        if not column.whole:
            word = max((len(part) for text in [column.header, *cells] for part in _BREAKS.split(text)), default=0)
            longest = max(min(longest, _WRAPPED), word)
        found.append(longest + (5 if at == 0 and any(cites) else 0))
    return tuple(found)


def is_wide(table: Table, cites: tuple[tuple[str, ...], ...] = ()) -> bool:
    """Say whether a table wants a turned page."""
    return sum(width + _PADDING for width in widths(table, cites)) > UPRIGHT
