"""`evireg import`: read a file of reported estimates, check every row, store all of them or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.ingest.load import Loaded
    from registry.issues import Issue

EXAMPLE = "evireg import evidence.csv --attributes --dry-run"

#: How many flags are shown before the rest is only counted.
SHOWN = 20


def command(
    *,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A CSV file in the import layout (see docs/columns.md).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, store nothing.")] = False,
    attributes: Annotated[
        bool, typer.Option("--attributes", help="Declare columns the layout does not know as study characteristics.")
    ] = False,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="COLUMN", help="Leave a column out (repeatable).")
    ] = None,
    message: Annotated[str | None, typer.Option("--message", metavar="TEXT", help="Why, for the record.")] = None,
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Import reported estimates from a CSV file, all or nothing.

    Every problem is reported with file, line and column, and nothing is stored unless the whole file can be.
    Importing the same file twice changes nothing.
    """
    from cli import output
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry

    who = find_curator(curator)
    with open_registry(db, curator=who.name) as reg:
        loaded = reg.import_file(file, dry_run=dry_run, attributes=attributes, ignore=ignore or (), message=message)
    if as_json:
        output.show_json({**as_object(loaded), "dry_run": dry_run, "curator": who.name})
        return
    _tell(loaded, dry_run=dry_run)
    if who.assumed and loaded.changeset is not None:
        output.remark(
            f"Recorded under your login name, {who.name}; --as NAME or $EVIREG_CURATOR names another curator."
        )


def as_object(loaded: Loaded) -> dict[str, Any]:
    """Give what an import did as a JSON object."""
    return {
        "file": loaded.file,
        "rows": loaded.rows,
        "created": loaded.created,
        "unchanged": loaded.unchanged,
        "studies": loaded.studies,
        "cohorts": loaded.cohorts,
        "changeset": loaded.changeset,
        "not_poolable": dict(loaded.not_poolable),
        "declared": [each.name for each in loaded.declared],
        "new_names": {kind: list(names) for kind, names in loaded.new_names.items()},
        "flags": [issue.as_dict() for issue in loaded.flags],
        "flag_counts": dict(loaded.flag_counts),
        "files": list(loaded.files),
        "left_out": loaded.left_out,
    }


def _tell(loaded: Loaded, *, dry_run: bool) -> None:
    from cli import output
    from registry.report.prose import count
    from registry.terms import NotPoolable

    what = f"{count(loaded.created, 'new estimate')}, {loaded.unchanged} known already"
    where = f"{count(loaded.cohorts, 'new cohort')} in {count(loaded.studies, 'new study', 'new studies')}"
    start = "Checked, nothing stored" if dry_run else "Imported"
    output.say(f"{start}: {loaded.file}, {count(loaded.rows, 'row')}: {what}; {where}.")
    if loaded.declared:
        names = ", ".join(each.name for each in loaded.declared)
        output.say(f"Declared as study characteristics: {names}.")
    for kind, named in loaded.new_names.items():
        if named:
            output.say(f"New {kind}, not known before: {'; '.join(named)}.")
    if loaded.not_poolable:
        reasons = ", ".join(f"{NotPoolable(reason).label} ({n})" for reason, n in loaded.not_poolable.items())
        output.say(f"Stored but not poolable: {reasons}.")
    if loaded.flags:
        _tell_flags(loaded.flags)


def _tell_flags(flags: Sequence[Issue]) -> None:
    from cli import output

    columns = [
        output.Column("Line", keep=9, whole=True, right=True),
        output.Column("Column", keep=5, whole=True),
        output.Column("Flag", keep=8, whole=True),
        output.Column("What was found", keep=7),
    ]
    rows = [(flag.line, flag.column, flag.code, flag.message) for flag in flags[:SHOWN]]
    rest = f"And {len(flags) - SHOWN} more; --json lists all." if len(flags) > SHOWN else ""
    output.show_table(f"Flags ({len(flags)}); they travel with the estimates", columns, rows, note=rest)
