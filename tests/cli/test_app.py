"""The root command: what it offers, and how errors become messages and exit codes."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from cli.app import COMMANDS, module
from tests.cli.conftest import Run
from tests.cli.examples import BEFORE, FILES


def test_help_names_every_command(run: Run) -> None:
    """A newcomer sees what there is to do."""
    shown = run("--help")
    assert shown.code == 0
    assert all(name.partition(" ")[0] in shown.out for name in COMMANDS)


def test_no_arguments_show_the_help(run: Run) -> None:
    """`evireg` alone is a question, not a mistake."""
    assert run().out == run("--help").out
    assert run().code == 0


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_ends_with_its_example(run: Run, name: str) -> None:
    """Help ends with something to type."""
    shown = run(*name.split(), "--help")
    assert shown.code == 0
    assert shown.out.rstrip().endswith(module(name).EXAMPLE)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "demo"])
def test_example_works_in_a_seeded_registry(run: Run, seeded: Path, name: str) -> None:
    """Every example can be typed as it stands; that of `demo` is typed in test_demo.py."""
    for file, text in FILES.items():
        (seeded.parent / file).write_text(text, encoding="utf-8")
    for line in BEFORE.get(name, ()):
        assert run(*shlex.split(line)).code == 0
    program, *arguments = shlex.split(module(name).EXAMPLE)
    done = run(*arguments)
    assert program == "evireg"
    assert done.code == 0, done.err
    assert done.out


def test_version_is_an_option_too(run: Run) -> None:
    """Both ways of asking get the same answer."""
    assert run("--version").out == run("version").out
    assert run("--version").code == 0


def test_simulated_topic_is_not_seeded_into_a_registry_of_evidence(run: Run, seeded: Path) -> None:
    """Invented cohorts stay in the database of the demo."""
    done = run("seed", "nlr_myeloma", "worked_example")
    assert done.code == 2
    assert "evireg demo" in done.err
    assert "simulated" not in run("list", "studies").out
    assert seeded.exists()


def test_unknown_command_suggests_the_nearest(run: Run) -> None:
    """A slip of the pen is answered with what was probably meant."""
    done = run("pol")
    assert done.code == 2
    assert "Did you mean 'pool'" in done.err
    assert done.out == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["pool", "--levl", "90"], "--level"),
        (["pool", "--level", "high"], "number"),
        (["list", "study"], "studies"),
        (["list"], "WHAT"),
        (["show"], "KEY"),
    ],
)
def test_wrong_usage_says_what_is_expected(run: Run, arguments: list[str], said: str) -> None:
    """Exit code 2, one message on stderr, the value that was meant in it."""
    done = run(*arguments)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err
    assert "Value error" not in done.err


def test_error_with_json_is_an_object_on_stderr(run: Run, tmp_path: Path) -> None:
    """A program that asked for JSON gets its errors as JSON too, and stdout stays empty."""
    done = run("list", "studies", "--json", "--db", str(tmp_path / "none.db"))
    assert done.code == 6
    assert done.out == ""
    error = json.loads(done.err)["error"]
    assert error["kind"] == "SchemaError"
    assert error["exit_code"] == 6
    assert "evireg init" in error["hint"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["pool", "--where", 'factor = "NLR"'], 2, "=="),
        (["pool", "--where", 'factor == "NRL"'], 2, "NLR"),
        (["pool"], 2, "--factor"),
        (["pool", "--factor", "ferritin", "--endpoint", "OS"], 2, "--"),
        (["show", "kim2061"], 4, "kim2016"),
        (["seed", "nlr_myelom"], 4, "nlr_myeloma"),
        (["import", "nowhere.csv", "--as", "Ada"], 3, "nowhere.csv"),
        (["init", "--db", "no/such/folder/evireg.db"], 9, "folder"),
    ],
)
def test_error_has_its_exit_code_and_says_what_to_do(
    run: Run, seeded: Path, arguments: list[str], code: int, said: str
) -> None:
    """Each kind of error has one exit code, and never a traceback."""
    done = run(*arguments)
    assert done.code == code, done.err
    assert said in done.err
    assert "Traceback" not in done.err
    assert seeded.exists()


def test_conflict_has_exit_code_5_and_shows_both_values(run: Run, seeded: Path) -> None:
    """The same key with other numbers is refused, and both are named."""
    file = seeded.parent / "evidence.csv"
    file.write_text(FILES["evidence.csv"], encoding="utf-8")
    assert run("import", str(file), "--as", "Ada").code == 0
    file.write_text(FILES["evidence.csv"].replace("2.10,1.20,3.70", "2.40,1.20,4.80"), encoding="utf-8")
    done = run("import", str(file), "--as", "Ada")
    assert done.code == 5
    assert "2.10," in done.err
    assert "2.40;" in done.err


def test_fault_of_ours_is_said_without_a_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug is named as one, with how to report it."""
    monkeypatch.setattr("registry.version.VERSION", object())
    done = run("version", "--json")
    assert done.code == 1
    assert "fault of evireg" in done.err
    assert "EVIREG_DEBUG" in done.err
    assert "Traceback" not in done.err


def test_fault_of_ours_shows_where_in_debug_mode(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who wants the traceback can have it."""
    monkeypatch.setattr("registry.version.VERSION", object())
    monkeypatch.setenv("EVIREG_DEBUG", "1")
    with pytest.raises(TypeError, match="not JSON serializable"):
        run("version", "--json")


def test_reader_that_leaves_early_is_no_error(seeded: Path) -> None:
    """`evireg list … | head -1` ends quietly."""
    command = (
        f"{shlex.quote(sys.executable)} -m cli.app list estimates --json --db {shlex.quote(str(seeded))} | head -1"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, cwd=root, check=False, timeout=60)
    assert done.stdout.startswith("{")
    assert done.stderr == ""


def test_terminal_without_unicode_gets_plain_characters_not_a_traceback(seeded: Path) -> None:
    """An old terminal shows what it can."""
    done = subprocess.run(
        [sys.executable, "-m", "cli.app", "pool", "--factor", "NLR", "--disease", "MM", "--endpoint", "OS"],
        capture_output=True,
        env={"PYTHONIOENCODING": "ascii", "EVIREG_DB": str(seeded), "PATH": "/usr/bin"},
        cwd=Path(__file__).parents[2],
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert b"1.70 (1.25-2.32)" in done.stdout
