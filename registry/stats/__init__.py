"""Statistics: arrays in, frozen results out; numpy and `scipy.special` only, many pools at once.

| module | one sentence |
|---|---|
| `effects` | reported numbers → yi, vi |
| `agreement` | whether reported numbers agree with each other |
| `standard_errors` | a standard error against the interval beside it |
| `batch` | `Subsets`: which rows form which pool, and their layout |
| `model` | the quadratic forms of a mean that every estimator of tau² is made of |
| `roots` | roots of many functions at once |
| `tau2` | the table of estimators, and the Q-profile interval |
| `heterogeneity` | Q, I², H² |
| `inference` | tables of tests and prediction-interval rules |
| `pool` | the front: `fit`, `pool_many`, `weights` |
| `subgroup` | pools by group with one tau² or one each, and the tests between them |
| `deletion` | leave-one-out in closed form, and leaving out whole groups |
| `influence` | which estimates drive a pool, and what each study's own effect may be |
| `gosh` | the pools of all subsets |
| `linear`, `moderators` | regressions as a model like `model`; moderators as named columns |
| `regression`, `permutation` | meta-regression, and its permutation test |
| `clusters`, `multilevel`, `robust` | estimates that share patients: covariances, their variances, CR1 and CR2 |
| `dependence`, `dependent` | three-level and working-correlation models, and what they return |
| `cutoff_models` | effects by cutoff: classes, a line, several cutoffs of the same patients |
| `small_study`, `rank_test` | Egger, Debray, PET-PEESE; Begg |
| `trim_fill`, `selection_model`, `fail_safe` | what a pool would be with what may be missing |
| `bayes`, `posterior`, `direct`, `marginal` | the normal–normal model: front, densities, grid, summaries |
| `absolute` | a ratio and a baseline → survival of two groups |
| `routes`, `rescale` | every way from printed numbers to a log ratio; the same for another comparison |
| `curves`, `cox` | a Kaplan–Meier pair → patients → log hazard ratio |
| `rounding` | what printed digits can stand for, and how far that moves a pool |
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
    from registry.stats.curves import Curve, from_curves, reconstruct
    from registry.stats.cutoff_models import cutoff_classes, cutoff_regression, multi_cutoff
    from registry.stats.deletion import leave_each_out, leave_groups_out
    from registry.stats.dependence import cluster_robust, three_level, working_correlations
    from registry.stats.effects import from_ci, from_log, from_p, inverted
    from registry.stats.fail_safe import fail_safe_n
    from registry.stats.moderators import design_matrix, given_matrix
    from registry.stats.permutation import permutation_test
    from registry.stats.pool import fit, pool_many, weights
    from registry.stats.rank_test import begg
    from registry.stats.raters import kappa, limits_of_agreement
    from registry.stats.regression import regress
    from registry.stats.results import Pool, Pools
    from registry.stats.rounding import printed_log, printed_ratio, rounding_bounds
    from registry.stats.routes import LogRatio, by_ci, by_events_and_p, by_o_minus_e, by_p, by_p_below, by_se, preferred
    from registry.stats.selection_model import step_selection
    from registry.stats.small_study import debray, egger, pet_peese
    from registry.stats.subgroup import Subgroups, SubgroupTest, common_tau2, subgroup_test, subgroups

_NAMES = {
    "agreement": ("Contradiction", "off_centre", "p_contradicts"),
    "batch": ("Subsets", "by_group", "cumulative", "leave_one_out", "whole"),
    "curves": ("Curve", "from_curves", "reconstruct"),
    "cutoff_models": ("cutoff_classes", "cutoff_regression", "multi_cutoff"),
    "deletion": ("leave_each_out", "leave_groups_out"),
    "dependence": ("cluster_robust", "three_level", "working_correlations"),
    "effects": ("from_ci", "from_log", "from_p", "inverted"),
    "fail_safe": ("fail_safe_n",),
    "moderators": ("design_matrix", "given_matrix"),
    "permutation": ("permutation_test",),
    "pool": ("fit", "pool_many", "weights"),
    "rank_test": ("begg",),
    "raters": ("kappa", "limits_of_agreement"),
    "regression": ("regress",),
    "results": ("Pool", "Pools"),
    "rounding": ("printed_log", "printed_ratio", "rounding_bounds"),
    "routes": ("LogRatio", "by_ci", "by_events_and_p", "by_o_minus_e", "by_p", "by_p_below", "by_se", "preferred"),
    "selection_model": ("step_selection",),
    "small_study": ("debray", "egger", "pet_peese"),
    "subgroup": ("SubgroupTest", "Subgroups", "common_tau2", "subgroup_test", "subgroups"),
}
_HOME = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [
    "Contradiction",
    "Curve",
    "LogRatio",
    "Pool",
    "Pools",
    "SubgroupTest",
    "Subgroups",
    "Subsets",
    "begg",
    "by_ci",
    "by_events_and_p",
    "by_group",
    "by_o_minus_e",
    "by_p",
    "by_p_below",
    "by_se",
    "cluster_robust",
    "common_tau2",
    "cumulative",
    "cutoff_classes",
    "cutoff_regression",
    "debray",
    "design_matrix",
    "egger",
    "fail_safe_n",
    "fit",
    "from_ci",
    "from_curves",
    "from_log",
    "from_p",
    "given_matrix",
    "inverted",
    "kappa",
    "leave_each_out",
    "leave_groups_out",
    "leave_one_out",
    "limits_of_agreement",
    "multi_cutoff",
    "off_centre",
    "p_contradicts",
    "permutation_test",
    "pet_peese",
    "pool_many",
    "preferred",
    "printed_log",
    "printed_ratio",
    "reconstruct",
    "regress",
    "rounding_bounds",
    "step_selection",
    "subgroup_test",
    "subgroups",
    "three_level",
    "weights",
    "whole",
    "working_correlations",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
