"""Reference cases from R metafor, and how close to them is equal."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

FOLDER = Path(__file__).parent / "reference"
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*.json")))
METHODS = ("FE", "DL", "PM", "REML", "ML", "HE", "HS", "HSk", "SJ", "EB", "PMM")
Test = TypeVar("Test", bound=Callable[..., None])
TESTS = {"z": "z", "t": "t", "knha": "hk-plain", "adhoc": "hk-adhoc"}


@dataclass(frozen=True)
class Case:
    """One data set and what metafor computes from it."""

    name: str
    values: dict[str, Any]

    @property
    def yi(self) -> np.ndarray:
        """Effects, (k,)."""
        return np.array([row["yi"] for row in self.values["data"]])

    @property
    def vi(self) -> np.ndarray:
        """Sampling variances, (k,)."""
        return np.array([row["sei"] for row in self.values["data"]]) ** 2

    def column(self, name: str) -> list[Any]:
        """Return any column of the data."""
        return [row[name] for row in self.values["data"]]


@cache
def case(name: str) -> Case:
    return Case(name, json.loads((FOLDER / f"{name}.json").read_text()))


def close(ours: float, theirs: float, tolerance: float = 1e-8) -> bool:
    """Equal within tolerance · max(1, |value|)."""
    return math.isclose(ours, theirs, rel_tol=tolerance, abs_tol=tolerance)


def covers(*_fields: str) -> Callable[[Test], Test]:
    """Say which fields of the reference files a test compares: dotted paths, `*` for any one key.

    `test_covered.py` reads these and finds the fields nothing compares.
    """
    return lambda test: test
