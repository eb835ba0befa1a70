"""People, rules, names, and what is declared: tables that others refer to."""

from __future__ import annotations

from registry.archive.table import Table, own, plain, table
from registry.models import (
    AppraisalTool,
    Attribute,
    ColumnMap,
    Curator,
    Disease,
    Endpoint,
    Factor,
    Setting,
    Synonym,
)

VOCABULARY: tuple[Table, ...] = (
    table(
        "curators",
        "People answerable for changes",
        plain(Curator),
        of=own(Curator),
        key=("name",),
        meanings={
            "name": "name changes are signed with",
            "orcid": "ORCID iD",
            "competing_interests": "competing interests, in the curator's words",
            "registered": "whether the team says who it is",
        },
    ),
    table(
        "settings",
        "Rules of the registry",
        plain(Setting),
        of=own(Setting),
        key=("name",),
        meanings={"name": "name of the rule", "value": "its value"},
    ),
    table(
        "column_maps",
        "Saved ways to read files with other headings",
        plain(ColumnMap),
        of=own(ColumnMap),
        key=("name",),
        meanings={"name": "name of the map", "headings": "column of the layout → heading in the file"},
    ),
    table(
        "factors",
        "Prognostic factors",
        plain(Factor),
        of=own(Factor),
        key=("key",),
        meanings={
            "key": "name of the factor",
            "label": "as it is shown",
            "canonical_unit": "its unit (UCUM)",
            "dimensionless": "whether its cutoffs need no unit",
            "loinc": "LOINC code",
            "plausible_low": "cutoffs below are worth a second look",
            "plausible_high": "cutoffs above are worth a second look",
            "read_as": "the direction people read it in",
            "levels": "its groups where it is no number, the higher or positive one first",
        },
    ),
    table("diseases", "Diseases", plain(Disease), of=own(Disease), key=("key",), meanings={"key": "name"}),
    table(
        "endpoints",
        "Event definitions",
        plain(Endpoint),
        of=own(Endpoint),
        key=("key",),
        meanings={
            "key": "name of the endpoint",
            "label": "as it is shown",
            "definition": "which events count",
            "time_origin": "when the clock starts",
        },
    ),
    table(
        "synonyms",
        "Names under which factors, diseases, endpoints and covariates are known",
        plain(Synonym),
        of=own(Synonym),
        key=("vocabulary", "folded"),
        meanings={
            "vocabulary": "factor, disease, endpoint or covariate",
            "folded": "the name as it is matched: case-folded, spaces collapsed",
            "name": "the name",
            "key": "what it stands for",
        },
    ),
    table(
        "appraisal_tools",
        "Tools for appraising risk of bias",
        plain(AppraisalTool),
        of=own(AppraisalTool),
        key=("name",),
        meanings={"name": "name of the tool", "title": "its title", "source": "where it is published"},
    ),
    table(
        "attributes",
        "Declared study characteristics",
        plain(Attribute),
        of=own(Attribute),
        key=("name",),
        order=(Attribute.id,),
        meanings={
            "name": "name in conditions",
            "label": "as it is shown",
            "type": "text, number or category",
            "unit": "unit of a number",
            "levels": "allowed values of a category, as a JSON list; empty: any",
            "level": "what it belongs to: study, cohort or estimate",
            "tool": "the appraisal tool it is a domain of",
            "guidance": "how the tool wants it judged",
        },
    ),
)
