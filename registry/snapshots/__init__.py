"""Snapshots: names for states of the evidence, the digests that prove them, what lies between two of them.

| module | one sentence |
|---|---|
| `digest` | live rows → digest of a bucket → root |
| `buckets` | the buckets of the evidence as it is, and of a snapshot as it was stored |
| `create` | a name for the latest changeset; costs what changed since the snapshot before |
| `listing` | the snapshots there are, and one of them |
| `diff` | estimates added, removed and changed between two moments, field by field |
| `recompute` | the buckets of every snapshot, made anew from the versions of evidence rows |
| `verify` | whether evidence, ledger and snapshots agree; what does not is named |
| `door` | methods of `Registry` |
"""
