"""`evireg import`: what a curator is told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run

FILE = """study_key,biomarker,endpoint,hr,ci_low,ci_high,ci_level,adjusted,effect_direction,region
abe2015,NLR,OS,1.80,1.20,2.70,,yes,,Asia
evans2020,NLR,OS,,,,,yes,worse,Europe
"""


@pytest.fixture
def file(seeded: Path) -> str:
    path = seeded.parent / "mine.csv"
    path.write_text(FILE, encoding="utf-8")
    return str(path)


def test_import_says_what_is_new_flagged_and_not_poolable(run: Run, file: str) -> None:
    """Counts, declared characteristics, what cannot be pooled, and the flags with their line."""
    done = run("import", file, "--attributes", "--as", "Ada")
    assert done.code == 0, done.err
    for said in ("2 new estimates", "region", "direction only (1)", "ci-level-assumed"):
        assert said in " ".join(done.out.split())


def test_import_again_changes_nothing(run: Run, file: str) -> None:
    """The second time everything is known already."""
    assert run("import", file, "--attributes", "--as", "Ada", "--json").json["created"] == 2
    again = run("import", file, "--attributes", "--as", "Ada", "--json").json
    assert (again["created"], again["unchanged"], again["changeset"]) == (0, 2, None)


@pytest.mark.usefixtures("seeded")
def test_what_a_row_was_read_in_is_named(run: Run) -> None:
    """A document of which nothing but its kind is known has its name."""
    Path("kind.csv").write_text(
        "study_key,biomarker,endpoint,hr,ci_low,ci_high,adjusted,source_kind\nabe2015,NLR,OS,1.80,1.20,2.70,yes,article\n",
        encoding="utf-8",
    )
    assert run("import", "kind.csv", "--as", "Ada").code == 0
    assert "article on study:abe2015" in run("show", "abe2015").out


def test_dry_run_stores_nothing(run: Run, file: str) -> None:
    """Everything is checked and nothing kept."""
    assert run("import", file, "--attributes", "--dry-run").code == 0
    assert run("show", "abe2015").code == 4


def test_unknown_column_is_refused_with_both_ways_out(run: Run, file: str) -> None:
    """A column the layout does not know is declared or ignored, knowingly."""
    refused = run("import", file, "--as", "Ada")
    assert refused.code == 3
    assert "--attributes" in refused.err
    assert "--ignore" in refused.err
    assert run("import", file, "--as", "Ada", "--ignore", "region").code == 0


def test_every_problem_is_named_with_file_line_and_column(run: Run, file: str) -> None:
    """One run tells all that is wrong."""
    Path(file).write_text(FILE.replace("1.80", "many").replace("worse", "wrose"), encoding="utf-8")
    refused = run("import", file, "--attributes", "--as", "Ada")
    assert refused.code == 3
    assert "mine.csv:2:hr" in refused.err
    assert "mine.csv:3:effect_direction" in refused.err


def test_login_name_is_said_when_it_was_taken(run: Run, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's name is used in silence, and a name that was given is not repeated."""
    monkeypatch.setenv("LOGNAME", "grace")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(Path(file).parent))
    assert "grace" in run("import", file, "--attributes").err
    assert run("import", file, "--attributes").err == ""


