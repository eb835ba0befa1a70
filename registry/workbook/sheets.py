"""The sheets of a workbook, drawn with XlsxWriter: the table of estimates, the columns explained, the lists.

Every cell that is not a whole number is text, and its column has the format of text: a spreadsheet then turns no
1.08-2.27 into a date, no 2.10 into 2.1 and no = into a formula.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from registry.access import private_folder
from registry.errors import UsageError
from registry.version import VERSION as ENGINE
from registry.workbook.cells import KEY
from registry.workbook.layout import GROUPS, Field

ESTIMATES, COLUMNS, LISTS = "Estimates", "Columns", "Lists"

#: What a sheet of Excel holds.
MOST_ROWS, LONGEST = 1_048_575, 32_767
#: An input message of Excel: title, text.
_TITLE, _TEXT = 32, 255

#: One colour per group of columns, and one for characteristics.
_COLOURS = ("1F4E79", "2E75B6", "385723", "548235", "7F3F98", "9C5700", "833C0B", "44546A", "5B5B5B")
_GREY, _RED, _LIGHT = "D9D9D9", "FFC7CE", "F2F2F2"
_MADE = {"num_format": "@", "bg_color": f"#{_LIGHT}", "font_color": "#7F7F7F"}
_WHOLE = {"num_format": "0", "align": "right", "indent": 1}

_HOW = (
    "One row of the sheet Estimates is one reported number. Fill in what the source prints, digit by digit.",
    "An empty cell means: not read. It never means no.",
    "Cells with a small arrow offer the words that are taken; the sheet Lists has them all.",
    "Several covariates stand in one cell with semicolons between them: age; ISS.",
    "Save as a workbook (.xlsx) and type: evireg import FILE.xlsx --as YOUR-NAME",
)


class Book:
    """A workbook being written to `place`; a context manager that finishes it."""

    def __init__(self, place: Path, fields: Sequence[Field]) -> None:
        import xlsxwriter

        # Rows wait in files of their own: in a folder nobody else can enter, gone whatever happens.
        self._waiting = ExitStack()
        folder = str(self._waiting.enter_context(private_folder()))
        options = {"constant_memory": True, "tmpdir": folder, "strings_to_formulas": False, "strings_to_urls": False}
        self.book = xlsxwriter.Workbook(str(place), options)
        self.book.set_properties({"title": "Reported estimates", "comments": f"evireg {ENGINE}"})
        self.fields = fields
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.sheet = self.book.add_worksheet(ESTIMATES)

    def __enter__(self) -> Book:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Finish it, also after an error, so that nothing stays open; OSError when it cannot be written."""
        from xlsxwriter.exceptions import FileCreateError

        try:
            with self._waiting:
                self.book.close()
        except FileCreateError as error:
            if kind is None:
                raise OSError(str(error)) from None

    def form(self, **properties: Any) -> Any:
        """Give the cell format of these properties, made once."""
        place = tuple(sorted(properties.items()))
        if place not in self._formats:
            self._formats[place] = self.book.add_format({"valign": "top", **properties})
        return self._formats[place]

    def head(self, headings: Sequence[str], fields: Mapping[str, Field], *, frozen: int = 2) -> None:
        """Lay out the estimates' columns: widths, formats, drop-downs, messages, and the header that stays in sight."""
        sheet = self.sheet
        for position, heading in enumerate(headings):
            field = fields.get(heading)
            width = field.width if field is not None else 26 if heading == KEY else 12
            sheet.set_column(position, position, width, self.look(field))
            if field is not None:
                _offer(sheet, position, field)
        sheet.freeze_panes(1, frozen)
        sheet.set_row(0, 22)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{MOST_ROWS + 1}"})
        for position, heading in enumerate(headings):
            sheet.write_string(0, position, heading, self._header(fields.get(heading)))

    def _header(self, field: Field | None) -> Any:
        if field is None:
            return self.form(bold=True, bg_color=f"#{_GREY}", border=1, valign="vcenter")
        titles = list(GROUPS)
        colour = _COLOURS[titles.index(field.group) if field.group in titles else len(titles)]
        look = {"bold": True, "font_color": "#FFFFFF", "bg_color": f"#{colour}", "border": 1, "valign": "vcenter"}
        return self.form(**look, underline=1) if field.required == "always" else self.form(**look)

    def look(self, field: Field | None, *, red: bool = False) -> Any:
        """Give the format of a cell of this column; None for a column the registry makes or does not know."""
        shape = _MADE if field is None else _WHOLE if field.whole else _text(field)
        return self.form(**{**shape, "bg_color": f"#{_RED}", "font_color": "#9C0006"} if red else shape)

    def row(
        self, number: int, cells: Iterable[str | int | None], looks: Sequence[Any], red: Collection[int] = ()
    ) -> None:
        """Write a row below the header, `number` counting from 1; UsageError for what a sheet cannot hold.

        Empty cells are drawn where they are `red`, by position.
        """
        if number > MOST_ROWS:
            raise UsageError(f"a sheet of Excel holds {MOST_ROWS:,} rows", "export fewer, with --where, or as .csv")
        for position, (value, look) in enumerate(zip(cells, looks, strict=True)):
            if value is None:
                if position in red:
                    self.sheet.write_blank(number, position, None, look)
            elif isinstance(value, int):
                self.sheet.write_number(number, position, value, look)
            elif len(value) > LONGEST:
                message = f"a cell of row {number + 1} has {len(value):,} characters; Excel holds {LONGEST:,}"
                raise UsageError(message, "export as .csv")
            else:
                self.sheet.write_string(number, position, value, look)

    def height(self, number: int, text: str, width: int) -> None:
        """Make a row as high as a text in a column so wide needs; before the row is written."""
        self.sheet.set_row(number, min(15 * _lines(text, width), 400))

    def remark(self, number: int, position: int, text: str) -> None:
        """Put a comment on a cell of a row."""
        size = {"x_scale": 2.2, "y_scale": max(1.0, _lines(text, 44) / 4)}
        self.sheet.write_comment(number, position, text[:LONGEST], {"author": "evireg", **size})

    def explain(self) -> None:
        """Add the sheet that explains each column."""
        sheet = self.book.add_worksheet(COLUMNS)
        plain, bold = self.form(text_wrap=True), self.form(bold=True)
        titles = (("Column", 24), ("Group", 24), ("Must be filled", 30), ("Meaning", 44), ("Unit", 16),
                  ("Words", 60), ("Example", 40))  # fmt: skip
        for position, (_, width) in enumerate(titles):
            sheet.set_column(position, position, width, plain)
        line = 0
        for sentence in _HOW:
            sheet.write_string(line, 0, sentence, self.form())
            line += 1
        line += 1
        for position, (title, _) in enumerate(titles):
            sheet.write_string(line, position, title, self.form(bold=True, bg_color=f"#{_GREY}", border=1))
        sheet.freeze_panes(line + 1, 1)
        for field in self.fields:
            line += 1
            sheet.write_string(line, 0, field.heading, bold)
            told = (field.group, field.required, field.meaning, field.unit, _words(field), field.example)
            sheet.set_row(line, 15 * max(_lines(text, titles[at][1]) for at, text in enumerate(told, 1)))
            for position, text in enumerate(told, 1):
                sheet.write_string(line, position, text, plain)

    def offer_lists(self) -> None:
        """Add the sheet of words the drop-downs offer, one column each, under names of their own."""
        sheet = self.book.add_worksheet(LISTS)
        listed = [field for field in self.fields if field.words]
        for position, field in enumerate(listed):
            sheet.set_column(position, position, 26, self.form(num_format="@"))
            first, last = _cell_name(1, position), _cell_name(len(field.words or ()), position)
            self.book.define_name(_list_name(field), f"={LISTS}!{first}:{last}")
        head, text = self.form(bold=True, bg_color=f"#{_GREY}", border=1), self.form(num_format="@")
        columns = [[field.heading, *(field.words or ())] for field in listed]
        for line in range(max(map(len, columns), default=0)):
            for position, column in enumerate(columns):
                if line < len(column):
                    sheet.write_string(line, position, column[line], text if line else head)
        sheet.freeze_panes(1, 0)


