"""A summary of findings as tables and sentences: effects, certainty, each domain with what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from registry.grading.domains import LOWERING, Certainty
from registry.report import absolute, prose
from registry.report.changes import when
from registry.report.grading_figures import said
from registry.report.headline import headline as say
from registry.report.prose import NOTHING
from registry.report.sensitivity_tables import ratio_header
from registry.report.table import Cells, Column, Table, number, text, without_empty
from registry.report.tables import SHOW_PREDICTION_FROM
from registry.terms import GradeDomain, GradeJudgement

if TYPE_CHECKING:
    from registry.grading.findings import DomainFinding, SummaryOfFindings
    from registry.grading.ratings import Rated
    from registry.pooling.absolute_result import AbsoluteResult

NOT_RATED = "not rated"
NOT_YET = "not rated yet"


def symbols(certainty: Certainty | None) -> str:
    """Draw a certainty as GRADE does: `⊕⊕⊕◯`; nothing when it is not known."""
    if certainty is None:
        return ""
    filled = list(Certainty).index(certainty) + 1
    return "⊕" * filled + "◯" * (len(Certainty) - filled)


def certainty(found: Certainty | None) -> str:
    """Write a certainty: `⊕⊕⊕◯ moderate`, or that it is not rated yet."""
    return NOT_YET if found is None else f"{symbols(found)} {found.label}"


def judged(domain: GradeDomain, judgement: GradeJudgement, moves: int) -> str:
    """Write a judgement as GRADE does: `serious (−1)`, `not serious`, `undetected`."""
    if not moves:
        undetected = "undetected" if domain is GradeDomain.PUBLICATION_BIAS else "not serious"
        return undetected if domain in LOWERING else "none"
    suspected = domain is GradeDomain.PUBLICATION_BIAS and judgement is GradeJudgement.SERIOUS
    return f"{'strongly suspected' if suspected else judgement.label} ({moves:+d})".replace("-", "−")


def headline(result: SummaryOfFindings) -> str:
    """Say effect and certainty in one line."""
    beside = f"; not rated: {', '.join(each.label for each in result.not_rated)}" if result.not_rated else ""
    old = " (rated on other evidence)" if any(each.changed for each in result.domains) else ""
    return f"{say(result.result, result.certainty)} Certainty: {certainty(result.certainty)}{old}{beside}"


def tables(result: SummaryOfFindings) -> Iterator[Table]:
    """Give the summary of findings, then the domains with judgements, what they rest on, and reasons."""
    yield summary(result)
    yield domains(result)


def summary(result: SummaryOfFindings) -> Table:
    """Show the outcome: patients, ratio, absolute effects at each baseline, certainty."""
    columns = (
        text("Outcome", keep=9),
        number("Patients (cohorts)", keep=6),
        number(ratio_header(result.result), keep=9),
        number("Prediction interval", keep=4),
        text("Survival taken", keep=3),
        *_risks(result),
        Column("Certainty", keep=9, whole=True),
    )
    effects: Sequence[AbsoluteResult | None] = result.absolutes or (None,)
    rows = tuple(_outcome(result, each) for each in effects)
    return without_empty(Table(f"Summary of findings: {result.query}", columns, rows, _beneath(result)))


def _outcome(result: SummaryOfFindings, effect: AbsoluteResult | None) -> Cells:
    pool, flow = result.result.pool, result.result.flow
    n = NOTHING if pool.n is None else f"{pool.n}"
    predicted = prose.interval(pool.hr_pi_low, pool.hr_pi_high) if pool.k >= SHOW_PREDICTION_FROM else NOTHING
    outcome = f"{result.result.about.get('endpoint', NOTHING)}, {prose.direction_said(result.result.direction)}"
    first = (f"{n} ({flow.used_cohorts})", prose.pooled_value(result.result), predicted)
    if effect is None:
        return (outcome, *first, "", "", "", certainty(result.certainty))
    return (f"{outcome}, at {effect.at_time}", *first, *_effect(effect), certainty(result.certainty))


def _risks(result: SummaryOfFindings) -> tuple[Column, ...]:
    """Head the columns of absolute effects: risks of the low and the high group, and the difference."""
    high, low = absolute.groups(result.absolutes[0]) if result.absolutes else ("high", "low")
    level = prose.level_text(result.result.pool.level)
    return number(f"{low.capitalize()}, {high}", keep=7), number(f"Difference ({level} CI)", keep=8)


def _effect(effect: AbsoluteResult) -> Cells:
    high, low = absolute.groups(effect)
    of = "of all" if effect.baseline == "all" else f"of the {low} group"
    share = "" if effect.prevalence is None else f", {100 * effect.prevalence:g} % {high}"
    risks = [NOTHING if each.value is None else f"{round(each.value)}" for each in (effect.risk_low, effect.risk_high)]
    return f"{100 * effect.survival:g} % {of}{share}", ", ".join(risks), absolute.in_short(effect)


def _beneath(result: SummaryOfFindings) -> str:
    sources = dict.fromkeys(each.source for each in result.absolutes if each.source)
    said_of = [f"Survival and prevalence: {'; '.join(sources)}."] if sources else []
    if result.absolutes:
        happening = absolute.events(result.result.about.get("endpoint"))
        said_of.insert(0, f"Risks and their difference: {happening} per {result.absolutes[0].per} patients of a group.")
    said_of += [f"Assumed: {each}." for each in dict.fromkeys(_assumed(result))]
    said_of += [f"No absolute effect: {prose.sentence(each.partition(chr(10))[0])}" for each in result.refused]
    return "\n".join(said_of)


def _assumed(result: SummaryOfFindings) -> Iterator[str]:
    for each in result.absolutes:
        yield from each.assumed


def domains(result: SummaryOfFindings) -> Table:
    """Show every domain: judgement, what the evidence shows, and the reason of whoever judged, as a footnote."""
    columns = (text("Domain", keep=9), text("Judgement", keep=9), text("What the evidence shows", keep=8))
    marks = dict(zip((each.domain for each in result.domains if each.rating), "abcdefghijklmnop", strict=False))
    rows = tuple(
        (each.domain.label, _judgement(each, marks.get(each.domain)), said(each.figures)) for each in result.domains
    )
    start = "Evidence on prognostic factors starts at high certainty."
    notes = [_footnote(marks[each.domain], each) for each in result.domains if each.rating]
    return Table("Certainty, domain by domain", columns, rows, "\n".join([start, *notes]))


def _judgement(found: DomainFinding, mark: str | None) -> str:
    if found.rating is None:
        return NOT_RATED if found.domain in LOWERING else f"{NOT_RATED}: raises nothing"
    old = "" if found.current else " *"
    return f"{judged(found.domain, found.rating.judgement, found.moves or 0)} [{mark}]{old}"


def _footnote(mark: str, found: DomainFinding) -> str:
    rating = found.rating
    if rating is None:
        return ""
    old = f" * {prose.sentence(found.changed)}" if found.changed else ""
    return f"[{mark}] {prose.sentence(rating.reason)} ({_by(rating)}){old}"


def _by(rating: Rated) -> str:
    return f"{rating.curator}, {when(rating.at)}, changeset {rating.changeset}"


def methods(result: SummaryOfFindings) -> str:
    """Say how certainty was rated, with sources."""
    said_of = (
        "Certainty by GRADE for prognostic factors (Foroutan et al. 2020; Iorio et al. 2015), judged by people; the"
        " figures stand beside each judgement, which no program makes."
    )
    power = " Absolute effects of hazard ratios: Skoetz et al. 2020."
    return said_of + (power if any(each.measure == "hr" for each in result.absolutes) else "")


def overview(found: Sequence[SummaryOfFindings]) -> Table:
    """List queries with their certainty, one a row."""
    columns = (
        Column("Query", keep=9, whole=True),
        number("k", keep=6),
        number("Ratio (CI)", keep=8),
        Column("Certainty", keep=9, whole=True),
        text("Not rated", keep=7),
        text("Rated on other evidence", keep=7),
    )
    rows = tuple(
        (
            each.query,
            str(each.result.pool.k),
            prose.pooled_value(each.result),
            certainty(each.certainty),
            _named(each.not_rated),
            _named([one.domain for one in each.domains if one.changed]),
        )
        for each in found
    )
    return without_empty(Table("", columns, rows))


def _named(which: Sequence[GradeDomain]) -> str:
    """Name domains; `all` for every one that can lower the certainty."""
    return "all" if set(LOWERING) <= set(which) else ", ".join(each.label for each in which)
