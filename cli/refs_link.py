"""`evireg refs link`: say which report of the registry a reference is."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

EXAMPLE = "evireg refs link armand2007 pmid:17234738"


def command(
    *,
    key: Annotated[str, typer.Argument(metavar="KEY", help="A reference (see evireg refs list).")],
    report: Annotated[str, typer.Argument(metavar="REPORT", help="A report: its key, DOI, PMID or address.")],
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Say which report of the registry a reference is, where DOI and PMID do not tell.

    `evireg prisma` counts the studies of the reports that were included.
    """
    from cli import output
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry

    with open_registry(db, curator=find_curator(curator).name) as reg:
        changed = reg.literature.link(key, report)
    if as_json:
        output.show_json({"key": key, "report": report, "changed": changed})
        return
    output.say(f"{key} is the report {report}." if changed else f"Nothing changed: {key} is known to be {report}.")
