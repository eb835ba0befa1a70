"""Records as PubMed, Embase, Zotero, EndNote and Mendeley write them, and what is read of them."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import InputRefused
from registry.literature.bibtex import latex
from registry.literature.citation import Citation, first_doi, kind_of, plain, title_of, year_of
from registry.literature.files import FORMATS, References, read_references
from registry.terms import ReferenceKind

TITLE = "Elevation of Serum Ferritin is Associated with the Outcome of Patients with Newly Diagnosed Multiple Myeloma"

NBIB = """
PMID- 19949737
OWN - NLM
STAT- MEDLINE
DP  - 2009 Dec
TI  - Elevation of Serum Ferritin is Associated with the Outcome of Patients with Newly
      Diagnosed Multiple Myeloma.
PG  - 368-73
LID - 10.3904/kjim.2009.24.4.368 [doi]
FAU - Song, Moo-Kon
AU  - Song MK
PT  - Journal Article
JT  - The Korean journal of internal medicine
VI  - 24

PMID- 30000001
DP  - 2019 Nov-Dec
TI  - Correction to: Poor prognostic impact of high serum ferritin levels.
PT  - Published Erratum
AID - 10.1007/s12185-019-02816-7 [doi]
"""

EMBASE = """TY  - JOUR
M3  - Conference Abstract
A1  - Song M.-K.
T1  - Elevation of Serum Ferritin is Associated with the Outcome of Patients with Newly Diagnosed Multiple Myeloma
Y1  - 2009//
JF  - Korean Journal of Internal Medicine
VL  - 24
SP  - 368
EP  - 373
U2  - L355829101
C5  - 19949737
DO  - 10.3904/KJIM.2009.24.4.368
DB  - Embase
ER  -
"""

ZOTERO_RIS = """TY  - JOUR
TI  - Elevation of Serum Ferritin is Associated with the Outcome of Patients with Newly Diagnosed Multiple Myeloma
AU  - Song, Moo-Kon
T2  - The Korean Journal of Internal Medicine
DA  - 2009/12//
PY  - 2009
DO  - 10.3904/kjim.2009.24.4.368
VL  - 24
SP  - 368
EP  - 373
N1  - PMID: 19949737
ER  -
"""

ENDNOTE = """TY  - JOUR
AN  - 19949737
AU  - Song, M. K.
DA  - Dec
DO  - https://doi.org/10.3904/kjim.2009.24.4.368
DP  - NLM
DB  - PubMed
PY  - 2009
SP  - 368-73
TI  - Elevation of Serum Ferritin is Associated with the Outcome of Patients with Newly Diagnosed Multiple Myeloma
T2  - Korean J Intern Med
VL  - 24
ER  -