def _text(field: Field) -> dict[str, Any]:
    return {"num_format": "@", "align": "right", "indent": 1} if field.number else {"num_format": "@"}


def _offer(sheet: Any, position: int, field: Field) -> None:
    """Offer the words of a column and say what it means when a cell of it is chosen."""
    told = {"input_title": field.heading[:_TITLE], "input_message": _message(field)[:_TEXT]}
    rule: dict[str, Any] = {"validate": "any", **told}
    if field.words:
        rule = {
            "validate": "list",
            "source": f"={_list_name(field)}",
            "error_type": "warning" if field.open else "stop",
            "error_title": "A new name?" if field.open else "Not a word of this list",
            "error_message": f"{field.heading} has another name here than the registry knows. Keep it if it is new."
            if field.open
            else f"{field.heading} takes the words of its list only; leave it empty when it was not read.",
            **told,
        }
    elif field.whole:
        rule = {
            "validate": "integer",
            "criteria": "between",
            "minimum": 1800 if field.name == "year" else 0,
            "maximum": 2100 if field.name == "year" else 1_000_000_000,
            "error_title": "A whole number",
            "error_message": f"{field.heading} is a whole number; leave it empty when it was not read.",
            **told,
        }
    sheet.data_validation(1, position, MOST_ROWS, position, rule)


def lock(sheet: Any, position: int, rows: int) -> None:
    """Let nobody type into the cells the registry made, without protecting the sheet, which would stop sorting too."""
    if rows:
        rule = {
            "validate": "custom",
            "value": "=FALSE",
            "error_title": "Made by the registry",
            "error_message": "This tells the registry which estimate the row is, and which version of it you saw.",
        }
        sheet.data_validation(1, position, rows, position, rule)


def _message(field: Field) -> str:
    parts = [field.meaning + (f", in {field.unit}" if field.unit else "")]
    if field.required:
        parts.append("Must be filled." if field.required == "always" else f"Needed: {field.required}.")
    if field.example and not field.words:
        parts.append(f"Example: {field.example}")
    return "\n".join(parts)


def _words(field: Field) -> str:
    """Write the words with what each means; of a long open vocabulary only where they stand."""
    if not field.words:
        return ""
    if field.open or len(field.words) > 40:
        return f"those of the list {field.heading} on the sheet {LISTS}" + ("; a new name is taken too" * field.open)
    return "\n".join(f"{word}: {meaning}" if meaning else word for word, meaning in field.words.items())


def _lines(text: str, width: int) -> int:
    """Count the lines a text takes in a column so wide; a spreadsheet that opens a file does not look again."""
    return sum(1 + len(line) // width for line in text.split("\n"))


def _list_name(field: Field) -> str:
    return f"list_{field.heading}"


def _cell_name(line: int, position: int) -> str:
    from xlsxwriter.utility import xl_rowcol_to_cell

    return str(xl_rowcol_to_cell(line, position, row_abs=True, col_abs=True))
