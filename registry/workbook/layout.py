"""The columns of a workbook for curators: the import layout in groups, each column with all a curator must know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from registry.columns import COLUMNS, Column, Kind
from registry.models import Disease, Endpoint, Factor
from registry.terms import AttributeLevel, AttributeType

if TYPE_CHECKING:
    from registry.vocabulary import AttributeDeclaration, Vocabulary

#: Title of a group of columns → the column it starts with.
GROUPS: dict[str, str] = {
    "Study and its report": "study",
    "Where the number stands": "source_kind",
    "Patients": "country",
    "Counts": "n",
    "Factor and cutoff": "factor",
    "Endpoint": "endpoint",
    "Result as printed": "measure",
    "Adjustment and remarks": "adjusted",
}
CHARACTERISTICS = "Study characteristics"
#: Characters a column is wide, where the default would not do.
_WIDTHS = {"title": 40, "quote": 40, "notes": 40, "locator": 24, "source_url": 28, "study": 24, "covariates": 30}
_WIDE, _NARROW = 18, 11

_EXAMPLES: dict[str, str] = {
    "study": "kim2016",
    "cohort": "all",
    "first_author": "Kim",
    "year": "2016",
    "title": "Serum ferritin and survival in multiple myeloma",
    "journal": "Blood 2016;127:1-9",
    "doi": "10.1097/md.0000000000012678",
    "pmid": "29979374",
    "source_kind": "article",
    "source_url": "https://doi.org/10.1097/md.0000000000012678",
    "locator": "Table 2, row 3",
    "quote": "HR 2.15 (95% CI 1.74-2.66; P<.001)",
    "country": "South Korea",
    "design": "retrospective",
    "disease": "multiple myeloma",
    "treatment": "CAR-T",
    "recruited_from": "2010-01",
    "recruited_to": "2015-12",
    "centres": "Seoul National University Hospital",
    "followup_median_months": "24.5",
    "n": "120",
    "n_events": "48",
    "n_index": "60",
    "n_reference": "60",
    "events_index": "30",
    "events_reference": "18",
    "factor": "ferritin",
    "timepoint": "at diagnosis",
    "cutoff_operator": ">=",
    "cutoff_value": "550",
    "cutoff_unit": "ng/mL",
    "cutoff_text": "upper limit of normal",
    "cutoff_method": "median",
    "contrast": "above_vs_below",
    "index_group": "high ferritin",
    "reference_group": "normal ferritin",
    "scale": "log2",
    "endpoint": "OS",
    "endpoint_definition": "from infusion to death from any cause",
    "time_origin": "day of infusion",
    "horizon_days": "100",
    "measure": "hr",
    "est": "2.15",
    "ci_low": "1.74",
    "ci_high": "2.66",
    "ci_level": "95",
    "ci_type": "wald",
    "log_hr": "0.765",
    "se_log_hr": "0.108",
    "p_value": "<0.001",
    "p_test": "wald",
    "effect_direction": "worse",
    "adjusted": "yes",
    "covariates": "age; ISS",
    "origin": "reported",
    "as_printed": "HR outside its CI, as in Table 2",
    "trust": "ci",
    "notes": "n from Figure 1",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One column of the sheet: `name` in the registry, `heading` in the file, and what a curator is told of it.

    `words` (each with its definition) are those of its vocabulary; with `open` it takes others too. `whole` numbers
    stand as numbers in the sheet, everything else as text, so that a spreadsheet changes no digit.
    """

    name: str
    heading: str
    group: str
    meaning: str
    unit: str = ""
    example: str = ""
    words: Mapping[str, str] | None = None
    open: bool = False
    whole: bool = False
    number: bool = False
    required: str = ""
    width: int = _WIDE


Vocabularies = Mapping[str, Mapping[str, str]]


def fields(vocabulary: Vocabulary, words: Vocabularies) -> tuple[Field, ...]:
    """Give the columns of the import layout, then the declared characteristics; `words` as `open_words` gives them."""
    group, of_layout = "", []
    starts = {name: title for title, name in GROUPS.items()}
    for column in COLUMNS:
        if column.inputs:
            group = starts.get(column.name, group)
            of_layout.append(_of_column(column, group, words))
    levels = list(AttributeLevel)
    declared = sorted(vocabulary.attributes.values(), key=lambda each: (levels.index(each.level), each.name))
    return (*of_layout, *map(_of_characteristic, declared))


def open_words(connection: sa.Connection) -> dict[str, dict[str, str]]:
    """Read the words of the vocabularies curators extend: kind → key → what it stands for."""
    known = {
        "factor": sa.select(Factor.key, Factor.label),
        "disease": sa.select(Disease.key, sa.literal("")),
        "endpoint": sa.select(Endpoint.key, Endpoint.label),
    }
    return {
        kind: {key: "" if label == key else label for key, label in sorted(map(tuple, connection.execute(query)))}
        for kind, query in known.items()
    }


def narrowed(words: Vocabularies, keys: Mapping[str, Sequence[str]]) -> Vocabularies:
    """Keep only these keys of a vocabulary, of every one that is named."""
    return {kind: {key: known[key] for key in keys.get(kind) or known} for kind, known in words.items()}


def _of_column(column: Column, group: str, words: Vocabularies) -> Field:
    whole = column.kind is Kind.INTEGER
    chosen: Mapping[str, str] | None = words.get(column.vocabulary)
    if column.term is not None:
        chosen = {word.value: word.definition or word.label for word in column.term}
    return Field(
        name=column.name,
        heading=column.inputs[0],
        group=group,
        meaning=column.meaning,
        unit=column.unit,
        example=_EXAMPLES[column.name],
        words=chosen,
        open=column.vocabulary in ("factor", "disease"),
        whole=whole,
        number=column.kind is not Kind.TEXT,
        required=_required(column.name),
        width=_WIDTHS.get(column.name, _NARROW if column.kind is not Kind.TEXT else _WIDE),
    )


def _required(name: str) -> str:
    """Say when a cell must be filled: always, or as part of what makes a row say something."""
    if name in ("study", "factor", "endpoint"):
        return "always"
    if name in ("est", "effect_direction"):
        return "hr, or log_hr with se_log_hr, or effect_direction"
    return ""


def _of_characteristic(declared: AttributeDeclaration) -> Field:
    return Field(
        name=declared.name,
        heading=declared.name,
        group=CHARACTERISTICS,
        meaning=f"{declared.label or declared.name}, one value per {declared.level}",
        unit=declared.unit or "",
        words=dict.fromkeys(declared.levels, "") if declared.levels else None,
        number=declared.type is AttributeType.NUMBER,
    )


def headings(named: Iterable[Field]) -> Iterator[str]:
    """Give what stands in the header row."""
    return (field.heading for field in named)
