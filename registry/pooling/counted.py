"""Lists as a message or note shows them: values with how many rows have each, keys; long ones are shortened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from registry.terms import Adjusted

#: What is shown of a long list before it is said how many more there are.
SHOWN = 4


def counted(counts: Mapping[Any, int]) -> str:
    """Write values with how many estimates have each, most first: `hr (10), rr (2)`; long lists are shortened."""
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], str(entry[0])))
    shown = [f"{value} ({count})" for value, count in ordered[:SHOWN]]
    return ", ".join(shown) + _more(len(ordered) - SHOWN)


def listed(names: Collection[str]) -> str:
    """Write a list of keys, shortened: `a, b, c, d and 3 more`."""
    return ", ".join(list(names)[:SHOWN]) + _more(len(names) - SHOWN)


def adjustment(values: Collection[str | None]) -> str:
    """Say which estimates are adjusted: `all 65 estimates are adjusted`; both kinds only where both are there."""
    counts = Counter(Adjusted(value or Adjusted.UNCLEAR) for value in values)
    kinds = [each for each in Adjusted if counts[each]]
    if len(kinds) == 1:
        of = "1 estimate is" if len(values) == 1 else f"all {len(values)} estimates are"
        return _alone(kinds[0], of)
    said = ", ".join(f"{counts[each]} {each.label}" for each in kinds)
    both = counts[Adjusted.YES] and counts[Adjusted.NO]
    return f"adjusted and unadjusted estimates are pooled together: {said}" if both else said


def _alone(kind: Adjusted, of: str) -> str:
    """Say what all estimates are."""
    return f"whether {of} adjusted is unclear" if kind is Adjusted.UNCLEAR else f"{of} {kind.label}"


def _more(rest: int) -> str:
    return f" and {rest} more" if rest > 0 else ""
