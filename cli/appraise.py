"""`evireg appraise`: judge risk of bias."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database, Where

if TYPE_CHECKING:
    from registry.appraisal import Tool
    from registry.curation.appraise import Appraised

EXAMPLE = (
    "evireg appraise kim2016 quips_participation=low quips_attrition=moderate "
    "--support 'quips_participation=Consecutive patients, p. 3'"
)


def command(
    *,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY… [DOMAIN=LEVEL…]",
            help="Estimates (or a study, or study/cohort, for all of theirs); judgements.",
        ),
    ] = None,
    support: Annotated[
        list[str] | None,
        typer.Option("--support", metavar="DOMAIN=TEXT", help="What a judgement rests on (repeatable)."),
    ] = None,
    tool: Annotated[str, typer.Option("--tool", metavar="NAME", help="Ask domain by domain of this tool.")] = "QUIPS",
    where: Where = None,
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Judge the risk of bias of estimates by the domains of a tool.

    Without judgements it asks, domain by domain, with the tool's guidance. A judgement that is there is replaced, and
    the ledger keeps the old one; DOMAIN= takes it back. Domains can be used in conditions, as in
    quips_confounding != "high". No score is summed. `evireg appraisal tools` lists tools and domains.
    """
    from cli import output
    from cli.answering import remark_assumed
    from cli.pairs import add_pair, keys_and_pairs
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry

    keys, judgements = keys_and_pairs(arguments or ())
    words: dict[str, str] = {}
    for each in support or ():
        add_pair(words, each)
    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg:
        if not judgements and not words:
            judgements, words = _asked(_tool(reg.appraisal_tools(), tool), keys)
        done = reg.appraise(*keys, judgements=judgements, support=words, where=where)
    if as_json:
        output.show_json({**asdict(done), "curator": who.name})
        return
    _tell(done)
    remark_assumed(who, done.changeset)


def _tell(done: Appraised) -> None:
    from cli import output
    from registry.report.prose import count

    for tool in done.tools:
        output.say(f"This registry uses {tool} from now on.")
    where = "" if done.changeset is None else f", in changeset {done.changeset}"
    output.say(f"Appraised {count(done.estimates, 'estimate')}: {len(done.changed)} changed{where}.")


def _tool(listed: object, name: str) -> Tool:
    from registry.errors import NotFound

    known = {each.tool.name.casefold(): each.tool for each in listed}  # type: ignore[attr-defined]
    found: Tool | None = known.get(name.casefold())
    if found is None:
        names = ", ".join(each.name for each in known.values())
        raise NotFound(f"there is no appraisal tool {name!r}", f"there are: {names}")
    return found


def _asked(tool: Tool, keys: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Ask for each domain; an empty answer leaves it as it is."""
    from cli import output
    from registry.errors import UsageError

    if not sys.stdin.isatty():
        raise UsageError("nothing was judged", "give judgements such as quips_participation=low; a terminal is asked")
    output.say(f"{tool.title} ({tool.name}): {', '.join(keys)}\nEnter leaves a domain as it is.")
    judgements: dict[str, str] = {}
    words: dict[str, str] = {}
    for number, domain in enumerate(tool.domains, 1):
        output.say(f"\n{number}. {domain.label}")
        output.say(domain.guidance or "")
        level = _level(domain.levels or ())
        if level:
            judgements[domain.name] = level
            if said := output.ask("  because"):
                words[domain.name] = said
    if not judgements:
        raise typer.Abort
    return judgements, words


def _level(levels: tuple[str, ...]) -> str:
    """Ask until the answer is a level, its number, or nothing."""
    from cli import output

    choices = ", ".join(f"{number} {level}" for number, level in enumerate(levels, 1))
    while True:
        answer = output.ask(f"  {choices}")
        if not answer:
            return ""
        if answer.isdigit() and 1 <= int(answer) <= len(levels):
            return levels[int(answer) - 1]
        matching = [level for level in levels if level.casefold().startswith(answer.casefold())]
        if len(matching) == 1:
            return matching[0]
        output.say(f"  {answer!r} is none of them.")
