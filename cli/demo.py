"""`evireg demo`: a whole analysis and its report, on simulated cohorts, in a database of their own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import AsJson

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.comparison import Compared
    from registry.handle import Registry
    from registry.pooling import PoolResult
    from registry.report.table import Table
    from registry.seeding import Result, Topic

EXAMPLE = "evireg demo --into demo"

TOPIC = "worked_example"


@dataclass(frozen=True, slots=True)
class Analysis:
    """One endpoint of the demo: beside what was published, without each cohort, by subgroup, and its figures."""

    compared: Compared
    sensitivity: PoolResult
    subgroups: tuple[PoolResult, ...]
    figures: tuple[Path, ...]


def command(
    *,
    into: Annotated[
        str, typer.Option("--into", metavar="FOLDER", help="Where the database, the figures and the report go.")
    ] = "demo",
    as_json: AsJson = False,
) -> None:
    """Run a whole meta-analysis on SIMULATED cohorts.

    Pools, leave-one-out, subgroups, forest plots, and the complete report. Eight invented cohorts stand in for those of
    a published meta-analysis of ferritin before CAR-T cells. They live in a database of their own and never meet your
    registry. The demo can be run again at any time.
    """
    from cli import output
    from registry.handle import init
    from registry.handle import open as open_registry
    from registry.seeding import topic

    folder = _folder(into)
    database = folder / "simulated.db"
    init(database)
    example = topic(TOPIC)
    with open_registry(database) as reg:
        reg.seed(TOPIC)
        analyses = [_analyse(reg, example, result, folder) for result in example.results]
        report = _report(reg, example, folder, quiet=as_json)
    if as_json:
        output.show_json(_as_object(database, analyses, report))
    else:
        _tell(example, database, analyses, report)


def _report(reg: Registry, example: Topic, folder: Path, *, quiet: bool) -> tuple[Path, ...]:
    """Write the report of both endpoints, as `evireg report` does."""
    from cli.progress import of_steps

    names = [result.query for result in example.results]
    with of_steps(quiet=quiet) as progress:
        made = reg.report(*names, path=folder / "simulated-report.html", progress=progress, curator=example.curator)
    return made.files


def _folder(into: str) -> Path:
    from registry.errors import UsageError

    folder = Path(into)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{into} cannot be made a folder: {error.strerror}", "give another one: --into FOLDER"
        ) from error
    return folder


def _analyse(reg: Registry, example: Topic, result: Result, folder: Path) -> Analysis:
    from cli.comparison import compared

    sensitivity = reg.pool(result.where, leave_one_out=True, **result.options)
    named = reg.query(result.query).definition.analyses.get("subgroups", ())
    by = tuple(reg.pool(result.where, subgroup=each, **result.options) for each in named)
    return Analysis(compared(reg, example.name, result), sensitivity, by, tuple(_draw(sensitivity, by, result, folder)))


def _draw(whole: PoolResult, by: Sequence[PoolResult], result: Result, folder: Path) -> Iterator[Path]:
    from registry.figures.catalogue import draw

    name = f"simulated-{result.name.lower()}"
    yield draw("forest", whole, folder / f"{name}.svg")
    for each in by:
        if each.subgroups is not None:
            yield draw("forest", each, folder / f"{name}-by-{each.subgroups.column}.svg")


def _tell(example: Topic, database: Path, analyses: Sequence[Analysis], report: Sequence[Path]) -> None:
    from cli import comparison, output
    from registry.report import prose

    output.say(f"{prose.SIMULATED}\n\n{example.title}\n{example.description}\n\n")
    title = "Pooled, beside the published totals the cohorts were made to give – SIMULATED DATA"
    output.show_tables([comparison.table(title, [each.compared for each in analyses])])
    source = analyses[0].compared.result.published
    if source is not None:
        output.say(
            f"Published: {source.source}. Same method: DerSimonian–Laird, Wald. Default: REML, Hartung–Knapp.\n\n"
        )
    for each in analyses:
        output.show_tables(_of_endpoint(each))
    output.say(prose.methods(analyses[0].sensitivity) + "\n")
    output.say("Forest plots (SIMULATED DATA):")
    output.say("\n".join(f"  {figure}" for each in analyses for figure in each.figures))
    output.say("The complete report, marked SIMULATED on every page:")
    output.say("\n".join(f"  {path}" for path in report))
    output.say(f"\nThe simulated registry is {database}. Look around, or change an option:")
    output.show_block(
        f"  evireg list cohorts --db {database} --where 'origin == \"simulated\"'\n"
        f"  evireg pool --db {database} --where '{analyses[0].compared.result.where}'\n"
        f"  evireg report {' '.join(each.compared.result.query for each in analyses)} --db {database} -o report.html"
    )


def _of_endpoint(analysis: Analysis) -> Iterator[Table]:
    from dataclasses import replace

    from registry.report import tables

    name = analysis.compared.result.name
    without = tables.leave_one_out(analysis.sensitivity)
    by = [tables.subgroups(each) for each in analysis.subgroups]
    for table in (tables.estimates(analysis.sensitivity), without, *by):
        if table is not None:
            yield replace(table, title=f"{name}: {table.title} – SIMULATED DATA")


def _as_object(database: Path, analyses: Sequence[Analysis], report: Sequence[Path]) -> dict[str, Any]:
    return {
        "simulated": True,
        "database": str(database),
        "report": [str(path) for path in report],
        "results": [
            {
                **each.compared.as_dict(),
                "leave_one_out": each.sensitivity.as_dict()["leave_one_out"],
                "subgroups": [by.as_dict()["subgroups"] for by in each.subgroups],
                "figures": [str(figure) for figure in each.figures],
            }
            for each in analyses
        ],
    }
