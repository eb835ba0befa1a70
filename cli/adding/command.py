"""Makes the commands `evireg add KIND`: their options are the fields of the kind's form (`registry.forms`)."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database
from registry.forms import EVIDENCE, FORMS, Field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_DRY_RUN = Annotated[bool, typer.Option("--dry-run", help="Check everything, store nothing.")]
_MESSAGE = Annotated[str | None, typer.Option("--message", metavar="TEXT", help="Why, for the record.")]
_MORE = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A study characteristic, or any other field (repeatable)."),
]
_TEXT = Annotated[
    str | None,
    typer.Option(
        "--from-text",
        metavar="TEXT|FILE|-",
        help="Read pasted text (- for what is typed or piped in) and propose what it prints; nothing is stored "
        "without a yes to each.",
    ),
]
#: Asked by position, so that `evireg add factor NLR` reads as it is said.
_BY_POSITION = ("key", "name")


def command_for(kind: str, told: str) -> Callable[..., None]:
    """Make the command that adds one kind of thing; `told` is its help."""
    from cli.adding.run import run

    def command(**given: Any) -> None:
        fields = {name: given.pop(name) for name in [field.name for field in FORMS[kind]]}
        run(kind, fields, **given)

    parameters = list(_parameters(kind))
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    command.__doc__ = told
    return command


def _parameters(kind: str) -> Iterator[inspect.Parameter]:
    for field in FORMS[kind]:
        yield _parameter(field.name, *_option(kind, field))
    if kind in EVIDENCE:
        yield _parameter("more", _MORE, None)
    if kind == "estimate":
        yield _parameter("from_text", _TEXT, None)
    yield _parameter("dry_run", _DRY_RUN, False)
    yield _parameter("message", _MESSAGE, None)
    yield _parameter("db", Database, DEFAULT_DATABASE)
    yield _parameter("curator", As, None)
    yield _parameter("as_json", AsJson, False)


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _option(kind: str, field: Field) -> tuple[Any, Any]:
    """Give type and default of the option of a field."""
    told = _told(field)
    if field.name in _BY_POSITION or (kind == "study" and field.column == "study"):
        return Annotated[str | None, typer.Argument(metavar=field.name.upper(), help=told)], None
    names = [f"--{name.replace('_', '-')}" for name in field.names]
    if field.yes_no:
        return Annotated[bool, typer.Option(*names, help=told)], False
    metavar = field.unit.upper() or "TEXT" if " " not in field.unit else "TEXT"
    if field.several:
        return Annotated[list[str] | None, typer.Option(*names, metavar="TEXT", help=f"{told} (repeatable)")], None
    return Annotated[str | None, typer.Option(*names, metavar=metavar, help=told)], None


def _told(field: Field) -> str:
    told = field.meaning[0].upper() + field.meaning[1:]
    if field.term is not None:
        told += ": " + ", ".join(member.value for member in field.term)
    return told
