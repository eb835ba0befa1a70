"""`evireg columns`: what a condition may use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.options import DEFAULT_DATABASE, AsJson, Database

if TYPE_CHECKING:
    from registry.columns import Column

EXAMPLE = "evireg columns"


def command(*, db: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """List what a condition (--where) may use.

    Each column with its unit, its words and its meaning. Study characteristics declared in the registry are listed
    too; without a registry only evireg's own columns.
    """
    from cli import output
    from registry.columns import COLUMNS

    own = [_as_object(column) for column in COLUMNS]
    declared = _declared(db)
    if as_json:
        output.show_json({"columns": own, "attributes": declared})
        return
    layout = [
        output.Column("Column", keep=9, whole=True),
        output.Column("Type", keep=4, whole=True),
        output.Column("Unit", keep=5),
        output.Column("Meaning", keep=8),
        output.Column("Words", keep=6),
    ]
    rows = [(each["name"], each["type"], each["unit"], _meaning(each), _words(each)) for each in own]
    output.show_table("What a condition may use", layout, rows)
    for tool in sorted({each["tool"] or "" for each in declared}):
        named = [each for each in declared if (each["tool"] or "") == tool]
        rows = [(each["name"], each["type"], each["unit"], each["label"], _words(each)) for each in named]
        title = f"Risk of bias by {tool}" if tool else "Study characteristics declared in this registry"
        output.show_table(title, layout, rows)
    output.say(CONDITIONS)


CONDITIONS = """
Conditions: == != < <= > >= and or not, 1 < year <= 2020, endpoint in ("OS", "PFS"), doi is None,
contains(treatment, "CAR-T"), adjusts_for("age", "ISS"). Text compares without case; synonyms of factors, diseases,
endpoints and covariates are understood. Cutoffs are compared in the unit of their factor, whatever unit a row has.
""".strip()


def _meaning(column: dict[str, Any]) -> str:
    return f"{column['meaning']} (holds the result itself)" if column["on_result"] else str(column["meaning"])


def _words(column: dict[str, Any]) -> str:
    return ", ".join(column["words"])


def _as_object(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": column.kind.value,
        "unit": column.unit or None,
        "meaning": column.meaning,
        "words": [word.value for word in column.term] if column.term else [],
        "vocabulary": column.vocabulary or None,
        "inputs": list(column.inputs),
        "on_result": column.on_result,
    }


def _declared(db: str) -> list[dict[str, Any]]:
    """List the registry's study characteristics; none when there is no registry yet."""
    from registry.errors import SchemaError
    from registry.handle import open as open_registry

    try:
        reg = open_registry(db)
    except SchemaError:
        return []
    with reg:
        return [
            {
                "name": name,
                "label": each.label,
                "type": str(each.type),
                "unit": each.unit,
                "words": list(each.levels or ()),
                "level": str(each.level),
                "tool": each.tool,
            }
            for name, each in reg.vocabulary().attributes.items()
        ]
