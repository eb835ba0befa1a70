"""`evireg prisma`: the PRISMA 2020 flow, as numbers and as a diagram."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database

EXAMPLE = "evireg prisma -o flow.svg"


def command(
    *,
    out: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--out",
            metavar="FILE",
            help="Draw the flow diagram: .svg, .pdf or .png; a file there is written over.",
        ),
    ] = None,
    counts: Annotated[
        str | None,
        typer.Option(
            "--counts", metavar="FILE", help="Counts from elsewhere, as TOML or JSON, in place of a registry."
        ),
    ] = None,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Print the PRISMA 2020 flow of records, reports and studies, and draw its diagram.

    Counted from what is stored, or read from a file (`--counts`), whose boxes must add up. A file holds, for example:
    databases = {PubMed = 120}, duplicates = 20, excluded = 60, not_retrieved = 1, reports_excluded = {"no hazard
    ratio" = 30}, studies = 9, and under other the same for other methods.
    """
    from cli import output
    from registry.prisma_counts import read_counts
    from registry.report import prisma

    if counts is not None:
        flow = read_counts(counts)
    else:
        from registry.handle import open as open_registry

        with open_registry(db) as reg:
            flow = reg.literature.prisma()
    if out is not None:
        from registry.figures.catalogue import draw

        draw("prisma", flow, out)
    if as_json:
        output.show_json({**flow.as_dict(), "figure": out})
        return
    output.say(f"{prisma.headline(flow)}\n")
    output.show_tables(prisma.tables(flow))
    for note in flow.notes:
        output.say(f"Note: {note}.")
    if out is not None:
        output.say(f"Flow diagram: {out}")
