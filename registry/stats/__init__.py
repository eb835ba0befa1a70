"""Statistics: arrays in, frozen results out; numpy and `scipy.special` only, many pools at once.

| module | one sentence |
|---|---|
| `effects` | reported numbers → yi, vi |
| `agreement` | whether reported numbers agree with each other |
| `batch` | `Subsets`: which rows form which pool, and their layout |
| `model` | the quadratic forms of a mean that every estimator of tau² is made of |
| `roots` | roots of many functions at once |
| `tau2` | the table of estimators, and the Q-profile interval |
| `heterogeneity` | Q, I², H² |
| `inference` | tables of tests and prediction-interval rules |
| `pool` | the front: `fit`, `pool_many`, `weights` |
| `subgroup` | pools by group with one tau² or one each, and the tests between them |
| `results`, `reasons` | `Pools`, `Pool`, and why a number is undefined |

Names follow metafor: yi, vi, sei, tau2, i2 (percent), h2, q, k. Undefined is nan with a reason.
Public names load on first use: reading reported numbers does not wait for scipy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry.stats.agreement import Contradiction, off_centre, p_contradicts
    from registry.stats.batch import Subsets, by_group, cumulative, leave_one_out, whole
    from registry.stats.effects import from_ci, from_log, from_p, inverted
    from registry.stats.pool import fit, pool_many, weights
    from registry.stats.results import Pool, Pools
    from registry.stats.subgroup import Subgroups, SubgroupTest, common_tau2, subgroup_test, subgroups

_NAMES = {
    "agreement": ("Contradiction", "off_centre", "p_contradicts"),
    "batch": ("Subsets", "by_group", "cumulative", "leave_one_out", "whole"),
    "effects": ("from_ci", "from_log", "from_p", "inverted"),
    "pool": ("fit", "pool_many", "weights"),
    "results": ("Pool", "Pools"),
    "subgroup": ("SubgroupTest", "Subgroups", "common_tau2", "subgroup_test", "subgroups"),
}
_HOME = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [
    "Contradiction",
    "Pool",
    "Pools",
    "SubgroupTest",
    "Subgroups",
    "Subsets",
    "by_group",
    "common_tau2",
    "cumulative",
    "fit",
    "from_ci",
    "from_log",
    "from_p",
    "inverted",
    "leave_one_out",
    "off_centre",
    "p_contradicts",
    "pool_many",
    "subgroup_test",
    "subgroups",
    "weights",
    "whole",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
