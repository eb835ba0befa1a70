"""A report as HTML: one file, whole, escaped, reachable, marked."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from registry.dossier.rendering import html
from registry.errors import UsageError
from tests.dossier.pages import HOSTILE, NOTICE, document

_VOID = {"meta", "link", "br", "img", "hr", "input"}


class Page(HTMLParser):
    """Reads a page: its elements with their attributes, its ids, and whether every element that opens closes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        self.faults += self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that opens."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element without content."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        """See that the element that opened last closes first."""
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data: str) -> None:
        """Note words."""
        self.words.append(data)

    def named(self, tag: str) -> list[dict[str, str]]:
        """Give the attributes of every element of this name."""
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def text() -> str:
    return html.page(document())


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_every_element_closes_and_every_id_is_once(page: Page) -> None:
    """The page is well formed, and no two elements have one id, those of figures included."""
    assert page.faults == []
    ids = Counter(attributes["id"] for _, attributes in page.elements if "id" in attributes)
    assert [name for name, count in ids.items() if count > 1] == []


def test_a_page_needs_nothing_but_itself(page: Page, text: str) -> None:
    """No script, no style sheet, picture or font from elsewhere: only links a reader may follow lead out."""
    assert not page.named("script")
    assert not page.named("link")
    assert not page.named("img")
    assert "@import" not in text
    assert not [href for _, each in page.elements if (href := each.get("src") or each.get("xlink:href"))]
    assert all(each["href"].startswith("#") for tag, each in page.elements if "href" in each and tag != "a")
    assert not re.findall(r"url\((?!#)", text)


def test_links_within_the_page_lead_somewhere(page: Page) -> None:
    """Every link to a place of the page, from the contents, a citation, a figure's parts, has its place."""
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    within = [each["href"][1:] for _, each in page.elements if each.get("href", "").startswith("#")]
    assert set(within) - ids == set()
    assert {"content", "question", "table-2", "figure-1", "ref-1"} <= set(within)


def test_hostile_words_are_words(page: Page, text: str) -> None:
    """What looks like markup in names, titles, cells, code and citations is shown as it is."""
    assert "<script" not in text
    assert "javascript:" not in text
    words = "".join(page.words)
    assert words.count(HOSTILE) >= 4
    assert "<b>" in words


def test_every_figure_says_what_it_shows(page: Page) -> None:
    """Each drawing is a picture with an alternative text, once for light and once for dark ground."""
    drawings = [each for each in page.named("svg") if each.get("role") == "img"]
    assert [each["aria-label"] for each in drawings] == ['A "line" & more'] * 2
    assert [each["id"] for each in drawings] == ["figure-1-light", "figure-1-dark"]
    assert len(page.named("figcaption")) == len(page.named("figure")) == 1


def test_styles_of_a_figure_stay_within_it(text: str) -> None:
    """A style in a drawing names the drawing: it changes nothing else on the page."""
    inner = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    for style in re.findall(r"<style[^>]*>(.*?)</style>", "".join(inner), re.DOTALL):
        assert all(rule.strip().startswith("#figure-1-") for rule in style.split("}") if rule.strip())


def test_every_table_has_a_caption_and_heads(page: Page) -> None:
    """Captions are numbered in order; columns have heads with a scope, except in pairs, whose rows have."""
    assert len(page.named("caption")) == len(page.named("table")) == 3
    assert {each.get("scope") for each in page.named("th")} == {"col", "row"}
    assert len(page.named("thead")) == 2


def test_headings_go_down_one_level_at_a_time(page: Page) -> None:
    """One first heading, sections below it, subheadings below these."""
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_the_notice_is_on_every_section_and_every_printed_page(text: str) -> None:
    """A simulated report says so over the page, in each section, the references too, and at the edge of each sheet."""
    sections = re.split("<section ", text)[1:]
    assert len(sections) == len(document().sections) + 1
    assert all(NOTICE in section for section in sections)
    edge = re.search(r'@top-center \{ content: "([^"]*)"', text)
    assert edge
    assert re.sub(r"\\([0-9a-f]{6})", lambda found: chr(int(found[1], 16)), edge[1]) == NOTICE
    assert '<div class="stamp" aria-hidden="true">SIMULATED DATA</div>' in text


def test_a_report_of_evidence_has_no_notice() -> None:
    """Without a notice nothing says simulated."""
    text = html.page(document(notice=None))
    assert "SIMULATED" not in text
    assert 'class="stamp"' not in text


def test_a_hostile_notice_or_title_cannot_leave_its_string() -> None:
    """What is printed at the edges is a string of CSS, whatever is in it."""
    text = html.page(document(notice='x"; } </style><b> \\', title='"}\n</style>'))
    style = text.split("<style>")[1].split("</style>")[0]
    assert "@bottom-right" in style
    assert Page(text).faults == []


def test_numbers_of_a_citation_lead_to_their_entries(text: str) -> None:
    """In a numbered style each number is a link; a style of names links the whole."""
    assert '(<a href="#ref-1">1</a>–<a href="#ref-3">3</a>)' in text
    assert 'href="#ref-' in html.page(document(style="apa"))


def test_addresses_in_references_are_links(text: str) -> None:
    """A DOI leads to its resolver."""
    assert '<a href="https://doi.org/10.1200/jco.1">doi:10.1200/jco.1</a>' in text


def test_the_same_document_gives_the_same_bytes(text: str) -> None:
    """No clock, no random name is in a page."""
    assert html.page(document()) == text


def test_a_wide_table_lies_across(text: str) -> None:
    """A table too wide for an upright page scrolls on the screen and is printed on a turned page, its section too."""
    assert '<section id="studies" class="turned"' in text
    assert text.count('class="table wide short"') == 1


def test_a_document_is_written_to_its_path(tmp_path: Path, text: str) -> None:
    """`render` writes what `page` gives; `files` gives it under a name."""
    assert html.render(document(), tmp_path / "report.html").read_text(encoding="utf-8") == text
    assert html.files(document(), "a.html") == {"a.html": text.encode()}


def test_an_unknown_style_writes_nothing(tmp_path: Path) -> None:
    """A style that is not there is refused before anything is written."""
    with pytest.raises(UsageError, match="no citation style"):
        html.render(replace(document(), style="none"), tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []
