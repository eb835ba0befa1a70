"""`evireg extract`: a second curator's independent reading."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database, Where

if TYPE_CHECKING:
    from collections.abc import Iterable

    from registry.curation.extraction import Compared
    from registry.handle import Registry

EXAMPLE = "evireg extract --template second.csv --where 'factor == \"NLR\"' --as 'Grace Hopper'"


def command(
    *,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY FIELD=VALUE…]", help="An estimate, and what you read: hr=1.56 ci_low=1.08 …"),
    ] = None,
    file: Annotated[str | None, typer.Option("--from", metavar="FILE", help="A template, filled in.")] = None,
    template: Annotated[
        str | None,
        typer.Option("--template", metavar="FILE", help="Write what is to be read, without any number, to this CSV."),
    ] = None,
    where: Where = None,
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Extract estimates a second time, blind to what the first curator read.

    --template writes a table of the estimates you did not enter: which number is meant, and empty columns. Fill it in
    from the reports and give it back with --from; or name one estimate and its values. What you read is kept beside
    what is stored and changes nothing; only then are the two compared. `evireg adjudicate` settles what differs.
    Do not look the estimate up with show or list before: these do show the numbers.
    """
    from cli import output
    from cli.answering import remark_assumed
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry

    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg:
        if template is not None:
            _write(reg, template, where, as_json=as_json)
            return
        done = reg.extract_file(file) if file is not None else reg.extract(_given(arguments))
    if as_json:
        output.show_json({**asdict(done), "curator": who.name})
        return
    tell(done.estimates, "You read")
    agreed = sum(each.state == "agreed" for each in done.estimates)
    output.say(f"{agreed} of {len(done.estimates)} agree in every field.")
    if agreed < len(done.estimates):
        output.say("`evireg adjudicate KEY` settles what differs; better by a third curator.")
    remark_assumed(who, done.changeset)


def _given(arguments: list[str] | None) -> dict[str, dict[str, str]]:
    from cli.pairs import keys_and_pairs
    from registry.errors import UsageError

    keys, fields = keys_and_pairs(arguments or ())
    if len(keys) != 1 or not fields:
        raise UsageError(
            "say which estimate was read, and what it says", "such as: evireg extract KEY hr=1.56; or --from FILE"
        )
    return {keys[0]: fields}


def _write(reg: Registry, path: str, where: str | None, *, as_json: bool) -> None:
    from cli import output
    from registry.report.prose import count as of
    from registry.workbook.files import replacing

    text, count = reg.extract_template(where)
    with replacing(Path(path)) as place:
        place.write_text(text, encoding="utf-8-sig")
    if as_json:
        output.show_json({"template": path, "estimates": count})
        return
    output.say(f"Wrote {path}: {of(count, 'estimate')} to be read a second time, without their numbers.")
    output.say(f"Fill in what the reports print, then: evireg extract --from {path}")


def tell(compared: Iterable[Compared], second: str) -> None:
    """Show the differences of readings field by field."""
    from cli import output
    from registry.curation.extraction import shown_field

    columns = [
        output.Column("Estimate", keep=9, whole=True),
        output.Column("Field", keep=8, whole=True),
        output.Column("Stored", keep=7),
        output.Column(second, keep=7),
        output.Column("First", keep=3),
        output.Column("Second", keep=4),
    ]
    rows = [
        (each.key, shown_field(one.field), _cell(one.first), _cell(one.second), each.first, each.second)
        for each in compared
        for one in each.differences
    ]
    if rows:
        output.show_table("Fields the two readings differ in", columns, rows)


def _cell(value: Any) -> Any:
    return "(empty)" if value is None else value
