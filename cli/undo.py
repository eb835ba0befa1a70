"""`evireg undo`: restore what a changeset changed, by a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

if TYPE_CHECKING:
    from registry.curation.undo import Undone

EXAMPLE = "evireg undo 8 --reason 'the wrong topic' --dry-run"


def command(
    *,
    changeset: Annotated[int, typer.Argument(metavar="CHANGESET", help="Its number; `evireg log` shows them.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the record.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, store nothing.")] = False,
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Undo a changeset: amendments, retractions, overlaps, reviews, new names, whole imports.

    Nothing is deleted from the history: a new changeset restores what was. Later changes that stand in the way are
    named, and nothing is done. An undo can be undone.
    """
    from cli import output
    from cli.answering import remark_assumed
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry
    from registry.report import changes as report

    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg:
        done = reg.undo(changeset, reason=reason, dry_run=dry_run)
    if as_json:
        output.show_json(
            {
                "changeset": done.changeset,
                "of": done.of,
                "of_message": done.of_message,
                "removed": list(done.removed),
                "restored": list(done.restored),
                "renamed": dict(done.renamed),
                "changes": report.as_changes(done.changes),
                "effects": report.as_effects(done.effects),
                "remarks": list(done.remarks),
                "dry_run": dry_run,
                "curator": who.name,
            }
        )
        return
    _tell(done, dry_run=dry_run)
    remark_assumed(who, done.changeset)


def _tell(done: Undone, *, dry_run: bool) -> None:
    from cli import output
    from cli.telling import notes
    from registry.report import changes as report
    from registry.report.prose import count

    where = "Nothing is stored (--dry-run)" if dry_run else f"Undone by changeset {done.changeset}"
    output.say(f"{where}: changeset {done.of}, {done.of_message}.")
    made, reports = report.without_gone_reports([each for each in done.changes if each[0] != "changeset"])
    papers = f", with {count(reports, 'report')} that nobody else uses" if reports else ""
    if done.removed:
        output.say(f"Taken out of the live evidence: {count(len(done.removed), 'estimate')}{papers}.")
    if done.restored:
        output.say(f"Brought back: {count(len(done.restored), 'estimate')}{papers}.")
    output.say()
    if made:
        output.show_tables([report.changes(made[: report.SHOWN * 2])])
    if len(made) > report.SHOWN * 2:
        output.say(f"And {len(made) - report.SHOWN * 2} more; --json lists all.\n")
    output.show_tables(report.effects(done.effects))
    notes([*(f"the key of {old} is {new} again" for old, new in done.renamed.items()), *done.remarks])
