"""Selection: a condition, a one-per rule, and the rows they give, with the flow that left the others out.

| module | one sentence |
|---|---|
| `query` | the conductor: `select` and `estimates` |
| `where` | text → `Condition`: the tree, and what it mentions |
| `tokens` | the words and signs of a condition, every stray one refused with a caret |
| `reader` | Python's tree of a condition → ours |
| `fields` | what a condition may name, and its literals resolved to keys |
| `nodes` | the predicate tree, and its canonical text |
| `measured` | numbers that have a unit, compared in the factor's own |
| `compile` | tree → SQLAlchemy expression with bound parameters |
| `view` | the evidence as it is, or as of a changeset |
| `narrow` | matched rows → rows ready to pool, and their flow; frames only, no database |
| `priority` | one-per rules: which estimate stands for a cohort that has several; frames only |
| `listing`, `show` | what `list` and `show` tell of studies, cohorts, cutoffs, factors, estimates, attributes |

The names below load on first use: `narrow` and `priority` serve pooling, which knows no database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry.selection.query import Selection, estimates, select
    from registry.selection.where import Condition, both, equals, parse

__all__ = ["Condition", "Selection", "both", "equals", "estimates", "parse", "select"]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = "query" if name in {"Selection", "estimates", "select"} else "where"
    return getattr(import_module(f"{__name__}.{module}"), name)
