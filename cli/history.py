"""`evireg history`: every version of a thing, field by field, who, when, why."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database

EXAMPLE = "evireg history kim2016"


def command(
    *,
    key: Annotated[
        str,
        typer.Argument(
            metavar="KEY", help="An estimate, study/cohort, study, report, factor, endpoint, disease or curator."
        ),
    ],
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Show what became of something: every version, field by field, who changed it, when and why.

    An estimate is found by every key it had, and when it is not live any more.
    """
    from cli import output
    from registry.handle import open as open_registry
    from registry.report import changes as report

    with open_registry(db) as reg:
        told = reg.history(key)
    if as_json:
        events = [
            {
                "changeset": event.changeset,
                "at": event.at,
                "curator": event.curator,
                "message": event.message,
                "happened": event.happened,
                "estimates": event.estimates,
                "changes": report.field_changes(event.changes),
            }
            for event in told.events
        ]
        said = {"kind": told.kind, "key": told.key, "keys": list(told.keys), "live": told.live}
        output.show_json({**said, "events": events})
        return
    former = [each for each in told.keys if each != told.key]
    also = f", also known as {', '.join(former)}" if former else ""
    output.say(f"{told.kind.capitalize()} {told.key}{also}{'' if told.live else '; not live any more'}\n")
    for table in report.history(told):
        output.say(table.title)
        if table.rows:
            output.show_table("", table.columns, table.rows, note=table.note)
        else:
            output.say(f"{table.note}\n")
