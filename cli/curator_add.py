"""`evireg curator add`: register a curator."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

EXAMPLE = "evireg curator add 'Ada Lovelace' --orcid 0000-0002-1825-0097 --competing-interests none"


def command(
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name that signs changes.")],
    orcid: Annotated[
        str | None, typer.Option("--orcid", metavar="ID", help="ORCID iD; its check digit is checked.")
    ] = None,
    competing_interests: Annotated[
        str | None,
        typer.Option("--competing-interests", metavar="TEXT", help="What else binds the curator, or `none`."),
    ] = None,
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Register a curator: who signs changes, ORCID iD, competing interests.

    `evireg config set require-curator true` lets only registered ones change a registry.
    """
    from cli import output
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry
    from registry.report import people

    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg:
        changed = reg.add_curator(name, orcid=orcid, competing_interests=competing_interests)
        (found,) = reg.curators(name)
    if as_json:
        output.show_json({"changed": changed, "added_by": who.name, **people.as_object(found)})
        return
    said = "is registered" if changed else "was registered so already: nothing was changed"
    output.say(f"{found.name} {said}.")
