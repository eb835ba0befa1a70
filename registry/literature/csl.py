"""CSL-JSON, as Zotero, Mendeley and Crossref write it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

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

_KINDS = {
    **dict.fromkeys(("article-journal", "article-magazine", "review"), ReferenceKind.ARTICLE),
    **dict.fromkeys(("paper-conference", "speech"), ReferenceKind.ABSTRACT),
    **dict.fromkeys(("book", "chapter"), ReferenceKind.BOOK),
    "article": ReferenceKind.PREPRINT,
    "thesis": ReferenceKind.THESIS,
}


def read_csl(text: str) -> Iterator[Citation | Issue]:
    """Read CSL-JSON: an array of items, one item, or an object that holds them under `items`."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        yield Issue("record-broken", f"this is not JSON: {error}", line=line, expected="an array of CSL items")
        return
    if isinstance(found, Mapping):
        found = found["items"] if isinstance(found.get("items"), list) else [found]
    if not isinstance(found, list):
        yield Issue("record-broken", "this JSON holds no CSL items", line=1, expected="an array of CSL items")
        return
    for number, item in enumerate(found, 1):
        if isinstance(item, Mapping):
            yield _citation(number, item)
        else:
            message = f"record {number} is no CSL item"
            yield Issue("record-broken", message, value=str(item)[:80], expected="an object with type and title")


def _text(value: Any) -> str | None:
    """Give a value as text; Crossref puts some into arrays."""
    if isinstance(value, list):
        value = value[0] if value else None
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def _citation(number: int, item: Mapping[str, Any]) -> Citation:
    def one(*names: str) -> str | None:
        return next((found for name in names if (found := _text(item.get(name)))), None)

    title = title_of(one("title"))
    default = _KINDS.get(one("type") or "", ReferenceKind.OTHER)
    return Citation(
        number=number,
        line=0,
        database=plain(one("archive", "source")),
        accession=plain(one("archive_location")),
        kind=kind_of([one("genre"), one("type")], title, default),
        doi=first_doi([one("DOI"), one("URL"), one("note")]),
        pmid=bare_pmid(one("PMID")) or first_pmid([one("note"), one("URL")]),
        title=title,
        authors=people(_names(item.get("author"))),
        year=_year(item.get("issued")) or _year(item.get("published")),
        journal=plain(one("container-title", "event-title", "event")),
        volume=plain(one("volume")),
        pages=plain(one("page")),
        url=one("URL"),
        abstract=plain(one("abstract")),
    )


def _names(authors: Any) -> Iterator[str | None]:
    for each in authors if isinstance(authors, list) else ():
        if not isinstance(each, Mapping):
            continue
        family = " ".join(
            part for name in ("dropping-particle", "non-dropping-particle", "family") if (part := _text(each.get(name)))
        )
        given = " ".join(part for name in ("given", "suffix") if (part := _text(each.get(name))))
        yield f"{family}, {given}" if family and given else family or _text(each.get("literal")) or given


def _year(date: Any) -> int | None:
    if not isinstance(date, Mapping):
        return year_of(_text(date))
    parts = date.get("date-parts")
    if isinstance(parts, list) and parts and isinstance(parts[0], list) and parts[0]:
        return year_of(_text(parts[0][0]))
    return year_of(_text(date.get("raw")) or _text(date.get("literal")))
