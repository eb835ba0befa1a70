"""Sentences for a methods section, each made from what was done to one query's evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry.dossier.material import Absent
from registry.meaning.doubted import excluding
from registry.pooling.counted import adjustment
from registry.report import bias, cutoffs, influence, multiverse, prose, regress
from registry.report.tables import FULL_COVERAGE_FROM, SHOW_PREDICTION_FROM
from registry.selection import priority
from registry.terms import Allow, Derivation
from registry.version import VERSION

if TYPE_CHECKING:
    from registry.dossier.material import Material, Sensitivity, Shared
    from registry.pooling.result import PoolResult


def methods(material: Material, shared: Shared) -> Iterator[str]:
    """Give the paragraphs: selection, effect measures, pool, analyses beside it, software."""
    yield " ".join(_selection(material, shared))
    if isinstance(material.pool, Absent):
        yield ""
        yield "No pool was made; nothing beside it could be analysed."
        yield ""
    else:
        yield " ".join(_effects(material))
        yield " ".join(_pool(material.pool))
        yield " ".join(_beside(material))
    yield (
        f"Computed with evireg {VERSION}; numbers in the text, tables and figures of this report come from the stored"
        " results, none is typed."
    )


def _selection(material: Material, shared: Shared) -> Iterator[str]:
    asked = material.saved.definition
    yield "Estimates were selected from the registry by the condition above."
    if shared.prisma is None:
        yield "How their reports were searched for is not recorded."
    yield "Estimates excluded or disputed by a curator, those of retracted reports, and those without a usable number"
    yield (
        "were left out and counted."
        if not material.simulated
        else ("were left out and counted; the cohorts are SIMULATED, which the condition asks for by name.")
    )
    if asked.one_per:
        rule = priority.rule(asked.one_per).meaning
        yield f"Of each cohort, or group of cohorts that share patients, one estimate was kept: {rule}."
    else:
        yield "No rule chose among several estimates of a cohort: a pool that met two of them would have been refused."
    if excluding(asked.options["doubtful"]):
        yield (
            "Doubtful estimates were left out by rules that do not look at the result: an impossible standard error, a"
            " CI that contradicts its p-value or its ratio, and numbers that another study prints too."
        )
    if asked.allow:
        yield f"Allowed by the query: {'; '.join(_allowed(word, material) for word in asked.allow)}."


def _allowed(word: str, material: Material) -> str:
    """Say what was allowed; whether adjusted and unadjusted estimates met is said of the rows."""
    label = Allow(word).label
    if word != Allow.MIXED_ADJUSTMENT or not len(material.used):
        return label
    return f"{label} ({adjustment(material.used['adjusted'].tolist())})"


def _effects(material: Material) -> Iterator[str]:
    used = material.used["derivation"].tolist()
    ways = [each for each in Derivation if each in used and each is not Derivation.NONE]
    said = {
        Derivation.CI: "from the ratio and the width of its confidence interval at the printed level"
        " (Parmar, Torri & Stewart 1998)",
        Derivation.SE: "from the log ratio and the standard error as printed",
        Derivation.P: "from the ratio and an exact p-value (Parmar, Torri & Stewart 1998)",
    }
    parts = [f"{used.count(each)} {said[each]}" for each in ways]
    yield f"Log ratios and their variances were derived, of {len(used)} estimates, {'; '.join(parts)}."
    if not isinstance(material.pool, Absent) and any("inverted" in each.flags for each in material.pool.estimates):
        yield f"Ratios given the other way round were inverted: every ratio is {_way(material.pool)}."


def _way(result: PoolResult) -> str:
    """Name the direction within a sentence."""
    return result.direction if result.about.get("contrast") else "in one direction"


def _pool(result: PoolResult) -> Iterator[str]:
    yield prose.methods(result)
    if result.pool.pi_low is not None and result.pool.k < FULL_COVERAGE_FROM:
        yield (
            f"A prediction interval is shown from k = {SHOW_PREDICTION_FROM} on; below k = {FULL_COVERAGE_FROM} it"
            " covers less often than its level (Partlett & Riley 2017)."
        )


def _beside(material: Material) -> Iterator[str]:
    found = material.sensitivity
    if not isinstance(found, Absent):
        yield from _sensitivity(found)
    done = [each.found for each in material.subgroups if not isinstance(each.found, Absent)]
    if done:
        yield from _subgroups(done[0])
    fitted = [each.found for each in material.moderators if not isinstance(each.found, Absent)]
    if fitted:
        yield regress.methods(fitted[0])
    if not isinstance(material.small_study, Absent) and (said := bias.methods(material.small_study)):
        yield f"Small-study effects: {said.splitlines()[0]}"
    if not isinstance(material.cutoffs, Absent):
        yield f"Cutoffs: {cutoffs.methods(material.cutoffs)}"


def _sensitivity(found: Sensitivity) -> Iterator[str]:
    yield "Each estimate was left out in turn, and the pool repeated by other estimators of tau² and other intervals."
    if not isinstance(found.influence, Absent):
        yield influence.methods(found.influence)
    if not isinstance(found.multiverse, Absent):
        yield multiverse.methods(found.multiverse)


def _subgroups(result: PoolResult) -> Iterator[str]:
    groups = result.subgroups
    if groups is not None:
        common = "one tau² common to the groups" if groups.tau2 == "common" else "a tau² of their own"
        yield (
            f"Subgroups were pooled with {common}, and compared by a Wald test and by a Hartung–Knapp F test of the"
            " means between groups. No P-value was corrected for the number of comparisons."
        )
