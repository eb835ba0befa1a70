"""`evireg add factor`: a prognostic factor, or synonyms of one."""

from __future__ import annotations

from cli.adding.command import command_for

EXAMPLE = "evireg add factor NLR --synonym 'N/L ratio'"

command = command_for(
    "factor",
    """Add a prognostic factor, or to a known one more synonyms.

The unit is UCUM; cutoffs are compared in it.
    """,
)
