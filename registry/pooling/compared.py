"""What the rows of a caller's frame compare, and which ratio they give: settled as an import settles it.

Rows of a registry are settled already; they are known by their digest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from registry.errors import UsageError
from registry.meaning.direction import WITNESSES, settle
from registry.terms import ContrastKind, Measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.frame import Array, Frame

#: What a step in words fills in.
_FILLED = ("cutoff_value", "cutoff_unit", "scale")


def settled(frame: Frame) -> Frame:
    """Give the frame with contrast and measure of each row of its own settled.

    An empty contrast is filled by an operator or the words of the groups. What is empty beside rows that say it is
    unclear; a column that no row fills stays empty: nothing is known of it. Raises UsageError for a row that
    contradicts itself, one against one.
    """
    own = np.array([digest is None for digest in frame["digest"]], dtype=np.bool_)
    if not own.any():
        return frame
    made: dict[str, Array] = {}
    if any(name in frame.columns for name in WITNESSES):
        made = _contrasts(frame, np.flatnonzero(own).tolist())
    made["contrast"] = _beside(made.get("contrast", frame["contrast"]), own, ContrastKind.UNCLEAR)
    made["measure"] = _beside(frame["measure"], own, Measure.UNCLEAR)
    return frame.replace(**{name: each for name, each in made.items() if name in frame.columns or _says(each)})


def _says(values: Array) -> bool:
    return any(value is not None and value == value for value in values.tolist())  # noqa: PLR0124 - but nan


def _beside(values: Array, own: Array, unclear: str) -> Array:
    """Make what is empty unclear, where another row says it."""
    empty = np.array([value is None for value in values], dtype=np.bool_)
    if empty.all() or not (empty & own).any():
        return values
    out = values.copy()
    out[empty & own] = str(unclear)
    return out


def _contrasts(frame: Frame, rows: Sequence[int]) -> dict[str, Array]:
    columns = {name: frame[name] for name in (*WITNESSES, *_FILLED)}
    made = {name: frame[name].copy() for name in ("contrast", "contrast_basis", *_FILLED)}
    known: dict[tuple[Any, ...], Any] = {}
    for row in rows:
        given = tuple(_plain(values[row]) for values in columns.values())
        if given not in known:
            known[given] = settle(dict(zip(columns, given, strict=True)))
        found = known[given]
        if found.fault:
            name = frame["key"][row] or frame["study"][row] or f"row {row + 1}"
            raise UsageError(
                f"{name}: {found.fault}", "correct the one that is wrong; contrast = unclear where nothing decides it"
            )
        if made["contrast"][row] is None and found.contrast is ContrastKind.UNCLEAR:
            continue
        if made["contrast_basis"][row] is None or made["contrast"][row] != found.contrast:
            made["contrast_basis"][row] = None if found.basis is None else found.basis.value
        made["contrast"][row] = found.contrast.value
        for name, value in found.fills.items():
            made[name][row] = value
    return made


def _plain(value: Any) -> Any:
    """Give None for what was not read, nan among numbers."""
    return None if value is None or value != value else value  # noqa: PLR0124 - nan alone differs from itself
