"""Digitised Kaplan–Meier curves: a CSV file of readings, and the numbers at risk printed below the curve."""

from __future__ import annotations

import csv
import math
from pathlib import Path

from registry.errors import NotFound, UsageError
from registry.stats.curves import Curve

READINGS = ("time", "survival")
TABLE = ("time", "at_risk")


def curve(readings: str | Path, at_risk: str | Path, *, events: int | None = None) -> Curve:
    """Read a curve: `readings` is a CSV file with the columns time and survival (0 to 1).

    `at_risk` is a CSV file with the columns time and at_risk, or the table itself: `0:120,12:80,24:41`. `events` is the
    printed total. Raises NotFound for a file that is not there, UsageError for one without these columns or with
    something else than numbers in them.
    """
    times, survival = _columns(Path(readings), READINGS)
    risk_times, numbers = _inline(str(at_risk)) if ":" in str(at_risk) else _columns(Path(at_risk), TABLE)
    return Curve(times, survival, risk_times, numbers, events)


def _columns(path: Path, names: tuple[str, str]) -> tuple[list[float], list[float]]:
    """Read two columns of a CSV file, by name in any case and order."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise NotFound(f"there is no file {path}", f"a CSV file with the columns {' and '.join(names)}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}", "a CSV file in UTF-8") from None
    rows = list(csv.reader(text.splitlines()))
    header = [name.strip().casefold() for name in rows[0]] if rows else []
    if not set(names) <= set(header):
        found = ", ".join(header) or "nothing"
        raise UsageError(f"{path}: the first line has {found}", f"expected the columns {' and '.join(names)}")
    places = [header.index(name) for name in names]
    found_rows = [
        tuple(_number(row, place, f"{path}:{line}") for place in places)
        for line, row in enumerate(rows[1:], 2)
        if any(cell.strip() for cell in row)
    ]
    return [row[0] for row in found_rows], [row[1] for row in found_rows]


def _number(row: list[str], place: int, where: str) -> float:
    text = row[place].strip() if place < len(row) else ""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UsageError(f"{where}: {text!r} is not a number", "one number in each column of every line")
    return value


def _inline(text: str) -> tuple[list[float], list[float]]:
    """Read `0:120,12:80`."""
    pairs = [part.split(":") for part in text.split(",") if part.strip()]
    try:
        both = [(float(time), float(number)) for time, number in pairs]
    except ValueError:
        raise UsageError(
            f"numbers at risk {text!r} cannot be read", "time:number with commas, for instance 0:120,12:80,24:41"
        ) from None
    return [time for time, _ in both], [number for _, number in both]
