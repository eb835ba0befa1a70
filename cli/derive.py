"""`evireg derive`: a log hazard ratio and its standard error from what a report prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import AsJson
from cli.selecting import numbers
from registry.errors import UsageError

if TYPE_CHECKING:
    from registry.deriving import Category, DerivedRatio
    from registry.stats.curves import Curve

EXAMPLE = "evireg derive --n-events 485 --p-value 0.075 --direction better --n-index 491 --n-reference 485"


def _text(name: str, metavar: str, told: str) -> Any:
    return typer.Option(name, metavar=metavar, help=told)


def command(
    *,
    hr: Annotated[str | None, _text("--hr", "RATIO", "The ratio as printed.")] = None,
    ci_low: Annotated[str | None, _text("--ci-low", "RATIO", "Lower bound of its CI, or of the log's.")] = None,
    ci_high: Annotated[str | None, _text("--ci-high", "RATIO", "Upper bound of its CI.")] = None,
    ci_level: Annotated[float, _text("--ci-level", "PERCENT", "Level of that CI: 95, not 0.95.")] = 95.0,
    log_hr: Annotated[str | None, _text("--log-hr", "NUMBER", "The log ratio.")] = None,
    se_log_hr: Annotated[str | None, _text("--se-log-hr", "NUMBER", "Its standard error.")] = None,
    p_value: Annotated[str | None, _text("--p-value", "P", "The p-value as printed: 0.03, or <0.001.")] = None,
    p_test: Annotated[str, _text("--p-test", "NAME", "Its test: wald, logrank, lr or unclear.")] = "unclear",
    p_sides: Annotated[int, _text("--p-sides", "1|2", "Whether it is one- or two-sided.")] = 2,
    o_minus_e: Annotated[str | None, _text("--o-minus-e", "NUMBER", "Observed minus expected events.")] = None,
    v: Annotated[float | None, _text("--v", "NUMBER", "Their variance.")] = None,
    n_events: Annotated[float | None, _text("--n-events", "NUMBER", "Events in both groups.")] = None,
    n_index: Annotated[float | None, _text("--n-index", "NUMBER", "Patients in the index group.")] = None,
    n_reference: Annotated[float | None, _text("--n-reference", "NUMBER", "Patients in the reference group.")] = None,
    equal_groups: Annotated[
        bool, typer.Option("--equal-groups", help="The report states that the groups are of one size.")
    ] = False,
    direction: Annotated[
        str | None, _text("--direction", "WORD", "How the index group fares: worse or better.")
    ] = None,
    curve_index: Annotated[
        str | None, _text("--curve-index", "FILE", "Kaplan–Meier curve of the index group: CSV with time, survival.")
    ] = None,
    curve_reference: Annotated[
        str | None, _text("--curve-reference", "FILE", "The same of the reference group.")
    ] = None,
    at_risk_index: Annotated[
        str | None,
        _text("--at-risk-index", "TABLE|FILE", "Numbers at risk: 0:120,12:80,24:41, or a CSV with time, at_risk."),
    ] = None,
    at_risk_reference: Annotated[
        str | None, _text("--at-risk-reference", "TABLE|FILE", "The same of the reference group.")
    ] = None,
    events_index: Annotated[
        int | None, _text("--events-index", "NUMBER", "Events of the index curve, if printed.")
    ] = None,
    events_reference: Annotated[
        int | None, _text("--events-reference", "NUMBER", "Events of the reference curve, if printed.")
    ] = None,
    category: Annotated[
        list[str] | None,
        _text("--category", "HR,LOW,HIGH", "A category against the reference category (repeatable, in order)."),
    ] = None,
    counts: Annotated[
        str | None, _text("--counts", "NUMBERS", "Events (or patients) per category, the reference category first.")
    ] = None,
    counts_of: Annotated[str, _text("--counts-of", "WORD", "What --counts counts: events or patients.")] = "events",
    index: Annotated[
        str | None, _text("--index", "NUMBERS", "Categories on the index side, from 0 (the reference category).")
    ] = None,
    reference: Annotated[str, _text("--reference", "NUMBERS", "Categories on the reference side.")] = "0",
    invert: Annotated[bool, typer.Option("--invert", help="Swap index and reference.")] = False,
    per_units: Annotated[float | None, _text("--per-units", "NUMBER", "From per 1 unit to per so many.")] = None,
    per_sd: Annotated[float | None, _text("--per-sd", "SD", "From per 1 unit to per standard deviation.")] = None,
    per_doubling: Annotated[
        str | None,
        _text("--per-doubling", "SCALE|LEVEL", "To per doubling: ln, log2 or log10 as in the model, or from a level."),
    ] = None,
    level: Annotated[float, _text("--level", "PERCENT", "Level of the interval shown.")] = 95.0,
    as_json: AsJson = False,
) -> None:
    """Derive a log hazard ratio and its standard error from the numbers a report prints.

    Every route that the numbers allow is gone; the most direct one counts: a standard error or a CI beats O-E and V,
    events with p, curves, and a p-value. Of a standard error and a CI that agree, the one printed more precisely
    counts; where they contradict each other, or a log ratio its ratio, or a ratio lies outside its CI, the slip is
    named and nothing derived. A CI beside --log-hr is that of the number which lies midway in it. A bound ("p < 0.05")
    gives an upper bound of the standard error, for sensitivity analyses only. A ratio of 1 leads nowhere, nor does a p
    above 0.5 whose rounding moves the standard error by more than 20 %, and that is said.
    """
    from registry.deriving import derive
    from registry.deriving.numbers import number

    files, tables = (curve_index, curve_reference), (at_risk_index, at_risk_reference)
    result = derive(
        hr=hr,
        ci_low=ci_low,
        ci_high=ci_high,
        ci_level=ci_level,
        log_hr=log_hr,
        se_log_hr=se_log_hr,
        p_value=p_value,
        p_test=p_test,
        p_sides=p_sides,
        o_minus_e=None if o_minus_e is None else number("o_minus_e", o_minus_e),
        v=v,
        n_events=n_events,
        n_index=n_index,
        n_reference=n_reference,
        equal_groups=equal_groups,
        direction=direction,
        curves=_curves(files, tables, (events_index, events_reference)),
        categories=[_category(each) for each in category or ()],
        counts=numbers("--counts", counts),
        counts_of=counts_of,
        index=_places("--index", index),
        reference=_places("--reference", reference),
        invert=invert,
        per_units=per_units,
        per_sd=per_sd,
        per_doubling=per_doubling,
        level=level,
    )
    _tell(result, as_json=as_json)


def _tell(result: DerivedRatio, *, as_json: bool) -> None:
    from cli import output, telling
    from registry.report import derive as report

    if as_json:
        output.show_json(result.as_dict())
        return
    output.say(f"{report.headline(result)}\n")
    output.show_tables(report.tables(result))
    if said := report.methods(result):
        output.say(said)
    telling.notes(result.notes)


def _curves(
    files: tuple[str | None, str | None], tables: tuple[str | None, str | None], events: tuple[int | None, int | None]
) -> tuple[Curve, Curve] | None:
    """Read both curves. Raises UsageError unless all of both is given, or nothing."""
    from registry.deriving import curve

    if not any((*files, *tables)):
        return None
    both = []
    for name, file, table, count in zip(("index", "reference"), files, tables, events, strict=True):
        if not file or not table:
            raise UsageError(
                f"curves: {'the curve' if not file else 'the numbers at risk'} of the {name} group missing",
                f"give --{'curve' if not file else 'at-risk'}-{name}",
            )
        both.append(curve(file, table, events=count))
    return both[0], both[1]


def _category(text: str) -> Category:
    from registry.deriving import Category

    found = numbers("--category", text)
    if len(found) != 3:
        raise UsageError(f"--category {text!r}: a ratio and both bounds are needed", "for instance 1.5,1.1,2.0")
    return Category(*found)


def _places(option: str, text: str | None) -> list[int]:
    return [int(each) for each in numbers(option, text)]
