"""The flat evidence of one moment: a row per estimate, the contract's columns, then the study characteristics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from registry.archive.fields import Field, Holds, Sheet, contract_fields
from registry.archive.table import code_points, streamed
from registry.columns import COLUMNS
from registry.models import evidence
from registry.selection.view import versions
from registry.terms import AttributeType
from registry.vocabulary import AttributeDeclaration

CSV, PARQUET = "data/evidence.csv", "data/evidence.parquet"
_CONTRACT = len(COLUMNS)


def flat_sheet(declared: Mapping[str, AttributeDeclaration]) -> Sheet:
    """Describe the file for a registry with these study characteristics, by name."""
    own = tuple(
        Field(
            name,
            Holds.NUMBER if each.type is AttributeType.NUMBER else Holds.TEXT,
            meaning=f"{each.label}: characteristic of the {each.level}",
            unit=each.unit or "",
        )
        for name, each in sorted(declared.items())
    )
    meaning = "One row per estimate that was live at the snapshot, with everything needed to select and pool"
    return Sheet(CSV, meaning, (*contract_fields(), *own), ("key",))


def flat_rows(connection: sa.Connection, sheet: Sheet, changeset: int) -> Iterator[Sequence[Any]]:
    """Give the rows as of a changeset, by key."""
    columns = [*(evidence.c[column.name] for column in COLUMNS), evidence.c.attributes]
    query = sa.select(*columns).where(versions(changeset)).order_by(code_points(connection, evidence.c.key))
    own = sheet.header[_CONTRACT:]
    for row in streamed(connection, query):
        *values, attributes = row
        yield [*values, *map(attributes.get, own)]


def flat_row(header: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    """Give a row of the file as the evidence contract has it: with its characteristics under `attributes`."""
    row: dict[str, Any] = dict(zip(header[:_CONTRACT], values, strict=False))
    own = zip(header[_CONTRACT:], values[_CONTRACT:], strict=True)
    row["attributes"] = {name: value for name, value in own if value is not None}
    return row
