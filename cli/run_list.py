"""`evireg run list`: what runs of saved queries gave."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database

EXAMPLE = "evireg run list nlr-myeloma-os"


def command(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Runs of one query only.")] = None,
    *,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """List the stored runs, oldest first."""
    from cli import output
    from registry.handle import open as open_registry
    from registry.report import queries as report

    with open_registry(db) as reg:
        if name is not None and not reg.query_versions(name):
            reg.query(name)
        found = reg.runs(name)
    if as_json:
        output.show_json({"runs": [{**each.about(), "pool": each.found["pool"]} for each in found]})
    elif found:
        output.show_tables([report.runs(found)])
    else:
        output.say("Nothing was run yet. Begin with: evireg query run NAME")
