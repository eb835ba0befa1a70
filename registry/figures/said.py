"""What a figure of a pool says in words: the question, the directions, how the pool was made, what else is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry.meaning.direction_words import direction_of
from registry.pooling.doubts import MARK, TOLD
from registry.report import prose
from registry.report.directions import fares
from registry.report.flow_tables import study_label

if TYPE_CHECKING:
    from registry.pooling.result import PoolResult


def title(result: PoolResult) -> str:
    """Name the question, as far as all estimates share it: `NLR, OS, multiple myeloma`."""
    return ", ".join(result.about[name] for name in ("factor", "endpoint", "disease") if name in result.about)


def remarks(result: PoolResult) -> tuple[str, ...]:
    """Write what stands under the plot: heterogeneity, tests between subgroups, the pool without biased cutoffs."""
    texts = [prose.methods_in_short(result)]
    texts += [prose.heterogeneity(result.pool)] if result.pool.k > 1 else []
    if result.subgroups:
        texts += [prose.sentence(prose.test_text(test)) for test in result.subgroups.tests]
    if (without := result.without_data_driven_cutoffs) is not None:
        value = prose.value(without.hr, without.hr_ci_low, without.hr_ci_high)
        texts.append(f"Without data-driven cutoffs: {value}, k = {without.k}.")
    return (*texts, *_doubtful(result))


def _doubtful(result: PoolResult) -> Iterator[str]:
    """Explain the sign of doubtful estimates, each with the pool without it."""
    for each in result.doubts.estimates[:TOLD]:
        why = "; ".join(doubt.message for doubt in each.doubts)
        pool = each.without
        rest = "" if pool is None else f"; without it {prose.pool_value(pool)}"
        i2 = "" if pool is None or pool.i2 is None else f", I² {prose.percent(pool.i2)}"
        yield f"{MARK} {each.label} is doubtful: {why}{rest}{i2}."
    if (more := len(result.doubts.estimates) - TOLD) > 0:
        yield f"{more} more doubtful estimates are marked."


def known(result: PoolResult) -> tuple[str, tuple[str, ...]]:
    """List the known cohorts that could not be pooled, under a heading: patients, why not, the direction stated."""
    flow, who = result.flow, direction_of(result.about).who.removeprefix("the ")
    patients = f", {flow.unusable_patients} patients" if flow.unusable_patients else ""
    heading = (
        f"Known, not poolable ({prose.count(flow.unusable_cohorts, 'cohort')} without a pooled estimate{patients})"
    )
    listed = tuple(
        f"{study_label(each.study or each.key, each.cohort)}{'' if each.n is None else f', n = {each.n}'}: "
        f"{each.reason}; {who}: {fares(each.direction, each.contrast, result.about)}"
        for each in flow.unusable
    )
    return heading, listed
