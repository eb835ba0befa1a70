"""What stands in each line of a forest plot, top to bottom: texts, and where point and interval lie."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from registry.report import axis, prose
from registry.report.flow_tables import direction_text, study_label
from registry.report.tables import SHOW_PREDICTION_FROM
from registry.terms import ContrastKind

if TYPE_CHECKING:
    from registry.pooling.pooled import Pooled
    from registry.pooling.result import Group, PooledEstimate, PoolResult


class Kind(Enum):
    """How a line is drawn."""

    ESTIMATE = "square and interval"
    DIAMOND = "diamond"
    PREDICTION = "bar"
    HEADING = "heading"
    REMARK = "small text under a diamond"
    SPACE = "half a line of nothing"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: texts of its columns, bounds and point on the log scale, weight as a share of the largest (0 to 1)."""

    kind: Kind
    label: str = ""
    n: str = ""
    ratio: str = ""
    weight: str = ""
    low: float = 0.0
    mid: float = 0.0
    high: float = 0.0
    share: float = 0.0
    indent: bool = False


SPACE = Line(Kind.SPACE)


def lines(result: PoolResult) -> list[Line]:
    """Lay the lines of a plot out: estimates (by subgroup when asked for), diamonds, prediction interval."""
    body = [*_grouped(result)] if result.subgroups else [*_estimates(result, result.estimates)]
    return [*body, SPACE, *_overall(result)] if result.pool.k > 1 else body


def _estimates(result: PoolResult, rows: Sequence[PooledEstimate], *, indent: bool = False) -> Iterator[Line]:
    heaviest = max(each.weight for each in result.estimates)
    for each in rows:
        yield Line(
            Kind.ESTIMATE,
            each.label,
            "" if each.n is None else str(each.n),
            prose.value(each.hr, each.ci_low, each.ci_high),
            f"{each.weight:.1f} %",
            math.log(each.ci_low),
            each.yi,
            math.log(each.ci_high),
            each.weight / heaviest,
            indent,
        )


def _grouped(result: PoolResult) -> Iterator[Line]:
    for place, group in enumerate(result.subgroups.groups if result.subgroups else ()):
        if place:
            yield SPACE
        yield Line(Kind.HEADING, group.label + ("" if group.in_test else " (not in the test)"))
        rows = [result.estimates[row] for row in group.rows]
        yield from _estimates(result, rows, indent=True)
        if group.pool.k > 1:
            yield _diamond(f"Subgroup (k = {group.pool.k})", group.pool, rows)
            yield Line(Kind.REMARK, _spread(group))


def _spread(group: Group) -> str:
    pool = group.pool
    return f"tau² {prose.number(pool.tau2, 3)}, I² {prose.percent(pool.i2 if pool.i2 is not None else pool.i2_q)}"


def _overall(result: PoolResult) -> Iterator[Line]:
    pool = result.pool
    name = "Common effect" if pool.method == "FE" else "Random effects"
    name = f"All, {name.lower()}" if result.subgroups else name
    if pool.has_headline:
        yield _diamond(f"{name} (k = {pool.k})", pool, result.estimates)
    else:
        yield _diamond(f"{name}, Wald", pool, result.estimates, (pool.wald_ci_low, pool.wald_ci_high))
        yield _diamond(f"{name}, Hartung–Knapp", pool, (), (pool.hk_ci_low, pool.hk_ci_high))
    if pool.pi_low is not None and pool.pi_high is not None and pool.k >= SHOW_PREDICTION_FROM:
        text = f"({prose.interval(pool.hr_pi_low, pool.hr_pi_high)})"
        yield Line(Kind.PREDICTION, "Prediction interval", ratio=text, low=pool.pi_low, high=pool.pi_high)


def _diamond(
    label: str, pool: Pooled, rows: Sequence[PooledEstimate], bounds: tuple[float | None, float | None] | None = None
) -> Line:
    low, high = bounds or (pool.ci_low, pool.ci_high)
    mid = pool.mu or 0.0
    return Line(
        Kind.DIAMOND,
        label,
        "" if pool.n is None or not rows else str(pool.n),
        prose.value(pool.hr, prose.ratio(low), prose.ratio(high)),
        f"{sum(each.weight for each in rows):.1f} %" if rows else "",
        mid if low is None else low,
        mid,
        mid if high is None else high,
    )


def limits(result: PoolResult) -> tuple[float, float]:
    """Choose the ends of the axis, log scale."""
    bounds = [bound for each in result.estimates for bound in (each.ci_low, each.ci_high)]
    pools = [result.pool, *(group.pool for group in (result.subgroups.groups if result.subgroups else ()))]
    bounds += [bound for pool in pools for bound in (pool.hr_ci_low, pool.hr_ci_high) if bound is not None]
    return axis.limits([each.hr for each in result.estimates], bounds)


def known(result: PoolResult) -> list[str]:
    """List the known cohorts that could not be pooled: patients, why not, the direction their texts state."""
    return [
        f"{study_label(each.study or each.key, each.cohort)}{'' if each.n is None else f', n = {each.n}'}: "
        f"{each.reason}; index group: {direction_text(each.direction)}"
        for each in result.flow.unusable
    ]


def known_heading(result: PoolResult) -> str:
    """Head the list of known cohorts, with how many patients they hold."""
    flow = result.flow
    patients = f", {flow.unusable_patients} patients" if flow.unusable_patients else ""
    return f"Known, not poolable ({prose.count(flow.unusable_cohorts, 'cohort')} without a pooled estimate{patients})"


def title(result: PoolResult) -> str:
    """Name the question, as far as all estimates share it: `NLR, OS, multiple myeloma`."""
    return ", ".join(result.about[name] for name in ("factor", "endpoint", "disease") if name in result.about)


def directions(result: PoolResult) -> tuple[str, str]:
    """Say what lies left and right of 1: `lower hazard with high NLR`; nothing if the rows do not name one factor."""
    what = prose.multiplied(result.measure)
    if (factor := result.about.get("factor")) is None:
        return "", ""
    subject = {
        ContrastKind.ABOVE_VS_BELOW: f"high {factor}",
        ContrastKind.PER_UNIT: f"each unit more of {factor}",
        ContrastKind.PER_DOUBLING: f"each doubling of {factor}",
        ContrastKind.PER_SD: f"each SD more of {factor}",
    }
    contrast = result.about.get("contrast")
    with_what = subject.get(ContrastKind(contrast), factor) if contrast else factor
    return f"lower {what} with {with_what}", f"higher {what} with {with_what}"


def footer(result: PoolResult) -> list[str]:
    """Write what stands under the plot: heterogeneity, tests between subgroups, the pool without biased cutoffs."""
    texts = [prose.methods_in_short(result)]
    texts += [prose.heterogeneity(result.pool)] if result.pool.k > 1 else []
    if result.subgroups:
        texts += [prose.sentence(prose.test_text(test)) for test in result.subgroups.tests]
    if (without := result.without_data_driven_cutoffs) is not None:
        value = prose.value(without.hr, without.hr_ci_low, without.hr_ci_high)
        texts.append(f"Without data-driven cutoffs: {value}, k = {without.k}.")
    return texts
