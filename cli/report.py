"""`evireg report`: the complete report of saved queries, as one self-contained file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, At, Database

if TYPE_CHECKING:
    from registry.dossier.report import Reported

EXAMPLE = "evireg report nlr-myeloma-os -o report.html"


def command(
    names: Annotated[list[str], typer.Argument(metavar="QUERY...", help="Saved queries: see `evireg query list`.")],
    *,
    at: At = None,
    out: Annotated[
        list[str] | None,
        typer.Option(
            "-o",
            "--out",
            metavar="FILE",
            help="Where to: .html, .docx or .md; a file there is written over (repeatable).",
        ),
    ] = None,
    bundle: Annotated[
        str | None,
        typer.Option(
            "--bundle", metavar="FOLDER|FILE.zip", help="The report with its figures, data, R script and references."
        ),
    ] = None,
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT", help="A title of your own.")] = None,
    style: Annotated[
        str,
        typer.Option(
            "--style", metavar="NAME|FILE.csl", help="Citations: vancouver, ama, lancet, nature, apa, or a CSL file."
        ),
    ] = "vancouver",
    also_subgroup: Annotated[
        list[str] | None,
        typer.Option(
            "--also-subgroup",
            metavar="COLUMN[:NUMBERS]",
            help="Subgroups beside those of the query; the report calls them post hoc (repeatable).",
        ),
    ] = None,
    also_moderator: Annotated[
        list[str] | None,
        typer.Option(
            "--also-moderator", metavar="COLUMN[:REFERENCE]", help="A meta-regression, likewise (repeatable)."
        ),
    ] = None,
    small_study: Annotated[
        list[str] | None,
        typer.Option("--small-study", metavar="NAME", help="A test of `evireg bias`, also below k = 10 (repeatable)."),
    ] = None,
    baseline: Annotated[
        list[str] | None,
        typer.Option(
            "--baseline",
            metavar="survival=S,prevalence=P,at=TIME,…",
            help="Absolute risks by TIME, such as 24 months; last, source=… goes with it (repeatable).",
        ),
    ] = None,
    second_opinion: Annotated[
        bool, typer.Option("--second-opinion", help="Repeat the analysis with R's metafor; its log goes in.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a bundle that is there.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress display.")] = False,
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Write the complete report of one or several saved queries.

    Question, search, studies, risk of bias, the pool and whether it stands, subgroups, certainty, what moved since the
    last report, methods, references, and where every number comes from: one file that needs no network. Each query is
    run, and the run stored, unless a stored one says the same or you may not write to the registry. A query that cannot
    be pooled gives a report too: it says why, and lists what is known.
    """
    from cli import output
    from cli.planning import analyses
    from cli.progress import of_steps
    from registry.curators import curator as find_curator
    from registry.dossier.material import Absent
    from registry.errors import UsageError
    from registry.handle import open as open_registry

    if not (out or bundle or as_json):
        raise UsageError("where is the report to go?", f"evireg report {' '.join(names)} -o report.html")
    more = {
        "also_subgroup": also_subgroup,
        "also_moderator": also_moderator,
        "small_study": small_study,
        "baseline": baseline,
    }
    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg, of_steps(quiet=quiet or as_json) as progress:
        made = reg.report(
            *names,
            at=at,
            path=out or (),
            bundle=bundle,
            title=title,
            style=style,
            analyses=analyses(more),
            second_opinion=second_opinion,
            force=force,
            progress=progress,
        )
    if as_json:
        output.show_json(made.as_dict())
    else:
        tell(made)
    if any(each.run is None and not isinstance(each.pool, Absent) for each in made.materials):
        output.remark("No run was stored: you may not write to this registry. The report says so.")


def tell(made: Reported) -> None:
    """Say in a few lines what the report found, what it has not, and where it is."""
    from cli import output
    from registry.dossier.material import Absent
    from registry.dossier.sections.summary import why_none
    from registry.report import prose

    if made.document.notice:
        output.say(f"{made.document.notice}\n")
    output.say(f"{made.document.title}\n")
    for each in made.materials:
        name = each.saved.name
        if isinstance(each.pool, Absent):
            output.say(f"{name}: nothing could be pooled. {why_none(each.pool)}")
        else:
            run = f", run {each.run.id}" if each.run else ""
            output.say(f"{name}: {prose.in_short(each.pool)}{run}")
    for path in made.files:
        output.say(f"Report: {path}")
