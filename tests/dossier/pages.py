"""A document with every kind of block, hostile words among them, for every renderer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from matplotlib.figure import Figure

from registry.dossier.document import (
    Bullets,
    Cite,
    CodeBlock,
    CodeSpan,
    Document,
    Emphasis,
    FigureBlock,
    Link,
    Notice,
    Paragraph,
    Section,
    Strong,
    Subheading,
    TableBlock,
)
from registry.figures.theme import Theme
from registry.report.prose import SIMULATED
from registry.report.table import Table, number, text

HOSTILE = "<script>alert(1)</script>"
NOTICE = SIMULATED

ITEMS: tuple[dict[str, Any], ...] = (
    {
        "id": "doi:10.1200/jco.1",
        "type": "article-journal",
        "title": "Ferritin and survival: a cohort",
        "author": [
            {"family": "Gagelmann", "given": "Nico"},
            {"family": "Ayuk", "given": "Francis"},
            {"family": "Berg", "given": "Anna Maria"},
        ],
        "issued": {"date-parts": [[2024]]},
        "container-title": "J Clin Oncol",
        "volume": "42",
        "issue": "14",
        "page": "1665-1675",
        "DOI": "10.1200/jco.1",
        "PMID": "38358946",
    },
    {
        "id": "pmid:2",
        "type": "article-journal",
        "title": "Is ferritin a marker?",
        "author": [{"family": "Chen", "given": "L."}],
        "issued": {"date-parts": [[2021]]},
        "container-title": "Blood",
        "volume": "137",
        "page": "85-9",
        "PMID": "2",
    },
    {"id": "url:https://example.org/a_b", "type": "webpage", "title": HOSTILE, "URL": "https://example.org/a_b"},
    {
        "id": "cite:chen | 2021",
        "type": "article-journal",
        "title": "Iron and outcome",
        "author": [{"family": "Chen", "given": "L."}],
        "issued": {"date-parts": [[2021]]},
        "container-title": "Haematologica",
        "volume": "106",
        "page": "12-20",
    },
)


def drawn(theme: Theme) -> Figure:
    """Draw a small figure in a theme."""
    figure = Figure(figsize=(4.0, 2.5), facecolor=theme.ground)
    axes = figure.subplots()
    axes.plot([1, 2, 3], [1, 3, 2], color=theme.accent)
    axes.set_title(HOSTILE)
    return figure


def narrow() -> TableBlock:
    """Give a table of numbers whose rows cite reports."""
    rows = (("Gagelmann 2024", "120", "2.12 (1.31–3.43)"), (HOSTILE, "85", "1.50 (0.90–2.50)"))
    columns = (text("Study"), number("n"), number("HR (95 % CI)"))
    cites = (("doi:10.1200/jco.1",), ())
    return TableBlock(Table("Estimates | all", columns, rows, note="HR: hazard ratio.\nA second * note."), cites=cites)


def wide() -> TableBlock:
    """Give a table too wide for an upright page."""
    columns = tuple(text(f"Characteristic number {at}") for at in range(10))
    return TableBlock(Table("Characteristics", columns, tuple(("words of some length",) * 10 for _ in range(3))))


def pairs() -> TableBlock:
    """Give a table of names and values, without headers."""
    return TableBlock(Table("What was asked", (text(""), text("")), (("Factor", "ferritin"), ("Endpoint", "OS"))))


def document(**changes: Any) -> Document:
    """Give the document, with some of its parts changed."""
    words = (
        "Ferritin ",
        Strong("rules"),
        " with ",
        Emphasis("I"),
        "² of 1 % ",
        CodeSpan("evireg pool `x`"),
        ", ",
        Link("methods", "#methods"),
        " and ",
        Link("the web", "https://example.org/?a=1&b=(2)"),
        " and ",
        Link("a trap", "javascript:alert(1)"),
        " ",
        Cite(("doi:10.1200/jco.1", "pmid:2", "url:https://example.org/a_b")),
        ".",
    )
    sections = (
        Section("question", f"Question {HOSTILE}", (Paragraph(words), Notice("Read with care.", "caution"), pairs())),
        Section(
            "methods", "Methods", (Subheading("Search"), Bullets(("one", "- two")), Bullets(("a", "b"), ordered=True))
        ),
        Section("forest", "Forest", (FigureBlock(drawn, "Forest <plot>.", 'A "line" & more', "forest"), narrow())),
        Section("studies", "Studies", (Paragraph("1. Not a list."), wide())),
        Section("again", "Reproduce", (CodeBlock("evireg report x\n```\n<b>", "sh"), Notice("Said.", "note"))),
    )
    whole = Document(
        f"Ferritin & myeloma {HOSTILE}",
        "A prognostic factor",
        sections,
        ITEMS,
        NOTICE,
        facts=(("Digest", CodeSpan("f00d").text), ("Query", (CodeSpan("q"), ", version 1"))),
        date="2026-03-01",
    )
    return replace(whole, **changes)
