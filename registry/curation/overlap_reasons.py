"""Reasons to think that two cohorts share patients, each a small generator of weights and words; all are in `REASONS`.

A weight is how far a reason alone convinces, from 0 to 1. Weights are a judgement, not an estimate; independent
reasons add up as 1 − Π(1 − weight), and a contradiction multiplies what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from registry.curation.overlap_facts import CohortFacts


class Reason(NamedTuple):
    """One reason: `weight` from 0 to 1, or what a contradiction leaves of the score (`speaks_for` false)."""

    weight: float
    words: str
    speaks_for: bool = True


class Common(NamedTuple):
    """What the reasons need to know of all cohorts.

    `surnames` counts the numbers of patients under a first author's surname, `sizes` the first authors with a number of
    patients; `results` lists what two cohorts both report.
    """

    surnames: Mapping[str, int]
    sizes: Mapping[int, int]
    results: Mapping[tuple[int, int], list[str]]


Rule = Callable[[CohortFacts, CohortFacts, Common], Iterator[Reason]]

#: A surname over cohorts of more sizes than this says little: there are many Wangs.
RARE = 3
#: Numbers of patients below this, and multiples of ten, agree by chance more often; so do those of more first authors.
SMALL, USUAL = 30, 10
#: What more cohorts, and a greater part of all, have in common tells nothing: no reason, and no block.
EVERYWHERE = 200, 0.05
#: Titles alike from this on (0 to 100); many of one factor differ in the disease only.
ALIKE = 95


def same_source(a: CohortFacts, b: CohortFacts, _: Common) -> Iterator[Reason]:
    """Weigh cohorts of one study or report: `all` of a study contains its others."""
    if a.study == b.study:
        whole = a.whole_of(b) or b.whole_of(a)
        words = "the whole and a part of one study" if whole else "two cohorts of one study"
        yield Reason(0.6 if whole else 0.15, words)
    elif a.report is not None and a.report == b.report:
        yield Reason(0.6, "two studies with the same report")


def same_results(a: CohortFacts, b: CohortFacts, common: Common) -> Iterator[Reason]:
    """Weigh results that are the same, digit by digit."""
    shared = common.results.get((a.id, b.id), [])
    if shared:
        more = f" and {len(shared) - 1} more" if len(shared) > 1 else ""
        yield Reason(0.45 if len(shared) == 1 else 0.8, f"same result ({shared[0]}{more})")


def same_authors(a: CohortFacts, b: CohortFacts, common: Common) -> Iterator[Reason]:
    """Weigh the first author, more so of a rare name or the same year; then further authors."""
    if a.study == b.study or a.report == b.report is not None:
        return
    names = sorted(name for name in a.surnames & b.surnames if name in common.surnames)
    if names:
        rare = min(common.surnames.get(name, 0) for name in names) <= RARE
        said = " ".join(names).title()
        yield Reason(0.35 if rare else 0.2, f"same first author ({said}{'' if rare else ', a common name'})")
        if a.year is not None and a.year == b.year:
            yield Reason(0.15, f"same year ({a.year})")
    shared = sorted(a.authors & b.authors)
    if shared:
        yield Reason(
            min(0.15 * len(shared), 0.45), f"shared authors ({', '.join(each.title() for each in shared[:3])})"
        )


def same_database(a: CohortFacts, b: CohortFacts, _: Common) -> Iterator[Reason]:
    """Weigh a data base or study group both draw on."""
    shared = sorted(a.databases & b.databases)
    if shared and a.study != b.study:
        yield Reason(0.45, f"both from {', '.join(shared)}")


def same_centre(a: CohortFacts, b: CohortFacts, _: Common) -> Iterator[Reason]:
    """Weigh names of centres with words in common, spelled alike."""
    if a.study == b.study or not (a.centres and b.centres):
        return
    from rapidfuzz.fuzz import ratio

    shared = sorted(one for one in a.centres if any(one == other or ratio(one, other) >= 88 for other in b.centres))
    if shared:
        much = len(shared) >= 0.5 * min(len(a.centres), len(b.centres))
        yield Reason(
            0.4 if much else 0.25, f"same or similar centre ({', '.join(each.title() for each in shared[:3])})"
        )


def same_number(a: CohortFacts, b: CohortFacts, common: Common) -> Iterator[Reason]:
    """Weigh the same number of patients: less if it is small or round, little if many others have it."""
    if a.n is not None and a.n == b.n:
        telling = a.n >= SMALL and a.n % 10 != 0
        weight = 0.15 if common.sizes.get(a.n, 0) > USUAL else 0.4 if telling else 0.32
        yield Reason(weight, f"same number of patients ({a.n})")


def same_place(a: CohortFacts, b: CohortFacts, _: Common) -> Iterator[Reason]:
    """Weigh the country; another country speaks against it."""
    shared = sorted(a.countries & b.countries)
    if shared:
        yield Reason(0.1, f"same country ({', '.join(each.title() for each in shared[:2])})")
    elif a.countries and b.countries:
        yield Reason(0.6, "other countries", speaks_for=False)


def same_time(a: CohortFacts, b: CohortFacts, _: Common) -> Iterator[Reason]:
    """Weigh recruitment at the same time; patients recruited before the other cohort began are not in it."""
    if not (a.start and a.end and b.start and b.end):
        return
    if _before(a.end, b.start) or _before(b.end, a.start):
        yield Reason(0.2, f"recruited at other times ({a.start} to {a.end}, {b.start} to {b.end})", speaks_for=False)
    else:
        yield Reason(0.25, f"recruited at the same time ({a.start} to {a.end}, {b.start} to {b.end})")


def _before(one: str, other: str) -> bool:
    """Whether one date, or part of one, is before another as far as both tell."""
    return one[: len(other)] < other[: len(one)]


def same_disease(a: CohortFacts, b: CohortFacts, _: Common) -> Iterator[Reason]:
    """Weigh the disease; one that is named quite differently speaks against it."""
    if not (a.disease and b.disease) or a.study == b.study:
        return
    if a.disease == b.disease:
        yield Reason(0.1, f"same disease ({a.disease})")
        return
    from rapidfuzz.fuzz import token_set_ratio

    if token_set_ratio(a.disease, b.disease) < 50:
        yield Reason(0.85, "other diseases", speaks_for=False)


def same_paper(a: CohortFacts, b: CohortFacts, _: Common) -> Iterator[Reason]:
    """Weigh titles that are nearly the same, and the journal."""
    if a.study == b.study or a.report == b.report:
        return
    if a.title and b.title:
        from rapidfuzz.fuzz import token_sort_ratio

        if token_sort_ratio(a.title, b.title) >= ALIKE and _numerals(a.title) == _numerals(b.title):
            yield Reason(0.35, "nearly the same title")
    if a.journal and a.journal == b.journal:
        yield Reason(0.05, "same journal")


def _numerals(title: str) -> list[str]:
    """Give the words with a digit: part 1 is not part 2."""
    return sorted(word for word in title.split() if not word.isalpha() and any(map(str.isdigit, word)))


REASONS: tuple[Rule, ...] = (
    same_source,
    same_results,
    same_authors,
    same_database,
    same_centre,
    same_number,
    same_place,
    same_time,
    same_disease,
    same_paper,
)


def weigh(a: CohortFacts, b: CohortFacts, common: Common) -> tuple[float, tuple[str, ...]]:
    """Give the score of a pair, from 0 to 1, and its reasons in words; what speaks against it begins with `but`."""
    doubt, left, words = 1.0, 1.0, []
    for rule in REASONS:
        for reason in rule(a, b, common):
            if reason.speaks_for:
                doubt *= 1.0 - reason.weight
            else:
                left *= reason.weight
            words.append(reason.words if reason.speaks_for else f"but {reason.words}")
    return (1.0 - doubt) * left, tuple(sorted(words, key=lambda each: each.startswith("but ")))
