"""GRADE for prognostic factors: ratings by people, the figures each rests on, and the summary of findings.

| module | one sentence |
|---|---|
| `domains` | the domains, the judgements each takes, and the certainty that follows |
| `evidence`, `shown` | what the evidence shows for each domain, never a rating |
| `ratings` | rate, and read what was rated |
| `findings` | the summary of findings of a saved query |
| `door` | the methods of `Registry` |
"""
