"""Moderators as columns of a design matrix, which keep their names: numbers as they are, categories as dummies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from registry.errors import StatisticsError
from registry.stats.batch import Floats

INTERCEPT = "intercept"

# As R's lm: a column that keeps less than this share of its length beside the others is a combination of them.
SAME = 1e-7


@dataclass(frozen=True, slots=True)
class Moderator:
    """One moderator: the numbers of its columns; a category also its levels and which of them is the reference."""

    name: str
    columns: tuple[int, ...]
    levels: tuple[str, ...] = ()
    reference: str | None = None

    def coded(self, value: str | float) -> Floats:
        """Numbers of its columns for one value. Raises StatisticsError for a level that was not there."""
        return np.asarray(_coded(self, np.array([value]))[0] if self.levels else [float(value)])


@dataclass(frozen=True, slots=True)
class DesignMatrix:
    """Columns (k, p) with their names; `intercept` says that the first one is all ones."""

    names: tuple[str, ...]
    matrix: Floats
    moderators: tuple[Moderator, ...]
    intercept: bool

    def rows(self, values: Mapping[str, Sequence[object] | NDArray[np.generic] | float | str]) -> Floats:
        """Rows (r, p) of the same columns for stated values of every moderator, each one value or r of them.

        Raises StatisticsError for a moderator that is missing or unknown and for a level that was not there.
        """
        if set(values) != {one.name for one in self.moderators}:
            wanted = ", ".join(one.name for one in self.moderators)
            raise StatisticsError(f"a value for each of {wanted} is needed, and nothing else: got {', '.join(values)}")
        lists = {name: np.atleast_1d(np.asarray(value)) for name, value in values.items()}
        rows = np.ones((max((len(entry) for entry in lists.values()), default=1), len(self.names)))
        for one in self.moderators:
            rows[:, one.columns] = _coded(one, lists[one.name]) if one.levels else lists[one.name][:, None]
        return rows


def design_matrix(
    moderators: Mapping[str, ArrayLike], *, references: Mapping[str, str] | None = None, intercept: bool = True
) -> DesignMatrix:
    """Code moderators, each one value per estimate (k,), into a design matrix.

    Numbers make one column. Text and booleans are categories: one 0/1 column per level but the reference, called
    "name: level". The reference is `references[name]`, else the first level in alphabetical order. Without `intercept`
    the first category keeps all its levels, so that its coefficients are the group means.

    Raises StatisticsError for missing values, one level only, an unknown reference, unequal lengths.
    """
    chosen = dict(references or {})
    columns: list[Floats] = []
    names: list[str] = []
    found: list[Moderator] = []
    full = not intercept
    for name, values in moderators.items():
        one, coded = _one_moderator(name, np.asarray(values), len(names) + intercept, chosen.pop(name, None), full=full)
        full = full and not one.levels
        found.append(one)
        names += [name] if not one.levels else [f"{name}: {level}" for level in one.levels if level != one.reference]
        columns.append(coded)
    if chosen:
        raise StatisticsError(f"a reference level is given for {', '.join(chosen)}, which is no categorical moderator")
    lengths = {len(column) for column in columns}
    if len(lengths) != 1:
        raise StatisticsError("moderators must have one value per estimate: " + _lengths(moderators))
    ones = [np.ones((lengths.pop(), 1))] if intercept else []
    return DesignMatrix((INTERCEPT,) * intercept + tuple(names), np.hstack([*ones, *columns]), tuple(found), intercept)


def given_matrix(matrix: ArrayLike, *, names: Sequence[str] | None = None) -> DesignMatrix:
    """Take a design matrix (k, p) as it is; each column but an intercept (all ones, first) counts as a moderator.

    Raises StatisticsError unless it is two-dimensional, finite, and `names`, if given, are p different ones.
    """
    values = np.asarray(matrix, dtype=np.float64)
    if values.ndim != 2 or not values.size:
        raise StatisticsError(f"a design matrix has shape (estimates, coefficients): got {values.shape}")
    intercept = bool((values[:, 0] == 1.0).all())
    titles = (
        tuple(names)
        if names
        else tuple(INTERCEPT if intercept and not j else f"x{j + 1 - intercept}" for j in range(values.shape[1]))
    )
    if len(set(titles)) != values.shape[1]:
        raise StatisticsError(f"{values.shape[1]} columns need as many different names: got {', '.join(titles)}")
    found = tuple(Moderator(title, (j,)) for j, title in enumerate(titles) if j or not intercept)
    for one in found:
        _finite(one.name, values[:, one.columns[0]])
    return DesignMatrix(titles, values, found, intercept)


def check_rank(design: DesignMatrix) -> None:
    """Raise StatisticsError, naming columns, if one is a combination of those before it or estimates are too few."""
    k, p = design.matrix.shape
    if k <= p:
        few = f"{k} {'estimate' if k == 1 else 'estimates'}"
        raise StatisticsError(
            f"{few} cannot support {p} coefficients ({', '.join(design.names)}) and a variance beside them",
            hint="leave moderators out, or merge levels",
        )
    basis: list[Floats] = []
    for j, name in enumerate(design.names):
        column = _centred(design, j)
        left = column.copy()
        for _ in range(2):
            for other in basis:
                left -= (other @ left) * other
        if np.linalg.norm(left) <= SAME * np.linalg.norm(column):
            raise StatisticsError(
                f"column {name!r} {_why_dependent(design, j)}: its coefficient cannot be told apart",
                hint="leave it out, or choose another reference level",
            )
        basis.append(left / np.linalg.norm(left))


def _centred(design: DesignMatrix, j: int) -> Floats:
    """Column j about its mean (beside an intercept), with what is only rounding set to 0."""
    column = design.matrix[:, j]
    if not design.intercept or j == 0:
        return column
    centred = column - column.mean()
    return np.where(np.abs(centred).max() <= 1e-13 * np.abs(column).max(), 0.0, centred)


def _why_dependent(design: DesignMatrix, j: int) -> str:
    column = design.matrix[:, j]
    if np.ptp(column) <= 1e-13 * np.abs(column).max():
        return f"is the same for all estimates ({column[0]:g})"
    before = design.matrix[:, :j]
    scale = np.linalg.norm(before, axis=0)
    shares = np.linalg.lstsq(before / scale, column / np.linalg.norm(column), rcond=SAME)[0]
    parts = [design.names[i] for i in np.flatnonzero(np.abs(shares) > 1e-6)]
    return f"is a combination of {', '.join(repr(part) for part in parts)}"


def _one_moderator(
    name: str, values: NDArray[np.generic], first: int, reference: str | None, *, full: bool
) -> tuple[Moderator, Floats]:
    """Code one moderator into columns (k, c), the first of which will be number `first`."""
    if values.ndim != 1:
        raise StatisticsError(f"moderator {name!r} must have one value per estimate: got shape {values.shape}")
    if values.dtype.kind in "iuf":
        if reference is not None:
            raise StatisticsError(f"moderator {name!r} is a number and has no reference level {reference!r}")
        column = values.astype(np.float64)
        _finite(name, column)
        return Moderator(name, (first,)), column[:, None]
    labels = _labels(name, values)
    levels = tuple(sorted(set(labels)))
    if len(levels) < 2:
        raise StatisticsError(f"moderator {name!r} has the one level {levels[0]!r}: nothing to compare")
    if reference is not None and reference not in levels:
        raise StatisticsError(f"moderator {name!r} has no level {reference!r}: one of {', '.join(levels)}")
    base = None if full and reference is None else (reference or levels[0])
    one = Moderator(name, tuple(range(first, first + len(levels) - (base is not None))), levels, base)
    return one, _coded(one, np.asarray(labels))


def _coded(one: Moderator, labels: NDArray[np.generic]) -> Floats:
    """0/1 columns of a category, one per level but the reference."""
    text = [str(label) for label in labels.tolist()]
    if unknown := sorted(set(text) - set(one.levels)):
        raise StatisticsError(f"moderator {one.name!r} has no level {unknown[0]!r}: one of {', '.join(one.levels)}")
    shown = [level for level in one.levels if level != one.reference]
    return np.array([[float(label == level) for level in shown] for label in text])


def _labels(name: str, values: NDArray[np.generic]) -> list[str]:
    raw = values.tolist()
    missing = [row for row, value in enumerate(raw) if str(value).strip() in {"", "None", "nan"}]
    if missing:
        raise StatisticsError(_missing(name, missing), hint="leave these estimates out first")
    return [str(value) for value in raw]


def _finite(name: str, column: Floats) -> None:
    missing = np.flatnonzero(~np.isfinite(column)).tolist()
    if missing:
        raise StatisticsError(_missing(name, missing), hint="leave these estimates out first")


def _missing(name: str, rows: Sequence[int]) -> str:
    shown = ", ".join(str(row) for row in rows[:5]) + (", …" if len(rows) > 5 else "")
    return f"moderator {name!r} has no value in {len(rows)} estimate{'s' * (len(rows) > 1)} (row {shown})"


def _lengths(moderators: Mapping[str, ArrayLike]) -> str:
    return ", ".join(f"{name} has {np.size(np.asarray(values))}" for name, values in moderators.items())
