"""The columns of a forest plot: which were asked for, what stands in them, and on which side of the plot."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from typing import TYPE_CHECKING, Any

from registry.columns import BY_INPUT, BY_NAME
from registry.columns import Kind as Holds
from registry.errors import UsageError
from registry.figures import judged
from registry.figures.judged import Domain, Mark
from registry.meaning.direction_words import direction_of
from registry.pooling.guards import INVERTIBLE
from registry.report import prose, reported
from registry.terms import CutoffOperator

if TYPE_CHECKING:
    from registry.frame import Frame
    from registry.pooling.pooled import Pooled
    from registry.pooling.result import PooledEstimate, PoolResult

Cell = str | tuple[Mark, ...]

#: Shown unless columns are chosen.
DEFAULT = ("n", "hr", "weight")


class Holding(Enum):
    """What a column holds, which decides how it is set."""

    WORDS = "words, wrapped, from the left"
    NUMBER = "numbers in one piece, to the right"
    DOTS = "judgements of risk of bias"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its header, what it holds, whether it stands right of the plot; with dots, the domains."""

    name: str
    header: str
    holding: Holding = Holding.NUMBER
    right: bool = False
    domains: tuple[Domain, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """A column with its cells: one per estimate in the order of the result, and what a pool of some of them has."""

    column: Column
    cells: tuple[Cell, ...]
    pooled: Callable[[Pooled, Sequence[int]], str]


def chosen(result: PoolResult, names: Sequence[str] = DEFAULT) -> tuple[Chosen, ...]:
    """Resolve names of columns.

    They are n, events, hr, weight, yi, vi, se, cutoff, followup, risk_of_bias (or a tool, or one domain of it), any
    column of the contract and any study characteristic. Raises UsageError for an unknown name, and for risk of bias
    that was not appraised.
    """
    return tuple(_named(result, name) for name in dict.fromkeys(each.strip() for each in names))


def _named(result: PoolResult, name: str) -> Chosen:
    folded = name.casefold().replace("-", "_").replace(" ", "_")
    if folded in _MADE:
        return _MADE[folded](result)
    frame = result.rows
    tools = {str(each.tool).casefold() for each in frame.domains.values()}
    if folded in ("risk_of_bias", "rob") or name.casefold() in tools:
        return _dots(frame, judged.domains(frame, name if name.casefold() in tools else None), whole=True)
    held = {each.casefold(): each for each in frame.attributes}
    if folded in held:
        return (
            _dots(frame, (_domain(frame, held[folded]),))
            if held[folded] in frame.domains
            else _held(frame, held[folded], frame.declared)
        )
    column = BY_NAME.get(folded) or BY_INPUT.get(folded)
    if column is None:
        raise _unknown(name, frame)
    return _made_of(result, column.name)


def _unknown(name: str, frame: Frame) -> UsageError:
    known = [*_MADE, "risk_of_bias", *BY_NAME, *frame.attributes]
    near = get_close_matches(name.casefold(), known, n=1)
    meant = f"; did you mean {near[0]!r}?" if near else ""
    return UsageError(f"a forest plot has no column {name!r}{meant}", "see `evireg columns` for what there is")


# -- of the estimate as pooled


def _estimates(
    result: PoolResult,
    column: Column,
    cell: Callable[[PooledEstimate], str],
    pooled: Callable[[Pooled, Sequence[int]], str] = lambda *_: "",
) -> Chosen:
    return Chosen(column, tuple(cell(each) for each in result.estimates), pooled)


def _n(result: PoolResult) -> Chosen:
    def pooled(pool: Pooled, _: Sequence[int]) -> str:
        return "" if pool.n is None else str(pool.n)

    return _estimates(result, Column("n", "n"), lambda each: "" if each.n is None else str(each.n), pooled)


def _ratio(result: PoolResult) -> Chosen:
    header = f"{prose.measure_label(result.measure)} ({prose.level_text(result.pool.level)} CI)"

    def pooled(pool: Pooled, _: Sequence[int]) -> str:
        return prose.value(pool.hr, pool.hr_ci_low, pool.hr_ci_high)

    return Chosen(Column("hr", header, right=True), tuple(reported.in_pool(result)), pooled)


def _weight(result: PoolResult) -> Chosen:
    def pooled(_: Pooled, rows: Sequence[int]) -> str:
        return f"{math.fsum(result.estimates[row].weight for row in rows):.1f} %" if rows else ""

    return _estimates(result, Column("weight", "Weight", right=True), lambda each: f"{each.weight:.1f} %", pooled)


def _log(name: str, of_estimate: Callable[[PooledEstimate], float], of_pool: str) -> Callable[[PoolResult], Chosen]:
    def made(result: PoolResult) -> Chosen:
        header = f"log {prose.measure_label(result.measure)}" if name == "yi" else name
        column = Column(name, header, right=True)

        def pooled(pool: Pooled, _: Sequence[int]) -> str:
            return prose.number(getattr(pool, of_pool), 3) if of_pool else ""

        return _estimates(result, column, lambda each: prose.number(of_estimate(each), 3), pooled)

    return made


# -- of the rows


def _events(result: PoolResult) -> Chosen:
    return _counted(result, "n_events", "Events")


def _counted(result: PoolResult, name: str, header: str) -> Chosen:
    values = result.rows_as_pooled[name].tolist()

    def pooled(_: Pooled, rows: Sequence[int]) -> str:
        known = [values[row] for row in rows]
        return "" if not known or any(math.isnan(each) for each in known) else f"{math.fsum(known):.0f}"

    return Chosen(Column(name, header), tuple("" if math.isnan(each) else f"{each:.0f}" for each in values), pooled)


def _cutoff(result: PoolResult) -> Chosen:
    """Cutoffs with their side, and beside them as printed; the unit stands in the header when all share it."""
    rows, printed = result.rows_as_pooled.to_rows(), result.rows.to_rows()
    units = {each.get("cutoff_unit") for each in rows if each.get("cutoff_value") is not None}
    shared = units.pop() if len(units) == 1 else None
    header = f"Cutoff ({shared})" if shared and shared != "1" else "Cutoff"
    pairs = zip(rows, printed, strict=True)
    cells = tuple(_cutoff_text(each, with_unit=shared is None) + _printed(each, own) for each, own in pairs)
    return Chosen(Column("cutoff", header), cells, lambda *_: "")


def _printed(row: Mapping[str, Any], own: Mapping[str, Any]) -> str:
    """Give a cutoff as it is printed, where that is in another unit."""
    if own.get("cutoff_value") is None or own.get("cutoff_unit") in (None, row.get("cutoff_unit")):
        return ""
    return f" ({own['cutoff_value']:g} {own['cutoff_unit']})"


def _cutoff_text(row: Mapping[str, Any], *, with_unit: bool) -> str:
    if (value := row.get("cutoff_value")) is None:
        return str(row.get("cutoff_text") or "")
    operator = row.get("cutoff_operator")
    side = f"{CutoffOperator(operator).label} " if operator else ""
    unit = f" {row['cutoff_unit']}" if with_unit and row.get("cutoff_unit") not in (None, "1") else ""
    return f"{side}{value:g}{unit}"


_HEADERS = {"followup_median_months": "Follow-up (months)"}


def _of_group(result: PoolResult, name: str) -> str:
    """Head a count of one of two groups by the group's name: `n high`; by the column's where no group has one."""
    way = direction_of(result.about)
    named = way.contrast in INVERTIBLE and name in ("n_index", "n_reference")
    return f"n {way.sides[name == 'n_reference']}" if named else _headed(name)


def _made_of(result: PoolResult, name: str) -> Chosen:
    column = BY_NAME[name]
    if column.kind is Holds.INTEGER and column.unit in ("patients", "events"):
        return _counted(result, name, _of_group(result, name))
    return _held(result.rows_as_pooled, name, {})


def _held(frame: Frame, name: str, declared: Mapping[str, Any]) -> Chosen:
    """Take a column or study characteristic as it is held, words of a closed vocabulary as people say them."""
    about = declared.get(name)
    unit = about.unit if about else BY_NAME[name].unit if name in BY_NAME else ""
    label = _headed(about.label if about else name)
    header = _HEADERS.get(name) or (f"{label} ({unit})" if unit and not unit.startswith("see ") else label)
    values = frame[name].tolist()
    numeric = frame[name].dtype.kind == "f"
    column = Column(name, header, Holding.NUMBER if numeric else Holding.WORDS)
    return Chosen(column, tuple(_worded(name, value) for value in values), lambda *_: "")


def _headed(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _worded(name: str, value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"
    term = BY_NAME[name].term if name in BY_NAME else None
    return term(value).label if term is not None else str(value)


def _domain(frame: Frame, name: str) -> Domain:
    about = frame.declared[name]
    return Domain(name, about.label, str(about.tool), about.levels)


def _dots(frame: Frame, domains: tuple[Domain, ...], *, whole: bool = False) -> Chosen:
    values = [frame[each.name].tolist() for each in domains]
    cells = tuple(
        tuple(judged.mark(each, level) for each, level in zip(domains, row, strict=True))
        for row in zip(*values, strict=True)
    )
    name = "risk_of_bias" if whole else domains[0].name
    return Chosen(Column(name, "Risk of bias", Holding.DOTS, right=True, domains=domains), cells, lambda *_: "")


_MADE: Mapping[str, Callable[[PoolResult], Chosen]] = {
    "n": _n,
    "events": _events,
    "hr": _ratio,
    "effect": _ratio,
    "weight": _weight,
    "yi": _log("yi", lambda each: each.yi, "mu"),
    "vi": _log("vi", lambda each: each.vi, ""),
    "se": _log("se", lambda each: math.sqrt(each.vi), "se"),
    "cutoff": _cutoff,
    "followup": lambda result: _held(result.rows, "followup_median_months", {}),
    "follow_up": lambda result: _held(result.rows, "followup_median_months", {}),
}
