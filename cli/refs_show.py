"""`evireg refs show`: one reference with its abstract, its records, and where it stands."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

EXAMPLE = "evireg refs show song2009"


def command(
    *,
    key: Annotated[str, typer.Argument(metavar="KEY", help="A reference (see evireg refs list).")],
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Show all about one reference: what it is, where it was found, and what was decided.

    What other reviewers decided is not shown before all decisions are in.
    """
    from cli import output
    from cli.references import FACTS, as_object, outcome_as_object, told
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry

    me = find_curator(curator).name
    with open_registry(db) as reg:
        work, outcomes, report = reg.literature.show(key)
        required = reg.literature.progress().required
    if as_json:
        screening = {stage.value: outcome_as_object(outcome, me) for stage, outcome in outcomes.items()}
        more = {"abstract": work.facts["abstract"], "report": report, "screening": screening}
        output.show_json({**as_object(work), **more})
        return
    columns = [output.Column("", keep=9, whole=True), output.Column("", keep=8)]
    facts = [(name, work.facts[name]) for name in FACTS if work.facts[name] is not None]
    facts += [("report", report)] if report else []
    output.show_table(f"Reference {work.key}", columns, facts)
    records = [(each.key, each.found_in, each.accession, each.duplicate_by) for each in work.records]
    headers = ("Record", "Found in", "Number there", "Duplicate by")
    output.show_table("Found", [output.Column(header, keep=9) for header in headers], records)
    output.show_table("Screening", columns, list(told(outcomes, required, me)))
    if work.facts["abstract"]:
        output.say(work.facts["abstract"])
