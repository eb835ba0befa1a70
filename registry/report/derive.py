"""A derived ratio as tables and sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry.report import prose
from registry.report.table import Table, number, text

if TYPE_CHECKING:
    from registry.deriving import DerivedRatio


def headline(result: DerivedRatio) -> str:
    """Say the ratio with its interval, and what pools take: log ratio and standard error."""
    shown = prose.value(result.hr, result.ci_low, result.ci_high)
    return f"HR {shown}, {prose.level_text(result.level)} CI; log HR {_four(result.yi)}, SE {_four(result.sei)}"


def tables(result: DerivedRatio) -> Iterator[Table]:
    """Give the routes that were open, the one that counts first, and those that were begun and are closed."""
    columns = (
        text("Route", keep=9),
        text("From", keep=7),
        number("log HR", keep=8),
        number("SE", keep=8),
        text("Source", keep=2),
    )
    ordered = sorted(result.routes, key=lambda each: each.route != result.route)
    rows = tuple((each.route, each.label, _four(each.yi), _four(each.sei), each.source) for each in ordered)
    yield Table("Routes", columns, rows, "The first one counts." if len(rows) > 1 else "")
    if result.closed:
        closed = tuple((each.label, each.why, each.hint) for each in result.closed)
        yield Table("Closed", (text("From", keep=9), text("Why", keep=9), text("What to do", keep=7)), closed)


def methods(result: DerivedRatio) -> str:
    """Say what was changed after the route."""
    said = [prose.sentence(step) for step in result.steps]
    if result.sensitivity_only:
        said.append("For sensitivity analyses only: the standard error is an upper bound.")
    return " ".join(said)


def _four(value: float) -> str:
    return f"{value:.4f}".replace("-", "−")
