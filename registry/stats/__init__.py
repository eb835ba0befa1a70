"""Statistics: arrays in, frozen results out; numpy and `scipy.special` only, many pools at once.

| module | one sentence |
|---|---|
| `effects` | reported numbers → yi, vi, and whether they agree with each other |
| `batch` | `Subsets`: which rows form which pool, and their layout |
| `model` | the quadratic forms of a mean that every estimator of tau² is made of |
| `roots` | roots of many functions at once |
| `tau2` | the table of estimators, and the Q-profile interval |
| `heterogeneity` | Q, I², H² |
| `inference` | tables of tests and prediction-interval rules |
| `pool` | the front: `fit`, `pool_many`, `weights` |
| `results`, `reasons` | `Pools`, `Pool`, and why a number is undefined |

Names follow metafor: yi, vi, sei, tau2, i2 (percent), h2, q, k. Undefined is nan with a reason.
Public names load on first use: reading reported numbers does not wait for scipy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry.stats.batch import Subsets, by_group, cumulative, leave_one_out, whole
    from registry.stats.pool import fit, pool_many, weights
    from registry.stats.results import Pool, Pools

_HOME = {
    "Subsets": "batch",
    "by_group": "batch",
    "cumulative": "batch",
    "leave_one_out": "batch",
    "whole": "batch",
    "fit": "pool",
    "pool_many": "pool",
    "weights": "pool",
    "Pool": "results",
    "Pools": "results",
}

__all__ = [
    "Pool",
    "Pools",
    "Subsets",
    "by_group",
    "cumulative",
    "fit",
    "leave_one_out",
    "pool_many",
    "weights",
    "whole",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
