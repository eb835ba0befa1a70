"""Workbooks → rows: what Excel shows, never what it computes, with every trap named by its cell."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from registry.errors import Conflict, InputRefused
from registry.ingest.files import Row, open_table
from registry.ingest.load import load
from registry.issues import Issue
from registry.store import Store
from tests.ingest.conftest import Held

HEAD = ["study_key", "biomarker", "endpoint", "hr", "ci_low", "ci_high"]
GOOD = ["kim", "NLR", "OS", 2.1, 1.4, 3.2]

Change = Callable[[Any], object]
Make = Callable[..., Path]


@pytest.fixture
def book(tmp_path: Path) -> Make:
    """Write a workbook of these rows with openpyxl, changed by a function of its sheet, and give its path."""

    def make(*rows: list[Any], change: Change | None = None, name: str = "rows.xlsx", title: str = "Sheet1") -> Path:
        made = openpyxl.Workbook()
        sheet = made.active
        assert sheet is not None
        sheet.title = title
        for row in rows:
            sheet.append(row)
        if change is not None:
            change(sheet)
        made.save(tmp_path / name)
        made.close()
        return tmp_path / name

    return make


def _cells(path: Path, **how: Any) -> list[list[str]]:
    return [row.cells for row in open_table(path, **how).rows() if isinstance(row, Row)]


def _refused(store: Store, path: Path, **options: Any) -> list[Issue]:
    with pytest.raises(InputRefused, match="was not imported") as refused:
        load(store, path, curator="ada", **options)
    return list(refused.value.issues)


def _set(cell: str, value: Any, shown: str | None = None) -> Change:
    def change(sheet: Any) -> None:
        sheet[cell] = value
        if shown is not None:
            sheet[cell].number_format = shown

    return change


def test_a_workbook_is_stored_like_a_text_file(store: Store, book: Make) -> None:
    """The same rows as CSV are known already, digit for digit."""
    path = book([*HEAD, "n"], [*GOOD, 190])
    loaded = load(store, path, curator="ada")
    assert (loaded.created, loaded.unchanged) == (1, 0)
    same = path.with_suffix(".csv")
    same.write_text("study_key,biomarker,endpoint,hr,ci_low,ci_high,n\nkim,NLR,OS,2.1,1.4,3.2,190\n")
    assert load(store, same, curator="ada").changeset is None


@pytest.mark.parametrize(
    ("value", "shown", "text"),
    [
        (2.1500000000000004, "General", "2.15"),
        (0.1 + 0.2, "General", "0.3"),
        (2.1, "0.00", "2.10"),
        (1.8, "0.00_);[Red]\\(0.00\\)", "1.80"),
        (1.8, '_-* #,##0.00_-;\\-* #,##0.00_-;_-* "-"??_-;_-@_-', "1.80"),
        (1.8, '"HR "0.00', "1.80"),
        (1.8, "[$-409]0.00", "1.80"),
        (1.8, "0.0##", "1.8"),
        (1.8, '[<0.001]"<0.001";0.000', "1.8"),
        (2, "0.00", "2.00"),
        (2.154, "0.00", "2.154"),
        (1077, "#,##0", "1077"),
        (1077, "General", "1077"),
        (0.95, "0%", "95%"),
        (0.955, "0%", "95.5%"),
        (0.00001, "General", "0.00001"),
        (1.5e-9, "0.00E+00", "0.0000000015"),
        (1e300, "General", "1e+300"),
        (-0.11, "General", "-0.11"),
        (123456789012345, "General", "123456789012345"),
        ("2.10", "General", "2.10"),
        ("=not a formula", "@", "=not a formula"),
        ("a_x000D_b", "General", "a\rb"),
    ],
)
def test_a_number_is_written_as_excel_shows_it(book: Make, value: Any, shown: str, text: str) -> None:
    """Noise beyond 15 digits is gone, zeros that are shown are kept, and digits that are hidden are written."""

    def change(sheet: Any) -> None:
        _set("A2", value, shown)(sheet)
        if isinstance(value, str):
            sheet["A2"].data_type = "s"

    assert _cells(book(["a", "b"], [None, "x"], change=change)) == [[text, "x"]]


@pytest.mark.parametrize(
    ("cell", "value", "shown", "code"),
    [
        ("D3", datetime(2024, 1, 8), "d-mmm", "excel-date"),
        ("A3", date(2024, 2, 1), "d-mmm", "excel-date"),
        ("D3", "=EXP(0.42)", None, "formula"),
        ("E3", "#REF!", None, "cell-error"),
        ("E3", "#N/A", None, "cell-error"),
        ("C3", True, None, "truth-value"),
        ("F3", "3,200", None, "thousands-separator"),
        ("F3", 0.5, "0%", "percent-sign"),
    ],
)
def test_a_trap_is_named_by_its_cell(  # noqa: PLR0917 - what is parametrized
    sqlite_store: Store, book: Make, cell: str, value: Any, shown: str | None, code: str
) -> None:
    """What is no plain number or text is refused with the one fault there is, and the cell as Excel names it."""
    path = book(HEAD, GOOD, ["lee", *GOOD[1:]], change=_set(cell, value, shown))
    (issue,) = _refused(sqlite_store, path)
    assert (issue.code, issue.cell, issue.line) == (code, f"Sheet1!{cell}", 3)
    assert issue.column == HEAD["ABCDEF".index(cell[0])]
    assert f"rows.xlsx:Sheet1!{cell}:" in str(issue)
    assert issue.expected


def test_a_date_is_no_number_and_says_what_excel_did(sqlite_store: Store, book: Make) -> None:
    """1-2 typed into a cell is a date by now; the message says so in plain words."""
    (issue,) = _refused(sqlite_store, book(HEAD, GOOD, change=_set("D2", date(2024, 1, 2), "d-mmm")))
    assert "Excel has turned this into a date (2024-01-02)" in issue.message
    assert "as Text" in issue.expected


def test_a_date_is_taken_where_dates_belong(store: Store, book: Make) -> None:
    """Recruitment may be dates of Excel; one that shows a month only is a month only."""
    path = book([*HEAD, "recruited_from", "recruited_to"], [*GOOD, date(2015, 3, 1), date(2017, 6, 30)],
                change=lambda sheet: setattr(sheet["G2"], "number_format", "mmm-yy"))  # fmt: skip
    load(store, path, curator="ada")
    with store.read() as connection:
        row = connection.exec_driver_sql("SELECT recruited_from, recruited_to FROM evidence").one()
    assert tuple(row) == ("2015-03", "2017-06-30")


def test_a_formula_is_refused_whatever_was_computed_before(sqlite_store: Store, tmp_path: Path) -> None:
    """A value that is cached beside a formula is not trusted: XlsxWriter writes one, openpyxl does not."""
    import xlsxwriter

    path = tmp_path / "cached.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("Table 2")
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, GOOD[:3])
        sheet.write_formula(1, 3, "=EXP(0.74)", None, 2.1)
        sheet.write_row(1, 4, GOOD[4:])
    (issue,) = _refused(sqlite_store, path)
    assert (issue.code, issue.cell, issue.value) == ("formula", "Table 2!D2", "=EXP(0.74)")


def test_what_stands_in_an_ignored_column_is_no_matter(sqlite_store: Store, book: Make) -> None:
    """A helper column of formulas may be left out."""
    path = book([*HEAD, "helper"], [*GOOD, "=D2*2"])
    assert load(sqlite_store, path, curator="ada", ignore=["helper"]).created == 1


def test_merged_cells_have_one_value(sqlite_store: Store, book: Make) -> None:
    """A study merged over its rows leaves the others without one, and each is named."""
    path = book(HEAD, GOOD, [None, "NLR", "PFS", 2, 1, 3], [None, "NLR", "DFS", 2, 1, 3],
                change=lambda sheet: sheet.merge_cells("A2:A4"))  # fmt: skip
    issues = _refused(sqlite_store, path)
    assert [(issue.code, issue.cell) for issue in issues] == [
        ("merged-cells", "Sheet1!A3"),
        ("merged-cells", "Sheet1!A4"),
    ]
    assert "merged with A2" in issues[0].message


def test_hidden_rows_and_columns_are_read_and_told(sqlite_store: Store, book: Make) -> None:
    """What a filter hides is evidence all the same."""

    def hide(sheet: Any) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["F"].hidden = True

    loaded = load(sqlite_store, book(HEAD, GOOD, ["lee", *GOOD[1:]], change=hide), curator="ada")
    assert loaded.created == 2
    told = [issue.message for issue in loaded.flags if issue.code == "hidden"]
    assert told == ["hidden rows are read like any other: 3", "hidden columns are read like any other: F"]


def test_empty_columns_and_rows_say_nothing(sqlite_store: Store, book: Make) -> None:
    """Formatting left behind to the right and below, and a column without heading or value, are passed over."""

    def leave(sheet: Any) -> None:
        sheet["Z50"].number_format = "0.00"
        sheet["XFD9"] = "  "

    path = book([None, *HEAD, None], [None, *GOOD, None], [], [None, "lee", *GOOD[1:]], change=leave)
    loaded = load(sqlite_store, path, curator="ada")
    assert (loaded.rows, loaded.created) == (2, 2)


def test_a_value_outside_the_table_is_named(sqlite_store: Store, book: Make) -> None:
    """A value beside the table, under no heading, is not lost in silence."""
    (issue,) = _refused(sqlite_store, book(HEAD, GOOD, change=_set("H2", "see text")))
    assert (issue.code, issue.cell, issue.value) == ("column-unnamed", "Sheet1!H2", "see text")


def test_headings_below_a_title_are_found(sqlite_store: Store, book: Make) -> None:
    """A title above the headings is named, and where the headings stand."""
    path = book(["Table 2. Univariate analysis"], [], HEAD, GOOD, change=lambda sheet: sheet.merge_cells("A1:F1"))
    (issue,) = _refused(sqlite_store, path)
    assert issue.code == "header-place"
    assert "the headings stand in row 3; above them stands 'Table 2. Univariate analysis'" in issue.message


def test_a_heading_twice_is_refused(sqlite_store: Store, book: Make) -> None:
    """Two columns of one heading cannot be told apart; the second is named by its heading."""
    issues = _refused(sqlite_store, book([*HEAD, "HR"], [*GOOD, 2.3]))
    assert [(issue.code, issue.column) for issue in issues] == [("column-repeated", "HR")]


def test_a_sheet_is_chosen_by_name(sqlite_store: Store, book: Make) -> None:
    """Without a name the first sheet that is not hidden is read, and said; Estimates goes before all."""

    def others(sheet: Any) -> None:
        made = sheet.parent
        sheet.sheet_state = "hidden"
        for title, study in (("Table 2", "wu"), ("Table 3", "xu")):
            new = made.create_sheet(title)
            new.append(HEAD)
            new.append([study, *GOOD[1:]])

    path = book(HEAD, GOOD, change=others)
    assert _cells(path)[0][0] == "wu"
    assert _cells(path, sheet="table 3")[0][0] == "xu"
    assert _cells(path, sheet="Sheet1")[0][0] == "kim"
    loaded = load(sqlite_store, path, curator="ada", dry_run=True)
    assert [issue.message for issue in loaded.flags if issue.code == "sheet-chosen"] == [
        "the sheet 'Table 2' was read, not 'Table 3'"
    ]
    (issue,) = _refused(sqlite_store, path, sheet="Tabel 2")
    assert (issue.code, issue.message) == ("sheet-unknown", "there is no sheet 'Tabel 2' (is it 'Table 2'?)")
    named = book(HEAD, GOOD, change=lambda sheet: sheet.parent.create_sheet("Estimates").append(HEAD))
    assert open_table(named).sheet == "Estimates"


def test_what_contradicts_the_registry_is_named_by_cell_and_heading(sqlite_store: Store, book: Make) -> None:
    """A conflict points at the cell, under the heading the file has."""
    load(sqlite_store, book(HEAD, GOOD), curator="ada")
    other = book(
        ["study_key", "biomarker", "endpoint", "Hazard ratio", "ci_low", "ci_high"], ["kim", "NLR", "OS", 2.3, 1.4, 3.2]
    )
    with pytest.raises(Conflict, match=r"rows\.xlsx:Sheet1!D2:Hazard ratio: conflict"):
        load(sqlite_store, other, curator="ada", mapping={"hr": "hazard ratio"})


@pytest.mark.parametrize(
    ("member", "content", "said"),
    [
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet", "OpenDocument spreadsheet"),
        ("xl/workbook.bin", b"", "binary Excel workbook"),
        ("word/document.xml", b"", "a Word document"),
        ("readme.txt", b"hello", "a zip archive"),
    ],
)
def test_other_archives_are_named(sqlite_store: Store, tmp_path: Path, member: str, content: bytes, said: str) -> None:
    """What looks like a workbook from outside is named for what it is, with what to do."""
    path = tmp_path / "rows.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, content)
    (issue,) = _refused(sqlite_store, path)
    assert issue.code == "file-kind"
    assert said in issue.message
    assert issue.expected


def _repacked(path: Path, member: str, content: bytes) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {**parts, member: content}.items():
            archive.writestr(name, part)


SHEET = "xl/worksheets/sheet1.xml"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(sqlite_store: Store, book: Make) -> None:
    """A workbook that unpacks to hundreds of times its size is not opened."""
    path = book(HEAD, GOOD)
    _repacked(path, "xl/media/image1.bin", bytes(120_000_000))
    (issue,) = _refused(sqlite_store, path)
    assert issue.code == "file-too-large"


@pytest.mark.parametrize(
    "content",
    [
        b"<worksheet><sheetData><row r='999999999999'><c r='A1'><v>1</v></c></row></sheetData></worksheet>",
        b"<worksheet><sheetData><row r='1'>",
        b"not XML",
        b"",
        b"<!DOCTYPE lolz [<!ENTITY a 'aaaaaaaaaa'>"
        + b"".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>".encode() for n in range(9))
        + b"]><worksheet><sheetData><row r='1'><c r='A1' t='str'><v>&j;</v></c></row></sheetData></worksheet>",
    ],
    ids=["row beyond the last", "cut off", "no XML", "nothing", "a billion laughs"],
)
def test_a_hostile_or_damaged_sheet_is_refused(sqlite_store: Store, held: Held, book: Make, content: bytes) -> None:
    """Whatever stands in a part of the workbook, the file is refused and nothing is stored."""
    path = book(HEAD, GOOD)
    _repacked(path, SHEET, content)
    before = held(sqlite_store)
    assert _refused(sqlite_store, path)[0].code in ("file-kind", "file-empty")
    assert held(sqlite_store) == before


def test_macros_and_links_are_passed_over(sqlite_store: Store, book: Make) -> None:
    """What a workbook carries beside its cells is never opened."""
    path = book(HEAD, GOOD)
    _repacked(path, "xl/vbaProject.bin", b"macro")
    _repacked(path, "xl/externalLinks/externalLink1.xml", b"<broken")
    assert load(sqlite_store, path, curator="ada").created == 1
