"""`evireg add estimate`: one reported estimate."""

from __future__ import annotations

from cli.adding.command import command_for

EXAMPLE = (
    "evireg add estimate --study lee2017 --factor NLR --endpoint OS --hr 2.10 --ci 1.20-3.70 --ci-level 95 "
    "--contrast above_vs_below"
)

command = command_for(
    "estimate",
    """Add one reported estimate.

On a terminal, what the options leave out is asked for, field by field; log ratio, standard error and whether
HR, CI and p agree are shown before anything is stored. --from-text reads a pasted passage and proposes what it
prints; each proposal is completed and confirmed, and its words are kept as the quote. Without a terminal,
proposals are printed as JSON and nothing is stored.
    """,
)
