"""What a figure of a pool says in words: the question, the directions, how the pool was made, what else is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry.report import prose
from registry.report.flow_tables import direction_text, study_label
from registry.terms import ContrastKind

if TYPE_CHECKING:
    from registry.pooling.result import PoolResult


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


def remarks(result: PoolResult) -> tuple[str, ...]:
    """Write what stands under the plot: heterogeneity, tests between subgroups, the pool without biased cutoffs."""
    texts = [prose.methods_in_short(result)]
    texts += [prose.heterogeneity(result.pool)] if result.pool.k > 1 else []
    if result.subgroups:
        texts += [prose.sentence(prose.test_text(test)) for test in result.subgroups.tests]
    if (without := result.without_data_driven_cutoffs) is not None:
        value = prose.value(without.hr, without.hr_ci_low, without.hr_ci_high)
        texts.append(f"Without data-driven cutoffs: {value}, k = {without.k}.")
    return tuple(texts)


def known(result: PoolResult) -> tuple[str, tuple[str, ...]]:
    """List the known cohorts that could not be pooled, under a heading: patients, why not, the direction stated."""
    flow = result.flow
    patients = f", {flow.unusable_patients} patients" if flow.unusable_patients else ""
    heading = (
        f"Known, not poolable ({prose.count(flow.unusable_cohorts, 'cohort')} without a pooled estimate{patients})"
    )
    listed = tuple(
        f"{study_label(each.study or each.key, each.cohort)}{'' if each.n is None else f', n = {each.n}'}: "
        f"{each.reason}; index group: {direction_text(each.direction)}"
        for each in flow.unusable
    )
    return heading, listed
