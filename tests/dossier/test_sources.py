"""Works that sentences name are cited, and every work a method of evireg names is known."""

from __future__ import annotations

import re

import pytest

from registry.dossier.document import Cite
from registry.dossier.sources import cited, key_of, work
from registry.dossier.works import WORKS
from registry.report import bias
from registry.stats.inference import TESTS
from registry.stats.options import TAU2_INTERVALS
from registry.stats.prediction import PI_RULES
from registry.stats.tau2 import ESTIMATORS

NAMED = [
    *(each.source for each in ESTIMATORS.values()),
    *(each.source for each in TESTS.values()),
    *PI_RULES.values(),
    *TAU2_INTERVALS.values(),
    *bias.SOURCES.values(),
]


@pytest.mark.parametrize("text", NAMED)
def test_every_work_a_method_names_is_known(text: str) -> None:
    """A year in the source of a method is the year of a work with a reference."""
    left = "".join(part for part in cited(text) if isinstance(part, str))
    for name in WORKS:
        left = left.replace(name, "")
    assert not re.search(r"\b(19|20)\d\d\b", left), left


def test_work_in_brackets_gives_way_to_its_citation() -> None:
    """A name in brackets is replaced, one in the sentence is followed by its citation."""
    made = cited("by REML (Harville 1977; Viechtbauer 2005), as Baujat et al. 2002 do")
    assert made == (
        "by REML ",
        Cite((key_of("Harville 1977"), key_of("Viechtbauer 2005"))),
        ", as Baujat et al. 2002 ",
        Cite((key_of("Baujat et al. 2002"),)),
        " do",
    )


def test_sentence_without_a_work_stays_as_it_is() -> None:
    """Nothing is cited that is not named."""
    assert cited("I² is 20 % (2005)") == ("I² is 20 % (2005)",)


@pytest.mark.parametrize("name", WORKS)
def test_reference_of_a_work_has_what_a_list_prints(name: str) -> None:
    """Authors by family name and initials, a title, a year that is the name's."""
    item = work(key_of(name))
    assert item is not None
    assert item["title"]
    assert item["issued"]["date-parts"] == [[WORKS[name].year]]
    first = item["author"][0]["family"]
    assert re.match(re.split(r",| & | et al| \d", name)[0], first.rpartition(" ")[2]) or name.startswith(first)


def test_address_of_a_work_is_a_doi_of_its_own() -> None:
    """A DOI is bare, and no two works have one."""
    dois = [each.doi for each in WORKS.values() if each.doi]
    assert len({doi.lower() for doi in dois}) == len(dois)
    assert all(re.fullmatch(r"10\.\d{4,5}/[^\s<>]+", doi) for doi in dois)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Egger et al. 1997", "article-journal"),
        ("Raudenbush 2009", "chapter"),
        ("Hedges & Olkin 1985", "book"),
        ("Viechtbauer 2021", "paper-conference"),
    ],
)
def test_kind_of_a_work_follows_from_what_is_known(name: str, kind: str) -> None:
    """A chapter, a book and a talk are not printed as articles of a journal."""
    item = work(key_of(name))
    assert item is not None
    assert item["type"] == WORKS[name].kind == kind
