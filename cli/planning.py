"""What a saved query is to ask beside its pool, as options: `registry.queries.analyses` says what they mean."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Annotated, Any

import typer

from registry.errors import UsageError

#: Asks for the small-study tests that run unless any is named.
DEFAULT = "default"

_Subgroup = Annotated[
    list[str] | None,
    typer.Option(
        "--also-subgroup",
        metavar="COLUMN[:NUMBERS]",
        help="Pool by subgroups too, as --subgroup does; not part of the pool itself (repeatable).",
    ),
]
_Moderator = Annotated[
    list[str] | None,
    typer.Option(
        "--also-moderator",
        metavar="COLUMN[:REFERENCE]",
        help="Regress on this too, as `evireg regress --on` does: a regression for each (repeatable).",
    ),
]
_SmallStudy = Annotated[
    list[str] | None,
    typer.Option(
        "--small-study",
        metavar="NAME",
        help=f"Test for small-study effects too: tests of `evireg bias`, or {DEFAULT} for those it runs unless any is"
        " named (repeatable, or with commas).",
    ),
]
_Cutoffs = Annotated[
    bool | None, typer.Option("--cutoffs/--no-cutoffs", help="Analyse cutoffs too, as `evireg cutoffs` does.")
]
_Sensitivity = Annotated[
    list[str] | None,
    typer.Option(
        "--sensitivity",
        metavar="NAME",
        help="Sensitivity analyses too: leave-one-out, influence, rounding, multiverse or bayes (repeatable, or with"
        " commas).",
    ),
]
_Baseline = Annotated[
    list[str] | None,
    typer.Option(
        "--baseline",
        metavar="survival=S,prevalence=P,at=TIME,…",
        help="Absolute risks too, where a share S of all patients is alive (or without the event) at TIME, such as 24"
        " months, and a share P has the high value; last, source=… (repeatable).",
    ),
]


def _options(
    *,
    also_subgroup: _Subgroup = None,
    also_moderator: _Moderator = None,
    small_study: _SmallStudy = None,
    cutoffs: _Cutoffs = None,
    sensitivity: _Sensitivity = None,
    baseline: _Baseline = None,
) -> None:
    """Carry the options: their names, types and help."""


OPTIONS = dict(inspect.signature(_options, eval_str=True).parameters)


def analyses(given: dict[str, Any]) -> dict[str, Any]:
    """Give the analyses that options name, by kind; None is what an empty text takes away."""
    from cli.selecting import words

    read: dict[str, tuple[str, Callable[[Any], Any]]] = {
        "subgroups": ("also_subgroup", list),
        "moderators": ("also_moderator", list),
        "small_study": ("small_study", lambda names: [name for name in words(names) if name != DEFAULT]),
        "cutoffs": ("cutoffs", bool),
        "sensitivity": ("sensitivity", words),
        "baselines": ("baseline", lambda texts: [baseline(text) for text in texts]),
    }
    named = {kind: (given[option], how) for kind, (option, how) in read.items() if given.get(option) is not None}
    return {kind: None if value == [""] else how(value) for kind, (value, how) in named.items()}


def baseline(text: str) -> dict[str, Any]:
    """Read `survival=0.5,prevalence=0.4,at=24 months,source=…`; all that follows `source=` is the source."""
    head, *source = re.split(r"(?:^|,)\s*source\s*=", text, maxsplit=1)
    found: dict[str, Any] = {}
    for part in filter(str.strip, head.split(",")):
        name, equals, value = (each.strip() for each in part.partition("="))
        if not equals or not value:
            expected = "for instance survival=0.5,prevalence=0.4,at=24 months"
            raise UsageError(f"--baseline {text!r}: {part.strip()!r} gives no value", expected)
        found[name] = value if name == "at" else _number(value)
    return found | ({"source": source[0]} if source else {})


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
