"""`evireg import`: what a curator is told."""

from __future__ import annotations

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
