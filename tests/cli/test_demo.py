"""`evireg demo` and the tour of `make demo`."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from cli import demo as demonstration
from cli import tour
from registry.handle import open as open_registry
from tests.cli.conftest import Outcome, Run
from tests.cli.test_schemas import validate

Made = tuple[Path, Outcome]


def group(subgroups: dict[str, Any]) -> list[str]:
    return [each["label"] for each in subgroups["groups"]]


def test_demo_equals_the_published_totals(demo: Made) -> None:
    """PFS and OS as published, leave-one-out, three subgroup analyses with P for difference, and figures."""
    results = {each["name"]: each for each in demo[1].json["results"]}
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


def test_simulated_stands_in_every_table_figure_and_file(toured: Made) -> None:
    """Nothing the demo makes can be taken for evidence."""
    where, shown = toured
    _, _, below = shown.out.partition(f"$ {demonstration.EXAMPLE}\n")
    said, ended, _ = below.partition("\n$ evireg ")
    assert ended
    titles = [above for above, below in pairs(said) if "──" in below]
    assert len(titles) >= 11
    assert all("SIMULATED" in title for title in titles)
    files = sorted(where.glob("demo/simulated*"))
    assert {file.suffix for file in files} == {".db", ".html", ".svg"}
    figures = [file for file in files if file.suffix == ".svg"]
    assert len(figures) == 8
    assert all("SIMULATED" in figure.read_text(encoding="utf-8") for figure in figures)


def test_tour_tells_an_inverted_factor_either_way_round(toured: Made) -> None:
    """Albumin: 0.61 high against low, 1.65 low against high, each with its direction, and how people read it."""
    said = toured[1].out
    assert "High albumin was associated with longer OS" in said
    assert "HR 0.61 (95 % CI 0.50–0.73), 3 cohorts" in said
    assert "albumin is usually read low against high: 1.65 (1.36–2.00)" in said
    assert "Low albumin was associated with shorter OS" in said
    assert "HR 1.65 (95 % CI 1.36–2.00), 3 cohorts" in said


def pairs(text: str) -> list[tuple[str, str]]:
    """Give each line with the second one below it: a title with the rule under its header."""
    lines = text.splitlines()
    return list(zip(lines, lines[2:], strict=False))


def test_demo_writes_into_its_folder_alone(demo: Made, seeded_file: Path) -> None:
    """The invented cohorts live in a database of their own; the user's registry, and all else, is as it was."""
    where, shown = demo
    assert shown.code == 0
    assert {each.name for each in where.iterdir()} == {"demo", "evireg.db"}
    assert (where / "evireg.db").read_bytes() == seeded_file.read_bytes()
    assert all(each.name.startswith("simulated") for each in (where / "demo").iterdir())


def test_demo_gives_the_same_figures_every_time(demo: Made, toured: Made) -> None:
    """Run again, also on a database that is there, the demo draws the same, to the byte."""
    first, again = (
        {each.name: each.read_bytes() for each in made[0].glob("demo/simulated*.svg")} for made in (toured, demo)
    )
    assert again == first


def test_output_has_the_shape_of_its_schema(demo: Made) -> None:
    """What `evireg demo --json` prints validates, field by field."""
    validate("demo", demo[1].json)


def test_simulated_estimates_come_in_only_by_name(run: Run, demo: Made) -> None:
    """Nothing invented is pooled unless the condition names `origin`, and then every table says so."""
    db = ("--db", str(demo[0] / "demo" / "simulated.db"))
    assert run("pool", "--factor", "ferritin", "--endpoint", "PFS", *db).code == 2
    shown = run("pool", "--factor", "ferritin", "--endpoint", "PFS", "--where", 'origin == "simulated"', *db)
    assert shown.code == 0
    titles = [line for line in shown.out.splitlines() if re.match(r"(Estimates|Pooled|Heterogeneity|Flow)\b", line)]
    assert len(titles) == 4
    assert all("SIMULATED" in title for title in titles)


def test_demo_folder_that_cannot_be_made_is_bad_usage(run: Run, tmp_path: Path) -> None:
    """A file in the way is said."""
    (tmp_path / "taken").write_text("", encoding="utf-8")
    done = run("demo", "--into", str(tmp_path / "taken"))
    assert done.code == 2
    assert "--into" in done.err


def test_tour_shows_the_proof(toured: Made) -> None:
    """Published results beside ours, the truth about ferritin, the worked example, reports, and a doubt taken back."""
    where, shown = toured
    assert shown.code == 0
    for said in ("1.73 (1.23–2.44)", "1.826 (1.238–2.692)", "2.15 (1.74–2.66), I² 9 %", "fares worse", "SIMULATED"):
        assert said in shown.out
    assert "NO" not in [word for line in shown.out.splitlines() for word in line.split()]
    assert "--allow mixed-adjustment" in shown.err
    for said in ("se-implausible", "1 of 1 query changed", "1.73 (1.23–2.44), k = 8", "1.94 (1.59–2.37), k = 7"):
        assert said in shown.out
    with open_registry(where / "demo" / "evireg.db") as reg:
        assert reg.pool(reg.query("nlr-myeloma-os").definition.where).pool.k == 8
    for name in ("nlr-myeloma-os.svg", "nlr-myeloma-os.html", "ferritin-cart-pfs.html", "simulated-report.html"):
        assert (where / "demo" / name).exists()
        assert f"  demo/{name}" in shown.out


def test_tour_can_be_taken_again(
    toured: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where it was taken it says the same; the demo has its own tests, and a report is written over like another."""
    where, first = toured
    shutil.copytree(where / "demo", tmp_path / "demo")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    take = tour._run

    def told(*arguments: str, expected: int = 0) -> None:
        if arguments[0] != "demo" and arguments[:2] != ("report", "nlr-myeloma-os"):
            take(*arguments, expected=expected)

    monkeypatch.setattr(tour, "_run", told)
    assert tour.main() == 0
    again = capsys.readouterr().out
    assert again.splitlines()[-20:] == first.out.splitlines()[-20:]
