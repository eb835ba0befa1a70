"""The rows of a result as tables for other programs: headers, and plain values of each estimate."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from registry.columns import COLUMNS
from registry.escaping import escaped
from registry.pooling.notes import INVERTED
from registry.terms import ContrastKind
from registry.texts import shown

if TYPE_CHECKING:
    from registry.formats.analysed import Analysed
    from registry.frame import Array
    from registry.pooling.result import PoolResult

Row = Sequence[Any]

#: Columns of the layout in which Cochrane publishes and RevMan exchanges the rows of an analysis; those that are no
#: estimate and standard error stay empty.
REVMAN = (
    "Analysis group", "Analysis number", "Analysis name", "Subgroup", "Applicability", "Study", "Study year",
    "GIV Mean", "GIV SE", "Experimental mean", "Experimental SD", "Experimental cases", "Experimental N",
    "Control mean", "Control SD", "Control cases", "Control N", "O-E", "Variance", "Weight", "Mean", "CI start",
    "CI end", "Footnotes",
)  # fmt: skip
#: Columns of the contract that tell of an estimate beside its numbers, where anything was read in them.
_BESIDE = (
    "year", "country", "design", "disease", "treatment", "followup_median_months", "n", "n_events", "factor",
    "timepoint", "cutoff_operator", "cutoff_value", "cutoff_unit", "cutoff_method", "contrast", "endpoint", "measure",
    "adjusted", "covariates", "origin", "doi", "pmid",
)  # fmt: skip
SIMULATED = "simulated"
#: A contrast of two groups the other way round.
_OTHER = {
    ContrastKind.ABOVE_VS_BELOW.value: ContrastKind.BELOW_VS_ABOVE.value,
    ContrastKind.BELOW_VS_ABOVE.value: ContrastKind.ABOVE_VS_BELOW.value,
}


def as_csv(header: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Write a table as CSV: UTF-8, LF, numbers in full, texts that begin like a formula escaped, None as nothing."""
    held = io.StringIO(newline="")
    writer = csv.writer(held, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return held.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return escaped(shown(value)) if isinstance(value, str) else value


def revman(found: Analysed) -> bytes:
    """Write the rows of an analysis of type generic inverse variance, as RevMan has them."""
    return as_csv(REVMAN, _revman(found))


def _revman(found: Analysed) -> Iterator[Row]:
    note = "SIMULATED: invented, no evidence" if found.result.simulated else None
    for each, year in zip(found.result.estimates, plain(found.result.rows["year"]), strict=True):
        known: dict[str, Any] = {
            "Analysis group": 1,
            "Analysis number": 1,
            "Analysis name": found.title,
            "Applicability": "OVERALL",
            "Study": each.label,
            "Study year": year,
            "GIV Mean": each.yi,
            "GIV SE": math.sqrt(each.vi),
            "Weight": each.weight,
            "Mean": each.hr,
            "CI start": each.ci_low,
            "CI end": each.ci_high,
            "Footnotes": note,
        }
        yield [known.get(name) for name in REVMAN]


def metafor(found: Analysed) -> bytes:
    """Write yi and vi with labels and moderators, as metafor's `rma(yi, vi, data = …)` takes them."""
    own = {name: [getattr(each, name) for each in found.result.estimates] for name in ("yi", "vi", "weight")}
    return _described(found, "slab", own)


def meta(found: Analysed) -> bytes:
    """Write TE, seTE and the bounds on the ratio scale with labels and moderators, as meta's `metagen` takes them."""
    estimates = found.result.estimates
    own = {
        "TE": [each.yi for each in estimates],
        "seTE": [math.sqrt(each.vi) for each in estimates],
        "lower": [each.ci_low for each in estimates],
        "upper": [each.ci_high for each in estimates],
    }
    return _described(found, "studlab", own)


def _described(found: Analysed, label: str, own: dict[str, list[float]]) -> bytes:
    """Write labels, keys, own columns, and every column anything was read in; simulated rows are named so."""
    columns = {label: [each.label for each in found.result.estimates], **named(found), **own, **beside(found)}
    if found.result.simulated:
        columns[SIMULATED] = [True] * len(found.result.estimates)
    return as_csv(list(columns), zip(*columns.values(), strict=True))


def named(found: Analysed) -> dict[str, list[Any]]:
    """Give key, study and cohort of each estimate."""
    return {name: [getattr(each, name) for each in found.result.estimates] for name in ("key", "study", "cohort")}


def beside(found: Analysed) -> dict[str, list[Any]]:
    """Give the contract columns and study characteristics anything was read in, as plain values.

    An inverted row has the contrast it was pooled with, and says so.
    """
    rows = found.result.rows
    columns = {name: plain(rows[name]) for name in (*_BESIDE, *rows.attributes)}
    if any(turned := inverted(found.result)):
        kinds = zip(columns["contrast"], turned, strict=True)
        columns["contrast"] = [_OTHER.get(kind, kind) if turn else kind for kind, turn in kinds]
        columns[INVERTED] = turned
    return {name: values for name, values in columns.items() if any(value is not None for value in values)}


def inverted(result: PoolResult) -> list[bool]:
    """Say of each row whether it was reported the other way round than it was pooled."""
    return [INVERTED in each.flags for each in result.estimates]


def plain(column: Array) -> list[Any]:
    """Give the values of a column: None where not read, whole numbers without a fraction."""
    return [_plain(value) for value in column.tolist()]


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    return value


def everything(found: Analysed) -> dict[str, list[Any]]:
    """Give the whole evidence contract of each row, its characteristics, then how it was pooled.

    Ratio, interval and `yi` are as reported, so that the table pools again to the same; `yi_pooled` is after inversion.
    """
    rows, estimates = found.result.rows, found.result.estimates
    columns = {column.name: plain(rows[column.name]) for column in COLUMNS}
    columns |= {name: plain(values) for name, values in rows.attributes.items()}
    columns["label"] = [each.label for each in estimates]
    columns["yi_pooled"] = [each.yi for each in estimates]
    columns["weight_percent"] = [each.weight for each in estimates]
    columns[INVERTED] = inverted(found.result)
    columns["query"] = [found.query.name] * len(estimates)
    columns[SIMULATED] = [found.result.simulated] * len(estimates)
    return columns


def whole(found: Analysed) -> bytes:
    """Write every column of every row as CSV."""
    columns = everything(found)
    return as_csv(list(columns), zip(*columns.values(), strict=True))
