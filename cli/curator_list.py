"""`evireg curator list`: who changed this registry."""

from __future__ import annotations

from cli.options import DEFAULT_DATABASE, AsJson, Database

EXAMPLE = "evireg curator list"


def command(*, db: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """List the curators, registered ones and those known by their changes only."""
    from cli import output
    from registry.handle import open as open_registry
    from registry.report import people

    with open_registry(db) as reg:
        found = reg.curators()
    if as_json:
        output.show_json({"curators": [people.as_object(each) for each in found]})
    else:
        output.show_tables([people.curators(found)])
