"""How wide each part of a figure is, when the whole has a width that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.errors import UsageError
from registry.figures.widths import millimetres


@dataclass(frozen=True, slots=True)
class Part:
    """A part that is `natural` inches wide if it may, and never less than `least`."""

    least: float
    natural: float


class NoRoomError(UsageError):
    """What was asked for needs more inches than there are."""


def fitted(parts: Sequence[Part], room: float | None) -> list[float]:
    """Give the width of every part, in inches: natural ones unless `room` is less; each gives in by the same share.

    Raises NoRoomError where not even the least of all have room.
    """
    natural = [part.natural for part in parts]
    if room is None or sum(natural) <= room:
        return natural
    least = sum(part.least for part in parts)
    if least > room + 1e-9:
        raise NoRoomError(
            f"this needs {millimetres(least - room)} more than there are",
            "leave out columns, or ask for a wider figure (double is 174 mm)",
        )
    share = (room - least) / (sum(natural) - least)
    return [part.least + share * (part.natural - part.least) for part in parts]
