"""Rules over reports and cohorts rather than estimates, by the code they find; each asks the database itself."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import sqlalchemy as sa

from registry.curation.overlaps import propose_overlaps
from registry.linting.finding import Found
from registry.meaning.names import alike
from registry.meaning.names import unaccented as plain
from registry.models import Report, Study, Synonym, study_report
from registry.vocabulary import fold

#: The studies a condition asks for; None for all.
Asked = frozenset[str] | None
Rule = Callable[[sa.Connection, str | None, Asked], Iterator[Found]]

_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/[^\s?#]+")
_VERSION = re.compile(r"(?:[./]?v[0-9]{1,2}|\.full(?:\.pdf)?)$")
_PUBMED = re.compile(
    r"(?:pubmed(?:\.ncbi\.nlm\.nih\.gov)?|europepmc\.org/(?:article|abstract)/MED)/([1-9][0-9]{0,8})", re.IGNORECASE
)


def doi_twice(connection: sa.Connection, _where: str | None, asked: Asked) -> Iterator[Found]:
    """Doubt two reports with one DOI: in the address of the other, in another case, or of another version."""
    yield from _twice(connection, asked, "doi-twice", "doi", lambda row: _doi(row.doi) or _doi(row.url))


def _doi(text: str | None) -> str | None:
    found = _DOI.search(unquote(text or ""))
    return _VERSION.sub("", found[0].casefold().rstrip(".,;/)")) if found else None


def pmid_twice(connection: sa.Connection, _where: str | None, asked: Asked) -> Iterator[Found]:
    """Doubt two reports with one PubMed id, one of them in its address."""
    yield from _twice(connection, asked, "pmid-twice", "pmid", lambda row: row.pmid or _pmid(row.url))


def _pmid(url: str | None) -> str | None:
    found = _PUBMED.search(url or "")
    return found[1] if found else None


def title_twice(connection: sa.Connection, _where: str | None, asked: Asked) -> Iterator[Found]:
    """Doubt two reports with one title."""
    yield from _twice(connection, asked, "title-twice", "title", lambda row: _title(row.title))


def _title(text: str | None) -> str | None:
    """Give letters and digits of a title long enough to be one report's own."""
    letters = re.sub(r"[\W_]+", " ", plain(text or "")).strip()
    return letters if len(letters) >= 30 else None


def _twice(
    connection: sa.Connection, asked: Asked, code: str, column: str, of: Callable[[Any], str | None]
) -> Iterator[Found]:
    reports: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(sa.select(Report.__table__).order_by(Report.key)):
        value = of(row)
        if value is not None:
            reports[value].append(row.key)
    twice = {value: keys for value, keys in reports.items() if len(keys) > 1}
    if not twice:
        return
    wanted = _reports_of(connection, asked)
    for value, (first, *others) in twice.items():
        if wanted is None or wanted.intersection((first, *others)):
            yield Found(code, first, f"{value} is also {', '.join(others)}", column, tuple(others))


def _reports_of(connection: sa.Connection, asked: Asked) -> set[str] | None:
    if asked is None:
        return None
    linked = sa.select(Study.key, Report.key).join(study_report, study_report.c.study_id == Study.id)
    rows = connection.execute(linked.join(Report, study_report.c.report_id == Report.id))
    return {report for study, report in rows if study in asked}


def report_of_two_studies(connection: sa.Connection, _where: str | None, asked: Asked) -> Iterator[Found]:
    """Doubt two studies with one own report: they may be one study under two keys."""
    studies: dict[str, list[str]] = defaultdict(list)
    rows = connection.execute(sa.select(Study.key, Report.key).join(Report, Study.report_id == Report.id))
    for study, report in rows:
        studies[report].append(study)
    for report, keys in studies.items():
        if len(keys) > 1 and (asked is None or asked.intersection(keys)):
            first, *others = sorted(keys)
            yield Found(
                "report-of-two-studies", first, f"{report} is also that of {', '.join(others)}", "doi", (*others,)
            )


def names_one(connection: sa.Connection, _where: str | None, asked: Asked) -> Iterator[Found]:
    """Doubt two names that are one but for how they are written: of the vocabulary, or of studies."""
    words: dict[tuple[str, str], set[str]] = defaultdict(set)
    for kind, folded, key in connection.execute(sa.select(Synonym.vocabulary, Synonym.folded, Synonym.key)):
        words[kind, fold(folded)].add(key)
    studies: dict[str, set[str]] = defaultdict(set)
    for study in connection.execute(sa.select(Study.key)).scalars():
        studies[alike(study)].add(study)
    found = [(kind, keys) for (kind, _), keys in words.items()] if asked is None else []
    found += [("study", keys) for keys in studies.values() if asked is None or asked & keys]
    for kind, keys in found:
        if len(keys) > 1:
            first, *others = sorted(keys)
            yield Found("names-one", first, f"the {kind} is also {', '.join(others)}", kind, tuple(others))


def overlap_possible(connection: sa.Connection, where: str | None, _: Asked) -> Iterator[Found]:
    """Point at pairs of cohorts that may share patients and on which nobody has decided."""
    for pair in propose_overlaps(connection, where):
        message = f"may share patients with {pair.cohort_b} ({pair.score:.2f}): {'; '.join(pair.reasons)}"
        yield Found("overlap-possible", pair.cohort_a, message, "cohort", (pair.cohort_b,))


REGISTRY_RULES: Mapping[str, Rule] = {
    "doi-twice": doi_twice,
    "pmid-twice": pmid_twice,
    "title-twice": title_twice,
    "report-of-two-studies": report_of_two_studies,
    "names-one": names_one,
    "overlap-possible": overlap_possible,
}
