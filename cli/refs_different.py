"""`evireg refs different`: say that two references are two documents."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

EXAMPLE = "evireg refs different song2009 song2009b"


def command(
    *,
    first: Annotated[str, typer.Argument(metavar="KEY", help="A reference.")],
    second: Annotated[str, typer.Argument(metavar="KEY", help="Another one.")],
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Say that two references are two documents, also when a rule has taken them for one.

    The later one is then screened and counted by itself.
    """
    from cli import output
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry

    with open_registry(db, curator=find_curator(curator).name) as reg:
        changed = reg.literature.different(first, second)
    if as_json:
        output.show_json({"first": first, "second": second, "changed": changed})
        return
    output.say(f"{first} and {second} are two documents." if changed else "Nothing changed: that was said before.")
