"""`evireg config set`: a rule of this registry."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

EXAMPLE = "evireg config set require-curator false"


def command(
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name; `evireg config list` shows them.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="true or false.")],
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Set a rule of this registry, for everybody who uses it.

    require-curator true takes changes from registered curators only (`evireg curator add`).
    """
    from cli import output
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry

    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg:
        changed = reg.configure(name, value)
        now = reg.settings()[name]
    if as_json:
        output.show_json({"name": name, "value": now, "changed": changed, "curator": who.name})
    else:
        output.say(f"{name} is {now}{'' if changed else ', as it was'}.")
