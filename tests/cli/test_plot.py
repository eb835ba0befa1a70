"""Figures on the command line: of saved queries and selections, refused where nothing could be drawn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from registry.figures.catalogue import KINDS
from registry.handle import open as open_registry
from tests.cli.conftest import Run

KIM = "kim2016/OS/b0f2d47f"
OS = ["--factor", "NLR", "--disease", "multiple myeloma", "--endpoint", "OS"]
#: What each kind takes to be drawn from the seeds, in place of a saved query's name alone.
ARGUMENTS: dict[str, list[str]] = {
    "bubble": ["nlr-dlbcl-os", "--on", "year"],
    "cutoffs": ["ferritin-transplant-os"],
    "prisma": [],
}


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"traffic-light"}))
def test_every_kind_is_drawn_from_the_seeds(kind: str, run: Run, seeded: Path) -> None:
    """One command, one file that is what its suffix says."""
    if kind == "waterfall":
        assert run("query", "run", "nlr-myeloma-os", "--as", "Ada").code == 0
        assert run("amend", KIM, "hr=1.65", "ci_low=1.08", "--reason", "misprint", "--as", "Ada").code == 0
    done = run("plot", kind, *ARGUMENTS.get(kind, ["nlr-myeloma-os"]), "-o", "drawn.png", "--width", "double")
    assert done.code == 0, done.err
    assert done.out.startswith(f"{kind} (174 × ")
    assert (seeded.parent / "drawn.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("seeded")
def test_traffic_light_shows_what_curators_judged(run: Run) -> None:
    """Domains of the tool, and a registry nobody appraised has nothing to show."""
    refused = run("plot", "traffic-light", "nlr-myeloma-os", "-o", "risk.svg")
    assert (refused.code, "no estimate was appraised" in refused.err) == (2, True)
    for study in ("kim2016", "shi2016"):
        judged = ("quips_participation=low", "quips_outcome=moderate")
        assert run("appraise", study, *judged, "--as", "Grace").code == 0
    assert run("plot", "traffic-light", "nlr-myeloma-os", "-o", "risk.svg").code == 0
    with open_registry("evireg.db") as reg:
        shown = {text.get_text() for text in reg.plot("traffic-light", "nlr-myeloma-os").axes[0].texts}
    assert {"participation", "Share of estimates", "low", "moderate", "high", "not judged"} <= shown


@pytest.mark.usefixtures("seeded")
def test_options_of_the_pool_go_before_those_of_the_query(run: Run) -> None:
    """A saved query is drawn as it was saved, unless something else is asked; a condition names no query."""

    def remarks(**options: Any) -> list[str]:
        with open_registry("evireg.db") as reg:
            return [text.get_text() for text in reg.plot("forest", **options).axes[0].texts]

    assert any("(DL)" in text for text in remarks(query="nlr-myeloma-os"))
    assert any("(REML)" in text for text in remarks(query="nlr-myeloma-os", method="REML"))
    assert any(
        "(REML)" in text
        for text in remarks(where='factor == "NLR" and disease == "multiple myeloma" and endpoint == "OS"')
    )
    done = run("plot", "forest", "nlr-myeloma-os", "--subgroup", "year:2015", "-o", "by.svg", "--json")
    assert json.loads(done.out)["figure"] == "by.svg"


@pytest.mark.usefixtures("seeded")
def test_help_and_list_name_every_kind(run: Run) -> None:
    """With one sentence each."""
    helped = run("plot", "--help").out
    listed = run("plot", "--json").json["kinds"]
    assert set(listed) == set(KINDS)
    assert all(f"  {each.name}" in helped and each.says in helped for each in KINDS.values())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["forrest", *OS, "-o", "x.png"], "there is no figure 'forrest'; did you mean 'forest'"),
        (["forest", *OS, "-o", "x.jpg"], "does not say which picture to make"),
        (["forest", *OS], "nothing says where the figure goes"),
        (["forest", "-o", "x.png"], "nothing says what to draw forest of"),
        (["forest", "nlr-myeloma-os", *OS, "-o", "x.png"], "a saved query has its own where"),
        (["forest", *OS, "-o", "x.png", "--theme", "drak"], "no theme 'drak'; did you mean 'dark'"),
        (["forest", *OS, "-o", "x.png", "--width", "wide"], "width 'wide' is none"),
        (["forest", *OS, "-o", "x.png", "--set", "sotr=year"], "forest takes no 'sotr'; did you mean 'sort'"),
        (["forest", *OS, "-o", "x.png", "--set", "year"], "is not NAME=VALUE"),
        (["prisma", "nlr-myeloma-os", "-o", "x.png"], "prisma is of the whole registry"),
        (["waterfall", "nlr-myeloma-os", "--method", "DL", "-o", "x.png"], "a saved query has its own method"),
        (["bubble", *OS, "-o", "x.png"], "against a moderator, and none is named"),
        (["forest", *OS, "-o", "nowhere/x.png"], "cannot be written to"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments: list[str], said: str, run: Run, seeded: Path) -> None:
    """With the reason, the nearest name, and no file."""
    done = run("plot", *arguments)
    assert done.code == 2
    assert said in done.err
    assert not list(seeded.parent.glob("x.*"))
