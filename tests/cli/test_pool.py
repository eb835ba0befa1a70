"""`evireg pool`: what a reader of the screen gets to see."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run

NLR = ["pool", "--factor", "NLR", "--disease", "multiple myeloma", "--endpoint", "OS"]
FERRITIN = 'factor == "ferritin" and endpoint == "OS" and measure == "hr" and contains(timepoint, "before")'


def test_screen_holds_everything_that_explains_the_result(run: Run, seeded: Path) -> None:
    """Estimates with weights, the comparison interval, heterogeneity, method, flow and provenance, in one reading."""
    shown = run(*NLR, "--method", "DL", "--test", "z")
    assert shown.code == 0
    assert "1.73 (1.23–2.44)" in shown.out
    for word in ("Weight", "Hartung–Knapp interval", "prediction interval", "tau²", "I²", "DerSimonian–Laird"):
        assert word in shown.out
    assert re.search(r"matched +8", shown.out)
    assert re.search(r"used +8", shown.out)
    assert 'disease == "multiple myeloma"' in shown.out
    assert "changeset" in shown.out
    assert seeded.exists()


def test_shortcuts_are_the_condition_they_stand_for(run: Run, seeded: Path) -> None:
    """--factor, --disease, --endpoint and --where add up, and mean what the condition means."""
    short = run(*NLR, "--where", "year >= 2015", "--json").json
    spelled = 'year >= 2015 and factor == "NLR" and disease == "multiple myeloma" and endpoint == "OS"'
    long = run("pool", "--where", spelled, "--json").json
    assert short["pool"] == long["pool"]
    assert short["provenance"]["digest"] == long["provenance"]["digest"]
    assert seeded.exists()


def test_or_in_a_condition_does_not_escape_the_shortcuts(run: Run, seeded: Path) -> None:
    """A condition is joined as a whole."""
    pooled = run(*NLR, "--where", 'year == 2014 or endpoint == "PFS"', "--json").json
    assert [each["study"] for each in pooled["estimates"]] == ["kelkitli2014"]
    assert seeded.exists()


def test_known_but_unusable_estimates_are_part_of_the_answer(run: Run, seeded: Path) -> None:
    """What cannot be pooled is named, with the direction its text states."""
    shown = run("pool", "--where", FERRITIN).out
    assert "Known, not poolable" in shown
    assert "fares worse" in shown
    assert "direction only" in shown
    assert seeded.exists()


def test_allow_takes_words_repeated_or_with_commas(run: Run, seeded: Path) -> None:
    """Both ways of saying it are the same, and every output says what was allowed."""
    where = ["pool", "--where", 'factor == "ferritin" and endpoint == "PFS" and contrast == "above_vs_below"', "--json"]
    rule = ["--one-per", "cohort:adjusted,largest_n"]
    commas = run(*where, *rule, "--allow", "mixed-adjustment,p-derived")
    repeated = run(*where, *rule, "--allow", "mixed-adjustment", "--allow", "p-derived")
    assert commas.code == 0, commas.err
    assert commas.json == repeated.json
    assert commas.json["provenance"]["allow"] == ["mixed-adjustment", "p-derived"]
    assert seeded.exists()


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_forest_plot_is_written_where_asked(run: Run, seeded: Path, ending: str) -> None:
    """The path is said, and the file is there."""
    shown = run(*NLR, "--forest", f"nlr.{ending}")
    assert f"nlr.{ending}" in shown.out
    assert (seeded.parent / f"nlr.{ending}").stat().st_size > 1000


@pytest.mark.parametrize("name", ["nlr.docx", "no/such/folder/nlr.svg"])
def test_forest_plot_that_cannot_be_written_is_bad_usage(run: Run, seeded: Path, name: str) -> None:
    """A wrong ending or a missing folder is said, not thrown."""
    done = run(*NLR, "--forest", name)
    assert done.code == 2, done.err
    assert ("no" if "/" in name else "docx") in done.err
    assert seeded.exists()


def test_terminal_gets_a_text_forest_plot_and_a_pipe_does_not(run: Run, seeded: Path) -> None:
    """Who looks at a screen sees the plot at once."""
    assert "◆" not in run(*NLR).out
    shown = in_a_terminal([*NLR, "--db", str(seeded)])
    assert "◆" in shown
    assert "1.70 (1.25–2.32)" in shown


def test_colours_only_on_a_terminal_and_not_with_no_color(run: Run, seeded: Path) -> None:
    """Escape sequences go where they are understood and wanted."""
    colour = re.compile(r"\x1b\[[0-9;]*3[0-9]")
    assert "\x1b" not in run(*NLR).out
    assert not colour.search(in_a_terminal([*NLR, "--db", str(seeded)], NO_COLOR="1"))


def in_a_terminal(arguments: list[str], **environment: str) -> str:
    """Run a command with a pseudo-terminal as its stdout and give what it shows."""
    master, slave = pty.openpty()
    root = Path(__file__).parents[2]
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", **environment}
    command = [sys.executable, "-m", "cli.app", *arguments]
    with subprocess.Popen(command, stdout=slave, cwd=root, env=environment) as process:
        os.close(slave)
        shown = b""
        while chunk := read(master):
            shown += chunk
        assert process.wait(timeout=60) == 0
    os.close(master)
    return shown.decode()


def read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""
