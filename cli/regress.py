"""`evireg regress`: how the ratio changes with study characteristics."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.selecting import Level, Method, Seed, Selected, selecting
from registry.errors import UsageError

EXAMPLE = 'evireg regress --factor NLR --disease "diffuse large B-cell lymphoma" --endpoint OS --on year:2015'


@selecting
def command(
    selected: Selected,
    *,
    on: Annotated[
        list[str] | None,
        typer.Option(
            "--on",
            metavar="COLUMN[:REFERENCE]",
            help="A moderator (repeatable): a number, or the words of a column or study characteristic. REFERENCE is"
            " the level the others are compared with, or the number that counts as 0.",
        ),
    ] = None,
    permutations: Annotated[
        int | None,
        typer.Option("--permutations", metavar="NUMBER", help="Permutation test; exact where arrangements are few."),
    ] = None,
    predict: Annotated[
        list[str] | None,
        typer.Option(
            "--predict", metavar="COLUMN=VALUE,…", help="Expected ratio at a value of every moderator (repeatable)."
        ),
    ] = None,
    method: Method = "REML",
    test: Annotated[
        str, typer.Option("--test", metavar="NAME", help="Tests and intervals: hk, z, t, hk-adhoc or hk-plain.")
    ] = "hk",
    level: Level = 95.0,
    seed: Seed = 0,
) -> None:
    """Regress the log ratios on one or more moderators.

    Numbers make a line, words are compared with a reference level. Estimates of which a moderator was not read are left
    out and counted. The moderators are properties of studies, not of patients: what is found is an association between
    studies.
    """
    from cli.telling import tell
    from registry.report import regress as report

    result = selected.analyse(
        "regress",
        on or [],
        permutations=permutations,
        predict=[values(each) for each in predict or ()],
        method=method,
        test=test,
        level=level,
        seed=seed,
    )
    tell(result, report, as_json=selected.as_json)


def values(text: str) -> dict[str, str | float]:
    """Read `year=2015,product_source=academic`. Raises UsageError for a part without a value."""
    found: dict[str, str | float] = {}
    for part in text.split(","):
        name, equals, value = part.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise UsageError(
                f"--predict {text!r}: {part!r} gives no value", "for instance year=2015,design=prospective"
            )
        found[name.strip()] = value.strip()
    return found
