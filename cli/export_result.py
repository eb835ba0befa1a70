"""`evireg export result`: what a saved query gives, in a file for another program."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, AsJson, At, Database

EXAMPLE = "evireg export result nlr-myeloma-os nlr-myeloma-os.xlsx"


def command(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="A name of `evireg query list`.")],
    file: Annotated[str, typer.Argument(metavar="FILE", help="The file to write; its ending says the form.")],
    *,
    kind: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORM",
            help="csv, revman, metafor, meta, json, xlsx, parquet, bibtex, ris or fhir, whatever the ending.",
        ),
    ] = None,
    at: At = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Export the result of a saved query for another program: its rows, its numbers, or the reports behind it.

    .csv .json .xlsx .parquet .bib .ris and .fhir.json say the form by themselves; the CSV of RevMan, metafor and meta
    is named by --format. Simulated rows are marked in every form. The same result is the same file, byte for byte.
    """
    from cli import output
    from registry.formats.catalogue import format_of
    from registry.handle import open as open_registry
    from registry.report.prose import count

    form = format_of(file, kind)
    with open_registry(db) as reg:
        found = reg.export_result(query, file, kind=form.name, at=at, force=force)
    made, estimates = found.result.provenance, len(found.result.estimates)
    if as_json:
        output.show_json(
            {
                "file": file,
                "format": form.name,
                "query": query,
                "version": found.query.version,
                "estimates": estimates,
                "references": len(found.references),
                "changeset": made["changeset"],
                "digest": made["digest"],
                "direction": found.result.direction,
                "simulated": found.result.simulated,
            }
        )
        return
    held = count(len(found.references), "report") if form.name in ("bibtex", "ris") else count(estimates, "estimate")
    output.say(f"{file}: {held}; {form.says}, as of changeset {made['changeset']}.")
    if found.result.simulated:
        output.say("SIMULATED: these cohorts are invented; nothing in the file is evidence.")
