"""Influence diagnostics as tables and sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry.report import prose
from registry.report.flow_tables import flow
from registry.report.table import Table, number, text, without_empty

if TYPE_CHECKING:
    from registry.pooling.influence_result import InfluenceResult


def headline(result: InfluenceResult) -> str:
    """Say the pool, and which of its estimates are influential."""
    pool, name = result.pool, prose.measure_label(result.measure)
    marked = [each.label for each in result.estimates if each.influential]
    said = ", ".join(marked) if marked else "none"
    shown = prose.value(pool.hr, pool.hr_ci_low, pool.hr_ci_high)
    return f"{name} {shown}, k = {pool.k}; influential: {said}"


def tables(result: InfluenceResult) -> Iterator[Table]:
    """Give the diagnostics, Baujat's coordinates with the shrunken ratios, all subsets, and the flow."""
    makers = (diagnostics, own_effects, subsets, flow)
    yield from (table for make in makers if (table := make(result)) is not None)


def diagnostics(result: InfluenceResult) -> Table:
    """Show what each estimate does to the pool."""
    columns = (
        text("Estimate", keep=9),
        number("Weight", keep=6),
        number("rstudent", keep=7),
        number("DFFITS", keep=5),
        number("Cook's D", keep=6),
        number("cov. ratio", keep=3),
        number("tau² without", keep=4),
        number("Q without", keep=2),
        number(f"{prose.measure_label(result.measure)} without", keep=8),
        text("", keep=8),
    )
    rows = tuple(
        (
            each.label,
            f"{each.weight:.1f} %",
            prose.number(each.rstudent),
            prose.number(each.dffits),
            prose.number(each.cook_d),
            prose.number(each.cov_r),
            prose.number(each.tau2_del, 3),
            prose.number(each.qe_del),
            prose.number(each.hr_del),
            "influential" if each.influential else "",
        )
        for each in result.estimates
    )
    note = "Influential is a reason to look, not to leave out."
    return without_empty(
        Table("What each estimate does to the pool", columns, rows, note if any(row[-1] for row in rows) else "")
    )


def own_effects(result: InfluenceResult) -> Table:
    """Show each estimate's part in heterogeneity, and its own ratio drawn towards the pool."""
    name = prose.measure_label(result.measure)
    columns = (
        text("Estimate", keep=9),
        number("Baujat x", keep=4),
        number("Baujat y", keep=4),
        number(f"own {name}", keep=6),
        number(f"{name} shrunken ({prose.level_text(result.pool.level)})", keep=8),
        number("own share", keep=3),
    )
    rows = tuple(
        (
            each.label,
            prose.number(each.baujat_x),
            prose.number(each.baujat_y),
            prose.number(each.hr),
            prose.value(each.hr_blup, each.hr_blup_low, each.hr_blup_high),
            prose.percent(None if each.shrinkage is None else 100.0 * each.shrinkage),
        )
        for each in result.estimates
    )
    note = "Baujat: x is the part in heterogeneity, y the influence on the pool."
    return Table("Each estimate's own effect", columns, rows, note)


def subsets(result: InfluenceResult) -> Table | None:
    """Show the pools of all subsets with and without each estimate."""
    if (found := result.gosh) is None:
        return None
    name = prose.measure_label(result.measure)
    columns = (
        text("Estimate", keep=9),
        number(f"{name} with", keep=8),
        number(f"{name} without", keep=8),
        number("I² with", keep=6),
        number("I² without", keep=6),
    )
    rows = tuple(
        (
            each.label,
            prose.number(each.hr_with),
            prose.number(each.hr_without),
            prose.percent(each.i2_with),
            prose.percent(each.i2_without),
        )
        for each in found.estimates
    )
    what = f"all {found.subsets} subsets" if found.exhaustive else f"{found.subsets} random subsets, seed {found.seed}"
    middle = prose.value(found.hr["50"], found.hr["2.5"], found.hr["97.5"])
    note = f"Medians over {what} ({found.method}). Their {name}: median {middle} with 2.5 and 97.5 % quantiles."
    return Table("GOSH: subsets with and without each estimate", columns, rows, note)


def methods(result: InfluenceResult) -> str:
    """Name the sources of what was computed."""
    said = (
        "Deletion diagnostics: Viechtbauer & Cheung 2010. Plot coordinates: Baujat et al. 2002."
        " Shrunken ratios: best linear unbiased predictions (Raudenbush & Bryk 1985)."
    )
    return said + (" GOSH: Olkin, Dahabreh & Trikalinos 2012." if result.gosh else "")
