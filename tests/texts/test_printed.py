"""Whatever is printed or written for reading is encoded: no stored or given text acts on who reads it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from cli import output
from registry.dossier.document import Document, Paragraph, Section, TableBlock
from registry.dossier.rendering import html, markdown
from registry.report.table import Column, Table
from registry.texts import FORBIDDEN, in_json, shown
from tests.cli.conftest import Run, run
from tests.conftest import MakeRecord
from tests.texts.poison import POISON, poisoned

__all__ = ["run"]

#: What a terminal acts on, or shows in another order than it stands; a carriage return writes over its line.
_ACTS = re.compile(rf"{FORBIDDEN.pattern}|\r")
HOSTILE = f"{POISON}\x9b31m\u2066\x7f\roverwritten"


@pytest.fixture
def old(initialised_file: Path, tmp_path: Path, record: MakeRecord) -> str:
    """Give a registry of an earlier evireg with such texts everywhere, its name of a curator included."""
    path = tmp_path / "old.db"
    shutil.copy(initialised_file, path)
    poisoned(path, record, poison=HOSTILE, curator="Ada\x1b[2JL")
    return str(path)


@pytest.mark.parametrize(
    "command",
    [
        "log",
        "log 2",
        "list estimates",
        "list studies",
        "show kim2016",
        "history kim2016",
        "query list",
        "query show nlr-os",
        "query export",
        "run list",
        "grade list",
        "grade show nlr-os",
        "overlaps",
        "curator list",
        "lint",
        "doctor",
        "verify",
        "pool nlr-os",
        "query run nlr-os",
    ],
)
def test_nothing_printed_acts_on_the_terminal(run: Run, old: str, command: str) -> None:
    """Tables, prose, blocks and errors of a poisoned registry hold escapes, and JSON means the same text."""
    for more in ([], ["--json"]):
        found = run(*command.split(), "--db", old, *more)
        assert not _ACTS.search(found.out + found.err), (command, more)


def test_log_shows_what_it_was(run: Run, old: str) -> None:
    """The escape is told as one, and JSON gives back the very text."""
    assert r"\x1b]0;owned\x07" in run("log", "--db", old).out
    entries = run("log", "--json", "--db", old)
    assert f"import {HOSTILE}" in [each["message"] for each in json.loads(entries.out)["changesets"]]


@pytest.mark.parametrize("as_json", [False, True])
def test_errors_are_encoded(run: Run, old: str, *, as_json: bool) -> None:
    """A text given on the command line comes back in the message as an escape."""
    found = run("show", "a\x1b]0;owned\x07b\u202e", "--db", old, *["--json"] * as_json)
    assert found.code == 4
    assert "owned" in found.err
    assert not _ACTS.search(found.err)


def test_prompts_are_encoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked passes the printer too."""
    import typer

    asked: list[str] = []
    monkeypatch.setattr(typer, "prompt", lambda question, **_: asked.append(question) or "x")
    assert output.ask("because\x1b[2J") == "x"
    assert asked == [r"because\x1b[2J"]


def test_only_the_printer_prints() -> None:
    """No command writes past cli/output.py, where the encoding is."""
    past = re.compile(r"(?<![\w.])print\(|typer\.(echo|secho|prompt|confirm)\(|sys\.std(out|err)\.write|click\.")
    root = Path(output.__file__).parent
    found = {
        f"{path.relative_to(root)}: {line.strip()}"
        for path in root.rglob("*.py")
        if path.name != "output.py"
        for line in path.read_text(encoding="utf-8").splitlines()
        if past.search(line)
    }
    assert found == {"app.py: typer.echo(error.format_message())"}  # our own help


def test_lines_and_letters_stay() -> None:
    """Line breaks, tabs and every script are shown as they are."""
    text = "one\n\ttwo \u00e9\u4e2d\u05d0\U0001f9ea\u200d"
    assert shown(text) == text
    assert in_json(text) == text
    assert shown("a\r\nb") == "a\r\nb"
    assert shown("a\rb") == r"a\x0db"


def test_reports_hold_escapes() -> None:
    """HTML and Markdown show them; XML could not hold them."""
    table = Table("t", (Column("c"),), ((HOSTILE,),))
    document = Document(HOSTILE, "s", (Section("a", HOSTILE, (Paragraph(HOSTILE), TableBlock(table))),))
    for made in (html.page(document), markdown.text(document, "files")):
        assert not FORBIDDEN.search(made)
        assert "owned" in made


def test_word_holds_escapes() -> None:
    """Word files are XML."""
    from registry.dossier.rendering.word import clean

    assert clean("a\x1bb\u202e") == r"a\x1bb\u202e"


def test_exports_hold_escapes(run: Run, old: str, tmp_path: Path) -> None:
    """Estimates and results as CSV, TSV, JSON lines and JSON."""
    for name in ("e.csv", "e.tsv", "e.jsonl"):
        assert run("export", "estimates", str(tmp_path / name), "--db", old).code == 0
    for form in ("csv", "metafor", "json", "fhir"):
        place = tmp_path / f"r-{form}{'.json' if form in ('json', 'fhir') else '.csv'}"
        assert run("export", "result", "nlr-os", str(place), "--format", form, "--db", old).code == 0, form
    for place in tmp_path.iterdir():
        if place.suffix in (".csv", ".tsv", ".jsonl", ".json"):
            assert not _ACTS.search(place.read_text(encoding="utf-8-sig").replace("\r\n", "\n")), place.name
    assert r"\x1b]0;owned\x07" in (tmp_path / "e.csv").read_text(encoding="utf-8-sig")
