"""References of the included reports, read back by the libraries of reference managers and by evireg itself."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import rispy
from bibtexparser.entrypoint import parse_string

from registry.formats.analysed import Analysed
from registry.formats.bibliography import bibtex, ris
from registry.literature.bibtex import read_bibtex
from registry.literature.citation import Citation

ITEM: Mapping[str, Any] = {
    "id": "doi:10.1000/x_1",
    "type": "article-journal",
    "title": "Ferritin & survival: 50 % of {CAR-T} patients_x #1",
    "author": [{"family": "Müller-Łuć", "given": "J. A."}, {"literal": "Liu Yang"}, {"family": "Chen"}],
    "issued": {"date-parts": [[2019]]},
    "container-title": "Blood & Marrow",
    "volume": "145",
    "issue": "1",
    "page": "85-92",
    "DOI": "10.1000/x_1",
    "PMID": "31234567",
}


def test_bibtex_is_read_back_whole(dlbcl: Analysed) -> None:
    """Bibtexparser reads an entry per report without a failed block, and evireg reads every field back as it was."""
    text = bibtex(replace(dlbcl, references=(ITEM,))).decode()
    library = parse_string(text)
    assert not library.failed_blocks
    assert [(entry.entry_type, entry.key) for entry in library.entries] == [("article", "Mulleruc2019")]
    [found] = [each for each in read_bibtex(text) if isinstance(each, Citation)]
    assert found.title == ITEM["title"]
    assert found.authors == "Müller-Łuć, J. A.; Liu Yang; Chen"
    assert (found.year, found.volume, found.pages, found.doi) == (2019, "145", "85-92", "10.1000/x_1")
    assert found.journal == "Blood & Marrow"


def test_ris_is_read_back_whole(dlbcl: Analysed) -> None:
    """Rispy reads every field of a report back as it was written."""
    [found] = rispy.load(io.StringIO(ris(replace(dlbcl, references=(ITEM,))).decode()))
    assert found["type_of_reference"] == "JOUR"
    assert found["authors"] == ["Müller-Łuć, J. A.", "Liu Yang", "Chen"]
    assert (found["title"], found["year"], found["doi"]) == (ITEM["title"], "2019", "10.1000/x_1")
    assert (found["start_page"], found["end_page"], found["volume"]) == ("85", "92", "145")


def test_every_included_report_is_there_once(dlbcl: Analysed) -> None:
    """A pool has the reports of its estimates, each once, under keys that differ."""
    library = parse_string(bibtex(dlbcl).decode())
    keys = [entry.key for entry in library.entries]
    assert len(keys) == len(set(keys)) == len(dlbcl.references)
    assert len(rispy.load(io.StringIO(ris(dlbcl).decode()))) == len(dlbcl.references)


def test_many_of_one_name_and_year_are_told_apart(dlbcl: Analysed) -> None:
    """Reports of one author and year get letters after their key, beyond the alphabet too."""
    many = tuple({**ITEM, "id": f"doi:10.1/{number}"} for number in range(30))
    keys = [entry.key for entry in parse_string(bibtex(replace(dlbcl, references=many)).decode()).entries]
    assert len(set(keys)) == 30
    assert keys[:2] == ["Mulleruc2019", "Mulleruc2019b"]
