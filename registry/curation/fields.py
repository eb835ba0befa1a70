"""Texts as a curator types them → typed values by contract name or study characteristic, by the rules of an import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from registry.columns import BY_INPUT, BY_NAME
from registry.errors import UsageError
from registry.ingest.comparing import take_words
from registry.ingest.files import Row, Table
from registry.ingest.header import Header, input_name
from registry.ingest.issues import Problem
from registry.ingest.records import Layout
from registry.vocabulary import AttributeDeclaration, Vocabulary
from registry.writing.keys import DEFAULTS

_BY_FOLDED = {name.casefold(): column.name for name, column in BY_INPUT.items()}
_BY_FOLDED |= {name.casefold(): name for name, column in BY_NAME.items() if column.inputs}


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed: `values` by contract name, `attributes` by declared name, what could not be read as `problems`.

    `given` maps each name to the field as the curator wrote it; `new_names` are (kind, name) of factors and diseases
    the registry does not know.
    """

    values: dict[str, Any]
    attributes: dict[str, Any]
    problems: list[Problem]
    given: Mapping[str, str]
    new_names: tuple[tuple[str, str], ...]


def read_changes(changes: Mapping[str, str | None], vocabulary: Vocabulary) -> Typed:
    """Type the fields of one amendment; None or an empty text empties a field, or gives it its default.

    UsageError for a field that does not exist or that no curator fills in, naming the nearest, and for one given twice.
    """
    columns, attributes, given = _positions(changes, vocabulary.attributes)
    cells = ["" if text is None else str(text) for text in changes.values()]
    table = Table("", tuple(changes), lambda: iter(()))
    layout = Layout(table, Header(columns, attributes, {}, ()), vocabulary, vocabulary.attributes)
    record, problems = layout.read(Row(0, cells))
    unasked = {name for name in DEFAULTS if name not in columns}
    values = {name: value for name, value in record.values.items() if name not in unasked}
    take_words(values)
    characteristics = {name: record.attributes.get(name) for name in attributes}
    return Typed(values, characteristics, problems, given, tuple(layout.new_names))


def _positions(
    changes: Mapping[str, str | None], declared: Mapping[str, AttributeDeclaration]
) -> tuple[dict[str, int], dict[str, int], dict[str, str]]:
    """Say which cell is which contract column or study characteristic, and how the curator called each."""
    if not changes:
        raise UsageError("nothing to amend was given", "give fields and values, such as country=Japan")
    characteristics = {name.casefold(): name for name in declared}
    columns: dict[str, int] = {}
    attributes: dict[str, int] = {}
    given: dict[str, str] = {}
    for place, field in enumerate(changes):
        folded = field.strip().casefold()
        name = _BY_FOLDED.get(folded) or characteristics.get(folded)
        if name is None:
            raise _unknown(field, declared)
        if name in given:
            raise UsageError(f"{field!r} is the same field as {given[name]!r}", "give each field once")
        given[name] = field.strip()
        (columns if folded in _BY_FOLDED else attributes)[name] = place
    return columns, attributes, given


def _unknown(field: str, declared: Iterable[str]) -> UsageError:
    name = field.strip().casefold()
    if name in ("status", "status_reason"):
        return UsageError(f"{name} is not amended: a review decides it", "use evireg review")
    if name == "retracted":
        return UsageError("a retraction is not amended", "use evireg retract REPORT, and undo to take it back")
    if name == "overlap_group":
        return UsageError("overlap_group follows from declared overlaps", "use evireg overlaps")
    if name.endswith("_text") and name in BY_NAME:
        number = name.removesuffix("_text")
        shown = input_name("p_value" if number == "p" else number)
        return UsageError(f"{name} is what was typed for {shown}", f"amend {shown}: the text is kept as typed")
    if name in BY_NAME:
        return UsageError(f"{name} is made by the registry", "amend the fields it follows from")
    known = [*BY_INPUT, *declared]
    near = get_close_matches(name, known, n=3, cutoff=0.6)
    hint = f"nearest: {', '.join(near)}" if near else "see: evireg columns"
    return UsageError(f"{field!r} is no field of an estimate, its cohort or its report", hint)
