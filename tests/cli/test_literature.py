"""References at the command line: import, decide, screen in a terminal, draw the flow."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.examples import FILES


@pytest.fixture
def searched(run: Run, seeded: Path) -> Path:
    """Give a folder with a registry that holds the references of the examples, two documents."""
    (seeded.parent / "search.ris").write_text(FILES["search.ris"], encoding="utf-8")
    assert run("refs", "import", "search.ris", "--from", "Embase", "--as", "Ada").code == 0
    return seeded.parent


def test_import_tells_what_became_of_each_file(run: Run, seeded: Path) -> None:
    """Records, duplicates by rule, and on a second import that nothing is new."""
    (seeded.parent / "search.ris").write_text(FILES["search.ris"], encoding="utf-8")
    first = run("refs", "import", "search.ris", "--from", "Embase", "--as", "Ada")
    assert "Duplicates, by rule: same title, author and year (1)." in first.out
    again = run("refs", "import", "search.ris", "--from", "Embase", "--as", "Ada")
    assert "Nothing new" in again.out
    refused = run("refs", "import", "search.ris", "--as", "Ada")
    assert refused.code == 3
    assert '--from "Embase"' in refused.err


def test_undo_of_references_shows_them_in_a_few_words(run: Run, searched: Path) -> None:
    """A record is told by author, year and title, not as the JSON of the ledger."""
    log = run("log", "--json").json["changesets"]
    done = run("undo", str(log[0]["changeset"]), "--reason", "another search", "--as", "Ada")
    assert done.code == 0, (done.err, searched)
    assert "{" not in done.out
    assert "Ferritin" in done.out or "ferritin" in done.out


def test_references_are_listed_as_people_sort(run: Run, seeded: Path) -> None:
    """By first author, accents and case aside and a particle as part of the name, then by year."""
    authors = [("van Zyl, A", 2010), ("Ábel, B", 2012), ("Abel, B", 2011), ("Tan, C", 2010)]
    text = "".join(
        f"TY  - JOUR\nAU  - {name}\nPY  - {year}\nTI  - On {name[:3]} and other things {year}\nER  - \n\n"
        for name, year in authors
    )
    (seeded.parent / "names.ris").write_text(text, encoding="utf-8")
    assert run("refs", "import", "names.ris", "--from", "Embase", "--as", "Ada").code == 0
    listed = [line.split()[1:] for line in run("refs", "list").out.splitlines() if "Embase" in line]
    assert [words[0] for words in listed] == ["Abel", "Ábel", "Tan", "van"]


def test_list_and_show_lead_to_a_reference(run: Run, searched: Path) -> None:
    """Keys, where each was found, and the report it is in the registry."""
    assert searched.is_dir()
    listed = run("refs", "list")
    assert "song2009" in listed.out
    assert "armand2007" in listed.out
    assert "song2009b" not in listed.out
    shown = run("refs", "show", "song2009", "--json").json
    assert shown["report"] == "doi:10.3904/kjim.2009.24.4.368"
    assert [record["duplicate_by"] for record in shown["records"]] == [None, "title"]
    assert "same title, author and year" in run("refs", "duplicates", "--merged").out
    lost = run("refs", "show", "song2008")
    assert (lost.code, "nearest: song2009" in lost.err) == (4, True)


def test_what_a_rule_joined_a_person_takes_apart(run: Run, searched: Path) -> None:
    """And joins again."""
    assert searched.is_dir()
    assert "two documents" in run("refs", "different", "song2009", "song2009b", "--as", "Ada").out
    assert "song2009b" in run("refs", "list").out
    assert "one document" in run("refs", "same", "song2009b", "song2009", "--as", "Ada").out
    assert "song2009b" not in run("refs", "list").out


def test_other_decisions_are_hidden_until_all_are_in(run: Run, searched: Path) -> None:
    """Neither list nor show tells Grace what Ada decided before Grace has."""
    assert searched.is_dir()
    run("screen", "--reviewers", "2", "--as", "Ada")
    run("screen", "song2009", "include", "--as", "Ada")
    assert "1 of 2 decisions" in run("refs", "show", "song2009", "--as", "Grace").out
    blind = run("refs", "show", "song2009", "--as", "Grace", "--json").json["screening"]["title"]
    assert blind == {"state": "waiting", "reason": None, "decisions": []}
    run("screen", "song2009", "exclude", "--as", "Grace")
    told = run("screen", "--conflicts", "--as", "Grace").out
    assert "Ada: include; Grace: exclude" in told
    assert "0 % of 1 agree" in told
    late = run("screen", "song2009", "exclude", "--as", "Ada")
    assert (late.code, "yours was include, not exclude" in late.err) == (5, True)
    run("screen", "song2009", "include", "--settle", "--as", "Cleo")
    assert "nowhere" in run("screen", "--conflicts", "--as", "Ada").out


def test_flow_from_the_registry_and_from_a_file(run: Run, searched: Path) -> None:
    """A review in progress says so; counts from elsewhere need no registry and must add up."""
    run("screen", "song2009", "armand2007", "include", "--as", "Ada")
    run("screen", "song2009", "include", "--stage", "full_text", "--as", "Ada")
    run("screen", "armand2007", "exclude", "--stage", "full_text", "--reason", "no ratio", "--as", "Ada")
    done = run("prisma", "-o", "flow.svg", "--json").json
    assert (done["identified"], done["duplicates"], done["reports"], done["studies"]) == (3, 1, 1, 1)
    assert (searched / "flow.svg").read_text(encoding="utf-8").startswith("<?xml")
    counts = "databases = 100\nduplicates = 20\nexcluded = 60\nnot_retrieved = 1\nreports_excluded = 10\n"
    (searched / "counts.toml").write_text(counts, encoding="utf-8")
    assert "9 reports included" in run("prisma", "--counts", "counts.toml", "--db", "none.db").out
    (searched / "counts.toml").write_text(counts + "screened = 100\n", encoding="utf-8")
    wrong = run("prisma", "--counts", "counts.toml")
    assert (wrong.code, "100 identified − 20 removed = 80" in wrong.err) == (3, True)
    assert run("prisma", "-o", "flow.jpg").code == 2


def answered(folder: Path, arguments: list[str], answers: list[tuple[str, str]]) -> str:
    """Run a command in a terminal of its own and type each answer once its question is there; give the screen."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "cli.app", *arguments]
    environment = {**os.environ, "TERM": "dumb", "COLUMNS": "90", "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(command, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        try:
            seen = _talked(process, ours, answers)
        finally:
            process.kill()
            os.close(ours)
    assert process.returncode == 0, seen
    return seen


def _talked(process: subprocess.Popen[bytes], ours: int, answers: list[tuple[str, str]]) -> str:
    seen, waiting, end = "", list(answers), time.monotonic() + 60
    asked = 0
    while time.monotonic() < end:
        if select.select([ours], [], [], 0.2)[0]:
            try:
                seen += os.read(ours, 4096).decode(errors="replace")
            except OSError:
                break
        # A terminal forgets what is typed before it waits for a single key.
        in_lines = bool(termios.tcgetattr(ours)[3] & termios.ICANON)
        ready = waiting and in_lines == waiting[0][1].endswith("\r")
        if ready and (place := seen.find(waiting[0][0], asked)) >= 0:
            asked = place + len(waiting[0][0])
            os.write(ours, waiting.pop(0)[1].encode())
        if process.poll() is not None and not select.select([ours], [], [], 0)[0]:
            break
    process.wait(timeout=10)
    return seen


def test_screening_in_a_terminal_goes_from_one_to_the_next(run: Run, searched: Path) -> None:
    """Include, exclude with a reason, skip; a reason is needed in full text and offered again by number."""
    keys = "s(kip) q(uit): "
    seen = answered(searched, ["screen", "--as", "Ada"], [(keys, "x"), (keys, "i"), (keys, "i")])
    assert "2 decided, 0 left" in seen
    assert "1 of 2, title and abstract, Ada" in seen
    assert "Elevation of Serum Ferritin" in seen
    answers = [(keys, "e"), ("Reason: ", "\r"), ("Reason: ", "no hazard ratio\r"), (keys, "e"), ("Reason: ", "1\r")]
    seen = answered(searched, ["screen", "--stage", "full_text", "--as", "Ada"], answers)
    assert "1  no hazard ratio" in seen
    assert run("prisma", "--json").json["reports_excluded"] == {"no hazard ratio": 2}
    assert "Nothing waits for Ada" in answered(searched, ["screen", "--as", "Ada"], [])


def test_screening_can_be_left_at_any_time(run: Run, searched: Path) -> None:
    """What was decided before stays."""
    keys = "s(kip) q(uit): "
    assert "1 decided, 1 left" in answered(searched, ["screen", "--as", "Ada"], [(keys, "i"), (keys, "q")])
    assert run("screen", "--as", "Ada", "--json").json["undecided"] == ["armand2007"]
