"""Curators and the rules of a registry as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from registry.report.changes import EMPTY, when
from registry.report.table import Column, Table

if TYPE_CHECKING:
    from registry.curation.curators import CuratorFacts


def curators(found: Sequence[CuratorFacts]) -> Table:
    """Lay out curators, one a row."""
    columns = (
        Column("Name", keep=9, whole=True),
        Column("Registered", keep=7, whole=True),
        Column("ORCID iD", keep=6, whole=True),
        Column("Competing interests", keep=4),
        Column("Changesets", keep=5, whole=True, right=True),
        Column("Last (UTC)", keep=3, whole=True),
    )
    rows = tuple(
        (
            each.name,
            "yes" if each.registered else "no",
            each.orcid or EMPTY,
            each.competing_interests or EMPTY,
            str(each.changesets),
            when(each.last) if each.last else EMPTY,
        )
        for each in found
    )
    return Table("", columns, rows)


def as_object(found: CuratorFacts) -> dict[str, Any]:
    """Give a curator as a JSON object."""
    return asdict(found)


def settings(found: Mapping[str, str]) -> Table:
    """Lay out settings, one a row."""
    return Table("", (Column("Setting", keep=9, whole=True), Column("Value", keep=9)), tuple(found.items()))
