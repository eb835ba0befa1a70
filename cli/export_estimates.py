"""`evireg export estimates`: what is stored, in a file that can be edited and imported again."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, AsJson, At, Database, Where

EXAMPLE = "evireg export estimates ferritin.xlsx --where 'factor == \"ferritin\"'"


def command(
    *,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="The file to write; its ending says the kind: .xlsx .csv .tsv .jsonl.")
    ],
    where: Where = None,
    at: At = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Export estimates to edit them in a spreadsheet, or to use them elsewhere.

    The columns are those of the import layout, numbers as printed, with `key` and `version` last: these tell the
    registry which estimate a row is and which version of it you saw. Edit what is wrong, add rows with both empty, and
    import the file: every difference is shown before anything is stored.
    """
    from cli import output
    from registry.handle import open as open_registry
    from registry.report.prose import count

    with open_registry(db) as reg:
        done = reg.export(file, where, at=at, force=force)
    if as_json:
        output.show_json({"file": done.file, "rows": done.rows, "changeset": done.changeset, "where": where})
        return
    output.say(
        f"{done.file}: {count(done.rows, 'estimate')}, as of changeset {done.changeset}. Edited, it is taken back with"
    )
    output.say(f'  evireg import {done.file} --reason "WHY"')
