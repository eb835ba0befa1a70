"""`evireg influence`: which estimates drive a pool."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.selecting import Level, Method, Seed, Selected, selecting

EXAMPLE = 'evireg influence --factor NLR --disease "multiple myeloma" --endpoint OS --gosh'


@selecting
def command(
    selected: Selected,
    *,
    gosh: Annotated[
        bool, typer.Option("--gosh", help="Pool every subset of the estimates (from 21 on a random sample of them).")
    ] = False,
    subsets: Annotated[
        int | None, typer.Option("--subsets", metavar="NUMBER", help="With --gosh: so many random subsets.")
    ] = None,
    method: Method = "REML",
    test: Annotated[
        str, typer.Option("--test", metavar="NAME", help="Interval of the pool: hk, z, t, hk-adhoc or hk-plain.")
    ] = "hk",
    level: Level = 95.0,
    seed: Seed = 0,
) -> None:
    """Show what each estimate does to the pool, and what its own true ratio may be.

    Studentised residuals, DFFITS, Cook's distance, covariance ratios, tau² and Q without each estimate; the coordinates
    of a Baujat plot; each ratio drawn towards the pool. --gosh shows whether one estimate splits the subsets in two.
    """
    from cli.telling import tell
    from registry.report import influence as report

    result = selected.analyse("influence", gosh=gosh, subsets=subsets, method=method, test=test, level=level, seed=seed)
    tell(result, report, as_json=selected.as_json)
