"""Names beside points, placed so that none covers a point or another name."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from registry.figures.drawing.typeset import printable, width

#: Directions tried, degrees: right first, then left, above and below, then the corners.
ANGLES = (0, 180, 90, 270, 30, 150, 330, 210, 60, 120, 300, 240)
#: Room between a point and its name, inches; a name further away than the first is joined by a line.
DISTANCES = (0.03, 0.10, 0.18, 0.28, 0.40, 0.55)
HEIGHT = 0.115
FREE = 0.012
LONGEST = 30


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, inches; `low` and `top` are its smaller coordinates."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether two rectangles share any room."""
        apart = self.right <= other.left or other.right <= self.left
        return not (apart or self.bottom <= other.top or other.bottom <= self.top)

    def holds(self, other: Box) -> bool:
        """Whether another lies inside."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom


@dataclass(frozen=True, slots=True)
class Point:
    """A drawn point, inches: its middle and its radius, and the name it is to bear, if any."""

    x: float
    y: float
    radius: float
    name: str = ""

    @property
    def box(self) -> Box:
        """The square around it."""
        return Box(self.x - self.radius, self.y - self.radius, self.x + self.radius, self.y + self.radius)


@dataclass(frozen=True, slots=True)
class Name:
    """A name with its place: `x`, `y` is the middle of its left edge; `line` joins it to its point, if it is far."""

    text: str
    x: float
    y: float
    line: tuple[tuple[float, float], tuple[float, float]] | None


def placed(points: Sequence[Point], frame: Box, *, size: float) -> list[Name]:
    """Place names beside points in letters of `size`, inside a frame, the first first; without room one is left out."""
    taken = [point.box for point in points]
    found: list[Name] = []
    for point in points:
        if not point.name:
            continue
        for name, box in _candidates(point, size):
            if frame.holds(box) and not any(box.meets(other) for other in taken):
                found.append(name)
                taken.append(box)
                break
    return found


def _candidates(point: Point, size: float) -> Iterator[tuple[Name, Box]]:
    text = shortened(point.name)
    long = width(text, size=size)
    for distance in DISTANCES:
        for angle in ANGLES:
            across, down = math.cos(math.radians(angle)), -math.sin(math.radians(angle))
            x = point.x + across * (point.radius + distance)
            y = point.y + down * (point.radius + distance)
            left = x - long * (1.0 - across) / 2.0
            middle = y + down * HEIGHT / 2.0
            box = Box(left - FREE, middle - HEIGHT / 2.0, left + long + FREE, middle + HEIGHT / 2.0)
            start = point.x + across * point.radius, point.y + down * point.radius
            yield Name(text, left, middle, None if distance == DISTANCES[0] else (start, (x, y))), box


def shortened(text: str) -> str:
    """Cut a name that is too long for the side of a point."""
    plain = printable(text)
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1].rstrip(" ,(") + "…"
