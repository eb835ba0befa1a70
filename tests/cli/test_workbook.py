"""The Excel loop at the command line: what is said, what is stored, and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from tests.cli.conftest import Run
from tests.cli.test_schemas import validate

NLR = ("--where", 'factor == "NLR" and study == "kim2016"')


@pytest.fixture
def edited(run: Run, seeded: Path) -> Path:
    """Export one estimate, edit its ratio in the workbook, and give the file."""
    path = seeded.parent / "kim.xlsx"
    assert run("export", "estimates", str(path), *NLR).code == 0
    book = openpyxl.load_workbook(path)
    sheet = book["Estimates"]
    (column,) = [cell.column for cell in sheet[1] if cell.value == "hr"]
    sheet.cell(2, column).value = "1.60"
    book.save(path)
    return path


def test_template_says_what_to_do_next(run: Run, seeded: Path) -> None:
    """The file is there, and the command that takes it back is told."""
    done = run("template", "new.xlsx", "--factor", "ferritin")
    assert done.code == 0
    assert "explained on its sheet Columns" in done.out
    assert "evireg import new.xlsx" in done.out
    assert (seeded.parent / "new.xlsx").exists()
    again = run("template", "new.xlsx")
    assert (again.code, "--force" in again.err) == (2, True)
    assert run("template", "other.xlsx", "--factor", "ferritine").code == 4


def test_export_that_was_not_edited_is_nothing_to_do(run: Run, seeded: Path) -> None:
    """Out and in again: exit code 0, and it is said."""
    assert seeded.exists()
    assert run("export", "estimates", "all.csv").code == 0
    done = run("import", "all.csv", "--reason", "none")
    assert done.code == 0
    assert done.out.strip() == "all.csv: nothing to do, 200 rows say what is stored."


def test_edits_are_shown_and_kept_only_with_a_reason(run: Run, edited: Path) -> None:
    """Without --reason the difference and what to type; with it a changeset."""
    shown = run("import", edited.name, "--as", "Ada")
    assert shown.code == 0
    assert "1 difference between kim.xlsx and the registry" in shown.out
    assert "1.60" in shown.out
    assert "Checked, nothing stored: 1 value to amend." in shown.out
    assert 'evireg import kim.xlsx --reason "WHY"' in shown.out
    kept = run("import", edited.name, "--as", "Ada", "--reason", "Table 2 read again")
    assert "Stored as changeset" in kept.out
    assert "1 value amended." in kept.out
    assert run("list", "estimates", "--json", *NLR).json["rows"][0]["est_text"] == "1.60"


def test_emptied_cell_is_called_empty(run: Run, edited: Path) -> None:
    """What will be emptied is said, not shown as nothing."""
    book = openpyxl.load_workbook(edited)
    sheet = book["Estimates"]
    (column,) = [cell.column for cell in sheet[1] if cell.value == "ci_high"]
    sheet.cell(2, column).value = None
    book.save(edited)
    assert "(empty)" in run("import", edited.name).out


def test_json_of_edits_has_the_shape_of_its_schema(run: Run, edited: Path) -> None:
    """The same for machines: differences, what was amended, what is missing."""
    shown = run("import", edited.name, "--as", "Ada", "--json")
    validate("import", shown.json)
    assert (shown.json["reason_missing"], shown.json["changeset"]) == (True, None)
    kept = run("import", edited.name, "--as", "Ada", "--reason", "x", "--json")
    validate("import", kept.json)
    assert [each["given"] for each in kept.json["differences"]] == ["1.60"]
    assert kept.json["amended"] == [kept.json["differences"][0]["key"]]


def test_conflict_has_exit_code_5_and_both_values(run: Run, edited: Path) -> None:
    """The second curator is told what the first did, and nothing is overwritten."""
    assert run("export", "estimates", "second.csv", *NLR).code == 0
    assert run("import", edited.name, "--as", "Ada", "--reason", "Table 2").code == 0
    second = edited.parent / "second.csv"
    second.write_text(second.read_text(encoding="utf-8").replace(",1.56,", ",1.65,"), encoding="utf-8")
    done = run("import", "second.csv", "--as", "Bob", "--reason", "Table 3")
    assert done.code == 5
    assert "'1.60' is stored now, it was '1.56' when exported, the file says '1.65'" in done.err
    assert "changed meanwhile by Ada" in done.err
    as_json = run("import", "second.csv", "--as", "Bob", "--reason", "Table 3", "--json")
    validate("error", json.loads(as_json.err))


def test_quarantine_says_where_the_rows_are(run: Run, seeded: Path) -> None:
    """How many were left out, where they are, and how they get in."""
    text = "study_key,biomarker,endpoint,hr\nnew2020,NLR,OS,2.0\nnew2020,NLR,PFS,many\n"
    (seeded.parent / "rows.csv").write_text(text, encoding="utf-8")
    done = run("import", "rows.csv", "--quarantine", "bad.xlsx", "--as", "Ada")
    assert done.code == 0
    assert "1 new estimate" in done.out
    assert "1 row left out, in bad.xlsx" in done.out
    assert "evireg import bad.xlsx" in done.out
    refused = run("import", "bad.xlsx", "--as", "Ada")
    assert refused.code == 3
    assert "'many' is not a number" in refused.err
    kept = run("import", "rows.csv", "--quarantine", "bad.xlsx", "--as", "Ada")
    assert (kept.code, "--force" in kept.err) == (2, True)


def test_quarantine_of_every_row_ends_as_a_refusal(run: Run, seeded: Path) -> None:
    """A job that stored nothing is no success, with --json either; the rows are handed back all the same."""
    text = "study_key,biomarker,endpoint,hr\nnew2020,NLR,OS,few\nnew2020,NLR,PFS,many\n"
    (seeded.parent / "rows.csv").write_text(text, encoding="utf-8")
    done = run("import", "rows.csv", "--quarantine", "bad.xlsx", "--as", "Ada")
    assert (done.code, "2 rows left out, in bad.xlsx" in done.out) == (3, True)
    as_json = run("import", "rows.csv", "--quarantine", "bad.xlsx", "--force", "--as", "Ada", "--json")
    assert (as_json.code, as_json.json["left_out"], as_json.json["changeset"]) == (3, 2, None)


def test_reason_is_asked_for_in_a_terminal(run: Run, edited: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person is asked why after seeing the differences; an empty answer stores nothing."""
    import sys

    import typer

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: "")
    assert "nothing stored" in run("import", edited.name, "--as", "Ada").out
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: " Table 2 ")
    assert "Stored as changeset" in run("import", edited.name, "--as", "Ada").out
