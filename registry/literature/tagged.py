"""RIS, and the tagged format of MEDLINE and PubMed (.nbib): lines of a tag and a value, both read by rispy.

Records are cut apart here, so that each has a number and a line, one that lost its end never runs into the next, and
a file that was cut off is noticed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from rispy import RisParser
from rispy.config import LIST_TYPE_TAGS, TAG_KEY_MAPPING

from registry.issues import Issue
from registry.literature.citation import (
    Citation,
    bare_pmid,
    first_doi,
    first_pmid,
    kind_of,
    page_range,
    people,
    plain,
    title_of,
    year_of,
)
from registry.terms import ReferenceKind

Record = dict[str, list[str]]


class _Tagged(RisParser):  # type: ignore[misc]
    """rispy's parser keyed by the tags themselves, each tag with all its values, lines without a tag continuing one."""

    DEFAULT_LIST_TAGS: ClassVar[list[str]] = []
    DEFAULT_DELIMITER_MAPPING: ClassVar[dict[str, str]] = {}
    LINE: ClassVar[re.Pattern[str]]

    def parse_line(self, line: str) -> Any:
        found = self.LINE.match(line)
        return (found[1].strip(), found[2].strip()) if found else (None, line.strip())

    def _add_tag(self, record: Any, tag: str, content: str, extend_multiline: bool = False) -> None:
        values = record.setdefault(tag, [])
        if isinstance(values, str):
            values = record[tag] = [values]
        if extend_multiline and values:
            values[-1] = f"{values[-1]} {content}".strip()
        elif content:
            values.append(content)


class _Ris(_Tagged):
    LINE = re.compile(r"([A-Z][A-Z0-9])\s{1,2}-(?:\s|$)(.*)")
    DEFAULT_MAPPING: ClassVar[dict[str, str]] = {tag: tag for tag in (*TAG_KEY_MAPPING, *LIST_TYPE_TAGS)}


class _Medline(_Tagged):
    LINE = re.compile(r"([A-Z]{2,4})\s{0,2}- ?(.*)")
    START_TAG = "PMID"
    DEFAULT_MAPPING: ClassVar[dict[str, str]] = {"PMID": "PMID"}


def read_ris(text: str) -> Iterator[Citation | Issue]:
    """Read RIS: a record goes from TY to ER; an ER that is missing before the next TY is forgiven, at the end not."""
    start, end = re.compile(r"TY\s{1,2}-"), re.compile(r"ER\s{1,2}-")
    number = 0
    for number, (line, lines) in enumerate(_cut(text, start), 1):
        closed = next((place for place, each in enumerate(lines) if end.match(each)), None)
        if closed is None and line + len(lines) > text.count("\n") + 1:
            message = f"record {number} has no end (ER); the file may be cut off"
            yield Issue("record-open", message, line=line, expected="every record closed by a line ER  -")
            return
        if stray := _stray(lines, closed):
            message = f"text after the end of record {number} belongs to no record"
            yield Issue("record-stray", message, line=line + stray, expected="a line TY  - before the next record")
            continue
        yield _ris(number, line, _parsed(_Ris, lines[:closed]))


def _stray(lines: list[str], closed: int | None) -> int:
    """Give where in the lines something stands that is neither in a record nor blank; 0 when nothing does."""
    if closed is None:
        return 0
    return next((place for place in range(closed + 1, len(lines)) if _Ris.LINE.match(lines[place])), 0)


def read_medline(text: str) -> Iterator[Citation | Issue]:
    """Read the MEDLINE format of PubMed: a record goes from PMID to the next."""
    for number, (line, lines) in enumerate(_cut(text, re.compile(r"PMID ?- ?")), 1):
        yield _medline(number, line, _parsed(_Medline, lines))


def _cut(text: str, start: re.Pattern[str]) -> Iterator[tuple[int, list[str]]]:
    """Cut a text into records at the lines that start one, each with the number of its first line."""
    lines = text.split("\n")
    starts = [place for place, line in enumerate(lines) if start.match(line)]
    for place, following in zip(starts, [*starts, len(lines)][1:], strict=True):
        yield place + 1, lines[place:following]


def _parsed(parser: Callable[[], RisParser], lines: list[str]) -> Record:
    kept = [line for line in lines if line.strip()]
    found: dict[str, Any] = parser().parse_lines(iter([*kept, "ER  - "]))[0]
    return {tag: [values] if isinstance(values, str) else values for tag, values in found.items()}


#: RIS types of reference → what it is.
_RIS_KINDS = {
    **dict.fromkeys(("JOUR", "EJOUR", "MGZN", "INPR", "JFULL"), ReferenceKind.ARTICLE),
    **dict.fromkeys(("ABST", "CONF", "CPAPER"), ReferenceKind.ABSTRACT),
    **dict.fromkeys(("BOOK", "CHAP", "EBOOK", "ECHAP", "EDBOOK"), ReferenceKind.BOOK),
    "THES": ReferenceKind.THESIS,
    "UNPB": ReferenceKind.PREPRINT,
}


def _ris(number: int, line: int, record: Record) -> Citation:
    def one(*tags: str) -> str | None:
        return next((each for tag in tags for each in record.get(tag, ()) if each), None)

    def several(*tags: str) -> list[str]:
        return [each for tag in tags for each in record.get(tag, ())]

    title = title_of(one("TI", "T1", "CT", "BT"))
    database, accession = plain(one("DB")), one("AN", "U2", "UT", "ID")
    in_pubmed = any(word in f"{database} {one('DP')}".casefold() for word in ("pubmed", "medline"))
    pmid = bare_pmid(one("AN")) if in_pubmed else None
    if "embase" in f"{database} {one('DP', 'UR', 'L2')}".casefold():
        pmid = pmid or bare_pmid(one("C5"))
    return Citation(
        number=number,
        line=line,
        database=database,
        accession=plain(accession),
        kind=kind_of(several("M3"), title, _RIS_KINDS.get(one("TY") or "", ReferenceKind.OTHER)),
        doi=first_doi([*several("DO", "DI"), *several("UR", "L3", "M3", "N1", "L2")]),
        pmid=pmid or first_pmid(several("PM", "N1", "UR", "L2", "C2", "AN", "ID")),
        title=title,
        authors=people(several("AU") or several("A1")),
        year=year_of(one("PY", "Y1", "DA")),
        journal=plain(one("JF", "T2", "JO", "JA", "J2", "T3")),
        volume=plain(one("VL")),
        pages=page_range(one("SP"), one("EP")),
        url=one("UR", "L2"),
        abstract=plain(one("AB", "N2")),
    )


def _medline(number: int, line: int, record: Record) -> Citation:
    def one(*tags: str) -> str | None:
        return next((each for tag in tags for each in record.get(tag, ()) if each), None)

    title = title_of(one("TI", "BTI"))
    identifiers = [*record.get("LID", ()), *record.get("AID", ())]
    pmid = bare_pmid(one("PMID"))
    return Citation(
        number=number,
        line=line,
        database="PubMed",
        accession=pmid,
        kind=kind_of(record.get("PT", ()), title, ReferenceKind.ARTICLE),
        doi=first_doi(each.removesuffix("[doi]").strip() for each in identifiers if each.endswith("[doi]")),
        pmid=pmid,
        title=title or title_of(one("TT")),
        authors=people(record.get("FAU") or record.get("AU") or record.get("CN") or ()),
        year=year_of(one("DP", "DEP", "EDAT")),
        journal=plain(one("JT", "TA")),
        volume=plain(one("VI")),
        pages=plain(one("PG")),
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid else None,
        abstract=plain(one("AB")),
    )
