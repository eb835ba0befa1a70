"""Citations and the list of references in a citation style (CSL 1.0, by citeproc-py)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.dossier.rendering.phrases import FORMATTER, Phrase, bare, once, phrases, plain
from registry.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from registry.dossier.document import Document, Reference

_FOLDER = Path(__file__).parent / "styles"

#: The styles that come with evireg, by the name one asks for → file, and what it is.
STYLES: dict[str, tuple[str, str]] = {
    "vancouver": ("nlm-citation-sequence", "Vancouver: NLM, ICMJE recommendations, Citing Medicine"),
    "ama": ("american-medical-association", "American Medical Association, 11th edition"),
    "lancet": ("the-lancet", "The Lancet"),
    "nature": ("nature", "Nature"),
    "apa": ("apa", "American Psychological Association, 7th edition: author and year"),
}

#: Styles without a bibliography of their own name the one they are the same as.
_NAMESPACE = "{http://purl.org/net/xbiblio/csl}"

_LABEL = re.compile(r"\s*[\[(]?(\d+)[\])]?[.:]?\s*")
_SHORT = 7
_ABBREVIATED = re.compile(r"^([A-Za-z]*)(\d+)\s*[-–]\s*(\d+)$")
_SUFFIXES = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list of references; `label` is its number, None in a style that names authors."""

    key: str
    label: str | None
    words: tuple[Phrase, ...]


