"""Reports of a registry as CSL-JSON items: what their records say, with gaps told as gaps.

A report in a registry often has one line for journal, volume and pages ("Blood 145(1):85"), and one for its authors.
Both are read apart; volume and pages that a reference of a search has are taken from there. What is not recorded is not
made up: a title that is missing stands in brackets, with the study that the report reports.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from registry.terms import SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

#: What a CSL style calls it; an abstract without a journal is a paper of a meeting.
_TYPES = {
    SourceKind.ARTICLE: "article-journal",
    SourceKind.REVIEW: "article-journal",
    SourceKind.ABSTRACT: "paper-conference",
    SourceKind.DATA_SET: "dataset",
    SourceKind.NEWS: "article-newspaper",
}
_CHUNK = 500
_NAMED = 3


def csl_items(connection: Connection, keys: Sequence[str]) -> tuple[dict[str, Any], ...]:
    """Give the reports of these keys as CSL-JSON, in the order of the keys; each `id` is the key.

    Raises NotFound for a key the registry does not hold.
    """
    from registry.errors import NotFound

    wanted = list(dict.fromkeys(keys))
    rows = {row["key"]: row for row in _reports(connection, wanted)}
    for key in wanted:
        if key not in rows:
            raise NotFound(f"there is no report {key}", "`evireg list reports` shows the reports there are")
    studies = _studies(connection, [row["id"] for row in rows.values()])
    places = _places(connection, rows.values())
    return tuple(
        _item({**places.get(key, {}), **_filled(rows[key])}, studies.get(rows[key]["id"], ())) for key in wanted
    )


def _reports(connection: Connection, keys: Sequence[str]) -> Iterator[dict[str, Any]]:
    import sqlalchemy as sa

    from registry.models.literature import Report

    for start in range(0, len(keys), _CHUNK):
        found = sa.select(Report.__table__).where(Report.key.in_(keys[start : start + _CHUNK]))
        yield from (dict(row) for row in connection.execute(found).mappings())


def _studies(connection: Connection, reports: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Give the keys of the studies each report reports."""
    import sqlalchemy as sa

    from registry.models.literature import Study, study_report

    found: dict[int, tuple[str, ...]] = {}
    for start in range(0, len(reports), _CHUNK):
        part = reports[start : start + _CHUNK]
        own = sa.select(Study.report_id.label("report"), Study.key).where(Study.report_id.in_(part))
        link = study_report.join(Study.__table__, Study.id == study_report.c.study_id)
        told = (
            sa.select(study_report.c.report_id, Study.key).select_from(link).where(study_report.c.report_id.in_(part))
        )
        pairs: list[Any] = sorted(map(tuple, connection.execute(own.union(told))))
        for report, key in pairs:
            found[report] = (*found.get(report, ()), key)
    return found


