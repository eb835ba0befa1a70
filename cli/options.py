"""Options that many commands share, so that each means the same everywhere."""

from __future__ import annotations

from typing import Annotated

import typer

DEFAULT_DATABASE = "evireg.db"

Database = Annotated[
    str,
    typer.Option(
        "--db",
        envvar="EVIREG_DB",
        metavar="PATH|URL",
        help="The registry: a SQLite file, or a URL such as postgresql://user@host/name.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines instead of tables.")]
As = Annotated[
    str | None,
    typer.Option("--as", metavar="NAME", help="The curator answerable for this change (or $EVIREG_CURATOR)."),
]
At = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="CHANGESET|SNAPSHOT",
        help="The registry as it was after a changeset, by number, or in a snapshot, by name.",
    ),
]
Where = Annotated[
    str | None,
    typer.Option(
        "--where",
        metavar="CONDITION",
        help="A condition over the columns of `evireg columns`, e.g. 'year >= 2015 and adjusted == \"yes\"'.",
    ),
]
