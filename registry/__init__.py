"""evireg: reported hazard ratios with their sources, pooled on demand.

The house, in the order the data flow::

    ingest/     read a file, check every row, report every fault at once
    writing/    match by key, create, keep the ledger, project into the evidence table
    models/     the tables                                    store.py   engine, transactions, handshake
    selection/  a condition → the rows it means, with the flow of what was left out and why
    pooling/    rows → guards → arrays → PoolResult           stats/     arrays in, frozen results out
    report/     results → tables, prose, forest plots
    deriving/   numbers of one report → a log ratio, by every route they allow

    columns.py  the contract of the evidence frame            terms.py   closed vocabularies
    frame.py    the column table between rooms                errors.py  every exception, one root
    seeding.py  the evidence shipped with evireg              handle.py  the door for Python

Three doors lead to the same verbs: this package, the command line (`cli/`), and later the web pages::

    import registry

    reg = registry.open("evireg.db")                     # path or URL; never creates or upgrades, registry.init does
    frame = reg.estimates(where='factor == "NLR" and endpoint == "OS"')        # a pandas DataFrame
    fit = registry.pool(frame, method="DL", test="z")    # any frame with yi and vi, also one from a CSV
    registry.bias(frame), registry.regress(frame, on="year"), registry.influence(frame)     # and so on, on any frame
    fit = reg.pool(where='factor == "NLR" and endpoint == "OS" and disease == "multiple myeloma"')
    fit.as_dict()["pool"]["hr"]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry.deriving import derive
    from registry.errors import EviregError
    from registry.handle import Registry, init, open, pool  # noqa: A004 - registry.open reads as what it does
    from registry.pooling.bayes import bayes
    from registry.pooling.bias import bias
    from registry.pooling.cutoffs import cutoffs
    from registry.pooling.influence import influence
    from registry.pooling.many import pool_many
    from registry.pooling.multiverse import multiverse
    from registry.pooling.regress import regress

__all__ = [
    "EviregError",
    "Registry",
    "bayes",
    "bias",
    "cutoffs",
    "derive",
    "influence",
    "init",
    "multiverse",
    "open",
    "pool",
    "pool_many",
    "regress",
]

_HOME = {
    "EviregError": "registry.errors",
    "bayes": "registry.pooling.bayes",
    "bias": "registry.pooling.bias",
    "cutoffs": "registry.pooling.cutoffs",
    "derive": "registry.deriving",
    "influence": "registry.pooling.influence",
    "multiverse": "registry.pooling.multiverse",
    "pool_many": "registry.pooling.many",
    "regress": "registry.pooling.regress",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that `import registry` and `evireg --help` stay light."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME.get(name, "registry.handle")), name)


def __dir__() -> list[str]:
    return sorted(__all__)
