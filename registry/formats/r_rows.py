"""The rows in the R script: as pooled, as reported, and derived again from what is printed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from registry.formats.r_words import Value, data_frame, literal
from registry.formats.rows import inverted
from registry.terms import Derivation

if TYPE_CHECKING:
    from registry.frame import Frame
    from registry.pooling.result import PoolResult

_SAID = """\
# One row per estimate: log ratio yi and its variance vi as pooled; weight in percent, by evireg. Beside them the ratio
# as reported; inverted says that the report has it the other way round than the pool."""
_PRINTED = {"est": "hr_reported", "ci_low": "ci_low_reported", "ci_high": "ci_high_reported"}


def rows_of(result: PoolResult) -> str:
    """Write the rows: yi and vi with every digit, and beside them the ratio and its CI as they are printed."""
    columns: dict[str, list[Value]] = {
        "key": [each.key for each in result.estimates],
        "label": [each.label for each in result.estimates],
        **{header: _as_printed(result, name) for name, header in _PRINTED.items()},
        "inverted": list[Value](inverted(result)),
        "yi": [each.yi for each in result.estimates],
        "vi": [each.vi for each in result.estimates],
        "weight": [each.weight for each in result.estimates],
    }
    return f"{_SAID}\nrows <- {data_frame(columns)}"


def _as_printed(result: PoolResult, name: str) -> list[Value]:
    """Give numbers as they are printed; without their text, as they are stored."""
    texts, values = (result.rows[column].tolist() for column in (f"{name}_text", name))
    return [text or (None if math.isnan(value) else f"{value:g}") for text, value in zip(texts, values, strict=True)]


def from_print(result: PoolResult) -> Iterator[str]:
    """Write how yi and vi follow from ratio and CI (Parmar, Torri & Stewart 1998), where that was the route."""
    rows = result.rows
    places = [place for place, row in enumerate(_routes(rows)) if row]
    if not places:
        return
    columns: dict[str, list[Any]] = {"row": [place + 1 for place in places]}
    columns |= {name: rows[name][places].tolist() for name in _PRINTED}
    levels = rows["ci_level"].tolist()
    columns["level"] = [95.0 if math.isnan(levels[place]) else levels[place] for place in places]
    yield "\n".join(
        [
            f"section({literal(f'From the printed ratios and intervals, {len(places)} of {len(rows)}')})",
            f"printed <- {data_frame(columns)}",
            "z <- qnorm(0.5 + printed$level / 200)",
            "vi <- ((log(printed$ci_high) - log(printed$ci_low)) / (2 * z))^2",
            "direction <- ifelse(rows$inverted[printed$row], -1, 1)",
            'compare_rows("yi", printed$row, rows$yi[printed$row], direction * log(printed$est))',
            'compare_rows("vi", printed$row, rows$vi[printed$row], vi)',
        ]
    )


def _routes(rows: Frame) -> list[bool]:
    """Say of each row whether it was derived from its ratio and CI alone."""
    columns = zip(*(rows[name].tolist() for name in ("derivation", "log_hr", "est", "ci_low", "ci_high")), strict=True)
    return [
        route == Derivation.CI and math.isnan(log) and not any(map(math.isnan, numbers))
        for route, log, *numbers in columns
    ]
