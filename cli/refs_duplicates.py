"""`evireg refs duplicates`: references that may be one document, for a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import DEFAULT_DATABASE, AsJson, Database

if TYPE_CHECKING:
    from registry.literature.clusters import Work
    from registry.literature.duplicates import Pair
    from registry.literature.screening import Progress

EXAMPLE = "evireg refs duplicates"


def command(
    *,
    merged: Annotated[
        bool, typer.Option("--merged", help="Show what was taken for one document, and by which rule.")
    ] = False,
    db: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Show references that may be one document, and why.

    Say what they are with `evireg refs same KEY KEY` or `evireg refs different KEY KEY`.
    """
    from cli import output
    from cli.references import as_object
    from registry.handle import open as open_registry

    with open_registry(db) as reg:
        doubtful = reg.literature.duplicates()
        now = reg.literature.progress()
    if as_json:
        pairs = [
            {"first": as_object(each.first), "second": as_object(each.second), "reason": each.reason}
            for each in doubtful
        ]
        output.show_json({"doubtful": pairs, "merged": _merged(now)})
    elif merged:
        _tell_merged(now)
    else:
        _tell(doubtful)


def _merged(now: Progress) -> list[dict[str, Any]]:
    return [
        {"key": record.key, "same_as": work.key, "rule": record.duplicate_by}
        for work in now.works.values()
        for record in work.records[1:]
    ]


def _tell(doubtful: list[Pair]) -> None:
    from cli import output

    if not doubtful:
        output.say("No pair waits for a decision. `--merged` shows what was taken for one document.")
        return
    for each in doubtful:
        columns = [output.Column("", keep=9, whole=True), output.Column("", keep=8)]
        output.show_table(each.reason, columns, [(work.key, _line(work)) for work in (each.first, each.second)])
    output.say("Decide: `evireg refs same KEY KEY` or `evireg refs different KEY KEY`.")


def _line(work: Work) -> str:
    """Tell a document as a reference list does."""
    from cli.references import first_author

    facts = work.facts
    kind = f"[{facts['kind']}]" if facts["kind"] not in (None, "article") else ""
    place = ":".join(part for part in (facts["volume"], facts["pages"]) if part)
    year = f"({facts['year']})" if facts["year"] else ""
    identifiers = [f"{name} {facts[name]}" for name in ("doi", "pmid") if facts[name]]
    title = f"{facts['title'] or '(no title)'}."
    parts = (first_author(work), year, title, facts["journal"], place, kind, "; ".join(identifiers))
    return " ".join(part for part in parts if part)


def _tell_merged(now: Progress) -> None:
    from cli import output
    from registry.terms import DuplicateRule

    columns = [
        output.Column("Key", keep=9, whole=True),
        output.Column("Same as", keep=8, whole=True),
        output.Column("Because", keep=7),
        output.Column("Title", keep=5),
    ]
    titles = {record.key: record.title for work in now.works.values() for record in work.records}
    rows = [
        (each["key"], each["same_as"], DuplicateRule(each["rule"]).label, titles[each["key"]]) for each in _merged(now)
    ]
    note = "`evireg refs different KEY KEY` takes two apart." if rows else "No reference repeats another."
    output.show_table("Taken for one document", columns, rows, note=note)
