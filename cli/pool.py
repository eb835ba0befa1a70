"""`evireg pool`: select estimates, pool them, and say everything that explains the result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database, Where

if TYPE_CHECKING:
    from registry.pooling import PoolResult

EXAMPLE = 'evireg pool --factor NLR --disease "multiple myeloma" --endpoint OS'


def command(
    *,
    where: Where = None,
    factor: Annotated[str | None, typer.Option("--factor", metavar="NAME", help="The prognostic factor.")] = None,
    disease: Annotated[str | None, typer.Option("--disease", metavar="NAME", help="The disease.")] = None,
    endpoint: Annotated[str | None, typer.Option("--endpoint", metavar="NAME", help="The endpoint.")] = None,
    method: Annotated[
        str, typer.Option("--method", metavar="NAME", help="REML, DL, PM, ML or FE (alias CE).")
    ] = "REML",
    test: Annotated[str, typer.Option("--test", metavar="NAME", help="hk, z, t, hk-adhoc or hk-plain.")] = "hk",
    level: Annotated[float, typer.Option("--level", metavar="PERCENT", help="Level of every interval.")] = 95.0,
    one_per: Annotated[
        str | None,
        typer.Option(
            "--one-per",
            metavar="RULE",
            help="Keep one estimate per cohort, best first: cohort:adjusted,prespecified,largest_n,longest_followup.",
        ),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            "--allow",
            metavar="WORD",
            help="Pool what is refused otherwise: mixed-adjustment, mixed-categories, p-derived, selection-on-results"
            " (repeatable, or with commas).",
        ),
    ] = None,
    leave_one_out: Annotated[bool, typer.Option("--leave-one-out", help="Pool again without each estimate.")] = False,
    subgroup: Annotated[
        str | None,
        typer.Option(
            "--subgroup",
            metavar="COLUMN[:VALUE]",
            help="Pool by the words of a column or study characteristic, or of a number below and from a value on.",
        ),
    ] = None,
    subgroup_tau2: Annotated[
        str, typer.Option("--subgroup-tau2", metavar="WHICH", help="tau² of the subgroups: common or separate.")
    ] = "common",
    forest: Annotated[
        str | None, typer.Option("--forest", metavar="FILE", help="Draw a forest plot: .svg, .pdf or .png.")
    ] = None,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Select estimates and pool them.

    On the log scale with inverse-variance weights; by default REML with the wider of the Hartung–Knapp and the Wald
    interval. What must not be pooled together is refused, and the message names the argument that settles it.
    Simulated estimates come in only if the condition names `origin`.
    """
    from cli import output
    from cli.conditions import condition
    from registry.handle import open as open_registry

    asked = condition(where, factor=factor, disease=disease, endpoint=endpoint)
    with open_registry(db) as reg:
        result = reg.pool(
            asked,
            method=method,
            test=test,
            level=level,
            one_per=one_per,
            allow=words(allow),
            leave_one_out=leave_one_out,
            subgroup=subgroup,
            subgroup_tau2=subgroup_tau2,
        )
    written = draw(result, forest) if forest else None
    if as_json:
        output.show_json(result.as_dict())
        return
    tell(result)
    if written:
        output.say(f"\nForest plot: {written}")


def words(given: list[str] | None) -> list[str]:
    """Split repeated and comma-separated words."""
    return [word.strip() for each in given or () for word in each.split(",") if word.strip()]


def draw(result: PoolResult, path: str) -> str:
    """Write the forest plot of a result and give its path."""
    from registry.report.forest import draw as draw_forest

    return str(draw_forest(result, path))


def tell(result: PoolResult) -> None:
    """Print a result for people: forest plot on a terminal, tables, method, notes, provenance."""
    from cli import output
    from registry.report import prose, tables

    if result.simulated:
        output.say(f"{prose.SIMULATED}\n\n")
    output.say(f"{prose.headline(result)}\n\n")
    output.show_tables(tables.tables(result))
    if output.on_terminal():
        from registry.report.forest_text import forest

        output.show_block(forest(result, output.width(), ascii_only=not output.shows_unicode()))
    output.say(prose.methods(result))
    if result.notes:
        output.say("\nNotes")
        output.say("\n".join(f"  – {note}" for note in result.notes))
    output.say("\n" + provenance(result))


def provenance(result: PoolResult) -> str:
    """Say from what the result was made, so that it can be made again."""
    made = result.provenance
    return (
        f"Condition: {made['condition']}\n"
        f"{made['engine']}, registry as of changeset {made['changeset']}, rows {made['digest'][:12]}"
    )
