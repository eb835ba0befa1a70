"""`evireg run show`: one stored run."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database

EXAMPLE = "evireg run show 1"

RunNumber = Annotated[int, typer.Argument(metavar="RUN", help="A number of `evireg run list`.")]


def command(run: RunNumber, *, db: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """Show a stored run as it was: its numbers, the estimates it used, and whether the query is older than they are."""
    from cli import output
    from cli.querying import about_run, run_object
    from cli.telling import notes
    from registry.handle import open as open_registry
    from registry.report import queries as report

    with open_registry(db) as reg:
        ran = reg.stored_run(run)
        specified = reg.specified(ran)
    if as_json:
        output.show_json(run_object(ran, specified))
        return
    output.show_tables(report.stored(ran))
    notes(ran.found["notes"])
    output.say("\n" + about_run(ran, specified))
