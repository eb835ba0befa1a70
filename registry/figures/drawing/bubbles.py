"""Circles whose areas say how much an estimate weighs."""

from __future__ import annotations

import math
from collections.abc import Sequence

#: Radius of the largest circle on a plot of one estimate, inches; with more estimates circles are smaller.
LARGEST, SMALLEST, LEAST = 0.30, 0.055, 0.014
#: Steps, in radii, by which circles that would cover each other move apart.
STEP = 0.25


def radii(weights: Sequence[float]) -> list[float]:
    """Give the radii, inches, of circles with areas as these weights, the smaller the more there are."""
    most = max(weights)
    largest = max(LARGEST / math.sqrt(math.sqrt(len(weights))) * 0.9, SMALLEST)
    return [max(largest * math.sqrt(weight / most), LEAST) for weight in weights]


def apart(places: Sequence[float], sizes: Sequence[float], room: float) -> list[float]:
    """Move circles at `places` along one line sideways until they are apart, by `room` at the most; all in inches.

    The largest stay in the middle; where there is no free place a circle stays where it covers least.
    """
    done: list[tuple[float, float, float]] = []
    moved = [0.0] * len(places)
    for one in sorted(range(len(places)), key=lambda row: -sizes[row]):
        steps = max(1, math.ceil(room / (STEP * min(sizes))))
        tried = [side * step * room / steps for step in range(steps + 1) for side in (1.0, -1.0)]
        covered = [(_covered(each, places[one], sizes[one], done), each) for each in tried]
        moved[one] = min(covered, key=lambda each: (each[0], abs(each[1]), -each[1]))[1]
        done.append((moved[one], places[one], sizes[one]))
    return moved


def _covered(x: float, y: float, size: float, done: Sequence[tuple[float, float, float]]) -> float:
    """Give how far a circle would reach into those that stand already."""
    return sum(max(0.0, size + other - math.hypot(x - across, y - down)) for across, down, other in done)
