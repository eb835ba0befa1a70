"""`evireg import`: read files of reported estimates, check every row, store all of them or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import DEFAULT_DATABASE, As, AsJson, Database

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.curation.edits import Returned
    from registry.ingest.loaded import Loaded
    from registry.issues import Issue

EXAMPLE = "evireg import evidence.csv --attributes --dry-run"

#: How many flags are shown before they are only counted.
SHOWN = 20


def command(
    *,
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files, or a folder of them; - for stdin.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, store nothing.")] = False,
    attributes: Annotated[
        bool, typer.Option("--attributes", help="Declare columns the layout does not know as study characteristics.")
    ] = False,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="COLUMN", help="Leave a column out (repeatable).")
    ] = None,
    headings: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="COLUMN=HEADING", help='A column under another heading: hr="Hazard ratio" (repeatable).'
        ),
    ] = None,
    save_map: Annotated[str | None, typer.Option("--save-map", metavar="NAME", help="Keep the map by name.")] = None,
    use_map: Annotated[
        str | None, typer.Option("--use-map", metavar="NAME", help="Use a map that was kept; see `evireg map list`.")
    ] = None,
    fixed: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="COLUMN=VALUE", help="A value for every empty cell of a column: measure=or (repeatable)."
        ),
    ] = None,
    read_as: Annotated[
        str | None,
        typer.Option(
            "--read-as", metavar="DIRECTION", help="high-vs-low or low-vs-high, for rows that do not say theirs."
        ),
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", metavar="NAME", help="The sheet of a workbook.")] = None,
    kind: Annotated[
        str | None, typer.Option("--format", metavar="KIND", help="csv, tsv, xlsx or jsonl, if it is not seen.")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", metavar="NAME", help="Of a text file that is not UTF-8, such as cp1252.")
    ] = None,
    quarantine: Annotated[
        str | None,
        typer.Option("--quarantine", metavar="OUT.xlsx", help="Store the good rows; write the others there, and why."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write the quarantine over a file that is there.")] = False,
    message: Annotated[
        str | None,
        typer.Option("--reason", "--message", metavar="TEXT", help="Why, for the record; an edited export needs it."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
    db: Database = DEFAULT_DATABASE,
    curator: As = None,
    as_json: AsJson = False,
) -> None:
    """Import reported estimates, all or nothing: CSV, TSV, Excel (.xlsx), JSON lines, or a folder of them.

    The columns are those of docs/columns.md; --map reads others. Every problem is reported with file, line and column
    (in a workbook the cell), and nothing is stored unless everything can be. Importing the same file twice changes
    nothing. With --quarantine the good rows are stored, and the others come back in a workbook, what is wrong in red;
    where no row is good the exit code is that of a refusal.

    Rows that do not say what is compared, or by which ratio, are stored as unclear: on a terminal you are asked once
    per file, elsewhere --read-as and --set say it. What is said so counts as assumed.

    A file made by `evireg export estimates` and edited is recognised: every difference is shown, and with --reason
    amended in one changeset. What somebody else changed meanwhile is a conflict, never overwritten.
    """
    from functools import partial

    from cli import output, returned
    from cli.progress import of_files
    from cli.unsaid import asker
    from registry.curation.edits import Returned
    from registry.curators import curator as find_curator
    from registry.handle import open as open_registry

    who = find_curator(curator)
    how = {"format": _format(kind), "sheet": sheet, "encoding": encoding}
    with open_registry(db, curator=who.name) as reg, of_files(quiet=quiet or as_json) as progress:
        take = partial(
            reg.import_source,
            files[0] if len(files) == 1 else files,
            mapping=_pairs("map", headings or ()),
            fixed=_pairs("set", fixed or ()),
            read_as=read_as,
            ask=None if as_json else asker(),
            use_map=use_map,
            save_as=save_map,
            dry_run=dry_run,
            attributes=attributes,
            ignore=ignore or (),
            quarantine=quarantine,
            force=force,
            progress=progress,
            **how,
        )
        loaded = take(message=message)
        if isinstance(loaded, Returned) and not as_json:
            loaded = returned.conclude(loaded, lambda reason: take(message=reason))
    if as_json:
        told = returned.as_object(loaded) if isinstance(loaded, Returned) else as_object(loaded)
        output.show_json({**told, "dry_run": dry_run, "curator": who.name})
        _refuse_if_all_left_out(loaded)
        return
    if not isinstance(loaded, Returned):
        _tell(loaded, dry_run=dry_run)
    if loaded.left_out and quarantine:
        _tell_left_out(loaded.left_out, quarantine)
    if save_map and not dry_run:
        output.say(f"Kept the column map {save_map!r}; --use-map reads the next file with it.")
    if who.assumed and loaded.changeset is not None:
        output.remark(
            f"Recorded under your login name, {who.name}; --as NAME or $EVIREG_CURATOR names another curator."
        )
    _refuse_if_all_left_out(loaded)


def _refuse_if_all_left_out(loaded: Loaded | Returned) -> None:
    """End as an import that was refused: no row was good, whatever was handed back."""
    from registry.errors import InputRefused

    if loaded.left_out and loaded.left_out == loaded.rows:
        raise typer.Exit(InputRefused.exit_code)


def _pairs(option: str, given: Sequence[str]) -> dict[str, str]:
    """Read COLUMN=HEADING or COLUMN=VALUE; what follows the first = may hold another."""
    from registry.errors import UsageError

    what, example = {
        "map": ("heading", 'COLUMN=HEADING, such as hr="Hazard ratio"'),
        "set": ("value", "COLUMN=VALUE, such as measure=or"),
    }[option]
    found: dict[str, str] = {}
    for each in given:
        column, sign, text = (part.strip() for part in each.partition("="))
        if not (column and sign and text):
            raise UsageError(f"--{option} {each!r} is no column with a {what}", example)
        if column in found:
            raise UsageError(f"--{option} gives the column {column!r} twice", f"give it one {what}")
        found[column] = text
    return found


def _format(given: str | None) -> str | None:
    from registry.errors import UsageError
    from registry.ingest.files import Format

    if given is None or given.lower() in set(Format):
        return given and given.lower()
    raise UsageError(f"--format {given!r} is no format evireg reads", "one of " + ", ".join(Format))


def as_object(loaded: Loaded) -> dict[str, Any]:
    """Give what an import did as a JSON object."""
    return {
        "file": loaded.file,
        "files": list(loaded.files),
        "rows": loaded.rows,
        "created": loaded.created,
        "unchanged": loaded.unchanged,
        "left_out": loaded.left_out,
        "studies": loaded.studies,
        "cohorts": loaded.cohorts,
        "changeset": loaded.changeset,
        "not_poolable": dict(loaded.not_poolable),
        "declared": [each.name for each in loaded.declared],
        "new_names": {kind: list(names) for kind, names in loaded.new_names.items()},
        "flags": [issue.as_dict() for issue in loaded.flags],
        "flag_counts": dict(loaded.flag_counts),
    }


def _tell_left_out(rows: int, quarantine: str) -> None:
    from cli import output
    from registry.report.prose import count

    told = "what is wrong in red. Corrected, they are imported with"
    output.say(f"{count(rows, 'row')} left out, in {quarantine}: {told}")
    output.say(f"  evireg import {quarantine}")


def _tell(loaded: Loaded, *, dry_run: bool) -> None:
    from cli import output
    from registry.report.prose import count
    from registry.terms import NotPoolable

    what = f"{count(loaded.created, 'new estimate')}, {loaded.unchanged} known already"
    where = f"{count(loaded.cohorts, 'new cohort')} in {count(loaded.studies, 'new study', 'new studies')}"
    start = "Checked, nothing stored" if dry_run else "Imported"
    of = f" of {len(loaded.files)} files" if len(loaded.files) > 1 and not loaded.file.endswith(" files") else ""
    output.say(f"{start}: {loaded.file}, {count(loaded.rows, 'row')}{of}: {what}; {where}.")
    if loaded.declared:
        names = ", ".join(each.name for each in loaded.declared)
        output.say(f"Declared as study characteristics: {names}.")
    for kind, named in loaded.new_names.items():
        if named:
            output.say(f"New {kind}, not known before: {'; '.join(named)}.")
    if loaded.not_poolable:
        reasons = ", ".join(f"{NotPoolable(reason).label} ({n})" for reason, n in loaded.not_poolable.items())
        output.say(f"Stored but not poolable: {reasons}.")
    if sum(loaded.flag_counts.values()) > SHOWN:
        _tell_codes(loaded)
    elif loaded.flags:
        _tell_flags(loaded.flags, several=len(loaded.files) > 1)


def _tell_flags(flags: Sequence[Issue], *, several: bool) -> None:
    from cli import output

    columns = [
        output.Column("Where", keep=9, whole=True),
        output.Column("Column", keep=5, whole=True),
        output.Column("Flag", keep=8, whole=True),
        output.Column("What was found", keep=7),
    ]
    rows = [(_place(flag, several=several), flag.column, flag.code, flag.message) for flag in flags]
    output.show_table(f"Flags and remarks ({len(flags)})", columns, rows, note=_NOTE)


def _tell_codes(loaded: Loaded) -> None:
    """Of many flags say how many there are of each kind, and where the first stands."""
    from cli import output

    columns = [
        output.Column("Number", keep=8, whole=True, right=True),
        output.Column("Flag", keep=9, whole=True),
        output.Column("First", keep=6, whole=True),
        output.Column("What was found there", keep=7),
    ]
    first = {flag.code: flag for flag in reversed(loaded.flags)}
    several = len(loaded.files) > 1
    rows = [
        (number, code, _place(first[code], several=several), first[code].message) if code in first else (number, code)
        for code, number in sorted(loaded.flag_counts.items(), key=lambda each: -each[1])
    ]
    total = sum(loaded.flag_counts.values())
    padded = [(*row, "", "")[:4] for row in rows]
    output.show_table(f"Flags and remarks ({total})", columns, padded, note=f"{_NOTE} --json lists them.")


_NOTE = "Flags travel with the estimates; docs/issues.md explains each."


def _place(issue: Issue, *, several: bool) -> str:
    from pathlib import PurePath

    line = f"line {issue.line}" if issue.line else ""
    where = issue.cell or line
    return ", ".join(filter(None, (PurePath(issue.file).name, where))) if several else where
