"""`evireg config get`: one rule of this registry."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database

EXAMPLE = "evireg config get require-curator"


def command(
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name; `evireg config list` shows them.")],
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Show one rule of this registry."""
    from cli import output
    from registry.handle import open as open_registry

    with open_registry(db) as reg:
        value = reg.setting(name)
    if as_json:
        output.show_json({"name": name, "value": value})
    else:
        output.say(value)
