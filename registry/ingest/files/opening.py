"""From what a curator names – a file, several, a folder, a stream – to tables."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, NamedTuple

from registry.errors import UsageError
from registry.ingest.files.delimited import open_delimited
from registry.ingest.files.jsonl import open_jsonl
from registry.ingest.files.kinds import EXPECTED, SUFFIXES, Format, kind_of
from registry.ingest.files.table import Table, blank_columns, refused
from registry.ingest.files.workbook import open_workbook
from registry.issues import Issue

#: What can be imported: a path, `-` for stdin, an open file, a table that is open, or several of these.
Source = str | Path | Table | IO[Any] | Sequence[Any]


def open_table(
    path: str | Path,
    *,
    name: str | None = None,
    format: Format | str | None = None,  # noqa: A002 - the word of the option
    sheet: str | None = None,
    encoding: str | None = None,
) -> Table:
    """Open one file as a table; raise InputRefused when there is none to read.

    `name` is how issues call the file, `format` settles what is not seen from it, `sheet` names a worksheet,
    `encoding` that of a text file.
    """
    file, place = name or str(path), Path(path)
    kind = kind_of(file, place, None if format is None else Format(format))
    if sheet is not None and kind is not Format.XLSX:
        message = f"there is no sheet {sheet!r}: a text file has none"
        raise refused(Issue("sheet-unknown", message, file=file, expected="an Excel workbook, or no --sheet"))
    if kind is Format.XLSX:
        table = open_workbook(file, place, sheet)
    elif kind is Format.JSONL:
        table = open_jsonl(file, place, encoding)
    else:
        table = open_delimited(file, place, encoding, tabs=kind is Format.TSV)
    return replace(table, blank=blank_columns(table.header, table.rows))


class Opened(NamedTuple):
    """Everything a curator named, opened: the name of it all, and its tables."""

    name: str
    tables: list[Table]


@contextmanager
def opened(source: Source | Opened, **how: Any) -> Iterator[Opened]:
    """Open everything a curator names, with the name of it all; `how` is that of `open_table`.

    A folder means its files in the order of their names; what evireg does not read there is a remark. Streams are
    copied to a temporary file first, for a table is read more than once.
    """
    with ExitStack() as stack:
        if isinstance(source, Opened):
            yield source
        elif isinstance(source, Sequence) and not isinstance(source, str):
            tables = [table for each in source for table in _tables(each, stack, how)]
            if not tables:
                raise UsageError("there is no file to import", "name one")
            yield Opened(tables[0].file if len(tables) == 1 else f"{len(tables)} files", tables)
        else:
            yield Opened(_named(source), _tables(source, stack, how))


def _named(source: Any) -> str:
    if isinstance(source, Table):
        return source.file
    if hasattr(source, "read"):
        name = getattr(source, "name", None)
        return name if isinstance(name, str) else "stream"
    return "stdin" if source == "-" else str(source)


def _tables(source: Any, stack: ExitStack, how: dict[str, Any]) -> list[Table]:
    name = _named(source)
    if isinstance(source, Table):
        return [source]
    if hasattr(source, "read") or source == "-":
        stream = sys.stdin.buffer if source == "-" else source
        return [open_table(_copied(stream, stack), name=name, **how)]
    try:
        folder = Path(source).is_dir()
    except ValueError:
        folder = False
    return _of_folder(Path(source), how) if folder else [open_table(source, **how)]


def _copied(stream: IO[Any], stack: ExitStack) -> Path:
    path = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="evireg-")), "stream")
    with path.open("wb") as copy:
        while piece := stream.read(1 << 20):
            copy.write(piece.encode() if isinstance(piece, str) else piece)
    return path


def _of_folder(folder: Path, how: dict[str, Any]) -> list[Table]:
    # ~$ begins the file that Excel keeps beside a workbook that is open
    found = sorted(path for path in folder.iterdir() if not path.name.startswith((".", "~$")))
    taken = [path for path in found if path.suffix.lower() in SUFFIXES and path.is_file()]
    if not taken:
        raise refused(Issue("folder-empty", "the folder holds no file to import", file=str(folder), expected=EXPECTED))
    tables = [open_table(path, **how) for path in taken]
    passed = tuple(
        Issue("file-passed-over", f"{path.name} was not read", "flag", str(path), expected=EXPECTED)
        for path in found
        if path not in taken
    )
    return [replace(tables[0], remarks=(*passed, *tables[0].remarks)), *tables[1:]]
