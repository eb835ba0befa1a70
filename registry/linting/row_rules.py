"""Rules that look at one estimate by itself: each a small generator of problems, all of them in `ROW_RULES`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from registry.errors import UsageError
from registry.ingest import numbers, rules, words
from registry.ingest.issues import Problem
from registry.ingest.units import unit
from registry.linting.plausible import MARGIN, least_se
from registry.meaning.direction import contradicts
from registry.meaning.printed import BOUNDS, shown_bound, text_of
from registry.terms import Adjusted, ContrastKind, CutoffMethod, EffectDirection, Flag, Measure, Status
from registry.units import convert
from registry.vocabulary import FactorFacts, Vocabulary, fold

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What a rule may know beside the row: names, ranges of factors (unit, low, high), the day, texts read before."""

    vocabulary: Vocabulary
    factors: Mapping[str, tuple[str | None, float | None, float | None]]
    today: date = field(default_factory=lambda: datetime.now(UTC).date())
    read: dict[tuple[str, Any], Problem | None] = field(default_factory=dict)


Rule = Callable[[Values, Known], Iterator[Problem]]

#: Two groups are compared.
_TWO_GROUPS = frozenset({ContrastKind.ABOVE_VS_BELOW.value, ContrastKind.BELOW_VS_ABOVE.value})
_HAZARDS = frozenset({Measure.HR.value, Measure.CAUSE_SPECIFIC_HR.value, Measure.SUBDISTRIBUTION_HR.value})
_HARD = frozenset({Flag.OUTSIDE_CI, Flag.CI_REVERSED, Flag.CI_WIDTH_ZERO, Flag.LOG_CONTRADICTS, Flag.SE_CONTRADICTS})
_READERS: Mapping[str, Callable[[str], Any]] = {
    "year": numbers.year,
    "doi": words.doi,
    "pmid": words.pmid,
    "source_url": words.url,
    "recruited_from": words.iso_date,
    "recruited_to": words.iso_date,
    "cutoff_unit": unit,
}
#: A ratio beyond this, or its inverse, is rarer than a slip of the decimal point or a ratio per other unit.
EXTREME = 20.0


def import_rules(row: Values, known: Known) -> Iterator[Problem]:
    """Check again what an import checks of a row."""
    for rule in rules.RULES:
        yield from rule(row, known.vocabulary)


def cells(row: Values, known: Known) -> Iterator[Problem]:
    """Read again what an import reads by a form: DOI, PMID, address, dates, year, unit."""
    for column, read in _READERS.items():
        value = row[column]
        if value is None:
            continue
        if (column, value) not in known.read:
            found = read(str(value))
            known.read[column, value] = replace(found, column=column) if isinstance(found, Problem) else None
        problem = known.read[column, value]
        if problem is not None:
            yield problem


def flags(row: Values, _: Known) -> Iterator[Problem]:
    """Repeat the flags that travel with an estimate; what `import_rules` words better is left to it."""
    for flag in (row["flags"] or "").split("; "):
        if flag and flag not in _HARD:
            yield Problem(flag, _worded(Flag(flag), row), column="est")


def _worded(flag: Flag, row: Values) -> str:
    if flag is Flag.DATA_DRIVEN_CUTOFF:
        return f"the cutoff was chosen on the outcome ({CutoffMethod(row['cutoff_method']).label})"
    if flag is Flag.LEVEL_ASSUMED:
        return "the source gives no level for the CI; 95 % was taken"
    low, high = (shown_bound(row, name) or "?" for name in BOUNDS)
    shown = f"{_ratio(row)} ({low}–{high})"
    return f"{flag.label}: {shown}" + (f", p {row['p_text']}" if row["p_text"] else "")


def standard_error(row: Values, _: Known) -> Iterator[Problem]:
    """Doubt a standard error that is smaller than the events, or failing them the patients, allow."""
    vi, events = row["vi"], row["n_events"] or row["n"]
    if vi is None or not events or row["contrast"] not in _TWO_GROUPS or row["measure"] not in _HAZARDS:
        return
    index, reference = row["n_index"], row["n_reference"]
    share = index / (index + reference) if index and reference else None
    least = least_se(events, math.exp(row["yi"]), share)
    if math.sqrt(vi) < (1.0 - MARGIN) * least:
        what = "events" if row["n_events"] else "patients"
        message = f"SE {math.sqrt(vi):.3g} of the log ratio; {events} {what} allow no less than {least:.3g}"
        yield Problem("se-implausible", message, column="n_events" if row["n_events"] else "n")


def extreme_ratio(row: Values, _: Known) -> Iterator[Problem]:
    """Doubt a ratio so far from 1 that a slip is likelier."""
    yi = row["yi"]
    if yi is not None and abs(yi) > math.log(EXTREME):
        yield Problem("ratio-extreme", f"a ratio of {_ratio(row)}", column="est")


def _ratio(row: Values) -> str:
    """Give the ratio as printed, or what follows from its logarithm."""
    if row["est"] is not None:
        return text_of(row, "est")
    return "?" if row["yi"] is None else f"{math.exp(row['yi']):.3g}"


def groups(row: Values, known: Known) -> Iterator[Problem]:
    """Want all that is stored of the groups compared to agree; what was settled when it was stored stands."""
    levels = known.vocabulary.factors.get(row["factor"], FactorFacts()).levels
    if said := contradicts(row, levels):
        other = ContrastKind.BELOW_VS_ABOVE if row["contrast"] == ContrastKind.ABOVE_VS_BELOW else "above_vs_below"
        amendment = f"evireg amend {row['key']} contrast={other} --reason WHY"
        yield Problem("direction-contradicts", f"{said}; if the contrast is wrong: {amendment}", column="contrast")


