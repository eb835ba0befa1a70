"""One estimate on its way in: what a row of input says, typed, before the registry has matched it to anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Record:
    """Typed values of one row by contract name (None or absent: not read), and where the row stood.

    `values` holds only contract columns that input can give, factor, disease, endpoint and covariates already as keys;
    `attributes` the study characteristics by declared name. `line` counts from 1 with the header as line 1.
    """

    values: dict[str, Any]
    attributes: dict[str, Any] = field(default_factory=dict)
    file: str = ""
    line: int = 0
