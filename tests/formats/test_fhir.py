"""The FHIR bundle, validated by fhir.resources, the reference models of R5 in Python."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fhir.resources.bundle import Bundle

from registry.formats.analysed import Analysed
from registry.formats.fhir import bundle
from registry.handle import Registry

DOMAINS = ("risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias")


def resources(found: Analysed) -> dict[str, list[dict[str, Any]]]:
    """Validate the bundle of an analysis, and give its resources by type."""
    content = bundle(found)
    Bundle.model_validate_json(content)
    by_type: dict[str, list[dict[str, Any]]] = {}
    for entry in json.loads(content)["entry"]:
        by_type.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
    return by_type


@pytest.mark.parametrize("name", ["dlbcl", "simulated"])
def test_bundle_is_valid_r5(name: str, request: pytest.FixtureRequest) -> None:
    """The bundle holds one Evidence, three variables and a Citation per report, all valid by the models of R5."""
    found: Analysed = request.getfixturevalue(name)
    held = resources(found)
    assert {kind: len(each) for kind, each in held.items()} == {
        "Evidence": 1,
        "EvidenceVariable": 3,
        **({"Citation": len(found.references)} if found.references else {}),
    }


def test_every_query_of_the_seeds_is_valid(evidence: Registry) -> None:
    """The pool of every saved query of the seeds that can be pooled is a valid bundle."""
    for query in evidence.queries():
        if query.name != "ferritin-cart-pfs":
            assert resources(evidence.analysed(query.name))["Evidence"]


def test_statistic_is_the_pool(dlbcl: Analysed) -> None:
    """The statistic is the hazard ratio with its CI, prediction interval, p, tau², I² and Q, unrounded."""
    [evidence] = resources(dlbcl)["Evidence"]
    [statistic] = evidence["statistic"]
    pool = dlbcl.result.pool
    assert statistic["statisticType"]["coding"][0]["code"] == "C93150"
    assert statistic["quantity"]["value"] == pool.hr
    assert statistic["sampleSize"]["numberOfParticipants"] == pool.n
    by_name = {each["type"]["text"]: each for each in statistic["attributeEstimate"]}
    interval = by_name["Confidence interval"]
    assert (interval["level"], interval["range"]["low"]["value"]) == (0.95, pool.hr_ci_low)
    assert by_name["Prediction interval"]["range"]["high"]["value"] == pool.hr_pi_high
    assert by_name["I-squared"]["quantity"]["value"] == pool.i2
    assert by_name["Tau squared"]["quantity"]["value"] == pool.tau2


def test_references_lead_to_resources(dlbcl: Analysed) -> None:
    """Every reference within the bundle is the full address of one of its entries."""
    made = json.loads(bundle(dlbcl))
    there = {entry["fullUrl"] for entry in made["entry"]}
    text = json.dumps(made)
    assert len(there) == len(made["entry"])
    assert all(f'"reference": "{url}"' in text for url in there if url != made["entry"][0]["fullUrl"])


def test_certainty_is_there_when_rated(own: Registry) -> None:
    """Without a rating there is no certainty; with every domain rated there is one, with each reason."""
    assert "certainty" not in resources(own.analysed("nlr-dlbcl-os"))["Evidence"][0]
    for domain in DOMAINS:
        own.grade("nlr-dlbcl-os", domain, "serious" if domain == "risk_of_bias" else "none", reason=f"why {domain}")
    [certainty] = resources(own.analysed("nlr-dlbcl-os"))["Evidence"][0]["certainty"]
    assert certainty["rating"]["coding"][0]["code"] == "moderate"
    assert {each["description"] for each in certainty["subcomponent"]} == {f"why {domain}" for domain in DOMAINS}


def test_simulated_evidence_is_a_draft_and_experimental(simulated: Analysed) -> None:
    """A simulated pool is marked experimental, a draft, and in its title."""
    [evidence] = resources(simulated)["Evidence"]
    assert (evidence["status"], evidence["experimental"]) == ("draft", True)
    assert evidence["title"].startswith("SIMULATED")
