"""`evireg retract`: a report was retracted."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

EXAMPLE = "evireg retract 10.1002/pbc.29845 --reason 'retraction notice of the journal'"


def command(
    *,
    report: Annotated[str, typer.Argument(metavar="REPORT", help="Its DOI, PMID, address or key (doi:…, pmid:…).")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the record.")],
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Mark a report as retracted: its estimates stay, and leave selections from now on.

    These are the estimates of a study whose own report it is, and those read in it. Earlier results stay as they were.
    `evireg undo` takes a retraction back.
    """
    from dataclasses import asdict

    from cli import output
    from cli.answering import remark_assumed
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry
    from registry.report.prose import count

    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg:
        done = reg.retract(report, reason=reason)
    if as_json:
        output.show_json({**asdict(done), "curator": who.name})
        return
    if done.changeset is None:
        output.say(f"{done.report} is marked as retracted already: nothing was changed.")
        return
    output.say(f"{done.report} is retracted (changeset {done.changeset}).")
    output.say(f"{count(done.estimates, 'estimate')} left the selections from now on: evireg log {done.changeset}")
    remark_assumed(who, done.changeset)
