"""`evireg bias`: whether small studies report other effects than large ones."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.selecting import Level, Method, Selected, selecting, words

EXAMPLE = 'evireg bias --factor "MYC-N" --endpoint OS'


@selecting
def command(
    selected: Selected,
    *,
    tests: Annotated[
        list[str] | None,
        typer.Option(
            "--test",
            metavar="NAME",
            help="egger, begg, d-fiv, d-fav, trim-fill, pet-peese, selection or fail-safe (repeatable, or with"
            " commas). Unless any is named: all but fail-safe, from 10 estimates on.",
        ),
    ] = None,
    model: Annotated[
        str, typer.Option("--model", metavar="NAME", help="Egger's test: lm (classic) or rma (mixed effects).")
    ] = "lm",
    predictor: Annotated[
        str, typer.Option("--predictor", metavar="NAME", help="Egger's test on sei, vi or ninv (1/n).")
    ] = "sei",
    estimator: Annotated[str, typer.Option("--estimator", metavar="NAME", help="Trim and fill: L0 or R0.")] = "L0",
    side: Annotated[
        str | None, typer.Option("--side", metavar="NAME", help="Trim and fill: fill in on the left or right.")
    ] = None,
    step: Annotated[
        float, typer.Option("--step", metavar="P", help="Selection model: one-sided p that divides the estimates.")
    ] = 0.025,
    rule: Annotated[
        str, typer.Option("--rule", metavar="NAME", help="Fail-safe number: rosenthal, orwin or rosenberg.")
    ] = "rosenthal",
    method: Method = "REML",
    interval: Annotated[
        str, typer.Option("--interval", metavar="NAME", help="Interval of the filled-in pool, a --test of evireg pool.")
    ] = "hk",
    level: Level = 95.0,
) -> None:
    """Test for small-study effects: whether small studies report other ratios than large ones.

    For log hazard ratios the tests on events (d-fiv, d-fav) hold their level best; Egger's and Begg's tests are what
    most reviews print. Below 10 estimates a test runs only when it is named. Asymmetry has more causes than
    unpublished results.
    """
    from cli.telling import tell
    from registry.report import bias as report

    result = selected.analyse(
        "bias",
        words(tests),
        model=model,
        predictor=predictor,
        estimator=estimator,
        side=side,
        step=step,
        rule=rule,
        method=method,
        test=interval,
        level=level,
    )
    tell(result, report, as_json=selected.as_json)
