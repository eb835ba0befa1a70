"""`evireg query show`: one saved query."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.asking import QueryName
from cli.options import DEFAULT_DATABASE, AsJson, Database

EXAMPLE = "evireg query show nlr-myeloma-os"


def command(
    name: QueryName,
    *,
    version: Annotated[
        int | None, typer.Option("--version", metavar="N", help="A version of it; the one in use unless given.")
    ] = None,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Show what a saved query asks, its versions, and how often it was run."""
    from cli import output
    from registry.handle import open as open_registry
    from registry.report import queries as report
    from registry.report.prose import count

    with open_registry(db) as reg:
        saved = reg.query(name, version)
        versions, runs = reg.query_versions(name), reg.runs(name)
    if as_json:
        shown = [each.as_dict() for each in versions]
        output.show_json({**saved.as_dict(), "versions": shown, "runs": [each.about() for each in runs]})
        return
    output.show_tables([report.query(saved)])
    if len(versions) > 1:
        output.show_tables([report.versions(versions)])
    output.say(f"{count(len(runs), 'run')}: evireg run list {name}" if runs else f"Never run: evireg query run {name}")
