"""`evireg review`: what waits for a check, and the status of estimates."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database, Where

if TYPE_CHECKING:
    from registry.curation.review import Reviewed, Work
    from registry.curators import CuratorName

EXAMPLE = "evireg review kim2016 checked --as 'Grace Hopper'"


def command(
    *,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KEY… STATUS]",
            help="Estimates (or a study, or study/cohort, for all of theirs) and the status they get: checked, "
            "accepted, disputed, excluded or extracted.",
        ),
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why; disputed, excluded and extracted need it.")
    ] = None,
    where: Where = None,
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Review estimates, or list what waits for it.

    Without a status: how many estimates have each status, and which wait for a check. A check is by another curator
    than the one who entered or last changed the numbers. What is accepted was checked, and has a locator and a quote.
    Disputed and excluded estimates stay in the registry and leave every selection. An amendment of numbers puts a
    checked estimate back to extracted.
    """
    from cli import output
    from cli.answering import remark_assumed
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry

    given = arguments or []
    if not given:
        with open_registry(db) as reg:
            found = reg.review_work(where)
        output.show_json({"work": asdict(found)}) if as_json else _tell_work(found, find_curator(curator))
        return
    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg:
        done = reg.review(*given[:-1], status=given[-1], reason=reason, where=where)
    if as_json:
        output.show_json({"reviewed": {**asdict(done), "curator": who.name}})
        return
    _tell(done)
    remark_assumed(who, done.changeset)


def _tell(done: Reviewed) -> None:
    from cli import output
    from registry.report.prose import count

    if done.changed:
        output.say(f"{count(len(done.changed), 'estimate')} {done.status}, in changeset {done.changeset}.")
    if done.unchanged:
        output.say(f"{count(done.unchanged, 'estimate')} {'was' if done.unchanged == 1 else 'were'} so already.")


def _tell_work(work: Work, who: CuratorName) -> None:
    from cli import output
    from registry.report import reported

    counts = ", ".join(f"{number} {status}" for status, number in work.counts.items())
    output.say(f"Estimates by status: {counts}.\n")
    if not work.waiting:
        output.say("Nothing waits for a check.")
        return
    columns = [
        output.Column("Estimate", keep=9, whole=True),
        output.Column("Factor", keep=4),
        output.Column("Endpoint", keep=3),
        output.Column("Ratio", keep=7, whole=True, right=True),
        output.Column("Entered by", keep=8),
        output.Column("Second extraction", keep=5),
        output.Column("Lacks", keep=6),
        output.Column("Put back because", keep=2),
    ]
    rows = [
        (
            row["key"],
            row["factor"],
            row["endpoint"],
            reported.named(row),
            "you" if row["entered_by"] == who.name else row["entered_by"],
            row["second"],
            ", ".join(name for name in ("locator", "quote") if row[name] is None),
            row["status_reason"],
        )
        for row in work.waiting
    ]
    more = f"And {work.more} more; --where narrows the list. " if work.more else ""
    note = f"{more}What lacks a locator or a quote can be checked and not accepted."
    output.show_table("Waiting for a check by somebody else than who entered it", columns, rows, note=note)
