"""How wide a figure is: the columns of a journal by name, or millimetres."""

from __future__ import annotations

import re

from registry.errors import UsageError

MM_PER_INCH = 25.4
#: The columns journals print: one column, one and a half, two; millimetres (Elsevier, Springer and Wiley within 2 mm).
COLUMNS = {"single": 85.0, "onehalf": 114.0, "double": 174.0}
#: Narrower holds no figure, wider no page.
NARROWEST, WIDEST = 50.0, 1000.0

_MILLIMETRES = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?:mm)?")


def width(said: str) -> float:
    """Give the inches of `single`, `onehalf`, `double` or `120mm`. Raises UsageError for anything else."""
    folded = said.strip().casefold()
    if folded in COLUMNS:
        return COLUMNS[folded] / MM_PER_INCH
    found = _MILLIMETRES.fullmatch(folded)
    if found is None:
        raise UsageError(f"width {said!r} is none", f"{', '.join(COLUMNS)}, or millimetres such as 120mm")
    number = float(found["number"])
    if not NARROWEST <= number <= WIDEST:
        raise UsageError(f"width {said!r} is no page", f"between {NARROWEST:g}mm and {WIDEST:g}mm")
    return number / MM_PER_INCH


def millimetres(inches: float) -> str:
    """Write inches as `85 mm`."""
    return f"{inches * MM_PER_INCH:.0f} mm"
