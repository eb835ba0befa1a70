"""`evireg query export`: saved queries as TOML."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database

EXAMPLE = "evireg query export queries.toml"


def command(
    given: Annotated[
        list[str],
        typer.Argument(metavar="[NAME]... FILE", help="Names of `evireg query list`, every one unless given; a .toml."),
    ],
    *,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Write saved queries into a TOML file, to live beside a protocol or in a repository."""
    from cli import output
    from registry.handle import open as open_registry
    from registry.report.prose import count

    *names, file = given
    with open_registry(db) as reg:
        written = reg.export_queries(file, names)
        chosen = names or [each.name for each in reg.queries()]
    if as_json:
        output.show_json({"file": str(written), "queries": sorted(set(chosen))})
    else:
        output.say(f"{written}: {count(len(set(chosen)), 'query', 'queries')}.")
