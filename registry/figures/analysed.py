"""From a kind of figure and what was asked to the result it is drawn of."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from difflib import get_close_matches
from functools import reduce
from importlib import import_module
from typing import TYPE_CHECKING, Any

from registry.errors import UsageError

if TYPE_CHECKING:
    from registry.figures.catalogue import Kind
    from registry.queries.definition import Definition

#: Analyses of the whole registry, and those that read a saved query themselves.
OF_ALL, READ_IT = ("literature.prisma",), ("explain",)
#: Arguments of an analysis that come from the selection.
_SELECTED = frozenset({"frame", "one_per", "allow", "flow", "provenance"})


def analysed(registry: Any, kind: Kind, query: str | None, asked: Mapping[str, Any], options: Mapping[str, Any]) -> Any:
    """Run the analysis of a kind on a saved query, or on what was `asked`: `where`, `at`, `one_per`, `allow`.

    `options` go before those of the saved query. Raises UsageError for a saved query beside a condition, for an option
    the kind does not take, and what the analysis raises.
    """
    verb = reduce(getattr, kind.analysis.split("."), registry)
    selected = {name: value for name, value in asked.items() if value not in (None, ())}
    _check(kind, options)
    if kind.analysis in OF_ALL:
        if query is not None or selected:
            raise UsageError(f"{kind.name} is of the whole registry", "leave the query and the condition out")
        return verb()
    if query is not None and (other := set(selected) - {"at"}):
        raise UsageError(f"a saved query has its own {', '.join(sorted(other))}", "leave QUERY out, or these")
    if kind.analysis in READ_IT:
        return _explained(verb, kind, query, selected, options)
    if query is None:
        return _run(verb, kind, selected.pop("where", None), {**selected, **kind.options, **options})
    saved = registry.query(query).definition
    given = {"at": asked["at"], "one_per": saved.one_per, "allow": saved.allow}
    return _run(verb, kind, saved.where, {**given, **_taken(kind, saved), **kind.options, **options})


def _run(verb: Any, kind: Kind, where: str | None, arguments: Mapping[str, Any]) -> Any:
    if kind.analysis == "regress" and not arguments.get("on"):
        raise UsageError(f"{kind.name} draws the pool against a moderator, and none is named", "for instance on=year")
    return verb(where, **arguments)


def _taken(kind: Kind, saved: Definition) -> dict[str, Any]:
    """Take over what the saved query says of an analysis: options of its pool, the first of its moderators."""
    from registry.queries.beside import settings

    taken, moderators = settings(saved, kind.analysis), saved.analyses.get("moderators") or ()
    return {**taken, "on": moderators[0]} if kind.analysis == "regress" and moderators else taken


def _explained(
    verb: Any, kind: Kind, query: str | None, selected: Mapping[str, Any], options: Mapping[str, Any]
) -> Any:
    """Explain what moved up to a moment; a saved query brings its own options."""
    moment = {"last": selected["at"]} if "at" in selected else {}
    rest = {name: value for name, value in selected.items() if name != "at"}
    if query is not None and (other := set(options) - _moments()):
        raise UsageError(f"a saved query has its own {', '.join(sorted(other))}", "leave QUERY out, or these")
    return verb(query, **{**rest, **moment, **kind.options, **options})


def _check(kind: Kind, options: Mapping[str, Any]) -> None:
    """Refuse what neither the figure nor its analysis takes, and name the nearest."""
    taken = sorted({*accepted(kind), *kind.own})
    for name in options:
        if name not in taken:
            near = get_close_matches(name, taken, n=1)
            meant = f"; did you mean {near[0]!r}?" if near else ""
            raise UsageError(f"{kind.name} takes no {name!r}{meant}", f"it takes {', '.join(taken) or 'no options'}")


def accepted(kind: Kind) -> frozenset[str]:
    """Name the options of the analysis a kind is drawn of."""
    if kind.analysis in OF_ALL:
        return frozenset()
    if kind.analysis in READ_IT:
        return _moments() | _parameters("pool")
    return _parameters(kind.analysis)


def _parameters(analysis: str) -> frozenset[str]:
    module = import_module(f"registry.pooling.{analysis}")
    asked = inspect.signature(getattr(module, analysis)).parameters.values()
    names = {each.name for each in asked if each.kind is not inspect.Parameter.VAR_KEYWORD}
    return frozenset(names - _SELECTED) | frozenset(getattr(module, "OPTIONS", ()))


def _moments() -> frozenset[str]:
    return frozenset({"first", "last", "pairs", "seed"})
