"""`.024 (.003–.17)` is `.024 (.003–.17)` at every door that shows what a source reports."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run

HEAD = "study_key,biomarker,disease,endpoint,contrast,cutoff_operator,cutoff_value,hr,ci_low,ci_high,p_value,adjusted"
SAME = "NLR,multiple myeloma,OS,above_vs_below,>,3"
PRINTED = ".024 (.003–.17)"
POOL = ["--factor", "NLR", "--endpoint", "OS"]
REASON = ["--reason", "misprint", "--as", "Ada"]


def rows(folder: Path, *lines: str) -> str:
    path = folder / "rows.csv"
    path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def stored(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the key of an estimate whose ratio is printed without a leading zero, of two that are stored."""
    monkeypatch.chdir(tmp_path)
    run("init")
    run("import", rows(tmp_path, f"a,{SAME},.024,.003,.17,.0400,yes", f"b,{SAME},1.50,1.10,2.05,,yes"), "--as", "Ada")
    return str(run("list", "estimates", "--json").json["rows"][0]["key"])


DOORS: dict[str, Callable[[str], list[str]]] = {
    "list": lambda _: ["list", "estimates"],
    "show a study": lambda _: ["show", "a"],
    "review": lambda _: ["review"],
    "pool": lambda _: ["pool", *POOL],
    "provenance": lambda key: ["provenance", key, *POOL],
    "difference": lambda _: ["snapshot", "diff", "1", "now"],
}


@pytest.mark.parametrize("door", DOORS)
def test_every_door_shows_the_printed_digits(run: Run, stored: str, door: str) -> None:
    """None is added, none taken away."""
    shown = run(*DOORS[door](stored)).out
    assert PRINTED in shown
    assert "0.0240" not in shown
    assert "0.024" not in shown


def test_changes_and_doubts_are_told_in_printed_digits(run: Run, stored: str) -> None:
    """An amendment, its history, its explanation, its provenance and a rule of lint name what was printed."""
    run("amend", stored, "hr=.0250", *REASON)
    assert ".024 → .0250" in run("explain", *POOL, "--from", "2").out
    assert "hr .024 → .0250" in run("provenance", stored, *POOL).out
    assert "a ratio of .0250" in run("lint", "--rule", "ratio-extreme").out


def test_refusals_of_an_import_name_printed_digits(run: Run, stored: str, tmp_path: Path) -> None:
    """What contradicts, and what cannot be, is shown as either source prints it; by the name of the file's column."""
    assert stored
    other = rows(tmp_path, f"b,{SAME},1.60,1.10,2.05,,yes", f"c,{SAME},.950,1.20,2.10,,yes")
    said = run("import", other, "--as", "Ada").err
    assert "has hr 1.50, this row says 1.60; expected 1.50" in said
    assert ".950 is outside its CI 1.20–2.10" in said


def test_export_and_report_keep_the_digits(run: Run, stored: str, tmp_path: Path) -> None:
    """The file that is edited, and the table of studies of a report."""
    assert stored
    run("export", "estimates", str(tmp_path / "out.csv"))
    text = (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    [first, _] = csv.DictReader(text.splitlines())
    assert [first[name] for name in ("hr", "ci_low", "ci_high", "p_value")] == [".024", ".003", ".17", ".0400"]
    run("query", "save", "q", *POOL, "--as", "Ada")
    run("report", "q", "-o", str(tmp_path / "r.md"), "--quiet", "--as", "Ada")
    report = (tmp_path / "r.md").read_text(encoding="utf-8")
    assert f"| {PRINTED} |" in report
    assert "0.0240 (0.00300" not in report
