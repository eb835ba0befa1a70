"""Reference values of regressions and dependence: `reference/more/regression.json`, made by the R script beside it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tests.stats.cases import NAMES, case

WITH_REGRESSION = tuple(name for name in NAMES if "meta_regression" in case(name).values)
WITH_COMMON_TAU2 = tuple(name for name in NAMES if "subgroup_common_tau2" in case(name).values)
WITH_INFLUENCE = tuple(name for name in NAMES if case(name).values.get("influence"))
WITH_BLUP = tuple(name for name in NAMES if case(name).values.get("blup_REML"))
WITH_GOSH = tuple(name for name in NAMES if case(name).values.get("gosh"))
WITH_CLUSTERS = tuple(name for name in NAMES if "three_level" in case(name).values)
WITH_PERMUTATIONS = tuple(name for name in NAMES if "permutest_exact_REML" in case(name).values)


@cache
def more() -> dict[str, Any]:
    return json.loads((Path(__file__).parent / "reference" / "more" / "regression.json").read_text())


def column(data: str, name: str) -> np.ndarray:
    """Return a column of one of the data sets "one", "eight", "many"."""
    return np.array([row[name] for row in more()[data]])


def array(values: Any) -> np.ndarray:
    """Numbers, one or many, null as nan."""
    return np.atleast_1d(np.array(values, dtype=float))


def assert_equal(ours: Any, theirs: Any, tolerance: float = 1e-8, name: str = "") -> None:
    """Equal within tolerance · max(1, |value|), nan where metafor has null."""
    theirs = array(theirs)
    ours = np.asarray(ours, dtype=float).ravel()
    assert (np.isnan(ours) == np.isnan(theirs)).all(), name
    assert (np.abs(ours - theirs) <= tolerance * np.maximum(1.0, np.abs(theirs)))[~np.isnan(theirs)].all(), (
        name,
        ours,
        theirs,
    )
