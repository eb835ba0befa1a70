"""Forest plots for print: every estimate with its interval, and the pool."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from registry.figures import said
from registry.figures.drawing.fitting import NoRoomError
from registry.figures.forests import sheet
from registry.figures.forests.columns import DEFAULT, chosen
from registry.figures.forests.lines import limits, lines
from registry.figures.forests.ordering import ordered
from registry.figures.said import title
from registry.figures.theme import LIGHT
from registry.report.directions import sides

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from registry.figures.theme import Theme
    from registry.pooling.result import PoolResult

__all__ = ["figure", "title"]

#: Columns of a figure for which none were chosen: as many as have room.
BY_DEFAULT = (DEFAULT, ("n", "hr"), ("hr",))


def figure(
    result: PoolResult,
    *,
    theme: Theme = LIGHT,
    width: float | None = None,
    columns: str | Sequence[str] | None = None,
    sort: str | None = None,
) -> Figure:
    """Draw the forest plot of a result, as high as it needs to be, and `width` inches wide if given.

    `columns` are those of `forests.columns.chosen`; characteristics stand left of the plot, numbers of the result and
    risk of bias right of it. Unless chosen they are n, ratio and weight, as far as they have room. `sort`
    orders estimates by a column, `:desc` for the largest first. Raises UsageError for an unknown column, and where the
    columns chosen do not fit into the width.
    """
    if columns is not None:
        return _drawn(result, [columns] if isinstance(columns, str) else columns, sort, theme, width)
    known = any(each.n is not None for each in result.estimates)
    for names in BY_DEFAULT[:-1]:
        try:
            return _drawn(result, [name for name in names if known or name != "n"], sort, theme, width)
        except NoRoomError:
            continue
    return _drawn(result, BY_DEFAULT[-1], sort, theme, width)


def _drawn(result: PoolResult, names: Sequence[str], sort: str | None, theme: Theme, width: float | None) -> Figure:
    shown = chosen(result, names)
    content = sheet.Content(
        title=title(result),
        first="Study",
        columns=tuple(each.column for each in shown),
        lines=lines(result, shown, ordered(result, sort) if sort else None),
        limits=limits(result),
        mean=result.pool.mu if result.pool.k > 1 else None,
        directions=sides(result),
        remarks=said.remarks(result),
        below=said.known(result),
        simulated=result.simulated,
    )
    return sheet.draw(content, theme, width)
