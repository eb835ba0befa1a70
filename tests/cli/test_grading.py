"""Absolute risks and certainty on the command line: typed as people type, refused with what settles it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.app import main
from cli.shares import share
from registry.errors import UsageError
from tests.cli.conftest import Run

RATE = ["grade", "rate", "nlr-myeloma-os"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.4", 0.4),
        (".4", 0.4),
        ("40%", 0.4),
        ("40 %", 0.4),
        ("0.35-0.45", (0.35, 0.45)),
        ("35-45%", (0.35, 0.45)),
        ("35% to 45%", (0.35, 0.45)),
        ("0.35..0.45", (0.35, 0.45)),
    ],
)
def test_shares_are_read_however_they_are_typed(text: str, expected: float | tuple[float, float]) -> None:
    """As a share or in percent, alone or as a range."""
    assert share("--prevalence", text) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["", "many", "0.4-", "1e-1", "-0.4", "0,4", "40%%"])
def test_what_is_no_share_is_refused(text: str) -> None:
    """With what was expected."""
    with pytest.raises(UsageError, match=r"is not a share(.|\n)*for instance 0\.40, 40% or 0\.35-0\.45"):
        share("--prevalence", text)


def test_absolute_risk_of_a_query_and_of_a_condition_is_one(run: Run, seeded: Path) -> None:
    """The same pool, named or described, has the same risks."""
    assert seeded.exists()
    shares = ["--survival", "0.5", "--prevalence", "0.4", "--at-time", "2 years", "--json"]
    named = run("absolute", "nlr-myeloma-os", *shares).json
    where = ["--factor", "NLR", "--disease", "multiple myeloma", "--endpoint", "OS", "--method", "DL", "--test", "z"]
    described = run("absolute", *where, *shares).json
    assert named["difference"] == described["difference"]


def test_absolute_risk_names_what_is_missing(run: Run, seeded: Path) -> None:
    """Neither a query nor a condition; both; no time; a survival typed as a percentage without its sign."""
    assert seeded.exists()
    shares = ["--survival", "0.5", "--prevalence", "0.4"]
    for arguments in (["absolute", *shares], ["absolute", "nlr-myeloma-os", "--factor", "NLR", *shares]):
        assert "name a saved query, or say what to pool" in run(*arguments).err
    refused = run("absolute", "nlr-myeloma-os", *shares)
    assert refused.code == 2
    assert 'name the time the survival is of: --at-time "24 months"' in " ".join(refused.err.split())
    assert "50 % is 0.5" in run("absolute", "nlr-myeloma-os", "--survival", "50", "--prevalence", "0.4").err


def test_certainty_grows_with_the_ratings(run: Run, seeded: Path) -> None:
    """Each rating says what is left; the last gives the certainty; the list has it."""
    assert seeded.exists()
    words = {
        "risk-of-bias": "serious",
        "inconsistency": "serious",
        "indirectness": "none",
        "imprecision": "not serious",
        "publication-bias": "undetected",
    }
    for domain, word in words.items():
        done = run(*RATE, domain, word, "--reason", "x", "--as", "Ada")
        assert done.code == 0, done.err
        assert ("Certainty: not rated yet" in done.out) is (domain != "publication-bias")
    assert "Certainty: ⊕⊕◯◯ low." in done.out
    shown = run("grade", "show", "nlr-myeloma-os").out
    assert "[b] X. (Ada, " in shown
    assert "strongly suspected" not in shown
    listed = {each["query"]: each["certainty"] for each in run("grade", "list", "--json").json["queries"]}
    assert listed["nlr-myeloma-os"] == "low"
    assert listed["nlr-myeloma-pfs"] is None


def test_certainty_has_plain_characters_where_a_terminal_has_no_others(
    seeded: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Circles become + and o, and nothing fails."""
    import io
    import sys

    assert seeded.exists()
    for domain in ("risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias"):
        assert main([*RATE, domain, "none", "--reason", "x", "--as", "Ada"]) == 0
    ascii_only = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="strict")
    monkeypatch.setattr(sys, "stdout", ascii_only)
    assert main(["grade", "show", "nlr-myeloma-os"]) == 0
    ascii_only.flush()
    assert b"++++ high" in ascii_only.buffer.getvalue()
    capfdbinary.readouterr()
