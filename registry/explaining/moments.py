"""What --from and --to mean: a run, a changeset, a snapshot or now; and which version of the query it was then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from registry.errors import UsageError
from registry.queries.running import last_run, ran_of
from registry.queries.saved import load, versions
from registry.selection.view import At, at_changeset, snapshot_name

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from registry.queries.definition import Definition
    from registry.queries.running import Ran
    from registry.queries.saved import Saved

RUN, NOW = "run:", "now"


@dataclass(frozen=True, slots=True)
class Moment:
    """A state to explain: the `changeset` the evidence is of, what was asked then, and the run that is meant, if any.

    `saved` is the version of the query in use (None for a condition that is not saved); `younger` says that the query
    did not exist yet, and that its version of today stands in.
    """

    label: str
    changeset: int
    snapshot: str | None
    definition: Definition
    saved: Saved | None
    ran: Ran | None
    younger: bool = False


def of_query(connection: Connection, name: str | None, first: At, last: At) -> tuple[Moment, Moment]:
    """Resolve both moments of a saved query; `first` None is its last run, `last` None is now.

    Without a name the query is that of the run that one of them names. Raises NotFound, and UsageError for a query
    that was never run when no moment is given.
    """
    name = name or _named_by(connection, first, last)
    load(connection, name)
    if first is None:
        run = last_run(connection, name)
        if run is None:
            raise UsageError(
                f"query {name!r} has no stored run to start from",
                "say from where: --from CHANGESET, a snapshot's name or run:ID; or store a run: evireg query run",
            )
        first = f"{RUN}{run.id}"
    return _moment(connection, name, first), _moment(connection, name, NOW if last is None else last)


def of_definition(connection: Connection, definition: Definition, first: At, last: At) -> tuple[Moment, Moment]:
    """Resolve both moments of a condition that is not saved; `last` None is now. Raises NotFound, UsageError."""
    if first is None:
        raise UsageError("a condition that is not saved has no last run", "say from where: --from CHANGESET|SNAPSHOT")
    for at in (first, last):
        if isinstance(at, str) and at.startswith(RUN):
            raise UsageError(f"{at} is a run of a saved query", "leave --where and its like out: the run knows them")
    moments = (_state(connection, NOW if at is None else at) for at in (first, last))
    start, end = (Moment(label, changeset, snapshot, definition, None, None) for label, changeset, snapshot in moments)
    return start, end


def _named_by(connection: Connection, *moments: At) -> str:
    for at in moments:
        if isinstance(at, str) and at.startswith(RUN):
            return ran_of(connection, _number(at)).query.name
    raise UsageError("nothing to explain", "name a saved query, or give --where, --factor and the like")


def _moment(connection: Connection, name: str, at: At) -> Moment:
    if isinstance(at, str) and at.startswith(RUN):
        ran = ran_of(connection, _number(at))
        if ran.query.name != name:
            raise UsageError(f"run {ran.id} is of the query {ran.query.name!r}, not {name!r}", "name one of its runs")
        return Moment(f"run {ran.id}", ran.at_changeset, ran.snapshot, ran.query.definition, ran.query, ran)
    label, changeset, snapshot = _state(connection, at)
    if label == NOW:
        saved = load(connection, name)
        return Moment(label, changeset, snapshot, saved.definition, saved, None)
    then = [each for each in versions(connection, name) if each.changeset <= changeset and not each.removed]
    saved = then[-1] if then else load(connection, name)
    return Moment(label, changeset, snapshot, saved.definition, saved, None, younger=not then)


def _state(connection: Connection, at: At) -> tuple[str, int, str | None]:
    """Name a moment, and give its changeset and snapshot."""
    if at == NOW:
        return NOW, at_changeset(connection, None), None
    changeset, snapshot = at_changeset(connection, at), snapshot_name(at)
    return (f"snapshot {snapshot}" if snapshot else f"changeset {changeset}"), changeset, snapshot


def _number(run: str) -> int:
    text = run.removeprefix(RUN).strip()
    if not (text.isascii() and text.isdigit()):
        raise UsageError(f"{run!r} names no run", "a run is named by its number: run:7")
    return int(text)
