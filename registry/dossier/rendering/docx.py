"""A document as a Word file: real headings, captions and table heads, pages turned for wide tables."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.dossier.document import (
    Bullets,
    CodeBlock,
    FigureBlock,
    Notice,
    Paragraph,
    Subheading,
    TableBlock,
)
from registry.dossier.rendering import word
from registry.dossier.rendering.citing import citations_of
from registry.dossier.rendering.ink import Ink
from registry.dossier.rendering.layout import UPRIGHT, is_headed, is_short, is_wide, name_of, needed, parts, shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.dossier.document import Document, Words
    from registry.dossier.rendering.layout import Part, Placed

#: What a file of no date says of its making: files that say nothing else are refused by some readers.
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"(\d+)")
#: As high as a figure is at most, with its caption under it: 208 mm in English Metric Units.
_FIGURE_HEIGHT = 208 * 36_000
#: Width of a letter, of the size of its face; a little more than the mean of Arial.
_LETTER = 0.55
_LOOKS = {
    "simulated": (word.STAMP, "FDF1F0", "Simulated"),
    "caution": (word.CAUTION, "FDF6E7", "Caution"),
    "note": (word.ACCENT, word.BAND, "Note"),
}


def render(document: Document, path: str | Path) -> Path:
    """Write a document as a Word file; gives the path. Raises UsageError for its style, StoreError for the place."""
    from registry.workbook.files import replacing

    made = encoded(document)
    with replacing(Path(path)) as place:
        place.write_bytes(made)
    return Path(path)


def files(document: Document, name: str) -> dict[str, bytes]:
    """Give the files of a rendered document: one, of this name."""
    return {name: encoded(document)}


def encoded(document: Document) -> bytes:
    """Give a document as the bytes of a Word file; the same document gives the same bytes."""
    _Writer(document).written().save(buffer := io.BytesIO())
    return word.without_dates(buffer.getvalue())


class _Writer:
    """One file on its way, written from the top down; `turned` says how the page lies at present."""

    def __init__(self, document: Document) -> None:
        import docx as word_files

        self.document = document
        self.citations = citations_of(document)
        self.ink = Ink(self.citations)
        self.file: Any = word_files.Document()
        self.turned = False
        self.bookmarks = 0

    def written(self) -> Any:
        """Write everything; gives the file."""
        self._about()
        word.set_styles(self.file, self.document.language)
        self._page(self.file.sections[0], turned=False)
        laid = parts(self.document)
        self._front()
        self._contents(laid)
        for part in laid:
            self._turn(turned=part.turned)
            self._heading(f"{part.number}  {part.section.title}", f"sec-{name_of(part.section.id)}")
            for placed in part.blocks:
                self._block(placed)
        if self.citations.entries:
            self._turn(turned=False)
            self._heading(f"{len(laid) + 1}  References", "sec-references")
            self._references()
        return self.file

    # -- front and edges -----------------------------------------------------------------------------------------------

    def _about(self) -> None:
        about = self.file.core_properties
        date = datetime.fromisoformat(self.document.date) if self.document.date else _NO_DATE
        about.title = word.clean(self.document.title)[:255]
        about.subject = word.clean(self.document.subtitle)[:255]
        about.author = about.last_modified_by = "evireg"
        about.comments = word.clean(self.document.notice or "")[:255]
        about.language = self.document.language
        about.created = about.modified = date.replace(tzinfo=None)
        about.revision = 1

    def _page(self, section: Any, *, turned: bool) -> None:
        word.set_page(section, turned=turned)
        width = section.page_width - section.left_margin - section.right_margin
        word.set_edges(section, self.document.notice or "", self.document.title, width)

    @property
    def _width(self) -> int:
        section = self.file.sections[-1]
        return int(section.page_width - section.left_margin - section.right_margin)

    def _turn(self, *, turned: bool) -> None:
        from docx.enum.section import WD_SECTION

        if turned != self.turned:
            self._page(self.file.add_section(WD_SECTION.NEW_PAGE), turned=turned)
            self.turned = turned

    def _front(self) -> None:
        self.file.add_paragraph(word.clean(self.document.title), style="Title")
        if self.document.subtitle:
            self.file.add_paragraph(word.clean(self.document.subtitle), style="Subtitle")
        self._marked()
        if not self.document.facts:
            return
        table = self.file.add_table(rows=0, cols=2)
        for name, said in self.document.facts:
            cells = table.add_row().cells
            word.fill(cells[0], name, size=9).runs[0].font.color.rgb = word.colour(word.MUTED)
            self.ink.words(word.fill(cells[1], "", size=9), said, size=9)
            for cell, share in zip(cells, (0.22, 0.78), strict=True):
                cell.width = int(self._width * share)
        word.rule(table._tbl.tblPr, "w:tblBorders", insideH=(4, word.RULE), bottom=(12, word.ACCENT))  # noqa: SLF001

    def _contents(self, laid: Sequence[Part]) -> None:
        """Write the table of contents as a field that Word can update, with its entries as links until then."""
        from docx.shared import Pt

        lines = [(f"{part.number}  {part.section.title}", f"sec-{name_of(part.section.id)}") for part in laid]
        lines += [(f"{len(laid) + 1}  References", "sec-references")] * bool(self.citations.entries)
        head = self.file.add_paragraph()
        head.paragraph_format.space_before = Pt(18)
        head.add_run("Contents").bold = True
        for at, (text, anchor) in enumerate(lines):
            line = self.file.add_paragraph()
            line.paragraph_format.space_after = Pt(2)
            if at == 0:
                word.open_field(line, 'TOC \\o "1-1" \\h \\n')
            first = len(line.runs)
            line.add_run(word.clean(text))
            word.linked(line, first, anchor=anchor)
            if at == len(lines) - 1:
                word.close_field(line)

    def _heading(self, text: str, anchor: str) -> None:
        self._named(self.file.add_heading(word.clean(text), level=1), anchor)
        self._marked()

    def _marked(self) -> None:
        if self.document.notice:
            (paragraph := self.file.add_paragraph()).paragraph_format.keep_with_next = True
            run = paragraph.add_run(word.clean(self.document.notice))
            run.bold, run.font.color.rgb = True, word.colour(word.STAMP)

    def _named(self, paragraph: Any, anchor: str) -> None:
        self.bookmarks += 1
        word.bookmark(paragraph, anchor, self.bookmarks)

    # -- blocks --------------------------------------------------------------------------------------------------------

    def _block(self, placed: Placed) -> None:
        block = placed.block
        if isinstance(block, TableBlock):
            self._turn(turned=is_wide(block.table, block.cites))
            self._table(placed, block)
            return
        match block:
            case Paragraph(words):
                self.ink.words(self.file.add_paragraph(), words)
            case Bullets(items, ordered):
                self._list(items, ordered=ordered)
            case Subheading(text):
                self.file.add_heading(word.clean(text), level=2)
            case CodeBlock(text):
                self.file.add_paragraph(word.clean(text.rstrip("\n")), style="Code")
            case Notice(words, kind):
                self._notice(words, kind)
            case FigureBlock():
                self._turn(turned=False)
                self._figure(placed, block)

    def _list(self, items: Sequence[Words], *, ordered: bool) -> None:
        from docx.shared import Mm, Pt

        for number, item in enumerate(items, 1):
            paragraph = self.file.add_paragraph(style=None if ordered else "List Bullet")
            paragraph.paragraph_format.space_after = Pt(3)
            if ordered:  # numbers as text: a list of Word's would go on counting in the next list
                paragraph.paragraph_format.left_indent, paragraph.paragraph_format.first_line_indent = Mm(7), -Mm(7)
                paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(7))
                paragraph.add_run(f"{number}.\t")
            self.ink.words(paragraph, item)

    def _notice(self, words: Words, kind: str) -> None:
        from docx.shared import Mm

        shade, ground, what = _LOOKS.get(kind, _LOOKS["note"])
        paragraph = self.file.add_paragraph()
        paragraph.paragraph_format.left_indent = Mm(3)
        properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001
        word.rule(properties, "w:pBdr", left=(24, shade))
        word.shaded(properties, ground)
        run = paragraph.add_run(f"{what}  ")
        run.bold, run.font.color.rgb = True, word.colour(shade)
        self.ink.words(paragraph, words)

    def _caption(self, placed: Placed, kept: bool) -> None:
        kind, number = placed.label.split()
        caption = self.file.add_paragraph(style="Caption")
        caption.paragraph_format.keep_with_next = kept
        caption.add_run(f"{kind} ").bold = True
        word.field(caption, f"SEQ {kind} \\* ARABIC", number)
        for run in caption.runs:
            run.bold, run.font.color.rgb = True, word.colour(word.ACCENT)
        caption.add_run(f". {word.clean(placed.caption)}")
        self._named(caption, name_of(placed.label))

    def _table(self, placed: Placed, block: TableBlock) -> None:
        table, size = block.table, word.type_size(needed(block.table, block.cites) / UPRIGHT)
        self._caption(placed, kept=True)
        headed, across = is_headed(table), len(table.columns)
        made = self.file.add_table(rows=headed + len(table.rows), cols=across)
        cells = made._cells  # noqa: SLF001 - made.cell() counts them all each time
        for at, column in enumerate(table.columns if headed else ()):
            word.fill(cells[at], column.header, bold=True, right=column.right, size=size)
        for number, row in enumerate(table.rows):
            for at, (column, text) in enumerate(zip(table.columns, row, strict=True)):
                paragraph = word.fill(cells[(number + headed) * across + at], text, right=column.right, size=size)
                if at == 0 and block.cites and block.cites[number]:
                    paragraph.add_run(" ")
                    self.ink.cite(paragraph, block.cites[number], size)
        columns = self._columns(block, size)
        word.set_table(made, columns, placed.caption, headed=headed, together=is_short(table))
        self._below(table.note)

    def _columns(self, block: TableBlock, size: float) -> list[int]:
        """Share the width of the page among columns by what they hold; a narrow table stays narrow."""
        from docx.shared import Mm, Pt

        letter, margins = Pt(size * _LETTER), Mm(4.2)
        room = (self._width - margins * len(block.table.columns)) / letter
        return [int(margins + letter * share) for share in shares(block.table, block.cites, room)]

    def _below(self, note: str) -> None:
        from docx.shared import Pt

        for line in [line for line in note.splitlines() if line] or [""]:
            paragraph = self.file.add_paragraph()
            paragraph.paragraph_format.space_before = Pt(3)
            paragraph.paragraph_format.space_after = Pt(3)
            run = paragraph.add_run(word.clean(line))
            run.font.size, run.font.color.rgb = Pt(8.5), word.colour(word.MUTED)

    def _figure(self, placed: Placed, block: FigureBlock) -> None:
        from registry.dossier.rendering.pictures import picture
        from registry.figures.theme import LIGHT

        made = picture(block, "png", LIGHT, simulated=self.document.notice is not None)
        paragraph = self.file.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        shape = paragraph.add_run().add_picture(io.BytesIO(made))
        scale = min(1.0, self._width / shape.width, _FIGURE_HEIGHT / shape.height)
        shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
        about = shape._inline.docPr  # noqa: SLF001 - python-docx has no alternative texts
        about.set("descr", word.clean(block.alt))
        about.set("title", word.clean(placed.label))
        about.set("name", placed.stem)
        self._caption(placed, kept=False)

    def _references(self) -> None:
        from docx.shared import Mm, Pt

        for number, entry in enumerate(self.citations.entries, 1):
            paragraph = self.file.add_paragraph()
            shape = paragraph.paragraph_format
            shape.left_indent, shape.first_line_indent, shape.space_after = Mm(9), -Mm(9), Pt(4)
            shape.tab_stops.add_tab_stop(Mm(9))
            if entry.label:
                paragraph.add_run(f"{entry.label}.\t")
            self.ink.phrases(paragraph, entry.words)
            self._named(paragraph, f"ref-{number}")
