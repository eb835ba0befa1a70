"""`evireg refs same`: say that two references are one document."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

EXAMPLE = "evireg refs same song2009 song2009b"


def command(
    *,
    first: Annotated[str, typer.Argument(metavar="KEY", help="A reference.")],
    second: Annotated[str, typer.Argument(metavar="KEY", help="Another one.")],
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Say that two references are one document.

    It is screened once, and counted as a duplicate removed. Decisions about either count for both.
    """
    from cli import output
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry

    with open_registry(db, curator=find_curator(curator).name) as reg:
        changed = reg.literature.same(first, second)
    if as_json:
        output.show_json({"first": first, "second": second, "changed": changed})
        return
    output.say(f"{first} and {second} are one document." if changed else "Nothing changed: that was said before.")
