"""The analyses of a saved query's rows, as the query makes them: its pool, and what it asks for beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from registry.meaning.one_unit import in_one_unit
from registry.pooling import pool
from registry.pooling.kernel import Settings

if TYPE_CHECKING:
    from registry.flow import Flow
    from registry.frame import Frame
    from registry.pooling.bias_result import BiasResult
    from registry.pooling.regress_result import RegressResult
    from registry.pooling.result import PoolResult
    from registry.queries.definition import Definition

#: Analysis → the options it takes over from the pool of a saved query; another pool takes all.
_TAKEN: Mapping[str, tuple[str, ...]] = {
    "bias": ("method", "test", "level", "per", "read_as", "doubtful"),
    "influence": ("method", "test", "level", "per", "read_as", "doubtful"),
    "regress": ("method", "test", "level", "per", "read_as", "doubtful"),
    "cutoffs": ("method", "test", "level", "subgroup_tau2", "read_as", "doubtful"),
    "multiverse": ("method", "test", "level", "per", "read_as", "doubtful"),
}
_OWN = (*(entry.name for entry in fields(Settings)), "per", "read_as", "doubtful")


def settings(definition: Definition, analysis: str) -> dict[str, Any]:
    """Give the options an analysis (a verb of `registry.pooling`) takes over from the pool of a saved query.

    A regression has Hartung–Knapp where the pool has a test that is of a mean alone; a multiverse varies estimator and
    test, those of the query first: they make its main specification.
    """
    taken = {name: definition.options[name] for name in _TAKEN.get(analysis, definition.options)}
    if analysis == "regress":
        return {**taken, "test": _of_coefficients(taken["test"])}
    return {**taken, **_own_first(taken)} if analysis == "multiverse" else taken


def _of_coefficients(test: str) -> str:
    from registry.stats.inference import TESTS

    return "hk" if test in TESTS and TESTS[test].method is not None else test


def _own_first(taken: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    from registry.pooling.multiverse import METHODS, TESTS

    usual = {"method": METHODS, "test": TESTS}
    return {name: tuple(dict.fromkeys((taken[name], *words))) for name, words in usual.items()}


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows a query pools: `selected` with their `flow` and `provenance`, and its `definition`.

    Its analyses raise as those of `registry.pooling` do.
    """

    selected: Frame
    flow: Flow
    provenance: Mapping[str, Any]
    definition: Definition

    @property
    def asked(self) -> dict[str, Any]:
        """Give what every analysis of the rows takes beside them."""
        of = self.definition
        return {"one_per": of.one_per, "allow": of.allow, "flow": self.flow, "provenance": self.provenance}

    def settings(self, analysis: str) -> dict[str, Any]:
        """Give what an analysis takes over from the pool; see `settings`."""
        return settings(self.definition, analysis)

    def whole(self, **changes: Any) -> PoolResult:
        """Pool as the query does, with all it tells beside its pool, and with other options."""
        return pool(self.selected, **{**self.definition.options, **changes}, **self.asked)

    def pool(self, **changes: Any) -> PoolResult:
        """Pool as the query does, without what is told beside its pool, and with other options."""
        own = {name: self.definition.options[name] for name in _OWN}
        return pool(self.selected, **{**own, **changes}, **self.asked)

    def subgroups(self, column: str) -> PoolResult:
        """Pool by `column` or `column:threshold`, tau² common to the groups or not as the query says."""
        return self.pool(subgroup=column, subgroup_tau2=self.definition.options["subgroup_tau2"])

    def regress(self, moderator: str) -> RegressResult:
        """Regress on `column` or `column:reference`; see `centred`."""
        from registry.pooling.regress import regress

        return regress(self.selected, self.centred(moderator), **self.settings("regress"), **self.asked)

    def centred(self, moderator: str) -> str:
        """Let the intercept of a number be at its middle value: at 0, such as the year 0, it says nothing."""
        held = in_one_unit(self.selected)
        if ":" in moderator or moderator not in held or held[moderator].dtype.kind != "f":
            return moderator
        return moderator if np.isnan(held[moderator]).all() else f"{moderator}:{np.nanmedian(held[moderator]):g}"

    def small_study(self, tests: Collection[str] = ()) -> BiasResult:
        """Test for small-study effects by the `tests` named, else by those that run unless any is."""
        from registry.pooling.bias import bias

        return bias(self.selected, tests, **self.settings("bias"), **self.asked)
