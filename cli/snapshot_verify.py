"""`evireg snapshot verify`: whether snapshots are still what they were."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database

EXAMPLE = "evireg snapshot verify"


def command(
    *,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Only this snapshot.")] = None,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Compute snapshots anew from the evidence and compare them with what was stored and what the ledger says.

    Whatever was changed, deleted or added outside evireg is named: the estimate, the changeset, the snapshot, or the
    bucket of estimates it is in. The exit code is 7 then.
    """
    from dataclasses import asdict

    from cli import output
    from registry.handle import open as open_registry
    from registry.report.prose import count

    with open_registry(db) as reg:
        found = reg.verify_snapshots(name)
    if as_json:
        output.show_json(asdict(found))
        return
    output.say(
        f"{count(found.snapshots, 'snapshot')} as they were taken; {count(found.versions, 'version')} of estimates"
        f" and {count(found.changesets, 'changeset')} as they were written."
    )
