"""The keys by which things are matched: what identifies an estimate, a cutoff, a contrast, a report."""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from operator import getitem
from typing import TYPE_CHECKING, Any

from registry.remembered import Remembered
from registry.terms import Adjusted, ContrastKind, Measure, Origin
from registry.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    Values = Mapping[str, Any]

#: What an estimate is when its source, or whoever entered it, says nothing.
DEFAULTS: dict[str, str] = {
    "cohort": "all",
    "contrast": ContrastKind.UNCLEAR.value,
    "measure": Measure.UNCLEAR.value,
    "adjusted": Adjusted.UNCLEAR.value,
    "origin": Origin.REPORTED.value,
}

CUTOFF = ("cutoff_operator", "cutoff_value", "cutoff_unit", "cutoff_text", "cutoff_method")

#: What identifies an estimate. A cutoff is its value and how it was chosen, a contrast its kind and reference level.
IDENTITY = (
    "study",
    "cohort",
    "factor",
    "timepoint",
    *CUTOFF,
    "contrast",
    "reference_group",
    "endpoint",
    "measure",
    "adjusted",
    "covariates",
    "locator",
)

#: What identifies an estimate where it is given; keys of estimates without it are those of earlier versions.
FURTHER = ("index_group", "scale", "horizon_days")

#: What makes a contrast, beside its factor.
CONTRAST = ("timepoint", *CUTOFF, "contrast", "index_group", "reference_group", "scale")

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def estimate_key(values: Values) -> str:
    """Give the key of an estimate, `study/endpoint/hash8`.

    hash8 is the first 8 hexadecimal digits of the SHA-256 of the JSON array of `IDENTITY`: texts trimmed, the cutoff
    value as a float (550 = 550.0), covariates sorted, null where not read, defaults filled in. What is given of
    `FURTHER` follows, each as the array of its name and value.
    """
    identity = ",".join(map(getitem, _SPELLED, map(values.get, IDENTITY)))
    for name, spelled in _FURTHER:
        if values.get(name) is not None:
            identity += f",[{_encode(name)},{spelled[values[name]]}]"
    return f"{values['study'].strip()}/{values['endpoint']}/{hashlib.sha256(f'[{identity}]'.encode()).hexdigest()[:8]}"


def _spelled(name: str) -> Remembered[Any, str]:
    """Give what a value of an identifying column comes to in the JSON array that is hashed."""

    def spell(value: Any) -> str:
        if isinstance(value, str):
            value = value.strip() or None
        elif value is not None:
            value = float(value) + 0.0
        if value is None:
            value = DEFAULTS.get(name)
        elif name == "covariates":
            value = sorted(part.strip() for part in str(value).split(";"))
        return _encode(value)

    return Remembered(spell)


_SPELLED = [_spelled(name) for name in IDENTITY]
_FURTHER = [(name, _spelled(name)) for name in FURTHER]


def cutoff_key(values: Values) -> str:
    """Give the key of a cutoff within its factor, as `>= 550 ng/mL "text" [median]`; empty when there is none."""
    operator, value, unit, text, method = (values.get(name) for name in CUTOFF)
    number = None if value is None else repr(float(value)).removesuffix(".0")
    parts = (operator, number, unit, text and _encode(text), method and f"[{method}]")
    return " ".join(part for part in parts if part)


def contrast_key(values: Values) -> str:
    """Give the key of a contrast within its factor: JSON array of kind, cutoff, timepoint and reference group.

    Where index group or scale are given, they follow.
    """
    parts = [values["contrast"], cutoff_key(values), values.get("timepoint"), values.get("reference_group")]
    further = [values.get("index_group"), values.get("scale")]
    return _encode(parts + further if any(further) else parts)


_DOI = re.compile(
    r"(?:https?://)?(?:dx\.|www\.)?(?:doi\.org/|doi:\s*)?(10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+)", re.IGNORECASE
)
_PUBMED = re.compile(
    r"https?://(?:pubmed\.ncbi\.nlm\.nih\.gov|(?:www\.)?ncbi\.nlm\.nih\.gov/pubmed)/([0-9]+)/?", re.IGNORECASE
)


@lru_cache(maxsize=4096)  # the rows of a study follow each other
def doi_of(text: str | None) -> str | None:
    """Give the DOI in a DOI or a doi.org address, in lower case (DOIs ignore case); None when it is neither."""
    found = _DOI.fullmatch(text.strip()) if text else None
    return found[1].lower() if found else None


@lru_cache(maxsize=4096)
def pmid_of(url: str | None) -> str | None:
    """Give the PubMed id in the address of a PubMed page; None for another address."""
    found = _PUBMED.fullmatch(url.strip()) if url else None
    return found[1] if found else None


def canonical_address(url: str | None) -> str | None:
    """Give an address in one form: that of a DOI or of a PubMed page as these write it, any other as it is."""
    if doi := doi_of(url):
        return f"https://doi.org/{doi}"
    if pmid := pmid_of(url):
        return f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"
    return url.strip() if url else None


def report_names(
    *, doi: str | None = None, pmid: str | None = None, url: str | None = None, citation: str | None = None
) -> tuple[str, ...]:
    """Give the names under which a report can be known, the best first; a report's key is the first it had."""
    names = []
    if found := doi_of(doi) or (doi and doi.strip().lower()) or doi_of(url):
        names.append(f"doi:{found}")
    if found := pmid or pmid_of(url):
        names.append(f"pmid:{found}")
    if url and not names:
        names.append(f"url:{url.strip()}")
    if citation and not names:
        names.append(citation)
    return tuple(names)


def citation(study: str, own: Values) -> str | None:
    """Give the name of a study's own report that has neither DOI nor PMID; None when nothing is known of it.

    Author and year alone do not tell two reports apart, so without a title the report is known by its study.
    """
    if own.get("title"):
        parts = (own.get("authors"), own.get("year"), own["title"], own.get("journal"))
        return "cite:" + fold(" | ".join("" if part is None else str(part) for part in parts))
    return f"study:{study}" if any(value is not None for value in own.values()) else None
