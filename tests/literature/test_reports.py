"""Reports of a registry as CSL-JSON items."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from registry.errors import NotFound
from registry.handle import Registry
from registry.literature.reports import authors, csl_items
from registry.store import Store

HEADER = (
    "study_key,first_author,year,title,journal,doi,pmid,source_kind,source_url,"
    "biomarker,disease,endpoint,hr,ci_low,ci_high\n"
)
TAIL = ",NLR,multiple myeloma,OS,2,1,4\n"


def registered(store: Store, folder: Path, *rows: str) -> Registry:
    """Give a registry with one estimate of each of these studies."""
    path = folder / "rows.csv"
    path.write_text(HEADER + "".join(f"{row}{TAIL}" for row in rows), encoding="utf-8")
    registry = Registry(store, curator="Ada")
    registry.import_file(path)
    return registry


def items(registry: Registry, *keys: str) -> list[dict[str, Any]]:
    with registry.store.read() as connection:
        return list(csl_items(connection, keys))


def test_a_report_becomes_an_item_with_its_parts_read_apart(store: Store, tmp_path: Path) -> None:
    """Journal, volume, issue and pages of one line are four variables, and the id is the key of the report."""
    row = "a,Armand,2007,Ferritin,Bone Marrow Transplant 42(12):799-805,10.1038/BMT.1,18762767,article,"
    (found,) = items(registered(store, tmp_path, row), "doi:10.1038/bmt.1")
    assert found == {
        "id": "doi:10.1038/bmt.1",
        "type": "article-journal",
        "title": "Ferritin",
        "author": [{"family": "Armand"}],
        "issued": {"date-parts": [[2007]]},
        "container-title": "Bone Marrow Transplant",
        "volume": "42",
        "issue": "12",
        "page": "799-805",
        "DOI": "10.1038/bmt.1",
        "PMID": "18762767",
    }


def test_what_is_missing_is_left_out_and_a_missing_title_says_so(store: Store, tmp_path: Path) -> None:
    """Nothing is made up: no author, year or journal; a bracket stands for the title and names the study."""
    registry = registered(store, tmp_path, "a,,,,,,,data set,https://example.org/x", "b,Kim,2016,,,,,,")
    first, second = items(registry, "url:https://example.org/x", "study:b")
    assert first["type"] == "dataset"
    assert first["title"] == "[No title recorded; study a]"
    assert "author" not in first
    assert "issued" not in first
    assert second == {
        "id": "study:b",
        "type": "document",
        "title": "[No title recorded; study b]",
        "author": [{"family": "Kim"}],
        "issued": {"date-parts": [[2016]]},
    }


def test_volume_and_pages_come_from_the_reference_of_a_search(store: Store, tmp_path: Path) -> None:
    """A report that a search found has what the search says of it, where the registry itself does not."""
    registry = registered(store, tmp_path, "a,,2007,Ferritin,Blood,10.1000/1,,article,")
    search = tmp_path / "search.ris"
    lines = ("TY  - JOUR", "TI  - Ferritin", "AU  - Armand, Philippe", "VL  - 109", "SP  - 4586", "EP  - 4588")
    search.write_text("\n".join((*lines, "DO  - 10.1000/1", "ER  - ", "")), encoding="utf-8")
    registry.literature.import_files(search, found_in="Embase")
    (found,) = items(registry, "doi:10.1000/1")
    assert (found["volume"], found["page"]) == ("109", "4586-4588")
    assert found["author"] == [{"family": "Armand", "given": "Philippe"}]


def test_an_unknown_key_is_not_found(store: Store) -> None:
    """A key the registry does not hold is named."""
    with pytest.raises(NotFound, match="no report doi:none"):
        items(Registry(store, curator="Ada"), "doi:none")


def test_items_keep_the_order_of_the_keys(store: Store, tmp_path: Path) -> None:
    """However the database gives them, items come as asked for, each once."""
    registry = registered(store, tmp_path, "a,A,2001,One,,,,,", "b,B,2002,Two,,,,,")
    keys = ["cite:b | 2002 | two |", "cite:a | 2001 | one |"]
    assert [item["id"] for item in items(registry, *keys, keys[0])] == keys


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Armand, Philippe; Kim, Haesook T.", [("Armand", "Philippe"), ("Kim", "Haesook T.")]),
        ("Armand P, Kim HT", [("Armand", "P."), ("Kim", "H. T.")]),
        ("Al Malki MM", [("Al Malki", "M. M.")]),
        ("Reshmy G S", [("Reshmy", "G. S.")]),
        ("Liu Yang", ["Liu Yang"]),
        ("Chen et al.", ["Chen et al."]),
        ("US Myeloma Immunotherapy Consortium", ["US Myeloma Immunotherapy Consortium"]),
        ("Pullarkat", ["Pullarkat"]),
        ("", []),
        (None, []),
    ],
)
def test_authors_are_read_apart_where_that_can_mean_one_thing(written: str | None, read: list[Any]) -> None:
    """Names with a comma or initials have family and given names; a name that may be either stays whole."""
    found = authors(written)
    told = [
        (name["family"], name["given"]) if "given" in name else name.get("literal") or name["family"] for name in found
    ]
    assert told == read


@pytest.mark.parametrize(
    ("journal", "parts"),
    [
        ("Blood 145(1):85", {"container-title": "Blood", "volume": "145", "issue": "1", "page": "85"}),
        ("J Hematol Oncol 16:88", {"container-title": "J Hematol Oncol", "volume": "16", "page": "88"}),
        (
            "Blood 140(Suppl 1):12523",
            {"container-title": "Blood", "volume": "140", "issue": "Suppl 1", "page": "12523"},
        ),
        ("Leuk Lymphoma pp 456-461", {"container-title": "Leuk Lymphoma", "page": "456-461"}),
        ("Frontiers in Hematology 4", {"container-title": "Frontiers in Hematology", "volume": "4"}),
        (
            "Annals of Hematology Mar 2021, 100(3):789–798",
            {"container-title": "Annals of Hematology", "volume": "100", "issue": "3", "page": "789-798"},
        ),
        ("Indian J Med Res", {"container-title": "Indian J Med Res"}),
    ],
)
def test_places_in_journals_are_read_as_the_seeds_write_them(
    sqlite_store: Store, tmp_path: Path, journal: str, parts: dict[str, str]
) -> None:
    """Every way the seeds write a place in a journal is read apart."""
    registry = registered(sqlite_store, tmp_path, f'a,A,2001,One,"{journal}",10.1000/1,,,')
    (found,) = items(registry, "doi:10.1000/1")
    places = ("container-title", "volume", "issue", "page")
    assert {name: found[name] for name in places if name in found} == parts
