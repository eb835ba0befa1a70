"""`evireg query run`: execute a saved query, and store what it gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, At, Database

if TYPE_CHECKING:
    from registry.handle import Registry

EXAMPLE = "evireg query run nlr-myeloma-os"


def command(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="A name of `evireg query list`.")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Run every saved query.")] = False,
    at: At = None,
    forest: Annotated[
        str | None, typer.Option("--forest", metavar="FILE", help="Draw a forest plot: .svg, .pdf or .png.")
    ] = None,
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Execute a saved query and store its result, so that it can be made again.

    A run keeps the version of the query, the state of the evidence, the rows used, the engine, and the whole result;
    `evireg run verify` makes it again. It says too whether the ledger proves that the query is older than the evidence.
    """
    from registry.curators import curator as find_curator
    from registry.errors import UsageError
    from registry.handle import open as open_registry

    if (name is None) is not every:
        raise UsageError("one query is run, or --all of them", "evireg query run NAME")
    if every and forest:
        raise UsageError("a forest plot is of one query", "evireg query run NAME --forest FILE")
    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg:
        if name is None:
            _run_all(reg, at, as_json=as_json)
        else:
            _run_one(reg, name, at, forest, as_json=as_json)


def _run_one(reg: Registry, name: str, at: str | None, forest: str | None, *, as_json: bool) -> None:
    from cli import output, pool
    from cli.querying import run_object, tell_run

    ran = reg.run(name, at=at)
    specified = reg.specified(ran)
    written = pool.draw(ran.pooled, forest) if forest and ran.pooled is not None else None
    if as_json:
        output.show_json(run_object(ran, specified))
        return
    tell_run(ran, specified)
    if written:
        output.say(f"\nForest plot: {written}")


def _run_all(reg: Registry, at: str | None, *, as_json: bool) -> None:
    """Run every query; one that is refused does not keep the others from running."""
    from cli import output
    from cli.querying import run_object
    from registry.errors import NothingSelected, PoolRefused
    from registry.report import queries as report

    done, refused = [], {}
    for saved in reg.queries():
        try:
            ran = reg.run(saved.name, at=at)
        except (PoolRefused, NothingSelected) as error:
            refused[saved.name] = str(error)
        else:
            done.append((ran, reg.specified(ran)))
    if as_json:
        shown: list[dict[str, Any]] = [run_object(*each) for each in done]
        output.show_json({"runs": shown, "refused": refused})
        return
    output.show_tables([report.runs([ran for ran, _ in done], [said for _, said in done])])
    for name, why in refused.items():
        output.say(f"{name} was not run: {why}\n")
