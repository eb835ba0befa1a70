"""`evireg log`: the changesets, newest first, or one of them in full."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database

EXAMPLE = "evireg log --limit 5"


def command(
    *,
    changeset: Annotated[int | None, typer.Argument(metavar="[CHANGESET]", help="Show this changeset in full.")] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", help="How many, the newest first; 0 for all.")] = 20,
    curator: Annotated[str | None, typer.Option("--curator", metavar="NAME", help="Of this curator alone.")] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="Since this date (UTC).")] = None,
    key: Annotated[str | None, typer.Option("--key", metavar="KEY", help="That changed this alone.")] = None,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Show who changed the registry, when and why, and how much."""
    from dataclasses import asdict

    from cli import output
    from registry.errors import UsageError
    from registry.handle import open as open_registry
    from registry.report import changes as report

    if limit < 0:
        raise UsageError(f"--limit {limit} is less than nothing", "give how many changesets to show, 0 for all")
    with open_registry(db) as reg:
        if changeset is not None:
            found = reg.changeset(changeset)
        else:
            entries = reg.log(limit=limit or None, curator=curator, since=since, key=key)
    if changeset is None:
        if as_json:
            output.show_json({"changesets": [asdict(each) for each in entries]})
        else:
            output.show_tables([report.log(entries)])
        return
    if as_json:
        output.show_json({"changesets": [asdict(found.entry)], **_detail(found)})
        return
    output.show_tables([report.log([found.entry]), *report.detail(found)])


def _detail(found: Any) -> dict[str, Any]:
    from registry.report import changes as report

    keys = {name: list(getattr(found, name)) for name in ("created", "changed", "removed")}
    return {**keys, "changes": report.field_changes(found.changes)}
