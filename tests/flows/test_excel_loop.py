"""The Excel loop, from an empty template to the history of an amended number, with two curators, on both databases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cli.app import main

ROWS = [
    {"study_key": "abe2015", "year": 2015, "disease": "gastric cancer", "biomarker": "NLR", "endpoint": "OS",
     "cutoff_value": "3", "hr": "1.80", "ci_low": "1.20", "ci_high": "2.70", "adjusted": "yes"},
    {"study_key": "bauer2017", "year": 2017, "disease": "gastric cancer", "biomarker": "NLR", "endpoint": "OS",
     "cutoff_value": "5", "hr": "2.40", "ci_low": "5.24", "ci_high": "1.10", "adjusted": "yes"},
    {"study_key": "chen2018", "year": 2018, "disease": "gastric cancer", "biomarker": "NLR", "endpoint": "OS",
     "cutoff_value": "2.5", "hr": "1.35 (0.98-1.86)", "adjusted": "maybe"},
]  # fmt: skip


class Hospital:
    """A command line on one registry, and workbooks edited as a curator would."""

    def __init__(self, url: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.url, self.folder, self._capsys = url, folder, capsys

    def evireg(self, *arguments: str, code: int = 0) -> Any:
        """Run a command; give its JSON."""
        self._capsys.readouterr()
        assert main([*arguments, "--db", self.url, "--json"]) == code
        shown = self._capsys.readouterr()
        return json.loads(shown.out if code == 0 else shown.err)

    def path(self, name: str) -> str:
        """Give the path of a workbook."""
        return str(self.folder / name)

    def edit(self, name: str, line: int, **cells: Any) -> None:
        """Type into cells of a row of a workbook, by heading."""
        book = openpyxl.load_workbook(self.path(name))
        sheet = book["Estimates"]
        columns = {cell.value: cell.column for cell in sheet[1]}
        for heading, value in cells.items():
            sheet.cell(line, columns[heading]).value = value
        book.save(self.path(name))


def test_curators_work_in_workbooks(database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Fill in, import, mend what came back, export, edit, amend; a second curator's edit of the same row is refused."""
    at = Hospital(database_url, tmp_path, capsys)
    at.evireg("template", at.path("new.xlsx"), "--factor", "NLR")
    for line, row in enumerate(ROWS, 2):
        at.edit("new.xlsx", line, **row)

    done = at.evireg("import", at.path("new.xlsx"), "--quarantine", at.path("bad.xlsx"), "--as", "Ada")
    assert (done["created"], done["left_out"]) == (1, 2)
    at.edit("bad.xlsx", 2, ci_low="1.10", ci_high="5.24")
    at.edit("bad.xlsx", 3, hr="1.35", ci_low="0.98", ci_high="1.86", adjusted="yes")
    assert at.evireg("import", at.path("bad.xlsx"), "--as", "Ada")["created"] == 2

    for name in ("ada.xlsx", "bob.xlsx"):
        assert at.evireg("export", "estimates", at.path(name))["rows"] == 3
        assert at.evireg("import", at.path(name), "--as", "Ada")["changeset"] is None
    at.edit("ada.xlsx", 2, hr="1.85", country="Japan")
    at.edit("bob.xlsx", 2, hr="1.90")
    at.edit("bob.xlsx", 4, hr="1.36")

    shown = at.evireg("import", at.path("ada.xlsx"), "--as", "Ada")
    assert (shown["reason_missing"], shown["changeset"]) == (True, None)
    kept = at.evireg("import", at.path("ada.xlsx"), "--as", "Ada", "--reason", "erratum")
    told = sorted((each["column"], each["stored"], each["given"]) for each in kept["differences"])
    assert told == [("country", None, "Japan"), ("hr", "1.80", "1.85")]

    refused = at.evireg("import", at.path("bob.xlsx"), "--as", "Bob", "--reason", "proofs", code=5)["error"]
    assert "'1.85' is stored now, it was '1.80' when exported, the file says '1.90'" in refused["issues"][-1]["message"]
    assert "Ada" in refused["issues"][-1]["message"]
    part = at.evireg("import", at.path("bob.xlsx"), "--as", "Bob", "--reason", "proofs",
                     "--quarantine", at.path("clash.xlsx"))  # fmt: skip
    assert ([each["given"] for each in part["differences"]], part["left_out"]) == (["1.36"], 1)

    rows = {row["study"]: row for row in at.evireg("list", "estimates")["rows"]}
    assert {study: row["est_text"] for study, row in rows.items()} == {
        "abe2015": "1.85",
        "bauer2017": "2.40",
        "chen2018": "1.36",
    }
    history = json.dumps(at.evireg("history", rows["abe2015"]["key"]))
    assert all(word in history for word in ("erratum", "Ada", "1.80", "1.85"))
    assert "proofs" not in history
    log = json.dumps(at.evireg("log"))
    assert "proofs (one row left out)" in log
    at.evireg("verify")
