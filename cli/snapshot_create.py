"""`evireg snapshot create`: give the evidence as it is now a name for ever."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

EXAMPLE = 'evireg snapshot create 2026-06 -m "before the update of the search" --as Ada'


def command(
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="One word, not a number: 2026-06, submitted, v1.2.")],
    message: Annotated[str | None, typer.Option("--message", "-m", metavar="TEXT", help="What it is for.")] = None,
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Name the evidence as it is now, so that it can be read, pooled and compared by this name for ever.

    Nothing is copied: a snapshot is a name for a changeset, with a digest over all evidence by which anybody can prove
    that it is still the same. It is never moved or deleted.
    """
    from dataclasses import asdict

    from cli import output
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry
    from registry.report.prose import count

    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg:
        made = reg.snapshot(name, message=message)
    if as_json:
        output.show_json(asdict(made))
        return
    output.say(f"Snapshot {made.name}: {count(made.estimates, 'estimate')} as of changeset {made.changeset}.")
    output.say(f"Root {made.root}")
    output.say(f"Read it with --at {made.name}; compare it with: evireg snapshot diff {made.name} now")
