"""A report as Markdown, read back by a CommonMark parser that others wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from registry.dossier.rendering import markdown
from tests.dossier.pages import HOSTILE, NOTICE, document


@pytest.fixture(scope="module")
def text() -> str:
    return markdown.text(document(), "report_files")


@pytest.fixture(scope="module")
def page(text: str) -> str:
    """Give the HTML a reader of Markdown makes of it."""
    return MarkdownIt("commonmark").enable("table").render(text)


def test_hostile_words_are_words(page: str) -> None:
    """What looks like markup is escaped: a reader that lets HTML through shows it as words."""
    assert "<script" not in page
    assert "javascript:" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert HOSTILE not in page


def test_runs_keep_their_marks_and_spaces(page: str) -> None:
    """Strong words, emphasis, code and links stand between spaces, as they were written."""
    assert "Ferritin <strong>rules</strong> with <em>I</em>² of 1 % <code>evireg pool `x`</code>, " in page
    assert '<a href="#methods">methods</a> and <a href="https://example.org/?a=1&amp;b=%282%29">the web</a>' in page
    assert "a trap (1–3)." in page


def test_lists_tables_and_code_are_read_as_such(page: str) -> None:
    """Every block is what it was, and a paragraph that begins like a list is none."""
    assert "<li>- two</li>" in page
    assert "<ol>\n<li>a</li>\n<li>b</li>\n</ol>" in page
    assert "<p>1. Not a list.</p>" in page
    assert page.count("<table>") == 4
    assert '<td style="text-align:right">120</td>' in page
    assert "<td>Gagelmann 2024 (1)</td>" in page
    assert '<pre><code class="language-sh">evireg report x\n```\n&lt;b&gt;\n</code></pre>' in page


def test_the_notice_is_in_every_section(text: str) -> None:
    """A simulated report says so at its head and in each section, the references too."""
    parts = text.split("\n## ")
    assert len(parts) == len(document().sections) + 2
    assert all(f"> **{NOTICE}**" in part for part in parts)
    assert "SIMULATED" not in markdown.text(document(notice=None), "x")


def test_places_within_the_report_are_named(text: str) -> None:
    """What the contents link to is there."""
    for name in ("question", "methods", "forest", "studies", "again", "references"):
        assert f"(#{name})" in text
        assert f'<a id="{name}"></a>' in text


def test_references_are_listed_with_their_marks(page: str) -> None:
    """A numbered list in a numbered style; italics where the style has them."""
    assert "<li>Chen L. Is ferritin a marker? Blood. 2021;137:85–9. PubMed PMID: 2.</li>" in page
    italic = MarkdownIt("commonmark").render(markdown.text(document(style="nature"), "x"))
    assert "<em>Blood</em> <strong>137</strong>, 85–89 (2021)." in italic


def test_pictures_stand_beside_the_report(tmp_path: Path, text: str) -> None:
    """The report and its figures are written together, and the report names them."""
    path = markdown.render(document(), tmp_path / "my report.md")
    drawn = tmp_path / "my report_files" / "figure-1-forest.svg"
    assert drawn.read_bytes().startswith(b"<?xml")
    assert "(my%20report_files/figure-1-forest.svg)" in path.read_text(encoding="utf-8")
    assert '![A "line" \\& more](report_files/figure-1-forest.svg)' in text


def test_the_same_document_gives_the_same_bytes() -> None:
    """Neither the text nor a picture has a date or a random name."""
    assert markdown.files(document(), "a.md") == markdown.files(document(), "a.md")
