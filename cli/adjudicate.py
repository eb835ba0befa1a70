"""`evireg adjudicate`: settle what two readings say otherwise."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

if TYPE_CHECKING:
    from registry.curation.adjudicate import Adjudicated

EXAMPLE = "evireg adjudicate"


def command(
    *,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY [FIELD=VALUE…]]", help="An estimate; values that settle single fields."),
    ] = None,
    take: Annotated[
        str | None, typer.Option("--take", metavar="first|second|NAME", help="Whose reading holds.")
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why, for the record.")] = None,
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Settle second extractions that differ from what is stored.

    Without --take and values: list what differs, field by field. --take first keeps what is stored, --take second
    amends it to the second reading; FIELD=VALUE settles a field by what the report says after all.
    """
    from cli import output
    from cli.answering import remark_assumed
    from cli.extract import tell
    from cli.pairs import keys_and_pairs
    from registry.curators import curator as find_curator
    from registry.errors import UsageError
    from registry.handle import open as open_registry

    keys, values = keys_and_pairs(arguments or ())
    if len(keys) > 1 or (not keys and (values or take)):
        raise UsageError("one estimate is settled at a time", "give its key: evireg adjudicate KEY --take second")
    if not values and take is None:
        with open_registry(db) as reg:
            found = reg.disagreements(keys[0] if keys else None)
        if as_json:
            output.show_json({"open": [asdict(each) for each in found]})
        elif found:
            tell(found, "Second reading")
        else:
            output.say("No readings differ.")
        return
    if not reason or not reason.strip():
        raise UsageError("an adjudication has a reason", "give it with --reason, in a few words")
    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg:
        done = reg.adjudicate(keys[0], values, take=take, reason=reason)
    if as_json:
        output.show_json({"settled": {**_as_object(done), "curator": who.name}})
        return
    _tell(done)
    remark_assumed(who, done.changeset)


def _as_object(done: Adjudicated) -> dict[str, Any]:
    amended = done.amended
    changes = [] if amended is None else [dict(zip(_CHANGE, each, strict=True)) for each in amended.changes]
    return {
        "changeset": done.changeset,
        "key": done.key,
        "readings": [asdict(each) for each in done.settled],
        "changes": changes,
        "remarks": list(done.remarks),
    }


_CHANGE = ("entity", "key", "field", "before", "after")


def _tell(done: Adjudicated) -> None:
    from cli import output
    from registry.report.changes import changes as table

    output.say(f"Settled {done.key}, in changeset {done.changeset}.")
    changes = () if done.amended is None else done.amended.changes
    if changes:
        output.show_tables([table(changes)])
    else:
        output.say("What is stored holds; nothing was amended.")
    for remark in done.remarks:
        output.remark(f"Note: {remark}.")
