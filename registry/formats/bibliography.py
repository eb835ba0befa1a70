"""References of the included reports for reference managers: BibTeX and RIS, from CSL-JSON items."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry.formats.analysed import Analysed

Item = Mapping[str, Any]

_BIBTEX_TYPES = {
    "article-journal": "article",
    "paper-conference": "inproceedings",
    "dataset": "misc",
    "article-newspaper": "misc",
    "webpage": "misc",
}
_RIS_TYPES = {
    "article-journal": "JOUR",
    "paper-conference": "CPAPER",
    "dataset": "DATA",
    "article-newspaper": "NEWS",
    "webpage": "ELEC",
}
#: What LaTeX does not print as it stands.
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{each: f"\\{each}" for each in "&%$#_"},
}
SIMULATED = "SIMULATED: cited for cohorts that are invented; no evidence"


def bibtex(found: Analysed) -> bytes:
    """Write the included reports as BibTeX (UTF-8), keys made of first author and year."""
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.model import Entry, Field

    library = Library()
    keys: set[str] = set()
    for item in found.references:
        fields = [Field(name, value) for name, value in _bibtex_fields(item, simulated=found.result.simulated)]
        library.add(Entry(_BIBTEX_TYPES.get(item["type"], "misc"), _citation_key(item, keys), fields))
    return write_string(library).encode()


def _bibtex_fields(item: Item, *, simulated: bool) -> Iterator[tuple[str, str]]:
    place = "booktitle" if item["type"] == "paper-conference" else "journal"
    known = {
        "title": f"{{{_latex(item['title'])}}}" if item.get("title") else None,  # braces keep capitals
        "author": " and ".join(_bibtex_names(item)) or None,
        "year": _year(item),
        place: _latex(item.get("container-title")),
        "volume": _latex(item.get("volume")),
        "number": _latex(item.get("issue")),
        "pages": _latex(item.get("page")).replace("-", "--") or None,
        "doi": item.get("DOI"),
        "pmid": item.get("PMID"),
        "url": item.get("URL"),
        "note": SIMULATED if simulated else None,
    }
    yield from ((name, value) for name, value in known.items() if value)


def _latex(text: str | None) -> str:
    return "".join(_LATEX.get(each, each) for each in text or "")


def _bibtex_names(item: Item) -> Iterator[str]:
    """Give the authors; a name in one piece stands in braces, so that nothing takes it apart."""
    for name, written in zip(item.get("author", ()), _names(item), strict=True):
        yield f"{{{_latex(written)}}}" if "literal" in name else _latex(written)


def _names(item: Item) -> list[str]:
    """Give the authors as `Family, Given`."""
    return [
        f"{name['family']}, {name['given']}" if name.get("given") else name.get("family") or name.get("literal", "")
        for name in item.get("author", ())
    ]


def _year(item: Item) -> str | None:
    parts = (item.get("issued") or {}).get("date-parts") or [[None]]
    return str(parts[0][0]) if parts[0][0] else None


def _citation_key(item: Item, taken: set[str]) -> str:
    """Make a key such as `Kim2016`; a letter tells apart those that would be the same."""
    names = _names(item)
    plain = unicodedata.normalize("NFKD", names[0].partition(",")[0]) if names else ""
    author = re.sub(r"[^A-Za-z0-9]", "", plain)
    stem = (author or "report") + (_year(item) or "")
    key, more = stem, 1
    while key in taken:
        key, more = f"{stem}{_letters(more)}", more + 1
    taken.add(key)
    return key


def _letters(number: int) -> str:
    """Write a number in letters: 1 is b, 25 is z, 26 is ba."""
    letters = ""
    while True:
        number, rest = divmod(number, 26)
        letters = "abcdefghijklmnopqrstuvwxyz"[rest] + letters
        if not number:
            return letters


def ris(found: Analysed) -> bytes:
    """Write the included reports as RIS."""
    import rispy

    entries = [_ris_entry(item, simulated=found.result.simulated) for item in found.references]
    return str(rispy.dumps(entries)).encode()


def _ris_entry(item: Item, *, simulated: bool) -> dict[str, Any]:
    first, _, last = (item.get("page") or "").partition("-")
    known = {
        "type_of_reference": _RIS_TYPES.get(item["type"], "GEN"),
        "authors": _names(item),
        "title": item.get("title"),
        "year": _year(item),
        "secondary_title": item.get("container-title"),
        "volume": item.get("volume"),
        "number": item.get("issue"),
        "start_page": first,
        "end_page": last,
        "doi": item.get("DOI"),
        "accession_number": item.get("PMID"),
        "name_of_database": "PubMed" if item.get("PMID") else None,
        "urls": [item["URL"]] if item.get("URL") else None,
        "notes": [SIMULATED] if simulated else None,
    }
    return {name: value for name, value in known.items() if value}
