"""The header of a file → which cell is which column, and the issues of columns that cannot be taken."""

from __future__ import annotations

import keyword
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from registry.columns import BY_INPUT, BY_NAME
from registry.ingest.files import Table
from registry.issues import Issue
from registry.vocabulary import AttributeDeclaration

_BY_FOLDED = {name.casefold(): column.name for name, column in BY_INPUT.items()}
_INPUT_OF = {column.name: column.inputs[0] for column in BY_NAME.values() if column.inputs}
_RESERVED = frozenset(name.casefold() for name in (*BY_NAME, *BY_INPUT, "contains", "none"))
#: One of these sets of columns must be there, for a row to say anything about a factor.
_RESULTS = (("est",), ("log_hr", "se_log_hr"), ("effect_direction",))


@dataclass(frozen=True, slots=True)
class Header:
    """Cell positions: of contract `columns`, of declared `attributes` and of `undeclared` columns, by name."""

    columns: Mapping[str, int]
    attributes: Mapping[str, int]
    undeclared: Mapping[str, int]
    issues: tuple[Issue, ...]


def read_header(
    table: Table,
    declared: Mapping[str, AttributeDeclaration],
    *,
    attributes: bool = False,
    ignore: Collection[str] = (),
) -> Header:
    """Match the header to the layout and the declared characteristics; names match case-folded."""
    names = [name.strip() for name in table.header]
    ignored = {name.strip().casefold() for name in ignore}
    characteristics = {name.casefold(): name for name in declared}
    found: dict[str, dict[str, int]] = {"columns": {}, "attributes": {}, "undeclared": {}}
    issues = list(_ignored_in_vain(table, names, ignore))
    taken: dict[str, str] = {}
    for index, name in enumerate(names):
        folded = name.casefold()
        if folded in ignored:
            continue
        kind, meant = _kind_of(folded, name, characteristics)
        problem = _fault(name, taken.get(meant.casefold()), kind, [*BY_INPUT, *declared], attributes=attributes)
        if problem:
            code, message, expected = problem
            column = name or f"column {index + 1}"
            issues.append(Issue(code, message, "error", table.file, 1, column, name[:80], expected))
        else:
            found[kind][meant] = index
        taken.setdefault(meant.casefold(), name)
    issues += _missing(table, found["columns"])
    return Header(found["columns"], found["attributes"], found["undeclared"], tuple(issues))


def input_name(column: str) -> str:
    """Give the layout's own name of a contract column."""
    return _INPUT_OF.get(column, column)


def _kind_of(folded: str, name: str, characteristics: Mapping[str, str]) -> tuple[str, str]:
    if folded in _BY_FOLDED:
        return "columns", _BY_FOLDED[folded]
    if folded in characteristics:
        return "attributes", characteristics[folded]
    return "undeclared", name


def _fault(
    name: str, earlier: str | None, kind: str, known: list[str], *, attributes: bool
) -> tuple[str, str, str] | None:
    """Give code, message and what was expected for a column that cannot be taken."""
    if not name:
        return "column-unnamed", "the column has no name", "a name for every column"
    if earlier is not None:
        return "column-repeated", f"{name!r} is the same column as {earlier!r}", "each column once"
    if kind != "undeclared":
        return None
    if not attributes:
        near = get_close_matches(name, known, n=1, cutoff=0.6)
        message = f"the import layout has no column {name!r}" + (f" (is it {near[0]!r}?)" if near else "")
        expected = "a column of the layout; --attributes declares it as a study characteristic, --ignore leaves it out"
        return "column-unknown", message, expected
    if name.isidentifier() and not keyword.iskeyword(name) and name.casefold() not in _RESERVED and len(name) <= 100:
        return None
    return "column-name", f"{name[:80]!r} cannot name a study characteristic", "letters, digits, _; no name in use"


def _ignored_in_vain(table: Table, names: list[str], ignore: Collection[str]) -> Iterator[Issue]:
    folded = {name.casefold() for name in names}
    for name in ignore:
        if name.strip().casefold() not in folded:
            near = get_close_matches(name, names, n=1, cutoff=0.6)
            message = f"there is no column {name!r} to ignore" + (f" (is it {near[0]!r}?)" if near else "")
            yield Issue("ignore-unknown", message, file=table.file, line=1, expected="a column of the file")


def _missing(table: Table, columns: Mapping[str, int]) -> Iterator[Issue]:
    for name in ("study", "factor", "endpoint"):
        if name not in columns:
            message = f"the column {input_name(name)!r} is missing"
            yield Issue("column-missing", message, file=table.file, line=1, expected="a column of this name")
    if not any(all(name in columns for name in names) for names in _RESULTS):
        expected = "hr, or log_hr and se_log_hr, or effect_direction"
        yield Issue("column-missing", "no column holds a result", file=table.file, line=1, expected=expected)
