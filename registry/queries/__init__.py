"""Saved queries: a condition with the options of a pool under a name, version by version, and what their runs gave.

| module | one sentence |
|---|---|
| `definition` | what a query asks: condition, one-per rule, allowances, every option; checked when made |
| `analyses` | what it asks beside its pool: subgroups, meta-regressions, small-study tests, absolute risks |
| `beside` | the analyses of its rows as the query makes them: what a report, a figure and an export have in common |
| `trial` | three made-up rows, on which options are tried when a query is saved |
| `saved` | versions of queries in the registry: save, edit, remove, load, list |
| `running` | execute a query on the evidence of a moment; store what a run gave |
| `editing` | what a query is to be after an edit |
| `exchange` | queries as TOML, out and in |
| `verifying` | a stored or printed result made again, and what differs |
| `watching` | which queries would give another result now than at their last run |
| `door` | the methods of `Registry` |
| `specified` | whether the ledger proves that a query is older than the evidence it uses |

The names below load on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry.queries.definition import Definition
    from registry.queries.running import Ran, execute, run
    from registry.queries.saved import Saved, edit, load, queries, remove, save

__all__ = ["Definition", "Ran", "Saved", "edit", "execute", "load", "queries", "remove", "run", "save"]

_HOME = {
    "Definition": "definition",
    "Ran": "running",
    "execute": "running",
    "run": "running",
    **dict.fromkeys(("Saved", "edit", "load", "queries", "remove", "save"), "saved"),
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
