"""`evireg refs list`: the references, each document once, and where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

if TYPE_CHECKING:
    from registry.literature.clusters import Work
    from registry.literature.screening import Progress

EXAMPLE = "evireg refs list --undecided"


def command(
    *,
    stage: Annotated[
        str | None, typer.Option("--stage", metavar="STAGE", help="Only what reached it: title or full_text.")
    ] = None,
    undecided: Annotated[
        bool, typer.Option("--undecided", help="Only what has no result at this stage (default: at its own).")
    ] = False,
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """List references, each document once, with where it stands in screening.

    What other reviewers decided is not shown before all decisions are in.
    """
    from cli import output
    from cli.references import as_object, outcome_as_object
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry
    from registry.terms import ScreeningStage

    with open_registry(db) as reg:
        now = reg.literature.progress()
    chosen = _chosen(now, stage, undecided=undecided)
    if as_json:
        me = find_curator(curator).name
        rows = [
            {
                **as_object(work),
                "screening": {each.value: outcome_as_object(now.at(work.id, each), me) for each in ScreeningStage},
            }
            for work in chosen
        ]
        output.show_json({"references": rows, "reviewers_required": now.required})
        return
    _tell(now, chosen)


def _chosen(now: Progress, stage: str | None, *, undecided: bool) -> list[Work]:
    from registry.errors import UsageError
    from registry.literature.screening import DECIDED
    from registry.terms import ScreeningStage

    if stage is not None and stage not in set(ScreeningStage):
        raise UsageError(f"{stage!r} is no stage of screening", f"there are: {', '.join(ScreeningStage)}")
    reached = now.reached(ScreeningStage(stage) if stage else ScreeningStage.TITLE)
    if not undecided:
        return reached
    if stage:
        return [work for work in reached if now.at(work.id, ScreeningStage(stage)).state not in DECIDED]
    in_full_text = {work.id for work in now.reached(ScreeningStage.FULL_TEXT)}
    own = {work.id: ScreeningStage.FULL_TEXT if work.id in in_full_text else ScreeningStage.TITLE for work in reached}
    return [work for work in reached if now.at(work.id, own[work.id]).state not in DECIDED]


def _tell(now: Progress, chosen: list[Work]) -> None:
    from cli import output
    from cli.references import first_author, state_of
    from registry.ordering import by_name

    columns = [
        output.Column("Key", keep=9, whole=True),
        output.Column("First author", keep=4),
        output.Column("Year", keep=5, whole=True, right=True),
        output.Column("Title", keep=8),
        output.Column("Found in", keep=3),
        output.Column("Screening", keep=7),
    ]
    rows = [
        (
            work.key,
            first_author(work),
            work.facts["year"],
            work.facts["title"],
            ", ".join(dict.fromkeys(record.found_in for record in work.records)),
            state_of(now, work),
        )
        for work in sorted(
            chosen, key=lambda work: by_name(first_author(work), work.facts["year"], work.facts["title"])
        )
    ]
    note = "`evireg refs show KEY` shows one with its abstract; `evireg screen` decides." if rows else "There are none."
    output.show_table(f"References ({len(rows)})", columns, rows, note=note)