class Citations:
    """The citations of one document: register all in order, then ask for each, and for the list.

    `items` are CSL-JSON; each is listed, those cited first where the style numbers in order of citation.
    """

    def __init__(self, style: str, items: Sequence[Reference], cited: Iterable[Sequence[str]], language: str) -> None:
        self._style = _opened(style, language)
        self._given = style
        self._ids = {str(item["id"]): f"r{number}" for number, item in enumerate(items)}
        self._items = [_known(item, f"r{number}") for number, item in enumerate(items)]
        self._order = list(dict.fromkeys(key for keys in cited for key in keys if self._id(key)))
        self._order += [key for key in self._ids if key not in self._order]

    @property
    def numbered(self) -> bool:
        """Whether citations are numbers."""
        return bool(self._style.root.xpath("boolean(//*[local-name()='citation']//*[@variable='citation-number'])"))

    def cite(self, keys: Sequence[str]) -> tuple[Phrase, ...]:
        """Give a citation of these reports as it stands in a sentence."""
        from citeproc import Citation, CitationItem

        citation = Citation([CitationItem(self._id(key)) for key in dict.fromkeys(keys)])
        citation.bibliography = self._listed
        text = self._guarded(lambda: str(self._listed.cite(citation, lambda item: item.key)))
        return phrases(self._collapsed(text) if self.numbered else text)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Give the list of references in the order of the style."""
        keys = {own: key for key, own in self._ids.items()}
        return tuple(self._entry(keys[item.key], item) for item in self._listed.items)

    def _entry(self, key: str, item: Any) -> Entry:
        made = self._guarded(lambda: "".join(map(str, self._style.render_bibliography([item]))))
        if not item.reference.get("author"):
            made = once(made, str(item.reference.get("title", "")))
        label = _LABEL.match(made) if self.numbered else None
        words = phrases((made[label.end() :] if label else made).strip())
        if not plain(words).strip(" ."):
            words = (Phrase(f"[Nothing is recorded of {key}]."),)
        return Entry(key, label[1] if label else None, words)

    def _id(self, key: str) -> str:
        """Name a report within citeproc, which does not tell upper from lower case."""
        if key not in self._ids:
            raise ValueError(f"{key} is cited, and is not among the references of the document")
        return self._ids[key]

    @cached_property
    def _listed(self) -> Any:
        """The bibliography with everything registered, and years told apart where a citation would mean two reports."""
        listed = self._bibliography()
        root = self._style.root.find(f"{_NAMESPACE}citation")
        if not self.numbered and root.get("disambiguate-add-year-suffix") == "true":
            self._tell_years_apart(listed)
            listed = self._bibliography()
        return listed

    def _bibliography(self) -> Any:
        from citeproc import Citation, CitationItem, CitationStylesBibliography
        from citeproc.source.json import CiteProcJSON

        listed = CitationStylesBibliography(self._style, CiteProcJSON(self._items), FORMATTER)
        for key in self._order:
            listed.register(Citation([CitationItem(self._ids[key])]))
        self._guarded(listed.sort)
        return listed

    def _tell_years_apart(self, listed: Any) -> None:
        """Give reports whose citations read the same a, b, … behind their year, in the order of the list."""
        same: dict[str, list[str]] = {}
        for item in listed.items:
            read = self._guarded(lambda cited=item: str(listed.cite(cited.citation, lambda each: each.key)))
            same.setdefault(read, []).append(item.key)
        suffixes = {own: _suffix(n) for group in same.values() if len(group) > 1 for n, own in enumerate(group)}
        self._items = [
            {**item, "year-suffix": suffixes[item["id"]]} if item["id"] in suffixes else item for item in self._items
        ]

    def _collapsed(self, text: str) -> str:
        """Write three and more numbers in a row as a range, where the style does so."""
        citation = self._style.root.find(f"{_NAMESPACE}citation")
        if citation.get("collapse") != "citation-number":
            return text
        between = citation.find(f"{_NAMESPACE}layout").get("delimiter", "")
        numbers = re.compile(rf"\d+(?:{re.escape(between)}\d+)+")
        return numbers.sub(lambda found: between.join(_ranges(found[0].split(between))), text) if between else text

    def _guarded(self, make: Any) -> Any:
        """Do what a style says; a style that is not CSL 1.0 through and through fails in ways of its own."""
        try:
            return make()
        except (ArithmeticError, AttributeError, AssertionError, LookupError, TypeError, ValueError) as error:
            said = f"{type(error).__name__}: {error}"
            raise UsageError(f"the style {self._given} could not be followed ({said})", _shipped()) from error


def citations_of(document: Document) -> Citations:
    """Give the citations of a document in its style. Raises UsageError for a style that is unknown or unreadable."""
    from registry.dossier.document import citations

    cited = (cite.keys for cite in citations(document))
    return Citations(document.style, document.references, cited, document.language)


def style_file(style: str) -> Path:
    """Give the file of a style: one of `STYLES`, the name of its file, or a path. Raises UsageError for another."""
    named = STYLES.get(style, (style, ""))[0]
    shipped = _FOLDER / f"{named}.csl"
    if re.fullmatch(r"[a-z0-9-]+", named) and shipped.is_file():
        return shipped
    path = Path(style)
    if path.is_file():
        return path
    if path.suffix == ".csl":
        raise UsageError(f"there is no style file {style}", _shipped())
    near = get_close_matches(style, STYLES, n=1)
    meant = f"; did you mean {near[0]}?" if near else ""
    raise UsageError(f"there is no citation style {style!r}{meant}", _shipped())


def _shipped() -> str:
    return f"styles that come with evireg: {', '.join(STYLES)}; or name a .csl file"


def _opened(style: str, language: str) -> Any:
    from citeproc import CitationStylesStyle
    from lxml import etree

    path = style_file(style)
    try:
        root = etree.parse(path, etree.XMLParser(no_network=True, resolve_entities=False)).getroot()
    except (etree.XMLSyntaxError, OSError) as error:
        raise UsageError(f"{path} is not a CSL style: {error}", _shipped()) from None
    if root.tag != f"{_NAMESPACE}style":
        raise UsageError(f"{path} is not a CSL style: it begins with <{root.tag}>", _shipped())
    if missing := [part for part in ("citation", "bibliography") if root.find(f"{_NAMESPACE}{part}") is None]:
        hint = f"it may stand for another style, which it names; {_shipped()}"
        raise UsageError(f"{path} has no {' and no '.join(missing)}", hint)
    return CitationStylesStyle(str(path), locale=language, validate=False)


def _known(item: Reference, own: str) -> dict[str, Any]:
    """Give an item with what citeproc-py knows of, under an id of ours; nothing that is empty."""
    from citeproc import DATES, NAMES, VARIABLES

    known: dict[str, Any] = {"id": own, "type": str(item.get("type") or "document")}
    for name, value in item.items():
        variable = name.replace("-", "_")
        if variable not in VARIABLES or value in (None, "", [], {}):
            continue
        if variable in NAMES:
            known[name] = [_name(each) for each in value]
        elif variable in DATES:
            known[name] = value
        else:
            known[name] = bare(str(value))
    if "page" in known:
        known["page"] = _ABBREVIATED.sub(_whole, known["page"])
    if not known.get("author") and len(words := known.get("title", "").split()) > _SHORT:
        known.setdefault("title-short", f"{' '.join(words[:_SHORT])} …")  # stands in citations where authors would
    return known


def _name(name: Any) -> dict[str, str]:
    parts = ("literal",) if name.get("literal") else ("family", "given", "suffix")
    return {part: bare(str(name[part])) for part in parts if name.get(part)}


def _whole(pages: re.Match[str]) -> str:
    """Write the last page in full, 85-9 as 85-89: a style that abbreviates does so itself."""
    before, first, last = pages.groups()
    return f"{before}{first}-{before}{first[: len(first) - len(last)]}{last}" if len(last) < len(first) else pages[0]


def _suffix(number: int) -> str:
    """Give a, b, …, z, aa, ab and so on."""
    more, last = divmod(number, len(_SUFFIXES))
    return (_suffix(more - 1) if more else "") + _SUFFIXES[last]


def _ranges(numbers: Sequence[str]) -> list[str]:
    """Join runs of three and more numbers: 1, 2, 3, 5 → 1–3, 5."""
    runs: list[list[int]] = []
    for number in map(int, numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [part for run in runs for part in ([f"{run[0]}–{run[-1]}"] if len(run) > 2 else map(str, run))]
