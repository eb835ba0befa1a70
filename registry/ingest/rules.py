"""Checks of one typed row: each a small generator of problems, all of them in `RULES`.

A rule sees the values of a row by contract name; what was not read, or could not be, is None or absent. Checks of a
single cell are in `numbers` and `words`, checks across rows in `agreement`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from registry.ingest.header import input_name
from registry.ingest.issues import Problem
from registry.meaning.names import summary
from registry.meaning.printed import BOUNDS, Scale, interval_scale, log_fault, log_spans_of, se_beside_ci, text_of, told
from registry.stats.agreement import off_middle
from registry.terms import Adjusted
from registry.units import may_measure
from registry.vocabulary import FactorFacts, Vocabulary, fold

Values = Mapping[str, Any]
Rule = Callable[[Values, Vocabulary], Iterator[Problem]]

#: Hard numeric rules a source may break in print: with `as_printed` the row is stored as disputed, never pooled.
DISPUTES = frozenset(
    {
        "hr-outside-ci",
        "ci-reversed",
        "ci-width-zero",
        "ci-not-positive",
        "ci-level-range",
        "counts-impossible",
        "log-contradicts-ratio",
        "summary-row",
    }
)
#: Whatever a source may print: with `as_printed` a CI and an SE that disagree wait for a curator's word (`trust`).
MAY_BE_PRINTED = DISPUTES | {"se-contradicts-ci"}

_PARTS = (
    ("n_events", "n"),
    ("n_index", "n"),
    ("n_reference", "n"),
    ("events_index", "n_index"),
    ("events_reference", "n_reference"),
    ("events_index", "n_events"),
    ("events_reference", "n_events"),
)
_SUMS = (("n_index", "n_reference", "n"), ("events_index", "events_reference", "n_events"))
_PARTS_ALONE = tuple({part for part, _ in _PARTS})
_NO_MORE = "a part no larger than its whole; if the source prints it so, say so in as_printed"


def interval(values: Values, _: Vocabulary) -> Iterator[Problem]:
    """Want the bounds in order and the ratio between them; a bound may equal it."""
    low, high, ratio = values.get("ci_low"), values.get("ci_high"), values.get("est")
    if low is not None and high is not None and low >= high:
        if low > high:
            swapped = "; swapped, they have the ratio midway" if _midway_swapped(values) else ""
            message = f"the CI runs from {text_of(values, 'ci_low')} down to {text_of(values, 'ci_high')}{swapped}"
            yield Problem("ci-reversed", message, "ci_low < ci_high", "ci_low")
        else:
            yield Problem(
                "ci-width-zero", f"both bounds are {text_of(values, 'ci_low')}", "ci_low < ci_high", "ci_high"
            )
    elif ratio is not None and ((low is not None and ratio < low) or (high is not None and ratio > high)):
        shown = "–".join("?" if values.get(name) is None else text_of(values, name) for name in BOUNDS)
        message = f"{text_of(values, 'est')} is outside its CI {shown}{_of_log(values)}"
        expected = "a ratio between its bounds; if the source prints it so, say so in as_printed"
        yield Problem("hr-outside-ci", message, expected, "est")
    elif (found := interval_scale(values)) in (Scale.NEITHER, Scale.EITHER):
        yield _unclear_scale(values, either=found is Scale.EITHER)


def _unclear_scale(values: Values, *, either: bool) -> Problem:
    """Refuse an interval that belongs to no number of the row, or to either of two."""
    log, low, high = values["log_hr"], *(text_of(values, name) for name in BOUNDS)
    what = f"the log ratio {log:.12g} and the CI {low}–{high}"
    if either:
        message = f"{what}: the CI may be of the log ratio or of the ratio, as far as the printed digits tell"
        return Problem("hr-outside-ci", message, "more digits, or the CI of the ratio beside hr", "ci_low")
    ratio = f"{math.exp(log):.3g}" if abs(log) < 300.0 else "beyond all numbers"
    message = f"{what}: neither {log:.12g} nor the ratio, {ratio}, lies midway in it"
    expected = "the CI of the log ratio or of the ratio; if the source prints it so, say so in as_printed"
    return Problem("hr-outside-ci", message, expected, "log_hr")


def _midway_swapped(values: Values) -> bool:
    names = ("ci_low", "ci_high")
    swapped = {name: values.get(other) for name, other in zip(names, reversed(names), strict=True)}
    swapped |= {f"{name}_text": values.get(f"{other}_text") for name, other in zip(names, reversed(names), strict=True)}
    spans = log_spans_of({**values, **swapped})
    return spans is not None and not off_middle(*spans)


def _of_log(values: Values) -> str:
    """Say that a ratio's interval would be that of its log."""
    ratio, low, high = values["est"], values.get("ci_low"), values.get("ci_high")
    if low is None or high is None or values.get("log_hr") is not None or not ratio > 0.0:
        return ""
    log = math.log(ratio)
    is_log = interval_scale({**values, "est": None, "log_hr": float(f"{log:.3g}")}) is Scale.LOG
    return f"; it would be the CI of the log ratio ({log:.3g}): give log_hr with it, and no hr" if is_log else ""


