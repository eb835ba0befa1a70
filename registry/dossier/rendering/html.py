"""A document as one HTML file that needs nothing else: style and figures are in it, for screen and paper."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from registry.dossier.document import Cite, CodeSpan, Emphasis, FigureBlock, Link, Strong, TableBlock, runs
from registry.dossier.rendering.citing import citations_of
from registry.dossier.rendering.layout import is_headed, is_short, is_wide, listed, name_of, parts, stamp, widths
from registry.texts import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from markupsafe import Markup

    from registry.dossier.document import Document, Run, Words
    from registry.dossier.rendering.citing import Citations
    from registry.dossier.rendering.phrases import Phrase

_TEMPLATES = Path(__file__).parent / "templates"
_TAGS = {
    "italic": "i",
    "bold": "b",
    "underline": "u",
    "superscript": "sup",
    "subscript": "sub",
    "small-caps": "small",
}
_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;)\]]|(?:doi:\s?)10\.\d{4,9}/\S+[^\s.,;]", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")


def render(document: Document, path: str | Path) -> Path:
    """Write a document as HTML; gives the path. Raises UsageError for its citation style, StoreError for the place."""
    from registry.workbook.files import replacing

    made = page(document)
    with replacing(Path(path)) as place:
        place.write_text(made, encoding="utf-8", newline="\n")
    return Path(path)


def files(document: Document, name: str) -> dict[str, bytes]:
    """Give the files of a rendered document: one, of this name."""
    return {name: page(document).encode()}


def page(document: Document) -> str:
    """Give a document as the text of an HTML file; the same document gives the same text."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    citations, laid = citations_of(document), parts(document)
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        words=partial(_words, citations=citations),
        phrases=partial(_phrases, addresses=True),
        kind=lambda block: type(block).__name__,
        address=_safe,
        name=name_of,
    )
    environment.globals.update(cite=partial(_cite, citations=citations), drawn=_drawn)
    environment.globals.update(is_headed=is_headed, is_short=is_short, is_wide=is_wide, widths=widths)
    made = environment.get_template("page.html.jinja").render(
        document=document,
        parts=laid,
        listed=(("Tables", listed(laid, TableBlock)), ("Figures", listed(laid, FigureBlock))),
        entries=citations.entries,
        style=_style(document),
        stamp=stamp(document.notice) if document.notice else "",
    )
    return shown(made)


def _style(document: Document) -> Markup:
    """Give the style sheet, with what is printed at the edges of each page."""
    from markupsafe import Markup

    text = (_TEMPLATES / "page.css").read_text(encoding="utf-8")
    edges = {"NOTICE": document.notice or "", "TITLE": document.title}
    for name, said in edges.items():
        text = text.replace(f'"{name}"', _css_string(said))
    return Markup(text)  # noqa: S704 - ours, and what is not ours was written as a string of CSS


def _css_string(text: str) -> str:
    """Give a text as a string of CSS: everything but letters and digits by its number, which eats a space behind it."""
    return '"' + "".join(each if each.isalnum() else f"\\{ord(each):06x}" for each in text) + '"'


# -- words -------------------------------------------------------------------------------------------------------------


def _words(words: Words, citations: Citations) -> Markup:
    from markupsafe import Markup

    return Markup("").join(_run(run, citations) for run in runs(words))


def _run(run: Run, citations: Citations) -> Markup:
    from markupsafe import Markup, escape

    match run:
        case Cite(keys):
            return _cite(keys, citations)
        case Strong(text):
            return Markup("<strong>{}</strong>").format(text)
        case Emphasis(text):
            return Markup("<em>{}</em>").format(text)
        case CodeSpan(text):
            return Markup("<code>{}</code>").format(text)
        case Link(text, href) if address := _safe(href):
            return Markup('<a href="{}">{}</a>').format(address, text)
        case _:
            return escape(run.text)


def _safe(href: str) -> str | None:
    """Give an address one may follow: the web, mail, or a place in the document; None for any other."""
    return href if re.match(r"(https?://|mailto:|#)", href, re.IGNORECASE) else None


def _cite(keys: Sequence[str], citations: Citations) -> Markup:
    """Give a citation, each number (or the whole) a link to its entry."""
    from markupsafe import Markup

    made = _phrases(citations.cite(keys))
    if citations.numbered:
        linked = _NUMBER.sub(lambda found: f'<a href="#ref-{found[0]}">{found[0]}</a>', str(made))
        return Markup('<span class="cite">{}</span>').format(Markup(linked))  # noqa: S704 - escaped above
    at = next(number for number, entry in enumerate(citations.entries, 1) if entry.key == keys[0])
    return Markup('<a class="cite" href="#ref-{}">{}</a>').format(at, made)


def _phrases(found: Iterable[Phrase], *, addresses: bool = False) -> Markup:
    """Give phrases with their marks; `addresses` among them become links."""
    from markupsafe import Markup, escape

    made = Markup("")
    for phrase in found:
        text = _linked(phrase.text) if addresses else escape(phrase.text)
        for mark in sorted(phrase.marks):
            text = Markup(f"<{_TAGS[mark]}>{{}}</{_TAGS[mark]}>").format(text)  # noqa: S704 - a tag of ours
        made += text
    return made


def _linked(text: str) -> Markup:
    from markupsafe import Markup, escape

    made, at = Markup(""), 0
    for found in _ADDRESS.finditer(text):
        href = re.sub(r"^doi:\s?", "https://doi.org/", found[0], flags=re.IGNORECASE)
        made += escape(text[at : found.start()]) + Markup('<a href="{}">{}</a>').format(href, found[0])
        at = found.end()
    return made + escape(text[at:])


# -- figures -----------------------------------------------------------------------------------------------------------


def _drawn(block: FigureBlock, name: str, *, simulated: bool) -> Markup:
    """Draw a figure for light and for dark ground; the page shows the one that fits."""
    from markupsafe import Markup

    from registry.dossier.rendering.pictures import picture
    from registry.dossier.rendering.svg import inlined
    from registry.figures.theme import THEMES

    made = Markup("")
    for theme in THEMES.values():
        drawing = inlined(picture(block, "svg", theme, simulated=simulated), f"{name}-{theme.name}", block.alt)
        made += Markup('<div class="drawing {}">{}</div>').format(theme.name, Markup(drawing))  # noqa: S704 - an SVG of ours
    return made
