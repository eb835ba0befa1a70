"""`evireg grade list`: how certain the evidence of each saved query is."""

from __future__ import annotations

from cli.options import DEFAULT_DATABASE, AsJson, At, Database

EXAMPLE = "evireg grade list"


def command(*, at: At = None, db: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """List the saved queries with their certainty, what is not rated, and what was rated on other evidence."""
    from cli import output
    from registry.errors import NothingSelected, PoolRefused
    from registry.handle import open as open_registry
    from registry.report import grading as report

    found, refused = [], {}
    with open_registry(db) as reg:
        for saved in reg.queries():
            try:
                found.append(reg.findings(saved.name, at=at))
            except (PoolRefused, NothingSelected) as error:
                refused[saved.name] = str(error)
    if as_json:
        output.show_json({"queries": [each.as_dict() for each in found], "refused": refused})
        return
    output.show_tables([report.overview(found)])
    for name, why in refused.items():
        output.say(f"{name} cannot be pooled: {why}\n")
