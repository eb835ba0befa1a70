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
from registry.terms import Adjusted
from registry.units import may_measure
from registry.vocabulary import FactorFacts, Vocabulary, fold

Values = Mapping[str, Any]
Rule = Callable[[Values, Vocabulary], Iterator[Problem]]

#: Hard numeric rules a source may break in print: with `as_printed` the row is stored as disputed, never pooled.
MAY_BE_PRINTED = frozenset(
    {
        *("hr-outside-ci", "ci-reversed", "ci-width-zero", "ci-not-positive", "ci-level-range", "counts-impossible"),
        "summary-row",
    }
)

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
            yield Problem(
                "ci-reversed", f"the CI runs from {low:.12g} down to {high:.12g}", "ci_low < ci_high", "ci_low"
            )
        else:
            yield Problem("ci-width-zero", f"both bounds are {low:.12g}", "ci_low < ci_high", "ci_high")
    elif ratio is not None and ((low is not None and ratio < low) or (high is not None and ratio > high)):
        shown = f"{'?' if low is None else format(low, '.12g')}–{'?' if high is None else format(high, '.12g')}"
        expected = "a ratio between its bounds; if the source prints it so, say so in as_printed"
        yield Problem("hr-outside-ci", f"{ratio:.12g} is outside its CI {shown}", expected, "est")


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
    ratio, given = values.get("est"), values.get("log_hr")
    if ratio and ratio > 0 and given is not None and abs(math.log(ratio) - given) > 0.01 + 0.005 / min(ratio, 1.0):
        message = f"log_hr = {given:.12g} is not the log of hr = {ratio:.12g}"
        yield Problem("log-contradicts-ratio", message, f"about {math.log(ratio):.2f}; log_hr is what counts", "log_hr")


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
    message = f"{named!r} stands for {factor} here, whose unit is {usual}; {unit} is none of it"
    expected = f"{factor}, if that is meant, or the full name of the factor measured in {unit}; or another unit"
    yield Problem("unit-of-another-factor", message, expected, "factor")


RULES: tuple[Rule, ...] = (
    interval,
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