def standard_error(values: Values, _: Vocabulary) -> Iterator[Problem]:
    """Want a standard error to be that of the CI beside it, beyond rounding, unless a curator said which counts."""
    if values.get("se_log_hr") is None or values.get("trust") is not None:
        return
    twice = se_beside_ci(values)
    if twice is not None and twice.apart is not None:
        expected = (
            f"the standard error of the log ratio, {twice.apart.of_ci:.3g} by the CI; if both are printed so, say so in"
            " as_printed, or which of them counts in trust: ci or se"
        )
        yield Problem("se-contradicts-ci", told(twice.apart), expected, "se_log_hr")


def counts(values: Values, _: Vocabulary) -> Iterator[Problem]:
    """Want no part larger than its whole."""
    if not any(map(values.get, _PARTS_ALONE)):
        return
    for part, whole in _PARTS:
        small, large = values.get(part), values.get(whole)
        if small is not None and large is not None and small > large:
            message = f"{input_name(part)} = {small} is more than {input_name(whole)} = {large}"
            yield Problem("counts-impossible", message, _NO_MORE, part)
    for one, other, whole in _SUMS:
        first, second, large = values.get(one), values.get(other), values.get(whole)
        if first is None or second is None or large is None:
            continue
        if max(first, second) <= large < first + second:
            message = f"{one} + {other} = {first + second} is more than {input_name(whole)} = {large}"
            yield Problem("counts-impossible", message, _NO_MORE, one)


def cutoff_unit(values: Values, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Want a unit with a cutoff value, unless its factor is declared dimensionless."""
    if values.get("cutoff_value") is not None and values.get("cutoff_unit") is None:
        factor = values.get("factor")
        known = vocabulary.factors.get(factor or "", FactorFacts())
        if factor is not None and not known.dimensionless:
            expected = f"a unit, such as {known.unit or 'ng/mL'}; 1 for a ratio"
            yield Problem(
                "unit-missing", f"the cutoff {values['cutoff_value']:.12g} has no unit", expected, "cutoff_unit"
            )


def recruitment(values: Values, _: Vocabulary) -> Iterator[Problem]:
    """Want recruitment to end after it starts, as far as both dates tell."""
    start, end = values.get("recruited_from"), values.get("recruited_to")
    if start and end and end[: len(start)] < start[: len(end)]:
        yield Problem("dates-reversed", f"recruited from {start} to {end}", "recruited_from first", "recruited_to")


def log_ratio(values: Values, _: Vocabulary) -> Iterator[Problem]:
    """Want the log ratio to be the natural log of the ratio, as far as two printed decimals tell."""
    ratio = values.get("est")
    if ratio is None or values.get("log_hr") is None or not (message := log_fault(values)):
        return
    expected = f"about {math.log(ratio):.2f}, or the ratio alone; if both are printed so, say so in as_printed"
    yield Problem("log-contradicts-ratio", message, expected, "log_hr")


def covariates(values: Values, _: Vocabulary) -> Iterator[Problem]:
    """Want no covariates with an unadjusted estimate."""
    if values["adjusted"] == Adjusted.NO and values.get("covariates"):
        expected = "adjusted = yes, or no covariates"
        yield Problem("covariates-unadjusted", "adjusted says no and covariates are listed", expected, "covariates")


def summary_row(values: Values, _: Vocabulary) -> Iterator[Problem]:
    """Want a study, and no line that sums up others: its patients are in the rows above it."""
    study = values.get("study")
    if study is not None and summary(study):
        message = f"{study[:80]!r} sums up other rows and is no study"
        yield Problem("summary-row", message, "a row per study; if one is called so, say so in as_printed", "study")


def unit_of_factor(values: Values, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Want a unit the factor can have, where it is named by a synonym: short names stand for several things."""
    unit, named, factor = (values.get(name) for name in ("cutoff_unit", "factor_text", "factor"))
    if unit is None or named is None or factor is None:
        return
    known = vocabulary.factors.get(factor, FactorFacts())
    usual = known.unit or ("1" if known.dimensionless else None)
    if usual is None or fold(named) == fold(known.label) or may_measure(unit, usual):
        return
    message = f"{named!r} means {factor} here, which is measured in {usual}, not in {unit}"
    expected = f"{factor}, if that is meant, or the full name of the factor measured in {unit}; or another unit"
    yield Problem("unit-of-another-factor", message, expected, "factor")


RULES: tuple[Rule, ...] = (
    interval,
    standard_error,
    counts,
    cutoff_unit,
    recruitment,
    log_ratio,
    covariates,
    summary_row,
    unit_of_factor,
)


def check(values: Values, vocabulary: Vocabulary) -> list[Problem]:
    """Give what every rule finds in one row."""
    return [problem for rule in RULES for problem in rule(values, vocabulary)]
