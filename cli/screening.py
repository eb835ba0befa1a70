"""Screening in the terminal: one reference after the other, one key per decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from registry.errors import UsageError
from registry.terms import ScreeningDecision, ScreeningStage

if TYPE_CHECKING:
    from registry.handle import Registry
    from registry.literature.clusters import Work

KEYS = {"i": ScreeningDecision.INCLUDE, "e": ScreeningDecision.EXCLUDE, "n": ScreeningDecision.NOT_RETRIEVED}
SKIP, QUIT = "s", "q"


def one_after_the_other(reg: Registry, reviewer: str, stage: str) -> None:
    """Show each reference that waits for this reviewer and ask; every answer is stored before the next is shown."""
    from cli import output
    from registry.literature.screening import queue

    if stage not in set(ScreeningStage):
        raise UsageError(f"{stage!r} is no stage of screening", f"there are: {', '.join(ScreeningStage)}")
    at = ScreeningStage(stage)
    waiting = queue(reg.literature.progress(abstracts=True), at, reviewer)
    if not waiting:
        output.say(f"Nothing waits for {reviewer} at this stage ({at.label}).")
        return
    done = 0
    for place, work in enumerate(waiting, 1):
        _show(work, f"{place} of {len(waiting)}, {at.label}, {reviewer}")
        key = _key(at)
        if key == QUIT:
            break
        if key != SKIP:
            reason = _reason(reg, at) if KEYS[key] is ScreeningDecision.EXCLUDE else None
            done += reg.literature.screen([work.key], KEYS[key], stage=stage, reason=reason)
    output.say(f"\n{done} decided, {len(waiting) - done} left.")


def _show(work: Work, heading: str) -> None:
    from cli import output

    facts = work.facts
    place = " ".join(str(facts[name]) for name in ("journal", "year", "volume", "pages") if facts[name])
    output.say(f"\n── {heading} ── {work.key}\n")
    output.say(facts["title"] or "(no title)")
    output.say(f"{facts['authors'] or '(no author)'}. {place}\n")
    output.say(facts["abstract"] or "(no abstract)")
    links = [f"https://doi.org/{facts['doi']}" if facts["doi"] else "", facts["url"] or ""]
    output.say("\n" + "  ".join(dict.fromkeys(link for link in links if link)))


def _key(stage: ScreeningStage) -> str:
    from cli import output

    full_text = stage is ScreeningStage.FULL_TEXT
    keys = "iensq" if full_text else "iesq"
    names = "i(nclude) e(xclude) " + ("n(ot retrieved) " if full_text else "") + "s(kip) q(uit)"
    while True:
        output.begin_line(f"{names}: ")
        key = typer.getchar().lower()
        output.show_block(key if key.isprintable() else "")
        if key in keys:
            return key
        if key in "\x03\x04":
            raise typer.Abort


def _reason(reg: Registry, stage: ScreeningStage) -> str | None:
    """Ask for a reason, offering those given before by number; by title it may be left out."""
    from cli import output
    from registry.literature.screening import reasons_given

    known = reasons_given(reg.literature.progress(), stage)[:9]
    for number, reason in enumerate(known, 1):
        output.show_block(f"  {number}  {reason}")
    needed = stage is ScreeningStage.FULL_TEXT
    while True:
        answer = output.ask("Reason" if needed else "Reason (may be empty)")
        if answer.isdigit() and 1 <= int(answer) <= len(known):
            return known[int(answer) - 1]
        if answer or not needed:
            return answer or None
