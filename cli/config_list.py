"""`evireg config list`: the rules of this registry."""

from __future__ import annotations

from cli.options import DEFAULT_DATABASE, AsJson, Database

EXAMPLE = "evireg config list"


def command(*, db: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """List the rules of this registry and what they are set to."""
    from cli import output
    from registry.handle import open as open_registry
    from registry.report import people

    with open_registry(db) as reg:
        found = reg.settings()
    if as_json:
        output.show_json({"settings": found})
    else:
        output.show_tables([people.settings(found)])
