"""`evireg template`: an empty workbook that a curator fills in."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database

EXAMPLE = "evireg template new.xlsx --factor ferritin"


def command(
    *,
    file: Annotated[str, typer.Argument(metavar="FILE.xlsx", help="The workbook to write.")],
    factor: Annotated[
        list[str] | None, typer.Option("--factor", metavar="NAME", help="Offer only this factor (repeatable).")
    ] = None,
    disease: Annotated[
        list[str] | None, typer.Option("--disease", metavar="NAME", help="Offer only this disease (repeatable).")
    ] = None,
    endpoint: Annotated[
        list[str] | None, typer.Option("--endpoint", metavar="NAME", help="Offer only this endpoint (repeatable).")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Write an empty workbook for Excel or LibreOffice, to be filled in and imported.

    The sheet Estimates has the columns of the import layout and the study characteristics of this registry, with
    drop-downs of the words they take; the sheet Columns explains each. Its cells are text, so that 2.10 stays 2.10 and
    1.08-2.27 does not become a date.
    """
    from cli import output
    from registry.handle import open as open_registry

    with open_registry(db) as reg:
        columns = reg.template(
            file, factors=factor or (), diseases=disease or (), endpoints=endpoint or (), force=force
        )
    if as_json:
        output.show_json({"file": file, "columns": columns})
        return
    output.say(f"{file}: {columns} columns, explained on its sheet Columns. Filled in, it is imported with")
    output.say(f"  evireg import {file} --quarantine problems.xlsx")
