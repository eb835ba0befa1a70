"""Absolute risks as a table and a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry.meaning.direction_words import direction_of
from registry.report import prose
from registry.report.prose import NOTHING
from registry.report.table import Cells, Column, Table, number
from registry.report.tables import SHOW_PREDICTION_FROM

if TYPE_CHECKING:
    from registry.pooling.absolute_result import AbsoluteResult, Ranged

#: Endpoint → what happens to a patient: one, several; and how those are to whom it did not happen. Who may have died of
#: something else is not called alive.
_EVENTS = {
    "OS": ("death", "deaths", "alive"),
    "PFS": ("progression or death", "progressions or deaths", "alive without progression"),
    "DFS": ("relapse or death", "relapses or deaths", "alive without relapse"),
    "RFS": ("relapse or death", "relapses or deaths", "alive without relapse"),
    "CSS": ("death from the cancer", "deaths from the cancer", "not dead from the cancer"),
    "MFS": ("distant metastasis or death", "distant metastases or deaths", "alive without distant metastasis"),
    "LRFS": (
        "locoregional recurrence or death",
        "locoregional recurrences or deaths",
        "alive without locoregional recurrence",
    ),
    "FFS": ("treatment failure or death", "treatment failures or deaths", "alive without treatment failure"),
    "FFP": ("progression", "progressions", "without progression"),
    "TTP": ("progression", "progressions", "without progression"),
    "TTNT": ("next treatment", "next treatments", "without next treatment"),
    "DOR": ("progression or death", "progressions or deaths", "alive without progression"),
    "NRM": ("death without relapse", "deaths without relapse", "not dead without relapse"),
    "TRM": ("treatment-related death", "treatment-related deaths", "not dead from treatment"),
    "relapse": ("relapse", "relapses", "without relapse"),
    "relapse mortality": ("death after relapse", "deaths after relapse", "not dead after relapse"),
    "infection-related mortality": ("death from infection", "deaths from infection", "not dead from infection"),
    "early mortality": ("early death", "early deaths", "alive"),
    "early progression": ("early progression", "early progressions", "without early progression"),
    "response": ("response", "responses", "without response"),
    "complete response": ("complete response", "complete responses", "without complete response"),
}
_UNKNOWN = ("event", "events", "without the event")


def events(endpoint: str | None, how_many: int = 2) -> str:
    """Name what happens: `deaths` for OS, `progressions or deaths` for PFS, `events` where the endpoint is unknown."""
    one, several, _ = _EVENTS.get(endpoint or "", _UNKNOWN)
    return one if how_many == 1 else several


def spared(endpoint: str | None) -> str:
    """Say how patients are to whom it did not happen: `alive` for OS, `alive without progression` for PFS."""
    return _EVENTS.get(endpoint or "", _UNKNOWN)[2]


def headline(result: AbsoluteResult) -> str:
    """Say the difference in one line: `265 more progressions or deaths per 1000 patients … by 24 months`."""
    index, reference = compared(result)
    what = difference(result)
    return f"{what[0].upper()}{what[1:]} in the {index} than in the {reference} group by {result.at_time}"


def difference(result: AbsoluteResult) -> str:
    """Word the difference with its interval: `265 more deaths per 1000 (95 % CI 102 to 400 more)`."""
    happening = events(result.about.get("endpoint"), _rounded(result.difference.value))
    if result.difference.value is None:
        return f"no difference can be given ({result.reasons.get('value', 'the ratio is undefined')})"
    said = f"{_more(result.difference.value, happening)} per {result.per}"
    level = prose.level_text(result.level)
    parts = [
        f"{level} CI {spread(result.difference.ci_low, result.difference.ci_high)}"
        if result.difference.ci_low is not None or result.difference.ci_high is not None
        else "",
        f"prediction interval {spread(result.difference.pi_low, result.difference.pi_high)}"
        if _predicts(result)
        else "",
    ]
    beside = "; ".join(filter(None, parts))
    return f"{said} ({beside})" if beside else said


def in_short(result: AbsoluteResult) -> str:
    """Write the difference with its interval for a cell: `265 more (102 to 400 more)`."""
    if result.difference.value is None:
        return NOTHING
    value, low, high = result.difference.value, result.difference.ci_low, result.difference.ci_high
    interval = "" if low is None and high is None else f" ({spread(low, high)})"
    return ("no more" if _rounded(value) == 0 else _signed(value)) + interval


def _rounded(value: float | None) -> int:
    return 2 if value is None else abs(round(value))


def _more(value: float, happening: str) -> str:
    if _rounded(value) == 0:
        return f"no more {happening}"
    return f"{_rounded(value)} {'more' if value > 0 else 'fewer'} {happening}"


def spread(low: float | None, high: float | None) -> str:
    """Write the bounds of a difference: `102 to 400 more`, `20 fewer to 180 more`."""
    if low is None or high is None:
        return " to ".join(NOTHING if each is None else _signed(each) for each in (low, high))
    if round(low) >= 0:
        return f"{round(low)} to {round(high)} more"
    if round(high) <= 0:
        return f"{-round(high)} to {-round(low)} fewer"
    return f"{_signed(low)} to {_signed(high)}"


def _signed(value: float) -> str:
    return f"{_rounded(value)} {'fewer' if round(value) < 0 else 'more'}"


def compared(result: AbsoluteResult) -> tuple[str, str]:
    """Name the two groups, the index group first: high and low, III and I, index and reference category."""
    index, reference = direction_of(result.about).sides
    return index.removesuffix(" category"), reference.removesuffix(" category")


def groups(result: AbsoluteResult) -> tuple[str, str]:
    """Name the two groups, the high one (of categories the index) first, whichever way round the ratio is read."""
    index, reference = compared(result)
    return (reference, index) if direction_of(result.about).less else (index, reference)


def _in_order(result: AbsoluteResult) -> tuple[tuple[str, Ranged, Ranged], ...]:
    """Give name, survival and risk of each group, the index group first."""
    high, low = groups(result)
    both = (high, result.survival_high, result.risk_high), (low, result.survival_low, result.risk_low)
    return both[::-1] if direction_of(result.about).less else both


def _predicts(result: AbsoluteResult) -> bool:
    return result.k >= SHOW_PREDICTION_FROM and result.difference.pi_low is not None


def tables(result: AbsoluteResult) -> Iterator[Table]:
    """Give both groups with their survival and risk, and the ends of ranges where some were given."""
    yield by_group(result)
    if result.corners:
        yield corners(result)


def by_group(result: AbsoluteResult) -> Table:
    """Show survival and risk of both groups and the difference, with confidence and prediction interval."""
    level, endpoint = prose.level_text(result.level), result.about.get("endpoint")
    columns = (
        Column("Group" if result.prevalence is None else "Group (share)", keep=9, whole=True),
        number(f"{spared(endpoint).capitalize()} at {result.at_time}", keep=6),
        number(f"{events(endpoint).capitalize()} per {result.per}", keep=9),
        number(f"{level} CI", keep=8),
        number("Prediction interval", keep=5),
    )
    high, low = groups(result)
    share = {} if result.prevalence is None else {high: result.prevalence, low: 1.0 - result.prevalence}
    rows: list[Cells] = [
        (_named(name, share), _percent(survival.value), *_counts(risk, result))
        for name, survival, risk in _in_order(result)
    ]
    value, ci, pi = _counts(result.difference, result)
    rows.append(("difference", "", value, ci, pi))
    return Table("Absolute risk", columns, tuple(rows), _basis(result))


def _named(name: str, share: dict[str, float]) -> str:
    return f"{name} ({100.0 * share[name]:g} %)" if share else name


def _percent(share: float | None) -> str:
    return NOTHING if share is None else f"{100.0 * share:.1f} %"


def _counts(numbers: Ranged, result: AbsoluteResult) -> Cells:
    predicted = prose_range(numbers.pi_low, numbers.pi_high) if _predicts(result) else NOTHING
    value = NOTHING if numbers.value is None else _whole(numbers.value)
    return value, prose_range(numbers.ci_low, numbers.ci_high), predicted


def prose_range(low: float | None, high: float | None) -> str:
    """Write two counts of patients as a range: `394 to 659`."""
    if low is None and high is None:
        return NOTHING
    return " to ".join(NOTHING if each is None else _whole(each) for each in (low, high))


def _whole(value: float) -> str:
    return f"{round(value)}".replace("-", "−")


def _basis(result: AbsoluteResult) -> str:
    """Say what the table rests on, and what has to hold for its numbers to hold."""
    of = "all patients" if result.baseline == "all" else f"the {groups(result)[1]} group"
    source = f" ({result.source})" if result.source else " (no source given)"
    ratio = prose.value(result.ratio.value, result.ratio.ci_low, result.ratio.ci_high)
    name = prose.measure_label(result.measure)
    way = prose.direction_said(result.direction)
    taken = f"{name} {ratio}, {way}; survival of {of} at {result.at_time} taken as {_percent(result.survival)}{source}."
    return "\n".join([taken, *(f"Assumed: {each}." for each in result.assumed)])


def corners(result: AbsoluteResult) -> Table:
    """Show what comes of every combination of the ends of ranges."""
    high, low = groups(result)
    columns = (
        number("Survival", keep=9),
        number("Prevalence", keep=9),
        number(f"Survival {high}", keep=6),
        number(f"Survival {low}", keep=6),
        number(f"Difference per {result.per}", keep=9),
        number(f"{prose.level_text(result.level)} CI", keep=8),
    )
    rows = tuple(
        (
            _percent(each.survival),
            _percent(each.prevalence),
            _percent(each.survival_high),
            _percent(each.survival_low),
            NOTHING if each.difference.value is None else _whole(each.difference.value),
            prose_range(each.difference.ci_low, each.difference.ci_high),
        )
        for each in result.corners
    )
    return Table("At the ends of the ranges", columns, rows)


def sentence(result: AbsoluteResult) -> str:
    """Say it as a report does: risks of both groups, and the difference with its intervals."""
    (index, _, first), (reference, _, second) = _in_order(result)
    if first.value is None or second.value is None:
        return prose.sentence(difference(result))
    happening = events(result.about.get("endpoint"))
    return (
        f"By {result.at_time}, {_whole(first.value)} {happening} among {result.per} patients of the {index} group and"
        f" {_whole(second.value)} among {result.per} of the {reference} group: {difference(result)}."
    )


def methods(result: AbsoluteResult) -> str:
    """Say what was done, with its source."""
    if result.measure in ("rr", "or"):
        name = prose.measure_label(result.measure)
        return f"Risks of both groups from the pooled {name} and the risk of {_whose(result)}."
    to = "1/HR" if direction_of(result.about).less else "HR"
    power = f"The survival of the high group is that of the low group to the power {to} (Skoetz et al. 2020)"
    mixture = "; that of the low group is solved for, so that both together have the survival of all patients"
    return f"{power}{mixture if result.baseline == 'all' else ''}."


def _whose(result: AbsoluteResult) -> str:
    return "all patients" if result.baseline == "all" else "the low group"
