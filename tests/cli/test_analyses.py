"""Commands beside `pool`: JSON as their schemas say, tables for people, refusals with what settles them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_schemas import NLR, validate

MYCN = ["--factor", "MYC-N", "--endpoint", "OS"]
DLBCL = ["--factor", "NLR", "--disease", "DLBCL", "--endpoint", "OS"]

FERRITIN = ["--factor", "ferritin", "--where", 'endpoint == "OS" and measure == "hr" and contrast == "above_vs_below"']
ONE = ["--one-per", "cohort:adjusted,largest_n", "--one-per", "cohort:largest_n"]

#: Command → arguments whose output has the shape of its schema.
OUTPUTS: dict[str, list[list[str]]] = {
    "bias": [
        [*MYCN, "--test", "egger,begg,trim-fill,pet-peese,selection,fail-safe,d-fiv"],
        [*MYCN, "--model", "rma", "--method", "DL", "--estimator", "R0", "--side", "left"],
        NLR,
        [*NLR, "--test", "egger", "--test", "fail-safe", "--rule", "orwin"],
        [*NLR, "--where", 'study == "kim2016"', "--test", "egger"],
    ],
    "regress": [
        [*DLBCL, "--on", "year:2015", "--permutations", "500", "--predict", "year=2016"],
        [*DLBCL, "--on", "year", "--on", "n", "--method", "FE", "--test", "z"],
        [*DLBCL, "--on", "n"],
    ],
    "multiverse": [
        [*NLR, "--method", "REML,DL,FE", "--test", "hk", "--test", "z"],
        [*FERRITIN, "--bounds", "1000", "--adjusted", "all,yes,no", "--by", "disease", *ONE, "--level", "90"],
    ],
    "cutoffs": [
        [*FERRITIN, *ONE[:2], "--bounds", "500,1000", "--log", "--predict", "600,90"],
        [*FERRITIN, "--one-per", "cohort:largest_n", "--subgroup-tau2", "separate", "--level", "90"],
    ],
    "derive": [
        [
            "--n-events",
            "485",
            "--p-value",
            "0.075",
            "--direction",
            "better",
            "--n-index",
            "491",
            "--n-reference",
            "485",
        ],
        ["--hr", "1.56", "--ci-low", "1.08", "--ci-high", "2.27", "--p-value", "0.8", "--invert", "--level", "90"],
        ["--category", "1.5,1.1,2.0", "--category", "2.1,1.4,3.1", "--counts", "100,80,60", "--index", "1,2"],
        ["--hr", "1.002", "--se-log-hr", "0.001", "--per-doubling", "500"],
        ["--hr", "1.56", "--p-value", "<0.05"],
    ],
    "pool": [
        [*NLR, "--leave-one-out", "--cumulative", "year", "--rounding", "--threshold", "1.25", "--test", "kr"],
        [*NLR, "--method", "DL", "--test", "hc", "--pi-rule", "nnf", "--leave-one-out", "study"],
        [*NLR, "--method", "SJ", "--tau2-interval", "none", "--cumulative", "n:desc"],
        [*FERRITIN, "--dependence", "three-level", "--rho", "0.6", "--leave-one-out", "overlap"],
        [*FERRITIN, "--dependence", "cr2", "--leave-one-out"],
    ],
    "bayes": [
        [*NLR, "--mu-prior", "0,4"],
        [*NLR, "--tau-prior", "uniform", "--grid", "fine", "--level", "90"],
        [*NLR, "--where", 'study == "kim2016"'],
    ],
    "influence": [
        [*NLR, "--gosh"],
        [*DLBCL, "--method", "DL", "--test", "z", "--gosh", "--subsets", "100", "--seed", "7"],
        [*NLR, "--where", "year <= 2014"],
    ],
}


@pytest.mark.parametrize(
    ("name", "arguments"), [(name, each) for name, several in OUTPUTS.items() for each in several], ids=str
)
def test_json_has_the_shape_of_its_schema(run: Run, seeded: Path, name: str, arguments: list[str]) -> None:
    """Real output validates, field by field."""
    assert seeded.exists()
    done = run(name, *arguments, "--json")
    assert done.code == 0, done.err
    validate(name, done.json)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [(name, each) for name, several in OUTPUTS.items() for each in several if name != "derive"],
    ids=str,
)
def test_tables_end_with_where_the_result_comes_from(run: Run, seeded: Path, name: str, arguments: list[str]) -> None:
    """People are told the same: numbers, flow, condition and digest."""
    assert seeded.exists()
    done = run(name, *arguments)
    assert done.code == 0, done.err
    assert "Condition:" in done.out
    assert "matched" in done.out
    assert not re.search(r"\bnan\b", done.out, re.IGNORECASE)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bias"], "--factor"),
        (["bias", *NLR, "--test", "eggr"], "egger"),
        (["regress", *NLR], "--on"),
        (["regress", *NLR, "--on", "yaer"], "year"),
        (["regress", *NLR, "--on", "year", "--predict", "2015"], "year=2015"),
        (["multiverse", *NLR, "--bounds", "3"], "cutoff_value was read for no estimate"),
        (["multiverse", *NLR, "--bounds", "low"], "400,800"),
        (["pool", *FERRITIN], "--dependence three-level"),
        (["pool", *NLR, "--rho", "0.5"], "--dependence three-level"),
        (["pool", *NLR, "--leave-one-out", "patient"], "cohort"),
        (["bayes", *NLR, "--mu-prior", "0"], "0,4"),
        (["bayes", *NLR, "--tau-prior", "gamma"], "half-normal"),
        (["cutoffs", *FERRITIN], "--one-per"),
        (["derive"], "--hr 1.56"),
        (["derive", "--hr", "1", "--p-value", "0.9"], "ratio of 1"),
        (["derive", "--curve-index", "a.csv"], "--at-risk-index"),
        (["derive", "--category", "1.5,1.1"], "1.5,1.1,2.0"),
        (["derive", "--hr", "3.15", "--ci-low", "1.74", "--ci-high", "2.66"], "outside its CI, 1.74 to 2.66"),
        (["derive", "--o-minus-e", "\u221219.6x", "--v", "121.25"], "o_minus_e"),
        (["cutoffs", *NLR], "read for no estimate"),
        (["influence", *NLR, "--where", 'study == "kim2016"'], "at least two"),
        (["bias", "--factor", "ferritin", "--endpoint", "OS"], "--"),
    ],
)
def test_refusal_names_what_settles_it(run: Run, seeded: Path, arguments: list[str], said: str) -> None:
    """Exit code 2, and what to type instead."""
    assert seeded.exists()
    done = run(*arguments)
    assert done.code == 2, done.err
    assert said in done.err
    assert "Traceback" not in done.err