"""

BIBTEX = r"""@article{song_elevation_2009,
  title = {Elevation of {Serum} {Ferritin} is {Associated} with the {Outcome} of {Patients} with {Newly} {Diagnosed}
    {Multiple} {Myeloma}},
  volume = {24},
  doi = {10.3904/kjim.2009.24.4.368},
  note = {PMID: 19949737},
  journal = {The Korean Journal of Internal Medicine},
  author = {Song, Moo-Kon},
  year = {2009},
  pages = {368--373},
}
"""

CSL = json.dumps(
    [
        {
            "id": "song",
            "type": "article-journal",
            "title": TITLE,
            "container-title": "The Korean Journal of Internal Medicine",
            "page": "368-373",
            "volume": "24",
            "DOI": "10.3904/kjim.2009.24.4.368",
            "PMID": "19949737",
            "author": [{"family": "Song", "given": "Moo-Kon"}],
            "issued": {"date-parts": [["2009", 12]]},
        }
    ]
)


def read(tmp_path: Path, text: str | bytes, **options: str) -> References:
    path = tmp_path / "search.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_references(path, **options)


def only(tmp_path: Path, text: str | bytes) -> Citation:
    (record,) = read(tmp_path, text).records
    return record


@pytest.mark.parametrize(
    ("text", "format"),
    [(EMBASE, "ris"), (ZOTERO_RIS, "ris"), (ENDNOTE, "ris"), (BIBTEX, "bibtex"), (CSL, "csl")],
    ids=["Embase", "Zotero RIS", "EndNote", "Zotero BibTeX", "CSL"],
)
def test_one_report_reads_the_same_from_every_library(tmp_path: Path, text: str, format: str) -> None:  # noqa: A002
    """Whoever wrote it, title, identifiers, year, volume and first page are found."""
    assert read(tmp_path, text).format == format
    found = only(tmp_path, text)
    assert (found.title, found.doi, found.pmid) == (TITLE, "10.3904/kjim.2009.24.4.368", "19949737")
    assert (found.year, found.volume) == (2009, "24")
    assert (found.pages or "").startswith("368")
    assert (found.authors or "").startswith("Song")


def test_pubmed_records_are_read_with_lines_that_continue(tmp_path: Path) -> None:
    """A title over two lines is one; full names win; an erratum is no article."""
    song, erratum = read(tmp_path, NBIB).records
    assert (song.title, song.authors, song.pmid, song.database) == (TITLE, "Song, Moo-Kon", "19949737", "PubMed")
    assert (song.kind, erratum.kind) == (ReferenceKind.ARTICLE, ReferenceKind.CORRECTION)
    assert (erratum.number, erratum.line, erratum.year) == (2, 16, 2019)


def test_embase_conference_abstract_is_an_abstract_with_its_own_number(tmp_path: Path) -> None:
    """What the database says of its record is kept."""
    found = only(tmp_path, EMBASE)
    assert (found.kind, found.accession, found.database) == (ReferenceKind.ABSTRACT, "L355829101", "Embase")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_do_not_matter(tmp_path: Path, encoding: str, ends: str) -> None:
    """BOM, UTF-16, Windows-1252 and the line ends of every system give the same."""
    text = "TY  - JOUR\nAU  - Bücklein, Veit\nTI  - Größe\nER  -\n".replace("\n", ends)
    found = only(tmp_path, text.encode(encoding))
    assert (found.title, found.authors) == ("Größe", "Bücklein, Veit")


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("the <i>in vitro</i> effect", "the in vitro effect"),
        ("&lt; 10<sup>9</sup>/L", "< 10⁹/L"),
        ("&amp;lt; 5", "< 5"),
        ("β<sub>2</sub>-microglobulin", "β₂-microglobulin"),
        ("p<0.05 and n>3", "p<0.05 and n>3"),
        ("a\u00a0b\tc\n d", "a b c d"),
        ("zero\u200bwidth", "zerowidth"),
        ("", None),
    ],
)
def test_markup_leaves_the_words(text: str, printed: str | None) -> None:
    """Italics go, raised figures stay raised, comparisons are no markup."""
    assert plain(text) == printed


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        (r"M{\"u}ller and Garc{\'\i}a", "Müller and García"),
        (r"100\% of {NLR} \& PLR", "100% of NLR & PLR"),
        (r"{$\beta$}2-microglobulin", "β2-microglobulin"),
        (r"\textit{in vitro} --- pages 1--9", "in vitro — pages 1–9"),
        ("50% of patients, not 60%", "50% of patients, not 60%"),
        (r"\'{e} and 50% more", "é and 50% more"),
        ("``quoted''", "“quoted”"),
    ],
)
def test_latex_is_decoded(text: str, printed: str) -> None:
    """Accents and symbols, and a bare percent sign hides nothing behind it."""
    assert latex(text) == printed


def test_bibtex_names_follow_its_rules(tmp_path: Path) -> None:
    """Particles belong to the family, a name in braces stays whole, and two entries of one key are two."""
    text = "@article{a, title={T}, author={Jan van der Berg and {The ABC Group} and Lee, H.}}\n@article{a, title={U}}"
    first, second = read(tmp_path, text).records
    assert first.authors == "van der Berg, Jan; The ABC Group; Lee, H."
    assert second.title == "U"


@pytest.mark.parametrize(
    ("title", "types", "kind"),
    [
        ("Erratum to: Ferritin", [], "correction"),
        ("Corrigendum: Ferritin", [], "correction"),
        ("Correction of anaemia by iron", [], None),
        ("Retraction: Ferritin", [], "retraction"),
        ("Comment on: Ferritin", [], "comment"),
        ("In reply", [], "comment"),
        ("Response to therapy", [], None),
        ("Response to the letter by Lee", [], "comment"),
        ("Correction for multiple testing", [], None),
        ("Publisher Correction: Ferritin", [], "correction"),
        ("Ferritin", ["Meeting Abstract"], "abstract"),
        ("Ferritin", ["Published Erratum"], "correction"),
        ("Ferritin", ["Journal Article", "Comment"], "comment"),
    ],
)
def test_notices_are_known_by_title_or_type(title: str, types: list[str], kind: str | None) -> None:
    """What is about another report is told from it."""
    assert kind_of(types, title, None) == kind


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("https://doi.org/10.1016/S0140-6736(05)66912-7.", "10.1016/s0140-6736(05)66912-7"),
        ("doi: 10.1038/bmt.2008.262, PMID 1", "10.1038/bmt.2008.262"),
        ("https://link.org/10.1000/abc?x=1", "10.1000/abc?x=1"),
        ("no doi 10.1", None),
    ],
)
def test_doi_is_found_in_what_stands_around_it(text: str, doi: str | None) -> None:
    """Addresses, full stops and brackets are no part of it."""
    assert first_doi([None, text]) == doi


def test_years_are_found_in_dates() -> None:
    """However a date is written; a number that is no year is none."""
    assert [year_of(text) for text in ("2016/03/01/", "2015 Nov-Dec", "20161", "", None, 2016)] == [
        *(2016, 2015, None, None, None, 2016)
    ]
    assert title_of("[Serum ferritin].") == "Serum ferritin"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("some words", "the format is not known"),
        ("%0 Journal Article\n%T Ferritin\n", "EndNote's or Refer's format"),
        ("<?xml version='1.0'?><xml/>", "XML or a web page"),
        ("%PDF-1.7", "this is a PDF"),
        ("TY  - JOUR\nTI  - Ferritin\n", "record 1 has no end"),
        ("TY  - JOUR\nTI  - A\nER  -\nTY  - JOUR\nAU  - Kim\nER  -\n", "search.txt:4: .*record 2 has no title"),
        ("TY  - JOUR\nTI  - A\nER  -\nAU  - Kim\nTY  - JOUR\nTI  - B\nER  -\n", "text after the end of record 1"),
        ("@article{a, title={never closed\n@article{b, title={x}}", "record 1 cannot be read"),
        ("@article{a, title={x}, title={y}}", "has the field title twice"),
        ('[{"title": "a"', "this is not JSON"),
        ('[{"title": "a"}, 3]', "record 2 is no CSL item"),
        ("[]", "no record was found"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    """Nothing is guessed and nothing left out silently."""
    with pytest.raises(InputRefused, match=message):
        read(tmp_path, text)


def test_ris_record_without_end_before_the_next_is_closed_there(tmp_path: Path) -> None:
    """A missing ER never lets two records run into one."""
    found = read(tmp_path, "TY  - JOUR\nTI  - A\nTY  - JOUR\nTI  - B\nER  -\n").records
    assert [each.title for each in found] == ["A", "B"]


RIS_PIECES = [
    "TY  - JOUR",
    "TI  - x",
    "ER  -",
    "AU  - a",
    "\n",
    "PMID- 12",
    "TI  - ",
    "      more",
    "LID - 10.1/a [doi]",
]
BIBTEX_PIECES = ["@article{", "a,", "title = {", "}", '"', "\\", "{\\'e", "$", "%", "@string{", "&lt;", "#"]
JSON_PIECES = ["[", "{", '"title": ', '"x"', ",", "]", "null"]
PIECES = st.sampled_from([*RIS_PIECES, *BIBTEX_PIECES, *JSON_PIECES])
NAMES = st.sampled_from(["title", "DOI", "author", "family", "issued", "date-parts", "PMID"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(
    text=st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=30).map("".join)), name=st.sampled_from([*FORMATS])
)
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str, name: str) -> None:
    """No text makes a reader fail in a way of its own."""
    path = tmp_path_factory.mktemp("fuzz") / "search.txt"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    for format in (None, name):  # noqa: A001
        with suppress(InputRefused):
            assert read_references(path, format=format).records


@settings(max_examples=100, deadline=None)
@given(values=st.lists(VALUES, max_size=3))
def test_any_json_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, values: list[object]) -> None:
    """CSL items of any shape."""
    path = tmp_path_factory.mktemp("fuzz") / "items.json"
    path.write_text(json.dumps(values), encoding="utf-8")
    with suppress(InputRefused):
        assert read_references(path).records
