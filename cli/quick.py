"""Commands that start quickly: values that need no conversion are not sent through a converter.

Typer builds a pydantic adapter for every option, and importing pydantic takes longer than everything a command line
does with its arguments. Most values are texts that stay texts; only the others are worth it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from collections.abc import Iterable


#: Options whose value may be left out → the value they then have.
OPTIONAL_VALUES = {"--leave-one-out": "estimate"}


class QuickCommand(TyperCommand):
    """A command whose options skip conversion where the value has the option's type already."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse as Typer does."""
        quicken(self.get_params(ctx))  # with --help, which is not among self.params
        return super().parse_args(ctx, completed(args))


def completed(args: list[str]) -> list[str]:
    """Put in the values that were left out, which Typer cannot: `--leave-one-out --json`."""
    found = []
    for arg, following in pairwise([*args, "-"]):
        found.append(arg)
        if arg in OPTIONAL_VALUES and following.startswith("-"):
            found.append(OPTIONAL_VALUES[arg])
    return found


class QuickGroup(TyperGroup):
    """The same for the root command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse as Typer does."""
        quicken(self.get_params(ctx))  # with --help, which is not among self.params
        return super().parse_args(ctx, args)


def quicken(params: Iterable[Any]) -> None:
    """Replace the conversion of plain options; where Typer's inside has changed it finds none, and all stays as is."""
    for param in params:
        convert = getattr(param, "get_runtime_param", None)
        annotation = getattr(getattr(param, "type_descriptor", None), "annotation", None)
        if convert is not None and annotation in PLAIN:
            param.get_runtime_param = Plain(annotation, convert)


class Plain:
    """The conversion of one option: none for a value of its type, Typer's own for any other."""

    def __init__(self, annotation: Any, convert: Any) -> None:
        self.kind = PLAIN[annotation]
        self.convert = convert

    def __call__(self) -> Plain:
        """Stand in for `get_runtime_param`."""
        return self

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Give the value as the command wants it."""
        several = param.multiple or param.nargs == -1
        if value is None:
            return () if several else None
        if several:
            if isinstance(value, (list, tuple)) and all(isinstance(each, self.kind) for each in value):
                return tuple(value)
        elif isinstance(value, self.kind):
            return value
        return self.convert().coerce(value, param=param, ctx=ctx)


#: What an option is declared as → the type its value, or each of its values, may already have.
PLAIN: dict[Any, type] = {str: str, list[str]: str, float: float, int: int, bool: bool}
