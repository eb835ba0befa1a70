"""`evireg watch`: which saved queries would give another result now than at their last run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.queries.watching import Watched

EXAMPLE = "evireg watch --exit-code"


def command(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Names of `evireg query list`; every one unless given."),
    ] = None,
    *,
    crossing_one: Annotated[
        bool,
        typer.Option("--crossing-one", help="Tell a crossing of 1 too; it is uncorrected for repeated looks."),
    ] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="End with 8 when something changed, for scheduled jobs.")
    ] = False,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Compare what saved queries would give now with what their last runs gave; nothing is stored.

    Says by how much they differ, whether the ratio, its confidence or its prediction interval crossed the --threshold a
    query was saved with, and which runs used a report that is retracted since. `evireg query run` takes the new result
    as the one to compare with.
    """
    from cli import output
    from registry.errors import SOMETHING_CHANGED
    from registry.handle import open as open_registry

    with open_registry(db) as reg:
        found = reg.watch(*(names or ()), crossing_one=crossing_one)
    if as_json:
        output.show_json(
            {"changed": any(each.changed for each in found), "queries": [each.as_dict() for each in found]}
        )
    else:
        _tell(found)
    if exit_code and any(each.changed for each in found):
        raise typer.Exit(SOMETHING_CHANGED)


def _tell(found: Sequence[Watched]) -> None:
    from cli import output
    from registry.report import queries as report
    from registry.report.prose import count

    if not found:
        output.say("No query is saved yet. Begin with: evireg query save --help")
        return
    changed = sum(each.changed for each in found)
    looked = count(len(found), "query", "queries")
    output.say(f"{changed} of {looked} changed since the last run.\n" if changed else f"Nothing changed: {looked}.\n")
    output.show_tables([report.watched(found)])
    for line in report.alarms(found):
        output.say(f"– {line}")
