"""What is known of each cohort that tells whether it may share patients with another."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.meaning.names import surnames
from registry.meaning.names import unaccented as plain
from registry.models import Cohort, Disease, Report, Study, evidence
from registry.selection.view import versions

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Data bases and study groups that many reports draw on, as they are written in titles, designs and centres.
DATABASES = (
    *("SEER", "NCDB", "CIBMTR", "EBMT", "TRUMP", "JSHCT", "ABMTRR", "DRST", "GITMO", "SFGM-TC", "PETHEMA", "GEM"),
    *("LYSA", "GELA", "GLSG", "GMMG", "DSMM", "IFM", "HOVON", "GIMEMA", "NORDIC", "SWOG", "ECOG", "CALGB", "MRC"),
    *("TCGA", "ICGC", "METABRIC", "UK Biobank", "Flatiron", "NHANES", "MIMIC", "CPRD", "VA", "Connect MM", "INRG"),
    *("SIOPEN", "COG", "TARGET", "ALLG", "MAIA", "CASTOR", "POLLUX", "KarMMa", "CARTITUDE", "ZUMA-1", "JULIET"),
)
_DATABASE = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(map(re.escape, DATABASES))})(?![A-Za-z])")
#: Words that name no place.
_NO_PLACE = frozenset(
    [
        *("and", "for", "the", "der", "und", "university", "universitat", "universidad", "hospital", "hospitals"),
        *("clinic", "centre", "center", "centres", "centers", "medical", "medicine", "cancer", "institute", "national"),
        *("general", "affiliated", "college", "first", "second", "third", "people", "peoples", "school", "department"),
        *("international", "multicentre", "multicenter", "single", "others", "other", "multi", "several", "europe"),
        *("asia", "america", "training", "validation", "from", "note", "funding", "affiliations", "read", "part"),
    ]
)
_SEPARATOR = re.compile(r"[;,]|\bet al\b|\band\b")
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class CohortFacts:
    """One cohort: `key` is `study/cohort`; texts are folded, sets empty and values None where nothing was read.

    `surnames` are the names of the first author without initials: of `Minkyu Jung` both, for reports differ in their
    order. `n` is the largest number of patients of its estimates; `start` and `end` of recruitment are ISO dates or
    parts of one.
    """

    id: int
    key: str
    study: str
    name: str
    report: int | None
    surnames: frozenset[str]
    authors: frozenset[str]
    year: int | None
    title: str
    journal: str
    disease: str
    countries: frozenset[str]
    centres: frozenset[str]
    databases: frozenset[str]
    start: str
    end: str
    n: int | None

    def whole_of(self, other: CohortFacts) -> bool:
        """Whether the other cohort is a part of this one: `all` patients of the same study, and not fewer."""
        same = self.study == other.study and self.name == "all" != other.name
        return same and (self.n is None or other.n is None or other.n <= self.n)


def read_cohorts(connection: sa.Connection) -> list[CohortFacts]:
    """Read every cohort, in the order of its integer id."""
    sizes = {
        (study, cohort): n
        for study, cohort, n in connection.execute(
            sa.select(evidence.c.study, evidence.c.cohort, sa.func.max(evidence.c.n))
            .where(versions(None))
            .group_by(evidence.c.study, evidence.c.cohort)
        )
    }
    columns = (
        *(Cohort.id, Cohort.key, Cohort.country, Cohort.design, Cohort.centres, Cohort.recruited_from),
        *(Cohort.recruited_to, Study.key.label("study"), Disease.key.label("disease"), Study.report_id),
        *(Report.authors, Report.year, Report.title, Report.journal),
    )
    rows = connection.execute(
        sa.select(*columns)
        .join(Study, Cohort.study_id == Study.id)
        .outerjoin(Disease, Cohort.disease_id == Disease.id)
        .outerjoin(Report, Study.report_id == Report.id)
        .order_by(Cohort.id)
    )
    return [_facts(row, sizes.get((row.study, row.key))) for row in rows]


def _facts(row: Any, n: int | None) -> CohortFacts:
    authors = [author for author in _SEPARATOR.split(row.authors or "") if author.strip()]
    words = " ".join(filter(None, (row.centres, row.country, row.design, row.title, row.key)))
    return CohortFacts(
        id=row.id,
        key=f"{row.study}/{row.key}",
        study=row.study,
        name=row.key,
        report=row.report_id,
        surnames=surnames(authors[0]) if authors else frozenset(),
        authors=frozenset(map(_whole, authors[1:])),
        year=row.year,
        title=plain(row.title or ""),
        journal=plain(re.split(r"[\d(;]", row.journal or "")[0]).strip(),
        disease=plain(row.disease or ""),
        countries=_places(re.sub(r"\([^)]*\)?", " ", row.country or "")),
        centres=_places(" ".join([row.centres or "", *re.findall(r"\(([^)]*)\)?", row.country or "")])),
        databases=frozenset(_DATABASE.findall(words)),
        start=row.recruited_from or "",
        end=row.recruited_to or "",
        n=n,
    )


def _whole(author: str) -> str:
    """Give surname and initials as they are written, folded, without dots."""
    return plain(re.sub(r"[^\w\s'-]", " ", author))


@lru_cache(maxsize=4096)
def _places(text: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(plain(text)) if word not in _NO_PLACE)


def same_results(connection: sa.Connection, most: int) -> Iterator[tuple[str, list[str]]]:
    """Give the estimates (in words) that are the same in several cohorts, ratio and interval; not in more than `most`.

    Cohorts are given as `study/cohort`.
    """
    reported = (evidence.c.est, evidence.c.ci_low, evidence.c.ci_high)
    columns = (evidence.c.study, evidence.c.cohort, evidence.c.factor, evidence.c.endpoint, *reported)
    known = sa.and_(versions(None), *(column.is_not(None) for column in reported))
    holders: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for study, cohort, *numbers in connection.execute(sa.select(*columns).where(known)):
        holders[tuple(numbers)].add(f"{study}/{cohort}")
    for (factor, endpoint, est, low, high), cohorts in holders.items():
        if 1 < len(cohorts) <= most:
            yield f"{factor}, {endpoint}: {est:g} ({low:g}–{high:g})", sorted(cohorts)
