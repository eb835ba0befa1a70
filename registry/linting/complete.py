"""Estimates that give no cause for doubt: what examples of lint differ from."""

from __future__ import annotations

from collections.abc import Mapping

Cells = Mapping[str, str]

#: A study that gives no cause for doubt: input column → cell.
_COMPLETE: Cells = {
    "study_key": "kim2016", "cohort": "", "first_author": "Kim J", "year": "2016",
    "title": "Neutrophils and survival in myeloma at Seoul", "doi": "10.1000/kim2016",
    "source_kind": "article", "source_url": "https://example.org/kim2016", "source_locator": "Table 2",
    "quote": "HR 1.56 (95% CI 1.08-2.27)",
    "country": "Korea", "design": "retrospective cohort", "disease": "multiple myeloma", "treatment": "bortezomib",
    "recruited_from": "2005", "recruited_to": "2012", "centres": "Seoul", "followup_median_months": "40",
    "n_patients": "211", "n_events": "120", "n_index": "101", "n_reference": "110",
    "events_index": "65", "events_reference": "55",
    "biomarker": "NLR", "cutoff_operator": ">=", "cutoff_value": "3", "cutoff_unit": "1",
    "cutoff_method": "prespecified", "contrast": "above_vs_below", "reference_group": "below 3",
    "endpoint": "OS", "endpoint_definition": "time to death", "time_origin": "diagnosis",
    "hr": "1.56", "ci_low": "1.08", "ci_high": "2.27", "ci_level": "95", "p_value": "0.019", "p_test": "wald",
    "adjusted": "yes", "covariates": "age; ISS", "as_printed": "",
}  # fmt: skip

#: Further studies, so that examples of several rows have nothing in common but what they are about.
_STUDIES = (
    ("kim2016", "Kim J", "Korea", "Seoul", "211", "1.56", "1.08", "2.27"),
    ("romano2015", "Romano A", "Italy", "Catania", "219", "1.71", "1.18", "2.48"),
    ("fox2018", "Fox P", "Canada", "Toronto", "223", "1.44", "1.00", "2.08"),
    ("silva2017", "Silva R", "Brazil", "Recife", "227", "1.62", "1.12", "2.35"),
    ("okafor2019", "Okafor C", "Nigeria", "Lagos", "229", "1.83", "1.26", "2.66"),
    ("lind2014", "Lind E", "Sweden", "Uppsala", "233", "1.52", "1.05", "2.20"),
)


def complete(place: int = 0) -> dict[str, str]:
    """Give the cells of a complete row: the estimate of one study in six, which have no circumstance in common."""
    study, author, country, centre, n, hr, low, high = _STUDIES[place]
    index = str(int(n) - 110)
    return {
        **_COMPLETE, "study_key": study, "first_author": author, "country": country, "centres": centre,
        "title": f"Neutrophils and survival in myeloma at {centre}", "doi": f"10.1000/{study}",
        "source_url": f"https://example.org/{study}", "quote": f"HR {hr} (95% CI {low}-{high})",
        "n_patients": n, "n_index": index, "hr": hr, "ci_low": low, "ci_high": high,
        "p_value": "0.019" if study == "kim2016" else "",
    }  # fmt: skip
