"""How far the pool could move within the digits that reports print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from registry.errors import StatisticsError
from registry.frame import Frame
from registry.pooling.values import Values, ratio
from registry.terms import Derivation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registry.frame import Array
    from registry.stats.rounding import PrintedSet


#: What a report prints of an estimate.
COLUMNS = (
    "est",
    "ci_low",
    "ci_high",
    "ci_level",
    "est_text",
    "ci_low_text",
    "ci_high_text",
    "log_hr",
    "se_log_hr",
    "derivation",
)


@dataclass(frozen=True, slots=True)
class Rounding(Values):
    """Lowest and highest pooled ratio found over all numbers that print as reported; `k` estimates of `of` have digits.

    `largest_change` is how far the ratio moves at most, among the pools that a seeded search tried: the true bounds are
    at least this far apart.
    """

    hr: float | None
    hr_low: float | None
    hr_high: float | None
    largest_change: float
    k: int
    of: int
    seed: int
    label: str


def rounding(rows: Frame, turned: Array, *, method: str, seed: int) -> Rounding:
    """Search the pooled ratio of rows over what their printed digits can stand for; `turned` (k,) marks inverted rows.

    An estimate whose printed numbers fit no symmetric interval, or that came without printed numbers, stays as it is.
    """
    from registry.stats.rounding import rounding_bounds

    columns = {name: rows[name] for name in COLUMNS}
    given = Frame(columns).to_rows()
    sets = [_printed(row, turned=turn) for row, turn in zip(given, turned.tolist(), strict=True)]
    found = rounding_bounds(rows["yi"], rows["vi"], sets, method=method, seed=seed)
    return Rounding(
        hr=ratio(found.mu),
        hr_low=ratio(found.mu_low),
        hr_high=ratio(found.mu_high),
        largest_change=found.largest_change,
        k=sum(each is not None for each in sets),
        of=len(sets),
        seed=seed,
        label=found.label,
    )


def _printed(row: Mapping[str, Any], *, turned: bool) -> PrintedSet | None:
    """Give what one row can stand for: its texts as printed, or its numbers in the fewest digits that do."""
    from registry.stats.rounding import PrintedSet, printed_log, printed_ratio

    try:
        if row["derivation"] == Derivation.SE and row["log_hr"] is not None:
            found = printed_log(f"{row['log_hr']:.15g}", f"{row['se_log_hr']:.15g}")
        elif row["derivation"] in (None, Derivation.CI):
            found = printed_ratio(*_texts(row, turned=turned), level=row["ci_level"] or 95.0)
        else:
            return None
    except (StatisticsError, TypeError):  # an interval that is not symmetric; a number that was not read
        return None
    # An estimate of below against above was turned round for the pool, its texts were not.
    return PrintedSet(-found.yi, found.sei) if turned and row["derivation"] != Derivation.SE else found


def _texts(row: Mapping[str, Any], *, turned: bool) -> tuple[str, str, str]:
    """Give ratio and bounds as printed: in the direction of the report, also where the row was turned round."""
    names = ("est", "ci_low", "ci_high")
    given = [row[f"{name}_text"] for name in names]
    numbers = [row[name] for name in names]
    if turned:
        numbers = [1.0 / numbers[0], 1.0 / numbers[2], 1.0 / numbers[1]]
    est, low, high = (text or f"{value:.15g}" for text, value in zip(given, numbers, strict=True))
    return est, low, high
