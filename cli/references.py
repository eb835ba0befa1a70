"""What the commands about references share: how one is told, for people and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from registry.literature.clusters import Work
    from registry.literature.screening import Outcome, Progress
    from registry.terms import ScreeningStage

FACTS = ("kind", "title", "authors", "year", "journal", "volume", "pages", "doi", "pmid", "url")


def first_author(work: Work) -> str:
    """Name the first author, with et al. where there are more."""
    first, more, _ = (work.facts["authors"] or "").partition(";")
    family = first.partition(",")[0]
    return f"{family} et al." if more else family


def as_object(work: Work) -> dict[str, Any]:
    """Give a document as a JSON object."""
    return {
        "key": work.key,
        **{name: work.facts[name] for name in FACTS},
        "records": [
            {
                "key": record.key,
                "found_in": record.found_in,
                "found_by": record.found_by,
                "accession": record.accession,
                "duplicate_by": record.duplicate_by,
            }
            for record in work.records
        ],
    }


def outcome_as_object(outcome: Outcome, reviewer: str | None) -> dict[str, Any]:
    """Give an outcome; what others decided only when all decisions are in."""
    shown = [each for each in outcome.decisions if outcome.unblinded or each.reviewer == reviewer]
    return {
        "state": outcome.state.value,
        "reason": outcome.reason,
        "decisions": [
            {
                "reviewer": each.reviewer,
                "decision": each.decision.value,
                "reason": each.reason,
                "settles": each.settles,
            }
            for each in shown
        ],
    }


def told(outcomes: Mapping[ScreeningStage, Outcome], required: int, reviewer: str | None) -> Iterable[tuple[str, str]]:
    """Tell outcomes line by line, blind to others' decisions as long as not all are in."""
    for stage, outcome in outcomes.items():
        yield stage.label, state_in_words(outcome, required)
        for each in outcome_as_object(outcome, reviewer)["decisions"]:
            what = "settled: " if each["settles"] else ""
            reason = f" ({each['reason']})" if each["reason"] else ""
            yield f"  {each['reviewer']}", f"{what}{each['decision']}{reason}".replace("_", " ")


def state_in_words(outcome: Outcome, required: int) -> str:
    """Say where a document stands."""
    from registry.literature.screening import State

    words = {
        State.OPEN: "not decided",
        State.WAITING: f"{len(outcome.decisions)} of {required} decisions",
        State.CONFLICT: "reviewers disagree",
        State.INCLUDE: "included",
        State.EXCLUDE: f"excluded{f': {outcome.reason}' if outcome.reason else ''}",
        State.NOT_RETRIEVED: "not retrieved",
    }
    return words[outcome.state]


def state_of(now: Progress, work: Work) -> str:
    """Say where a document stands at the last stage it has reached."""
    from registry.literature.screening import State
    from registry.terms import ScreeningStage

    title, full = (now.at(work.id, stage) for stage in (ScreeningStage.TITLE, ScreeningStage.FULL_TEXT))
    if title.state is State.INCLUDE:
        return f"full text: {state_in_words(full, now.required)}"
    return f"title: {state_in_words(title, now.required)}"
