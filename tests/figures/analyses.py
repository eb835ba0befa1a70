"""Results of analyses to draw, of every size."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from registry.frame import Frame
from registry.pooling.bias import bias
from registry.pooling.bias_result import BiasResult
from registry.pooling.cutoff_result import CutoffsResult
from registry.pooling.cutoffs import cutoffs
from registry.pooling.influence import influence
from registry.pooling.influence_result import InfluenceResult
from registry.pooling.multiverse import MultiverseResult, multiverse
from registry.pooling.regress import regress
from registry.pooling.regress_result import RegressResult
from tests.pooling.rows import myeloma, plain, simulated
from tests.report.results import LONG

#: What the simulated cohorts differ in.
WAYS = ("product_source", "cutoff_value:550", "followup_median_months:14")


def many(count: int, *, seed: int = 7, **columns: list[Any]) -> Frame:
    """Give estimates that differ in size and scatter around a ratio of 1.6, small ones higher."""
    random = np.random.default_rng(seed)
    se = random.uniform(0.08, 0.6, count)
    names: dict[str, list[Any]] = {
        "first_author": [f"Author {row}" for row in range(count)],
        "year": [2000 + row % 19 for row in range(count)],
        "country": [("China", "Japan", "United States of America", "Italy")[row % 4] for row in range(count)],
    }
    frame = plain(count, **{**names, **columns})
    return frame.replace(yi=0.47 + 0.4 * se + random.normal(0.0, 0.2, count) + random.normal(0.0, se), vi=se**2)


def several_cutoffs() -> Frame:
    """Give twelve cohorts with two cutoffs each, every fifth of them chosen on the outcome."""
    random = np.random.default_rng(3)
    methods = ["roc" if row % 5 == 0 else "median" for row in range(24)]
    frame = many(24, study=[f"Study {row // 2}" for row in range(24)], cutoff_method=methods)
    cuts = np.exp(random.normal(np.tile([1.0, 1.5], 12), 0.2))
    groups = {"n_index": np.tile([60.0, 30.0], 12), "n_reference": np.tile([40.0, 70.0], 12)}
    return frame.replace(cutoff_value=cuts, **groups)


@cache
def asymmetric(count: int = 40) -> BiasResult:
    """Test a funnel in which small estimates are high."""
    return bias(many(count), ("egger", "trim-fill"))


@cache
def small() -> BiasResult:
    """Test eight estimates, unasked: no test runs."""
    return bias(myeloma())


@cache
def moved(count: int = 0) -> InfluenceResult:
    """Diagnose so many estimates, those of myeloma unless said, with all subsets."""
    return influence(many(count) if count else myeloma(), gosh=True)


@cache
def long_named() -> InfluenceResult:
    """Diagnose estimates with names no column holds."""
    return influence(many(5).replace(first_author=np.array([LONG, "X" * 90, "Ä $n_1$ <b>", "B", "C"], dtype=object)))


@cache
def invented() -> InfluenceResult:
    """Diagnose the simulated cohorts."""
    return influence(simulated(), gosh=True)


@cache
def regressed(*on: str, count: int = 0) -> RegressResult:
    """Regress so many estimates, or the simulated cohorts."""
    return regress(many(count) if count else simulated(), on)


@cache
def by_cutoff(*, log: bool = False) -> CutoffsResult:
    """Analyse several cutoffs per cohort."""
    return cutoffs(several_cutoffs(), log=log)


@cache
def one_cutoff_each() -> CutoffsResult:
    """Analyse the cutoffs of the simulated cohorts."""
    return cutoffs(simulated())


@cache
def every_way(*by: str) -> MultiverseResult:
    """Pool the simulated cohorts in every way."""
    return multiverse(simulated(), by=by)
