"""From what a caller has to a frame that meets the contract: names, words, and yi with vi."""

from __future__ import annotations

import math
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np

from registry.columns import BY_INPUT, BY_NAME, Kind
from registry.errors import UsageError
from registry.frame import Array, Frame
from registry.meaning.printed import BOUNDS
from registry.pooling.compared import settled
from registry.terms import Measure, NotPoolable

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from registry.columns import Column

_P = re.compile(r"\s*(?P<operator><=|>=|[<>=≤≥]?)\s*(?P<number>\d*\.?\d+(?:[eE][-+]?\d+)?)\s*")
_P_OPERATORS = {"": "=", "≤": "<=", "≥": ">="}

#: The numbers yi and vi are derived from, when the frame does not bring them.
REPORTED = ("est", "log_hr")


def as_frame(table: Frame | pd.DataFrame) -> Frame:
    """Give the frame of a Frame or pandas DataFrame, words of closed vocabularies checked, yi and vi derived if absent.

    Column names are those of the contract or of the import layout (`hr`, `biomarker`), in any case; what a frame does
    not have counts as unknown. Raises UsageError for two columns of one meaning, a word outside its vocabulary, a value
    that is no number, and a frame without yi, vi and the numbers they come from.
    """
    frame = table if isinstance(table, Frame) else _from_pandas(table)
    frame = frame.replace(**{name: _worded(BY_NAME[name], frame[name]) for name in frame.columns if name in BY_NAME})
    return _with_effects(settled(frame))


def _from_pandas(table: pd.DataFrame) -> Frame:
    if not (hasattr(table, "columns") and hasattr(table, "notna")):
        raise UsageError(f"a pool takes an evidence frame or a pandas DataFrame, not {type(table).__name__}")
    names = {name: _contract_name(str(name)) for name in table.columns}
    for name in set(names.values()):
        twice = [str(given) for given, meant in names.items() if meant == name]
        if len(twice) > 1 or sum(str(given) == name for given in table.columns) > 1:
            raise UsageError(f"columns {', '.join(map(repr, twice))} all mean {name!r}", "keep one of them")
    renamed = table.rename(columns=names)
    if "p_value" in renamed and renamed["p_value"].dtype.kind != "f":
        renamed = _split_p(renamed)
    if "measure" not in renamed and {"hr", "log_hr"} & {str(name).casefold() for name in names}:
        renamed["measure"] = Measure.HR.value
    for name in names.values():
        if name in BY_NAME and _is_number(BY_NAME[name]):
            renamed[name] = _numbers(name, renamed[name])
    return Frame.from_pandas(renamed)


def _contract_name(given: str) -> str:
    folded = given.strip().casefold()
    if folded in BY_NAME:
        return folded
    return BY_INPUT[folded].name if folded in BY_INPUT else given


def _is_number(column: Column) -> bool:
    return column.kind in (Kind.NUMBER, Kind.INTEGER)


def _numbers(name: str, values: pd.Series) -> pd.Series:
    import pandas as pd

    try:
        return pd.to_numeric(values).astype("float64")
    except (ValueError, TypeError) as error:
        raise UsageError(f"column {name!r} holds something that is not a number: {error}") from None


def _split_p(table: pd.DataFrame) -> pd.DataFrame:
    """Read `<0.001` as the import does: the number, its operator, and the text as printed."""
    text = table["p_value"].astype(object).where(table["p_value"].notna(), None)
    parts = [_P.fullmatch(str(each)) if each is not None else None for each in text]
    if any(part is None and each is not None for part, each in zip(parts, text, strict=True)):
        wrong = next(each for part, each in zip(parts, text, strict=True) if part is None and each is not None)
        raise UsageError(f"p_value = {wrong!r} is not a p-value", "0.03, <0.001 or <=0.05")
    columns: dict[str, Any] = {
        "p_value": [math.nan if part is None else float(part["number"]) for part in parts],
        "p_operator": [
            None if part is None else _P_OPERATORS.get(part["operator"], part["operator"]) for part in parts
        ],
        "p_text": [None if each is None else str(each) for each in text],
    }
    return table.assign(**columns)


