"""Patients and events of the two groups as a witness of the direction: more events in the group said to fare better."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

#: Standard normal quantile of a two-sided 95 % interval: what chance alone may do.
_BEYOND_CHANCE = 1.96
_COUNTS = ("n_index", "n_reference", "events_index", "events_reference")


def counts_oppose(values: Mapping[str, Any], yi: float, vi: float | None) -> bool:
    """Say whether the events of the groups point clearly the other way than a log ratio `yi` with variance `vi`.

    The log risk ratio of the counts, with variance 1/a − 1/m + 1/b − 1/n (Katz et al. 1978), must be beyond chance by
    itself and beyond chance apart from yi: adjustment may move a ratio, and seldom turns it that far.
    """
    crude = _log_risk_ratio(values)
    if crude is None:
        return False
    ratio, variance = crude
    if ratio * yi >= 0.0 or abs(ratio) <= _BEYOND_CHANCE * math.sqrt(variance):
        return False
    return abs(ratio - yi) > _BEYOND_CHANCE * math.sqrt(variance + (vi or 0.0))


def _log_risk_ratio(values: Mapping[str, Any]) -> tuple[float, float] | None:
    """Give the log risk ratio of the counts and its variance; None where they are not all there, or a group is at 0."""
    counts = [values.get(name) for name in _COUNTS]
    if any(not each for each in counts):
        return None
    size_index, size_reference, index, reference = (float(each or 0) for each in counts)
    variance = 1 / index - 1 / size_index + 1 / reference - 1 / size_reference
    if index > size_index or reference > size_reference or variance <= 0.0:
        return None
    return math.log((index / size_index) / (reference / size_reference)), variance
