"""What stands in each line of a forest plot, top to bottom: texts, and where point and interval lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from registry.figures.forests.columns import Cell


class Kind(Enum):
    """How a line is drawn."""

    ESTIMATE = "square and interval"
    POINT = "small diamond and interval: a pool among others"
    DIAMOND = "diamond"
    PREDICTION = "bar"
    STATE = "square and interval, in bold"
    STEP = "bar from one value to the next"
    HEADING = "heading"
    REMARK = "small text under a diamond"
    SPACE = "half a line of nothing"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its label, cells by column, bounds and point on the log scale, weight as a share of the largest.

    A step leads from `low` to `high`, whichever is larger, with standard error `se`; `tone` is its colour in the theme.
    """

    kind: Kind
    label: str = ""
    cells: Mapping[str, Cell] = field(default_factory=dict)
    low: float = 0.0
    mid: float = 0.0
    high: float = 0.0
    share: float = 0.0
    indent: bool = False
    se: float = 0.0
    tone: str = "accent"

    @property
    def strong(self) -> bool:
        """Whether it is set in bold."""
        return self.kind in (Kind.DIAMOND, Kind.PREDICTION, Kind.HEADING, Kind.STATE)


SPACE = Line(Kind.SPACE)
