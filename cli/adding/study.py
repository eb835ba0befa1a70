"""`evireg add study`: a study, with or without its own report."""

from __future__ import annotations

from cli.adding.command import command_for

EXAMPLE = "evireg add study kim2016 --first-author Kim --year 2016 --doi 10.1097/md.0000000000012678"

command = command_for(
    "study",
    """Add a study, even one no number was read from yet.

Fields that are empty in the registry are filled in, others never overwritten.
    """,
)
