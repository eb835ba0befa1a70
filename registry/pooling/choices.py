"""Defensible choices of rows: adjusted or not, which cutoffs, which levels of a column, which estimate of a cohort."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from registry.errors import NothingSelected, PoolRefused
from registry.meaning.doubted import excluding
from registry.pooling import guards, large_p
from registry.pooling.analysis import one_of
from registry.pooling.eligible import eligible
from registry.pooling.grouping import by_threshold, column_named, grouping, known_rows
from registry.terms import DATA_DRIVEN_CUTOFFS, Adjusted, Allow, CutoffMethod

if TYPE_CHECKING:
    from registry.frame import Array, Frame
    from registry.pooling.grouping import Grouping
    from registry.pooling.guards import Allowed

ALL = "all"
ADJUSTED = (ALL, Adjusted.YES.value, Adjusted.NO.value)
NOT_DATA_DRIVEN, PRESPECIFIED = "not-data-driven", "prespecified"
CUTOFFS = (ALL, NOT_DATA_DRIVEN, PRESPECIFIED)
#: Chosen before the outcome was looked at.
BEFORE = frozenset({CutoffMethod.PRESPECIFIED, CutoffMethod.MEDIAN, CutoffMethod.QUANTILE})
#: A study characteristic of this name is varied unasked; without one, whether any domain of a tool is at its worst.
RISK_OF_BIAS = "risk_of_bias"


@dataclass(frozen=True, slots=True)
class Choice:
    """One set of choices: `by` maps each further column to "all" or to the one level that is kept."""

    adjusted: str
    cutoffs: str
    by: Mapping[str, str]
    one_per: str | None


@dataclass(frozen=True, slots=True)
class RowSet:
    """The rows a choice leaves, every guard passed; or None, and in `refused` why not."""

    choice: Choice
    frame: Frame | None
    refused: str = ""

    @property
    def keys(self) -> frozenset[str]:
        """Name the rows; of rows without a key their numbers."""
        if self.frame is None:
            return frozenset()
        columns = (self.frame[name].tolist() for name in ("key", "yi", "vi"))
        return frozenset(key or f"{yi!r} {vi!r}" for key, yi, vi in zip(*columns, strict=True))


@dataclass(frozen=True, slots=True)
class Choices:
    """What is varied over the rows of a frame: for each word of each choice the mask (k,) of the rows it keeps."""

    adjusted: Mapping[str, Array]
    cutoffs: Mapping[str, Array]
    by: Mapping[str, Mapping[str, Array]]
    one_per: Sequence[str | None]

    def __iter__(self) -> Iterator[tuple[Choice, Array]]:
        """Give every combination with the rows it keeps before a one-per rule."""
        for rule in self.one_per:
            for adjusted, cutoffs, *words in product(self.adjusted, self.cutoffs, *self.by.values()):
                by = dict(zip(self.by, words, strict=True))
                masks = [self.by[name][word] for name, word in by.items()]
                kept = np.logical_and.reduce([self.adjusted[adjusted], self.cutoffs[cutoffs], *masks])
                yield Choice(adjusted, cutoffs, by, rule), kept


def choices(
    frame: Frame,
    *,
    adjusted: Sequence[str],
    cutoffs: Sequence[str],
    bounds: Sequence[float],
    by: Sequence[str] | None,
    one_per: Sequence[str],
    allowed: Allowed,
) -> Choices:
    """Complete what was asked: what is not stated varies where the rows differ in it, and only there.

    Raises UsageError for an unknown word or column, PoolRefused for a number without threshold and for cutoffs in
    several units.
    """
    appraised: dict[str, dict[str, Array]] = {}
    if by is None:
        by = [RISK_OF_BIAS] if RISK_OF_BIAS in frame and known_rows(frame, RISK_OF_BIAS).any() else []
        appraised = {} if by else _appraised(frame)
    cutoff = column_named(frame, "cutoff_value", allowed, option="bounds") if bounds else ""
    classes = [by_threshold(frame, cutoff, sorted(bounds))] if cutoff else []
    return Choices(
        adjusted=_adjusted(frame, [one_of("adjusted", word, ADJUSTED) for word in adjusted], allowed),
        cutoffs=_cutoffs(frame, [one_of("cutoffs", word, CUTOFFS) for word in cutoffs], classes),
        by={asked: _levels(frame, [grouping(frame, asked, allowed)]) for asked in by} | appraised,
        one_per=list(one_per) or [None],
    )


def row_sets(frame: Frame, varied: Choices, allowed: Allowed, doubtful: str) -> Iterator[RowSet]:
    """Give the rows of every choice, or why they must not be pooled together."""
    excluding(doubtful)
    for choice, kept in varied:
        try:
            part = frame.take(kept)
            rows, flow = eligible(part, one_per=choice.one_per, allowed=allowed, flow=None, doubtful=doubtful)
            guards.check(rows, allowed, more=large_p.refusals(flow, allowed))
        except NothingSelected:
            yield RowSet(choice, None, "no estimate is left")
        except PoolRefused as refusal:
            yield RowSet(choice, None, f"{refusal.message}; {refusal.hint}")
        else:
            one = "" if len(rows) > 1 else "one estimate is left: nothing to pool"
            yield RowSet(choice, None if one else rows, one)


def _adjusted(frame: Frame, asked: Sequence[str], allowed: Allowed) -> dict[str, Array]:
    """Unless asked: both kinds apart where both occur, together only where that is allowed."""
    masks = {ALL: np.ones(len(frame), dtype=np.bool_)}
    masks |= {word: _is(frame, "adjusted", {word}) for word in ADJUSTED[1:]}
    if not asked:
        mixed = all(masks[word].any() for word in ADJUSTED[1:])
        together = [ALL] if not mixed or Allow.MIXED_ADJUSTMENT in allowed else []
        asked = [*together, *(ADJUSTED[1:] if mixed else [])]
    return {word: masks[word] for word in asked}


def _cutoffs(frame: Frame, asked: Sequence[str], classes: Sequence[Grouping]) -> dict[str, Array]:
    """Unless asked: all, and where there are data-driven ones without them; then the classes between bounds."""
    driven = _is(frame, "cutoff_method", DATA_DRIVEN_CUTOFFS)
    masks = {
        ALL: np.ones(len(frame), dtype=np.bool_),
        NOT_DATA_DRIVEN: ~driven,
        PRESPECIFIED: _is(frame, "cutoff_method", BEFORE),
    }
    words = asked or [ALL, *([NOT_DATA_DRIVEN] if driven.any() else [])]
    between = _levels(frame, classes)
    del between[ALL]
    return {word: masks[word] for word in words} | between


def _appraised(frame: Frame) -> dict[str, dict[str, Array]]:
    """All rows, and those appraised with no domain at its worst level; domain by domain, no score is summed."""
    judged = np.zeros(len(frame), dtype=np.bool_)
    at_worst = np.zeros(len(frame), dtype=np.bool_)
    for domain, level in frame.worst.items():
        values = frame[domain].tolist()
        judged |= np.array([value is not None for value in values], dtype=np.bool_)
        at_worst |= np.array([value == level for value in values], dtype=np.bool_)
    if not judged.any():
        return {}
    known = [domain for domain in frame.worst if any(value is not None for value in frame[domain].tolist())]
    word = f"no domain {' or '.join(dict.fromkeys(frame.worst[domain] for domain in known))}"
    return {RISK_OF_BIAS: {ALL: np.ones(len(frame), dtype=np.bool_), word: judged & ~at_worst}}


def _levels(frame: Frame, groups: Sequence[Grouping]) -> dict[str, Array]:
    masks = {ALL: np.ones(len(frame), dtype=np.bool_)}
    for group in groups:
        masks |= {label: group.codes == place for place, label in enumerate(group.labels)}
    return masks


def _is(frame: Frame, column: str, words: frozenset[CutoffMethod] | set[str]) -> Array:
    return np.array([value in words for value in frame[column].tolist()], dtype=np.bool_)
