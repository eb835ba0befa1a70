"""`evireg add endpoint`: an endpoint, or synonyms of one."""

from __future__ import annotations

from cli.adding.command import command_for

EXAMPLE = "evireg add endpoint TFS --label 'treatment-free survival' --definition 'time to next treatment or death'"

command = command_for(
    "endpoint",
    """Add an endpoint with its definition, or to a known one more synonyms.
    """,
)
