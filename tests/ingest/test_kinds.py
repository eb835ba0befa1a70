"""TSV, semicolons, JSON lines, encodings, folders and streams: what a curator brings is told apart and read."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry.errors import InputRefused, UsageError
from registry.escaping import escaped
from registry.ingest.files import Row, open_table
from registry.ingest.load import load
from registry.issues import Issue
from registry.store import Store
from tests.ingest.conftest import Held

Write = Callable[..., Path]

HEAD = "study_key,biomarker,endpoint,hr\n"


def _rows(path: Path, **how: Any) -> list[tuple[int, object]]:
    return [(each.line, each.cells if isinstance(each, Row) else each.code) for each in open_table(path, **how).rows()]


def _refusal(path: Path, **how: Any) -> Issue:
    with pytest.raises(InputRefused, match="was not imported") as refused:
        open_table(path, **how)
    return refused.value.issues[0]


@pytest.mark.parametrize(
    ("content", "header", "cells"),
    [
        ("a;b\n2,15;x\n", ("a", "b"), ["2,15", "x"]),
        ("a\tb\n2,15\tx;y\n", ("a", "b"), ["2,15", "x;y"]),
        ('"a;b",c\n1,"x;y"\n', ("a;b", "c"), ["1", "x;y"]),
        ("a,b;c\n1;2\n", ("a,b", "c"), ["1", "2"]),
        ("a\n1\n", ("a",), ["1"]),
        ('"a";"b, c"\n"1";"2;3"\n', ("a", "b, c"), ["1", "2;3"]),
    ],
)
def test_the_separator_is_seen_from_the_first_rows(
    write: Write, content: str, header: tuple[str, ...], cells: list[str]
) -> None:
    """Commas, semicolons and tabs separate, whichever gives header and first row as many cells."""
    table = open_table(write(content))
    assert (table.header, list(table.rows())) == (header, [Row(2, cells)])


def test_semicolons_are_told(sqlite_store: Store, write: Write) -> None:
    """A file of European Excel is read with its decimal commas, and both are said."""
    loaded = load(sqlite_store, write("study_key;biomarker;endpoint;hr\nkim;NLR;OS;2,15\n"), curator="ada")
    assert (loaded.created, dict(loaded.flag_counts)) == (
        1,
        {"semicolons": 1, "decimal-comma": 1, "direction-unclear": 1},
    )
    with sqlite_store.read() as connection:
        row = connection.exec_driver_sql("SELECT est, est_text FROM evidence").one()
    assert tuple(row) == (2.15, "2,15")


def test_decimal_commas_hide_no_disagreement(sqlite_store: Store, write: Write) -> None:
    """The printed digits of 5,00 (1,10–2,66 would not do; 2,50 does) are compared as those of 2.50 are."""
    head = "study_key;biomarker;endpoint;hr;ci_low;ci_high;ci_level\n"
    loaded = load(sqlite_store, write(head + "kim;NLR;OS;2,50;1,10;2,66;95\n"), curator="ada")
    assert loaded.flag_counts["off-centre"] == 1


def test_cells_beyond_the_header_that_are_empty_are_cut(write: Write) -> None:
    """Separators that a spreadsheet leaves at the end of a row say nothing."""
    assert _rows(write("a,b\n1,2,,\n")) == [(2, ["1", "2"])]


def test_a_column_without_heading_and_value_is_passed_over(sqlite_store: Store, write: Write) -> None:
    """An empty column is no column, wherever it stands."""
    path = write("study_key,,biomarker,endpoint,hr,,\nkim,,NLR,OS,2.1,,\n")
    assert load(sqlite_store, path, curator="ada").created == 1


@pytest.mark.parametrize("text", ["=1+2", "+1", "-x", "@a", "'=a", "''=a", "'tis"])
def test_text_escaped_for_a_spreadsheet_reads_back(write: Write, text: str) -> None:
    """What is escaped on export is the same text again on import."""
    assert _rows(write(f"a,b\n{escaped(text)},x\n")) == [(2, [text, "x"])]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-32"])
def test_a_byte_order_mark_tells_the_encoding(write: Write, encoding: str) -> None:
    """Unicode text of Excel, tabs between UTF-16 cells, is read like any other."""
    assert _rows(write("a\tb\nMüller\tx\n".encode(encoding))) == [(2, ["Müller", "x"])]


def test_windows_1252_is_recognised_and_read_only_when_told(write: Write) -> None:
    """The refusal shows the word as Windows would have it, and the option that settles it."""
    path = write("a,b\nAndré Müller,x\n".encode("cp1252"))
    issue = _refusal(path)
    assert (issue.code, issue.line) == ("encoding", 2)
    assert "'é', as in 'André'" in issue.message
    assert "--encoding cp1252" in issue.expected
    assert _rows(path, encoding="cp1252") == [(2, ["André Müller", "x"])]


def test_bytes_without_meaning_in_windows_1252_are_not_called_so(write: Write) -> None:
    """A file with a byte that no Windows text has is not proposed to be one."""
    assert "cp1252" not in _refusal(write(b"a,b\n\xe9\x81,x\n")).expected
    assert _refusal(write(b"a,b\n\xe9\x81,x\n"), encoding="cp1252").value == "0x81"


def test_an_unknown_encoding_is_bad_usage(write: Write) -> None:
    """The encoding is one that Python knows as one of text."""
    for name in ("klingon", "rot13", "hex"):
        with pytest.raises(UsageError, match="is no encoding"):
            open_table(write("a,b\n1,2\n"), encoding=name)


JSON = '{"study_key": "kim", "biomarker": "NLR", "endpoint": "OS", "hr": 2.10}\n'


def test_json_lines_keep_their_digits(store: Store, write: Write) -> None:
    """Numbers are kept as written, absent and null are not read, and each line may have other keys."""
    path = write(JSON + "\n" + '{"hr": 1.5, "study_key": "lee", "biomarker": "NLR", "endpoint": "OS", "n": null}\n')
    table = open_table(path)
    assert table.header == ("study_key", "biomarker", "endpoint", "hr", "n")
    assert _rows(path) == [(1, ["kim", "NLR", "OS", "2.10", ""]), (3, ["lee", "NLR", "OS", "1.5", ""])]
    assert load(store, path, curator="ada").created == 2


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ('{"hr": 1, "hr": 2}', "json-key", "'hr' stands twice"),
        ("{", "json", "no JSON (column"),
        ("[1]", "json", "no JSON object"),
        ("2", "json", "no JSON object"),
        ("[" * 100_000, "json", "nested too deeply"),
        ('{"a": ' * 50_000, "json", "no JSON"),
        ("x" * 1_000_001, "json", "1,000,001 characters"),
    ],
)
def test_what_is_no_object_is_named_by_its_line(write: Write, line: str, code: str, said: str) -> None:
    """A line that cannot be read does not hide the others."""
    first, bad, last = open_table(write(JSON + line + "\n" + JSON), format="jsonl").rows()
    assert isinstance(bad, Issue)
    assert (bad.code, bad.line) == (code, 2)
    assert said in bad.message
    assert (first.line, last.line) == (1, 3)


@pytest.mark.parametrize(("value", "said"), [("[1]", "a list"), ("{}", "an object"), ("true", "a truth value")])
def test_nested_values_and_truth_values_are_refused(sqlite_store: Store, write: Write, value: str, said: str) -> None:
    """A cell is a text or a number."""
    with pytest.raises(InputRefused, match=f":1:notes: json-value: .*{said}"):
        load(sqlite_store, write(JSON.replace("}", f', "notes": {value}}}')), curator="ada")


def test_one_array_is_not_json_lines(write: Write) -> None:
    """A JSON array is named for what it is."""
    assert "one JSON array, not one object a line" in _refusal(write(f"[{JSON.strip()},\n{JSON.strip()}]\n")).message


def test_a_lone_surrogate_is_refused(sqlite_store: Store, write: Write) -> None:
    """JSON can say characters that no database can hold."""
    with pytest.raises(InputRefused, match=":1:notes: text-control"):
        load(sqlite_store, write(JSON.replace("}", ', "notes": "\\ud800"}')), curator="ada")


def test_a_folder_is_one_import(store: Store, tmp_path: Path) -> None:
    """Every file of a folder is stored in one changeset, by name; what is no table is said to be passed over."""
    folder = tmp_path / "site"
    folder.mkdir()
    for name in ("b.csv", "~$open.xlsx", ".hidden.csv", "protocol.pdf"):
        (folder / name).write_text(HEAD + "kim,new factor,OS,2.1\n")
    (folder / "a.jsonl").write_text(JSON.replace("kim", "lee").replace("NLR", "new factor"))
    (folder / "sub").mkdir()
    loaded = load(store, folder, curator="ada")
    assert [Path(file).name for file in loaded.files] == ["a.jsonl", "b.csv"]
    assert (loaded.file, loaded.rows, loaded.created, loaded.studies) == (str(folder), 2, 2, 2)
    assert loaded.new_names["factor"] == ("new factor",)
    passed = [Path(issue.file).name for issue in loaded.flags if issue.code == "file-passed-over"]
    assert passed == ["protocol.pdf", "sub"]
    assert load(store, folder, curator="ada").changeset is None


def test_a_folder_is_stored_whole_or_not_at_all(store: Store, held: Held, tmp_path: Path) -> None:
    """Faults of all files are reported together, each with its file, and nothing is stored."""
    (tmp_path / "a.csv").write_text(HEAD + "kim,NLR,OS,2.1\n")
    (tmp_path / "b.csv").write_text(HEAD + "kim,NLR,PFS,high\n")
    (tmp_path / "c.tsv").write_text(HEAD.replace(",", "\t") + "kim\tNLR\tDFS\tlow\n")
    before = held(store)
    with pytest.raises(InputRefused, match="2 problems, nothing was stored") as refused:
        load(store, tmp_path, curator="ada")
    assert [(Path(each.file).name, each.line) for each in refused.value.issues] == [("b.csv", 2), ("c.tsv", 2)]
    assert held(store) == before


def test_files_of_a_folder_may_not_contradict_each_other(store: Store, held: Held, tmp_path: Path) -> None:
    """The second file is held to what the first says, and nothing is stored."""
    (tmp_path / "a.csv").write_text(HEAD + "kim,NLR,OS,2.1\n")
    (tmp_path / "b.csv").write_text(HEAD + "kim,NLR,OS,2.3\n")
    before = held(store)
    with pytest.raises(InputRefused, match=r"b\.csv:2:hr: conflict"):
        load(store, tmp_path, curator="ada")
    assert held(store) == before


def test_characteristics_are_declared_over_all_files(store: Store, tmp_path: Path) -> None:
    """A column is a number only when it is one in every file, and of the cohort only when it is so everywhere."""
    (tmp_path / "a.csv").write_text(HEAD.replace("hr", "hr,site,stage") + "kim,NLR,OS,2.1,1,1\n")
    (tmp_path / "b.csv").write_text(HEAD.replace("hr", "stage,hr,site") + "kim,NLR,PFS,2,2.1,A\n")
    loaded = load(store, tmp_path, curator="ada", attributes=True)
    assert [(each.name, each.type, each.level) for each in loaded.declared] == [
        ("site", "text", "estimate"),
        ("stage", "number", "estimate"),
    ]


def test_an_empty_folder_is_refused(sqlite_store: Store, tmp_path: Path) -> None:
    """A folder without a table is not an import of nothing."""
    with pytest.raises(InputRefused, match="folder-empty"):
        load(sqlite_store, tmp_path, curator="ada")


def test_streams_are_read_like_files(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """An open file of text or bytes, or stdin, may be read once only and is imported all the same."""
    assert load(sqlite_store, io.StringIO(HEAD + "kim,NLR,OS,2.1\n"), curator="ada", attributes=True).created == 1
    assert load(sqlite_store, io.BytesIO((HEAD + "lee,NLR,OS,2.1\n").encode()), curator="ada").file == "stream"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((HEAD + "wu,NLR,OS,many\n").encode())))
    with pytest.raises(InputRefused, match="stdin:2:hr: number"):
        load(sqlite_store, "-", curator="ada")


def test_several_files_are_one_import(sqlite_store: Store, write: Write) -> None:
    """A sequence of files is stored in one changeset."""
    paths = [write(HEAD + f"{study},NLR,OS,2.1\n", f"{study}.csv") for study in ("kim", "lee")]
    loaded = load(sqlite_store, paths, curator="ada")
    assert (loaded.file, loaded.created, loaded.changeset is not None) == ("2 files", 2, True)
    with pytest.raises(UsageError, match="no file to import"):
        load(sqlite_store, [], curator="ada")


def test_a_text_file_has_no_sheets(write: Write) -> None:
    """An option that says nothing is not passed over."""
    assert _refusal(write("a,b\n1,2\n"), sheet="Table 2").code == "sheet-unknown"
