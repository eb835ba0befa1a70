"""The parts of a Word file that python-docx has no words for: fields, bookmarks, links within, borders, page edges."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

from registry.texts import shown

if TYPE_CHECKING:
    from docx.document import Document as File
    from docx.section import Section
    from docx.shared import RGBColor
    from docx.styles.style import ParagraphStyle
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

#: Colours as Word writes them; those of the light figures.
ACCENT, INK, MUTED, RULE, BAND, STAMP, CAUTION = "1F4E79", "1A1A1A", "555B61", "C9CED3", "F3F5F7", "B3261E", "7A4F00"
FONT, FIXED = "Arial", "Courier New"

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: What stands behind borders and ground in the properties of a paragraph, cell or table: Word insists on the order.
_AFTER = (
    *("w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl", "w:rPr"),
    *("w:noWrap", "w:tcMar", "w:vAlign", "w:tblLayout", "w:tblCellMar", "w:tblLook", "w:tblCaption"),
)

#: Style → size in points, colour, bold, space before and after, kept with the next paragraph.
_STYLES: dict[str, tuple[float, str, bool, float, float, bool]] = {
    "Normal": (10, INK, False, 0, 6, False),
    "Title": (22, INK, True, 0, 4, True),
    "Subtitle": (13, MUTED, False, 0, 10, True),
    "Heading 1": (16, ACCENT, True, 18, 6, True),
    "Heading 2": (12, INK, True, 12, 4, True),
    "Caption": (9.5, INK, False, 10, 4, True),
    "Header": (8.5, STAMP, True, 0, 0, False),
    "Footer": (8, MUTED, False, 0, 0, False),
}


def clean(text: str) -> str:
    r"""Give a text with control characters as escapes such as `\x1b`, and without what else XML cannot hold."""
    return _NOT_XML.sub("\ufffd", shown(text))


def element(tag: str, /, **attributes: str) -> Any:
    """Make an element, `w:…`, with attributes of the same namespace."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def field(paragraph: Paragraph, code: str, shown: str) -> None:
    """Add a field with what it shows until it is updated: a page number, the number of a table."""
    for kind in ("begin", "code", "separate", "shown", "end"):
        run = paragraph.add_run(shown if kind == "shown" else None)
        if kind == "code":
            text = element("w:instrText")
            text.text = f" {code} "
            run._r.append(text)  # noqa: SLF001 - python-docx has no fields
        elif kind != "shown":
            run._r.append(element("w:fldChar", fldCharType=kind))  # noqa: SLF001


def open_field(paragraph: Paragraph, code: str) -> None:
    """Begin a field that goes on over paragraphs, until `close_field`."""
    text = element("w:instrText")
    text.text = f" {code} "
    for part in (element("w:fldChar", fldCharType="begin"), text, element("w:fldChar", fldCharType="separate")):
        paragraph.add_run()._r.append(part)  # noqa: SLF001


def close_field(paragraph: Paragraph) -> None:
    """End a field that `open_field` began."""
    paragraph.add_run()._r.append(element("w:fldChar", fldCharType="end"))  # noqa: SLF001


def colour(text: str) -> RGBColor:
    """Give a colour, RRGGBB."""
    from docx.shared import RGBColor

    made: RGBColor = RGBColor.from_string(text)
    return made


def bookmark(paragraph: Paragraph, name: str, number: int) -> None:
    """Name a paragraph, so that links within the file lead to it."""
    start, end = element("w:bookmarkStart", id=str(number), name=name), element("w:bookmarkEnd", id=str(number))
    properties = paragraph._p.pPr  # noqa: SLF001 - python-docx has no bookmarks
    (paragraph._p.insert(0, start) if properties is None else properties.addnext(start))  # noqa: SLF001
    paragraph._p.append(end)  # noqa: SLF001


def linked(paragraph: Paragraph, first: int, *, anchor: str = "", address: str = "") -> None:
    """Make the runs of a paragraph from number `first` on a link, to a bookmark or to an address."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml.ns import qn

    link = element("w:hyperlink", history="1")
    if address:
        link.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    else:
        link.set(qn("w:anchor"), anchor)
    for run in paragraph.runs[first:]:
        link.append(run._r)  # noqa: SLF001
    paragraph._p.append(link)  # noqa: SLF001


def shaded(properties: Any, fill: str) -> None:
    """Give the properties of a cell or paragraph a ground."""
    properties.insert_element_before(element("w:shd", val="clear", color="auto", fill=fill), *_AFTER)


def rule(properties: Any, tag: str, **sides: tuple[int, str]) -> None:
    """Draw borders: side → eighths of a point and colour."""
    borders = element(tag)
    space = "4" if tag == "w:pBdr" else "0"
    for side, (size, shade) in sides.items():
        borders.append(element(f"w:{side}", val="single", sz=str(size), space=space, color=shade))
    properties.insert_element_before(borders, "w:shd", *_AFTER)


def set_styles(file: File, language: str) -> None:
    """Set the styles of the file: one face throughout, headings in the accent, and one for code."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt

    for name, (size, shade, bold, before, after, kept) in _STYLES.items():
        style = file.styles[name]
        _face(style, FONT, size, shade, bold=bold)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        style.paragraph_format.keep_with_next = kept
    for title in ("Title", "Subtitle"):
        for border in file.styles[title].element.pPr.findall(element("w:pBdr").tag):
            file.styles[title].element.pPr.remove(border)
    code = file.styles.add_style("Code", WD_STYLE_TYPE.PARAGRAPH)
    code.base_style = file.styles["Normal"]
    _face(code, FIXED, 8.5, INK, bold=False)
    code.paragraph_format.space_after = Pt(8)
    shaded(code.element.get_or_add_pPr(), BAND)
    normal = file.styles["Normal"].element.get_or_add_rPr()
    normal.append(element("w:lang", val=language))


