"""Estimates by covariates, and estimates by domains of risk of bias, as tables of marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Adjusted for, not adjusted for, not read.
MARKS = {True: "●", False: "○", None: "?"}

_WHICH = {"Estimate": "key", "Factor": "factor", "Endpoint": "endpoint"}


def show_matrix(kind: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print one row per estimate and one column per covariate or domain."""
    from cli import output

    inner, note, cell = _LAYOUT[kind]
    names = list(rows[0][inner])
    columns = [output.Column(head, keep=9 if head == "Estimate" else 5, whole=True) for head in _WHICH]
    columns += [output.Column("Adjusted", keep=6)] if kind == "adjustment" else []
    columns += [output.Column(_head(name, rows), keep=4) for name in names]
    cells = [
        [
            *(row[name] for name in _WHICH.values()),
            *([row["adjusted"]] if kind == "adjustment" else []),
            *(cell(row[inner][name]) for name in names),
        ]
        for row in rows
    ]
    output.show_table(_title(kind, rows), columns, cells, note=note)


def _mark(value: bool | None) -> str:
    return MARKS[value]


def _word(value: str | None) -> str:
    return "–" if value is None else value


_LAYOUT: dict[str, tuple[str, str, Any]] = {
    "adjustment": ("covariates", "● adjusted for   ○ not adjusted for   ? not read", _mark),
    "appraisal": ("judgements", "– not judged. There is no summed score: domains are read one by one.", _word),
}


def _head(name: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Name a domain without what all domains of the tool begin with."""
    if "judgements" not in rows[0]:
        return name
    common = {each.partition("_")[0] for each in rows[0]["judgements"]}
    return name.partition("_")[2].replace("_", " ") if len(common) == 1 and "_" in name else name.replace("_", " ")


def _title(kind: str, rows: Sequence[Mapping[str, Any]]) -> str:
    count = "1 estimate" if len(rows) == 1 else f"{len(rows)} estimates"
    return (
        f"{count}, risk of bias by {rows[0]['tool']}" if kind == "appraisal" else f"{count}, what each is adjusted for"
    )
