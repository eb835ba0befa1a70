"""The PRISMA flow: boxes that add up, counts from elsewhere, and a diagram whose texts stay in their boxes."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from registry.errors import InputRefused
from registry.prisma import Assessment
from registry.prisma_counts import read_counts
from registry.report import prisma
from tests.report.flows import LONG, SMALL


def test_tables_say_what_the_diagram_says() -> None:
    """One table per column, every count with its words."""
    left, right = prisma.tables(LONG)
    assert ("Records screened", "5459") in left.rows
    assert ("Studies included in review", "not known") in left.rows
    assert ("  Citation searching", "20") in right.rows
    assert prisma.headline(SMALL) == "120 records identified, 8 reports of 8 studies included."
    assert "in progress" in prisma.headline(LONG)
    single = replace(SMALL, databases={"PubMed": 1}, reports=1, studies=1)
    assert prisma.headline(single) == "1 record identified, 1 report of 1 study included."


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"duplicates": 1}, "records screened is 120, but 120 identified − 1 removed = 119"),
        ({"excluded": 99}, "reports sought for retrieval is 20, but 120 screened − 99 excluded = 21"),
        ({"reports": 9}, "reports of included studies is 9, but 20 assessed − 12 excluded = 8"),
        (
            {"assessment": Assessment(20, 2, 20, {"x": 12})},
            "reports assessed for eligibility is 20, but 20 sought − 2 not retrieved = 18",
        ),
    ],
)
def test_boxes_that_do_not_add_up_are_said_with_both_sums(change: dict[str, object], said: str) -> None:
    """Each equation of the diagram is checked."""
    assert SMALL.contradictions() == []
    assert replace(SMALL, **change).contradictions() == [said]  # type: ignore[arg-type]


def test_other_methods_add_up_too() -> None:
    """Their reports are among those included."""
    assert LONG.contradictions() == []
    assert LONG.other is not None
    wrong = replace(LONG, other=replace(LONG.other, not_pursued=5))
    assert wrong.contradictions() == [
        "reports sought for retrieval (other methods) is 20, but 23 identified − 5 not pursued = 18"
    ]


GUIDE = Path(__file__).parents[2] / "docs" / "literature.md"


def example() -> str:
    found = re.search(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def test_example_of_the_guide_adds_up(tmp_path: Path) -> None:
    """The counts file the guide shows is read as it stands."""
    (tmp_path / "counts.toml").write_text(example(), encoding="utf-8")
    flow = read_counts(tmp_path / "counts.toml")
    assert (flow.identified, flow.removed, flow.reports, flow.studies) == (310, 90, 11, 10)


def test_what_follows_may_be_left_out(tmp_path: Path) -> None:
    """Screened, sought, assessed and included are computed; totals need no names; JSON is as good."""
    counts = {"databases": 100, "duplicates": 20, "excluded": 60, "not_retrieved": 1, "reports_excluded": 10}
    (tmp_path / "counts.json").write_text(json.dumps(counts), encoding="utf-8")
    flow = read_counts(tmp_path / "counts.json")
    assert (flow.screened, flow.assessment.sought, flow.assessment.assessed, flow.reports) == (80, 20, 19, 9)
    assert (flow.studies, flow.notes) == (None, ("the number of included studies was not given",))
    assert prisma.rows(flow)[3].aside == ("Reports excluded (n = 10)",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("databases = 10\nexcluded = 1\nnot_retrieved = 0\n", "duplicates is missing"),
        (
            "databases = -1\nduplicates = 0\nexcluded = 0\nnot_retrieved = 0\n",
            "databases is -1; expected a whole number",
        ),
        ("databases = 1.5\nduplicates = 0\nexcluded = 0\nnot_retrieved = 0\n", "databases is 1.5"),
        ("duplicates = 0\nexcluded = 0\nnot_retrieved = 0\n", "neither databases nor registers"),
        ("databases = 9\nduplicate = 0\nexcluded = 0\nnot_retrieved = 0\n", "duplicate is no box.*expected duplicates"),
        ("databases = 9\nduplicates = 0\nexcluded = 0\nnot_retrieved = 0\nother = 3\n", "other holds the counts"),
        ("databases = 9\nduplicates = 10\nexcluded = 0\nnot_retrieved = 0\n", "less than 0"),
        (
            "databases = 9\nduplicates = 1\nexcluded = 0\nnot_retrieved = 0\nscreened = 9\n",
            "9 identified − 1 removed = 8",
        ),
        ("databases == 9", "this is no TOML"),
    ],
)
def test_counts_that_make_no_flow_are_refused(tmp_path: Path, text: str, said: str) -> None:
    """What is missing, misspelt, no count, or does not add up."""
    path = tmp_path / "counts.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused, match=said):
        read_counts(path)
    with pytest.raises(InputRefused, match="cannot read it"):
        read_counts(tmp_path / "none.toml")
