"""The analyses of a report beside its pool, each from the same rows: frames in, results out, no database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from registry.dossier.material import Absent, Analysis, Found, Sensitivity, Variant
from registry.errors import UsageError
from registry.queries.beside import Rows
from registry.selection.narrow import narrow
from registry.terms import DATA_DRIVEN_CUTOFFS, Adjusted

if TYPE_CHECKING:
    from registry.dossier.wanted import Wanted
    from registry.flow import Flow
    from registry.frame import Frame
    from registry.pooling.bias_result import BiasResult
    from registry.pooling.cutoff_result import CutoffsResult
    from registry.pooling.influence_result import InfluenceResult
    from registry.pooling.multiverse import MultiverseResult
    from registry.pooling.pooled import Pooled
    from registry.pooling.result import PoolResult

T = TypeVar("T")

#: Estimators and intervals beside those of the query, as most of the literature has them.
OTHERS = (("REML", "hk"), ("REML", "z"), ("PM", "hk"), ("DL", "hk"), ("DL", "z"), ("FE", "z"))
#: A subset beyond this many estimates is drawn, not enumerated: 2^15 pools take a moment, 2^20 a minute.
EVERY_SUBSET_TO = 15
SUBSETS = 20_000
#: Estimates above which the search over printed digits is left to `evireg pool --rounding`.
ROUNDING_TO = 40


def attempt(make: Callable[[], T]) -> Found[T]:
    """Make a result; what is refused or cannot be computed gives the reason instead."""
    try:
        return make()
    except UsageError as error:
        return Absent(error.message)


@dataclass(frozen=True, slots=True)
class Evidence(Rows):
    """The rows a query pools, and all that its condition `matched`; `simulated` when it asks for invented ones."""

    matched: Frame
    simulated: bool

    def pool_of(self, kept: np.ndarray[Any, Any]) -> Pooled:
        """Pool those of the matched rows that a mask (k,) keeps, selected anew."""
        rows, flow = narrow(self.matched.take(kept), simulated=self.simulated, **self.definition.selecting)
        return replace(self, selected=rows, flow=flow).pool().pool

    def all_of_cohorts(self) -> tuple[Frame, Flow]:
        """Give the usable rows with several of a cohort: analyses that choose among them, or use them all."""
        return narrow(self.matched, simulated=self.simulated, allow=self.definition.allow)


def sensitivity(rows: Evidence, whole: PoolResult, wanted: Wanted) -> Found[Sensitivity]:
    """Ask in every usual way whether the pool stands. Nothing can be left out of a single estimate."""
    if whole.pool.k < 2:
        return Absent("one estimate: nothing can be left out of it")
    return Sensitivity(
        leave_one_out=whole if whole.leave_one_out else attempt(lambda: rows.pool(leave_one_out="estimate")),
        cumulative=_cumulative(rows, whole),
        estimators=tuple(_estimators(rows)),
        rows=tuple(_other_rows(rows, whole)),
        influence=attempt(lambda: _influence(rows)),
        multiverse=attempt(lambda: _multiverse(rows)),
        rounding=_rounding(rows, whole, wanted),
    )


def _cumulative(rows: Evidence, whole: PoolResult) -> Found[PoolResult]:
    if whole.cumulative:
        return whole
    if np.isnan(rows.selected["year"]).all():
        return Absent("the year was read for no estimate")
    return attempt(lambda: rows.pool(cumulative="year"))


def _rounding(rows: Evidence, whole: PoolResult, wanted: Wanted) -> Found[PoolResult]:
    if whole.rounding:
        return whole
    if whole.pool.k > ROUNDING_TO and not wanted.plans("rounding"):
        return Absent(f"more than {ROUNDING_TO} estimates: evireg pool --rounding searches")
    return attempt(lambda: rows.pool(rounding=True))


def _estimators(rows: Evidence) -> Iterator[Variant]:
    """Yield the pool by the other estimators and intervals; dependent estimates have a model of their own."""
    options = rows.definition.options
    own = (options["method"].upper(), options["test"])
    if options["dependence"] is not None:
        return
    for method, test in OTHERS:
        if (method, test) != own:
            change = {"method": method, "test": test, "pi_rule": None, "tau2_interval": "none"}
            yield Variant(f"{method}|{test}", attempt(lambda change=change: rows.pool(**change).pool))  # type: ignore[misc]


def _other_rows(rows: Evidence, whole: PoolResult) -> Iterator[Variant]:
    """Yield the pools of the adjusted estimates only, and without cutoffs chosen on the outcome."""
    used = rows.selected
    adjusted = [each == Adjusted.YES for each in used["adjusted"].tolist()]
    if all(adjusted):
        yield Variant("adjusted", Absent("every estimate is adjusted"))
    elif not any(each == Adjusted.YES for each in rows.matched["adjusted"].tolist()):
        yield Variant("adjusted", Absent("no estimate is known to be adjusted"))
    else:
        mask = np.array([each == Adjusted.YES for each in rows.matched["adjusted"].tolist()], dtype=np.bool_)
        yield Variant("adjusted", attempt(lambda: rows.pool_of(mask)))
    yield Variant("not-data-driven", _without_data_driven(used, whole))


def _without_data_driven(used: Frame, whole: PoolResult) -> Found[Pooled]:
    if whole.without_data_driven_cutoffs is not None:
        return whole.without_data_driven_cutoffs
    methods = used["cutoff_method"].tolist()
    if any(each in DATA_DRIVEN_CUTOFFS for each in methods):
        return Absent("every cutoff was chosen on the outcome")
    if all(each is None for each in methods):
        return Absent("how a cutoff was chosen was read for no estimate")
    return Absent("no cutoff is known to have been chosen on the outcome")


def _influence(rows: Evidence) -> InfluenceResult:
    from registry.pooling.influence import influence

    subsets = None if len(rows.selected) <= EVERY_SUBSET_TO else SUBSETS
    return influence(rows.selected, **rows.settings("influence"), gosh=True, subsets=subsets, **rows.asked)


def _multiverse(rows: Evidence) -> MultiverseResult:
    from registry.pooling.multiverse import multiverse

    everything, flow = rows.all_of_cohorts()
    return multiverse(everything, **rows.settings("multiverse"), **{**rows.asked, "flow": flow})


def subgroups(rows: Evidence, wanted: Wanted) -> Iterator[Analysis]:
    """Pool by each column asked for, with the tests between the groups."""
    for asked, planned in wanted.subgroups:
        yield Analysis(asked, planned, attempt(partial(rows.subgroups, asked)))


def moderators(rows: Evidence, wanted: Wanted) -> Iterator[Analysis]:
    """Regress on each moderator asked for."""
    for asked, planned in wanted.moderators:
        yield Analysis(asked, planned, attempt(partial(rows.regress, asked)))


def small_study(rows: Evidence, wanted: Wanted) -> Found[BiasResult]:
    """Test for small-study effects: below k = 10 only what is named."""
    return attempt(lambda: rows.small_study(wanted.small_study))


def cutoffs(rows: Evidence) -> Found[CutoffsResult]:
    """Ask how the ratio depends on the cutoff."""
    from registry.pooling.cutoffs import cutoffs as analyse

    everything, flow = rows.all_of_cohorts()
    how = rows.settings("cutoffs")
    return attempt(lambda: analyse(everything, **how, **{**rows.asked, "flow": flow}))


def absolutes(whole: PoolResult, wanted: Wanted) -> Iterator[Analysis]:
    """Turn the pooled ratio into risks for each baseline asked for."""
    from registry.pooling.absolute import absolute

    for baseline, planned in wanted.baselines:
        asked = {name: baseline.get(name) for name in ("survival", "prevalence", "at", "source")}
        found = attempt(lambda asked=asked: absolute(whole, **asked))  # type: ignore[misc]
        yield Analysis(str(asked["at"] or ""), planned, found)
