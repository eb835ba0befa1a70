"""`evireg screen`: decide which references go on, alone or one after the other in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

if TYPE_CHECKING:
    from registry.handle import Registry

EXAMPLE = "evireg screen song2009 include --as Ada"


def command(
    *,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY… DECISION]", help="References, then include, exclude or not_retrieved."),
    ] = None,
    stage: Annotated[str, typer.Option("--stage", metavar="STAGE", help="title or full_text.")] = "title",
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why; needed to exclude a full text.")
    ] = None,
    settle: Annotated[
        bool, typer.Option("--settle", help="This decision settles a disagreement of reviewers.")
    ] = False,
    conflicts: Annotated[bool, typer.Option("--conflicts", help="List where reviewers disagree, and how far.")] = False,
    reviewers: Annotated[
        int | None, typer.Option("--reviewers", metavar="N", help="How many reviewers decide on each, from now on.")
    ] = None,
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Screen references: by title and abstract, then in full text.

    Without a decision, in a terminal, shows what you have not decided yet, one after the other; keys: i(nclude),
    e(xclude), n(ot retrieved), s(kip), q(uit). Each decision is stored at once.

    With `--reviewers 2` two decide independently, blind to each other until both are in; `--conflicts` lists where
    they disagree, `--settle` settles it.
    """
    from cli import output
    from registry.curators import curator as find_curator
    from registry.errors import UsageError
    from registry.handle import open as open_registry

    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg:
        if reviewers is not None:
            reg.literature.require_reviewers(reviewers)
        if conflicts:
            found = _as_object(reg, who.name, stage, 0)
            output.show_json(found) if as_json else _tell_conflicts(found)
            return
        changed = 0
        if words:
            *keys, decision = words
            if not keys:
                raise UsageError("a decision is about references", f"say: evireg screen KEY… include, not {decision!r}")
            changed = reg.literature.screen(keys, decision, stage=stage, reason=reason, settle=settle)
        elif not as_json and output.on_terminal() and reviewers is None:
            from cli.screening import one_after_the_other

            one_after_the_other(reg, who.name, stage)
            return
        found = _as_object(reg, who.name, stage, changed)
    output.show_json(found) if as_json else _tell(found, decided=bool(words))


def _as_object(reg: Registry, reviewer: str, stage: str, changed: int) -> dict[str, Any]:
    from cli.references import as_object, outcome_as_object
    from registry.errors import UsageError
    from registry.literature.screening import conflicts, queue
    from registry.terms import ScreeningStage

    if stage not in set(ScreeningStage):
        raise UsageError(f"{stage!r} is no stage of screening", f"there are: {', '.join(ScreeningStage)}")
    now = reg.literature.progress()
    disputed = [
        {**as_object(work), "stage": at.value, "screening": outcome_as_object(outcome, reviewer)}
        for work, at, outcome in conflicts(now)
    ]
    return {
        "reviewer": reviewer,
        "stage": stage,
        "reviewers_required": now.required,
        "changed": changed,
        "undecided": [work.key for work in queue(now, ScreeningStage(stage), reviewer)],
        "conflicts": disputed,
        "agreement": [each for at in ScreeningStage for each in _agreement(reg, at.value)],
    }


def _agreement(reg: Registry, stage: str) -> list[dict[str, Any]]:
    import math

    return [
        {
            "stage": stage,
            "reviewers": list(pair),
            "n": found.n,
            "percent": 100.0 * found.observed,
            "kappa": None if math.isnan(found.kappa) else found.kappa,
            "reasons": dict(found.reasons),
        }
        for pair, found in reg.literature.agreement(stage).items()
    ]


def _tell(found: dict[str, Any], *, decided: bool) -> None:
    from cli import output
    from registry.report.prose import count

    if decided:
        done = found["changed"]
        output.say(f"Recorded: {count(done, 'decision')} by {found['reviewer']}." if done else "Nothing changed.")
    left = count(len(found["undecided"]), "reference")
    output.say(f"{left} not decided by {found['reviewer']} at this stage ({found['stage'].replace('_', ' ')}).")
    if found["conflicts"]:
        output.say(f"Reviewers disagree about {len(found['conflicts'])}: `evireg screen --conflicts`.")


def _tell_conflicts(found: dict[str, Any]) -> None:
    from cli import output

    columns = [
        output.Column("Key", keep=9, whole=True),
        output.Column("Stage", keep=7, whole=True),
        output.Column("Decisions", keep=8),
        output.Column("Title", keep=6),
    ]
    rows = [(each["key"], each["stage"], _decisions(each["screening"]), each["title"]) for each in found["conflicts"]]
    note = "Settle one: evireg screen KEY include --stage STAGE --settle" if rows else "Reviewers disagree nowhere."
    output.show_table(f"Reviewers disagree ({len(rows)})", columns, rows, note=note)
    for each in found["agreement"]:
        kappa = "kappa not defined" if each["kappa"] is None else f"Cohen's kappa {each['kappa']:.2f}"
        pair = " and ".join(each["reviewers"])
        output.say(f"{pair}, {each['stage'].replace('_', ' ')}: {each['percent']:.0f} % of {each['n']} agree, {kappa}.")


def _decisions(screening: dict[str, Any]) -> str:
    said = []
    for each in screening["decisions"]:
        reason = f" ({each['reason']})" if each["reason"] else ""
        said.append(f"{each['reviewer']}: {each['decision'].replace('_', ' ')}{reason}")
    return "; ".join(said)