def direction(row: Values, _: Known) -> Iterator[Problem]:
    """Want the direction in words to be that of the ratio."""
    stated, ratio = row["effect_direction"], row["est"]
    if ratio is None or stated not in (EffectDirection.WORSE, EffectDirection.BETTER):
        return
    if (ratio < 1.0) == (stated == EffectDirection.WORSE) and ratio != 1.0:
        message = f"the text says {stated}, the ratio is {_ratio(row)}"
        yield Problem("direction-contradicts-ratio", message, column="effect_direction")


def group_sizes(row: Values, _: Known) -> Iterator[Problem]:
    """Want the two groups to be all patients; fewer is for the import's rule."""
    n, index, reference = row["n"], row["n_index"], row["n_reference"]
    if n and index and reference and row["contrast"] in _TWO_GROUPS and n > index + reference:
        yield Problem("groups-not-all", f"groups of {index} and {reference} patients, n = {n}", column="n")


def cutoff(row: Values, known: Known) -> Iterator[Problem]:
    """Want a cutoff in a unit that converts to the factor's own, within what is plausible, and said how chosen."""
    value = row["cutoff_value"]
    if value is None:
        if row["contrast"] in _TWO_GROUPS and row["cutoff_text"] is None:
            yield Problem("cutoff-missing", "two groups are compared, the cutoff is not given", column="cutoff_value")
        return
    if (row["cutoff_method"] or CutoffMethod.UNCLEAR) == CutoffMethod.UNCLEAR:
        yield Problem(
            "cutoff-method-missing", f"how the cutoff {value:g} was chosen is not said", column="cutoff_method"
        )
    canonical, low, high = known.factors.get(row["factor"], (None, None, None))
    if canonical is None:
        return
    given = row["cutoff_unit"] or "1"
    try:
        converted = convert(value, given, canonical)
    except UsageError as error:
        message = f"{value:g} {given} of {row['factor']}, whose unit is {canonical}: {error.message}"
        yield Problem("unit-inconvertible", message, column="cutoff_unit")
        return
    if (low is not None and converted < low) or (high is not None and converted > high):
        same = "" if given == canonical else f" = {converted:g} {canonical}"
        message = f"{value:g} {given}{same}; plausible for {row['factor']}: {low:g} to {high:g} {canonical}"
        yield Problem("cutoff-implausible", message, column="cutoff_value")


def dates(row: Values, known: Known) -> Iterator[Problem]:
    """Want recruitment, follow-up and publication in an order that time allows."""
    year, start, end = row["year"], _year(row["recruited_from"]), _year(row["recruited_to"])
    if year is not None and year > known.today.year + 1:
        yield Problem("year-in-future", f"published in {year}", column="year")
    elif year is not None and end and end > year:
        yield Problem(
            "recruited-after-publication",
            f"recruited to {row['recruited_to']}, published in {year}",
            column="recruited_to",
        )
    followup = row["followup_median_months"]
    if followup is None or not start:
        return
    last = min(year or known.today.year, known.today.year)
    if followup > 12 * (last + 1 - start):
        message = f"median follow-up of {followup:g} months; recruitment began in {start}, published in {last}"
        yield Problem("followup-impossible", message, column="followup_median_months")


def _year(when: str | None) -> int | None:
    return int(when[:4]) if when and when[:4].isdecimal() else None


def review(row: Values, _: Known) -> Iterator[Problem]:
    """Want an accepted estimate to have its place and its words, and a retracted report to be dealt with."""
    if row["status"] == Status.ACCEPTED:
        for column in ("locator", "quote"):
            if not row[column]:
                yield Problem(f"accepted-without-{column}", f"accepted, and {column} is empty", column=column)
    if row["retracted"] and row["status"] != Status.EXCLUDED:
        yield Problem("retracted", "its report is retracted; no selection takes it", column="retracted")
    title = (row["title"] or "").strip("[( ").casefold()
    if title.startswith(("retracted", "retraction", "withdrawn")) and not row["retracted"]:
        yield Problem("title-retracted", f"the title begins {row['title'][:40]!r}", column="title")


def source(row: Values, _: Known) -> Iterator[Problem]:
    """Want a document that can be found, and covariates named when they were adjusted for."""
    if not (row["doi"] or row["pmid"] or row["source_url"]):
        yield Problem("source-missing", "neither DOI, PMID nor address of a document", column="doi")
    if row["adjusted"] == Adjusted.YES and not row["covariates"]:
        yield Problem("covariates-missing", "adjusted, and the covariates are not given", column="covariates")
    if row["adjusted"] == Adjusted.UNCLEAR:
        yield Problem("adjusted-unclear", "whether it is adjusted was not read", column="adjusted")


def unsplit_covariates(row: Values, known: Known) -> Iterator[Problem]:
    """Want a list of covariates as it would be read today: stored before commas and qualifiers were taken apart."""
    text = row["covariates"]
    if not text:
        return
    if ("covariates", text) not in known.read:
        codes = "; ".join(known.vocabulary.covariates(text))
        problem = Problem(
            "covariates-unsplit", f"{text[:120]!r} is read as {codes}: amend covariates to that", column="covariates"
        )
        known.read["covariates", text] = None if fold(codes) == fold(text) else problem
    if (found := known.read["covariates", text]) is not None:
        yield found


ROW_RULES: tuple[Rule, ...] = (
    import_rules,
    cells,
    flags,
    standard_error,
    extreme_ratio,
    groups,
    direction,
    group_sizes,
    cutoff,
    dates,
    review,
    source,
    unsplit_covariates,
)
