"""The header of a file → which cell is which column, and the issues of columns that cannot be taken."""

from __future__ import annotations

import keyword
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from registry.appraisal import shipped_with
from registry.columns import BY_INPUT, BY_NAME
from registry.ingest.files import Table, refused
from registry.issues import Issue
from registry.vocabulary import AttributeDeclaration

_BY_FOLDED = {name.casefold(): column.name for name, column in BY_INPUT.items()}
_INPUT_OF = {column.name: column.inputs[0] for column in BY_NAME.values() if column.inputs}
_RESERVED = frozenset(name.casefold() for name in (*BY_NAME, *BY_INPUT, "contains", "none"))
#: One of these sets of columns must be there, for a row to say anything about a factor.
_RESULTS = (("est",), ("log_hr", "se_log_hr"), ("log_hr", "ci_low", "ci_high"), ("effect_direction",))


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
    mapping: Mapping[str, str] | None = None,
    given: Collection[str] = (),
) -> Header:
    """Match the header to the layout and the declared characteristics; names match without case and extra spaces.

    `mapping` gives columns of the layout, or characteristics, the heading they have in this file; `given` names
    contract columns that need none.
    """
    names = [name.strip() for name in table.header]
    misplaced = _misplaced(table, mapping or {})
    if misplaced is not None:
        raise refused(misplaced)
    ignored = {folded_heading(name) for name in ignore}
    characteristics = {name.casefold(): name for name in declared}
    found: dict[str, dict[str, int]] = {"columns": {}, "attributes": {}, "undeclared": {}}
    issues = list(_named_in_vain(table, names, ignore, mapping or {}))
    meaning = {folded_heading(heading): name for name, heading in (mapping or {}).items()}
    taken: dict[str, str] = {}
    for index, name in enumerate(names):
        folded = folded_heading(name)
        if folded in ignored or index in table.blank:
            continue
        mapped = meaning.get(folded)
        kind, meant = _kind_of((mapped or folded).casefold(), mapped or " ".join(name.split()), characteristics)
        problem = _fault(name, taken.get(meant.casefold()), kind, [*BY_INPUT, *declared], attributes=attributes)
        if problem:
            code, message, expected = problem
            column = name or f"column {index + 1}"
            issues.append(Issue(code, message, "error", table.file, table.line, column, name[:80], expected))
        else:
            found[kind][meant] = index
        taken.setdefault(meant.casefold(), name)
    issues += _missing(table, found["columns"], given)
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
    tool = shipped_with(name)
    if tool is not None:
        message = f"{name!r} is a domain of {tool.name}, which this registry does not use yet"
        expected = f"evireg appraisal add {tool.name} first; --ignore leaves it out"
    elif not attributes:
        near = get_close_matches(name, known, n=1, cutoff=0.6)
        message = f"the import layout has no column {name!r}" + (f" (is it {near[0]!r}?)" if near else "")
        expected = "a column of the layout; --attributes declares it as a study characteristic, --ignore leaves it out"
    elif name.isidentifier() and not keyword.iskeyword(name) and name.casefold() not in _RESERVED and len(name) <= 100:
        return None
    else:
        return "column-name", f"{name[:80]!r} cannot name a study characteristic", "letters, digits, _; no name in use"
    return "column-unknown", message, expected


def _named_in_vain(
    table: Table, names: list[str], ignore: Collection[str], mapping: Mapping[str, str]
) -> Iterator[Issue]:
    folded = {folded_heading(name): name for name in names if name}
    asked = [("ignore-unknown", name, f"no column {name!r} to ignore") for name in ignore]
    asked += [("map-unknown", name, f"no column {name!r} to read as {meant}") for meant, name in mapping.items()]
    for code, name, what in asked:
        if folded_heading(name) not in folded:
            near = get_close_matches(folded_heading(name), list(folded), n=1, cutoff=0.6)
            message = f"there is {what}" + (f" (is it {folded[near[0]]!r}?)" if near else "")
            yield Issue(code, message, file=table.file, line=table.line, expected="a column of the file")


def _misplaced(table: Table, mapping: Mapping[str, str]) -> Issue | None:
    """Find headings of the layout below the first row, where something else stands above them."""
    known = {*_BY_FOLDED, *map(folded_heading, mapping.values())}
    above, *below = [{folded_heading(cell) for cell in row.cells} & known for row in table.top] or [known]
    if len(above) > 1:
        return None
    for row, headings in zip(table.top[1:], below, strict=True):
        if len(headings) > 2:
            first = next(cell.strip() for cell in table.top[0].cells if cell.strip())
            message = f"the headings stand in row {row.line}; above them stands {first[:60]!r}"
            expected = "the headings in the first row: delete the rows above"
            return Issue("header-place", message, file=table.file, line=table.line, value=first[:80], expected=expected)
    return None


def folded_heading(name: str) -> str:
    """Give a heading without case and without spaces that nobody sees."""
    return " ".join(name.split()).casefold()


def column_of(name: str, declared: Collection[str]) -> str | None:
    """Give the column of the layout, or the declared characteristic, that a name means; None for neither."""
    folded = folded_heading(name)
    column = _BY_FOLDED.get(folded)
    return _INPUT_OF[column] if column else next((each for each in declared if each.casefold() == folded), None)


def contract_column(name: str) -> str | None:
    """Give the contract name of a column of the layout, None for what is none."""
    return _BY_FOLDED.get(folded_heading(name))


def _missing(table: Table, columns: Mapping[str, int], given: Collection[str]) -> Iterator[Issue]:
    for name in ("study", "factor", "endpoint"):
        if name not in columns and name not in given:
            message = f"the column {input_name(name)!r} is missing"
            yield Issue("column-missing", message, file=table.file, line=table.line, expected="a column of this name")
    if not any(all(name in columns for name in names) for names in _RESULTS):
        expected = "hr, or log_hr with se_log_hr or its CI, or effect_direction"
        yield Issue("column-missing", "no column holds a result", file=table.file, line=table.line, expected=expected)
