"""`evireg snapshot export`: a snapshot in one file that others can use without evireg."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database

EXAMPLE = "evireg snapshot export 2026-06 evidence-2026-06.zip"


def command(
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The snapshot, or the number of a changeset.")],
    file: Annotated[str, typer.Argument(metavar="FILE.zip", help="The archive to write.")],
    licence: Annotated[
        str, typer.Option("--licence", metavar="SPDX", help="Under what it may be used, such as CC0-1.0.")
    ] = "CC-BY-4.0",
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT", help="Title of the data set.")] = None,
    with_attachments: Annotated[
        bool, typer.Option("--with-attachments", help="With the files kept beside the evidence, if you may share them.")
    ] = False,
    with_later_runs: Annotated[
        bool, typer.Option("--with-later-runs", help="With results that were computed after the snapshot was taken.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Write a snapshot to one file that anybody can use, with evireg or without.

    In it: the evidence as one table (CSV and Parquet), the normalised tables, the complete history with its hashes,
    saved queries and their results, a README, a Frictionless data package, an RO-Crate, checksums. The same snapshot is
    the same file, byte for byte, on every machine and from either database.
    """
    from dataclasses import asdict

    from cli import output
    from registry.handle import open as open_registry
    from registry.report.prose import count

    with open_registry(db) as reg:
        done = reg.export_snapshot(
            name, file, licence=licence, title=title, with_attachments=with_attachments,
            with_later_runs=with_later_runs, force=force,
        )  # fmt: skip
    if as_json:
        output.show_json(asdict(done))
        return
    size = f"{done.bytes / 1e6:,.1f} MB"
    output.say(f"{done.file}: {count(done.estimates, 'estimate')} as of changeset {done.changeset}, {size}.")
    output.say(f"Root {done.root}, licence {done.licence}.")
    if done.left_out:
        output.say(f"{count(done.left_out, 'attachment')} only named; --with-attachments puts the files in.")
    if done.later_runs:
        what = count(done.later_runs, "result")
        output.say(
            f"{what} computed after the snapshot left out; --with-later-runs puts them in, which is another file."
        )
