"""Estimates that standard errors from p-values leave out because p is too large: p then selects what is pooled.

Where no standard error comes from a p-value, all estimates with nothing but a p are left out alike. Where they are
allowed, those drop out whose digits do not settle the standard error: they have a large p, and without them the pool
says more than the studies did (`effects.from_p`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry.errors import PoolRefused
from registry.terms import Allow, NotPoolable

if TYPE_CHECKING:
    from registry.flow import Flow

#: Names shown of a long list.
_SHOWN = 4


def left_out(flow: Flow | None, allowed: frozenset[Allow]) -> tuple[str, ...]:
    """Name the estimates that are left out for a large p while standard errors from p-values are allowed."""
    if flow is None or Allow.P_DERIVED not in allowed:
        return ()
    return tuple(each.key for each in flow.unusable if each.reason == NotPoolable.P_ABOVE_HALF.label)


def refusals(flow: Flow | None, allowed: frozenset[Allow]) -> Iterator[PoolRefused]:
    """Refuse a pool that leaves estimates out for a large p, unless that is said aloud."""
    keys = left_out(flow, allowed)
    if keys and Allow.SELECTION_ON_RESULTS not in allowed:
        yield PoolRefused(
            f"p is too large to give an SE, and leaving such estimates out selects on the result: {told(keys)}",
            "leave p-derived out; or say it aloud: --allow p-derived,selection-on-results",
            "selection-on-results",
        )


def told(keys: tuple[str, ...]) -> str:
    """Write how many estimates there are, and which."""
    more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
    return f"{len(keys)} estimate{'s' if len(keys) > 1 else ''}: {', '.join(keys[:_SHOWN])}{more}"
