"""`evireg add cohort`: a cohort of a study."""

from __future__ import annotations

from cli.adding.command import command_for

EXAMPLE = "evireg add cohort --study kim2016 --cohort elderly --disease 'multiple myeloma' --country Korea"

command = command_for(
    "cohort",
    """Add a cohort of a study: patients analysed together, and what is known of them.

The study is created if it is new.
    """,
)
