"""`evireg pool`: select estimates, pool them, and say everything that explains the result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.selecting import Level, Method, Seed, Selected, selecting

if TYPE_CHECKING:
    from registry.pooling import PoolResult

EXAMPLE = 'evireg pool --factor NLR --disease "multiple myeloma" --endpoint OS'


@selecting
def command(
    selected: Selected,
    *,
    method: Method = "REML",
    test: Annotated[
        str,
        typer.Option(
            "--test",
            metavar="NAME",
            help="Interval of the mean: hk (wider of Hartung-Knapp and Wald), z, t, hk-adhoc, hk-plain, kr"
            " (Kenward-Roger, with REML), hc (Henmi-Copas, with DL).",
        ),
    ] = "hk",
    level: Level = 95.0,
    tau2_interval: Annotated[
        str, typer.Option("--tau2-interval", metavar="NAME", help="Interval of tau²: qp, pl (REML, ML) or none.")
    ] = "qp",
    pi_rule: Annotated[
        str | None,
        typer.Option(
            "--pi-rule",
            metavar="NAME",
            help="Prediction interval: hk, hts, t, z, kr, metafor or nnf; the one that goes with --test unless given.",
        ),
    ] = None,
    threshold: Annotated[
        float,
        typer.Option("--threshold", metavar="RATIO", help="How likely the ratio of a new setting exceeds this."),
    ] = 1.0,
    dependence: Annotated[
        str | None,
        typer.Option(
            "--dependence",
            metavar="MODEL",
            help="Pool several estimates of the same patients: three-level, cr1 or cr2 (cluster-robust).",
        ),
    ] = None,
    rho: Annotated[
        float | None,
        typer.Option(
            "--rho", metavar="NUMBER", help="With --dependence: correlation of their sampling errors; varied beside."
        ),
    ] = None,
    leave_one_out: Annotated[
        str | None,
        typer.Option(
            "--leave-one-out",
            metavar="[estimate|cohort|study|overlap]",
            help="Pool again without each estimate, or each cohort, study, or group of cohorts that share patients.",
        ),
    ] = None,
    cumulative: Annotated[
        str | None,
        typer.Option(
            "--cumulative", metavar="COLUMN[:desc]", help="Pool estimate by estimate in the order of a column."
        ),
    ] = None,
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
    rounding: Annotated[
        bool, typer.Option("--rounding", help="Search how far the digits that reports print let the ratio move.")
    ] = False,
    seed: Seed = 0,
    forest: Annotated[
        str | None, typer.Option("--forest", metavar="FILE", help="Draw a forest plot: .svg, .pdf or .png.")
    ] = None,
) -> None:
    """Select estimates and pool them.

    On the log scale with inverse-variance weights; by default REML with the wider of the Hartung–Knapp and the Wald
    interval. What must not be pooled together is refused, and the message names the argument that settles it.
    Simulated estimates come in only if the condition names `origin`.
    """
    from cli import output

    result = selected.analyse(
        "pool",
        method=method,
        test=test,
        level=level,
        tau2_interval=tau2_interval,
        pi_rule=pi_rule,
        threshold=threshold,
        dependence=dependence,
        rho=rho,
        leave_one_out=leave_one_out or False,
        cumulative=cumulative,
        subgroup=subgroup,
        subgroup_tau2=subgroup_tau2,
        rounding=rounding,
        seed=seed,
    )
    written = draw(result, forest) if forest else None
    if selected.as_json:
        output.show_json(result.as_dict())
        return
    tell(result)
    if written:
        output.say(f"\nForest plot: {written}")


def draw(result: PoolResult, path: str) -> str:
    """Write the forest plot of a result and give its path."""
    from registry.figures.catalogue import draw as draw_figure

    return str(draw_figure("forest", result, path))


def tell(result: PoolResult) -> None:
    """Print a result for people: forest plot on a terminal, tables, method, notes, provenance."""
    from cli import output, telling
    from registry.report import prose, tables
    from registry.report.headline import headline

    if result.simulated:
        output.say(f"{prose.SIMULATED}\n\n")
    output.say(f"{headline(result)}\n\n")
    output.show_tables(tables.tables(result))
    if output.on_terminal():
        from registry.report.forest_text import forest

        output.show_block(forest(result, output.width(), ascii_only=not output.shows_unicode()))
    output.say(prose.methods(result))
    telling.notes(result.notes)
    output.say("\n" + telling.provenance(result.provenance))
