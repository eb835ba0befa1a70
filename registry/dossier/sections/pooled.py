"""The pool: its forest plot, its numbers, and how far the estimates disagree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry.dossier.document import Notice, Section
from registry.dossier.illustrated import picture
from registry.dossier.material import Absent
from registry.dossier.sections.summary import why_none
from registry.dossier.wording import absent, says, sentences, shown
from registry.report import prose, tables
from registry.report.headline import doubt
from registry.report.sensitivity_tables import dependence, doubtful

if TYPE_CHECKING:
    from registry.dossier.document import Block
    from registry.dossier.material import Material, Shared
    from registry.pooling.result import PoolResult


def section(material: Material, _shared: Shared) -> Section:
    """Show the pool; where there is none, say why."""
    if isinstance(material.pool, Absent):
        return Section("pool", "Pooled result", tuple(_refused(material, material.pool)))
    return Section("pool", "Pooled result", tuple(_blocks(material.pool)))


def _blocks(result: PoolResult) -> Iterator[Block]:
    yield says(f"{prose.in_short(result)}. {doubt(result)}".strip())
    yield from picture("forest", result, _caption(result), _alt(result))
    yield from shown(tables.pooled(result), "The pooled ratio and the intervals to compare it with")
    yield from shown(doubtful(result), "The pool without each doubtful estimate")
    if result.pool.k > 1:
        yield says(prose.heterogeneity(result.pool))
        yield from shown(tables.heterogeneity(result))
    elif result.pool.k == 1:
        yield absent("heterogeneity", "it is undefined for a single estimate")
    yield from shown(dependence(result))
    if result.notes:
        yield says("To be read with the number:")
        yield sentences(result.notes)


def _refused(material: Material, reason: Absent) -> Iterator[Block]:
    """Say why there is no pool, and what there is not without one."""
    yield Notice(f"Nothing could be pooled. {why_none(reason)}", "caution")
    planned = [f"subgroups by {each}" for each in material.saved.definition.analyses.get("subgroups", ())]
    planned += [f"a meta-regression on {each}" for each in material.saved.definition.analyses.get("moderators", ())]
    if planned:
        yield says(f"Planned in the saved query, and not possible: {prose.columns_named(', '.join(planned))}.")
    yield says(
        "Without a pool there are no forest plot and no heterogeneity, and no sensitivity analyses, subgroups,"
        " meta-regressions, tests for small-study effects, models of cutoffs, absolute risks or rating of certainty."
    )


def _caption(result: PoolResult) -> str:
    return f"Forest plot. {prose.methods_in_short(result)}"


def _alt(result: PoolResult) -> str:
    return f"Forest plot of {prose.count(result.pool.k, 'estimate')}: {prose.in_short(result)}"
