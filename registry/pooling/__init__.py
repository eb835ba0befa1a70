"""Pooling: guards, then frame → kernel → `PoolResult`. Knows frames and arrays, never the database.

| module | one sentence |
|---|---|
| `pool` | the conductor: every step of a pool, in order |
| `intake` | a DataFrame or Frame → a frame that meets the contract, with yi and vi |
| `eligible` | which rows of a frame can be pooled, and the flow that left them |
| `prepared` | the first half of every analysis: rows in one direction, guards passed, flow and provenance |
| `guards` | refusals: what must not be pooled together, each with the argument that settles it |
| `orientation` | below-vs-above estimates inverted; numbers as shown beside the pool |
| `kernel` | yi, vi and index sets into `registry.stats`, one `Pooled` per set out |
| `sensitivity` | leave-one-out, cumulative pools, and the pool without data-driven cutoffs |
| `dependence` | several estimates of the same patients: three-level models, cluster-robust errors |
| `rounding` | how far the printed digits let the pool move |
| `grouping` | which subgroup a row belongs to: the words of a column, or thresholds of a number |
| `subgroups` | one pool per subgroup, and the tests between them |
| `notes` | plain statements on what was pooled |
| `many` | many pools from plain arrays, one row of a DataFrame each |
| `pooled`, `result` | one pool in plain numbers; `PoolResult` and its JSON |
| `analysis`, `values` | what every other analysis says beside its numbers; nan → None, results → JSON |
| `bias` | tests for small-study effects, and why one was not run |
| `regress`, `moderators` | meta-regression on columns of a frame |
| `influence` | what each estimate does to the pool |
| `multiverse`, `choices` | one pool per combination of declared choices |
| `cutoffs` | how the ratio depends on the cutoff |
| `bayes` | the same rows under priors |
| `absolute`, `absolute_result` | a pooled ratio → survival and risk of the high and the low group by a named time |
"""

from registry.pooling.pool import pool
from registry.pooling.result import PoolResult

__all__ = ["PoolResult", "pool"]
