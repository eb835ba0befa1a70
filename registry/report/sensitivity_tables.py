"""Whether a pool stands, as tables: without one part, as it grew, and with estimates of the same patients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry.pooling.doubts import TOLD
from registry.report import prose
from registry.report.table import Cells, Column, Table, number, text

if TYPE_CHECKING:
    from registry.pooling.pooled import Pooled
    from registry.pooling.result import PoolResult


def ratio_header(result: PoolResult) -> str:
    """Head a column of ratios: `HR (95 % CI)`."""
    return f"{prose.measure_label(result.measure)} ({prose.level_text(result.pool.level)} CI)"


def leave_one_out(result: PoolResult) -> Table | None:
    """Show the pool without each part in turn."""
    if result.leave_one_out is None:
        return None
    columns = (text("Without", keep=9), *_columns(result))
    rows = tuple((each.label, *_cells(each.pool)) for each in result.leave_one_out)
    return Table("Leave-one-out", columns, rows, "" if rows else "Only one: nothing is left without it.")


def doubtful(result: PoolResult) -> Table | None:
    """Show the pool without each doubtful estimate, and without all that move it."""
    found = result.doubts
    rows = [(each.label, *_cells(each.without)) for each in found.estimates[:TOLD] if each.without is not None]
    if not rows:
        return None
    if found.without is not None and len(found.leading) > 1:
        rows.append(("all that move the pool", *_cells(found.without)))
    several = len(found.estimates)
    note = f"The first {TOLD} of {several}." if several > TOLD else ""
    return Table("Without doubtful estimates", (text("Without", keep=9), *_columns(result)), tuple(rows), note)


def cumulative(result: PoolResult) -> Table | None:
    """Show the pool as it grew, estimate by estimate."""
    if (found := result.cumulative) is None:
        return None
    columns = (text("With", keep=9), text(found.column, keep=8), number("k", keep=6), *_columns(result))
    rows = tuple(
        (each.estimate.label, _shown(each.value), str(each.pool.k), *_cells(each.pool)) for each in found.steps
    )
    return Table(f"Cumulative by {found.column}", columns, rows)


def _columns(result: PoolResult) -> tuple[Column, ...]:
    return (number(ratio_header(result), keep=9), number("tau²", keep=3), number("I²", keep=5), number("p"))


def _cells(pool: Pooled) -> Cells:
    return (prose.pool_value(pool), prose.number(pool.tau2, 3), prose.percent(pool.i2), prose.p_value(pool.p))


def _shown(value: float | str | None) -> str:
    if value is None:
        return prose.NOTHING
    return f"{value:g}" if isinstance(value, float) else str(value)


def dependence(result: PoolResult) -> Table | None:
    """Show the pool under several standard errors and working correlations."""
    if (found := result.dependence) is None:
        return None
    hr = result.pool.hr
    names = {"model": "of the model (normal)", "CR1": "cluster-robust CR1", "CR2": "cluster-robust CR2"}
    rows: list[Cells] = [
        (names[each.kind], prose.value(hr, each.hr_ci_low, each.hr_ci_high), _df(each.df), prose.p_value(each.p))
        for each in found.inferences
    ]
    rows += [
        (f"working correlation {each.rho:g}", prose.value(each.hr, each.hr_ci_low, each.hr_ci_high), "", "")
        for each in found.sensitivity
    ]
    columns = (text("", keep=9), number(ratio_header(result), keep=9), number("df", keep=4), number("p", keep=5))
    between, within = prose.number(found.tau2_between, 3), prose.number(found.tau2_within, 3)
    note = f"tau² between cohorts {between}, within {within}; I² {prose.percent(found.i2_between)} and"
    note += f" {prose.percent(found.i2_within)}."
    return Table("Estimates of the same patients", columns, tuple(rows), note)


def _df(df: float | None) -> str:
    return "" if df is None else prose.number(df, 1)
