"""From a kind of figure and what was asked to the result it is drawn of."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

from registry.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registry.figures.catalogue import Kind

#: Options of a saved query that an analysis takes over from its pool; the pool itself takes all.
TAKEN: Mapping[str, tuple[str, ...]] = {
    "bias": ("method", "test", "level"),
    "influence": ("method", "test", "level"),
    "regress": ("method", "test", "level"),
    "cutoffs": ("method", "test", "level", "subgroup_tau2"),
    "multiverse": ("level",),
}
#: Analyses of the whole registry, and those that read a saved query themselves.
OF_ALL, READ_IT = ("literature.prisma",), ("explain",)


def analysed(registry: Any, kind: Kind, query: str | None, asked: Mapping[str, Any], options: Mapping[str, Any]) -> Any:
    """Run the analysis of a kind on a saved query, or on what was `asked`: `where`, `at`, `one_per`, `allow`.

    Raises UsageError for a saved query beside a condition, and what the analysis raises.
    """
    verb = reduce(getattr, kind.analysis.split("."), registry)
    chosen = {name: value for name, value in asked.items() if value not in (None, ())}
    if kind.analysis in OF_ALL:
        if query is not None or chosen:
            raise UsageError(f"{kind.name} is of the whole registry", "leave the query and the condition out")
        return verb(**options)
    if query is not None and set(chosen) - {"at"}:
        raise UsageError("a saved query has its own condition and rules", "leave QUERY out, or the condition")
    if kind.analysis in READ_IT:
        moment = {"last": chosen.pop("at")} if "at" in chosen else {}
        return verb(query, **chosen, **moment, **kind.options, **options)
    if query is not None:
        saved = registry.query(query).definition
        taken = TAKEN.get(kind.analysis, tuple(saved.options))
        of_query = {name: saved.options[name] for name in taken}
        selected = {"at": asked["at"], "one_per": saved.one_per, "allow": saved.allow}
        return verb(saved.where, **{**selected, **of_query, **kind.options, **options})
    selected = {name: value for name, value in asked.items() if name != "where"}
    return verb(asked["where"], **{**selected, **kind.options, **options})
