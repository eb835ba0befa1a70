"""`evireg snapshot list`: the named states of the evidence."""

from __future__ import annotations

from cli.options import DEFAULT_DATABASE, AsJson, Database

EXAMPLE = "evireg snapshot list"


def command(*, db: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """List the snapshots, oldest first."""
    from dataclasses import asdict

    from cli import output
    from registry.handle import open as open_registry
    from registry.report import snapshots as report

    with open_registry(db) as reg:
        found = reg.snapshots()
    if as_json:
        output.show_json({"snapshots": [asdict(each) for each in found]})
    elif found:
        output.show_tables([report.snapshots(found)])
    else:
        output.say("There is no snapshot yet. `evireg snapshot create NAME` takes one.")
