"""The catalogue of lint: one stable code for each doubt, how grave it is, what it means, what to do, and an example.

Codes of the import rules and flags mean what they mean there (`registry.ingest.issues`). An example is one estimate or
several, each given by the cells in which it differs from a complete one (`complete`); a test stores them and finds
exactly that code.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.ingest import issues
from registry.linting.complete import Cells, complete
from registry.linting.finding import Severity


@dataclass(frozen=True, slots=True)
class LintEntry:
    """What a code means and what to do; `example` draws it: per row the cells that differ from a complete one."""

    severity: Severity
    meaning: str
    remedy: str
    example: tuple[Cells, ...]


def example_rows(code: str) -> list[dict[str, str]]:
    """Give the rows of a code's example, all cells; the second row is of the second study, and so on."""
    return [complete(place) | dict(cells) for place, cells in enumerate(CATALOGUE[code].example)]


def _error(meaning: str, remedy: str, *example: Cells) -> LintEntry:
    return LintEntry(Severity.ERROR, meaning, remedy, example)


def _warning(meaning: str, remedy: str, *example: Cells) -> LintEntry:
    return LintEntry(Severity.WARNING, meaning, remedy, example)


def _note(meaning: str, remedy: str, *example: Cells) -> LintEntry:
    return LintEntry(Severity.NOTE, meaning, remedy, example)


def _imported(severity: Severity, code: str, *example: Cells) -> LintEntry:
    known = issues.CATALOGUE[code]
    return LintEntry(severity, known.meaning, known.remedy, example)


_E, _W, _N = Severity
_PRINTED = {"as_printed": "printed so", "p_value": ""}
_ALONE = {"n_index": "", "n_reference": "", "events_index": "", "events_reference": ""}

