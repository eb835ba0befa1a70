"""A result as a FHIR R5 bundle: Evidence with its statistic, EvidenceVariables of the question, a Citation per report.

Codes are those of the value sets that HL7 publishes for these fields; what they have no code for (the prediction
interval) is told in text.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from registry.formats.rows import plain
from registry.report.prose import direction_said
from registry.terms import Measure
from registry.texts import in_json

if TYPE_CHECKING:
    from registry.formats.analysed import Analysed
    from registry.pooling.pooled import Pooled

Resource = dict[str, Any]

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
_STATISTIC = {
    Measure.HR: ("C93150", "Hazard Ratio"),
    Measure.CAUSE_SPECIFIC_HR: ("C93150", "Hazard Ratio"),
    Measure.SUBDISTRIBUTION_HR: ("C93150", "Hazard Ratio"),
    Measure.RR: ("C93152", "Relative Risk"),
    Measure.OR: ("C16932", "Odds Ratio"),
}
#: Names of resources are made from the digest of the rows, so that the same result has the same names.
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:evireg:fhir")
_CERTAINTY = "http://hl7.org/fhir/certainty-rating"
_CERTAINTY_CODES = {
    "high": ("high", "High quality"),
    "moderate": ("moderate", "Moderate quality"),
    "low": ("low", "Low quality"),
    "very_low": ("very-low", "Very low quality"),
}
SIMULATED = "SIMULATED: these cohorts are invented; this is no evidence."


def bundle(found: Analysed) -> bytes:
    """Write the bundle (type collection) as JSON."""
    names = _names(found)
    resources = [
        (names["evidence"], _evidence(found, names)),
        *((names[role], variable) for role, variable in _variables(found)),
        *((names[item["id"]], _citation(item, found)) for item in found.references),
    ]
    made = {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": found.made_at,
        "entry": [
            {"fullUrl": f"urn:uuid:{name}", "resource": {**resource, "id": name}} for name, resource in resources
        ],
    }
    return (in_json(json.dumps(_kept(made), ensure_ascii=False, indent=2, allow_nan=False)) + "\n").encode()


def _names(found: Analysed) -> dict[str, str]:
    """Name each resource by what it is of: the query, its version and the rows."""
    of = f"{found.query.name}/{found.query.version}/{found.result.provenance['digest']}"
    wanted = ["evidence", "population", "exposure", "measuredVariable", *(item["id"] for item in found.references)]
    return {each: str(uuid.uuid5(_NAMESPACE, f"{of}/{each}")) for each in wanted}


def _kept(value: Any) -> Any:
    """Leave out what is empty: FHIR has no null."""
    if isinstance(value, Mapping):
        return {name: kept for name, each in value.items() if (kept := _kept(each)) not in (None, [], {}, "")}
    if isinstance(value, list | tuple):
        return [kept for each in value if (kept := _kept(each)) not in (None, [], {}, "")]
    return value


def _concept(system: str, code: str, display: str) -> Resource:
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


def _reference(name: str, display: str) -> Resource:
    return {"reference": f"urn:uuid:{name}", "display": display}


def _question(found: Analysed) -> dict[str, str]:
    about = found.result.about
    factor = about.get("factor", "prognostic factor")
    return {
        "population": f"Patients with {about['disease']}" if "disease" in about else "Patients of the included cohorts",
        "exposure": f"{factor}: {direction_said(found.result.direction)}",
        "measuredVariable": about.get("endpoint", "endpoint"),
    }


# -- evidence ----------------------------------------------------------------------------------------------------------


def _evidence(found: Analysed, names: Mapping[str, str]) -> Resource:
    result, question = found.result, _question(found)
    made = result.provenance
    return {
        "resourceType": "Evidence",
        "identifier": [{"system": "urn:evireg:rows-sha256", "value": made["digest"]}],
        "version": str(found.query.version),
        "name": re.sub(r"[^A-Za-z0-9_]", "_", found.query.name),
        "title": f"{'SIMULATED: ' if result.simulated else ''}{found.title}",
        "status": "draft" if result.simulated else "active",
        "experimental": result.simulated,
        "date": found.made_at,
        "description": " ".join([SIMULATED] * result.simulated + [f"{note}." for note in result.notes]),
        "note": [
            {"text": f"{made['engine']}, changeset {made.get('changeset')}; {made.get('condition') or 'every row'}"}
        ],
        "relatedArtifact": [
            {"type": "derived-from", "resourceReference": _reference(names[item["id"]], item.get("title", item["id"]))}
            for item in found.references
        ],
        "synthesisType": _concept(f"{_TERMINOLOGY}synthesis-type", "std-MA", "summary data meta-analysis"),
        "variableDefinition": [
            {
                "description": question[role],
                "variableRole": _concept(f"{_TERMINOLOGY}variable-role", role, role),
                "observed": _reference(names[role], question[role]),
            }
            for role in question
        ],
        "statistic": [_statistic(result.pool, result.measure, found)],
        "certainty": list(_certainty(found)),
    }


def _statistic(pool: Pooled, measure: str | None, found: Analysed) -> Resource:
    code = _STATISTIC.get(Measure(measure)) if measure else None
    label = Measure(measure).label if measure else "ratio"
    return {
        "description": f"Pooled {label}, {pool.method}, test {pool.test}",
        "statisticType": _concept(f"{_TERMINOLOGY}statistic-type", *code) if code else {"text": label},
        "quantity": _quantity(pool.hr),
        "sampleSize": {
            "description": f"{pool.k} estimates",
            "numberOfStudies": len({each.study or each.label for each in found.result.estimates}),
            "numberOfParticipants": pool.n,
        },
        "attributeEstimate": list(_attributes(pool)),
    }


def _quantity(value: float | None) -> Resource | None:
    return None if value is None else {"value": value}


def _attributes(pool: Pooled) -> Iterator[Resource]:
    def kind(code: str, display: str) -> Resource:
        return _concept(f"{_TERMINOLOGY}attribute-estimate-type", code, display)

    if pool.hr_ci_low is not None and pool.hr_ci_high is not None:
        yield {
            "description": f"{pool.level:g} % confidence interval",
            "type": kind("C53324", "Confidence interval"),
            "level": pool.level / 100.0,
            "range": _range(pool.hr_ci_low, pool.hr_ci_high),
        }
    if pool.hr_pi_low is not None and pool.hr_pi_high is not None:
        yield {
            "description": f"{pool.level:g} % prediction interval for the ratio in a new setting, rule {pool.pi_rule}",
            "type": {"text": "Prediction interval"},
            "level": pool.level / 100.0,
            "range": _range(pool.hr_pi_low, pool.hr_pi_high),
        }
    numbers = (
        ("C44185", "P-value", pool.p, "of no association"),
        ("0000421", "Tau squared", pool.tau2, f"on the log scale, {pool.method}"),
        ("0000420", "I-squared", pool.i2, "in percent"),
        ("0000419", "Cochran's Q statistic", pool.q, f"on {pool.q_df} degrees of freedom"),
    )
    for code, display, value, said in numbers:
        if value is not None:
            yield {"description": f"{display} {said}", "type": kind(code, display), "quantity": {"value": value}}


def _range(low: float, high: float) -> Resource:
    return {"low": {"value": low}, "high": {"value": high}}


def _certainty(found: Analysed) -> Iterator[Resource]:
    """Give the certainty by GRADE where people rated it: the whole, then each domain with its reason."""
    rated = [each for each in found.findings.domains if each.rating is not None]
    if not rated:
        return
    whole = found.findings.certainty
    rating = _CERTAINTY_CODES[str(whole)] if whole is not None else None
    yield {
        "description": " ".join(f"{remark}." for remark in found.findings.remarks) or "GRADE for prognostic factors",
        "type": {"text": "Overall certainty (GRADE)"},
        "rating": _concept(_CERTAINTY, *rating) if rating else {"text": "not every domain is rated"},
        "subcomponent": [
            {
                "description": each.rating.reason,
                "type": {"text": each.domain.label},
                "rating": {"text": each.rating.judgement.label},
                "rater": each.rating.curator,
            }
            for each in rated
            if each.rating is not None
        ],
    }


# -- variables and citations -------------------------------------------------------------------------------------------


def _variables(found: Analysed) -> Iterator[tuple[str, Resource]]:
    for role, title in _question(found).items():
        yield (
            role,
            {
                "resourceType": "EvidenceVariable",
                "title": title,
                "status": "active",
                "experimental": found.result.simulated,
                "description": "; ".join(_said(found, role)) or title,
                "characteristic": [{"description": title, "definitionCodeableConcept": {"text": title}}],
                "handling": "dichotomous" if role == "exposure" else None,
            },
        )


def _said(found: Analysed, role: str) -> Iterator[str]:
    """Say what the reports say of a variable: cutoffs of the factor, definitions of the endpoint, diseases."""
    names = {
        "population": ("disease", "treatment"),
        "exposure": ("cutoff_text", "cutoff_value", "timepoint"),
        "measuredVariable": ("endpoint_definition", "time_origin"),
    }[role]
    for name in names:
        values = sorted({str(value) for value in plain(found.result.rows[name]) if value is not None})
        if values:
            yield f"{name.replace('_', ' ')}: {', '.join(values)}"


def _citation(item: Mapping[str, Any], found: Analysed) -> Resource:
    title = item.get("title", item["id"])
    dates: Sequence[Any] = (item.get("issued") or {}).get("date-parts") or [[None]]
    published = {
        "publishedIn": {"title": item.get("container-title")},
        "volume": item.get("volume"),
        "issue": item.get("issue"),
        "articleDate": str(dates[0][0]) if dates[0][0] else None,
        "pageString": item.get("page"),
    }
    address = f"https://doi.org/{item['DOI']}" if item.get("DOI") else item.get("URL")
    return {
        "resourceType": "Citation",
        "title": title,
        "status": "active",
        "experimental": found.result.simulated,
        "citedArtifact": {
            "identifier": list(_identifiers(item)),
            "title": [{"text": title}],
            "publicationForm": [_kept(published)],
            "webLocation": [{"url": address}] if address else None,
            "contributorship": {"summary": [{"value": _authors(item)}]} if item.get("author") else None,
        },
    }


def _identifiers(item: Mapping[str, Any]) -> Iterator[Resource]:
    if item.get("DOI"):
        yield {"system": "https://doi.org", "value": item["DOI"]}
    if item.get("PMID"):
        yield {"system": "https://pubmed.ncbi.nlm.nih.gov", "value": item["PMID"]}


def _authors(item: Mapping[str, Any]) -> str:
    return ", ".join(
        name.get("literal") or " ".join(filter(None, (name.get("family"), name.get("given"))))
        for name in item["author"]
    )
