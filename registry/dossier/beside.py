"""The analyses of a report beside its pool, each from the same rows: frames in, results out, no database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from registry.dossier.material import Absent, Analysis, Found, Sensitivity, Variant
from registry.errors import NothingSelected, PoolRefused, UsageError
from registry.pooling import pool
from registry.pooling.kernel import Settings
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
    from registry.queries.definition import Definition

T = TypeVar("T")

#: Estimators and intervals beside those of the query, as most of the literature has them.
OTHERS = (("REML", "hk"), ("REML", "z"), ("PM", "hk"), ("DL", "hk"), ("DL", "z"), ("FE", "z"))
#: A subset beyond this many estimates is drawn, not enumerated: 2^15 pools take a moment, 2^20 a minute.
EVERY_SUBSET_TO = 15
SUBSETS = 20_000
#: Estimates above which the search over printed digits is left to `evireg pool --rounding`.
ROUNDING_TO = 40

_SETTINGS = tuple(entry.name for entry in fields(Settings))


def attempt(make: Callable[[], T]) -> Found[T]:
    """Make a result; what is refused or cannot be computed gives the reason instead."""
    try:
        return make()
    except (PoolRefused, NothingSelected, UsageError) as error:
        return Absent(error.message)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a query: all `matched`, those `selected` to be pooled with their `flow`, and what was asked."""

    matched: Frame
    selected: Frame
    flow: Flow
    provenance: Mapping[str, Any]
    definition: Definition
    simulated: bool

    @property
    def asked(self) -> dict[str, Any]:
        """Give what every analysis of the selected rows takes beside them."""
        of = self.definition
        return {"one_per": of.one_per, "allow": of.allow, "flow": self.flow, "provenance": self.provenance}

    @property
    def settings(self) -> dict[str, Any]:
        """Give how the query pools, without what is told beside a pool."""
        return {name: self.definition.options[name] for name in _SETTINGS}

    @property
    def simple(self) -> dict[str, Any]:
        """Give method, test and level: all that analyses other than a pool take."""
        return {name: self.definition.options[name] for name in ("method", "test", "level")}

    def pool(self, **changes: Any) -> PoolResult:
        """Pool the selected rows as the query does, with other options."""
        return pool(self.selected, **{**self.settings, **changes}, **self.asked)

    def pool_of(self, kept: np.ndarray[Any, Any]) -> Pooled:
        """Pool those of the matched rows that a mask (k,) keeps, selected anew."""
        of = self.definition
        rows, flow = narrow(self.matched.take(kept), simulated=self.simulated, one_per=of.one_per, allow=of.allow)
        return pool(rows, **self.settings, **{**self.asked, "flow": flow}).pool


def sensitivity(rows: Rows, whole: PoolResult, wanted: Wanted) -> Found[Sensitivity]:
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


def _cumulative(rows: Rows, whole: PoolResult) -> Found[PoolResult]:
    if whole.cumulative:
        return whole
    if np.isnan(rows.selected["year"]).all():
        return Absent("the year was read for no estimate")
    return attempt(lambda: rows.pool(cumulative="year"))


def _rounding(rows: Rows, whole: PoolResult, wanted: Wanted) -> Found[PoolResult]:
    if whole.rounding:
        return whole
    if whole.pool.k > ROUNDING_TO and not wanted.plans("rounding"):
        return Absent(f"more than {ROUNDING_TO} estimates: evireg pool --rounding searches")
    return attempt(lambda: rows.pool(rounding=True))


def _estimators(rows: Rows) -> Iterator[Variant]:
    """Yield the pool by the other estimators and intervals; dependent estimates have a model of their own."""
    own = (rows.settings["method"].upper(), rows.settings["test"])
    if rows.settings["dependence"] is not None:
        return
    for method, test in OTHERS:
        if (method, test) != own:
            change = {"method": method, "test": test, "pi_rule": None, "tau2_interval": "none"}
            yield Variant(f"{method}|{test}", attempt(lambda change=change: rows.pool(**change).pool))  # type: ignore[misc]


def _other_rows(rows: Rows, whole: PoolResult) -> Iterator[Variant]:
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


def _influence(rows: Rows) -> InfluenceResult:
    from registry.pooling.influence import influence

    subsets = None if len(rows.selected) <= EVERY_SUBSET_TO else SUBSETS
    return influence(rows.selected, **rows.simple, gosh=True, subsets=subsets, **rows.asked)


def _multiverse(rows: Rows) -> MultiverseResult:
    from registry.pooling.multiverse import multiverse

    everything, flow = narrow(rows.matched, simulated=rows.simulated, allow=rows.definition.allow)
    own = {"level": rows.settings["level"], "allow": rows.definition.allow, "provenance": rows.provenance}
    return multiverse(everything, one_per=rows.definition.one_per, flow=flow, **own)


def subgroups(rows: Rows, wanted: Wanted) -> Iterator[Analysis]:
    """Pool by each column asked for, with the tests between the groups."""
    for asked, planned in wanted.subgroups:
        how = {"subgroup": asked, "subgroup_tau2": rows.definition.options["subgroup_tau2"]}
        yield Analysis(asked, planned, attempt(lambda how=how: rows.pool(**how)))  # type: ignore[misc]


def moderators(rows: Rows, wanted: Wanted) -> Iterator[Analysis]:
    """Regress on each moderator asked for."""
    from registry.pooling.regress import regress

    test = rows.simple["test"]
    how = {**rows.simple, "test": test if test in ("hk", "hk-plain", "hk-adhoc", "z", "t") else "hk"}
    for asked, planned in wanted.moderators:
        on = _centred(rows.selected, asked)
        found = attempt(lambda on=on: regress(rows.selected, on, **how, **rows.asked))  # type: ignore[misc]
        yield Analysis(asked, planned, found)


def _centred(used: Frame, asked: str) -> str:
    """Let the intercept of a number be at its middle value: at 0, such as the year 0, it says nothing."""
    if ":" in asked or asked not in used or used[asked].dtype.kind != "f" or np.isnan(used[asked]).all():
        return asked
    return f"{asked}:{np.nanmedian(used[asked]):g}"


def small_study(rows: Rows, wanted: Wanted) -> Found[BiasResult]:
    """Test for small-study effects: below k = 10 only what is named."""
    from registry.pooling.bias import bias

    return attempt(lambda: bias(rows.selected, wanted.small_study, **rows.simple, **rows.asked))


def cutoffs(rows: Rows) -> Found[CutoffsResult]:
    """Ask how the ratio depends on the cutoff."""
    from registry.pooling.cutoffs import cutoffs as analyse

    everything, flow = narrow(rows.matched, simulated=rows.simulated, allow=rows.definition.allow)
    return attempt(lambda: analyse(everything, **rows.simple, **{**rows.asked, "flow": flow}))


def absolutes(whole: PoolResult, wanted: Wanted) -> Iterator[Analysis]:
    """Turn the pooled ratio into risks for each baseline asked for."""
    from registry.pooling.absolute import absolute

    for baseline, planned in wanted.baselines:
        asked = {name: baseline.get(name) for name in ("survival", "prevalence", "at", "source")}
        found = attempt(lambda asked=asked: absolute(whole, **asked))  # type: ignore[misc]
        yield Analysis(str(asked["at"] or ""), planned, found)
