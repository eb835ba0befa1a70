"""Rows of input stored as they are, also what an import would refuse: what lint is there to find."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from registry.columns import BY_INPUT, BY_NAME, Kind
from registry.ingest import numbers
from registry.ingest.issues import Problem
from registry.ingest.records import _FURTHER as FURTHER
from registry.ingest.records import _READERS as READERS
from registry.record import Record
from registry.store import Store
from registry.terms import Status
from registry.writing import retract, write_estimates
from registry.writing.keys import DEFAULTS

#: Cells of an example that are no input: what reviewers and the registry say.
NO_INPUT = ("status", "retracted")


def typed(cells: Mapping[str, str]) -> Record:
    """Read the cells of a row; what cannot be read stays as it is written."""
    values = dict.fromkeys((column.name for column in BY_INPUT.values()), None) | DEFAULTS | {"measure": "hr"}
    for name, text in cells.items():
        if name in NO_INPUT or not text:
            continue
        column = BY_INPUT.get(name) or BY_NAME[name]
        read = READERS.get(column.name, numbers.number if column.kind is not Kind.TEXT else str)
        found = read(text)
        if isinstance(found, Problem):
            found = text if found.value is None else found.value
        values[column.name] = int(found) if column.kind is Kind.INTEGER else found
        for further, also in FURTHER.get(column.name, ()):
            values[further] = also(text)
    if cells.get("status"):
        values["status"] = cells["status"]
    elif values.get("as_printed"):
        values["status"] = Status.DISPUTED.value
    return Record(values, {}, "rows.csv", 2)


def store_rows(store: Store, rows: Iterable[Mapping[str, str]]) -> None:
    """Write rows past all checks of an import, and retract the reports they say are retracted."""
    listed = list(rows)
    with store.transaction("Ada", "rows") as transaction:
        write_estimates(transaction, [typed(cells) for cells in listed])
        for cells in listed:
            if cells.get("retracted"):
                retract(transaction, cells["doi"], "the journal says so")
