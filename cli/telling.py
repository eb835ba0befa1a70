"""How a result is told: as JSON, or in one line, tables, what was done, notes, and where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from registry.report.table import Table


class Report(Protocol):
    """A module of `registry.report` that knows one kind of result."""

    def headline(self, result: Any, /) -> str:
        """Say the result in one line."""

    def tables(self, result: Any, /) -> Iterable[Table]:
        """Lay the result out, in reading order."""

    def methods(self, result: Any, /) -> str:
        """Say what was done, each step with its source."""


def tell(result: Any, report: Report, *, as_json: bool) -> None:
    """Print a result for machines or for people."""
    from cli import output
    from registry.report import prose

    if as_json:
        output.show_json(result.as_dict())
        return
    if result.simulated:
        output.say(f"{prose.SIMULATED}\n")
    output.say(f"{report.headline(result)}\n")
    output.show_tables(report.tables(result))
    if said := report.methods(result):
        output.say(said)
    notes(result.notes)
    output.say("\n" + provenance(result.provenance))


def notes(said: Iterable[str]) -> None:
    """Print notes, one a line, under their heading."""
    from cli import output

    lines = [f"  – {note}" for note in said]
    if lines:
        output.say("\nNotes")
        output.say("\n".join(lines))


def read_anew(estimates: int, changeset: int | None) -> str:
    """Say how many estimates of an older registry mean something else by the rules of this version; "" when none does.

    `changeset` is the one that gave them a new version, None when nothing was stored.
    """
    if not estimates:
        return ""
    what = "1 estimate comes" if estimates == 1 else f"{estimates} estimates come"
    listed = "" if changeset is None else f"`evireg log {changeset}` lists them, "
    return (
        f"{what} out otherwise by the rules of this version; earlier versions and snapshots stay as they were."
        f"\nNext: {listed}`evireg lint` says what to amend."
    )


def provenance(made: Mapping[str, Any]) -> str:
    """Say from what a result was made, so that it can be made again."""
    snapshot = f" (snapshot {made['snapshot']})" if made["snapshot"] else ""
    return (
        f"Condition: {made['condition']}\n"
        f"{made['engine']}, registry as of changeset {made['changeset']}{snapshot}, rows {made['digest'][:12]}"
    )
