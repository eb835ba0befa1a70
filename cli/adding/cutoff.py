"""`evireg add cutoff`: a cutoff of a factor."""

from __future__ import annotations

from cli.adding.command import command_for

EXAMPLE = "evireg add cutoff --factor ferritin --cutoff '>= 550 ng/mL' --cutoff-method median"

command = command_for(
    "cutoff",
    """Add a cutoff of a factor: operator, value, unit as UCUM, and how it was chosen.
    """,
)
