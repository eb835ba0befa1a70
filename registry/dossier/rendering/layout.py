"""What every renderer lays out alike: numbers of sections, tables and figures, and which tables are wide."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registry.dossier.document import FigureBlock, TableBlock

if TYPE_CHECKING:
    from registry.dossier.document import Block, Document, Section
    from registry.report.table import Table

#: Characters that fit side by side on an upright page, and in small type; what needs more goes across a turned page.
UPRIGHT, SMALL = 96, 128
#: Rows up to which a table is kept on one page.
SHORT = 14
_PADDING = 3
_WRAPPED = 26
_LONGEST = 70
_CITED = 5
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

    @property
    def turned(self) -> bool:
        """Whether its pages are best turned: all it shows are wide tables."""
        shown = [placed.block for placed in self.blocks if placed.number]
        return bool(shown) and all(isinstance(each, TableBlock) and is_wide(each.table, each.cites) for each in shown)


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
    """Give how many characters each column wants: its longest value, and where values wrap, a line of some length."""
    return tuple(max(min(most, _WRAPPED), least) for least, most in _limits(table, cites))


def shares(table: Table, cites: tuple[tuple[str, ...], ...], room: float) -> tuple[float, ...]:
    """Share `room` characters among the columns: each its longest word, the rest by what one line would need."""
    limits = _limits(table, cites)
    least, most = (sum(limit[side] for limit in limits) for side in (0, 1))
    if most <= room:
        return tuple(float(limit[1]) for limit in limits)
    if least >= room:
        return tuple(limit[0] * room / least for limit in limits)
    spare = (room - least) / (most - least)
    return tuple(low + (high - low) * spare for low, high in limits)


def is_wide(table: Table, cites: tuple[tuple[str, ...], ...] = ()) -> bool:
    """Say whether a table wants a turned page."""
    return needed(table, cites) > SMALL


def is_short(table: Table) -> bool:
    """Say whether a table is kept on one page."""
    return len(table.rows) <= SHORT


def is_headed(table: Table) -> bool:
    """Say whether any column has a header; pairs of name and value have none."""
    return any(column.header for column in table.columns)


def needed(table: Table, cites: tuple[tuple[str, ...], ...] = ()) -> int:
    """Give how many characters side by side a table wants, the space between columns among them."""
    return sum(width + _PADDING for width in widths(table, cites))


def _limits(table: Table, cites: tuple[tuple[str, ...], ...]) -> list[tuple[int, int]]:
    """Give the fewest and the most characters each column can use: its longest word, its longest value."""
    found = []
    for at, column in enumerate(table.columns):
        texts = [column.header, *(row[at] for row in table.rows)]
        most = max(map(len, texts))
        least = max(len(part) for text in texts for part in _BREAKS.split(text))
        if column.whole:
            least = max([least, *(len(row[at]) for row in table.rows)])
        extra = _CITED if at == 0 and any(cites) else 0
        found.append((least + extra, max(min(most, _LONGEST), least) + extra))
    return found
