"""Results to draw that reports have no use for: appraised, of every size, with names and intervals that go far."""

from __future__ import annotations

from itertools import cycle, islice

import numpy as np

from registry.frame import Characteristic, Frame
from registry.pooling import pool
from registry.pooling.result import PoolResult
from tests.pooling.rows import plain

LEVELS = ("low", "moderate", "high")
#: Domains of QUIPS, as its words name them.
QUIPS = {
    "quips_participation": "study participation",
    "quips_attrition": "study attrition",
    "quips_factor": "prognostic factor measurement",
    "quips_outcome": "outcome measurement",
    "quips_confounding": "study confounding",
    "quips_analysis": "statistical analysis and reporting",
}


def appraised(count: int, *, names: dict[str, str] = QUIPS, tool: str = "QUIPS", **same: list[object]) -> Frame:
    """Give rows with judgements in turn, every seventh of them missing."""
    frame = plain(count, first_author=[f"Author {n}" for n in range(count)], year=[2001 + n for n in range(count)])
    frame = frame.replace(n=np.arange(100.0, 100.0 + count), **{k: np.array(v) for k, v in same.items()})
    judgements = list(islice(cycle([*LEVELS, "low", "low", "moderate", None]), count * len(names)))
    attributes = {}
    for place, name in enumerate(names):
        column = np.empty(count, dtype=object)
        column[:] = judgements[place * count : (place + 1) * count]
        attributes[name] = column
    declared = {name: Characteristic(label, None, tool, LEVELS) for name, label in names.items()}
    return Frame(frame.columns, attributes, declared)


def judged_pool(count: int) -> PoolResult:
    """Give the pool of appraised rows."""
    return pool(appraised(count), leave_one_out=True, cumulative="year")


def extreme() -> PoolResult:
    """Give a pool of ratios from 0.01 to 300, one of them with hardly any interval and one with hardly any end."""
    frame = plain(5, first_author=["Far below", "Below", "Precise", "Vague", "Far above"], year=[2001] * 5)
    numbers = {"yi": np.log([0.01, 0.5, 1.0, 2.0, 300.0]), "vi": np.array([0.5, 0.1, 1e-6, 40.0, 0.3])}
    return pool(frame.replace(**numbers))
