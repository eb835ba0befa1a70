"""`evireg map rm`: remove a column map."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

EXAMPLE = "evireg map rm hospital"


def command(
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name of `evireg map list`.")],
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Remove a saved column map; what was imported with it stays, and the ledger keeps what it said."""
    from cli import output
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry

    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg:
        reg.remove_column_map(name)
    if as_json:
        output.show_json({"name": name, "removed": True, "curator": who.name})
    else:
        output.say(f"Removed the column map {name!r}.")