def test_curator_comes_from_as_then_environment_then_configuration(
    run: Run, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nearest word counts."""
    home = Path(file).parent
    (home / "evireg").mkdir()
    (home / "evireg" / "config.toml").write_text('curator = "Grace Hopper"\n', encoding="utf-8")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    dry = ("import", file, "--attributes", "--dry-run", "--json")
    assert run(*dry).json["curator"] == "Grace Hopper"
    monkeypatch.setenv("EVIREG_CURATOR", "Ada Lovelace")
    assert run(*dry).json["curator"] == "Ada Lovelace"
    assert run(*dry, "--as", "Mary  Somerville").json["curator"] == "Mary Somerville"


def test_history_names_the_curator_and_the_reason(run: Run, file: str) -> None:
    """Who entered an estimate, and why, stands with it."""
    run("import", file, "--attributes", "--as", "Ada", "--message", "first reading")
    key = run("list", "estimates", "--where", 'study == "abe2015"', "--json").json["rows"][0]["key"]
    shown = run("show", key).out
    assert "Ada" in shown
    assert "first reading" in shown


@pytest.mark.parametrize("name", ["", "  "])
def test_empty_curator_is_refused(run: Run, file: str, name: str) -> None:
    """A change without a name is nobody's."""
    done = run("import", file, "--attributes", "--as", name)
    assert done.code == 2
    assert "--as" in done.err


def test_other_headings_are_mapped_and_the_map_is_kept(run: Run, seeded: Path) -> None:
    """A map of headings is given once, kept by name, used, shown and removed."""
    (seeded.parent / "a.csv").write_text("study_key,biomarker,endpoint,Hazard ratio\nabe,NLR,OS,1.80\n")
    (seeded.parent / "b.csv").write_text("study_key,biomarker,endpoint,hazard  RATIO\nbell,NLR,OS,1.90\n")
    first = run("import", "a.csv", "--map", "hr=Hazard ratio", "--save-map", "site", "--as", "Ada")
    assert first.code == 0, first.err
    assert "Kept the column map 'site'" in first.out
    assert run("map", "list", "--json").json == {"maps": [{"name": "site", "headings": {"hr": "Hazard ratio"}}]}
    assert run("import", "b.csv", "--use-map", "site", "--as", "Ada").code == 0
    assert "Hazard ratio" in run("map", "show", "site").out
    assert run("map", "show", "sit").err.endswith("there is: site\n")
    assert run("map", "rm", "site", "--as", "Ada").code == 0
    assert "No column map yet" in run("map", "list").out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--map", "hr"), 2, "COLUMN=HEADING"),
        (("--map", "hr=a", "--map", "hr=b"), 2, "twice"),
        (("--map", "hazzard=a"), 2, "no column 'hazzard'"),
        (("--map", "n=Patients"), 3, "map-unknown"),
        (("--use-map", "none"), 4, "no column map 'none'"),
        (("--format", "docx"), 2, "csv, tsv, xlsx, jsonl"),
        (("--encoding", "klingon"), 2, "no encoding"),
        (("--sheet", "x"), 3, "sheet-unknown"),
        (("nowhere.csv",), 3, "nowhere.csv: file-unreadable"),
    ],
)
def test_what_cannot_be_meant_is_refused(run: Run, file: str, arguments: tuple[str, ...], code: int, said: str) -> None:
    """A slip in an option is told with what there is, and nothing is stored."""
    refused = run("import", file, "--ignore", "region", "--as", "Ada", *arguments)
    assert refused.code == code
    assert said in refused.err
    assert run("show", "abe2015").code == 4


def test_a_folder_is_imported_whole(run: Run, seeded: Path) -> None:
    """Files of every kind in one changeset, and faults of each by its name and, in a workbook, its cell."""
    import openpyxl

    folder = seeded.parent / "site"
    folder.mkdir()
    (folder / "a.tsv").write_text("study_key\tbiomarker\tendpoint\thr\nabe\tNLR\tOS\t1.80\n")
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["study_key", "biomarker", "endpoint", "hr"])
    book.active.append(["bell", "NLR", "OS", "=1.9"])
    book.save(folder / "b.xlsx")
    refused = run("import", "site", "--as", "Ada")
    assert refused.code == 3
    assert "site/b.xlsx:Sheet!D2:hr: formula: this is a formula" in refused.err
    assert run("show", "abe").code == 4
    book.active["D2"] = 1.9
    book.save(folder / "b.xlsx")
    book.close()
    done = run("import", "site", "--as", "Ada")
    assert "Imported: site, 2 rows of 2 files: 2 new estimates" in done.out
    assert run("import", "site", "--as", "Ada", "--json").json["files"] == ["site/a.tsv", "site/b.xlsx"]


def test_many_flags_are_counted_by_kind(run: Run, seeded: Path) -> None:
    """A thousand flags are no table of a thousand lines: each kind is shown once, with its number and first place."""
    rows = "".join(f"s{number},NLR,>,OS,1.8,1.2,2.7\n" for number in range(40))
    head = "study_key,biomarker,cutoff_operator,endpoint,hr,ci_low,ci_high\n"
    (seeded.parent / "many.csv").write_text(head + rows)
    done = run("import", "many.csv", "--as", "Ada")
    assert "Flags and remarks (40)" in done.out
    assert done.out.count("ci-level-assumed") == 1
    assert "line 2" in done.out
    again = run("import", "many.csv", "--as", "Ada", "--dry-run", "--json").json
    assert (again["flags"], again["flag_counts"]) == ([], {})


def test_progress_is_for_a_terminal(run: Run, file: str) -> None:
    """A pipe sees no bar: stderr is empty when all is well."""
    assert run("import", file, "--attributes", "--as", "Ada").err == ""


def test_progress_is_shown_on_a_terminal() -> None:
    """What is told file, line and last line draws on stderr only, and is gone at the end; --quiet draws nothing."""
    import os
    import pty
    import subprocess

    code = (
        "from cli.progress import of_files\n"
        "with of_files() as tell: tell('[a].csv', 500, 1000)\n"
        "with of_files(quiet=True) as tell: assert tell is None\n"
    )
    ours, theirs = pty.openpty()
    done = subprocess.run([sys.executable, "-c", code], stderr=theirs, stdout=subprocess.PIPE, check=False)
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert (done.returncode, done.stdout) == (0, b"")
    assert "[a].csv" in shown
    assert "50%" in shown
