"""`evireg attach`: keep the page of a report."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

EXAMPLE = "evireg attach page3.pdf --to kim2016"


def command(
    *,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A PDF, PNG, JPEG, TIFF or WebP, up to 50 MB.")],
    to: Annotated[
        str,
        typer.Option("--to", metavar="KEY", help="An estimate, a report (key, DOI, PMID), or a study's own report."),
    ],
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Attach a file to an estimate or a report.

    It is kept in the registry as it is, known by its SHA-256; the same file is stored once. Mind the copyright of what
    you attach to a registry that others can read.
    """
    from cli import output
    from cli.answering import remark_assumed
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry

    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg:
        done = reg.attach(file, to)
    if as_json:
        output.show_json({**asdict(done), "curator": who.name})
        return
    size = f"{done.media_type}, {done.size:,} bytes, SHA-256 {done.sha256[:12]}…"
    if done.changeset is None:
        output.say(f"{file} is attached to {done.kind} {done.key} already ({size}).")
    else:
        output.say(f"Attached {file} to {done.kind} {done.key} ({size}), in changeset {done.changeset}.")
    remark_assumed(who, done.changeset)
