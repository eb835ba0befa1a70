"""Numbers as a report has them: rows that were inverted for their pool turned back."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from registry.pooling.notes import INVERTED

if TYPE_CHECKING:
    from registry.pooling.result import PoolResult

_BOUNDS = {"est": "est", "ci_low": "ci_high", "ci_high": "ci_low"}


def inverted(result: PoolResult) -> list[bool]:
    """Say of each row whether it was reported low against high and pooled high against low."""
    return [INVERTED in each.flags for each in result.estimates]


def reported(result: PoolResult) -> dict[str, list[float]]:
    """Give est, ci_low and ci_high of each row as reported, nan where not read."""
    columns = {name: result.rows[name].tolist() for name in _BOUNDS}
    turned = inverted(result)
    return {
        name: [
            _turned_back(other) if turn else own
            for own, other, turn in zip(columns[name], columns[opposite], turned, strict=True)
        ]
        for name, opposite in _BOUNDS.items()
    }


def _turned_back(value: float) -> float:
    """Give the ratio whose inverse is held; 15 digits are more than any report prints and less than rounding leaves."""
    return value if math.isnan(value) else float(f"{1.0 / value:.15g}")
