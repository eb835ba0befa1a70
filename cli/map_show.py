"""`evireg map show`: one column map."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database

EXAMPLE = "evireg map show hospital"


def command(
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name of `evireg map list`.")],
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Show a saved column map: which heading is read as which column."""
    from cli import output
    from registry.handle import open as open_registry

    with open_registry(db) as reg:
        headings = reg.column_map(name)
    if as_json:
        output.show_json({"name": name, "headings": headings})
        return
    columns = [output.Column("Column", keep=9, whole=True), output.Column("Heading", keep=8)]
    output.show_table(f"Column map {name}", columns, list(headings.items()))
