"""One estimate on its way in: what a row of input says, typed, before the registry has matched it to anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Record:
    """Typed values of one row by contract name (None or absent: not read), and where the row stood.

    `values` holds only contract columns that input can give, factor, disease, endpoint and covariates already as keys;
    `attributes` the study characteristics by declared name. `line` counts from 1 with the header as line 1. `former`
    holds what identifies the row and was given otherwise than `values` has it now, which was settled from all it says:
    an earlier version kept it as given.
    """

    values: dict[str, Any]
    attributes: dict[str, Any] = field(default_factory=dict)
    file: str = ""
    line: int = 0
    former: dict[str, Any] = field(default_factory=dict)
