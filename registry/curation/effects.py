"""What followed for the estimates a change touched: the numbers a pool takes, and whether it can, before and after."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.models import Estimate, evidence
from registry.writing.bulk import select_in

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: What follows from what a curator says.
FOLLOWS = ("yi", "vi", "derivation", "not_poolable", "flags", "status", "retracted", "overlap_group", "digest")


@dataclass(frozen=True, slots=True)
class Effect:
    """One estimate before and after a change: its `key` now, and the `FOLLOWS` by name."""

    key: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def derived_of(
    connection: Connection, estimates: Collection[int], renamed: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """Give what follows for these estimates in the evidence as it stands, by the keys they have in the tables."""
    keys = [row[0] for row in select_in(connection, sa.select(Estimate.key), Estimate.id, sorted(estimates))]
    formerly = {new: old for old, new in renamed.items()}
    columns = [evidence.c[name] for name in ("key", *FOLLOWS)]
    latest = sa.select(*columns).order_by(evidence.c.valid_from)
    wanted = {formerly.get(key, key): key for key in keys}
    found = select_in(connection, latest, evidence.c.key, sorted(wanted))
    return {wanted[row.key]: {name: getattr(row, name) for name in FOLLOWS} for row in found}


def effects(connection: Connection, before: Mapping[str, dict[str, Any]]) -> tuple[Effect, ...]:
    """Say what is different now for estimates of which this was so before; those that stayed are left out."""
    columns = [evidence.c[name] for name in ("key", *FOLLOWS)]
    live = sa.select(*columns).where(evidence.c.valid_to.is_(None))
    now = {
        row.key: {name: getattr(row, name) for name in FOLLOWS}
        for row in select_in(connection, live, evidence.c.key, sorted(before))
    }
    return tuple(Effect(key, was, now[key]) for key, was in sorted(before.items()) if key in now and now[key] != was)
