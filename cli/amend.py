"""`evireg amend`: correct fields of what is stored, with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

if TYPE_CHECKING:
    from registry.curation.amend import Amended

EXAMPLE = "evireg amend kim2016 country=Korea year=2016 --reason 'read in the full text' --dry-run"


def command(
    *,
    arguments: Annotated[
        list[str],
        typer.Argument(
            metavar="KEY FIELD=VALUE…",
            help="An estimate, study/cohort, study or report (doi:…); fields of `evireg columns`, FIELD= empties one.",
        ),
    ],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the record.")],
    based_on: Annotated[
        str | None,
        typer.Option(
            "--based-on", metavar="DIGEST", help="Refuse if the estimate is not any more the version of this digest."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, store nothing.")] = False,
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Amend what is stored: numbers, identity, cohort, report, study characteristics.

    Values are read and checked as in an import, and kept as printed. A field of the cohort or the report can be given
    with the key of one of its estimates and changes all of them. Every version stays: see `evireg history KEY`, and
    `evireg undo` takes the change back.
    """
    from cli import output
    from cli.answering import remark_assumed
    from cli.pairs import keys_and_pairs
    from registry.curators import curator as find_curator
    from registry.errors import UsageError
    from registry.handle import open as open_registry
    from registry.report import changes as report

    keys, fields = keys_and_pairs(arguments)
    if len(keys) != 1 or not fields:
        what = f"{len(keys)} keys" if len(keys) != 1 else "no field"
        raise UsageError(f"one key and its fields are amended, and {what} came", "such as: KEY hr=2.15 ci_low=1.74")
    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg:
        done = reg.amend(keys[0], fields, reason=reason, based_on=based_on, dry_run=dry_run)
    if as_json:
        output.show_json(
            {
                "key": done.renamed.get(keys[0], keys[0]),
                **as_object(done),
                "changes": report.as_changes(done.changes),
                "effects": report.as_effects(done.effects),
                "dry_run": dry_run,
                "curator": who.name,
            }
        )
        return
    _tell(keys[0], done, dry_run=dry_run)
    remark_assumed(who, done.changeset)


def as_object(done: Amended) -> dict[str, Any]:
    """Give what an amendment did as a JSON object, without its changes and effects."""
    return {
        "changeset": done.changeset,
        "changed": list(done.changed),
        "unchanged": done.unchanged,
        "renamed": dict(done.renamed),
        "remarks": list(done.remarks),
    }


def _tell(key: str, done: Amended, *, dry_run: bool) -> None:
    from cli import output
    from cli.telling import notes
    from registry.report import changes as report

    if not done.changed:
        output.say(f"{key} says so already: nothing was changed.")
        return
    where = "Nothing is stored (--dry-run)" if dry_run else f"Stored as changeset {done.changeset}"
    output.say(f"{where}; each field before and after:\n")
    output.show_tables([report.changes(done.changes), *report.effects(done.effects)])
    becomes = "would become {}" if dry_run else "is {} from now on"
    renamed = [f"the key of {old} {becomes.format(new)}" for old, new in done.renamed.items()]
    notes([*renamed, *report.shared(done.changes, done.effects), *done.remarks])
