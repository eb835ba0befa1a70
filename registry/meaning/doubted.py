"""The doubts of every row of a frame: those of a row by itself, and those of rows side by side."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from registry.errors import UsageError
from registry.meaning.doubts import CLEAR, EXTREME, REPORTED, Doubt, against_siblings, doubts_of, settled_rules
from registry.meaning.equal_numbers import SAME, maybe_one_result
from registry.terms import Doubtful

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registry.frame import Array, Frame

OPPOSITE = "direction-opposite"
#: The columns that the rules of one row look at.
_LOOKED_AT = (
    *REPORTED,
    *("yi", "vi", "endpoint", "est_text", "ci_low_text", "ci_high_text", "p_text", "flags", "settled"),
)
_SIBLINGS = ("yi", "vi", "contrast", "study", "factor", "disease", "endpoint", "settled")


def doubted(frame: Frame) -> list[tuple[Doubt, ...]]:
    """Give the doubts of each of k rows as reported, but for what a curator has settled.

    Of rows that print the same numbers those after the first are doubtful.
    """
    found = by_themselves(frame)
    for row, doubt in (*_same_numbers(frame), *_opposite(frame)):
        found[row].append(doubt)
    return [tuple(each) for each in found]


def by_themselves(frame: Frame) -> list[list[Doubt]]:
    """Give the doubts of each of k rows that need no other row."""
    found: list[list[Doubt]] = [[] for _ in range(len(frame))]
    places = np.flatnonzero(_suspect(frame))
    for row, values in zip(places.tolist(), frame.read(places, _LOOKED_AT), strict=True):
        found[row] += doubts_of(values)
    return found


def repeated(frame: Frame) -> Array:
    """Mark the rows (k,) that print the same numbers as one before them, and may be one result with it."""
    mask = np.zeros(len(frame), dtype=np.bool_)
    mask[[row for row, _ in _same_numbers(frame)]] = True
    return mask


def excluding(doubtful: str) -> bool:
    """Say whether doubtful estimates are left out. UsageError for a word that is neither keep nor exclude."""
    words = [each.value for each in Doubtful]
    if doubtful not in words:
        raise UsageError(f"doubtful is {doubtful!r}", f"one of: {', '.join(words)}")
    return doubtful == Doubtful.EXCLUDE


def _suspect(frame: Frame) -> Array:
    """Mark the rows that a rule of one row may doubt, so that few of many are looked at closely."""
    vi, n, events = frame["vi"], frame["n"], frame["n_events"]
    pairs = zip(frame["flags"].tolist(), frame["effect_direction"].tolist(), strict=True)
    said = np.array([flags is not None or way is not None for flags, way in pairs], dtype=np.bool_)
    with np.errstate(invalid="ignore"):
        extreme = np.abs(frame["yi"]) > math.log(EXTREME)
        # Without the sizes of the groups no variance is below 4/d; with them the bound is higher.
        small = vi * np.where(events > 0, events, n) < 4.0
    grouped = ~np.isnan(frame["n_index"]) & ~np.isnan(frame["n_reference"])
    return said | extreme | small | grouped


def _same_numbers(frame: Frame) -> Iterator[tuple[int, Doubt]]:
    """Doubt each row that prints what one before it does."""
    first: dict[int, int] = {}
    for one, other in maybe_one_result(frame):
        first.setdefault(other, one)
    keys = frame["key"]
    for row, one in sorted(first.items()):
        yield row, Doubt(SAME, f"same ratio and CI as {keys[one] or f'row {one + 1}'}", blind=True)


def _opposite(frame: Frame) -> Iterator[tuple[int, Doubt]]:
    with np.errstate(invalid="ignore"):
        places = np.flatnonzero(np.abs(frame["yi"]) >= CLEAR * np.sqrt(frame["vi"]))
    rows = frame.read(places, _SIBLINGS)
    for place, message in against_siblings(rows):
        if OPPOSITE not in settled_rules(rows[place]["settled"]):
            yield int(places[place]), Doubt(OPPOSITE, message, blind=False)
