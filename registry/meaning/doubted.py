"""The doubts of every row of a frame: those of a row by itself, and those of rows side by side."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from registry.errors import UsageError
from registry.meaning.doubts import CLEAR, EXTREME, Doubt, against_siblings, doubts_of, settled_rules
from registry.meaning.equal_numbers import maybe_one_result
from registry.terms import Doubtful

if TYPE_CHECKING:
    from registry.frame import Array, Frame

#: The columns that the rules of one row look at.
_LOOKED_AT = (
    *("yi", "vi", "est", "ci_low", "ci_high", "est_text", "ci_low_text", "ci_high_text", "p_text", "flags", "settled"),
    *("n", "n_events", "n_index", "n_reference", "contrast", "measure", "effect_direction"),
)
#: How many others a doubt names.
_NAMED = 5


def doubted(frame: Frame) -> list[tuple[Doubt, ...]]:
    """Give the doubts of each of k rows as reported, but for what a curator has settled."""
    found: list[list[Doubt]] = [[] for _ in range(len(frame))]
    rows = np.flatnonzero(_suspect(frame)).tolist()
    columns = {name: frame[name].tolist() for name in _LOOKED_AT} if rows else {}
    for row in rows:
        found[row] += doubts_of({name: _known(values[row]) for name, values in columns.items()})
    settled = [settled_rules(text) for text in frame["settled"].tolist()]
    for row, doubt in (*_same_numbers(frame), *_opposite(frame)):
        if doubt.rule not in settled[row]:
            found[row].append(doubt)
    return [tuple(each) for each in found]


def sound(frame: Frame) -> Array:
    """Mark the rows (k,) no blind rule doubts; of rows whose one blind doubt is that they print the same, the first."""
    blind = [{each.rule for each in doubts if each.blind} for doubts in doubted(frame)]
    kept = np.array([not rules for rules in blind], dtype=np.bool_)
    for one, others in _together(frame).items():
        if blind[one] == {"same-numbers"} and not any(kept[other] for other in others):
            kept[one] = True
    return kept


def excluding(doubtful: str) -> bool:
    """Say whether doubtful estimates are left out. UsageError for a word that is neither keep nor exclude."""
    words = [each.value for each in Doubtful]
    if doubtful not in words:
        raise UsageError(f"doubtful is {doubtful!r}", f"one of: {', '.join(words)}")
    return doubtful == Doubtful.EXCLUDE


def _suspect(frame: Frame) -> Array:
    """Mark the rows that a rule of one row may doubt, so that few of many are looked at closely."""
    vi, n, events = frame["vi"], frame["n"], frame["n_events"]
    said = np.array([flags is not None or way is not None for flags, way in _pairs(frame, "flags", "effect_direction")])
    with np.errstate(invalid="ignore"):
        extreme = np.abs(frame["yi"]) > math.log(EXTREME)
        # Without the sizes of the groups no variance is below 4/d; with them the bound is higher.
        small = vi * np.where(events > 0, events, n) < 4.0
    grouped = ~np.isnan(frame["n_index"]) & ~np.isnan(frame["n_reference"])
    return said.astype(np.bool_) | extreme | small | grouped


def _pairs(frame: Frame, one: str, other: str) -> Sequence[tuple[Any, Any]]:
    return list(zip(frame[one].tolist(), frame[other].tolist(), strict=True))


def _same_numbers(frame: Frame) -> list[tuple[int, Doubt]]:
    keys = [key or f"row {row}" for row, key in enumerate(frame["key"].tolist(), 1)]
    found = []
    for row, others in sorted(_together(frame).items()):
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        names = ", ".join(keys[other] for other in others[:_NAMED])
        found.append((row, Doubt("same-numbers", f"same ratio and CI as {names}{more}", blind=True)))
    return found


def _together(frame: Frame) -> dict[int, list[int]]:
    """Give the rows that have the same numbers as others, with these in their order."""
    together: dict[int, list[int]] = defaultdict(list)
    for one, other in maybe_one_result(frame):
        together[one].append(other)
        together[other].append(one)
    return together


def _opposite(frame: Frame) -> list[tuple[int, Doubt]]:
    names = ("yi", "vi", "contrast", "study", "factor", "disease", "endpoint")
    with np.errstate(invalid="ignore"):
        clear = np.flatnonzero(np.abs(frame["yi"]) >= CLEAR * np.sqrt(frame["vi"]))
    columns = {name: frame[name][clear].tolist() for name in names}
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    found = against_siblings(rows)
    return [(int(clear[place]), Doubt("direction-opposite", message, blind=False)) for place, message in found]


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value
