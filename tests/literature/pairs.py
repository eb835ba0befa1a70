# ruff: noqa: E501 - titles stand whole
"""Pairs of references with known answers: real reports written as databases write them, and pairs that are two.

The reports are real (they are in the seeds); how a second database writes each is made by the variations databases are
known for: capitals, accents, abbreviated names, a subtitle left out, a year of first publication, a typing error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from registry.literature.matching import Known

Fields = dict[str, Any]

_SONG = "Elevation of Serum Ferritin is Associated with the Outcome of Patients with Newly Diagnosed Multiple Myeloma"
_DLBCL = "Poor prognostic impact of high serum ferritin levels in patients with a lower risk of diffuse large B cell lymphoma"
_CHL = (
    "Serum ferritin levels in previously untreated classical Hodgkin lymphoma: correlations and prognostic significance"
)
_YACHT = (
    "Clinical Significance of Serum Ferritin at Diagnosis in Patients With Acute Myeloid Leukemia: A YACHT Multicenter"
    " Retrospective Study"
)
_IDECEL = (
    "Factors associated with refractoriness or early progression after idecabtagene vicleucel in patients with relapsed/"
    " refractory multiple myeloma: US Myeloma Immunotherapy Consortium real world experience"
)
_MYCARE = (
    "Development and Validation of a Prediction Model of Outcome After B-Cell Maturation Antigen-Directed Chimeric Antigen"
    " Receptor T-Cell Therapy in Relapsed/Refractory Multiple Myeloma"
)
_HEMATOTOX = (
    "The CAR-HEMATOTOX score as a prognostic model of toxicity and response in patients receiving BCMA-directed CAR-T for"
    " relapsed/refractory multiple myeloma"
)
_EBMT = (
    "Association of Serum Ferritin Levels Before Start of Conditioning With Mortality After alloSCT - A Prospective,"
    " Non-interventional Study of the EBMT Transplant Complications Working Party"
)
_LBCL = (
    "Inferior Outcomes of EU Versus US Patients Treated With CD19 CAR-T for Relapsed/Refractory Large B-cell Lymphoma:"
    " Association With Differences in Tumor Burden, Systemic Inflammation, Bridging Therapy Utilization, and CAR-T Product"
    " Use"
)
_UCB = (
    "Iron Overload Is Associated with Delayed Engraftment and Increased Nonrelapse Mortality in Recipients of Umbilical"
    " Cord Blood Hematopoietic Cell Transplantation"
)


def _report(title: str, authors: str, year: int, volume: str | None = None, pages: str | None = None) -> Fields:
    return {
        "title": title,
        "authors": authors,
        "year": year,
        "volume": volume,
        "pages": pages,
        "doi": None,
        "pmid": None,
        "kind": "article",
    }


#: Reports of the seeds, without the identifiers that would make the question easy.
REPORTS: list[Fields] = [
    _report(_SONG, "Song, Moo-Kon", 2009, "24", "368-373"),
    _report(_DLBCL, "Kim, Da Jung", 2020),
    _report(_CHL, "Karakatsanis, S", 2022, None, "799-812"),
    _report(_YACHT, "Lebon, D", 2018),
    _report("AML: high serum ferritin at initial diagnosis has a negative impact on long-term survival", "Ihlow, J", 2019, "60", "69-77"),
    _report(_LBCL, "Bücklein, Veit", 2023, "7", "e907"),
    _report(_IDECEL, "Hashmi, H", 2024, "109", "1514-1524"),
    _report(_MYCARE, "Gagelmann, N", 2024, "42", "1665-1675"),
    _report(_HEMATOTOX, "Rejeski, K", 2023, "16", "88"),
    _report("Iron overload adversely affects outcome of allogeneic hematopoietic cell transplantation", "Pullarkat, V", 2008, "42", "799-805"),
    _report(_UCB, "Al Malki, M. M.", 2020, "26", "1697-1703"),
    _report(_EBMT, "Penack, O", 2020),
    _report("Elevated Ferritin Is Associated with Relapse after Autologous Hematopoietic Stem Cell Transplantation for Lymphoma", "Mahindra, A", 2008, "14", "1239-1244"),
    _report("Pretransplant serum ferritin has a prognostic influence on allogeneic transplant regardless of disease risk", "Tachibana, T", 2012, None, "456-461"),
]  # fmt: skip


def _typo(text: str) -> str:
    middle = len(text) // 2
    return text[:middle] + text[middle + 1 :]


#: What another database makes of a report; all are the same document.
VARIATIONS: dict[str, Callable[[Fields], Fields]] = {
    "capitals": lambda each: {**each, "title": each["title"].upper()},
    "sentence case": lambda each: {**each, "title": each["title"].capitalize()},
    "initials": lambda each: {**each, "authors": each["authors"].replace(",", "").replace(".", "")},
    "given name first": lambda each: {**each, "authors": " ".join(reversed(each["authors"].split(", ")))},
    "no accents": lambda each: {**each, "authors": each["authors"].replace("ü", "u")},
    "umlaut as ue": lambda each: {**each, "authors": each["authors"].replace("ü", "ue")},
    "one letter lost": lambda each: {**each, "title": _typo(each["title"])},
    "hyphens lost": lambda each: {**each, "title": each["title"].replace("-", "")},
    "spaces for hyphens": lambda each: {**each, "title": each["title"].replace("-", " ").replace("/ ", "/")},
    "British spelling": lambda each: {
        **each,
        "title": each["title"]
        .replace("emia", "aemia")
        .replace("umor", "umour")
        .replace("Hematopoietic", "Haematopoietic"),
    },
    "first online a year before": lambda each: {**each, "year": each["year"] - 1, "volume": None, "pages": None},
    "no volume, no pages": lambda each: {**each, "volume": None, "pages": None},
    "and as &": lambda each: {**each, "title": each["title"].replace(" and ", " & ")},
}


def variations() -> Iterator[tuple[str, Fields, Fields]]:
    """Give pairs that are one document, with the name of the variation."""
    for name, vary in VARIATIONS.items():
        for each in REPORTS:
            if (varied := vary(each)) != each:
                yield name, each, varied


_KIM = {"title": _DLBCL, "authors": "Kim, Da Jung", "year": 2020, "kind": "article"}


def _pair(one: Fields, **other: Any) -> tuple[Fields, Fields]:
    whole = {**dict.fromkeys(("doi", "pmid", "volume", "pages", "kind")), **one}
    return whole, {**whole, **other}


#: Pairs that must never be taken for one without a person: name → the two, and whether a person is asked.
NEAR_MISSES: dict[str, tuple[tuple[Fields, Fields], bool]] = {
    "meeting abstract and article": (_pair(_KIM, kind="abstract", year=2019), True),
    "preprint and article": (_pair(_KIM, kind="preprint"), True),
    "thesis and article": (_pair(_KIM, kind="thesis"), True),
    "erratum": (_pair(_KIM, title=f"Erratum to: {_DLBCL}", kind="correction"), False),
    "erratum of the same title": (_pair(_KIM, kind="correction"), False),
    "retraction notice": (_pair(_KIM, title=f"Retraction: {_DLBCL}", kind="retraction"), False),
    "comment": (_pair(_KIM, title=f"Comment on: {_DLBCL}", kind="comment", authors="Lee, A"), False),
    "parts I and II": (_pair({**_KIM, "title": f"{_CHL}. Part I"}, title=f"{_CHL}. Part II"), True),
    "parts 1 and 2, other DOIs": (
        _pair({**_KIM, "title": f"{_CHL}. Part 1", "doi": "10.1000/1"}, title=f"{_CHL}. Part 2", doi="10.1000/2"),
        False,
    ),
    "phases II and III": (_pair({**_KIM, "title": f"A phase II trial of {_DLBCL}"}, title=f"A phase III trial of {_DLBCL}"), True),
    "updates of two years": (_pair({**_KIM, "title": f"{_SONG}: 2015 update"}, title=f"{_SONG}: 2019 update", year=2019), True),
    "with and without": (_pair({**_KIM, "title": f"{_CHL} with radiotherapy"}, title=f"{_CHL} without radiotherapy"), True),
    "another disease": (
        _pair({**_KIM, "title": "Prognostic value of serum ferritin in multiple myeloma"}, title="Prognostic value of serum ferritin in multiple sclerosis"),
        True,
    ),
    "another author": (_pair(_KIM, authors="Tanaka, H"), True),
    "another author, a short title": (_pair({**_KIM, "title": "Serum ferritin in lymphoma"}, authors="Tanaka, H", title="Serum ferritin in lymphoma"), False),
    "a subtitle left out": (_pair({**_KIM, "title": _CHL}, title=_CHL.partition(":")[0]), True),
    "one title in two years": (_pair({**_KIM, "volume": "10", "pages": "1-5"}, year=2023, volume="13", pages="77"), True),
    "two abstracts of one meeting": (
        _pair({**_KIM, "kind": "abstract", "volume": "134", "pages": "1601"}, volume="134", pages="4105"),
        True,
    ),
    "one title, two DOIs": (_pair({**_KIM, "doi": "10.1000/a"}, doi="10.1000/b"), True),
    "one title, two PMIDs": (_pair({**_KIM, "pmid": "11"}, pmid="12"), True),
    "editorials": (_pair({**_KIM, "title": "Editorial"}, title="Editorial"), True),
    "one DOI for a supplement": (
        _pair({**_KIM, "doi": "10.1000/s", "kind": "abstract"}, title=_YACHT, authors="Lebon, D"),
        True,
    ),
    "one DOI, two PMIDs": (_pair({**_KIM, "doi": "10.1000/s", "pmid": "11"}, pmid="12"), True),
    "no author": (_pair(_KIM, authors=None), True),
    "no year": (_pair(_KIM, year=None), True),
    "a longer title": (_pair({**_KIM, "title": "Serum ferritin levels in Hodgkin lymphoma"}, title=_CHL), False),
    "different topics": (_pair(_KIM, title=_SONG, authors="Kim, S"), False),
}  # fmt: skip


def known(fields: Fields, number: int = 1) -> Known:
    """Make what a reference is recognised by."""
    return Known.of(number, **fields)
