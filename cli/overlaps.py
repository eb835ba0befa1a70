"""`evireg overlaps`: pairs of cohorts that may share patients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database, Where

if TYPE_CHECKING:
    from registry.curation.overlaps import OverlapProposal

EXAMPLE = "evireg overlaps --where 'factor == \"ferritin\"' --all"

#: How many pairs are shown before the rest is only counted.
SHOWN = 30


def command(
    *,
    context: typer.Context,
    where: Where = None,
    decided: Annotated[bool, typer.Option("--all", help="Show pairs a curator has decided, too.")] = False,
    at_least: Annotated[
        float, typer.Option("--at-least", metavar="SCORE", help="Show pairs from this score on, 0 to 1.")
    ] = 0.5,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Propose pairs of cohorts that may share patients, with the reasons.

    A pair is weighed by centre, country, dates of recruitment, authors, data base, number of patients, results and
    title. The score says how far the reasons convince, not how probable an overlap is. A curator decides: `evireg
    overlaps confirm` or `evireg overlaps dismiss`. A decided pair is not proposed again.
    """
    from cli import output
    from registry.errors import UsageError
    from registry.handle import open as open_registry

    if context.invoked_subcommand:
        return
    if not 0 <= at_least <= 1:
        raise UsageError(f"--at-least {at_least:g} is no score", "a number from 0 to 1")
    with open_registry(db) as reg:
        found = reg.overlap_proposals(where, decided=decided, at_least=at_least)
    if as_json:
        output.show_json({"where": where, "at_least": at_least, "pairs": [_as_object(each) for each in found]})
        return
    if not found:
        more = "" if decided else " that is not decided yet; --all shows what was"
        output.say(f"No pair of cohorts{more}.")
        return
    _show(found)


def _as_object(pair: OverlapProposal) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(pair) | {"reasons": list(pair.reasons)}


def _show(found: list[OverlapProposal]) -> None:
    from cli import output

    output.say(f"{len(found)} pairs of cohorts may share patients" if len(found) > 1 else "1 pair of cohorts")
    for pair in found[:SHOWN]:
        sizes = ["" if n is None else f", n = {n}" for n in (pair.n_a, pair.n_b)]
        output.say(f"\n{pair.score:.2f}  {pair.cohort_a}{sizes[0]}\n      {pair.cohort_b}{sizes[1]}")
        output.say(f"      {'; '.join(pair.reasons)}")
        if pair.decision:
            output.say(f"      decided: {pair.decision}, {pair.because}")
    if len(found) > SHOWN:
        output.say(f"\nAnd {len(found) - SHOWN} more; --json lists all.")
    output.say("\nDecide: evireg overlaps confirm A B --kind same|subset|partial|suspected --reason TEXT")
    output.say("     or evireg overlaps dismiss A B --reason TEXT")
