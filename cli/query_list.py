"""`evireg query list`: the saved queries."""

from __future__ import annotations

from cli.options import DEFAULT_DATABASE, AsJson, Database

EXAMPLE = "evireg query list"


def command(*, db: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """List the saved queries in use."""
    from cli import output
    from registry.handle import open as open_registry
    from registry.report import queries as report

    with open_registry(db) as reg:
        found = reg.queries()
    if as_json:
        output.show_json({"queries": [each.as_dict() for each in found]})
    elif found:
        output.show_tables([report.queries(found)])
    else:
        output.say("No query is saved yet. Begin with: evireg query save --help")