def _worded(column: Column, values: Array) -> Array:
    """Spell text as the contract does: str or None, closed vocabularies in their own words."""
    if _is_number(column) or column.kind is Kind.BOOLEAN:
        return values
    known = {value: _word(column, value) for value in {*values.tolist()}}
    out = np.empty(len(values), dtype=object)
    out[:] = [known[value] for value in values.tolist()]
    return out


def _word(column: Column, value: Any) -> str | None:
    if value is None or value != value or str(value).strip() == "":  # noqa: PLR0124 - nan alone differs from itself
        return None
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if column.term is None:
        return text
    words = [member.value for member in column.term]
    folded = text.strip().casefold()
    if folded not in words:
        near = get_close_matches(folded, words, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise UsageError(f"{column.name} = {value!r} is not one of its words{meant}", f"one of: {', '.join(words)}")
    return folded


def _with_effects(frame: Frame) -> Frame:
    """Derive yi, vi of rows that bring neither, from the ratio and its CI (or whatever else `derive` takes)."""
    if not any(name in frame.columns for name in ("yi", *REPORTED)):
        has = ", ".join((*frame.columns, *frame.attributes)) or "no columns"
        raise UsageError(
            f"a pool needs yi and vi, or est with ci_low and ci_high, or log_hr with se_log_hr; the frame has {has}",
            "name the columns as in the import layout (hr, ci_low, ci_high) or as in the contract (yi, vi)",
        )
    lacking = np.isnan(frame["yi"]) & np.isnan(frame["vi"]) & _blank(frame["not_poolable"])
    reported = any(name in frame.columns for name in REPORTED)
    return _derived(frame, np.flatnonzero(lacking)) if reported and lacking.any() else frame


def _blank(values: Array) -> Array:
    return np.array([value is None for value in values], dtype=np.bool_)


def _derived(frame: Frame, rows: Array) -> Frame:
    from registry.derivation import derive, with_ratio_bounds

    made = {name: frame[name].copy() for name in ("yi", "vi", "derivation", "not_poolable", "flags", *BOUNDS)}
    refused = []
    for row in rows.tolist():
        values = with_ratio_bounds({name: _plain(values[row]) for name, values in frame.columns.items()})
        got = derive(values)
        if got.not_poolable is NotPoolable.NUMBERS and not values.get("as_printed"):
            refused.append((str(values.get("key") or values.get("study") or f"row {row + 1}"), values))
        for name in BOUNDS:
            made[name][row] = math.nan if values.get(name) is None else values[name]
        made["yi"][row] = math.nan if got.yi is None else got.yi
        made["vi"][row] = math.nan if got.vi is None else got.vi
        made["derivation"][row] = got.derivation.value
        made["not_poolable"][row] = got.not_poolable.value if got.not_poolable else None
        flags = (made["flags"][row] or "").split("; ")
        made["flags"][row] = (
            "; ".join(dict.fromkeys(filter(None, (*flags, *(flag.value for flag in got.flags))))) or None
        )
    if refused:
        raise _numbers_disagree(refused)
    return frame.replace(**made)


def _numbers_disagree(rows: list[tuple[str, Mapping[str, Any]]]) -> UsageError:
    """Refuse rows whose CI and standard error contradict each other, with the arithmetic."""
    from registry.meaning.printed import se_beside_ci, told

    lines = [
        f"{name}: {told(twice.apart)}" for name, row in rows if (twice := se_beside_ci(row)) is not None and twice.apart
    ]
    return UsageError(
        "the CI and the standard error of a row contradict each other\n" + "\n".join(lines),
        "correct it, or say which of them counts in a column trust: ci or se; with as_printed the row is left out",
    )


def _plain(value: Any) -> Any:
    """Turn a cell into a plain Python value, None where it was not read."""
    plain = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(plain, float) and math.isnan(plain) else plain
