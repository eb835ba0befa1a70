"""Files → raw rows: exact physical lines, and a refusal for everything that cannot be read as it was meant."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from registry.errors import InputRefused
from registry.ingest.files import Row, open_table
from registry.issues import Issue

Write = Callable[[str | bytes], Path]


def _found(path: Path) -> list[tuple[int, object]]:
    return [(each.line, each.cells if isinstance(each, Row) else each.code) for each in open_table(path).rows()]


def _refusal(path: Path | str) -> Issue:
    with pytest.raises(InputRefused, match="was not imported") as refused:
        list(open_table(path).rows())
    assert len(refused.value.issues) == 1
    return refused.value.issues[0]


def test_a_row_starts_on_its_physical_line(write: Write) -> None:
    """Lines are counted as an editor shows them, through quoted line breaks and blank lines, from the header's 1."""
    path = write('a,b\n1,"two\nlines"\n\n3,"three\n\nlines"\n5,6\n')
    assert _found(path) == [(2, ["1", "two\nlines"]), (5, ["3", "three\n\nlines"]), (8, ["5", "6"])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(write: Write, end: str) -> None:
    """Unix, Windows and old Macintosh line ends give the same rows on the same lines; the last end may be missing."""
    path = write(end.join(["a,b", '1,"x', 'y"', "2,3"]))
    assert [(line, cells[0]) for line, cells in _found(path)] == [(2, "1"), (4, "2")]  # type: ignore[index]


def test_a_byte_order_mark_is_no_part_of_the_header(write: Write) -> None:
    """UTF-8 with a byte order mark, as spreadsheets write it, reads like UTF-8 without."""
    table = open_table(write(b"\xef\xbb\xbfa,b\n\xc3\xa9,2\n"))
    assert (table.header, list(table.rows())) == (("a", "b"), [Row(2, ["é", "2"])])


def test_a_table_is_read_anew_at_each_call(write: Write) -> None:
    """Rows can be read as often as needed."""
    table = open_table(write("a,b\n1,2\n"))
    assert list(table.rows()) == list(table.rows()) == [Row(2, ["1", "2"])]


def test_blank_rows_say_nothing(write: Write) -> None:
    """Empty lines and rows of blank cells, which spreadsheets leave behind, are passed over."""
    assert _found(write("a,b\n,\n  , \n\n1,2\n,\n")) == [(5, ["1", "2"])]


def test_a_ragged_row_is_named_with_both_widths(write: Write) -> None:
    """A row of another width than the header is an issue of its own and does not hide the rows below it."""
    path = write("a,b,c\n1,2\n1,2,3\n1,2,3,4\n")
    first, row, last = list(open_table(path).rows())
    assert isinstance(first, Issue)
    assert isinstance(last, Issue)
    assert str(first) == f"{path}:2: row-ragged: {first.message}; expected {first.expected}"
    assert first.message == "the row has 2 cells, the header 3"
    assert (row, last.message) == (Row(3, ["1", "2", "3"]), "the row has 4 cells, the header 3")


def test_a_nul_byte_is_found_on_its_line(write: Write) -> None:
    """NUL bytes are named by line; the rows around them are still read."""
    path = write(b'a,b\n1,2\n"x\ny",O\0S\n3,4\n')
    assert _found(path) == [(2, ["1", "2"]), (4, "nul-byte"), (5, ["3", "4"])]


@pytest.mark.parametrize(
    ("before", "line"), [(b"a,b\n", 2), (b"a,b\r\n1,2\r\n", 3), (b"a,b\r1,2\r", 3), (b"a,b\n" + b"1,2\n" * 5000, 5002)]
)
def test_a_byte_that_is_not_utf8_is_found(write: Write, before: bytes, line: int) -> None:
    """The issue gives the byte, its line and what it is in Windows-1252, however far into the file it stands."""
    issues = []
    try:
        issues = [each for each in open_table(write(before + b"Andr\xe9,2\n")).rows() if isinstance(each, Issue)]
    except InputRefused as refused:
        issues = list(refused.issues)
    assert [(issue.code, issue.line, issue.value) for issue in issues] == [("encoding", line, "0xE9")]
    assert "'é'" in issues[0].message
    assert "save the file as CSV UTF-8" in issues[0].expected


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", "file-empty", "no header and no row"),
        (b"\n\n  \n", "file-empty", "no header and no row"),
        (b"\xef\xbb\xbf", "file-empty", "no header and no row"),
        (b"a|b|c\n1|2|3\n", "file-kind", "separated by vertical bars"),
        (b"a,b;c\n1,2;3\n", "file-kind", "cannot be told"),
        (b"PK\x03\x04rest", "file-kind", "a damaged workbook"),
        (b"\xd0\xcf\x11\xe0rest", "file-kind", "an old Excel workbook (.xls)"),
        (b"<html><table><tr>", "file-kind", "a web page"),
        (b"\xff\xfea\x00,\x00b", "encoding", "no whole UTF-16"),
        (b"a\0,b\n", "nul-byte", "NUL"),
    ],
)
def test_what_is_no_table_is_refused(write: Write, content: bytes, code: str, said: str) -> None:
    """A file of another kind is refused at once and named for what it is."""
    issue = _refusal(write(content))
    assert issue.code == code
    assert said in issue.message


def test_a_path_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """A missing file, a folder, a pipe and an impossible name are refused with the reason."""
    os.mkfifo(tmp_path / "pipe")
    said = [_refusal(path).message for path in (tmp_path / "none.csv", tmp_path, tmp_path / "pipe", "a\0b")]
    assert [issue.split(":")[0] for issue in said] == [
        "cannot read it",
        "this is a folder",
        "this is no regular file",
        "cannot read it",
    ]


def test_a_stray_quotation_mark_is_found_on_its_line(write: Write) -> None:
    """Text beside a quoted cell is an issue of its row; the rows below are still read."""
    assert _found(write('a,b\n"high" group,2\n3,4\n')) == [(2, "quoting"), (3, ["3", "4"])]


def test_a_quotation_mark_never_closed_ends_the_reading(write: Write) -> None:
    """The issue stands where the cell opens, and says that nothing below was read."""
    path = write('a,b\n1,2\n"open,4\n5,6\n')
    issue = list(open_table(path).rows())[-1]
    assert isinstance(issue, Issue)
    assert (issue.code, issue.line) == ("quoting", 3)
    assert "never closed; nothing below was read" in issue.message


def test_a_giant_cell_is_refused(write: Write) -> None:
    """A cell beyond what a reader of CSV takes is most likely an open quotation mark, and said to be one."""
    path = write('a,b\n"' + "x" * 140_000 + '",2\n')
    issue = next(open_table(path).rows())
    assert isinstance(issue, Issue)
    assert "131,072 characters" in issue.message
