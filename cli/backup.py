"""`evireg backup`: everything in one file."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database

EXAMPLE = "evireg backup evireg-2026-06-30.backup"


def command(
    *,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The file to write, best on another disk.")],
    force: Annotated[bool, typer.Option("--force", help="Write over a backup of this name.")] = False,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Write the whole registry to one file, as it is at one moment, while others go on working.

    The backup is read through before it gets its name: ledger, digests, snapshots, references. Whatever database it is
    of, it can be brought back into either, with `evireg restore`, and be read like a registry with --db.
    """
    from dataclasses import asdict

    from cli import output
    from registry.handle import open as open_registry
    from registry.report.prose import count

    with open_registry(db) as reg:
        kept = reg.backup(file, force=force)
    if as_json:
        output.show_json({**asdict(kept), "path": str(kept.path)})
        return
    output.say(f"Backed up to {kept.path} ({kept.size / 2**20:.1f} MiB), and read through.")
    output.say(f"{count(kept.estimates, 'estimate')}, {count(kept.changesets, 'changeset')}.")
    output.say(f"Bring it back: evireg restore {kept.path} --db …")