def _face(style: ParagraphStyle, font: str, size: float, shade: str, *, bold: bool) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style.font.name, style.font.size, style.font.bold, style.font.italic = font, Pt(size), bold, False
    style.font.color.rgb = colour(shade)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{kind}"), None)
    for kind in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{kind}"), font)


def set_page(section: Section, *, turned: bool) -> None:
    """Make the pages of a section A4, upright or turned, with the margins of a journal's supplement."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    sides = (Mm(297), Mm(210)) if turned else (Mm(210), Mm(297))
    section.orientation = WD_ORIENT.LANDSCAPE if turned else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = sides
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin, section.bottom_margin = Mm(22), Mm(20)
    section.header_distance = section.footer_distance = Mm(10)


def set_edges(section: Section, notice: str, title: str, width: int) -> None:
    """Write the notice over every page, title and page number under it; for pages whose text is `width` wide."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT

    section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    head.add_run(clean(notice))
    for tab in list(foot.style.paragraph_format.tab_stops):
        foot.paragraph_format.tab_stops.add_tab_stop(tab.position, WD_TAB_ALIGNMENT.CLEAR)
    foot.paragraph_format.tab_stops.add_tab_stop(width, WD_TAB_ALIGNMENT.RIGHT)
    foot.add_run(f"{clean(title)}\t")
    field(foot, "PAGE", "1")
    foot.add_run(" / ")
    field(foot, "NUMPAGES", "1")


def type_size(crowded: float) -> float:
    """Give the type of a table in points, by halves: smaller the more it wants than an upright page has, not tiny."""
    return round(2 * min(8.5, max(7.0, 8.5 / crowded))) / 2


def set_table(table: Table, columns: list[int], caption: str, *, headed: bool, together: bool) -> None:
    """Draw the three lines of a printed table, fix its columns, repeat its head on each page, tell what it is.

    `headed` says that its first row is a head; `together` keeps it on one page.
    """
    from docx.shared import Emu

    properties = table._tbl.tblPr  # noqa: SLF001
    table.autofit = False
    rule(properties, "w:tblBorders", top=(12, INK), bottom=(12, INK))
    properties.append(element("w:tblCaption", val=clean(caption)))
    for column, width in zip(table.columns, columns, strict=True):
        column.width = Emu(width)
    cells = table._cells  # noqa: SLF001 - asking a row for its cells counts them all each time
    for number, row in enumerate(table.rows):
        kept = row._tr.get_or_add_trPr()  # noqa: SLF001
        kept.append(element("w:cantSplit"))
        head = headed and number == 0
        if head:
            kept.append(element("w:tblHeader"))
        for cell, width in zip(cells[number * len(columns) :], columns, strict=False):
            cell.width = Emu(width)
            if head or (together and number < len(cells) // len(columns) - 1):
                cell.paragraphs[0].paragraph_format.keep_with_next = True
            inside = cell._tc.get_or_add_tcPr()  # noqa: SLF001
            if head:
                rule(inside, "w:tcBorders", bottom=(6, INK))
            elif number % 2 != headed:
                shaded(inside, BAND)


def fill(cell: _Cell, text: str, *, bold: bool = False, right: bool = False, size: float = 8.5) -> Paragraph:
    """Write into a cell; gives its paragraph."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph: Paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1.5)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.LEFT
    run = paragraph.add_run(clean(text))
    run.bold, run.font.size = bold, Pt(size)
    return paragraph


def without_dates(made: bytes) -> bytes:
    """Pack a file anew with one date for all its members, so that the same content is the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as read, zipfile.ZipFile(packed, "w") as write:
        for member in read.infolist():
            about = zipfile.ZipInfo(member.filename, (1980, 1, 1, 0, 0, 0))
            about.compress_type, about.create_system, about.external_attr = zipfile.ZIP_DEFLATED, 3, 0o100644 << 16
            write.writestr(about, read.read(member))
    return packed.getvalue()
