"""The story of a guideline panel: a search, evidence, a protocol, a report, an amendment, the next report."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from cli.app import main

EVIDENCE = """\
study_key,first_author,year,title,doi,disease,n_patients,biomarker,cutoff_value,cutoff_unit,contrast,endpoint,hr,ci_low,ci_high,ci_level,adjusted,covariates,effect_direction,source_locator,quote
abe2015,Abe,2015,NLR one,10.1000/abe,gastric cancer,210,NLR,3,1,above_vs_below,OS,1.80,1.20,2.70,95,yes,stage,,Table 2,"HR 1.80"
bauer2017,Bauer,2017,NLR two,10.1000/bauer,gastric cancer,95,NLR,5,1,above_vs_below,OS,2.40,1.10,5.24,95,yes,age,,Table 3,"HR 2.40"
chen2018,Chen,2018,NLR three,10.1000/chen,gastric cancer,340,NLR,2.5,1,above_vs_below,OS,1.35,0.98,1.86,95,yes,stage,,p. 4,HR 1.35
diaz2019,Diaz,2019,NLR four,10.1000/diaz,gastric cancer,150,NLR,4,1,above_vs_below,OS,1.60,1.05,2.44,95,yes,stage,,Table 1,"HR 1.60"
evans2020,Evans,2020,NLR five,10.1000/evans,gastric cancer,88,NLR,,,above_vs_below,OS,,,,,yes,,worse,Abstract,"high NLR fared worse"
"""  # noqa: E501
SEARCH = "".join(
    f"TY  - JOUR\nAU  - {author}, A.\nTI  - NLR {number}\nPY  - {year}\nDO  - 10.1000/{author.lower()}\nER  -\n\n"
    for author, number, year in (("Abe", "one", 2015), ("Bauer", "two", 2017), ("Other", "six", 2016))
)


@pytest.fixture
def desk(initialised_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with a registry on SQLite and a query that finds one estimate: its report has one figure."""
    shutil.copy(initialised_file, tmp_path / "evireg.db")
    monkeypatch.setenv("EVIREG_CURATOR", "Ada")
    monkeypatch.chdir(tmp_path)
    lines = EVIDENCE.splitlines()
    Path("evidence.csv").write_text("\n".join([lines[0], lines[1], lines[-1]]) + "\n", encoding="utf-8")
    evireg("import", "evidence.csv")
    evireg("query", "save", "nlr-os", "--factor", "NLR", "--endpoint", "OS")
    return tmp_path


@pytest.fixture
def panel(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of a panel whose registry holds a search, evidence, an appraisal, and a prespecified query."""
    for name, value in (("EVIREG_DB", database_url), ("EVIREG_CURATOR", "Ada")):
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    Path("search.ris").write_text(SEARCH, encoding="utf-8")
    Path("evidence.csv").write_text(EVIDENCE, encoding="utf-8")
    evireg("query", "save", "nlr-gastric-os", "--factor", "NLR", "--endpoint", "OS", "--prespecified", "CRD42026000001",
           "--also-subgroup", "cutoff_value:3.5", "--baseline", "survival=0.5,prevalence=0.4,at=24 months",
           )  # fmt: skip
    evireg("refs", "import", "search.ris", "--from", "PubMed")
    evireg("import", "evidence.csv")
    return tmp_path


def evireg(*arguments: str, code: int = 0) -> None:
    assert main(list(arguments)) == code


def text(path: Path) -> str:
    """Give the words of a report in Markdown, without marks."""
    return re.sub(r"[*|>`\\]", "", path.read_text(encoding="utf-8"))


def test_panel_gets_its_report_and_the_next_one_says_what_moved(
    panel: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everything a panel asks for stands in the report; after an amendment the next names the cohort that moved it."""
    evireg("appraise", "--where", 'study == "abe2015"', "quips_attrition=high", "--support",
           "quips_attrition=a third was lost")  # fmt: skip
    evireg("snapshot", "create", "first")
    capsys.readouterr()
    evireg("report", "nlr-gastric-os", "--at", "first", "-o", "first.md")
    said = capsys.readouterr().out
    headline = next(line for line in said.splitlines() if line.startswith("nlr-gastric-os: HR"))
    ratio = headline.partition(": ")[2].partition(", run")[0].rstrip(",")
    first = text(panel / "first.md")
    for words in (
        ratio,
        "3 records identified",
        "a third was lost",
        "“high NLR fared worse”",
        "for difference between groups",
        "per 1000",
        "prespecified (CRD42026000001)",
        "before 4 of the 4 estimates used were entered",
        "First report: no earlier run of this query is stored",
        "snapshot first",
        "10.1000/abe",
    ):
        assert words in first, words
    key = _key(capsys, "chen2018")
    evireg("amend", key, "hr=1.75", "ci_low=1.27", "ci_high=2.41", "--reason", "misprint")
    evireg("report", "nlr-gastric-os", "-o", "second.md")
    second = text(panel / "second.md")
    moved = second.partition('id="moved"')[2].partition('id="methods"')[0]
    assert "Compared with run 1" in moved
    assert "Chen 2018" in moved
    assert "misprint" in moved


def _key(capsys: pytest.CaptureFixture[str], study: str) -> str:
    capsys.readouterr()
    evireg("list", "estimates", "--where", f'study == "{study}"', "--json")
    return str(json.loads(capsys.readouterr().out)["rows"][0]["key"])


def test_commands_of_the_report_make_it_again(desk: Path) -> None:
    """Every command under "Reproduce this report" runs, and the last writes the same bytes."""
    evireg("snapshot", "create", "first")
    evireg("report", "nlr-os", "-o", "one.md", "-o", "report.html")
    once = (desk / "report.html").read_bytes()
    block = (desk / "one.md").read_text(encoding="utf-8").partition('id="reproduce"')[2]
    lines = [line for line in block.splitlines() if line.startswith("evireg ")]
    assert [line.split()[1] for line in lines] == ["run", "snapshot", "report"]
    (desk / "report.html").unlink()
    for line in lines:
        evireg(*shlex.split(line)[1:])
    assert (desk / "report.html").read_bytes() == once


def test_bundle_holds_what_the_report_rests_on(desk: Path) -> None:
    """Report, figures, data, result, R script, references and checksums; a folder in use is refused at once."""
    evireg("report", "nlr-os", "--bundle", "all")
    names = {path.relative_to(desk / "all").as_posix() for path in (desk / "all").rglob("*") if path.is_file()}
    assert {"report.html", "reproduce.txt", "SHA256SUMS", "figures/figure-1-forest.svg"} <= names
    for file in ("estimates.csv", "result.json", "second_opinion.R", "references.bib", "references.ris"):
        assert f"nlr-os/{file}" in names
    evireg("amend", "abe2015", "country=Peru", "--reason", "read again")
    evireg("report", "nlr-os", "--bundle", "all", "-o", "unwritten.html", code=2)
    assert not (desk / "unwritten.html").exists()
    evireg("report", "nlr-os", "--bundle", "all", "--force")
