"""Citations and lists of references: what each style that is shipped prints, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.dossier.rendering.citing import STYLES, Citations, style_file
from registry.dossier.rendering.phrases import plain
from registry.errors import UsageError
from tests.dossier.pages import ITEMS

KEYS = [str(item["id"]) for item in ITEMS]

ENTRIES = {
    "vancouver": [
        "Gagelmann N, Ayuk F, Berg AM. Ferritin and survival: a cohort. J Clin Oncol. 2024;42(14):1665–75. "
        "doi:10.1200/jco.1 PubMed PMID: 38358946.",
        "Chen L. Is ferritin a marker? Blood. 2021;137:85–9. PubMed PMID: 2.",
    ],
    "ama": [
        "Gagelmann N, Ayuk F, Berg AM. Ferritin and survival: a cohort. J Clin Oncol. 2024;42(14):1665-1675. "
        "doi:10.1200/jco.1",
        "Chen L. Is ferritin a marker? Blood. 2021;137:85-89.",
    ],
    "lancet": [
        "Gagelmann N, Ayuk F, Berg AM. Ferritin and survival: a cohort. J Clin Oncol 2024; 42: 1665–75.",
        "Chen L. Is ferritin a marker? Blood 2021; 137: 85–9.",
    ],
    "nature": [
        "Gagelmann, N., Ayuk, F. & Berg, A. M. Ferritin and survival: a cohort. J Clin Oncol 42, 1665–1675 (2024).",
        "Chen, L. Is ferritin a marker? Blood 137, 85–89 (2021).",
    ],
    "apa": [
        "Gagelmann, N., Ayuk, F., & Berg, A. M. (2024). Ferritin and survival: a cohort. J Clin Oncol, 42(14), "
        "1665–1675. https://doi.org/10.1200/jco.1",
        "Chen, L. (2021b). Is ferritin a marker? Blood, 137, 85–89.",
    ],
}


def citations(style: str, items: tuple[dict[str, object], ...] = ITEMS, cited: list[str] | None = None) -> Citations:
    return Citations(style, items, [cited or KEYS], "en")


def listed(style: str) -> dict[str, str]:
    return {entry.key: plain(entry.words) for entry in citations(style).entries}


@pytest.mark.parametrize("style", STYLES)
def test_every_shipped_style_prints_what_its_journals_print(style: str) -> None:
    """An article with three authors and one whose title asks a question read as the style has them."""
    found = listed(style)
    assert [found[key] for key in KEYS[:2]] == ENTRIES[style]


@pytest.mark.parametrize("style", STYLES)
def test_every_reference_is_listed_once_without_doubled_stops(style: str) -> None:
    """Whatever is missing of a reference, its entry says something, ends once, and no sign of ours is left in it."""
    entries = citations(style).entries
    assert sorted(entry.key for entry in entries) == sorted(KEYS)
    for entry in entries:
        words = plain(entry.words)
        assert words.strip(" .")
        assert ".." not in words
        assert "?." not in words
        assert all(not "\ue000" <= sign <= "\uf8ff" for sign in words)


def test_numbers_follow_the_order_of_citation() -> None:
    """A numbered style numbers reports as they are first cited, then those that are not cited."""
    made = Citations("vancouver", ITEMS, [[KEYS[2]], [KEYS[0], KEYS[2]]], "en")
    assert [entry.key for entry in made.entries] == [KEYS[2], KEYS[0], KEYS[1], KEYS[3]]
    assert [entry.label for entry in made.entries] == ["1", "2", "3", "4"]
    assert plain(made.cite([KEYS[0], KEYS[2]])) == "(1,2)"


def test_three_numbers_in_a_row_are_a_range() -> None:
    """1, 2, 3 is 1–3, two numbers stay apart, and a key named twice is cited once."""
    made = citations("vancouver")
    assert plain(made.cite(KEYS[:3])) == "(1–3)"
    assert plain(made.cite([KEYS[3], KEYS[0], KEYS[1], KEYS[1]])) == "(1,2,4)"


def test_raised_numbers_are_marked_as_raised() -> None:
    """A style that raises its numbers gives them under that mark, without brackets."""
    (phrase,) = citations("nature").cite(KEYS[:2])
    assert (phrase.text, phrase.marks) == ("1,2", frozenset({"superscript"}))


def test_journals_are_italic_where_the_style_says_so() -> None:
    """Italic comes as a mark, not as signs in the text."""
    first = next(entry for entry in citations("apa").entries if entry.key == KEYS[0])
    assert [phrase.text for phrase in first.words if "italic" in phrase.marks] == ["J Clin Oncol", "42"]


def test_reports_of_one_author_and_year_are_told_apart() -> None:
    """In a style of authors and years each citation means one report: 2021a, 2021b, as the list has them."""
    made = citations("apa")
    assert plain(made.cite([KEYS[1]])) == "(Chen, 2021b)"
    assert plain(made.cite([KEYS[3]])) == "(Chen, 2021a)"
    assert "(2021a). Iron and outcome" in listed("apa")[KEYS[3]]


@pytest.mark.parametrize("style", ["apa", "ama"])
def test_a_title_that_stands_for_the_author_is_printed_once(style: str) -> None:
    """Without an author the title comes first, and is not repeated where it would stand otherwise."""
    item = {"id": "a", "type": "article-journal", "title": "Alone in the world", "container-title": "Blood"}
    made = citations(style, (item,), ["a"])
    assert plain(made.entries[0].words).count("Alone in the world") == 1


def test_long_titles_are_cut_short_in_citations_only() -> None:
    """A citation of a report without authors has the first words of its title, the list has all."""
    title = "One two three four five six seven eight nine ten"
    made = citations("apa", ({"id": "a", "type": "article-journal", "title": title},), ["a"])
    assert "Nine" not in plain(made.cite(["a"]))
    assert "nine ten" in plain(made.entries[0].words)


def test_a_report_of_which_nothing_is_known_says_so() -> None:
    """An item with nothing but its key has an entry that names the key or says that nothing has a date."""
    made = citations("nature", ({"id": "cite:x", "type": "document"},), ["cite:x"])
    assert plain(made.entries[0].words) == "[Nothing is recorded of cite:x]."


def test_keys_that_differ_in_case_are_two_reports() -> None:
    """citeproc-py ignores case in keys; evireg does not."""
    items = ({"id": "cite:A", "type": "book", "title": "First"}, {"id": "cite:a", "type": "book", "title": "Second"})
    made = citations("vancouver", items, ["cite:A", "cite:a"])
    assert [plain(entry.words)[:6] for entry in made.entries] == ["First.", "Second"]


def test_a_citation_of_nothing_in_the_document_is_a_fault() -> None:
    """A key that is no reference of the document is refused by name."""
    with pytest.raises(ValueError, match="doi:none is cited"):
        citations("vancouver", cited=["doi:none"])


def test_an_unknown_style_names_those_that_are_there() -> None:
    """The nearest is offered, and all are listed."""
    with pytest.raises(UsageError, match=r"'vancover'; did you mean vancouver\?[\s\S]*ama, lancet, nature, apa"):
        style_file("vancover")
    with pytest.raises(UsageError, match=r"no style file none\.csl"):
        style_file("none.csl")


def test_a_style_of_ones_own_is_taken_from_its_file(tmp_path: Path) -> None:
    """A path of a CSL file is a style like those shipped."""
    own = tmp_path / "mine.csl"
    own.write_bytes(style_file("nature").read_bytes())
    assert plain(citations(str(own)).entries[0].words) == ENTRIES["nature"][0]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("no xml", "is not a CSL style"),
        ("<html/>", "begins with <html>"),
        ('<style xmlns="http://purl.org/net/xbiblio/csl"><info/></style>', "has no citation and no bibliography"),
    ],
)
def test_a_file_that_is_no_style_is_refused(tmp_path: Path, written: str, said: str) -> None:
    """What is wrong with a style file is said, and which styles there are."""
    own = tmp_path / "mine.csl"
    own.write_text(written, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        citations(str(own))


@pytest.mark.parametrize("style", STYLES)
def test_shipped_styles_keep_their_licence_and_their_authors(style: str) -> None:
    """Each file names its licence, CC BY-SA 3.0, and who wrote it."""
    words = style_file(style).read_text(encoding="utf-8")
    assert "creativecommons.org/licenses/by-sa/3.0" in words
    assert "<author>" in words
