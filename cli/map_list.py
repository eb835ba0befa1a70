"""`evireg map list`: the column maps that are kept."""

from __future__ import annotations

from cli.options import DEFAULT_DATABASE, AsJson, Database

EXAMPLE = "evireg map list"


def command(*, db: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """List the saved column maps, each with the headings it reads."""
    from cli import output
    from registry.handle import open as open_registry

    with open_registry(db) as reg:
        maps = reg.column_maps()
    if as_json:
        output.show_json({"maps": [{"name": name, "headings": headings} for name, headings in maps.items()]})
    elif not maps:
        output.say('No column map yet; `evireg import FILE --map hr="Hazard ratio" --save-map NAME` keeps one.')
    else:
        columns = [output.Column("Name", keep=9, whole=True), output.Column("Reads", keep=8)]
        rows = [
            (name, "; ".join(f"{key} = {each}" for key, each in headings.items())) for name, headings in maps.items()
        ]
        output.show_table("Column maps", columns, rows)
