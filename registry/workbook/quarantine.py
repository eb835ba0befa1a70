"""The rows an import could not take, in a workbook: what is wrong in red, and why in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from registry.columns import BY_INPUT
from registry.ingest.aside import WHY, LeftOut
from registry.ingest.header import folded_heading
from registry.issues import Issue
from registry.workbook.files import replacing
from registry.workbook.layout import Field
from registry.workbook.sheets import Book

#: Characters the column that says why is wide.
_WHY_WIDTH = 60


def quarantine(
    path: Path, rows: Sequence[LeftOut], fields: Sequence[Field], mapping: Mapping[str, str] | None = None
) -> None:
    """Write the rows with the headings they had, what is wrong in each under `Why`; importing the file tries them anew.

    `mapping` gives columns of the layout the heading they have in the rows' files. StoreError when it cannot be
    written.
    """
    headings = list(dict.fromkeys(heading for row in rows for heading in _headings(row)))
    known = _known(headings, fields, mapping or {})
    with replacing(path) as temporary, Book(temporary, fields) as book:
        book.head([WHY, *headings], known)
        book.sheet.set_column(0, 0, _WHY_WIDTH)
        for number, row in enumerate(rows, 1):
            _write(book, number, row, headings, known)
        book.explain()
        book.offer_lists()


def _headings(row: LeftOut) -> list[str]:
    names = [name.strip() for name in row.table.header]
    return [name for at, name in enumerate(names) if at not in row.table.blank and name != WHY]


def _known(headings: Iterable[str], fields: Sequence[Field], mapping: Mapping[str, str]) -> dict[str, Field]:
    """Find the field each heading means."""
    of_name = {field.name.casefold(): field for field in fields}
    meant = {folded_heading(heading): name for name, heading in mapping.items()}
    found = {}
    for heading in headings:
        name = meant.get(folded_heading(heading), heading).casefold()
        field = of_name.get(BY_INPUT[name].name if name in BY_INPUT else name)
        if field is not None:
            found[heading] = field
    return found


def _write(book: Book, number: int, left: LeftOut, headings: Sequence[str], known: Mapping[str, Field]) -> None:
    wrong: dict[str, list[str]] = {}
    for issue in left.issues:
        wrong.setdefault(issue.column.strip(), []).append(_sentence(issue))
    cells = _cells(left)
    why = _why(left)
    texts: list[str | int | None] = [why]
    looks = [book.form(text_wrap=True, num_format="@")]
    for at, heading in enumerate(headings, 1):
        field = known.get(heading)
        text = cells.get(heading, "")
        red = heading in wrong
        if red:
            book.remark(number, at, "\n\n".join(wrong[heading]))
        whole = field is not None and field.whole and text.isascii() and text.isdecimal() and len(text) < 16
        texts.append(int(text) if whole else text or None)
        looks.append(book.look(field, red=red))
    book.height(number, why, _WHY_WIDTH)
    book.row(number, texts, looks, red={at for at, heading in enumerate(headings, 1) if heading in wrong})


def _cells(left: LeftOut) -> dict[str, str]:
    if left.row is None:
        return {}
    return {name.strip(): text.strip() for name, text in zip(left.table.header, left.row.cells, strict=True)}


def _why(left: LeftOut) -> str:
    """Say where the row stood and what is wrong with it, column by column."""
    told = [f"Line {left.line} of {Path(left.table.file).name}"]
    told += [f"{issue.column}: {_sentence(issue)}" if issue.column else _sentence(issue) for issue in left.issues]
    if left.row is None:
        told.append(f"The row could not be split into cells; it begins: {left.issues[0].value}")
    return "\n".join(told)


def _sentence(issue: Issue) -> str:
    return f"{issue.message}. Expected: {issue.expected}." if issue.expected else f"{issue.message}."
