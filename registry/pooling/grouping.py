"""Which subgroup each row belongs to: by the words of a column, or by where a number lies between thresholds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from registry.columns import BY_NAME, Kind
from registry.errors import PoolRefused, UsageError
from registry.pooling.counted import counted
from registry.pooling.guards import Allowed, selection_on_results

if TYPE_CHECKING:
    from registry.frame import Array, Frame

#: Where a row stands whose value was not read.
NOT_REPORTED = "not reported"


@dataclass(frozen=True, slots=True)
class Grouping:
    """Subgroups of the rows by `column`: `labels` in the order they are shown, and the group of each row in `codes`.

    `codes` has shape (k,) and counts into `labels`; −1 is a row whose value was not read.
    """

    column: str
    title: str
    labels: tuple[str, ...]
    codes: Array


def grouping(frame: Frame, asked: str, allowed: Allowed) -> Grouping:
    """Read `column` or `column:threshold[,threshold…]` and put every row into its group.

    Raises UsageError for a column the frame does not have and for a threshold that is no number, PoolRefused for a
    number without threshold, for cutoffs in several units, and for a column that holds the result itself.
    """
    column, colon, text = asked.partition(":")
    column = column_named(frame, column.strip(), allowed, option="subgroup")
    numeric = frame[column].dtype.kind == "f"
    if colon and not numeric:
        raise UsageError(f"subgroup {asked!r}: {column} holds words, not numbers", f"without a threshold: {column}")
    if numeric and not colon:
        known = frame[column][~np.isnan(frame[column])]
        raise PoolRefused(
            f"subgroup: {column} is a number ({known.min():g} to {known.max():g}) and needs a threshold",
            f"for instance --subgroup {column}:{np.median(known):g}",
            "subgroup",
        )
    return by_threshold(frame, column, _thresholds(asked, text)) if colon else _by_word(frame, column)


def column_named(frame: Frame, name: str, allowed: Allowed, *, option: str) -> str:
    """Find the column an option names. UsageError for one the frame does not have, naming the nearest.

    PoolRefused for a column that was read for no estimate, and for one that holds the result itself.
    """
    if name not in frame.columns and name not in frame.attributes:
        near = get_close_matches(name, [*frame.attributes, *frame.columns], n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        known = ", ".join(frame.attributes) or "none"
        raise UsageError(
            f"{option}: there is no column {name!r}{meant}", f"a contract column, or a study characteristic: {known}"
        )
    if name in BY_NAME and BY_NAME[name].on_result:
        selection_on_results((name,), allowed)
    if not known_rows(frame, name).any():
        raise PoolRefused(f"{option}: {name} was read for no estimate", "choose another column", option)
    return name


def known_rows(frame: Frame, name: str) -> Array:
    """Mark the rows (k,) of which a column was read."""
    values = frame[name]
    if values.dtype.kind == "f":
        return ~np.isnan(values)
    return np.array([value is not None for value in values.tolist()], dtype=np.bool_)


def _thresholds(asked: str, text: str) -> list[float]:
    try:
        values = sorted({float(each) for each in text.split(",")})
    except ValueError:
        values = [math.nan]
    if not all(math.isfinite(each) for each in values):
        raise UsageError(
            f"subgroup {asked!r}: {text!r} is not a threshold", "a number, or several with commas: 550 or 400,800"
        )
    return values


def spelled(values: Array) -> list[str | None]:
    """Write words that differ in case or spaces only as the first of them is written; None where not read."""
    words = [None if value is None else " ".join(str(value).split()) for value in values.tolist()]
    first: dict[str, str] = {}
    for word in words:
        if word is not None:
            first.setdefault(word.casefold(), word)
    return [None if word is None else first[word.casefold()] for word in words]


def _by_word(frame: Frame, column: str) -> Grouping:
    words = spelled(frame[column])
    labels = sorted({word for word in words if word is not None}, key=str.casefold)
    places = {word: place for place, word in enumerate(labels)}
    codes = np.array([-1 if word is None else places[word] for word in words], dtype=np.intp)
    return Grouping(column, title(column), tuple(labels), codes)


def by_threshold(frame: Frame, column: str, thresholds: Sequence[float]) -> Grouping:
    """Put every row into the class of a number between ascending thresholds; a threshold belongs to the class above.

    Classes without a row are left out. Raises PoolRefused for cutoffs in several units.
    """
    values = frame[column]
    known = ~np.isnan(values)
    unit = cutoff_unit(frame, known) if column == "cutoff_value" else ""
    codes = np.where(known, np.searchsorted(thresholds, values, side="right"), -1)
    labels = [f"< {thresholds[0]:g}"]
    labels += [f"{low:g} to < {high:g}" for low, high in pairwise(thresholds)]
    labels.append(f"≥ {thresholds[-1]:g}")
    suffix = unit or (BY_NAME[column].unit if column in BY_NAME else "")
    present = [code for code in range(len(labels)) if (codes == code).any()]
    places = {code: place for place, code in enumerate(present)}
    return Grouping(
        column,
        title(column),
        tuple(f"{labels[code]} {suffix}".strip() for code in present),
        np.array([places.get(code, -1) for code in codes.tolist()], dtype=np.intp),
    )


def one_unit(frame: Frame, column: str) -> None:
    """Raise PoolRefused where numbers of a column cannot be set in order: cutoffs in units that do not convert."""
    if column == "cutoff_value":
        cutoff_unit(frame, known_rows(frame, column))


def said_of_unit(frame: Frame, columns: Sequence[str]) -> Iterator[str]:
    """Say in which unit cutoffs are, where one of these columns is that of cutoffs."""
    if "cutoff_value" in columns and (unit := cutoff_unit(frame, known_rows(frame, "cutoff_value"))):
        yield f"cutoffs are in {unit}"


def cutoff_unit(frame: Frame, known: Array) -> str:
    """Name the one unit of the cutoffs of some rows, "" for none.

    Raises PoolRefused for several: what converts was brought to one unit when the rows were prepared.
    """
    given = [unit or "1" for unit in frame["cutoff_unit"][known].tolist()]
    units = set(given)
    if len(units) > 1:
        counts = {unit if unit != "1" else "no unit": given.count(unit) for unit in given}
        most = max(sorted(units), key=given.count)
        raise PoolRefused(
            f"cutoffs are in different units that do not convert: {counted(counts)}",
            f"name one in the condition, for instance: and {_naming(most, units - {most})}",
            "mixed-units",
        )
    unit = units.pop() if units else "1"
    return "" if unit == "1" else unit


def _naming(most: str, others: set[str]) -> str:
    """Write a condition that leaves the cutoffs most rows have, also those printed in a unit that converts."""
    return f'cutoff_unit != "{others.pop()}"' if len(others) == 1 and "1" not in others else f'cutoff_unit == "{most}"'


#: Counts of a report, in words.
_COUNTS = {
    "n_events": "number of events",
    "n_index": "patients in the index group",
    "n_reference": "patients in the reference group",
    "events_index": "events in the index group",
    "events_reference": "events in the reference group",
}


def title(column: str) -> str:
    """Name a column for a heading: a number of the contract by its meaning (`median follow-up`), else by its name."""
    if column in _COUNTS:
        return _COUNTS[column]
    if column in BY_NAME and BY_NAME[column].kind is Kind.NUMBER:
        return BY_NAME[column].meaning.partition(",")[0]
    return column.replace("_", " ")
