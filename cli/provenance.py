"""`evireg provenance`: from a pooled result down to the printed page, for one estimate."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.asking import Asked, asking
from cli.options import DEFAULT_DATABASE, AsJson, At, Database

EXAMPLE = "evireg provenance kim2016 --query nlr-myeloma-os"


@asking
def command(
    asked: Asked,
    words: Annotated[
        list[str],
        typer.Argument(metavar="[RUN] ESTIMATE", help="The number of a stored run, and an estimate's key or study."),
    ],
    *,
    query: Annotated[
        str | None, typer.Option("--query", metavar="NAME", help="Instead of a run: a saved query, pooled now.")
    ] = None,
    at: At = None,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Follow one estimate from the pooled result down to the page it was read on.

    Its weight, yi and vi, how they were derived, the numbers as printed, the quote and its place, the document, who
    extracted and checked it, each amendment; as of the pool's changeset, and apart from it what happened since. The
    pool is a stored run, a saved query (--query), or what --where and the options of `evireg pool` ask for.
    """
    from cli import output
    from registry.errors import UsageError
    from registry.handle import open as open_registry
    from registry.report import provenance as report

    if len(words) > 2:
        raise UsageError(f"too many words: {' '.join(words)}", "evireg provenance RUN ESTIMATE")
    run = _run(words[0]) if len(words) == 2 else None
    if (run is not None) + (query is not None) + bool(asked.given) != 1:
        raise UsageError("which pool?", "one of: evireg provenance RUN ESTIMATE, --query NAME, or --where and the like")
    with open_registry(db) as reg:
        chain = reg.provenance(words[-1], run=run, query=query, at=at, **(asked.whole if asked.given else {}))
    if as_json:
        output.show_json(chain.as_dict())
    else:
        output.show_tables(report.tables(chain))


def _run(word: str) -> int:
    from registry.errors import UsageError

    text = word.removeprefix("run:")
    if not (text.isascii() and text.isdigit()):
        raise UsageError(f"{word!r} is no number of a run", "evireg run list shows them")
    return int(text)
