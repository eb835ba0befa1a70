"""`evireg lint settle`: a doubt was looked into, and stands."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database, Where

EXAMPLE = 'evireg lint settle li2016 se-implausible --reason "printed so in Table 3" --as Ada'


def command(
    keys: Annotated[
        list[str], typer.Argument(metavar="[KEY…] RULE", help="Estimates, or a cohort or study; last the rule.")
    ],
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="What the source shows.")],
    where: Where = None,
    reopen: Annotated[bool, typer.Option("--reopen", help="Take the decision back: the doubt speaks again.")] = False,
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Settle what a rule doubts of estimates, with a reason: lint and pools are quiet about it from then on.

    Give the keys, or a condition for many at once, and the rule last. `evireg undo` takes it back, and a pool as of an
    earlier moment still shows the doubt. A number that is wrong is corrected with `evireg amend` instead.
    """
    from dataclasses import asdict

    from cli import output
    from registry.handle import open as open_registry
    from registry.report.prose import count

    *named, rule = keys
    with open_registry(db, curator=curator) as reg:
        done = reg.settle_doubt(named, rule, reason=reason, where=where, reopen=reopen)
    if as_json:
        output.show_json(
            {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(done).items()}
        )
        return
    what = "open again" if reopen else "settled"
    output.say(f"{rule} is {what} for {count(len(done.changed), 'estimate')}.")
    if done.already:
        output.say(f"Settled already: {', '.join(done.already)}.")
    if done.not_doubted:
        output.say(f"Not doubted by this rule: {', '.join(done.not_doubted)}.")
    if done.changeset is not None:
        output.say(f"Recorded as changeset {done.changeset}.")
