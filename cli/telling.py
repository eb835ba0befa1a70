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


def provenance(made: Mapping[str, Any]) -> str:
    """Say from what a result was made, so that it can be made again."""
    snapshot = f" (snapshot {made['snapshot']})" if made["snapshot"] else ""
    return (
        f"Condition: {made['condition']}\n"
        f"{made['engine']}, registry as of changeset {made['changeset']}{snapshot}, rows {made['digest'][:12]}"
    )
