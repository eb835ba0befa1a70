"""What one quantity is, as a user meets it: imported, pooled, saved, explained, drawn, on the command line."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from cli.app import main
from registry import handle
from registry.errors import PoolRefused
from registry.handle import Registry

STEPS = """study_key,factor,endpoint,measure,hr,ci_low,ci_high,ci_level,contrast,cutoff_value,cutoff_unit,adjusted,year
S1,LDH,OS,hr,1.002,1.001,1.003,95,per_unit,1,U/L,yes,2001
S2,LDH,OS,hr,1.22,1.10,1.35,95,per_unit,100,U/L,yes,2005
S3,LDH,OS,hr,1.25,1.10,1.42,95,per_unit,0.1,kU/L,yes,2011
"""
FERRITIN = """study_key,factor,endpoint,measure,contrast,cutoff_operator,cutoff_value,cutoff_unit,hr,ci_low,ci_high
S1,ferritin,OS,hr,above_vs_below,>=,500,ng/mL,1.60,1.25,2.05
S2,ferritin,OS,hr,above_vs_below,>=,500,ug/L,1.70,1.20,2.41
S3,ferritin,OS,hr,above_vs_below,>=,0.5,mg/L,1.55,1.0,2.40
"""
MORE = """S4,ferritin,OS,hr,above_vs_below,>=,2,mg/L,2.40,1.6,3.6
S5,ferritin,OS,hr,above_vs_below,>=,1000,ug/L,1.90,1.3,2.78
"""
OTHER = "S6,ferritin,OS,hr,above_vs_below,>=,900,pmol/L,1.1,0.7,1.73\n"
ONE_PER = """study_key,factor,endpoint,measure,hr,ci_low,ci_high,contrast,cutoff_value,cutoff_unit,cutoff_text
S1,ISS,OS,hr,1.4,1.0,1.96,category,,,II vs I
S1,ISS,OS,hr,2.9,1.9,4.43,category,,,III vs I
S2,ISS,OS,hr,2.7,1.8,4.05,category,,,III vs I
S2,ISS,OS,hr,1.5,1.0,2.25,category,,,II vs I
S3,LDH,OS,hr,1.002,1.001,1.003,per_unit,1,U/L,
S3,LDH,OS,hr,1.22,1.10,1.35,per_unit,100,U/L,
"""


def filled(url: str, folder: Path, text: str) -> Registry:
    """Open a registry with these rows in it."""
    path = folder / "rows.csv"
    path.write_text(text, encoding="utf-8")
    reg = handle.open(url, curator="Ada")
    reg.import_file(path)
    return reg


def test_one_step_is_asked_for_everywhere(database_url: str, tmp_path: Path) -> None:
    """A saved query, its run, what watches and explains it, and a figure know the step."""
    with filled(database_url, tmp_path, STEPS) as reg:
        with pytest.raises(PoolRefused, match=r"per 100 U/L \(2\), per 1 U/L \(1\)"):
            reg.pool('factor == "LDH"')
        pooled = reg.pool('factor == "LDH"', per=100, test="z").pool
        assert [round(each, 2) for each in (pooled.hr, pooled.hr_ci_low, pooled.hr_ci_high)] == [1.23, 1.15, 1.31]
        reg.save_query("ldh", 'factor == "LDH"', per="100 U/L", test="z")
        ran = reg.run("ldh")
        assert ran.found["pool"]["mu"] == pooled.mu
        assert reg.verify_run(ran.id).holds
        assert reg.verify_run(ran.found).holds
        late = STEPS.splitlines()[0] + "\nS4,LDH,OS,hr,1.01,1.005,1.015,95,per_unit,10,U/L,yes,2015\n"
        filled(database_url, tmp_path, late).close()
        [watched] = reg.watch("ldh")
        assert watched.now["k"] == 4
        last = reg.pool('factor == "LDH"', per="100 U/L", test="z").pool
        why = reg.explain("ldh")
        moved = sum(each.effect.log_hr for each in why.evidence.contributions)
        assert math.isclose(moved, last.mu - pooled.mu, rel_tol=1e-9)
        assert reg.plot("forest", "ldh") is not None


def test_one_cutoff_in_three_units_is_one_cutoff(database_url: str, tmp_path: Path) -> None:
    """500 ng/mL, 500 ug/L and 0.5 mg/L differ in nothing: 1.62 (1.35–1.94), no note on them; cutoffs are analysed."""
    with filled(database_url, tmp_path, FERRITIN) as reg:
        result = reg.pool('factor == "ferritin"', method="DL", test="z")
        pooled = result.pool
        assert [round(each, 2) for each in (pooled.hr, pooled.hr_ci_low, pooled.hr_ci_high)] == [1.62, 1.35, 1.94]
        assert not any("cutoffs differ" in note for note in result.notes)
        found = reg.cutoffs('factor == "ferritin"')
        assert (found.unit, found.lowest, found.highest) == ("ng/mL", 500.0, 500.0)
        assert result.rows["cutoff_unit"].tolist() == ["ng/mL", "ug/L", "mg/L"]


def test_cutoffs_of_several_units_are_one_scale(database_url: str, tmp_path: Path) -> None:
    """Order, line, subgroups, classes and certainty take 2 mg/L as 2000 ng/mL."""
    with filled(database_url, tmp_path, FERRITIN + MORE) as reg:
        where = 'factor == "ferritin"'
        result = reg.pool(where, cumulative="cutoff_value", subgroup="cutoff_value:1000")
        assert [step.value for step in result.cumulative.steps] == [500.0, 500.0, 500.0, 1000.0, 2000.0]
        assert [(each.label, each.pool.k) for each in result.subgroups.groups] == [
            ("< 1000 ng/mL", 3),
            ("≥ 1000 ng/mL", 2),
        ]
        assert "cutoffs differ: 500 to 2000 ng/mL (printed in mg/L (2), ug/L (2))" in result.notes
        assert "cutoffs are in ng/mL" in result.notes
        line = reg.regress(where, "cutoff_value")
        assert [each.at["cutoff_value"] for each in line.estimates] == [500.0, 500.0, 500.0, 2000.0, 1000.0]
        assert reg.cutoffs(where, bounds=[1000]).all.line.k == 5
        assert reg.multiverse(where, bounds=[1000]).rows


def test_what_does_not_convert_is_not_set_in_order(database_url: str, tmp_path: Path) -> None:
    """pmol/L of ferritin is on no scale with ng/mL; the hint leaves those that are."""
    with filled(database_url, tmp_path, FERRITIN + MORE + OTHER) as reg:
        where = 'factor == "ferritin"'
        for analysis in (
            lambda: reg.regress(where, "cutoff_value"),
            lambda: reg.pool(where, cumulative="cutoff_value"),
            lambda: reg.cutoffs(where),
        ):
            with pytest.raises(PoolRefused, match=r"do not convert: ng/mL \(5\), pmol/L \(1\)") as refusal:
                analysis()
            assert 'and cutoff_unit != "pmol/L"' in refusal.value.hint
        assert reg.regress(f'{where} and cutoff_unit != "pmol/L"', "cutoff_value").k == 5


@pytest.mark.parametrize(
    ("factor", "named", "naming"),
    [("ISS", "II vs I, III vs I", 'cutoff_text == "II vs I"'), ("LDH", "per 1 U/L, per 100 U/L", "cutoff_value == 1")],
)
def test_one_per_asks_which_quantity(database_url: str, tmp_path: Path, factor: str, named: str, naming: str) -> None:
    """Never by the key: the quantities are named, and the condition in the hint leaves one of each cohort."""
    with filled(database_url, tmp_path, ONE_PER) as reg:
        where = f'factor == "{factor}"'
        with pytest.raises(PoolRefused, match=f"between different quantities: {named}") as refusal:
            reg.pool(where, one_per="cohort:adjusted,largest_n")
        assert naming in refusal.value.hint
        assert reg.pool(f"{where} and {naming}", one_per="cohort:adjusted,largest_n").pool.k in (1, 2)


def test_the_command_takes_a_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--per` on the command line, with a unit or without; what cannot be read is bad usage."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EVIREG_CURATOR", "Ada")
    Path("steps.csv").write_text(STEPS, encoding="utf-8")
    assert main(["init"]) == 0
    assert main(["import", "steps.csv"]) == 0
    asked = ["pool", "--factor", "LDH", "--test", "z"]
    capsys.readouterr()
    assert main(asked) != 0
    assert '--per "100 U/L"' in capsys.readouterr().err
    for step in ("100 U/L", "100"):
        assert main([*asked, "--per", step, "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert round(found["pool"]["hr"], 2) == 1.23
        assert found["provenance"]["per"] == step
    assert main([*asked, "--per", "5 bananas"]) == 2
