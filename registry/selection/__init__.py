"""Selection: a condition, a one-per rule, and the rows they give, with the flow that left the others out.

| module | one sentence |
|---|---|
| `tokens` | the words and signs of a condition, every stray one refused with a caret |
| `fields` | what a condition may name, and its literals resolved to keys |
| `nodes` | the predicate tree, and its canonical text |
| `reader` | Python's tree of a condition → ours |
| `where` | text → `Condition`: the tree, and what it mentions |
| `compile` | tree → SQLAlchemy expression with bound parameters |
| `view` | the evidence as it is, or as of a changeset |
| `priority` | one-per rules: which estimate stands for a cohort that has several |
| `narrow` | matched rows → rows ready to pool, and their flow; frames only, no database |
| `query` | the conductor: `select` and `estimates` |
| `listing`, `show` | what `list` and `show` tell of studies, cohorts, cutoffs, factors, estimates |
"""
