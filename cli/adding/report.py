"""`evireg add report`: a further report of a study."""

from __future__ import annotations

from cli.adding.command import command_for

EXAMPLE = "evireg add report --study kim2016 --kind abstract --doi 10.1182/blood.v124.21.3413.3413"

command = command_for(
    "report",
    """Add a report to a study: a further article, an abstract, a data set.

The first report of a study is its own; others are kept beside it. A report is known by DOI, PMID, address or
title.
    """,
)
