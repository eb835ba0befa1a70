"""`evireg restore`: bring a backup back."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database

EXAMPLE = "evireg restore evireg.backup --db restored.db"


def command(
    *,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file that `evireg backup` or an upgrade made.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the registry that is there; a copy is kept.")] = False,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Make a registry of a backup, on SQLite or PostgreSQL: all of it, or nothing.

    The backup is read through first, and brought to this schema when an older evireg made it. A registry that holds
    evidence is replaced only with --force, and kept in a file before.
    """
    from dataclasses import asdict

    from cli import output
    from cli.telling import read_anew
    from registry.keeping.restore import restore
    from registry.report.prose import count

    done = restore(file, db, force=force)
    if as_json:
        output.show_json({**asdict(done), "replaced": None if done.replaced is None else str(done.replaced)})
        return
    output.say(f"Restored {done.target}: {count(done.estimates, 'estimate')}, {count(done.changesets, 'changeset')}.")
    if done.upgraded_from is not None:
        output.say(f"The backup was of schema {done.upgraded_from}; `evireg init` adds names that came since.")
    if anew := read_anew(done.rederived, done.rederived_by):
        output.say(anew)
    if done.replaced is not None:
        output.say(f"What was there before is kept in {done.replaced}.")
