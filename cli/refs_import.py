"""`evireg refs import`: records of searches from RIS, NBIB, BibTeX and CSL-JSON files, told apart from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

if TYPE_CHECKING:
    from registry.literature.importing import Imported

EXAMPLE = 'evireg refs import search.ris --from "Embase"'


def command(
    *,
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="RIS, NBIB (PubMed), BibTeX or CSL-JSON files.")],
    found_in: Annotated[
        str | None,
        typer.Option("--from", metavar="NAME", help="What was searched; needed unless the records name it."),
    ] = None,
    found_by: Annotated[
        str,
        typer.Option(
            "--by", metavar="WAY", help="What that is: database, register, website, organisation, citation, other."
        ),
    ] = "database",
    format: Annotated[  # noqa: A002 - the option's name
        str | None, typer.Option("--format", metavar="NAME", help="ris, nbib, bibtex or csl; else told by the content.")
    ] = None,
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Import the references a search found, all files or none.

    Records of the same document are brought together by DOI, by PMID, then by title, year, author and place in the
    journal. Doubtful pairs are kept apart and wait for your decision: `evireg refs duplicates`.

    The same file again changes nothing.
    """
    from dataclasses import asdict

    from cli import output
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry

    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg:
        done = reg.literature.import_files(*files, found_in=found_in, found_by=found_by, format=format)
    if as_json:
        output.show_json({**asdict(done), "files": [asdict(each) for each in done.files], "curator": who.name})
        return
    _tell(done)


def _tell(done: Imported) -> None:
    from cli import output
    from registry.literature.files import FORMATS
    from registry.terms import DuplicateRule

    columns = [
        output.Column("File", keep=9),
        output.Column("Format", keep=3),
        output.Column("Found in", keep=5),
        output.Column("Records", keep=8, whole=True, right=True),
        output.Column("Known already", keep=7, right=True),
        output.Column("Duplicates", keep=7, right=True),
        output.Column("New", keep=8, whole=True, right=True),
        output.Column("Doubtful", keep=7, right=True),
    ]
    rows = [
        (
            each.file,
            FORMATS[each.format][0] + ("" if each.encoding == "UTF-8" else f", {each.encoding}"),
            ", ".join(each.found_in),
            each.records,
            each.known,
            sum(each.duplicates.values()),
            each.new,
            each.doubtful,
        )
        for each in done.files
    ]
    output.show_table("References", columns, rows)
    rules: dict[str, int] = {}
    for each in done.files:
        for rule, count in each.duplicates.items():
            rules[rule] = rules.get(rule, 0) + count
    if rules:
        said = ", ".join(f"{DuplicateRule(rule).label} ({count})" for rule, count in rules.items())
        output.say(f"Duplicates, by rule: {said}.")
    if done.changeset is None:
        output.say("Nothing new: every record was known already.")
    if doubtful := sum(each.doubtful for each in done.files):
        pairs = "pair may be one document: decide about it" if doubtful == 1 else "pairs may be one document: decide"
        output.say(f"{doubtful} {pairs} with `evireg refs duplicates`.")
