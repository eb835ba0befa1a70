"""A Bayesian pool as tables and sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry.report import prose
from registry.report.flow_tables import flow
from registry.report.table import Table, number, text

if TYPE_CHECKING:
    from registry.pooling.bayes import BayesResult, Posterior


def headline(result: BayesResult) -> str:
    """Say the posterior median of the ratio with its shortest interval, and how likely it is above 1."""
    name, level = prose.measure_label(result.measure), prose.level_text(result.level)
    likely = f", P({name} > 1) = {prose.number(result.p_above, 3)}" if result.p_above is not None else ""
    return f"{name} {_shortest(result.mu)}, posterior median with shortest {level} interval, k = {result.k}{likely}"


def _shortest(found: Posterior) -> str:
    return prose.value(found.hr, found.hr_shortest_low, found.hr_shortest_high)


def tables(result: BayesResult) -> Iterator[Table]:
    """Give the posteriors, Bayes factors, each study's own effect, and the flow."""
    yield posteriors(result)
    yield evidence(result)
    yield own_effects(result)
    yield flow(result)


def posteriors(result: BayesResult) -> Table:
    """Show mean, new setting and tau: median, both intervals, moments."""
    name, level = prose.measure_label(result.measure), prose.level_text(result.level)
    columns = (
        text("", keep=9),
        number(f"median (shortest {level})", keep=9),
        number(f"central {level}", keep=7),
        number("log scale: mean", keep=4),
        number("SD", keep=4),
    )
    rows = [
        (
            label,
            _shortest(found),
            prose.interval(found.hr_central_low, found.hr_central_high),
            prose.number(found.mean),
            prose.number(found.sd),
        )
        for label, found in ((f"{name}, mean", result.mu), (f"{name}, new setting", result.new_effect))
    ]
    tau = result.tau
    rows.append(
        (
            "tau",
            prose.value(tau.median, tau.shortest_low, tau.shortest_high),
            prose.interval(tau.central_low, tau.central_high),
            prose.number(tau.mean),
            prose.number(tau.sd),
        )
    )
    chance = f"P({name} of a new setting > 1) = {prose.number(result.p_new_above, 3)}."
    return Table("Posterior", columns, tuple(rows), chance if result.p_new_above is not None else "")


def evidence(result: BayesResult) -> Table:
    """Show the Bayes factors, or why there is none."""
    rows = tuple(
        (label, prose.number(value, 3), result.reasons.get(name, ""))
        for label, name, value in (
            (f"{prose.measure_label(result.measure)} = 1", "bf01_mu", result.bf01_mu),
            ("tau = 0", "bf01_tau", result.bf01_tau),
        )
    )
    columns = (text("Bayes factor for", keep=9), number("against the model", keep=9), text("", keep=5))
    return Table("Evidence", columns, rows)


def own_effects(result: BayesResult) -> Table:
    """Show each study's own ratio given all studies."""
    name = prose.measure_label(result.measure)
    columns = (
        text("Study", keep=9),
        number(f"own {name}", keep=7),
        number(f"{name} given all (shortest {prose.level_text(result.level)})", keep=9),
        number("from the mean", keep=5),
    )
    rows = tuple(
        (
            each.label,
            prose.number(each.hr),
            _shortest(each.posterior),
            prose.percent(None if each.shrinkage is None else 100.0 * each.shrinkage),
        )
        for each in result.estimates
    )
    return Table("Each study's own effect", columns, rows)


def methods(result: BayesResult) -> str:
    """Say the model, the priors and how it was computed."""
    return (
        f"Normal–normal model (Röver 2020); prior on tau {result.tau_prior}, on the mean log ratio {result.mu_prior};"
        " integrated deterministically, no sampling."
    )
