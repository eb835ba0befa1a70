"""Whole stories: from a file to a figure, on both databases, through both doors."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

import registry
from cli.app import main
from registry.errors import InputRefused, PoolRefused

FILE = """\
study_key,first_author,year,disease,n_patients,biomarker,cutoff_value,cutoff_unit,endpoint,hr,ci_low,ci_high,ci_level,adjusted,effect_direction,region
abe2015,Abe,2015,gastric cancer,210,NLR,3,1,OS,1.80,1.20,2.70,95,yes,,Asia
bauer2017,Bauer,2017,gastric cancer,95,NLR,5,1,OS,2.40,1.10,5.24,95,yes,,Europe
chen2018,Chen,2018,gastric cancer,340,NLR,2.5,1,OS,1.35,0.98,1.86,95,yes,,Asia
diaz2019,Diaz,2019,gastric cancer,150,NLR,4,1,OS,1.60,1.05,2.44,95,yes,,Europe
evans2020,Evans,2020,gastric cancer,88,NLR,,,OS,,,,,yes,worse,Europe
"""


def evireg(*arguments: str) -> None:
    assert main(list(arguments)) == 0


def test_file_becomes_a_pool_and_a_figure(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Import, list, pool, forest: what a curator does on the first day, on either database."""
    file, figure = tmp_path / "gastric.csv", tmp_path / "forest.svg"
    file.write_text(FILE, encoding="utf-8")
    db = ("--db", database_url)
    evireg("import", str(file), "--attributes", "--as", "Ada Lovelace", *db)
    evireg("list", "studies", *db)
    shown = capsys.readouterr().out
    assert all(study in shown for study in ("abe2015", "bauer2017", "chen2018", "diaz2019", "evans2020"))
    evireg("pool", "--factor", "NLR", "--disease", "gastric cancer", "--endpoint", "OS", *db,
           "--leave-one-out", "--subgroup", "region", "--forest", str(figure), "--json")  # fmt: skip
    found = json.loads(capsys.readouterr().out)
    assert found["pool"]["k"] == 4
    assert found["pool"]["n"] == 795
    assert found["flow"]["matched"] == 5
    assert [each["direction"] for each in found["flow"]["unusable"]] == ["worse"]
    assert {group["label"] for group in found["subgroups"]["groups"]} == {"Asia", "Europe"}
    assert len(found["leave_one_out"]) == 4
    assert "Chen 2018" in figure.read_text(encoding="utf-8")
    evireg("show", "evans2020", *db)
    assert "worse" in capsys.readouterr().out


def test_both_databases_and_both_doors_give_the_same_numbers(database_url: str, tmp_path: Path) -> None:
    """The handle pools what the command line pools, from the same rows with the same digest."""
    file = tmp_path / "gastric.csv"
    file.write_text(FILE, encoding="utf-8")
    with registry.open(database_url, curator="Ada") as reg:
        loaded = reg.import_file(file, attributes=True)
        assert loaded.created == 5
        assert reg.import_file(file, attributes=True).unchanged == 5
        where = 'factor == "nlr" and disease == "Gastric Cancer" and endpoint == "overall survival"'
        frame = reg.estimates(where)
        assert len(frame) == 5
        fit = reg.pool(where, method="DL", test="z")
        by_hand = registry.pool(frame, method="DL", test="z")
    assert by_hand.pool == fit.pool
    assert fit.provenance["digest"] == by_hand.provenance["digest"]
    assert fit.provenance["changeset"] == loaded.changeset
    assert math.isclose(fit.pool.hr or 0.0, 1.5812, abs_tol=5e-5)


def test_frame_without_a_registry_can_be_pooled() -> None:
    """Any DataFrame with a ratio and its interval will do."""
    import pandas as pd

    frame = pd.DataFrame({"study": ["a", "b", "c"], "hr": [1.8, 2.4, 1.35], "ci_low": [1.2, 1.1, 0.98]})
    frame["ci_high"] = [2.7, 5.24, 1.86]
    assert registry.pool(frame).pool.k == 3


def test_refused_file_leaves_the_registry_as_it_was(database_url: str, tmp_path: Path) -> None:
    """All or nothing: one bad cell and nothing of the file is stored; every problem is named."""
    file = tmp_path / "gastric.csv"
    file.write_text(FILE.replace("2.40,1.10,5.24", "2.40,5.24,1.10").replace("88,NLR", "88,"), encoding="utf-8")
    with registry.open(database_url, curator="Ada") as reg:
        with pytest.raises(InputRefused, match=r"gastric\.csv:3") as refused:
            reg.import_file(file, attributes=True)
        assert {issue.line for issue in refused.value.issues} == {3, 6}
        assert reg.listing("studies") == []


def test_shared_patients_are_declared_and_then_refused(database_url: str, tmp_path: Path) -> None:
    """Two cohorts declared to share patients are not pooled together until a rule says which counts."""
    file = tmp_path / "gastric.csv"
    file.write_text(FILE, encoding="utf-8")
    where = 'factor == "NLR" and endpoint == "OS"'
    with registry.open(database_url, curator="Ada") as reg:
        reg.import_file(file, attributes=True)
        before = reg.pool(where)
        reg.declare_overlap("abe2015/all", "chen2018/all", "suspected", "same hospital, overlapping years")
        with pytest.raises(PoolRefused, match="share patients"):
            reg.pool(where)
        kept = reg.pool(where, one_per="cohort:largest_n")
        assert kept.pool.k == before.pool.k - 1
        assert before.provenance["changeset"] is not None
        assert reg.pool(where, at=before.provenance["changeset"]).pool == before.pool
