"""Rows with published pools, as frames; and a small plain frame to change one thing at a time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from registry.frame import Frame
from registry.stats.effects import from_ci

Row = tuple[str, int, float, float, float]

#: Study, patients, HR and its 95 % CI: NLR in multiple myeloma, as in Cupp et al. 2020.
MYELOMA_OS: list[Row] = [
    ("Kelkitli 2014", 151, 2.52, 1.22, 5.22),
    ("Kim 2016", 273, 1.56, 1.08, 2.27),
    ("Shi 2016", 559, 2.12, 1.44, 3.11),
    ("Li 2016", 315, 1.09, 1.04, 1.13),
    ("Onec 2017", 52, 0.89, 0.20, 4.06),
    ("Romano 2015", 309, 2.23, 1.46, 3.41),
    ("Wongrakpanich 2016", 131, 2.89, 1.31, 6.40),
    ("Atallah 2013", 96, 1.36, 0.61, 3.04),
]
MYELOMA_PFS: list[Row] = [
    ("Kelkitli 2014", 151, 3.50, 1.81, 6.79),
    ("Shi 2016", 559, 2.47, 1.44, 4.24),
    ("Li 2016", 315, 1.07, 1.03, 1.12),
    ("Romano 2015", 309, 1.44, 1.07, 1.92),
]
#: Invented cohorts (`seeds/worked_example`): product source, cutoff in ng/mL and follow-up in months beside the HR.
SIMULATED_PFS: list[tuple[str, int, float, float, float, str, float, float]] = [
    ("simulated-a", 190, 2.12, 1.31, 3.43, "commercial", 400, 6.1),
    ("simulated-b", 165, 1.12, 0.63, 2.01, "commercial", 500, 13.0),
    ("simulated-c", 140, 1.96, 1.08, 3.56, "academic", 650, 18.4),
    ("simulated-d", 130, 2.62, 1.43, 4.80, "commercial", 400, 15.1),
    ("simulated-e", 125, 2.86, 1.65, 4.95, "commercial", 800, 9.5),
    ("simulated-f", 120, 1.87, 1.03, 3.40, "academic", 1000, 24.3),
    ("simulated-g", 110, 2.58, 1.38, 4.82, "academic", 550, 10.8),
    ("simulated-h", 97, 2.81, 1.51, 5.21, "academic", 450, 15.6),
]
SIMULATED_OS: list[Row] = [
    ("simulated-a", 190, 2.57, 1.52, 4.34),
    ("simulated-b", 165, 3.34, 1.89, 5.90),
    ("simulated-c", 140, 3.02, 1.45, 6.30),
    ("simulated-e", 125, 2.40, 1.31, 4.38),
    ("simulated-f", 120, 3.77, 1.80, 7.91),
    ("simulated-h", 97, 2.47, 1.04, 5.82),
]


def rows(data: list[Row], **same: Any) -> list[dict[str, Any]]:
    """Make one mapping per row, yi and vi derived, with the same values of further columns in all."""
    made = []
    for study, n, est, low, high in data:
        yi, vi = from_ci(est, low, high)
        numbers = {"est": est, "ci_low": low, "ci_high": high, "ci_level": 95.0, "yi": yi, "vi": vi}
        key = f"{study}/OS"
        made.append({"key": key, "study": study, "cohort": "all", "n": n, **numbers, **COMMON, **same})
    return made


COMMON: dict[str, Any] = {
    "factor": "NLR",
    "endpoint": "OS",
    "measure": "hr",
    "contrast": "above_vs_below",
    "adjusted": "unclear",
    "origin": "reported",
    "status": "extracted",
    "derivation": "ci",
    "retracted": False,
}


def low_against_high(row: dict[str, Any]) -> dict[str, Any]:
    """Give a row as another report would have it: the low group against the high one."""
    est, low, high = row["est"], row["ci_low"], row["ci_high"]
    numbers = {"est": 1 / est, "ci_low": 1 / high, "ci_high": 1 / low, "yi": -row["yi"]}
    return {**row, **numbers, "contrast": "below_vs_above"}


def myeloma(**same: Any) -> Frame:
    """Give the eight OS estimates of NLR in myeloma."""
    return Frame.from_rows(rows(MYELOMA_OS, disease="multiple myeloma", **same))


def simulated() -> Frame:
    """Give the eight invented PFS cohorts, with product source as a study characteristic."""
    made = rows([row[:5] for row in SIMULATED_PFS], factor="ferritin", endpoint="PFS", origin="simulated")
    for row, (*_, source, cutoff, followup) in zip(made, SIMULATED_PFS, strict=True):
        row |= {"attributes": {"product_source": source}, "cutoff_value": cutoff, "cutoff_unit": "ng/mL"}
        row |= {"followup_median_months": followup}
    return Frame.from_rows(made, attributes=["product_source"])


def plain(count: int = 4, **columns: list[Any]) -> Frame:
    """Give a small frame of distinct cohorts; `columns` replace columns, one value per row."""
    data = [(f"Study {number}", 100 + number, 1.2 + 0.2 * number, 0.8, 3.5) for number in range(count)]
    made = rows(data)
    for name, values in columns.items():
        for row, value in zip(made, values, strict=True):
            row[name] = value
    return Frame.from_rows(made)


def forget(frame: Frame, *names: str) -> Frame:
    """Give the frame without these columns."""
    return Frame({name: values for name, values in frame.columns.items() if name not in names}, frame.attributes)


def close(value: float | None, expected: float, *, within: float = 1e-9) -> bool:
    """Whether two numbers agree within a relative and absolute tolerance."""
    return value is not None and math.isclose(value, expected, rel_tol=within, abs_tol=within)


def without(frame: Frame, row: int) -> Frame:
    """Give the frame without one row."""
    return frame.take(np.delete(np.arange(len(frame)), row))
