"""`evireg snapshot diff`: what lies between two moments of the registry."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database, Where

EXAMPLE = "evireg snapshot diff 2026-06 now --where 'factor == \"ferritin\"'"

_MOMENT = "A snapshot, the number of a changeset, or now."


def command(
    *,
    a: Annotated[str, typer.Argument(metavar="A", help=_MOMENT)],
    b: Annotated[str, typer.Argument(metavar="[B]", help=f"{_MOMENT} Without it: now.")] = "now",
    where: Where = None,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Compare two moments: estimates added, removed and changed from A to B, field by field.

    An estimate whose identity was amended is the same one under another key. With a condition only estimates that match
    it at one of the moments are told.
    """
    from cli import output
    from registry.handle import open as open_registry
    from registry.report import snapshots as report

    with open_registry(db) as reg:
        found = reg.diff(a, b, where)
    if as_json:
        output.show_json(_as_object(found, a, b, where))
        return
    named = f"{_named(a, found.a)} to {_named(b, found.b)}"
    if not len(found):
        output.say(f"No estimate differs from {named}.")
        return
    output.say(
        f"From {named}: {len(found.added)} added, {len(found.removed)} removed, {len(found.changed)} changed.\n\n"
    )
    output.show_tables(report.diff(found))


def _named(given: str, changeset: int) -> str:
    return f"changeset {changeset}" if given.strip() == str(changeset) else f"{given} (changeset {changeset})"


def _as_object(found: Any, a: str, b: str, where: str | None) -> dict[str, Any]:
    return {
        "a": {"at": a, "changeset": found.a},
        "b": {"at": b, "changeset": found.b},
        "where": where,
        "added": [_flat(row) for row in found.added],
        "removed": [_flat(row) for row in found.removed],
        "changed": [
            {
                "key": each.key,
                "was": each.was,
                "fields": [{"field": one.field, "before": one.before, "after": one.after} for one in each.fields],
            }
            for each in found.changed
        ],
    }


def _flat(row: Any) -> dict[str, Any]:
    """Give a row without what was not read."""
    return {name: value for name, value in row.items() if value is not None}
