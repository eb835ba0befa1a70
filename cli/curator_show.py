"""`evireg curator show`: one curator."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database

EXAMPLE = "evireg curator show evireg"


def command(
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name that signs changes.")],
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Show one curator: ORCID iD, competing interests, and the latest changesets."""
    from dataclasses import asdict

    from cli import output
    from registry.handle import open as open_registry
    from registry.report import changes, people

    with open_registry(db) as reg:
        (found,) = reg.curators(name)
        entries = reg.log(curator=found.name, limit=10)
    if as_json:
        output.show_json({**people.as_object(found), "latest": [asdict(each) for each in entries]})
        return
    output.show_tables([people.curators([found]), changes.log(entries)])
