"""`evireg second-opinion`: a saved query as an R script that repeats it with metafor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import DEFAULT_DATABASE, AsJson, At, Database

if TYPE_CHECKING:
    from registry.formats.r_run import Log

EXAMPLE = "evireg second-opinion nlr-myeloma-os -o nlr-myeloma-os.R"


def command(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="A name of `evireg query list`.")],
    *,
    out: Annotated[
        str | None, typer.Option("-o", "--out", metavar="FILE.R", help="Write the script here; else it is printed.")
    ] = None,
    run: Annotated[bool, typer.Option("--run", help="Run it by Rscript, and print the log of every number.")] = False,
    log: Annotated[
        str | None, typer.Option("--log", metavar="FILE", help="Write the log of the run here; means --run.")
    ] = None,
    at: At = None,
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there.")] = False,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Write an R script that repeats a saved query with metafor, and stops where its numbers are not evireg's.

    The rows are in the script: whoever has R can run it, without evireg. It repeats the pool, leave-one-out, subgroups,
    meta-regressions and tests for small-study effects of the query, says what it does not repeat, and names every
    difference. With --run a difference is exit code 7.
    """
    from cli import output
    from registry.errors import VerificationFailed
    from registry.formats.r_run import run as run_script
    from registry.handle import open as open_registry

    _check(out, log, force=force)
    with open_registry(db) as reg:
        script = reg.second_opinion(query, at=at)
    _write(out, script)
    done = run_script(script) if run or log else None
    if done and log:
        _write(log, done.text)
    if as_json:
        output.show_json(_object(query, script, out, done, log))
    elif done is None and out is None:
        output.show_block(script.rstrip("\n"))
    else:
        _tell(out, log, done)
    if done and not done.agrees:
        raise VerificationFailed(
            f"metafor does not give the numbers of {query}", "the log names every difference; please report it"
        )


def _check(*files: str | None, force: bool) -> None:
    from registry.workbook.files import refuse_existing

    for file in files:
        if file is not None:
            refuse_existing(Path(file), force=force)


def _write(file: str | None, text: str) -> None:
    from registry.workbook.files import replacing

    if file is not None:
        with replacing(Path(file)) as place:
            place.write_text(text, encoding="utf-8", newline="\n")


def _tell(out: str | None, log: str | None, done: Log | None) -> None:
    from cli import output

    if done is not None and log is None:
        output.show_block(done.text.rstrip("\n"))
    if out:
        output.say(f"Script: {out}" + ("" if done else f"; run it with: Rscript {out}"))
    if log and done:
        output.say(f"Log: {log}. {done.text.rstrip().splitlines()[-1] if done.agrees else ''}".rstrip())


def _object(query: str, script: str, out: str | None, done: Log | None, log: str | None) -> dict[str, object]:
    return {
        "query": query,
        "script": None if out else script,
        "file": out,
        "agrees": done.agrees if done else None,
        "log": done.text if done else None,
        "log_file": log,
    }
