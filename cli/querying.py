"""How commands on saved queries tell what they did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry.curators import CuratorName
    from registry.handle import Registry
    from registry.queries.running import Ran
    from registry.queries.saved import Saved
    from registry.queries.specified import Specified


def tell_saved(reg: Registry, saved: Saved, who: CuratorName, *, as_json: bool, said: str) -> None:
    """Print a query that was saved or edited, and why it could not be pooled now, if so."""
    from cli import output
    from cli.answering import remark_assumed
    from registry.report import queries as report

    refused = reg.refusal(saved.name)
    if as_json:
        output.show_json({**saved.as_dict(), "refused": refused})
        return
    output.say(said)
    output.show_tables([report.query(saved)])
    if refused:
        output.say(f"The evidence as it is does not let it be pooled: {refused}")
    remark_assumed(who, saved.changeset)


def tell_run(ran: Ran, specified: Specified) -> None:
    """Print a run and its result for people."""
    from cli import output, pool

    if ran.pooled is not None:
        pool.tell(ran.pooled)
    output.say(about_run(ran, specified))


def about_run(ran: Ran, specified: Specified) -> str:
    """Say which run it is and whether it was prespecified."""
    return (
        f"Run {ran.id} of {ran.query.name} (version {ran.query.version}), by {ran.curator} at {ran.made_at},"
        f" digest {ran.digest[:12]}\n{specified.said[0].upper()}{specified.said[1:]}."
    )


def run_object(ran: Ran, specified: Specified) -> dict[str, Any]:
    """Give a run as JSON: what is stored of it, whether it was prespecified, and the result as the pool printed it."""
    return {"run": ran.about(), "specified": specified.as_dict(), "result": ran.found}
