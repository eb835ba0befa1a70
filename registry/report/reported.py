"""Numbers as the source prints them, with its digits: `.024 (.003–.17)`, never `0.0240 (0.00300–0.17)`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from registry.meaning.printed import BOUNDS, shown_bound, text_of
from registry.report import prose
from registry.terms import CutoffOperator

if TYPE_CHECKING:
    from registry.pooling.result import PooledEstimate, PoolResult

Row = Mapping[str, Any]

#: A text that is a number and nothing more: a mark of a footnote is told as printed, and no part of a pool's number.
_NUMBER = re.compile(r"\d*\.?\d+")
_NAMES = ("est", *BOUNDS)


def printed(row: Row, name: str) -> str:
    """Give a number as printed; without its text in the fewest digits, empty where it was not read."""
    value = row.get(name)
    text = row.get("p_text" if name == "p_value" else f"{name}_text")
    if text or isinstance(value, str):
        return str(text or value)
    return "" if value is None else f"{value:.15g}"


def named(row: Row) -> str:
    """Write the ratio that was reported with its name: `HR 1.73 (1.23–2.44)`; empty when none was."""
    name = prose.measure_label(row["measure"])
    interval = _interval(row)
    if printed(row, "est"):
        return f"{name} {printed(row, 'est')}{interval}"
    if row["log_hr"] is None:
        return ""
    of_log = interval.replace("log ", "") if "log " in interval else ""  # beside a log ratio only its own
    return f"log {name} {row['log_hr']:g}{of_log}"


def _interval(row: Row) -> str:
    """Write the interval that was reported, one bound of it too: ` (1.23–?)`."""
    bounds = [shown_bound(row, name) or printed(row, name) for name in BOUNDS]
    return f" ({bounds[0] or '?'}–{bounds[1] or '?'})" if any(bounds) else ""


def numbers(row: Row) -> str:
    """Write the ratio with its interval, else with its p-value; the log ratio with its SE where that was printed."""
    if row["est"] is None:
        if row["log_hr"] is None:
            return ""
        se = "" if row["se_log_hr"] is None else f" (SE {row['se_log_hr']:g})"
        return f"log ratio {row['log_hr']:g}{se}"
    if interval := _interval(row):
        return printed(row, "est") + interval
    p = p_value(row)
    return ", ".join(filter(None, (printed(row, "est"), p)))


def p_value(row: Row) -> str:
    """Write a p-value as printed, with its sign: `p = 0.004`, `p < 0.01`; empty when none was read."""
    text = printed(row, "p_value").strip()
    plain = text.lstrip("<>=≤≥ ")
    sign = row.get("p_operator") or text[: len(text) - len(plain)].strip() or "="
    return f"p {sign} {plain}" if text else ""


def cutoff(row: Row) -> str:
    """Write a cutoff as a text does: `≥ 550 ng/mL`, or its words."""
    if row["cutoff_value"] is None:
        return row.get("cutoff_text") or ""
    side = CutoffOperator(row["cutoff_operator"]).label if row["cutoff_operator"] else ""
    unit = "" if row["cutoff_unit"] in (None, "1") else row["cutoff_unit"]
    words = f"({row['cutoff_text']})" if row.get("cutoff_text") else ""
    return " ".join(part for part in (side, f"{row['cutoff_value']:g}", unit, words) if part)


def in_pool(result: PoolResult) -> list[str]:
    """Write the ratio of each estimate of a pool: as printed where the pool shows the printed numbers themselves.

    An estimate that was inverted, brought to another step or level, or derived, has digits of ours.
    """
    rows = result.rows
    if len(rows) != len(result.estimates):
        return [prose.value(each.hr, each.ci_low, each.ci_high) for each in result.estimates]
    columns = {name: rows[name].tolist() for name in (*_NAMES, *(f"{name}_text" for name in _NAMES))}
    told = ({name: values[place] for name, values in columns.items()} for place in range(len(rows)))
    return [as_used(each, row) for each, row in zip(result.estimates, told, strict=True)]


def as_used(each: PooledEstimate, row: Row) -> str:
    """Write one estimate of a pool: as printed where these are the printed numbers."""
    return of_numbers((each.hr, each.ci_low, each.ci_high), row)


def of_numbers(used: tuple[float, float, float], row: Row) -> str:
    """Write a ratio with its bounds in the digits of a row that has the same three numbers, else in ours."""
    texts = [text_of(row, name) if row.get(f"{name}_text") else "" for name in _NAMES]
    same = all(_same(value, row.get(name)) for value, name in zip(used, _NAMES, strict=True))
    if not same or not all(_NUMBER.fullmatch(text) for text in texts):
        return prose.value(*used)
    return f"{texts[0]} ({texts[1]}–{texts[2]})"


def _same(used: float, stored: float | None) -> bool:
    return stored is not None and math.isclose(used, stored, rel_tol=1e-9)
