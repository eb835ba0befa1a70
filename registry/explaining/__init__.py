"""Why a result is what it is: what moved it from one moment to another, and where each number in it comes from.

| module | one sentence |
|---|---|
| `explain` | the conductor: two moments of a query → `Explanation` |
| `explanation` | what it returns: states, ordered steps, contributions, and their JSON |
| `moments` | what --from and --to mean: a run, a changeset, a snapshot, now; and the query's version then |
| `units` | cohorts that belong together, and the rows each had in use after every changeset |
| `coalitions` | the pools of many mixtures of old and new evidence, in one batch |
| `attribution` | contributions of units: Shapley values, exact or sampled, or ordered steps |
| `told` | what the ledger says of a unit's changes |
| `provenance` | from the diamond down to the page, for one estimate of one pool |
"""
