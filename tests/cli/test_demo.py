"""`evireg demo` and the tour of `make demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli import tour
from tests.cli.conftest import Run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


def group(subgroups: dict[str, Any]) -> list[str]:
    return [each["label"] for each in subgroups["groups"]]


def test_demo_equals_the_published_totals(run: Run, folder: Path) -> None:
    """PFS and OS as published, leave-one-out, three subgroup analyses with P for difference, and figures."""
    results = {each["name"]: each for each in run("demo", "--into", str(folder), "--json").json["results"]}
    assert {name: each["agrees"] for name, each in results.items()} == {"PFS": True, "OS": True}
    for name, k, expected in (("PFS", 8, ("2.15", "1.74", "2.66", "9")), ("OS", 6, ("2.86", "2.20", "3.72", "0"))):
        pool = results[name]["as_published"]
        shown = tuple(f"{pool[each]:.2f}" for each in ("hr", "hr_ci_low", "hr_ci_high"))
        assert (*shown, f"{pool['i2']:.0f}") == expected
        assert pool["k"] == k
        assert len(results[name]["leave_one_out"]) == k
        assert [each["column"] for each in results[name]["subgroups"]] == [
            "product_source",
            "cutoff_value",
            "followup_median_months",
        ]
        assert all(each["test"]["p"] > 0.05 for each in results[name]["subgroups"])
        assert group(results[name]["subgroups"][1]) == ["< 550 ng/mL", "≥ 550 ng/mL"]
        assert group(results[name]["subgroups"][2]) == ["< 14 months", "≥ 14 months"]
    assert results["PFS"]["ours"]["method"] == "REML"


def test_simulated_stands_in_every_table_figure_and_file(run: Run, folder: Path) -> None:
    """Nothing the demo makes can be taken for evidence."""
    shown = run("demo", "--into", str(folder))
    assert shown.code == 0
    titles = [above for above, below in pairs(shown.out) if "──" in below]
    assert len(titles) >= 11
    assert all("SIMULATED" in title for title in titles)
    files = sorted(folder.iterdir())
    assert all(file.name.startswith("simulated") for file in files)
    figures = [file for file in files if file.suffix == ".svg"]
    assert len(figures) == 8
    assert all("SIMULATED" in figure.read_text(encoding="utf-8") for figure in figures)


def pairs(text: str) -> list[tuple[str, str]]:
    """Give each line with the second one below it: a title with the rule under its header."""
    lines = text.splitlines()
    return list(zip(lines, lines[2:], strict=False))


def test_demo_never_touches_the_users_registry(run: Run, seeded: Path) -> None:
    """The invented cohorts live in a database of their own."""
    before = seeded.read_bytes()
    assert run("demo", "--into", "elsewhere").code == 0
    assert seeded.read_bytes() == before


def test_demo_folder_that_cannot_be_made_is_bad_usage(run: Run, tmp_path: Path) -> None:
    """A file in the way is said."""
    (tmp_path / "taken").write_text("", encoding="utf-8")
    done = run("demo", "--into", str(tmp_path / "taken"))
    assert done.code == 2
    assert "--into" in done.err


def test_tour_shows_the_proof_and_can_be_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Published results beside ours, the truth about ferritin, the worked example; twice gives the same."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    assert tour.main() == 0
    first = capsys.readouterr()
    for said in ("1.73 (1.23–2.44)", "1.826 (1.238–2.692)", "2.15 (1.74–2.66), I² 9 %", "fares worse", "SIMULATED"):
        assert said in first.out
    assert "NO" not in [word for line in first.out.splitlines() for word in line.split()]
    assert "--allow mixed-adjustment" in first.err
    assert (tmp_path / "demo" / "nlr-myeloma-os.svg").exists()
    assert tour.main() == 0
    again = capsys.readouterr()
    assert again.out.splitlines()[-20:] == first.out.splitlines()[-20:]
