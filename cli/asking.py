"""What a saved query asks, in the options of `evireg pool`: taken over from it, so that both mean the same."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Concatenate, ParamSpec

import typer

from cli import planning
from registry.errors import UsageError

P = ParamSpec("P")

#: Options of `evireg pool` that say what comes of a result, not what is asked.
NOT_ASKED = ("at", "forest", "db", "as_json")
#: Options that join into one condition.
_CONDITION = ("where", "factor", "disease", "endpoint")

Describe = Annotated[str | None, typer.Option("--describe", metavar="TEXT", help="What the query is for.")]
Prespecified = Annotated[
    str | None,
    typer.Option(
        "--prespecified",
        metavar="ID",
        help="The protocol it was written in: a PROSPERO number (CRD…), another id, or an address."
        " The ledger keeps when it was named; without one, results say that none is named.",
    ),
]
QueryName = Annotated[str, typer.Argument(metavar="NAME", help="A name of `evireg query list`.")]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked by options given: `where`, `one_per`, `allow`, `analyses`, options of the pool by name."""

    given: dict[str, Any]

    @property
    def whole(self) -> dict[str, Any]:
        """Give it as arguments of a new query. Raises UsageError when nothing says what to pool."""
        from cli.conditions import condition

        return self.given if "where" in self.given else {**self.given, "where": condition(None)}


def asking(command: Callable[Concatenate[Asked, P], None]) -> Callable[..., None]:
    """Give a command the options of `evireg pool`, none with a default: what is not given stays as it is.

    An option that the command has itself (how many patients an absolute risk is of, say) takes the place of the pool's.
    """
    return _with(_options(), command)


def asking_more(command: Callable[Concatenate[Asked, P], None]) -> Callable[..., None]:
    """Give a command the same options, and those of the analyses a query asks for beside its pool."""
    return _with(_options() | planning.OPTIONS, command)


def _with(asked: dict[str, inspect.Parameter], command: Callable[Concatenate[Asked, P], None]) -> Callable[..., None]:
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    asked = {name: each for name, each in asked.items() if name not in {other.name for other in own}}
    first = [each for each in own if each.kind is not inspect.Parameter.KEYWORD_ONLY]
    last = [each for each in own if each.kind is inspect.Parameter.KEYWORD_ONLY]
    run: Callable[..., None] = command

    @functools.wraps(command)
    def with_options(*_: Any, **values: Any) -> None:
        run(Asked(_given({name: values.pop(name) for name in asked})), **values)

    listed = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in (*first, *asked.values(), *last)]
    with_options.__signature__ = inspect.Signature(listed)  # type: ignore[attr-defined]
    with_options.__annotations__ = {each.name: each.annotation for each in listed}
    return with_options


def _options() -> dict[str, inspect.Parameter]:
    """Take the options over from `evireg pool`; a switch can be turned off too."""
    from cli.pool import command

    found = {}
    for name, each in inspect.signature(command).parameters.items():
        if name in NOT_ASKED:
            continue
        kind, option = each.annotation.__origin__, each.annotation.__metadata__[0]
        if kind is bool:
            option = typer.Option(f"--{name}/--no-{name}", help=option.help)
        found[name] = each.replace(annotation=Annotated[kind | None, option], default=None)
    return found


def _given(values: dict[str, Any]) -> dict[str, Any]:
    """Keep what was given; an empty text takes away what was there."""
    from cli.conditions import condition
    from cli.selecting import words

    beside = planning.analyses({name: values[name] for name in planning.OPTIONS if name in values})
    given = {name: value for name, value in values.items() if value is not None and name not in planning.OPTIONS}
    shortcuts = {name: given.pop(name) for name in _CONDITION if name in given}
    if "allow" in given:
        given["allow"] = words(given["allow"])
    asked = {name: _emptied(name) if value == "" else value for name, value in given.items()}
    if beside:
        asked["analyses"] = beside
    return {**asked, "where": condition(**{"where": None, **shortcuts})} if shortcuts else asked


def _emptied(name: str) -> Any:
    from registry.queries.definition import DEFAULTS

    default = None if name == "one_per" else DEFAULTS[name]
    if default not in (None, False):
        raise UsageError(f"--{name.replace('_', '-')} cannot be empty", f"its default is {default}")
    return default
