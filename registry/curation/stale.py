"""Refuse what rests on a version of an estimate that is not the live one any more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from registry.columns import BY_NAME
from registry.curation.targets import Target
from registry.errors import Conflict, UsageError
from registry.issues import Issue
from registry.models import Changeset, Curator, evidence

#: Digits of a digest that are enough to mean one version of one estimate.
_ENOUGH = 8


def refuse_stale(connection: sa.Connection, target: Target, based_on: str, changes: Mapping[str, str | None]) -> None:
    """Raise Conflict unless the live version of an estimate is the one its curator saw.

    The conflict names who changed what since, and when, with both values: what is stored and what was to be stored.
    """
    if target.kind != "estimate":
        raise UsageError(f"{target.key} is a {target.kind}: only an estimate has a digest", "leave based_on out")
    seen = based_on.strip().lower()
    if len(seen) < _ENOUGH:
        raise UsageError(f"{based_on!r} is no digest of a version", f"give {_ENOUGH} digits of it, or all 64")
    query = (
        sa.select(evidence, Changeset.at, Changeset.number, Curator.name.label("curator"))
        .join(Changeset, evidence.c.valid_from == Changeset.number)
        .join(Curator, Changeset.curator_id == Curator.id)
        .where(evidence.c.key == target.key)
        .order_by(evidence.c.valid_from.desc())
    )
    versions = [row._asdict() for row in connection.execute(query)]
    live = versions[0]
    if live["digest"].startswith(seen):
        return
    was = next((each for each in versions if each["digest"].startswith(seen)), None)
    message = f"{target.key} was changed by {live['curator']} at {live['at']} (changeset {live['number']})"
    raise Conflict(
        f"{message} since the version you saw; nothing was stored",
        list(_differences(target, was, live, changes)),
        "look at what is stored now (evireg show) and amend that, if it is still wrong",
    )


def _differences(
    target: Target, was: Mapping[str, Any] | None, live: Mapping[str, Any], changes: Mapping[str, str | None]
) -> list[Issue]:
    issues = []
    for name, column in BY_NAME.items():
        asked = next((given for given in changes if given.strip().casefold() in {name, *column.inputs}), None)
        moved = was is not None and was[name] != live[name] and column.inputs
        if asked is None and not moved:
            continue
        told = f"{_shown(live[name])} is stored now"
        told += f", {_shown(was[name])} in the version you saw" if was is not None and moved else ""
        told += f", you gave {_shown(changes[asked])}" if asked is not None else ""
        given = _shown(changes[asked]) if asked is not None else ""
        issues.append(Issue("conflict", told, file=target.key, column=asked or name, value=given))
    return issues


def _shown(value: Any) -> str:
    return "(empty)" if value in (None, "") else f"{value:.15g}" if isinstance(value, float) else str(value)
