"""`evireg multiverse`: one pool per combination of defensible choices."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.selecting import Level, Selected, numbers, selecting, words

EXAMPLE = 'evireg multiverse --factor NLR --disease "multiple myeloma" --endpoint OS --method REML,PM --test hk,z'


@selecting
def command(
    selected: Selected,
    *,
    method: Annotated[
        list[str] | None,
        typer.Option("--method", metavar="NAME", help="Estimators of tau² (repeatable, or with commas): REML,PM."),
    ] = None,
    test: Annotated[
        list[str] | None,
        typer.Option("--test", metavar="NAME", help="Intervals, as --test of evireg pool: hk,z."),
    ] = None,
    adjusted: Annotated[
        list[str] | None,
        typer.Option("--adjusted", metavar="WORD", help="all, yes, no; unless stated yes,no where both occur."),
    ] = None,
    cutoffs: Annotated[
        list[str] | None,
        typer.Option("--cutoffs", metavar="WORD", help="all, not-data-driven, prespecified (or a quantile)."),
    ] = None,
    bounds: Annotated[
        str | None, typer.Option("--bounds", metavar="NUMBERS", help="Classes of cutoffs between these: 400,800.")
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            metavar="COLUMN[:VALUE]",
            help="Also each level of a column or study characteristic; risk of bias unasked where it was "
            "judged (all, or no domain at its worst level).",
        ),
    ] = None,
    one_per: Annotated[
        list[str] | None,
        typer.Option("--one-per", metavar="RULE", help="Keep one estimate per cohort; repeat it for other rules."),
    ] = None,
    level: Level = 95.0,
) -> None:
    """Pool once for every combination of declared choices, and show all results side by side.

    What is not stated varies where the estimates differ in it. A common effect and DerSimonian-Laird stand beside as
    reference lines. How many lines exclude 1 is never counted: they share their estimates.
    """
    from cli.telling import tell
    from registry.report import multiverse as report

    stated = {"method": words(method), "test": words(test), "by": list(by or ())}
    result = selected.analyse(
        "multiverse",
        **{name: given for name, given in stated.items() if given},
        adjusted=words(adjusted),
        cutoffs=words(cutoffs),
        bounds=numbers("--bounds", bounds),
        one_per=list(one_per or ()),
        level=level,
    )
    tell(result, report, as_json=selected.as_json)
