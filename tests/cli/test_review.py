"""The commands of reviewers, as they use them: what is said, what is asked, what is refused with which exit code."""

from __future__ import annotations

import csv
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import Run
from tests.cli.test_schemas import KIM, validate


def test_review_is_told_and_shown(run: Run, seeded: Path) -> None:
    """The list names who may not check; a check shows in `show` with its curator."""
    assert seeded.exists()
    listed = run("review", "--where", 'study == "kim2016"', "--as", "Grace")
    assert "Estimates by status: 1 extracted" in listed.out
    assert KIM in listed.out
    assert "1 estimate checked" in run("review", KIM, "checked", "--as", "Grace").out
    shown = run("show", KIM)
    assert "Review" in shown.out
    assert "checked     Grace" in shown.out
    refused = run("review", KIM, "accepted", "--as", "Grace")
    assert refused.code == 3
    assert "it has no quote, and an accepted estimate has one" in refused.err
    assert run("review", KIM, "great", "--as", "Grace").code == 2
    assert run("review", "kim2015", "checked", "--as", "Grace").code == 4


def test_second_extraction_from_template_to_agreement(run: Run, seeded: Path) -> None:
    """A template without numbers, filled in and given back; what differs is shown, settled, and counted."""
    path = seeded.parent / "second.csv"
    assert run("extract", "--template", str(path), "--where", 'study == "kim2016"', "--as", "Grace").code == 0
    text = path.read_text(encoding="utf-8-sig")
    assert "1.56" not in text
    assert "273" not in text
    with path.open(encoding="utf-8-sig") as handle:
        rows = list(csv.DictReader(handle))
    rows[0] |= {"hr": "1.65", "ci_low": "1.08", "n_patients": "273"}
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    done = run("extract", "--from", str(path), "--as", "Grace")
    assert "0 of 1 agree in every field" in done.out
    assert "1.65" in done.out
    validate("adjudicate", run("adjudicate", "--json").json)
    validate("agreement", run("agreement", "--json").json)
    assert run("adjudicate", KIM, "--take", "second", "--as", "Alan").code == 2
    told = run("adjudicate", KIM, "--take", "second", "--reason", "Table 2", "--as", "Alan")
    assert [line.split() for line in told.out.splitlines() if "1.65" in line] == [["hr", "1.56", "1.65"]]
    [number] = re.findall(r"in changeset (\d+)", told.out)
    assert run("undo", number, "--reason", "told, and done again", "--as", "Alan").code == 0
    settled = run("adjudicate", KIM, "--take", "second", "--reason", "Table 2", "--as", "Alan", "--json")
    validate("adjudicate", settled.json)
    assert {each["field"] for each in settled.json["settled"]["changes"]} == {"est", "est_text"}
    assert "1 estimate read twice (1 settled)" in run("agreement").out
    assert "No readings differ." in run("adjudicate").out
    validate("show", run("show", KIM, "--json").json)


def test_field_given_twice_is_refused(run: Run, seeded: Path) -> None:
    """One field has one value, and an estimate is named."""
    assert seeded.exists()
    twice = run("extract", KIM, "hr=1", "hr=2", "--as", "Grace")
    assert (twice.code, "hr is given twice" in twice.err) == (2, True)
    assert run("extract", "hr=1", "--as", "Grace").code == 2
    assert run("appraise", KIM, "quips_outcome=low", "--support", "p. 3", "--as", "Grace").code == 2
    assert run("appraise", KIM, "--as", "Grace").code == 2


def test_attachment_is_listed_saved_and_named(run: Run, seeded: Path) -> None:
    """The file comes back as it was, under a name that is free."""
    page = seeded.parent / "page 3.pdf"
    page.write_bytes(b"%PDF-1.7 \x00\xff")
    assert "Attached" in run("attach", str(page), "--to", KIM, "--as", "Grace").out
    again = run("attach", str(page), "--to", KIM, "--as", "Grace").out
    assert "is attached to estimate" in " ".join(again.split())
    validate("attachments", run("attachments", KIM, "--json").json)
    assert run("attachments", KIM, "-o", str(seeded.parent / "out.pdf")).code == 0
    assert (seeded.parent / "out.pdf").read_bytes() == page.read_bytes()
    assert "is there already" in run("attachments", KIM, "-o", str(page)).err
    assert "page 3.pdf" in run("show", KIM).out


def test_matrices_show_marks(run: Run, seeded: Path) -> None:
    """● adjusted for, ○ not, ? not read; domains without what they all begin with."""
    assert seeded.exists()
    out = run("list", "adjustment", "--where", "covariates is not None").out
    assert "●" in out
    assert "● adjusted for   ○ not adjusted for   ? not read" in out
    assert "none was appraised yet" in run("list", "appraisal").out
    run("appraise", KIM, "quips_outcome=low", "--as", "Grace")
    out = run("list", "appraisal", "--where", 'study == "kim2016"').out
    assert "confounding" in out
    assert "low" in out
    assert "Risk of bias by QUIPS" in run("columns").out


def test_terminal_is_asked_domain_by_domain(seeded: Path) -> None:
    """Guidance, a level by number, word or its beginning, and what it rests on; an empty answer leaves a domain."""
    command = [sys.executable, "-m", "cli.app", "appraise", KIM, "--as", "Grace", "--db", str(seeded)]
    master, slave = pty.openpty()
    root = Path(__file__).parents[2]
    running = subprocess.Popen(
        command, stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=root, text=True
    )
    os.close(slave)
    os.write(master, b"1\np. 3\nmod\n\nsideways\n\n\n\n\n")
    out, _ = running.communicate(timeout=60)
    os.close(master)
    assert running.returncode == 0, out
    assert "1. study participation" in out
    assert "'sideways' is none of them" in out
    assert "Appraised 1 estimate: 1 changed" in out
    judged = {row["key"]: row["judgements"] for row in _listing(seeded)}[KIM]
    assert {name: level for name, level in judged.items() if level} == {
        "quips_participation": "low",
        "quips_attrition": "moderate",
    }


def _listing(path: Path) -> list[dict[str, dict[str, str]]]:
    from registry.handle import open as open_registry

    with open_registry(path) as reg:
        return reg.listing("appraisal")
