"""`evireg grade show`: the summary of findings of a saved query."""

from __future__ import annotations

from cli.asking import QueryName
from cli.options import DEFAULT_DATABASE, AsJson, At, Database

EXAMPLE = "evireg grade show nlr-myeloma-os"


def command(
    query: QueryName,
    *,
    at: At = None,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Show the summary of findings: effects, certainty, and each domain with the figures it rests on.

    Absolute effects are at the baselines the query names (`evireg query save --baseline`). A domain that nobody rated
    is shown as not rated, and the certainty then is not known; nothing is rated automatically.
    """
    from cli.telling import tell
    from registry.handle import open as open_registry
    from registry.report import grading as report

    with open_registry(db) as reg:
        result = reg.findings(query, at=at)
    tell(result, report, as_json=as_json)
