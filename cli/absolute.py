"""`evireg absolute`: what a pooled ratio means for patients."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.asking import Asked, asking
from cli.options import DEFAULT_DATABASE, AsJson, At, Database

EXAMPLE = (
    'evireg absolute nlr-myeloma-os --survival 0.50 --prevalence 0.40 --at-time "24 months" --source "our centre, 2024"'
)


@asking
def command(
    asked: Asked,
    query: Annotated[str | None, typer.Argument(metavar="[QUERY]", help="A name of `evireg query list`.")] = None,
    *,
    survival: Annotated[
        str,
        typer.Option(
            "--survival",
            metavar="SHARE",
            help="Share alive at that time (or without the event, where it is another than death): 0.50, 50%, or a"
            " range 0.45-0.55.",
        ),
    ],
    prevalence: Annotated[
        str | None,
        typer.Option("--prevalence", metavar="SHARE", help="Share of patients in the high group: 0.40, 40%, 0.3-0.5."),
    ] = None,
    baseline: Annotated[
        str,
        typer.Option("--baseline", metavar="WHOSE", help="Whose survival it is: of all patients, or of the low group."),
    ] = "all",
    at_time: Annotated[
        str | None,
        typer.Option(
            "--at-time",
            metavar="TEXT",
            help='The time the survival is of: "24 months". An absolute risk needs one.',
        ),
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="TEXT", help="Where survival and prevalence come from.")
    ] = None,
    per: Annotated[int, typer.Option("--per", metavar="NUMBER", help="Patients that risks are counted in.")] = 1000,
    at: At = None,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Turn a pooled ratio into survival and risk of the high and the low group by one time.

    With the survival of all patients and the share of the high group, the survival of the low group is solved for;
    that of the high group is it to the power HR. Intervals follow from the bounds of the ratio: the
    survival is taken as known, and hazards as proportional. Pools a saved query, or
    what --where and other options of `evireg pool` say.
    """
    from cli.shares import share
    from cli.telling import tell
    from registry.errors import UsageError
    from registry.handle import open as open_registry
    from registry.report import absolute as report

    if (query is None) is not bool(asked.given):
        raise UsageError("one pool is turned into risks", "name a saved query, or say what to pool with --where")
    told: dict[str, Any] = {"baseline": baseline, "at_time": at_time, "source": source, "per": per, "at": at}
    with open_registry(db) as reg:
        result = reg.absolute(
            query,
            survival=share("--survival", survival),
            prevalence=None if prevalence is None else share("--prevalence", prevalence),
            **told,
            **(asked.whole if asked.given else {}),
        )
    tell(result, report, as_json=as_json)
