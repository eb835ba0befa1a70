"""A result as titled tables of text, in reading order: any printer can show them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry.pooling.doubts import MARK
from registry.report import prose, reported
from registry.report.flow_tables import flow, unusable
from registry.report.prose import NOTHING
from registry.report.sensitivity_tables import cumulative, dependence, doubtful, leave_one_out, ratio_header
from registry.report.table import Cells, Column, Table, number, text, without_empty
from registry.terms import Flag

if TYPE_CHECKING:
    from registry.pooling.pooled import Pooled
    from registry.pooling.result import Group, PoolResult

__all__ = ["Column", "Table", "leave_one_out", "tables"]

#: The prediction interval is shown from here on; the kernel computes it from k = 3.
SHOW_PREDICTION_FROM = 5
#: Below this many estimates its coverage falls short of its level (Partlett & Riley 2017).
FULL_COVERAGE_FROM = 20


def tables(result: PoolResult) -> Iterator[Table]:
    """Give every table of a result in reading order; "simulated" stands in each title where the rows are invented."""
    makers = (
        estimates,
        pooled,
        doubtful,
        heterogeneity,
        dependence,
        leave_one_out,
        cumulative,
        subgroups,
        flow,
        unusable,
    )
    for maker in makers:
        table = maker(result)
        if table is not None:
            yield Table(_marked(table.title, simulated=result.simulated), table.columns, table.rows, table.note)


def estimates(result: PoolResult) -> Table:
    """List the estimates as pooled: ratio with its interval, weight, flags."""
    columns = (
        text("Study", keep=9),
        number("n"),
        number(ratio_header(result), keep=9),
        number("Weight", keep=5),
        text("Flags", keep=2),
    )
    doubted = result.doubts.places
    rows = tuple(
        (
            marked(each.label, place in doubted),
            NOTHING if each.n is None else str(each.n),
            ratio,
            f"{each.weight:.1f} %",
            ", ".join(_flag(flag) for flag in each.flags),
        )
        for place, (each, ratio) in enumerate(zip(result.estimates, reported.in_pool(result), strict=True))
    )
    return without_empty(Table("Estimates", columns, rows, f"{MARK} Doubtful; see the notes." if doubted else ""))


def marked(label: str, doubted: bool, space: str = " ") -> str:
    """Put the sign of a doubtful estimate behind its label."""
    return f"{label}{space}{MARK}" if doubted else label


def pooled(result: PoolResult) -> Table:
    """Show the pooled ratio, the intervals to compare it with, and the prediction interval."""
    pool = result.pool
    columns = (
        text("", keep=9),
        number("k", keep=8),
        number("n"),
        number(ratio_header(result), keep=9),
        number("p"),
    )
    if pool.k == 1:
        name, k, n, _, p = _pool_row("as reported", pool)
        return Table("One estimate, not pooled", columns, ((name, k, n, prose.pooled_value(result), p),))
    rows = [*_intervals(pool)]
    if (prediction := _prediction(pool)) is not None:
        rows.append(("prediction interval", "", "", prediction, ""))
    rows += _beyond(pool)
    if (without := result.without_data_driven_cutoffs) is not None:
        rows.append(_pool_row("without data-driven cutoffs", without))
    notes = filter(None, (_prediction_note(pool), _rounding_note(result)))
    return Table("Pooled", columns, tuple(rows), "\n".join(notes))


def _intervals(pool: Pooled) -> Iterator[Cells]:
    """Yield the headline first, then the interval or intervals beside it; at k = 2 there is no headline."""
    wald = (pool.wald_ci_low, pool.wald_ci_high)
    hk = (pool.hk_ci_low, pool.hk_ci_high)
    if pool.has_headline:
        yield _pool_row(f"pooled ({prose.basis(pool)})", pool)
    for name, (low, high), basis in (("Wald", wald, "wald"), ("Hartung–Knapp", hk, "hk")):
        is_headline = pool.has_headline and pool.ci_basis == basis and pool.test != "hk-adhoc"
        if low is not None and not is_headline:
            yield _interval_row(f"{name} interval", pool, low, high, full=not pool.has_headline)


def _pool_row(name: str, pool: Pooled) -> Cells:
    n = NOTHING if pool.n is None else str(pool.n)
    return (name, str(pool.k), n, prose.value(pool.hr, pool.hr_ci_low, pool.hr_ci_high), prose.p_value(pool.p))


def _interval_row(name: str, pool: Pooled, low: float | None, high: float | None, *, full: bool) -> Cells:
    n = NOTHING if pool.n is None else str(pool.n)
    shown = prose.value(pool.hr, prose.ratio(low), prose.ratio(high))
    return (name, str(pool.k), n, shown, "") if full else (name, "", "", shown, "")


def _prediction(pool: Pooled) -> str | None:
    """Write the prediction interval: computed from k = 3, shown from k = 5."""
    if pool.hr_pi_low is None or pool.k < SHOW_PREDICTION_FROM:
        return None
    return prose.interval(pool.hr_pi_low, pool.hr_pi_high)


def _beyond(pool: Pooled) -> list[Cells]:
    """Say how likely a new setting exceeds the threshold, if one was named: that of 1 is in the JSON."""
    if pool.pi_above is None or pool.threshold == 1.0:
        return []
    return [(f"a new setting exceeds {pool.threshold:g}", "", "", prose.percent(100.0 * pool.pi_above), "")]


def _rounding_note(result: PoolResult) -> str:
    """Say how far printed digits let the ratio move."""
    if (found := result.rounding) is None:
        return ""
    name, change = prose.measure_label(result.measure), prose.number(found.largest_change)
    bounds = prose.interval(found.hr_low, found.hr_high, 3)
    digits = f"digits of {found.k} of {found.of} estimates, seeded search" if found.k < found.of else "seeded search"
    return f"Reported digits change the {name} by at most {change}: {bounds} ({digits})."


def _prediction_note(pool: Pooled) -> str:
    if pool.pi_low is None:
        return f"No prediction interval: {reason}." if (reason := pool.reasons.get("pi_low")) else ""
    if pool.k < SHOW_PREDICTION_FROM:
        return f"A prediction interval is shown from k = {SHOW_PREDICTION_FROM} on; with k = {pool.k} it says little."
    if pool.k < FULL_COVERAGE_FROM:
        return f"With k = {pool.k} the prediction interval covers less often than {prose.level_text(pool.level)}."
    return ""


def heterogeneity(result: PoolResult) -> Table | None:
    """Show tau² with its interval, both I², H² and Q; nothing for a single estimate."""
    pool = result.pool
    if pool.k == 1:
        return None
    profile = prose.interval(pool.tau2_ci_low, pool.tau2_ci_high, 3)
    rows = (
        ("tau²", prose.number(pool.tau2, 3), profile, _why(pool, "tau2_ci_low")),
        ("I² (from tau²)", prose.percent(pool.i2), "", _why(pool, "i2")),
        ("I² (from Q)", prose.percent(pool.i2_q), "", _why(pool, "i2_q")),
        ("H²", prose.number(pool.h2), "", ""),
        ("Q", prose.number(pool.q), "", f"{prose.count_df(pool.q_df)}, {prose.p_text(pool.q_p)}"),
    )
    level = prose.level_text(pool.level)
    columns = (text("", keep=9), number("Value", keep=9), number(f"{level} interval", keep=8), text("", keep=3))
    return Table("Heterogeneity", columns, rows)


def subgroups(result: PoolResult) -> Table | None:
    """Show each subgroup's pool, and the tests between the groups below."""
    if (found := result.subgroups) is None:
        return None
    columns = (
        text(found.title, keep=9),
        number("k", keep=8),
        number("n"),
        number(ratio_header(result), keep=9),
        number("tau²", keep=3),
        number("I²", keep=5),
        number("p"),
    )
    notes = [prose.sentence(prose.test_text(test)) for test in found.tests]
    if any(not group.in_test for group in found.groups):
        notes.append("Estimates without a reported value are pooled on their own and take no part in the tests.")
    return Table(
        f"Subgroups by {found.title}", columns, tuple(_group_row(each) for each in found.groups), "\n".join(notes)
    )


def _group_row(group: Group) -> Cells:
    name, k, n, ratio, p = _pool_row(group.label, group.pool)
    return (name, k, n, ratio, prose.number(group.pool.tau2, 3), prose.percent(group.pool.i2), p)


def _flag(flag: str) -> str:
    return Flag(flag).label if flag in [each.value for each in Flag] else flag


def _why(pool: Pooled, field: str) -> str:
    return pool.reasons.get(field, "")


def _marked(title: str, *, simulated: bool) -> str:
    return f"{title} – SIMULATED DATA" if simulated else title
