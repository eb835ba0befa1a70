"""A report as a Word file: read back with python-docx."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import docx as word_files
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from PIL import Image

from registry.dossier.rendering import docx
from tests.dossier.pages import HOSTILE, NOTICE, document


@pytest.fixture(scope="module")
def made() -> bytes:
    return docx.encoded(document())


@pytest.fixture(scope="module")
def file(made: bytes) -> Any:
    return word_files.Document(io.BytesIO(made))


def texts(file: Any) -> list[str]:
    """Give the text of every paragraph, that of links included."""
    return ["".join(part.text or "" for part in each._p.iter(qn("w:t"))) for each in file.paragraphs]


def test_headings_are_headings(file: Any) -> None:
    """Sections are first-level headings, numbered, references last; subheadings are second-level."""
    found = [(each.style.name, each.text) for each in file.paragraphs if each.style.name.startswith("Heading")]
    assert [text for style, text in found if style == "Heading 1"] == [
        f"1  Question {HOSTILE}",
        "2  Methods",
        "3  Forest",
        "4  Studies",
        "5  Reproduce",
        "6  References",
    ]
    assert [text for style, text in found if style == "Heading 2"] == ["Search"]
    assert file.paragraphs[0].style.name == "Title"


def test_every_word_is_there(file: Any) -> None:
    """Words, citations, notices, code and references stand in the file as they are."""
    said = "\n".join(texts(file))
    assert "Ferritin rules with I² of 1 % evireg pool `x`, methods and the web and a trap (1–3)." in said
    assert "Caution  Read with care." in said
    assert "evireg report x\n```" in "\n".join(each.text for each in file.paragraphs)
    assert "Chen L. Is ferritin a marker? Blood. 2021;137:85–9. PubMed PMID: 2." in said


def test_tables_have_captions_heads_and_cells(file: Any) -> None:
    """Captions are fields of the kind Word lists; heads are repeated on each page; rows stay whole."""
    captions = [text for each, text in zip(file.paragraphs, texts(file), strict=True) if each.style.name == "Caption"]
    assert captions == [
        "Table 1. What was asked",
        "Figure 1. Forest <plot>.",
        "Table 2. Estimates | all",
        "Table 3. Characteristics",
    ]
    _, pairs, narrow, wide = file.tables
    assert narrow.cell(0, 2).text == "HR (95 % CI)"
    assert narrow.cell(2, 0).text == HOSTILE
    heads = [table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for table in (pairs, narrow, wide)]
    assert heads == [False, True, True]
    assert pairs.cell(0, 0).text == "Factor"


def test_short_tables_stay_on_one_page(file: Any) -> None:
    """Every row but the last is kept with the next, so that the table is not broken."""
    kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in file.tables[2].rows]
    assert kept == [True, True, None]


def test_figures_are_sharp_and_say_what_they_show(file: Any) -> None:
    """A figure has at least 200 dots per inch where it is printed, and an alternative text."""
    (shape,) = file.inline_shapes
    assert shape._inline.docPr.get("descr") == 'A "line" & more'
    part = file.part.related_parts[shape._inline.graphic.graphicData.pic.blipFill.blip.embed]
    pixels = Image.open(io.BytesIO(part.blob)).width
    assert pixels / (shape.width / 914_400) >= 200


def test_the_notice_is_over_every_page_and_in_every_section(file: Any) -> None:
    """Each kind of page has the notice in its header, and each section begins with it."""
    assert {section.header.paragraphs[0].text for section in file.sections} == {NOTICE}
    said = texts(file)
    heads = [at for at, each in enumerate(file.paragraphs) if each.style.name == "Heading 1"]
    assert all(said[at + 1] == NOTICE for at in heads)
    assert not any(
        NOTICE in text for text in texts(word_files.Document(io.BytesIO(docx.encoded(document(notice=None)))))
    )


def test_pages_are_numbered(file: Any) -> None:
    """The foot of every page has its number and how many there are."""
    for section in file.sections:
        codes = [each.text.strip() for each in section.footer._element.iter(qn("w:instrText"))]
        assert codes == ["PAGE", "NUMPAGES"]


def test_wide_tables_lie_across(file: Any) -> None:
    """The pages of a section that shows only a wide table are turned, the others upright."""
    turned = [section.orientation == WD_ORIENT.LANDSCAPE for section in file.sections]
    assert turned == [False, True, False]


def test_columns_fit_the_page(file: Any) -> None:
    """No table is wider than the text of its page, by more than Word's rounding to a twentieth of a point."""
    for table in file.tables[1:3]:
        assert sum(column.width for column in table.columns) <= file.sections[0].page_width * 0.85
    turned = file.sections[1]
    across = turned.page_width - turned.left_margin - turned.right_margin
    assert sum(column.width for column in file.tables[3].columns) <= across + 10 * 635


def test_links_lead_to_bookmarks(file: Any) -> None:
    """Every link within the file has its bookmark, each of which is named once."""
    body = file.element.body
    anchors = {each.get(qn("w:anchor")) for each in body.iter(qn("w:hyperlink"))} - {None}
    names = [each.get(qn("w:name")) for each in body.iter(qn("w:bookmarkStart"))]
    assert anchors <= set(names)
    assert {"sec-methods", "ref-1", "ref-3"} <= anchors
    assert len(names) == len(set(names))
    assert not [each for each in file.part.rels.values() if "javascript" in each.target_ref]


def test_the_same_document_gives_the_same_bytes(made: bytes) -> None:
    """No clock is in the file: its dates are those of the document."""
    assert docx.encoded(document()) == made
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_file_says_what_it_is(file: Any) -> None:
    """Title, date and language are those of the document, the author is no person."""
    about = file.core_properties
    assert about.title.startswith("Ferritin & myeloma")
    assert about.created.date().isoformat() == "2026-03-01"
    assert (about.author, about.language) == ("evireg", "en")


def test_characters_xml_cannot_hold_are_written_as_escapes() -> None:
    """A control character in a name of an older registry is shown as what it is, and costs no report."""
    made = docx.encoded(document(title="a\x0bb\x00c\ufffe"))
    assert word_files.Document(io.BytesIO(made)).paragraphs[0].text == r"a\x0bb\x00c\ufffe"


def test_properties_stand_in_the_order_word_insists_on(made: bytes) -> None:
    """Within the properties of a paragraph borders and ground come before spacing, indents and alignment."""
    order = ["pStyle", "keepNext", "keepLines", "pBdr", "shd", "tabs", "spacing", "ind", "jc", "rPr", "sectPr"]
    for each in word_files.Document(io.BytesIO(made)).element.body.iter(qn("w:pPr")):
        found = [order.index(child.tag.partition("}")[2]) for child in each]
        assert found == sorted(found)
