"""`evireg query import`: saved queries out of TOML."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

EXAMPLE = "evireg query import protocol.toml"


def command(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A .toml as `evireg query export` writes it.")],
    *,
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Save the queries of a TOML file: all or none, with a new version only of what is different.

    Only `where` is needed; options that are not given are as by default. Queries that the file does not name stay.
    """
    from cli import output
    from cli.answering import remark_assumed
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry

    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg:
        done = reg.import_queries(file)
    parts = {"saved": done.saved, "edited": done.edited, "unchanged": done.unchanged}
    if as_json:
        shown = {name: list(names) for name, names in parts.items()}
        output.show_json({"changeset": done.changeset, **shown, "curator": who.name})
        return
    for word, names in parts.items():
        if names:
            output.say(f"{word.capitalize()}: {', '.join(names)}.")
    remark_assumed(who, done.changeset)
