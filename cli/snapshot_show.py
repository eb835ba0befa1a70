"""`evireg snapshot show`: one named state of the evidence."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database

EXAMPLE = "evireg snapshot show 2026-06"


def command(
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name; `evireg snapshot list` shows them.")],
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Show one snapshot: what it names, who took it when and why, and its root."""
    from dataclasses import asdict

    from cli import output
    from registry.handle import open as open_registry
    from registry.report import snapshots as report

    with open_registry(db) as reg:
        (found,) = reg.snapshots(name)
    if as_json:
        output.show_json(asdict(found))
    else:
        output.show_tables([report.snapshot(found)])
