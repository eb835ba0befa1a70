"""`evireg export result` and `evireg second-opinion`: files for other programs, on the command line."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from registry.formats.catalogue import FORMATS
from tests.cli.conftest import Run

DOCS = Path(__file__).parents[2] / "docs" / "formats.md"


def _commands() -> list[list[str]]:
    """Give the commands of the manual's page that need no R."""
    blocks = re.findall(r"^```sh\n(.*?)^```", DOCS.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    lines = [shlex.split(line) for block in blocks for line in block.splitlines()]
    return [words[1:] for words in lines if "--log" not in words]


def test_every_command_of_the_manual_works(run: Run, seeded: Path) -> None:
    """The commands of the manual's page on forms run as they stand."""
    assert len(_commands()) >= 4
    for words in _commands():
        done = run(*words, *(["--force"] if "metafor" in words else []))
        assert done.code == 0, done.err
    assert (seeded.parent / "nlr-dlbcl-os.R").read_text().startswith("# Second opinion on")


def test_manual_names_every_form() -> None:
    """The table of the manual has every form, and no other."""
    named = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(re.findall(r"\w+", " ".join(named))) == sorted(FORMATS)


def test_ending_says_the_form(run: Run, seeded: Path) -> None:
    """Each ending writes its form, whatever its case, and the answer says what was written."""
    for form in FORMATS.values():
        file = f"x{form.name}{form.ending.upper()}"
        done = run("export", "result", "nlr-myeloma-os", file, "--json")
        expected = "csv" if form.ending == ".csv" else form.name
        assert done.json["format"] == expected
        assert (seeded.parent / file).stat().st_size > 100
    assert run("export", "result", "nlr-myeloma-os", "x.csv", "--format", "revman", "--json").json["format"] == "revman"


def test_what_cannot_be_written_is_refused(run: Run, seeded: Path) -> None:
    """An unknown ending, form or query and a file that is there are refused with what to do, and nothing is written."""
    assert seeded.exists()
    unknown = run("export", "result", "nlr-myeloma-os", "x.docx")
    assert unknown.code == 2
    assert ".fhir.json" in unknown.err
    misspelt = run("export", "result", "nlr-myeloma-os", "x.csv", "--format", "revmann")
    assert misspelt.code == 2
    assert "did you mean 'revman'" in misspelt.err
    absent = run("export", "result", "nlr-myelom-os", "x.csv")
    assert absent.code == 4
    assert "nlr-myeloma-os" in absent.err
    assert run("export", "result", "nlr-myeloma-os", "x.csv").code == 0
    again = run("export", "result", "nlr-myeloma-os", "x.csv")
    assert again.code == 2
    assert "--force" in again.err
    assert run("export", "result", "nlr-myeloma-os", "x.csv", "--force").code == 0


def test_query_without_a_poolable_row_is_refused(run: Run, seeded: Path) -> None:
    """A query of which nothing can be pooled gives no file and no script, but the reason."""
    done = run("export", "result", "ferritin-cart-pfs", "x.csv")
    assert done.code == 2
    assert "nothing to pool" in done.err
    assert not (seeded.parent / "x.csv").exists()
    assert run("second-opinion", "ferritin-cart-pfs").code == 2


def test_script_is_printed_or_written(run: Run, seeded: Path) -> None:
    """Without a file the script is what is printed, with one the file holds the same."""
    printed = run("second-opinion", "nlr-myeloma-os")
    assert printed.code == 0
    assert run("second-opinion", "nlr-myeloma-os", "-o", "os.R").code == 0
    assert (seeded.parent / "os.R").read_text(encoding="utf-8") == printed.out
    assert run("second-opinion", "nlr-myeloma-os", "-o", "os.R").code == 2


def test_without_r_the_message_says_what_to_install(
    run: Run, seeded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no Rscript, --run names the packages to install and leaves no log."""
    assert seeded.exists()
    monkeypatch.setenv("PATH", str(tmp_path))
    done = run("second-opinion", "nlr-myeloma-os", "--log", "os.log", "--json")
    assert done.code == 2
    assert "r-cran-metafor" in json.loads(done.err)["error"]["hint"]
    assert not (seeded.parent / "os.log").exists()


def _pretend(folder: Path, monkeypatch: pytest.MonkeyPatch, *, says: str, code: int) -> None:
    """Put an Rscript in the path that prints and ends as told."""
    program = folder / "Rscript"
    program.write_text(f"#!/bin/sh\necho '{says}'\nexit {code}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_a_difference_is_exit_code_7_and_the_log_is_kept(
    run: Run, seeded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the script stops, the log is written all the same and the command ends with 7."""
    _pretend(tmp_path, monkeypatch, says="mu DIFFERS", code=1)
    done = run("second-opinion", "nlr-myeloma-os", "--log", "os.log")
    assert done.code == 7
    assert "does not give the numbers" in done.err
    assert (seeded.parent / "os.log").read_text() == "mu DIFFERS\n"


def test_missing_metafor_is_told(run: Run, seeded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R without metafor is told as what is missing, not as a difference."""
    assert seeded.exists()
    _pretend(tmp_path, monkeypatch, says="Error: this script needs the R package metafor: install it", code=1)
    done = run("second-opinion", "nlr-myeloma-os", "--run")
    assert done.code == 2
    assert "no package metafor" in done.err
