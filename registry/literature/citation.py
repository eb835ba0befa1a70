"""A record of a search result as it comes out of any format, and the reading of its single values."""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from registry.database import canonical_json
from registry.terms import ReferenceKind
from registry.writing.keys import doi_of, pmid_of

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Citation:
    """One record: `number` counts from 1 in its file, `line` is where it starts; None is what the record does not say.

    `database` is the database the record itself names, `accession` its number there. `authors` are `Family, Given` with
    `; ` between them, `doi` is bare and in lower case, `title` without markup and final full stop.
    """

    number: int
    line: int
    database: str | None = None
    accession: str | None = None
    kind: ReferenceKind | None = None
    doi: str | None = None
    pmid: str | None = None
    title: str | None = None
    authors: str | None = None
    year: int | None = None
    journal: str | None = None
    volume: str | None = None
    pages: str | None = None
    url: str | None = None
    abstract: str | None = None

    @property
    def says_something(self) -> bool:
        """Whether there is anything by which to find the document again."""
        return bool(self.title or self.doi or self.pmid)

    def fields(self) -> dict[str, str | int | None]:
        """Give what is stored of it, by column."""
        return {each.name: getattr(self, each.name) for each in fields(self)[3:]}

    def digest(self) -> str:
        """Give the SHA-256 of its fields: the same record of the same export has the same."""
        return hashlib.sha256(canonical_json(self.fields()).encode()).hexdigest()


# -- single values -----------------------------------------------------------------------------------------------------

