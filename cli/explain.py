"""`evireg explain`: why a pool is another than it was."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.asking import Asked, asking
from cli.options import DEFAULT_DATABASE, AsJson, Database

EXAMPLE = "evireg explain nlr-myeloma-os"


@asking
def command(
    asked: Asked,
    query: Annotated[str | None, typer.Argument(metavar="[QUERY]", help="A name of `evireg query list`.")] = None,
    *,
    first: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="MOMENT", help="A changeset, a snapshot's name, or run:ID; by default the last run."
        ),
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="MOMENT", help="The same; by default the registry as it is.")
    ] = None,
    orders: Annotated[
        int, typer.Option("--orders", metavar="NUMBER", help="With more than 12 cohorts that moved: orders to draw.")
    ] = 400,
    waterfall: Annotated[
        str | None,
        typer.Option("--waterfall", metavar="FILE", help="Draw the path from pool to pool: .svg, .pdf, .png."),
    ] = None,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Say why a saved query gives another result at one moment than at another.

    First the query's edit and another version of evireg, as ordered steps. Then the evidence: Shapley values of cohorts
    (or groups of cohorts that share patients), for the log ratio, the width of its interval and tau², which sum to the
    difference; below them each change of the ledger. Instead of a saved query: --where and options of `evireg pool`.
    """
    from cli import output, telling
    from registry.errors import UsageError
    from registry.handle import open as open_registry
    from registry.report import explain as report

    seed = asked.given.pop("seed", 0)
    if query is not None and asked.given:
        raise UsageError("a saved query has its own condition and options", "leave QUERY out, or the options")
    if orders < 4 or orders % 2:
        raise UsageError(f"--orders {orders}: orders come in pairs, at least two", "an even number from 4 on")
    given = asked.whole if asked.given else {}
    with open_registry(db) as reg:
        result = reg.explain(query, first=first, last=last, pairs=orders // 2, seed=seed, **given)
    drawn = None
    if waterfall:
        from registry.figures.catalogue import draw

        drawn = draw("waterfall", result, waterfall)
    if as_json:
        output.show_json(result.as_dict())
        return
    if result.simulated:
        from registry.report import prose

        output.say(f"{prose.SIMULATED}\n")
    output.say(f"{report.headline(result)}\n")
    output.show_tables(report.tables(result))
    output.say(report.methods(result))
    telling.notes(result.notes)
    if drawn:
        output.say(f"\nWaterfall: {drawn}")
