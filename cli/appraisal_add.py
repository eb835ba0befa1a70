"""`evireg appraisal add`: take up a tool, shipped or a team's own."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

EXAMPLE = "evireg appraisal add NOS-cohort"


def command(
    *,
    tool: Annotated[
        str, typer.Argument(metavar="NAME|FILE", help="A shipped tool, or a TOML file that declares tools.")
    ],
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Let the registry use an appraisal tool.

    A file declares [[tool]] with name, title and source, and under each [[tool.domain]] with name, label, levels (from
    best to worst) and guidance, as seeds/vocabulary/appraisal.toml does. Its domains become study characteristics of
    the estimate.
    """
    from cli import output
    from cli.answering import remark_assumed
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry

    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg:
        done = reg.add_appraisal_tools(tool)
    if as_json:
        output.show_json({"tools": [{"name": name, "new": new} for name, new in done.items()], "curator": who.name})
        return
    for name, new in done.items():
        output.say(f"This registry uses {name} from now on." if new else f"This registry uses {name} already.")
    remark_assumed(who, 1 if any(done.values()) else None)
