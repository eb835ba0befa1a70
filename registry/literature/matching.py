"""Which references are one document: by DOI, by PMID, then by title, year, author and place in the journal.

Two references are `same` only where nothing speaks against it. What looks alike and may still be two documents
(meeting abstract and article, preprint and article, part I and part II, one title in two years) is `doubtful` and left
to a person; a notice about a report (erratum, retraction, comment, reply) is never the report. The thresholds are
measured on pairs with known answers: benchmarks/references.py, tests/literature/test_matching.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from rapidfuzz import fuzz

from registry.literature.alike import (
    distinguishing,
    first_author,
    folded,
    joined,
    same_people,
    start_page,
    words_agree,
)
from registry.terms import NOTICES, DuplicateRule, ReferenceKind

#: Likeness of folded titles, 0 to 100, from which two titles are one but for spelling …
SAME_TITLE = 90.0
#: … from which they may be, where author and year agree …
ALIKE_TITLE = 80.0
#: … from which an identifier is believed although the titles differ (a subtitle left out, a translation is not) …
BELIEVED = 60.0
#: … and from which the same place in the journal decides.
PLACED = 70.0
#: Folded titles of fewer letters ("Editorial", "Reply") say too little by themselves.
SHORT = 25
#: Nobody chooses the same title of so many letters by chance: a person is asked even where first authors differ.
LONG = 50


@dataclass(frozen=True, slots=True)
class Known:
    """What a reference is recognised by; `id` orders references, the smaller is the earlier."""

    id: int
    kind: ReferenceKind | None
    doi: str | None
    pmid: str | None
    title: str
    letters: str
    author: str
    year: int | None
    volume: str | None
    page: str | None

    @classmethod
    def of(
        cls,
        id: int,  # noqa: A002 - what it is
        *,
        kind: str | None,
        doi: str | None,
        pmid: str | None,
        title: str | None,
        authors: str | None,
        year: int | None,
        volume: str | None,
        pages: str | None,
    ) -> Known:
        """Make it from the fields of a reference."""
        return cls(
            id=id,
            kind=ReferenceKind(kind) if kind else None,
            doi=doi,
            pmid=pmid,
            title=folded(title or ""),
            letters=joined(folded(title or "")),
            author=first_author(authors),
            year=year,
            volume=volume,
            page=start_page(pages),
        )


class Verdict(NamedTuple):
    """Two references are one (`same`, by `rule`), or may be (not `same`); `reason` says why in words.

    `doubts` counts what speaks against it: the fewer, the sooner a person is asked.
    """

    same: bool
    rule: DuplicateRule | None
    reason: str
    doubts: int = 0


def compare(one: Known, other: Known) -> Verdict | None:
    """Say whether two references are one document; None when they are two."""
    if _notice(one) != _notice(other):
        return None
    likeness = _likeness(one, other)
    if identified := _by_identifier(one, other, likeness):
        return identified
    if likeness is None:
        return None
    return _by_description(one, other, likeness)


def _notice(reference: Known) -> ReferenceKind | None:
    return reference.kind if reference.kind in NOTICES else None


def _likeness(one: Known, other: Known) -> float | None:
    """Compare titles: 0 to 100; None when one is missing."""
    if not one.title or not other.title:
        return None
    return 100.0 if one.letters == other.letters else fuzz.ratio(one.title, other.title)


def _by_identifier(one: Known, other: Known, likeness: float | None) -> Verdict | None:
    for rule, mine, theirs in (
        (DuplicateRule.DOI, one.doi, other.doi),
        (DuplicateRule.PMID, one.pmid, other.pmid),
    ):
        if mine is None or mine != theirs:
            continue
        if doubt := _against(one, other, likeness, rule):
            return Verdict(same=False, rule=None, reason=f"{rule.label}, but {doubt}")
        return Verdict(same=True, rule=rule, reason=rule.label)
    return None


def _against(one: Known, other: Known, likeness: float | None, rule: DuplicateRule) -> str:
    """Say what speaks against two references of one DOI or PMID being one."""
    if rule is DuplicateRule.DOI and _differ(one.pmid, other.pmid):
        return "different PMIDs"
    if likeness is not None and likeness < BELIEVED and not _begins(one, other):
        return "the titles differ"
    if likeness is not None and likeness < 100.0 and distinguishing(one.title, other.title):
        return "the titles differ in a number or a word that turns them"
    return ""


def _begins(one: Known, other: Known) -> bool:
    """Whether one title is the beginning of the other: a subtitle was left out."""
    enough = min(len(one.letters), len(other.letters)) >= SHORT // 2
    return enough and (one.letters.startswith(other.letters) or other.letters.startswith(one.letters))


def _differ(mine: object, theirs: object) -> bool:
    """Whether both say something, and not the same."""
    return mine is not None and theirs is not None and mine != theirs


def _by_description(one: Known, other: Known, likeness: float) -> Verdict | None:
    """Judge two references that share no identifier."""
    begins = _begins(one, other)
    if likeness < PLACED and not begins:
        return None
    people = same_people(one.author, other.author)
    years = None if one.year is None or other.year is None else abs(one.year - other.year)
    far = years is not None and years > 2 and likeness < 100.0
    another = people is False and (likeness < 100.0 or len(one.title) < LONG)
    if another or far:
        return None
    doubts = [*_doubts_of_origin(one, other, people=people, years=years), *_doubts_of_title(one, other)]
    if _placed(one, other, people=people, years=years) and not doubts:
        return Verdict(same=True, rule=DuplicateRule.PLACE, reason=DuplicateRule.PLACE.label)
    alike = likeness >= ALIKE_TITLE or begins
    if not alike or _two_documents(one, other, likeness):
        return None
    if likeness >= SAME_TITLE and words_agree(one.title, other.title) and not doubts:
        return Verdict(same=True, rule=DuplicateRule.TITLE, reason=DuplicateRule.TITLE.label)
    start = "same title" if likeness == 100.0 else "similar titles"
    return Verdict(same=False, rule=None, reason=f"{start}; {', '.join(doubts)}".rstrip("; "), doubts=len(doubts))


def _placed(one: Known, other: Known, *, people: bool | None, years: int | None) -> bool:
    """Whether volume, first page, year and first author all agree."""
    volumes = one.volume is not None and one.volume == other.volume
    pages = one.page is not None and one.page == other.page
    return bool(people) and years == 0 and volumes and pages


def _doubts_of_origin(one: Known, other: Known, *, people: bool | None, years: int | None) -> Iterator[str]:
    """Say what keeps two references of like titles from being one without a look at them: who, when and where."""
    if not people:
        yield "an author is missing" if people is None else "different first authors"
    if years is None:
        yield "a year is missing"
    elif years > 1:
        yield f"{years} years apart"
    if {one.kind, other.kind} & _CAREFUL and one.kind != other.kind:
        yield " and ".join(sorted(_called(each) for each in (one.kind, other.kind)))
    for name in ("doi", "pmid"):
        if _differ(getattr(one, name), getattr(other, name)):
            yield f"different {name.upper()}s"
    if _differ(one.page, other.page) and one.volume is not None and other.volume is not None:
        yield "different pages of one volume" if one.volume == other.volume else "different volumes and pages"


def _doubts_of_title(one: Known, other: Known) -> Iterator[str]:
    if distinguishing(one.title, other.title):
        yield "titles that differ in a number or a word that turns them"
    if min(len(one.title), len(other.title)) < SHORT:
        yield "a short title"


#: Kinds of which the same title may be another document.
_CAREFUL = {ReferenceKind.ABSTRACT, ReferenceKind.PREPRINT, ReferenceKind.THESIS, ReferenceKind.TRIAL}


def _called(kind: ReferenceKind | None) -> str:
    return kind.label if kind else "a reference of unknown kind"


def _two_documents(one: Known, other: Known, likeness: float) -> bool:
    """Whether like references are surely two: PubMed or a publisher tells them apart and so does the title."""
    apart = _differ(one.pmid, other.pmid) or _differ(one.doi, other.doi)
    return apart and (likeness < SAME_TITLE or distinguishing(one.title, other.title))
