"""Saved queries on the command line: saved, edited, run, verified, watched."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run

OS = ["--factor", "NLR", "--disease", "multiple myeloma", "--endpoint", "OS"]
KIM = "kim2016/OS/b0f2d47f"


def test_query_is_saved_run_verified_and_watched(run: Run, seeded: Path) -> None:
    """The whole way, with the exit codes a scheduled job reads."""
    folder = seeded.parent
    saved = run("query", "save", "os", *OS, "--method", "DL", "--test", "z", "--threshold", "1.25", "--as", "Ada")
    assert saved.code == 0, saved.err
    assert re.search(r"Protocol +none named +$", saved.out, re.MULTILINE)
    ran = run("query", "run", "os", "--forest", "os.svg", "--as", "Ada")
    assert "HR 1.73 (95 % CI 1.23–2.44)" in ran.out
    assert (folder / "os.svg").stat().st_size > 0
    printed = run("pool", *OS, "--json").out
    (folder / "pool.json").write_text(printed, encoding="utf-8")
    assert run("watch", "--exit-code").code == 0
    assert run("amend", KIM, "hr=1.2", "ci_low=0.9", "ci_high=1.6", "--reason", "typo", "--as", "Ada").code == 0
    watched = run("watch", "os", "--exit-code")
    assert watched.code == 8
    assert "1.73 (1.23–2.44)" in watched.out
    assert "1 of 1 query changed" in watched.out
    assert run("watch", "os").code == 0
    for what in ("1", "pool.json"):
        verified = run("run", "verify", what)
        assert verified.code == 0
        assert verified.out.startswith("Equal: ")
    content = json.loads(printed)
    content["pool"]["hr"] = 2.0
    (folder / "pool.json").write_text(json.dumps(content), encoding="utf-8")
    spoiled = run("run", "verify", "pool.json")
    assert spoiled.code == 7
    assert "pool.hr" in spoiled.out


def test_run_prints_what_the_pool_prints(run: Run, seeded: Path) -> None:
    """The result inside is the pool's JSON, so that other tools read both."""
    assert seeded.exists()
    ran = run("query", "run", "nlr-myeloma-os", "--as", "Ada", "--json").json
    assert ran["result"] == run("pool", *OS, "--method", "DL", "--test", "z", "--json").json
    assert run("run", "show", "1", "--json").json == ran
    assert ran["specified"]["post_hoc"] is True


def test_edit_changes_what_is_given_only(run: Run, seeded: Path) -> None:
    """An empty text takes away; a protocol does not cover another question."""
    assert seeded.exists()
    save = ["query", "save", "os", *OS, "--subgroup", "year:2015", "--rounding", "--prespecified", "CRD1"]
    assert run(*save, "--as", "Ada").code == 0
    edited = run("query", "edit", "os", "--subgroup", "", "--no-rounding", "--as", "Ada")
    assert "Version 2 names no protocol" in edited.err
    shown = run("query", "show", "os", "--json").json
    assert shown["definition"]["options"]["subgroup"] is None
    assert shown["definition"]["options"]["rounding"] is False
    assert shown["definition"]["where"] == run("query", "show", "nlr-myeloma-os", "--json").json["definition"]["where"]


def test_analyses_beside_the_pool_are_saved_with_it(run: Run, seeded: Path) -> None:
    """As options, in what is shown, and in TOML; an empty text takes away, and what stays is as it was."""
    beside = ["--also-subgroup", "year:2015", "--also-moderator", "year", "--small-study", "egger,begg", "--cutoffs"]
    more = ["--baseline", "survival=0.5, prevalence=0.4, at=24, source=Smith 2020, table 2"]
    assert run("query", "save", "os", *OS, *beside, *more, "--as", "Ada").code == 0
    edited = run(
        "query", "edit", "os", "--also-subgroup", "", "--no-cutoffs", "--small-study", "default", "--as", "Ada"
    )
    assert edited.code == 0, edited.err
    assert "year:2015 → –" in run("query", "show", "os").out
    shown = run("query", "show", "os", "--json").json
    assert shown["definition"]["analyses"] == {
        "moderators": ["year"],
        "small_study": [],
        "baselines": [{"survival": 0.5, "prevalence": 0.4, "at": "24", "source": "Smith 2020, table 2"}],
    }
    file = seeded.parent / "os.toml"
    assert run("query", "export", "os", str(file)).code == 0
    assert run("query", "import", str(file)).out == "Unchanged: os.\n"
    file.write_text(file.read_text().replace('"year"', '"yeer"'), encoding="utf-8")
    refused = run("query", "import", str(file))
    assert (refused.code, "query 'os': on: there is no column 'yeer'" in refused.err) == (3, True)


def test_every_topic_brings_its_queries(run: Run, seeded: Path) -> None:
    """Seeding again changes nothing, an edited query stays edited."""
    assert seeded.exists()
    assert run("query", "edit", "mycn-os", "--method", "PM", "--as", "Ada").code == 0
    before = run("query", "list", "--json").json
    assert {"mycn-os", "nlr-dlbcl-pfs", "ferritin-transplant-os"} <= {each["name"] for each in before["queries"]}
    assert run("seed").code == 0
    assert run("query", "list", "--json").json == before


def test_running_all_goes_past_what_is_refused(run: Run, seeded: Path) -> None:
    """The one that cannot be pooled is told, the others are run."""
    assert seeded.exists()
    done = run("query", "run", "--all", "--as", "Ada", "--json").json
    assert "nothing to pool" in done["refused"]["ferritin-cart-pfs"]
    assert len(done["runs"]) == len(run("query", "list", "--json").json["queries"]) - 1


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["query", "save", "x"], 2, "nothing says what to pool"),
        (["query", "save", "mycn-os", *OS], 5, "already"),
        (["query", "save", "x", *OS, "--method", "XX"], 2, "unknown method"),
        (["query", "edit", "mycn-os"], 2, "nothing says what to change"),
        (["query", "edit", "mycn-os", "--also-subgroup", "yeer:2"], 2, "did you mean 'year'"),
        (["query", "edit", "mycn-os", "--baseline", "survival=0.5,prevalence"], 2, "'prevalence' gives no value"),
        (["query", "edit", "mycn-os", "--baseline", "survival=half,prevalence=0.4"], 2, "survival is 'half'"),
        (["query", "edit", "mycn-os", "--method", ""], 2, "--method cannot be empty"),
        (["query", "run"], 2, "--all"),
        (["query", "run", "mycn-oz"], 4, "nearest: mycn-os"),
        (["query", "run", "ferritin-cart-pfs"], 2, "nothing to pool"),
        (["query", "rm", "mycn-os", "--reason", " "], 2, "a removal has a reason"),
        (["query", "import", "none.toml"], 3, "cannot be read"),
        (["query", "export", "none/q.toml"], 2, "the folder of none/q.toml does not exist"),
        (["run", "show", "1"], 4, "none is stored yet"),
        (["run", "list", "nobody"], 4, "no query 'nobody'"),
        (["run", "verify", "none.json"], 3, "cannot be read"),
        (["watch", "nobody"], 4, "no query 'nobody'"),
    ],
)
def test_refusals_have_their_exit_codes(run: Run, seeded: Path, arguments: list[str], code: int, said: str) -> None:
    """In words that say what to do."""
    assert seeded.exists()
    done = run(*arguments)
    assert (done.code, said in done.err) == (code, True), done.err
