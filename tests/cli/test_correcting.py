"""Amend, history, log, undo, retract, verify, curators and settings on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_schemas import validate

KIM = "kim2016/OS/b0f2d47f"


def test_amend_shows_before_and_after_and_what_follows(run: Run, seeded: Path) -> None:
    """Fields as printed, yi and flags, and what the cohort's other estimates have to do with it."""
    assert seeded.exists()
    done = run("amend", KIM, "hr=1.60", "country=Korea", "--reason", "typo", "--as", "Ada")
    assert done.code == 0, done.err
    for words in ("changeset 13", "1.56", "1.60", "Korea", "0.4447", "0.4700", "off-centre", "kim2016/all"):
        assert words in done.out
    assert "Nothing" not in done.out
    again = run("amend", KIM, "hr=1.60", "--reason", "typo", "--as", "Ada")
    assert "says so already" in again.out


def test_amend_based_on_an_older_version_is_a_conflict(run: Run, seeded: Path) -> None:
    """Exit code 5, and both values."""
    assert seeded.exists()
    digest = run("show", KIM, "--json").json["digest"]
    assert run("amend", KIM, "hr=1.6", "--reason", "x", "--as", "Ada", "--based-on", digest).code == 0
    done = run("amend", KIM, "hr=1.7", "--reason", "x", "--as", "Bo", "--based-on", digest)
    assert done.code == 5
    assert "1.6 is stored now, 1.56 in the version you saw, you gave 1.7" in done.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["amend", KIM, "hr=9", "--reason", "x"], 3, "hr-outside-ci"),
        (["amend", "kim2061", "hr=2", "--reason", "x"], 4, "nearest: kim2016"),
        (["amend", KIM, "--reason", "x"], 2, "no field came"),
        (["amend", KIM, "hr=2"], 2, "--reason"),
        (["amend", KIM, "status=checked", "--reason", "x"], 2, "evireg review"),
        (["undo", "99", "--reason", "x"], 4, "1 to 12"),
        (["undo", "4", "--reason", "x"], 5, "changeset 5"),
        (["curator", "add", "Ada", "--orcid", "0000-0002-1825-0098"], 2, "check digit would be 7"),
        (["config", "set", "require-curator", "true"], 2, "would be locked out"),
        (["config", "get", "require"], 4, "there is require-curator"),
        (["history", "nobody"], 4, "has or had"),
        (["log", "--since", "soon"], 2, "is no date"),
        (["retract", "10.1000/none", "--reason", "x"], 4, "no report"),
        (["retract", "pmid:3190773", "--reason", "x"], 4, "nearest: pmid:31907736"),
    ],
    ids=str,
)
def test_refusals_have_their_exit_codes(run: Run, seeded: Path, arguments: list[str], code: int, said: str) -> None:
    """Each says what to do, and stores nothing."""
    assert seeded.exists()
    writes = arguments[0] in ("amend", "undo", "retract") or arguments[:2] in (["curator", "add"], ["config", "set"])
    done = run(*arguments, *(["--as", "Ada"] if writes else []))
    assert (done.code, said in done.err) == (code, True), done.err
    assert len(run("log", "--limit", "0", "--json").json["changesets"]) == 12


def test_undo_takes_an_import_out_and_brings_it_back(run: Run, seeded: Path) -> None:
    """The history tells all of it, and verification agrees throughout."""
    assert seeded.exists()
    done = run("undo", "11", "--reason", "wrong topic", "--as", "Ada")
    assert "12 estimates, with 8 reports that nobody else uses" in done.out, done.err
    assert run("show", KIM).code == 0 or run("history", KIM).code == 0
    assert "not live any more" in run("history", KIM).out
    assert run("undo", "13", "--reason", "right topic", "--as", "Ada").code == 0
    told = run("history", KIM).out
    assert told.index("Taken out") < told.index("undo of changeset 13: right topic")
    assert run("verify").code == 0


def test_tampering_gives_exit_code_7(run: Run, seeded: Path) -> None:
    """As JSON too, for a script that watches."""
    import sqlite3

    connection = sqlite3.connect(seeded)
    with connection:
        connection.execute("DROP TRIGGER evidence_update")
        connection.execute("UPDATE evidence SET n = 7 WHERE key = ?", (KIM,))
    connection.close()
    done = run("verify", "--json")
    assert done.code == 7
    validate("error", json.loads(done.err))
    assert KIM in done.err


SHAPES = {
    "amend": ["amend", KIM, "hr=1.60", "country=Korea", "endpoint=PFS", "--reason", "x", "--as", "Ada"],
    "history": ["history", KIM],
    "log": ["log", "11"],
    "undo": ["undo", "11", "--reason", "x", "--as", "Ada"],
    "retract": ["retract", "10.1002/pbc.29845", "--reason", "x", "--as", "Ada"],
    "verify": ["verify"],
    "curator add": ["curator", "add", "Ada", "--as", "Ada"],
    "curator list": ["curator", "list"],
    "curator show": ["curator", "show", "evireg"],
    "config set": ["config", "set", "require-curator", "false", "--as", "Ada"],
    "config get": ["config", "get", "require-curator"],
    "config list": ["config", "list"],
}


@pytest.mark.parametrize("name", SHAPES)
def test_json_has_the_shape_of_its_schema(run: Run, seeded: Path, name: str) -> None:
    """Field by field."""
    assert seeded.exists()
    done = run(*SHAPES[name], "--json")
    assert done.code == 0, done.err
    validate(name, done.json)


@pytest.mark.parametrize("key", ["kim2016", "kim2016/all", "NLR", "OS", "evireg", "doi:10.1002/pbc.29845"])
def test_history_of_everything_has_the_shape_of_its_schema(run: Run, seeded: Path, key: str) -> None:
    """Studies, cohorts, reports, names and curators."""
    assert seeded.exists()
    validate("history", run("history", key, "--json").json)
    assert run("history", key).code == 0
