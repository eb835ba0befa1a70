"""BibTeX, read by bibtexparser, its LaTeX by pylatexenc."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from registry.issues import Issue
from registry.literature.citation import (
    Citation,
    bare_pmid,
    first_doi,
    first_pmid,
    kind_of,
    people,
    plain,
    title_of,
    year_of,
)
from registry.terms import ReferenceKind

if TYPE_CHECKING:
    from bibtexparser.model import Block, Entry
    from pylatexenc.latex2text import LatexNodes2Text

_KINDS = {
    **dict.fromkeys(("article", "periodical"), ReferenceKind.ARTICLE),
    **dict.fromkeys(("inproceedings", "conference", "proceedings"), ReferenceKind.ABSTRACT),
    **dict.fromkeys(("book", "inbook", "incollection", "booklet", "collection"), ReferenceKind.BOOK),
    **dict.fromkeys(("phdthesis", "mastersthesis", "thesis"), ReferenceKind.THESIS),
}


def read_bibtex(text: str) -> Iterator[Citation | Issue]:
    """Read BibTeX. Two entries of one key are two records; a field given twice or an entry never closed an issue."""
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.model import DuplicateBlockKeyBlock, Entry

    number = 0
    for block in parse_string(text).blocks:
        found = block.ignore_error_block if isinstance(block, DuplicateBlockKeyBlock) else block
        if isinstance(found, Entry):
            number += 1
            yield _citation(number, _line(found), found)
        elif (broken := _broken(block, number)) is not None:
            number += 1
            yield broken


def _line(block: Block) -> int:
    return (block.start_line or 0) + 1


def _broken(block: Block, before: int) -> Issue | None:
    from bibtexparser.model import DuplicateFieldKeyBlock, ParsingFailedBlock

    if isinstance(block, DuplicateFieldKeyBlock):
        names = ", ".join(sorted(block.duplicate_keys))
        message = f"record {before + 1} has the field {names} twice"
        return Issue("record-broken", message, line=_line(block), expected="each field once")
    if isinstance(block, ParsingFailedBlock):
        message = f"record {before + 1} cannot be read: {' '.join(str(block.error).split())}"
        return Issue("record-broken", message, line=_line(block), expected="an entry with balanced braces")
    return None


def _citation(number: int, line: int, entry: Entry) -> Citation:
    raw = {field.key.lower(): str(field.value) for field in entry.fields}

    def one(*names: str) -> str | None:
        return next((latex(raw[name]) for name in names if raw.get(name)), None)

    title = title_of(one("title"))
    archive = (raw.get("eprinttype") or raw.get("archiveprefix") or "").casefold()
    eprint = bare_pmid(raw.get("eprint")) if archive in ("pubmed", "pmid", "medline") else None
    preprint = archive in ("arxiv", "biorxiv", "medrxiv")
    default = ReferenceKind.PREPRINT if preprint else _KINDS.get(entry.entry_type.lower(), ReferenceKind.OTHER)
    return Citation(
        number=number,
        line=line,
        database=one("database", "source"),
        accession=one("accession", "unique-id", "accession_number"),
        kind=kind_of([one("type"), one("document_type"), one("howpublished")], title, default),
        doi=first_doi(_address(raw.get(name)) for name in ("doi", "url", "note")),
        pmid=bare_pmid(raw.get("pmid")) or eprint or first_pmid([raw.get("note"), raw.get("annote"), raw.get("url")]),
        title=title,
        authors=people(_authors(raw.get("author") or "")),
        year=year_of(one("year", "date")),
        journal=plain(one("journal", "journaltitle", "booktitle")),
        volume=plain(one("volume")),
        pages=_pages(one("pages")),
        url=_address(raw.get("url")),
        abstract=plain(one("abstract")),
    )


def _pages(text: str | None) -> str | None:
    found = plain(text)
    return re.sub(r"\s*[-–—]+\s*", "-", found) if found else None


def _address(text: str | None) -> str | None:
    """Take the backslashes out of an address or DOI, in which % and ~ mean themselves."""
    return re.sub(r"\\([_%&#$~{}])", r"\1", text).strip("{} ") if text else None


def _authors(text: str) -> Iterator[str]:
    """Give authors as `von Family, Given`, by BibTeX's own rules; a group in braces stays whole."""
    from bibtexparser.middlewares.names import (
        InvalidNameError,
        parse_single_name_into_parts,
        split_multiple_persons_names,
    )

    for name in split_multiple_persons_names(text):
        try:
            parts = parse_single_name_into_parts(name, strict=False)
        except InvalidNameError:
            yield latex(name)
            continue
        family = " ".join([*parts.von, *parts.last])
        given = " ".join([*parts.first, *parts.jr])
        if family:
            yield latex(f"{family}, {given}" if given else family)


@lru_cache(maxsize=1)
def _decoder() -> LatexNodes2Text:
    from pylatexenc.latex2text import LatexNodes2Text

    return LatexNodes2Text(math_mode="text", strict_latex_spaces=False, keep_comments=True)


def latex(text: str) -> str:
    """Give the text that LaTeX would print; what is no valid LaTeX stays as it is, but for its braces."""
    if not any(sign in text for sign in "\\{}$~`'-"):
        return text
    ready = re.sub(r"(?<!\\)%", r"\\%", text)  # a bare % in an abstract is a percent sign, not a comment
    if "\\" not in ready and "$" not in ready:
        return _without_macros(ready)
    try:
        return str(_decoder().latex_to_text(ready, tolerant_parsing=True))
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError):
        return text.replace("{", "").replace("}", "")


def _without_macros(text: str) -> str:
    """Do the same for braces, ties and dashes only: the common case, a thousand times as fast."""
    text = text.replace("---", "—").replace("--", "–").replace("``", "“").replace("''", "”").replace("~", " ")
    return text.replace("{", "").replace("}", "")
