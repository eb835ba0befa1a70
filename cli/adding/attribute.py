"""`evireg add attribute`: a study characteristic."""

from __future__ import annotations

from cli.adding.command import command_for

EXAMPLE = "evireg add attribute platform --level cohort --levels commercial --levels academic"

command = command_for(
    "attribute",
    """Declare a study characteristic: what it holds, its unit or levels, and what it belongs to.
    """,
)
