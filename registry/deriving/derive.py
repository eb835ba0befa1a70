"""The conductor: every route that the numbers allow, the most direct one first, then what was asked to change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from registry.deriving.numbers import Numbers, disagreements, number, row_of
from registry.deriving.numbers import numbers as taken
from registry.deriving.ways import WAYS
from registry.errors import StatisticsError, UsageError
from registry.meaning.printed import se_beside_ci
from registry.stats import rescale, routes
from registry.stats.routes import LogRatio


@dataclass(frozen=True, slots=True)
class Route:
    """A route that was open: what it gives before any step."""

    route: str
    label: str
    source: str
    yi: float
    sei: float


@dataclass(frozen=True, slots=True)
class Closed:
    """A route that was begun and cannot be gone: `why`, and what to do."""

    route: str
    label: str
    why: str
    hint: str


@dataclass(frozen=True, slots=True)
class DerivedRatio:
    """A log ratio `yi` with variance `vi`, the ratio with its CI at `level` percent, and how it was got.

    `route` is the most direct of `routes`; `steps` what was changed after it (inverted, rescaled); `closed` the routes
    that were begun and cannot be gone. `sensitivity_only`: the standard error is an upper bound, for sensitivity only.
    """

    yi: float
    vi: float
    sei: float
    hr: float
    ci_low: float
    ci_high: float
    level: float
    route: str
    steps: tuple[str, ...]
    notes: tuple[str, ...]
    sensitivity_only: bool
    routes: tuple[Route, ...]
    closed: tuple[Closed, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give the JSON."""
        values = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        lists = {name: list(values[name]) for name in ("steps", "notes")}
        nested = {
            name: [{entry.name: getattr(each, entry.name) for entry in fields(each)} for each in values[name]]
            for name in ("routes", "closed")
        }
        return values | lists | nested


def derive(
    *,
    level: float = 95.0,
    invert: bool = False,
    per_units: float | None = None,
    per_sd: float | None = None,
    per_doubling: str | float | None = None,
    **numbers: Any,
) -> DerivedRatio:
    """Derive a log ratio and its standard error from the numbers a report prints (fields of `Numbers`).

    Every route the numbers allow is gone; the most direct counts (a CI beats a p-value; of CI and standard error the
    one printed more precisely) and the others are shown. A CI of the log ratio is known by where that lies in it.
    `invert` swaps index and reference. A ratio per unit becomes one `per_units` units, `per_sd` (the standard
    deviation), or `per_doubling`: the scale of the factor in the model (ln, log2, log10), or, if it was linear, the
    level from which it doubles. The interval is given at `level` percent.

    Raises UsageError for numbers that lead nowhere, saying for each route begun what is missing or wrong; for numbers
    that contradict each other (CI and standard error, ratio and log ratio); for an unknown name.
    """
    if not 1.0 <= level < 100.0:
        raise StatisticsError(f"level is in percent, from 1 to below 100: got {level}")
    given = taken(numbers)
    found, closed = _routes(given)
    if not found:
        raise _nowhere(closed)
    best = _best(found, given)
    notes = (*best.notes, *disagreements(given))
    result = _rescaled(best, per_units=per_units, per_sd=per_sd, per_doubling=per_doubling)
    result = rescale.inverted(result) if invert else result
    ratio, low, high = result.ratio(level)
    return DerivedRatio(
        yi=result.yi,
        vi=result.vi,
        sei=result.sei,
        hr=ratio,
        ci_low=low,
        ci_high=high,
        level=float(level),
        route="merged" if "merged" in found else best.route,
        steps=result.steps,
        notes=tuple(dict.fromkeys((*notes, *(note for note in result.notes if note not in best.notes)))),
        sensitivity_only=result.sensitivity_only,
        routes=tuple(Route(name, WAYS[name].label, WAYS[name].source, one.yi, one.sei) for name, one in found.items()),
        closed=closed,
    )


def _best(found: Mapping[str, LogRatio], given: Numbers) -> LogRatio:
    """Take the most direct route; of a standard error and a CI that agree the one that is printed more precisely."""
    if "merged" in found:
        return found["merged"]
    twice = se_beside_ci(row_of(given)) if {"se", "ci"} <= found.keys() else None
    if twice is not None and not twice.se_first:
        return found["ci"]
    return min(found.values(), key=_directness)


def _directness(one: LogRatio) -> int:
    return routes.PREFERENCE.index(one.route)


def _routes(given: Numbers) -> tuple[dict[str, LogRatio], tuple[Closed, ...]]:
    """Go every route that is begun; those that cannot be gone, with the reason."""
    found: dict[str, LogRatio] = {}
    closed: list[Closed] = []
    for name, way in WAYS.items():
        if not way.begun(given):
            continue
        try:
            found[name] = way.go(given)
        except (StatisticsError, UsageError) as refusal:
            closed.append(Closed(name, way.label, refusal.message, refusal.hint))
    return found, tuple(closed)


def _nowhere(closed: Sequence[Closed]) -> UsageError:
    if not closed:
        return UsageError(
            "no numbers to derive from",
            "for instance --hr 1.56 --ci-low 1.08 --ci-high 2.27, or --hr 1.56 --p-value 0.02 --p-test wald",
        )
    said = [f"{each.label}: {each.why}" for each in closed]
    hints = dict.fromkeys(each.hint for each in closed if each.hint)
    return UsageError("no log ratio can be derived\n" + "\n".join(said), "\n".join(hints))


def _rescaled(
    one: LogRatio, *, per_units: float | None, per_sd: float | None, per_doubling: str | float | None
) -> LogRatio:
    asked = [value is not None for value in (per_units, per_sd, per_doubling)]
    if sum(asked) > 1:
        raise UsageError("a ratio can be rescaled once", "one of --per-units, --per-sd, --per-doubling")
    if per_units is not None:
        return rescale.per_units(one, per_units)
    if per_sd is not None:
        return rescale.per_units(one, per_sd, label="standard deviation")
    if per_doubling is None:
        return one
    if isinstance(per_doubling, str) and per_doubling in rescale.LOG_BASES:
        return rescale.per_doubling(one, scale=per_doubling)
    return rescale.per_doubling(one, at=number("per_doubling", per_doubling))
