"""`evireg plot` of the kinds that are drawn of an analysis, on the seeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.handle import open as open_registry
from tests.cli.conftest import Run


@pytest.mark.parametrize(
    ("kind", "query", "more"),
    [
        ("funnel", "mycn-os", ("--set", "labels=4")),
        ("funnel", "nlr-myeloma-os", ("--set", "tests=egger,trim-fill")),
        ("baujat", "nlr-myeloma-os", ("--theme", "dark")),
        ("influence", "mycn-os", ("--set", "most=10", "--width", "single")),
        ("gosh", "nlr-myeloma-os", ("--set", "estimate=Kim 2016")),
        ("bubble", "nlr-myeloma-os", ("--on", "year")),
        ("cutoffs", "ferritin-transplant-os", ("--set", "log=true")),
        ("specification", "nlr-dlbcl-os", ()),
    ],
)
def test_every_kind_is_drawn_of_a_saved_query(run: Run, seeded: Path, kind: str, query: str, more) -> None:
    """Into the file that is named, with the options of figure and analysis."""
    done = run("plot", kind, query, "-o", f"{kind}.svg", *more)
    assert done.code == 0, done.err
    assert (seeded.parent / f"{kind}.svg").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gosh", "nlr-myeloma-os", "--set", "estimate=Kim 2015"), "did you mean 'Kim 2016'"),
        (("bubble", "mycn-os", "--on", "yaer"), "did you mean 'year'"),
        (("funnel", "mycn-os", "--set", "lables=3"), "did you mean 'labels'"),
        (("funnel", "mycn-os", "--set", "labels=many"), "labels is 'many'"),
        (("influence", "mycn-os", "--set", "most=-1"), "most is -1"),
        (("gosh", "nlr-myeloma-os", "--set", "estimate=5"), "no estimate 5"),
        (("cutoffs", "nlr-myeloma-os"), "cutoff_value was read for no estimate"),
    ],
)
def test_what_cannot_be_drawn_says_why(run: Run, seeded: Path, arguments, said: str) -> None:
    """An error of usage or of the evidence, with the nearest name; no file."""
    done = run("plot", *arguments, "-o", "none.svg")
    assert done.code in (2, 3)
    assert said in done.err
    assert not (seeded.parent / "none.svg").exists()


def test_main_specification_is_the_saved_query(seeded: Path) -> None:
    """Its own estimator and test come first, so what is marked on the curve is its result."""
    from registry.figures.analysed import analysed
    from registry.figures.catalogue import kind

    with open_registry(seeded) as reg:
        saved = reg.query("nlr-myeloma-os").definition
        assert (saved.options["method"], saved.options["test"]) == ("DL", "z")
        found = analysed(reg, kind("specification"), "nlr-myeloma-os", {"at": None}, {})
        assert found.main is not None
        assert (found.main.method, found.main.test) == ("DL", "z")
        assert found.main.hr == reg.pool(saved.where, method="DL", test="z").pool.hr
        models = [(each.method, each.test) for each in found.rows]
        assert len(set(models)) == len(models)
