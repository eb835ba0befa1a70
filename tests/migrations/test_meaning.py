"""A registry that pooled what contradicts itself says so after an upgrade, and keeps what it said before.

`assets/meaning/0005.db` was made by the evireg of schema 0005, which took an empty contrast for above against below:
two of its four albumin rows are hazard ratios of the low group, and pooled with the others to 1.03.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.app import main
from cli.telling import read_anew
from registry.handle import Registry
from registry.keeping.restore import restore
from registry.models import REVISION
from registry.store import InitReport, init, open_store
from tests.migrations.old import ASSETS, make_old

ROWS = """\
study_key,factor,disease,endpoint,n_patients,cutoff_operator,cutoff_value,cutoff_unit,reference_group,contrast,hr,ci_low,\
ci_high,ci_level,se_log_hr,p_value,p_test,adjusted,covariates
Ash 2015,albumin,multiple myeloma,OS,120,<,35,g/L,,,1.60,1.25,2.05,95,,,,yes,"age, sex, ISS"
Birch 2016,albumin,multiple myeloma,OS,210,<,3.5,g/dL,,,1.70,1.20,2.41,95,,,,yes,age; sex
Cedar 2017,albumin,multiple myeloma,OS,98,>=,3.5,g/dL,,,0.55,0.30,1.01,95,,,,yes,
Elm 2018,albumin,multiple myeloma,OS,150,<,3.5,g/dL,albumin at or above 3.5,below_vs_above,1.50,1.10,2.05,95,,,,yes,
Fir 2019,CRP,multiple myeloma,OS,210,>,5,mg/L,,,2.15,1.74,2.66,95,0.233,,,yes,
Gum 2020,CRP,multiple myeloma,OS,180,>,10,mg/L,,,1.40,1.05,1.87,95,0.147,,,yes,
Hazel 2021,CRP,multiple myeloma,PFS,180,>,10,mg/L,,,1.50,,,95,,0.7,wald,yes,
"""
#: What the old evireg pooled of albumin, DerSimonian–Laird with Wald.
BEFORE = 1.031635610210337
ALBUMIN = 'factor == "albumin"'
FIXED = {"method": "DL", "test": "z"}


@pytest.fixture
def upgraded(empty_url: str) -> InitReport:
    make_old("0005", empty_url, ASSETS / "meaning")
    return init(empty_url)


def test_upgrade_reads_contradictions_anew_in_one_named_changeset(upgraded: InitReport) -> None:
    """Two rows whose operator opposes the contrast, and one whose SE is not of its CI, are not poolable any more.

    Another, never poolable, says why: its p is too large to give a standard error.
    """
    with open_store(upgraded.target) as store:
        reg = Registry(store)
        frame = reg.estimates()
        reasons = dict(zip(frame["study"], frame["not_poolable"], strict=True))
        assert upgraded.rederived_by is not None
        entry = reg.changeset(upgraded.rederived_by)
        reg.verify()
    assert {study: reason for study, reason in reasons.items() if isinstance(reason, str)} == {
        "Ash 2015": "direction",
        "Birch 2016": "direction",
        "Fir 2019": "numbers",
        "Hazel 2021": "p-above-half",
    }
    assert entry.entry.message == f"estimates read anew by the rules of schema {REVISION}"


def test_snapshot_taken_before_stays_what_it_was(upgraded: InitReport) -> None:
    """Its root verifies, and its pool is the number it was, told to be of estimates that contradict themselves."""
    with open_store(upgraded.target) as store:
        reg = Registry(store)
        reg.verify_snapshots("first")
        assert reg.pool(ALBUMIN, at="first", **FIXED).pool.hr == pytest.approx(BEFORE, rel=1e-12)


def test_amended_as_lint_says_the_pool_is_right(upgraded: InitReport) -> None:
    """Below against above, as the operators say: high against low 0.62 from all four."""
    with open_store(upgraded.target) as store:
        reg = Registry(store, curator="Ada")
        found = [each for each in reg.lint().findings if each.code == "direction-contradicts"]
        assert len(found) == 2
        for each in found:
            assert "contrast=below_vs_above" in each.message
            reg.amend(each.key, {"contrast": "below_vs_above"}, reason="the index group is the one below")
        fit = reg.pool(ALBUMIN, **FIXED)
        assert (fit.pool.k, round(fit.pool.hr, 3)) == (4, 0.622)
        reg.verify()


def test_file_imported_again_makes_no_second_row(upgraded: InitReport, tmp_path: Path) -> None:
    """Every row is known under the key it had, and what would be read otherwise now names its amendment."""
    (tmp_path / "rows.csv").write_text(ROWS, encoding="utf-8")
    with open_store(upgraded.target) as store:
        reg = Registry(store, curator="Ada")
        # of Fir's row only the curator can say which of its numbers counts
        (tmp_path / "rows.csv").write_text(ROWS.replace("2.66,95,0.233", "2.66,95,"), encoding="utf-8")
        done = reg.import_file(tmp_path / "rows.csv")
    assert (done.created, done.unchanged) == (0, 7)
    told = [each.message for each in done.flags if each.code == "stored-otherwise"]
    assert any("contrast=below_vs_above" in each for each in told)


def test_backup_of_the_old_registry_restores_and_says_what_came_out_otherwise(
    empty_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The restore gives the number of estimates and the changeset, as an upgrade does, and says the same sentence."""
    make_old("0005", str(tmp_path / "old.db"), ASSETS / "meaning")
    assert main(["restore", str(tmp_path / "old.db"), "--db", empty_url]) == 0
    said = " ".join(capsys.readouterr().out.split())
    again = restore(tmp_path / "old.db", tmp_path / "again.db")
    report = init(tmp_path / "old.db")
    assert (again.rederived, again.rederived_by) == (report.rederived, 4) == (4, again.changesets)
    assert f"{read_anew(4, 4)}".replace("\n", " ") in said
    with open_store(empty_url) as store:
        assert Registry(store).changeset(4).entry.message == f"estimates read anew by the rules of schema {REVISION}"


def test_archive_of_the_old_registry_restores_and_says_what_came_out_otherwise(empty_url: str) -> None:
    """Every changeset is as it was; one after them holds what the rules of this version make of it."""
    from registry.archive.importing import import_archive

    init(empty_url)
    with open_store(empty_url) as store:
        done = import_archive(
            store, Path(__file__).parents[1] / "archive" / "assets" / "0005-meaning.zip", curator="Ada"
        )
        assert (done.restored, done.changesets, done.rederived) == (True, 3, 4)
        reg = Registry(store)
        reg.verify()
        assert reg.pool(ALBUMIN, at="first", **FIXED).pool.hr == pytest.approx(BEFORE, rel=1e-12)
        assert reg.log()[0].message == f"estimates read anew by the rules of schema {REVISION}"
