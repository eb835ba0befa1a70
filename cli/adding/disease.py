"""`evireg add disease`: a disease, or synonyms of one."""

from __future__ import annotations

from cli.adding.command import command_for

EXAMPLE = "evireg add disease 'marginal zone lymphoma' --synonym MZL"

command = command_for(
    "disease",
    """Add a disease, or to a known one more synonyms: other names of the same patients, never of a part of them.
    """,
)
