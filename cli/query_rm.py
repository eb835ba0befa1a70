"""`evireg query rm`: take a saved query out of use."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.asking import QueryName
from cli.options import DEFAULT_DATABASE, As, AsJson, Database

EXAMPLE = 'evireg query rm nlr-myeloma-pfs --reason "asked by nobody"'


def command(
    name: QueryName,
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; the ledger keeps it.")],
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Take a saved query out of use. Its versions and runs stay; saved again, it goes on with its next version."""
    from cli import output
    from cli.answering import remark_assumed
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry

    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg:
        gone = reg.remove_query(name, reason=reason)
    if as_json:
        output.show_json({"name": name, "version": gone.version, "changeset": gone.changeset, "curator": who.name})
        return
    output.say(f"{name} is out of use. What it said: evireg query show {name} --version {gone.version - 1}")
    remark_assumed(who, gone.changeset)
