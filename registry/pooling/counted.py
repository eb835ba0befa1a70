"""Lists as a message or note shows them: values with how many rows have each, keys; long ones are shortened."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

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


def _more(rest: int) -> str:
    return f" and {rest} more" if rest > 0 else ""
