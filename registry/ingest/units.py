"""The unit of a cutoff: in one spelling, or the problem with it."""

from __future__ import annotations

from registry.ingest.issues import Problem
from registry.units import nearest, spelled


def unit(text: str) -> str | Problem:
    """Give the unit in one spelling (µg/l → ug/L), or the problem with it."""
    known = spelled(text)
    if known is not None:
        return known
    near = nearest(text)
    message = f"{text[:80]!r} is not a UCUM unit" + (f" (is it {near}?)" if near else "")
    return Problem("unit-unknown", message, "UCUM such as ng/mL, ug/L, 10*9/L, {ULN}, {score}; 1 for a ratio")
