"""Pooling: guards, then frame → kernel → `PoolResult`. Knows frames and arrays, never the database.

| module | one sentence |
|---|---|
| `pool` | the conductor: every step of a pool, in order |
| `intake` | a DataFrame or Frame → a frame that meets the contract, with yi and vi |
| `eligible` | which rows of a frame can be pooled, and the flow that left them |
| `guards` | refusals: what must not be pooled together, each with the argument that settles it |
| `orientation` | below-vs-above estimates inverted; numbers as shown beside the pool |
| `kernel` | yi, vi and index sets into `registry.stats`, one `Pooled` per set out |
| `sensitivity` | leave-one-out, and the pool without data-driven cutoffs |
| `grouping` | which subgroup a row belongs to: the words of a column, or thresholds of a number |
| `subgroups` | one pool per subgroup, and the tests between them |
| `notes` | plain statements on what was pooled |
| `many` | many pools from plain arrays, one row of a DataFrame each |
| `result` | `PoolResult` and its JSON |
"""

from registry.pooling.pool import pool
from registry.pooling.result import PoolResult

__all__ = ["PoolResult", "pool"]