_TAGS = "i|b|u|em|strong|sub|sup|inf|sc|scp|tt|span|italic|bold|p|br|div|title|sec|h[1-6]"
_MARKUP = re.compile(rf"</?(?:jats:|mml:)?(?:{_TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_RAISED = re.compile(r"<sup>([0-9+\-]{1,4})</sup>", re.IGNORECASE)
_LOWERED = re.compile(r"<(sub|inf)>([0-9+\-]{1,4})</\1>", re.IGNORECASE)
_SUPERSCRIPTS = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_SUBSCRIPTS = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")


def plain(text: str | None) -> str | None:
    """Give a text in one line without HTML: entities resolved, raised figures as ⁹, other markup left out."""
    if not text:
        return None
    if "&" in text:
        text = html.unescape(html.unescape(text))  # some exports escape twice
    if "<" in text:
        text = _RAISED.sub(lambda found: found[1].translate(_SUPERSCRIPTS), text)
        text = _LOWERED.sub(lambda found: found[2].translate(_SUBSCRIPTS), text)
        text = _MARKUP.sub(" " if "<p" in text.lower() or "<br" in text.lower() else "", text)
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if not text.isprintable():
        text = " ".join("".join(each for each in text if each.isprintable()).split())
    return text or None


def title_of(text: str | None) -> str | None:
    """Give a title: plain, without the brackets of a translated one and without the full stop at its end."""
    found = plain(text)
    if found is None:
        return None
    bare = found.removesuffix(".").rstrip() if not found.endswith("..") else found
    if bare.startswith("[") and bare.endswith("]"):
        bare = bare[1:-1].removesuffix(".").strip()
    return bare or None


_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")


def year_of(text: str | int | None) -> int | None:
    """Give the first year in a date, however it is written; None when there is none."""
    found = _YEAR.search(str(text)) if text is not None else None
    return int(found[1]) if found else None


_DOI_INSIDE = re.compile(r"\b10\.[0-9]{4,9}(?:\.[0-9]+)*/[^\s\"<>]+", re.IGNORECASE)


def first_doi(texts: Iterable[str | None]) -> str | None:
    """Give the first DOI in these texts, bare and in lower case, whatever stands around it."""
    for text in texts:
        found = _DOI_INSIDE.search(html.unescape(text)) if text else None
        if found and (doi := doi_of(found[0].rstrip(".,;)]}"))):
            return _balanced(doi, found[0].lower())
    return None


def _balanced(doi: str, seen: str) -> str:
    """Give back the bracket that belongs to an old DOI such as 10.1016/s0140-6736(05)66912-7(x)."""
    return f"{doi})" if doi.count("(") > doi.count(")") and seen.startswith(f"{doi})") else doi


_PMID = re.compile(r"\bPMID\b\s*:?\s*([1-9][0-9]{0,7})\b", re.IGNORECASE)


def first_pmid(texts: Iterable[str | None]) -> str | None:
    """Give the first PubMed id that one of these texts names as such, or whose address it is."""
    for text in texts:
        if text and (found := _PMID.search(text)):
            return found[1]
        if text and (named := pmid_of(text)):
            return named
    return None


def bare_pmid(text: str | None) -> str | None:
    """Give a PubMed id that stands alone; None when the text is none."""
    found = re.fullmatch(r"(?:PMID:?\s*)?([1-9][0-9]{0,7})", text.strip(), re.IGNORECASE) if text else None
    return found[1] if found else None


def people(names: Iterable[str | None]) -> str | None:
    """Join authors to one text."""
    return "; ".join(name for name in map(plain, names) if name) or None


def page_range(first: str | None, last: str | None) -> str | None:
    """Give pages as `1-9` from the first and the last, or from a range that stands in one of them."""
    start, end = plain(first), plain(last)
    if not start or not end or start == end or "-" in start or "–" in start:
        return start or end
    return f"{start}-{end}"


#: How titles of notices begin; the words of publishers and of PubMed.
_NOTICE = (
    (
        ReferenceKind.RETRACTION,
        r"(?:retraction(?: note| notice)?|retracted article|expression of concern)\b\s*(?::|to\b|of\b|for\b|$)",
    ),
    (
        ReferenceKind.CORRECTION,
        # "Correction of anaemia" and "Correction for multiple testing" are no notices.
        r"(?:(?:publisher|author)s?'?s? )?"
        r"(?:(?:erratum|errata|corrigend(?:um|a))\b|corrections?\s*(?:(?:to|in)?:|$|to [\"“‘']))",
    ),
    (
        ReferenceKind.COMMENT,
        # "Response to therapy" is an article, "Response to the letter" is none.
        r"(?:comments?|commentary)\s*(?::|on\b|to\b)|(?:in (?:reply|response)|reply)\s*(?::|to\b|from\b|$)"
        r"|response\s*(?::|to (?:the )?(?:letter|comment|editorial|correspondence|authors?|dr\b))"
        r"|authors?'?s?'? (?:reply|response)\b|letter to the editors?\b|re:",
    ),
)
_NOTICES = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _NOTICE]

#: Words in the type of a record, as databases write it → what it is; the first that is found counts.
_TYPES = (
    ("retraction of", ReferenceKind.RETRACTION),
    ("retraction notice", ReferenceKind.RETRACTION),
    ("erratum", ReferenceKind.CORRECTION),
    ("correction", ReferenceKind.CORRECTION),
    ("comment", ReferenceKind.COMMENT),
    ("meeting abstract", ReferenceKind.ABSTRACT),
    ("conference abstract", ReferenceKind.ABSTRACT),
    ("conference paper", ReferenceKind.ABSTRACT),
    ("congress", ReferenceKind.ABSTRACT),
    ("preprint", ReferenceKind.PREPRINT),
    ("thesis", ReferenceKind.THESIS),
    ("dissertation", ReferenceKind.THESIS),
    ("trial registry", ReferenceKind.TRIAL),
    ("clinical trial registration", ReferenceKind.TRIAL),
)


def kind_of(types: Iterable[str | None], title: str | None, default: ReferenceKind | None) -> ReferenceKind | None:
    """Say what a record is: by how its title begins, by the types its database gives, else by its format."""
    for kind, pattern in _NOTICES:
        if title and pattern.match(title):
            return kind
    said = [each.casefold() for each in types if each]
    return next((kind for word, kind in _TYPES if any(word in each for each in said)), default)
