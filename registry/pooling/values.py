"""Plain values for results: None for what is undefined, and results as JSON without a line per field."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np

Made = TypeVar("Made")

#: exp of more is beyond the range of a float; no ratio of the field comes near.
LARGEST_LOG = 709.0
BEYOND = "the ratio is beyond the range of a number"


#: What is shown of a long list before it is said how many more there are.
SHOWN = 4

#: Metadata of a field that is for figures, and stays out of the JSON.
FOR_FIGURES: Mapping[str, bool] = {"json": False}


class Values:
    """A frozen dataclass whose fields are its JSON, but for those marked `FOR_FIGURES`."""

    __slots__ = ()

    def as_dict(self) -> dict[str, Any]:
        """Give the fields as a JSON object: full double precision, None where undefined, lists for tuples."""
        return {name: plain(getattr(self, name)) for name in in_json(self)}


def in_json(made: Any) -> list[str]:
    """Name the fields of a dataclass that are in its JSON."""
    return [entry.name for entry in fields(made) if entry.metadata.get("json", True)]


def plain(value: Any) -> Any:
    """Turn a value, however nested, into what JSON can hold: nan becomes None, arrays and tuples become lists."""
    value = value.tolist() if isinstance(value, np.generic | np.ndarray) else value
    if hasattr(value, "as_dict"):
        return value.as_dict()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    return value


def number(value: float) -> float | None:
    """Give a number, None where the kernel has nan."""
    return None if math.isnan(value) else float(value)


def ratio(log: float | None) -> float | None:
    """Give the ratio of a log ratio, None where it is undefined or no number could hold it."""
    return None if log is None or math.isnan(log) or log > LARGEST_LOG else math.exp(log)


def ratios(mu: float | None, low: float | None, high: float | None) -> dict[str, float | None]:
    """Give a log ratio with its interval as the fields hr, hr_ci_low, hr_ci_high."""
    return {"hr": ratio(mu), "hr_ci_low": ratio(low), "hr_ci_high": ratio(high)}


def taken(cls: type[Made], source: Any, **more: Any) -> Made:
    """Make a `cls` from the fields of a kernel result that bear the same names, nan as None; `more` are its others.

    `reasons` are those of the kernel, for the fields `cls` has and that are None, with those of `more`.
    """
    names = [entry.name for entry in fields(cls) if entry.name not in (*more, "reasons")]  # type: ignore[arg-type]
    values = {name: _own(getattr(source, name)) for name in names} | more
    reasons = {**getattr(source, "reasons", {}), **more.pop("reasons", {})}
    kept = {name: why for name, why in reasons.items() if values.get(name, "") is None}
    return cls(**{**values, "reasons": kept})


def _own(value: Any) -> Any:
    """Give a field as Python has it: None for nan, a tuple for an array."""
    if isinstance(value, np.ndarray):
        return tuple(_own(each) for each in value.tolist())
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and math.isnan(value) else value


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
