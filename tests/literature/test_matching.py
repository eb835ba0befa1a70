"""Which references are one document, against pairs with known answers."""

from __future__ import annotations

import pytest

from registry.literature.alike import distinguishing, family, folded, same_people, start_page
from registry.literature.index import CROWD, Index
from registry.literature.matching import compare
from registry.terms import DuplicateRule
from tests.literature.pairs import NEAR_MISSES, REPORTS, Fields, known, variations

VARIED = list(variations())


def test_reports_as_another_database_writes_them_are_one() -> None:
    """At least 99 in 100 are merged by rule, and none is overlooked: the rest are shown to a person."""
    verdicts = [compare(known(one, 1), known(other, 2)) for _, one, other in VARIED]
    missed = [VARIED[place][:2] for place, verdict in enumerate(verdicts) if verdict is None]
    assert missed == []
    assert sum(verdict.same for verdict in verdicts if verdict) / len(VARIED) >= 0.99


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_what_may_be_two_is_never_merged(name: str) -> None:
    """Abstract and article, parts, notices, shared DOIs: a person decides where there is doubt, in either order."""
    (one, other), asked = NEAR_MISSES[name]
    for first, second in ((one, other), (other, one)):
        verdict = compare(known(first, 1), known(second, 2))
        assert (verdict is not None) == asked
        assert verdict is None or (not verdict.same and verdict.reason)


@pytest.mark.parametrize("rule", ["doi", "pmid"])
def test_an_identifier_decides_even_where_the_rest_is_written_otherwise(rule: str) -> None:
    """A DOI or PMID in common is believed with a subtitle left out, another author form, another year."""
    one = {**REPORTS[2], rule: "10.1000/1" if rule == "doi" else "123"}
    other = {
        **one,
        "title": "Serum ferritin levels in previously untreated classical Hodgkin lymphoma",
        "authors": None,
    }
    verdict = compare(known(one, 1), known({**other, "year": 2021}, 2))
    assert verdict is not None
    assert (verdict.same, verdict.rule) == (True, DuplicateRule(rule))


def test_place_in_the_journal_decides_where_titles_are_cut_short() -> None:
    """Volume, first page, year and first author agree, and the title is the beginning of the other."""
    one: Fields = {**REPORTS[0]}
    other = {**one, "title": one["title"].rpartition(" of ")[0], "pages": "368-73", "authors": "Song M-K"}
    verdict = compare(known(one, 1), known(other, 2))
    assert verdict is not None
    assert (verdict.same, verdict.rule) == (True, DuplicateRule.PLACE)


def test_index_finds_what_comparing_every_pair_finds() -> None:
    """Blocks leave no pair out that would have been merged or shown."""
    references = [
        known(fields, 2 * place + side) for place, (_, *pair) in enumerate(VARIED) for side, fields in enumerate(pair)
    ]
    index = Index(references[::2])
    for reference in references[1::2]:
        everything = {each.id for each in references[::2] if compare(each, reference) is not None}
        assert {each.id for each, _ in index.matches(reference)} == everything


def test_crowd_of_one_title_hides_no_duplicate() -> None:
    """Hundreds of documents share the title, some its author or year, too: each is found by its second record."""
    title = "Prognostic value of the neutrophil-to-lymphocyte ratio in multiple myeloma"
    names = [f"{first}{second}{end}" for first in "ABCDEFGHKLMNPRSTW" for second in "aeiou" for end in ("ng", "sson")]
    crowd: list[Fields] = [
        {**REPORTS[0], "title": title, "doi": None, "pmid": None, "authors": f"{name}, J", "year": year}
        for name in names
        for year in (1990, 2003, 2019)
    ]
    crowd = [{**each, "volume": str(place), "pages": str(10 * place)} for place, each in enumerate(crowd)]
    assert len(crowd) > 5 * CROWD
    index = Index(known(fields, number) for number, fields in enumerate(crowd))
    compared = 0
    for number, fields in enumerate(crowd):
        spelled = {
            **fields,
            "title": title.upper().replace("OF THE", "OF") if number % 2 else title,
            "authors": fields["authors"].replace(",", "").lower().title(),
            "year": fields["year"] + number % 2,
        }
        met = index.matches(known(spelled, len(crowd)))
        compared += len(met)
        assert number in {each.id for each, verdict in met if verdict.same}, spelled
    assert compared < len(crowd) * CROWD


@pytest.mark.parametrize("volume", ["as it was", "another", None])
def test_crowd_of_one_title_author_and_year_hides_no_duplicate(volume: str | None) -> None:
    """Thousands that differ in nothing but DOI, volume and page: few are compared, and each is found by its page."""
    crowd: list[Fields] = [
        {**REPORTS[0], "doi": f"10.1/{place}", "pmid": None, "volume": str(place // 12), "pages": f"{10 * place}-"}
        for place in range(1, 8 * CROWD)
    ]
    index = Index(known(fields, number) for number, fields in enumerate(crowd))
    for number, fields in enumerate(crowd):
        again = {
            **fields,
            "doi": None,
            "title": fields["title"].upper().replace("WITH THE", "WITH"),
            "year": fields["year"] + 1,
        }
        met = index.matches(known({**again, "volume": again["volume"] if volume == "as it was" else volume}, 9999))
        assert number in {each.id for each, verdict in met if verdict.same}
        assert len(met) <= 3 * CROWD


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Müller, J", "Mueller J", True),
        ("van der Berg, Jan", "Berg, J. van der", True),
        ("Kim, Da Jung", "Da Jung Kim", True),
        ("Al Malki, M. M.", "Al-Malki MM", True),
        ("García-Sanz, R", "Garcia R", True),
        ("Song M.-K.", "Song, Moo-Kon", True),
        ("Kim, D", "Lee, D", False),
        ("", "Lee, D", None),
    ],
)
def test_first_authors_are_compared_by_family_name(one: str, other: str, same: bool | None) -> None:
    """Accents, initials, particles and order do not matter."""
    assert same_people(one, other) is same


def test_forms_for_comparing() -> None:
    """Greek letters by name, figures told apart in any notation, pages by their first."""
    assert folded("β₂-Microglobulin & CD8⁺") == "beta2 microglobulin and cd8"
    assert distinguishing("a phase ii trial", "a phase 3 trial")
    assert not distinguishing("part ii of it", "part 2 of it")
    assert [start_page(text) for text in ("E907-12", "799-805", "", None)] == ["e907", "799", None, None]
    assert family("Song M.-K.") == "song"
