"""`evireg grade rate`: judge one domain of certainty."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.asking import QueryName
from cli.options import DEFAULT_DATABASE, As, AsJson, Database

EXAMPLE = 'evireg grade rate nlr-myeloma-os inconsistency serious --reason "intervals that do not overlap, unexplained"'


def command(
    query: QueryName,
    domain: Annotated[
        str,
        typer.Argument(
            metavar="DOMAIN",
            help="risk_of_bias, inconsistency, indirectness, imprecision, publication_bias, large_effect,"
            " exposure_response.",
        ),
    ],
    judgement: Annotated[
        str,
        typer.Argument(
            metavar="JUDGEMENT",
            help="none, serious (-1), very_serious (-2); of a large effect none, large (+1), very_large (+2); of an"
            " exposure-response gradient none, present (+1).",
        ),
    ],
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="What it rests on; a footnote of the table.")],
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Judge one domain of GRADE for the evidence of a saved query, as it is now.

    It replaces what was judged before; the ledger keeps both, and `evireg undo` takes it back. Given again when the
    evidence has changed, it says that it still holds. What each domain rests on: `evireg grade show`.
    """
    from cli import output
    from cli.answering import remark_assumed
    from registry.curators import curator as find_curator
    from registry.grading.domains import STEPS
    from registry.handle import open as open_registry
    from registry.report import grading as report

    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg:
        rated = reg.grade(query, domain, judgement, reason=reason)
        found = reg.findings(query)
    if as_json:
        level = None if found.certainty is None else str(found.certainty)
        output.show_json({**rated.as_dict(), "certainty": level, "not_rated": [str(each) for each in found.not_rated]})
        return
    said = report.judged(rated.domain, rated.judgement, STEPS[rated.domain][rated.judgement])
    output.say(f"{query}, {rated.domain.label}: {said} (changeset {rated.changeset}).")
    output.say(f"Certainty: {report.certainty(found.certainty)}.")
    if found.not_rated:
        output.say(f"Not rated: {', '.join(each.label for each in found.not_rated)}.")
    remark_assumed(who, rated.changeset)