def _places(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Give volume, pages and the like of references of searches that are these reports."""
    import sqlalchemy as sa

    from registry.models.screening import Reference

    dois = {row["doi"]: row["key"] for row in rows if row["doi"]}
    pmids = {row["pmid"]: row["key"] for row in rows if row["pmid"]}
    ids = {row["id"]: row["key"] for row in rows}
    found: dict[str, dict[str, Any]] = {}
    for column, keys in ((Reference.report_id, ids), (Reference.doi, dois), (Reference.pmid, pmids)):
        named = list(keys)
        for start in range(0, len(named), _CHUNK):
            part: Any = named[start : start + _CHUNK]
            asked = sa.select(Reference.__table__).where(column.in_(part)).order_by(Reference.id)
            for row in connection.execute(asked).mappings():
                held = found.setdefault(keys[row[column.name]], {})
                held.update({name: row[name] for name in _TAKEN if row[name] and not held.get(name)})
    return found


_TAKEN = ("title", "authors", "year", "journal", "volume", "pages", "doi", "pmid", "url")


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def _item(row: Mapping[str, Any], studies: Sequence[str]) -> dict[str, Any]:
    doi, url = row.get("doi"), row.get("url")
    place = _place(row)
    item = {
        "id": row["key"],
        "type": _type(row, place),
        "title": _title(row, studies),
        "author": authors(row.get("authors")),
        "issued": {"date-parts": [[row["year"]]]} if row.get("year") else None,
        **place,
        "DOI": doi,
        "PMID": row.get("pmid"),
        "URL": None if doi else url,  # one address is enough, and a DOI lasts
    }
    return {name: value for name, value in item.items() if value}


def _type(row: Mapping[str, Any], place: Mapping[str, str]) -> str:
    kind = row.get("kind")
    if kind == SourceKind.ABSTRACT and place:
        return "article-journal"  # in a supplement of a journal
    if kind is not None:
        return _TYPES[SourceKind(kind)]
    if place or row.get("doi") or row.get("pmid"):
        return "article-journal"
    return "webpage" if row.get("url") else "document"


def _title(row: Mapping[str, Any], studies: Sequence[str]) -> str:
    title = row.get("title") or f"[No title recorded{_reporting(studies)}]"
    return f"{title} [retracted]" if row.get("retracted") else title


def _reporting(studies: Sequence[str]) -> str:
    if len(studies) > _NAMED:
        return f"; {len(studies)} studies, {studies[0]} and others"
    return f"; {'study' if len(studies) == 1 else 'studies'} {', '.join(studies)}" if studies else ""


# -- authors and places, read apart ------------------------------------------------------------------------------------

_ET_AL = re.compile(r",?\s+et\s+al\.?$", re.IGNORECASE)
_INITIALS = re.compile(r"(?P<family>\S.*?)\s+(?P<given>(?:[^\W\d_]\.?[ -]?){1,4})")


def authors(text: str | None) -> list[dict[str, str]]:
    """Read authors as registries hold them: `Family, Given; …`, `Family AB, Other CD`, or one name.

    A name that could be read in two ways ("Liu Yang") stays whole, and so does "Chen et al.".
    """
    if not text or not text.strip():
        return []
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if len(parts) == 1 and (listed := _listed(parts[0])):
        parts = listed
    return [_name(part) for part in parts]


def _listed(text: str) -> list[str]:
    """Give the names of `Smith JA, Jones K`; nothing when a comma stands between a family and a given name."""
    parts = [part.strip() for part in text.split(",")]
    return parts if len(parts) > 1 and all(_initialled(_ET_AL.sub("", part)) for part in parts) else []


def _initialled(text: str) -> re.Match[str] | None:
    found = _INITIALS.fullmatch(text)
    return found if found and found["given"] == found["given"].upper() else None


def _name(text: str) -> dict[str, str]:
    if _ET_AL.search(text):
        return {"literal": f"{_ET_AL.sub('', text)} et al."}
    if text.count(",") == 1:
        family, given = (part.strip() for part in text.split(","))
        return {"family": family, "given": given} if family and given else {"literal": text}
    if found := _initialled(text):
        letters = re.findall(r"[^\W\d_]", found["given"])
        return {"family": found["family"], "given": " ".join(f"{letter}." for letter in letters)}
    return {"literal": text} if " " in text else {"family": text}


_VOLUME = re.compile(
    r"(?P<journal>.*?\D)\s+(?P<volume>\d+)(?:\s*\((?P<issue>[^()]*)\))?(?:\s*:\s*(?P<page>[^\s:,;]+))?"
)
_PAGES = re.compile(r"(?P<journal>.*?\D)\s+(?:pp?\.?\s*)?(?P<page>\d+\s*[-–]\s*\d+)")
_DATED = re.compile(
    r"\s+(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+)?(?:19|20)\d\d[,;]$", re.IGNORECASE
)


def _place(row: Mapping[str, Any]) -> dict[str, str]:
    """Give journal, volume, issue and pages; volume and pages out of the journal's line where nothing else tells."""
    journal = " ".join((row.get("journal") or "").split())
    if not journal:
        return {}
    found = (_VOLUME.fullmatch(journal) or _PAGES.fullmatch(journal)) if not row.get("volume") else None
    parts = {name: value for name, value in found.groupdict().items() if value} if found else {"journal": journal}
    said = {"volume": row.get("volume"), "page": row.get("pages")}
    parts |= {name: value for name, value in said.items() if value}
    parts["container-title"] = _DATED.sub("", parts.pop("journal").rstrip()).rstrip(" ,;")
    return {name: value.replace("–", "-") if name == "page" else value for name, value in parts.items()}