CATALOGUE: dict[str, LintEntry] = {
    # what an import checks
    "hr-outside-ci": _imported(_E, "hr-outside-ci", {"hr": "3.5", **_PRINTED}),
    "ci-reversed": _imported(_E, "ci-reversed", {"ci_low": "2.27", "ci_high": "1.08", **_PRINTED}),
    "ci-width-zero": _imported(_E, "ci-width-zero", {"ci_low": "1.56", "ci_high": "1.56", **_PRINTED}),
    "ci-not-positive": _imported(_E, "ci-not-positive", {"ci_low": "0", **_PRINTED}),
    "ci-level-range": _imported(_E, "ci-level-range", {"ci_level": "0.95", **_PRINTED}),
    "counts-impossible": _imported(_E, "counts-impossible", {"n_events": "250", **_ALONE}),
    "summary-row": _imported(_E, "summary-row", {}, {"study_key": "Overall (I2 = 71%)", **_PRINTED}),
    "unit-of-another-factor": _imported(
        _E,
        "unit-of-another-factor",
        {"biomarker": "IL-6", "factor_text": "IL6", "cutoff_value": "", "cutoff_unit": "%", "cutoff_text": "high"},
    ),
    "unit-missing": _imported(_E, "unit-missing", {"biomarker": "tumour-associated neutrophils", "cutoff_unit": ""}),
    "unit-unknown": _imported(
        _E, "unit-unknown", {"biomarker": "tumour-associated neutrophils", "cutoff_unit": "per field"}
    ),
    "dates-reversed": _imported(_E, "dates-reversed", {"recruited_from": "2012", "recruited_to": "2005"}),
    "date": _imported(_E, "date", {"recruited_to": "June 2012"}),
    "year-range": _imported(_E, "year-range", {"year": "1016", "recruited_from": "", "recruited_to": ""}),
    "doi": _imported(_E, "doi", {"doi": "doi.org/kim"}),
    "pmid": _imported(_E, "pmid", {"pmid": "PMC6076067"}),
    "url": _imported(_E, "url", {"source_url": "pubmed"}),
    "direction-contradicts": _imported(_E, "direction-contradicts", {"cutoff_operator": "<", "reference_group": ""}),
    "counts-oppose": _imported(
        _W,
        "counts-oppose",
        {"hr": "0.64", "ci_low": "0.44", "ci_high": "0.93", "events_index": "85", "events_reference": "35"},
    ),
    "se-contradicts-ci": _imported(_E, "se-contradicts-ci", {"se_log_hr": "0.296", **_PRINTED}),
    "log-contradicts-ratio": _imported(_E, "log-contradicts-ratio", {"log_hr": "0.19", **_PRINTED}),
    "covariates-unadjusted": _imported(_W, "covariates-unadjusted", {"adjusted": "no"}),
    "off-centre": _imported(_W, "off-centre", {"hr": "1.92", "p_value": ""}),
    "p-contradicts-ci": _imported(_W, "p-contradicts-ci", {"p_value": "0.4"}),
    "ci-level-assumed": _imported(_N, "ci-level-assumed", {"ci_level": ""}),
    "data-driven-cutoff": _imported(_N, "data-driven-cutoff", {"cutoff_method": "roc"}),
    "p-test-unclear": _imported(_N, "p-test-unclear", {"ci_low": "", "ci_high": "", "p_value": "0.019", "p_test": ""}),
    "name-near": _imported(_N, "name-near", {}, {"disease": "multiple myelomas"}),
    # numbers
    "se-implausible": _warning(
        "the standard error of a log hazard ratio is smaller than its number of events (failing that, of patients)"
        " allows: no two groups give a variance below 4/d, and groups of known size, p and 1 − p, at most about"
        " 1/(d·p·(1 − p)) (Schoenfeld 1981; Parmar, Torri & Stewart 1998). An SE down to 10 % smaller is let pass, for"
        " printed bounds are rounded",
        "compare CI and number of events with the source: is it a CI of another level, per one unit, or the SD?",
        {"hr": "1.56", "ci_low": "1.40", "ci_high": "1.74", "p_value": ""},
    ),
    "ratio-extreme": _warning(
        "a ratio above 20 or below 1/20",
        "is a decimal point lost, or is it per another unit? If it is printed so, nothing",
        {"hr": "31", "ci_low": "21.5", "ci_high": "44.7", "p_value": ""},
    ),
    "direction-contradicts-ratio": _warning(
        "the direction in words is not that of the ratio",
        "compare both with the source; which group is the index group?",
        {"effect_direction": "better"},
    ),
    "same-numbers": _warning(
        "the same ratio and CI of one factor and endpoint in two studies: copied into the wrong row, or one cohort"
        " reported twice",
        "compare both with their sources; if the patients are the same, `evireg overlaps confirm`, else `dismiss`",
        {},
        {"hr": "1.56", "ci_low": "1.08", "ci_high": "2.27", "quote": "HR 1.56"},
    ),
    "same-numbers-in-cohort": _warning(
        "two estimates of one cohort, factor and endpoint have the same ratio and CI: one estimate entered twice, with"
        " a cutoff, covariates or place spelled differently",
        "keep one of them, and exclude the other with a reason",
        {},
        {**complete(0), "covariates": "age; ISS; LDH"},
    ),
    "direction-opposite": _warning(
        "an estimate whose interval excludes 1 (|z| ≥ 1.96) on the other side than at least 80 % of at least 5 such"
        " estimates of other studies on the same factor, disease and endpoint",
        "are index and reference group exchanged, or the endpoint turned round? If it is so in the source, nothing",
        {"hr": "0.64", "ci_low": "0.44", "ci_high": "0.93", "events_index": "55", "events_reference": "65"},
        {},
        {"ci_low": "1.02", "hr": "1.46", "ci_high": "2.09"},
        {},
        {},
        {},
    ),
    # sizes
    "groups-not-all": _note(
        "the two groups together are fewer than n",
        "was the factor missing in some patients? Then n is the number with both groups",
        {"n_patients": "240"},
    ),
    "n-over-cohort": _warning(
        "a named cohort of a study has more patients than the whole study (its cohort `all`)",
        "is n that of another cohort, or the cohort no part of the study?",
        {},
        {
            **complete(0),
            "cohort": "high risk",
            "n_patients": "2110",
            **_ALONE,
            "hr": "1.41",
            "ci_low": "0.97",
            "ci_high": "2.05",
            "p_value": "",
            "quote": "HR 1.41",
        },
    ),
    # factor and cutoff
    "cutoff-missing": _note(
        "two groups are compared and the cutoff between them is not given",
        "read it, as a number with unit or in words (cutoff_text)",
        {"cutoff_value": "", "cutoff_operator": "", "cutoff_unit": "", "cutoff_method": ""},
    ),
    "cutoff-method-missing": _note(
        "how the cutoff was chosen was not read: one that was fitted to the outcome biases the ratio away from 1"
        " (Altman 1994)",
        "read it: prespecified, median, quantile, roc, min_p, data_driven",
        {"cutoff_method": ""},
    ),
    "unit-inconvertible": _warning(
        "the unit of the cutoff does not convert to the factor's own: another quantity, or an arbitrary unit such as"
        " {ULN}. ng/mL, ug/L and 10*3/uL, 10*9/L convert",
        "correct the unit; of a multiple of the upper limit of normal, give the value if the source has it",
        {"biomarker": "LDH", "cutoff_value": "1", "cutoff_unit": "{ULN}"},
    ),
    "cutoff-implausible": _warning(
        "the cutoff, in the factor's own unit, is outside its plausible range (seeds/vocabulary/factors.toml)",
        "is the unit another, or a decimal point lost?",
        {"biomarker": "ferritin", "cutoff_value": "550", "cutoff_unit": "mg/dL"},
    ),
    # time
    "year-in-future": _error("published later than next year", "correct the year", {"year": "2099"}),
    "recruited-after-publication": _warning(
        "recruitment ended after the year of publication", "check both dates", {"recruited_to": "2019"}
    ),
    "followup-impossible": _warning(
        "a median follow-up longer than from the first patient to the publication",
        "is it in days or weeks? The registry holds months",
        {"followup_median_months": "1200"},
    ),
    "followup-missing": _note(
        "the median follow-up of a cohort was not read: late events are not comparable without it",
        "read it; in months",
        {"followup_median_months": ""},
    ),
    # endpoint
    "definitions-differ": _note(
        "reports that one pool would take define the endpoint, or the start of the clock, differently",
        "read them side by side; if they are not the same endpoint, name one in the condition of the pool",
        {},
        {"time_origin": "transplantation"},
    ),
    # source and review
    "source-missing": _warning(
        "nothing says which document the number was read in: no DOI, PMID or address",
        "give one of them",
        {"doi": "", "source_url": ""},
    ),
    "covariates-missing": _note(
        "an adjusted estimate whose covariates are not given", "read them; `; ` between them", {"covariates": ""}
    ),
    "covariates-unsplit": _note(
        "a list of covariates stored before commas and qualifiers were taken apart; `adjusts_for` looks into it",
        "amend covariates to the list the message gives: the estimate gets the key it would have today",
        {"covariates": "age, ISS III"},
    ),
    "adjusted-unclear": _note(
        "whether the estimate is adjusted was not read; a pool refuses to mix it with others unless told",
        "read it: yes or no",
        {"adjusted": "", "covariates": ""},
    ),
    "accepted-without-locator": _error(
        "an accepted estimate without its place in the document",
        "give the locator, or take the acceptance back",
        {"status": "accepted", "source_locator": ""},
    ),
    "accepted-without-quote": _error(
        "an accepted estimate without the printed words",
        "give the quote, or take the acceptance back",
        {"status": "accepted", "quote": ""},
    ),
    "retracted": _warning(
        "an estimate of a retracted report that is not excluded; selections leave it out all the same",
        "exclude it, with the retraction as reason",
        {"retracted": "yes"},
    ),
    "title-retracted": _warning(
        "the title says that the report is retracted, the registry does not know it",
        "look the report up; `evireg retract`",
        {"title": "RETRACTED: Neutrophils and survival in myeloma at Seoul"},
    ),
    "simulated-among-real": _warning(
        "simulated estimates in a registry of real ones: never pooled with them, but easily mistaken",
        "keep simulated data in a registry of their own",
        {},
        {"origin": "simulated"},
    ),
    # reports and cohorts
    "doi-twice": _warning(
        "one DOI under two reports: in another case, of another version (v1, v2), or in the address of a report that"
        " has none",
        "give both the same DOI, so that they are one report",
        {"doi": "10.1000/same.v1"},
        {"doi": "10.1000/same.v2"},
    ),
    "pmid-twice": _warning(
        "one PubMed id under two reports, in the address of one of them",
        "give both the same PMID, so that they are one report",
        {"pmid": "29979374"},
        {"source_url": "https://europepmc.org/article/MED/29979374"},
    ),
    "title-twice": _warning(
        "two reports with one title",
        "if it is one report, give both its DOI",
        {},
        {"title": "Neutrophils and survival in myeloma at Seoul"},
    ),
    "report-of-two-studies": _note(
        "two studies with one own report: perhaps one study under two keys",
        "if it is one study, give all rows one study_key",
        {},
        {**{name: complete(0)[name] for name in ("doi", "title", "first_author", "source_url")}},
    ),
    "names-one": _note(
        "two names that are one but for case, accents, commas, hyphens or et al.",
        "if it is one study, disease or factor, amend the rows of one of them to the name of the other",
        {},
        {"study_key": "Kim2016"},
    ),
    "overlap-possible": _warning(
        "two cohorts may share patients; nobody has decided whether they do (`evireg overlaps`)",
        "`evireg overlaps confirm A B --kind … --reason …` or `evireg overlaps dismiss A B --reason …`",
        {"centres": "Seoul", "recruited_from": "2005"},
        {"centres": "Seoul", "country": "Korea"},
    ),
}
