"""`evireg run verify`: make a result again, and compare."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database

if TYPE_CHECKING:
    from registry.queries.verifying import Verified

EXAMPLE = "evireg run verify 1"


def command(
    what: Annotated[
        str,
        typer.Argument(metavar="RUN|FILE", help="A number of `evireg run list`, or what `evireg pool --json` printed."),
    ],
    *,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Make a result again from the evidence as it was then, and say whether it is the same.

    Equal is bit for bit; equal to rounding is within one part in 10¹² (numpy adds in another order on another machine).
    Where a definition changed since, the same estimates may give another result: the verdict is then "other rules", and
    what differs is listed. What differs otherwise is listed too, and the exit code is 7.
    """
    from cli import output
    from registry.errors import VerificationFailed
    from registry.handle import open as open_registry

    number = what.isascii() and what.isdigit()
    asked = int(what) if number else _read(what)
    with open_registry(db) as reg:
        verified = reg.verify_run(asked, named=what)
    if as_json:
        output.show_json(verified.as_dict())
    else:
        _tell(verified)
    if not verified.holds:
        raise typer.Exit(VerificationFailed.exit_code)


def _read(path: str) -> dict[str, Any]:
    from registry.errors import InputRefused

    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputRefused(
            f"{path} cannot be read: {error.strerror}", hint="give the number of a run, or a file of JSON"
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputRefused(f"{path} is not JSON: {error}", hint="give what evireg pool --json printed") from error
    if not isinstance(found, dict):
        raise InputRefused(f"{path} is not a result", hint="give what evireg pool --json printed, whole")
    return found


def _tell(verified: Verified) -> None:
    from cli import output
    from cli.telling import notes
    from registry.report import queries as report

    output.say(report.verdict(verified))
    notes(verified.reasons)
    if verified.differences or verified.added or verified.removed:
        output.say()
        output.show_tables(report.differences(verified))
