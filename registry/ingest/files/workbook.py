"""Excel workbooks → rows: values as Excel shows them, formulas never computed, nothing outside the workbook opened."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from registry.errors import EviregError, InputRefused
from registry.ingest.files.archive import Layout, layout_of, refuse_bombs
from registry.ingest.files.cells import Cells
from registry.ingest.files.table import Row, Table, letters, refused
from registry.ingest.issues import Problem
from registry.issues import Issue

#: The sheet of a workbook that evireg made.
ESTIMATES = "Estimates"
#: Cells that are looked at, empty ones included.
MOST_CELLS = 100_000_000
#: Rows read at once: what openpyxl warns of is silenced around them.
_BATCH = 200
LOOKED_AT = 20


def open_workbook(file: str, path: Path, sheet: str | None) -> Table:
    """Open a worksheet as a table: the one named, else Estimates, else the first that is not hidden."""
    refuse_bombs(file, path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            chosen, part, others = _choose(file, path, sheet)
            layout = layout_of(path, part)
    except EviregError:
        raise
    except Exception as error:  # whatever a damaged workbook makes the libraries raise
        raise refused(_damaged(file, error)) from None
    read = partial(_lines, file, path, chosen, layout)
    top = list(islice(read(), LOOKED_AT))
    header = next(iter(top), None)
    if isinstance(header, Issue):
        raise refused(header)
    if header is None:
        message = f"the sheet {chosen!r} holds no header and no row"
        raise refused(Issue("file-empty", message, file=file, expected=_or_another(others)))
    for position, fault in header.faults.items():
        if fault.code == "merged-cells":  # a heading that is missing, if it is not a title above the headings
            continue
        message = f"the heading {header.cells[position]!r} cannot be taken: {fault.message}"
        place = f"{chosen}!{letters(position)}{header.line}"
        raise refused(Issue(fault.code, message, "error", file, header.line, "", "", fault.expected, place))
    names = tuple(header.cells)
    return Table(
        file,
        names,
        lambda: _rows(file, chosen, read(), len(names)),
        line=header.line,
        sheet=chosen,
        top=tuple(row for row in top if isinstance(row, Row)),
        remarks=tuple(_told(file, chosen, others, layout, len(names))),
        lines=lambda: layout.rows,
    )


def _damaged(file: str, error: Exception) -> Issue:
    message = f"the workbook is damaged, or none ({type(error).__name__}: {str(error)[:100]})"
    return Issue("file-kind", message, file=file, expected="a workbook that Excel opens, saved again as .xlsx")


@contextmanager
def _book(path: Path) -> Iterator[Any]:
    import openpyxl

    with path.open("rb") as file:  # a file of ours is closed even when openpyxl gives up half-way
        book = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
        try:
            yield book
        finally:
            book.close()


def _choose(file: str, path: Path, wanted: str | None) -> tuple[str, str, list[str]]:
    """Give the name of the sheet, its part of the archive, and the names of the others."""
    with _book(path) as book:
        sheets = {each.title: each for each in book.worksheets}
        if not sheets:
            raise refused(Issue("file-empty", "the workbook has no worksheet", file=file, expected="a table"))
        shown = [name for name, each in sheets.items() if each.sheet_state == "visible"] or list(sheets)
        if wanted is None:
            chosen = ESTIMATES if ESTIMATES in sheets else shown[0]
        else:
            chosen = _named(file, wanted, list(sheets))
        others = [name for name in shown if name != chosen]
        return chosen, sheets[chosen]._worksheet_path, others  # noqa: SLF001 - openpyxl tells it nowhere else


def _named(file: str, wanted: str, names: list[str]) -> str:
    folded = {name.strip().casefold(): name for name in names}
    found = folded.get(wanted.strip().casefold())
    if found is not None:
        return found
    near = get_close_matches(wanted.casefold(), list(folded), n=1, cutoff=0.6)
    message = f"there is no sheet {wanted!r}" + (f" (is it {folded[near[0]]!r}?)" if near else "")
    raise refused(Issue("sheet-unknown", message, file=file, expected="one of " + ", ".join(names)))


def _told(file: str, sheet: str, others: list[str], layout: Layout, width: int) -> Iterator[Issue]:
    if others and sheet != ESTIMATES:
        message = f"the sheet {sheet!r} was read, not {', '.join(map(repr, others))}"
        yield Issue("sheet-chosen", message, "flag", file, expected="--sheet NAME reads another")
    columns = [position for position in layout.hidden_columns if position < width]
    for what, hidden, name in (("rows", layout.hidden_rows, str), ("columns", columns, letters)):
        if hidden:
            some = ", ".join(map(name, hidden[:5])) + (f" and {len(hidden) - 5} more" if len(hidden) > 5 else "")
            message = f"hidden {what} are read like any other: {some}"
            yield Issue("hidden", message, "flag", file, expected=f"nothing, or delete the hidden {what}")


def _or_another(others: list[str]) -> str:
    return f"a table; --sheet NAME reads another sheet: {', '.join(others)}" if others else "a table"


def _rows(file: str, sheet: str, found: Iterator[Row | Issue], width: int) -> Iterator[Row | Issue]:
    next(found, None)
    for row in found:
        if isinstance(row, Issue) or len(row.cells) == width:
            yield row
        elif len(row.cells) < width:
            yield row._replace(cells=row.cells + [""] * (width - len(row.cells)))
        else:
            beyond = next(at for at in range(len(row.cells) - 1, -1, -1) if row.cells[at])
            value, place = row.cells[beyond][:80], f"{sheet}!{letters(beyond)}{row.line}"
            message, expected = "the cell stands outside the table: its column has no heading", "a heading, or no value"
            yield Issue("column-unnamed", message, "error", file, row.line, "", value, expected, place)


def _lines(file: str, path: Path, sheet: str, layout: Layout) -> Iterator[Row | Issue]:
    """Yield every row that holds a value, the header included, without the empty cells at its end."""
    cells, seen = Cells(), 0
    try:
        with _book(path) as book:
            chosen = book[sheet]
            chosen.reset_dimensions()  # what a workbook says of its own size is often wrong
            for line, given in enumerate(_batched(chosen.iter_rows()), 1):
                seen += len(given)
                if seen > MOST_CELLS:
                    message = f"the sheet has more than {MOST_CELLS:,} cells; the rows below were not read"
                    yield Issue("file-too-large", message, file=file, line=line, expected="the table alone")
                    return
                row = _row(line, given, cells, layout.merged.get(line, {}))
                if row is not None:
                    yield row
    except InputRefused:
        raise
    except Exception as error:  # whatever a damaged workbook makes the libraries raise
        yield _damaged(file, error)


def _row(line: int, given: tuple[Any, ...], cells: Cells, merged: dict[int, str]) -> Row | None:
    texts: list[str] = []
    faults: dict[int, Problem] = {}
    for at, cell in enumerate(given):
        text, fault = cells.read(cell)
        texts.append(text)
        if fault is not None:
            faults[at] = fault
    while texts and not texts[-1].strip():
        texts.pop()
    if not texts:
        return None
    for at, first in merged.items():
        expected = "every value in a cell of its own: unmerge them and fill the cells"
        faults[at] = Problem("merged-cells", f"the cell is merged with {first}, which alone has a value", expected)
    return Row(line, texts, faults)


def _batched(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Yield rows one by one, silencing the library's warnings only while it is at work."""
    found = iter(rows)
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            batch = list(islice(found, _BATCH))
        if not batch:
            return
        yield from batch
