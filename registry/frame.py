"""The evidence frame between rooms: a small column table, contract name → numpy array.

Numbers are float64 with nan where not read, text and booleans are object arrays with None where not read. Declared
study characteristics stand beside the contract columns in `attributes`. Python users see it as a pandas DataFrame.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from registry.columns import BY_NAME, Kind
from registry.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from registry.vocabulary import FactorFacts

Array = NDArray[Any]

#: Pairs of cohorts, each named by study and cohort.
Pairs = frozenset[frozenset[tuple[str, ...]]]
#: Where a DataFrame keeps them, and what is known of its factors.
APART, _FACTORS = "evireg.apart", "evireg.factors"


@dataclass(frozen=True, slots=True)
class Characteristic:
    """What a declared study characteristic is: its `label` on the screen, its unit, the levels it may have.

    A domain of risk of bias names its `tool`, and its levels go from best to worst.
    """

    label: str
    unit: str | None = None
    tool: str | None = None
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """Estimates as columns: `columns` by contract name and `attributes` by declared name, all of one length k.

    `declared` says of attributes what they are, `factors` of factors, as far as the registry they come from knows;
    `apart` are the pairs of cohorts, each a study and a cohort, of which a curator has said that they share no
    patients.
    """

    columns: Mapping[str, Array]
    attributes: Mapping[str, Array] = field(default_factory=dict)
    declared: Mapping[str, Characteristic] = field(default_factory=dict)
    factors: Mapping[str, FactorFacts] = field(default_factory=dict)
    apart: Pairs = frozenset()

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __contains__(self, name: object) -> bool:
        return name in self.columns or name in self.attributes

    def __getitem__(self, name: str) -> Array:
        """Give the column, shape (k,); a contract column that was not supplied is all None (or nan)."""
        if name in self.columns:
            return self.columns[name]
        if name in self.attributes:
            return self.attributes[name]
        if name in BY_NAME:
            return _column([None] * len(self), numeric=_is_numeric(name))
        raise UsageError(f"the frame has no column {name!r}", f"it has: {', '.join((*self.columns, *self.attributes))}")

    @property
    def domains(self) -> dict[str, Characteristic]:
        """Give the attributes that are domains of risk of bias, in the order they are judged."""
        return {name: each for name, each in self.declared.items() if each.tool and each.levels}

    @property
    def worst(self) -> dict[str, str]:
        """Give for each domain of risk of bias the level that is the worst."""
        return {name: each.levels[-1] for name, each in self.domains.items()}

    def take(self, rows: Array) -> Frame:
        """Give the frame of these rows: a boolean mask or an index array."""
        return Frame(
            {name: values[rows] for name, values in self.columns.items()},
            {name: values[rows] for name, values in self.attributes.items()},
            self.declared,
            self.factors,
            self.apart,
        )

    def replace(self, **columns: Array) -> Frame:
        """Give a frame with these contract columns in place of its own."""
        return Frame({**self.columns, **columns}, self.attributes, self.declared, self.factors, self.apart)

    def read(self, places: Array, names: Sequence[str]) -> list[dict[str, Any]]:
        """Give the rows at `places` as mappings of these columns, None where nothing was read."""
        columns = {name: _known(self[name][places].tolist()) for name in names}
        return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]

    def to_rows(self) -> list[dict[str, Any]]:
        """Give a dict of plain values per estimate: None where not read, whole numbers where the contract has them."""
        names = [*self.columns, *self.attributes]
        columns = [_plain(name, values.tolist()) for name, values in (*self.columns.items(), *self.attributes.items())]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]

    @classmethod
    def from_columns(
        cls,
        columns: Mapping[str, Sequence[Any]],
        attributes: Mapping[str, tuple[Sequence[Any], bool]],
        declared: Mapping[str, Characteristic] | None = None,
        factors: Mapping[str, FactorFacts] | None = None,
        apart: Pairs = frozenset(),
    ) -> Frame:
        """Make a frame from sequences of one length; with those of a characteristic, whether it is a number."""
        return cls(
            {name: _column(values, numeric=_is_numeric(name)) for name, values in columns.items()},
            {name: _column(values, numeric=numeric) for name, (values, numeric) in attributes.items()},
            declared or {},
            factors or {},
            apart,
        )

    @classmethod
    def from_rows(cls, rows: Sequence[Mapping[str, Any]], attributes: Sequence[str] = ()) -> Frame:
        """Make a frame from row mappings, each with an `attributes` mapping; every contract column is present."""
        columns = {name: _column([row.get(name) for row in rows], numeric=_is_numeric(name)) for name in BY_NAME}
        carried = [row.get("attributes") or {} for row in rows]
        return cls(columns, {name: _guessed([each.get(name) for each in carried]) for name in attributes})

    @classmethod
    def from_pandas(cls, table: pd.DataFrame) -> Frame:
        """Make a frame from a DataFrame; columns outside the contract are study characteristics."""
        import pandas as pd

        known = table.astype(object).where(table.notna(), None)
        values = {str(name): pd.Series(known[name]).to_numpy(dtype=object) for name in table.columns}
        return cls(
            {name: _column(array, numeric=_is_numeric(name)) for name, array in values.items() if name in BY_NAME},
            {name: _guessed(array) for name, array in values.items() if name not in BY_NAME},
            factors=table.attrs.get(_FACTORS, {}),
            apart=frozenset(frozenset(map(tuple, pair)) for pair in table.attrs.get(APART, ())),
        )

    def to_pandas(self) -> pd.DataFrame:
        """Give a DataFrame, one row per estimate, study characteristics last; pandas carries `apart` in its attrs."""
        import pandas as pd

        table = pd.DataFrame({**self.columns, **self.attributes})
        if self.factors:
            table.attrs[_FACTORS] = dict(self.factors)
        if self.apart:
            table.attrs[APART] = sorted(sorted(map(list, pair)) for pair in self.apart)
        return table


def _is_numeric(name: str) -> bool:
    return BY_NAME[name].kind in (Kind.NUMBER, Kind.INTEGER)


def _column(values: Sequence[Any] | Array, *, numeric: bool) -> Array:
    if numeric:
        return np.array(values, dtype=np.float64)  # numpy reads None as nan
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _known(values: list[Any]) -> list[Any]:
    return [None if isinstance(value, float) and math.isnan(value) else value for value in values]


def _plain(name: str, values: list[Any]) -> list[Any]:
    known = _known(values)
    if name in BY_NAME and BY_NAME[name].kind is Kind.INTEGER:
        return [None if value is None else int(value) for value in known]
    return known


def _guessed(values: Sequence[Any] | Array) -> Array:
    known = [value for value in values if value is not None]
    numeric = bool(known) and all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in known)
    return _column(values, numeric=numeric)
