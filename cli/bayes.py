"""`evireg bayes`: pool under priors on the mean and on heterogeneity."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.selecting import Level, Selected, numbers, selecting
from registry.errors import UsageError

EXAMPLE = 'evireg bayes --factor NLR --disease "multiple myeloma" --endpoint OS --mu-prior 0,4'


@selecting
def command(
    selected: Selected,
    *,
    tau_prior: Annotated[
        str, typer.Option("--tau-prior", metavar="NAME", help="Prior on tau: half-normal, half-cauchy or uniform.")
    ] = "half-normal",
    tau_scale: Annotated[
        float | None,
        typer.Option("--tau-scale", metavar="NUMBER", help="Its scale: 0.5 unless given; of uniform its upper end."),
    ] = None,
    mu_prior: Annotated[
        str | None,
        typer.Option("--mu-prior", metavar="MEAN,SD", help="Normal prior on the mean log ratio; flat unless given."),
    ] = None,
    grid: Annotated[
        str, typer.Option("--grid", metavar="NAME", help="direct (the values of R's bayesmeta) or fine (exact).")
    ] = "direct",
    level: Level = 95.0,
) -> None:
    """Pool the estimates by the Bayesian random-effects model.

    Posterior medians, means and standard deviations, shortest and central intervals, the ratio in a new setting, each
    study's own ratio given all, and Bayes factors where the priors allow any. Computed by integration: no sampling, the
    same result every time.
    """
    from cli.telling import tell
    from registry.report import bayes as report

    result = selected.analyse(
        "bayes", tau_prior=tau_prior, tau_scale=tau_scale, mu_prior=_prior(mu_prior), grid=grid, level=level
    )
    tell(result, report, as_json=selected.as_json)


def _prior(text: str | None) -> tuple[float, float] | None:
    if text is None or text.strip().casefold() == "flat":
        return None
    found = numbers("--mu-prior", text)
    if len(found) != 2:
        raise UsageError(
            f"--mu-prior {text!r}: a mean and a standard deviation are needed", "for instance 0,4, or flat"
        )
    return found[0], found[1]
