"""The second opinion: R's metafor really computes every number again, and a changed one stops it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from registry.formats.analysed import Regressed
from registry.formats.r_script import script
from registry.frame import Frame
from registry.pooling import pool
from registry.pooling.bias import TESTS, bias
from registry.pooling.moderators import moderators
from registry.pooling.regress import regress
from tests.formats import r
from tests.pooling.rows import MYELOMA_OS, rows

pytestmark = pytest.mark.r

_ESTIMATORS = ("FE", "DL", "PM", "REML", "ML", "HE", "HS", "HSk", "SJ", "EB", "PMM")
_RULES = ("hk", "hts", "t", "z", "metafor")


def made(k: int, *, seed: int = 1, shared: bool = False) -> Frame:
    """Make k rows with a number, a category and events, from a seed; `shared`: three estimates per cohort."""
    draw = np.random.default_rng(seed)
    found = []
    for place in range(k):
        se = float(draw.uniform(0.08, 0.6))
        est = float(np.exp(draw.normal(0.5, 0.3) + 0.6 * se))
        low, high = est * np.exp(-1.96 * se), est * np.exp(1.96 * se)
        name = f"study{place // 3 if shared else place}"
        numbers = {"est": est, "ci_low": float(low), "ci_high": float(high)}
        [row] = rows([(name, 50 + 10 * place, est, numbers["ci_low"], numbers["ci_high"])])
        place_in = {"key": f"{name}/{place}", "year": 2000 + int(draw.integers(0, 20)), "derivation": "ci"}
        events = {"n_events": 10 + place, "events_index": 4 + place % 5, "events_reference": 6 + place % 7}
        found.append({**row, **place_in, **events, "attributes": {"platform": "abc"[place % 3]}})
    return Frame.from_rows(found, ["platform"])


def agrees(text: str, folder: Path) -> str:
    """Run a script that must agree, and give its log."""
    r.need()
    code, log = r.run(text, folder)
    assert code == 0, log
    assert "Every number that is compared agrees." in log
    return log


def _options() -> Iterator[Any]:
    for method in _ESTIMATORS:
        grown = {"cumulative": "year"} if method in ("FE", "REML") else {}
        yield pytest.param({"method": method, "test": "z" if method == "FE" else "hk", **grown}, id=method)
    for test in ("hk", "hk-adhoc", "hk-plain", "t", "z", "kr"):
        yield pytest.param({"test": test}, id=test)
    yield pytest.param({"test": "hc", "method": "DL"}, id="hc")
    for rule in _RULES:
        yield pytest.param({"pi_rule": rule, "test": "z", "threshold": 1.25}, id=f"interval-{rule}")
    yield pytest.param({"tau2_interval": "pl", "level": 90.0}, id="profile-likelihood")


@pytest.mark.parametrize("options", list(_options()))
def test_every_estimator_test_and_interval_is_repeated(options: Mapping[str, Any], tmp_path: Path) -> None:
    """Whatever the estimator, the test and the prediction interval, metafor gives the numbers of the pool."""
    result = pool(made(6), leave_one_out=True, **options)
    log = agrees(script(result), tmp_path)
    assert "without Study" in log or "without study" in log
    assert "pi_low" in log or result.pool.pi_low is None or options.get("test") == "hc"


@pytest.mark.parametrize("k", [1, 2, 3])
def test_few_estimates_are_repeated(k: int, tmp_path: Path) -> None:
    """One, two or three estimates give a script that runs and agrees, though much is undefined."""
    agrees(script(pool(made(k), leave_one_out=True)), tmp_path)


def test_identical_effects_are_repeated(tmp_path: Path) -> None:
    """Effects without any spread, where Hartung–Knapp is undefined, are repeated with the Wald interval."""
    same = [(f"s{place}", 100, 1.5, 1.5 / spread, 1.5 * spread) for place, spread in enumerate((1.2, 1.4, 1.7, 2.0))]
    agrees(script(pool(Frame.from_rows(rows(same)))), tmp_path)


@pytest.mark.parametrize("tau2", ["common", "separate"])
@pytest.mark.parametrize("test", ["hk", "z"])
@pytest.mark.parametrize("asked", ["platform", "year:2005,2012"])
def test_subgroups_are_repeated(tau2: str, test: str, asked: str, tmp_path: Path) -> None:
    """Subgroups with a common tau² are metafor's regression, with separate ones its pools, tests between them too."""
    log = agrees(script(pool(made(14), test=test, subgroup=asked, subgroup_tau2=tau2)), tmp_path)
    assert "between groups" in log


@pytest.mark.parametrize("on", [["year:2010"], ["year"], ["platform"], ["platform:b", "year"]])
@pytest.mark.parametrize("test", ["hk", "z", "hk-plain", "hk-adhoc", "t"])
def test_meta_regression_is_repeated(on: list[str], test: str, tmp_path: Path) -> None:
    """A regression on numbers and categories, coded by R, has the coefficients, tests and tau² of ours."""
    frame = made(14)
    result = pool(frame, test=test)
    asked = Regressed(tuple(moderators(result.rows, on, frozenset())), regress(frame, on, test=test))
    log = agrees(script(result, regressions=[asked]), tmp_path)
    assert "Meta-regression on" in log


@pytest.mark.parametrize("k", [6, 14])
def test_small_study_effects_are_repeated(k: int, tmp_path: Path) -> None:
    """Every test for small-study effects that was run is repeated."""
    frame = made(k, seed=3)
    found = bias(frame, list(TESTS))
    log = agrees(script(pool(frame), bias=found), tmp_path)
    for name in ("Egger", "Begg", "trim and fill", "PET", "PEESE", "D-FIV", "D-FAV", "fail-safe number"):
        assert name in log


@pytest.mark.parametrize("options", [{"model": "rma"}, {"predictor": "vi"}, {"estimator": "R0"}, {"predictor": "ninv"}])
def test_options_of_small_study_tests_are_repeated(options: Mapping[str, Any], tmp_path: Path) -> None:
    """Other models, predictors and estimators are repeated, or said not to be."""
    frame = made(14, seed=4)
    agrees(script(pool(frame), bias=bias(frame, ["egger", "trim-fill"], **options)), tmp_path)


@pytest.mark.parametrize("rho", [None, 0.6])
@pytest.mark.parametrize("model", ["three-level", "cr1", "cr2"])
def test_dependent_estimates_are_repeated(model: str, rho: float | None, tmp_path: Path) -> None:
    """Several estimates per cohort are repeated by rma.mv and robust; without clubSandwich CR2 is named as left out."""
    log = agrees(script(pool(made(15, shared=True), dependence=model, rho=rho)), tmp_path)
    assert "CR1" in log
    assert ("CR2 standard errors" in log) is not r.has("clubSandwich")


def test_simulated_rows_are_marked_in_script_and_log(tmp_path: Path) -> None:
    """The first line of the script and of its log say that simulated rows are no evidence."""
    frame = Frame.from_rows(rows(MYELOMA_OS, origin="simulated"))
    text = script(pool(frame))
    assert text.startswith("# SIMULATED DATA")
    assert agrees(text, tmp_path).startswith("SIMULATED DATA")


def test_names_with_quotes_and_line_breaks_stay_text(tmp_path: Path) -> None:
    """A name of a study, whatever is in it, is text in the script and never code."""
    hostile = 'a"); stop("taken"); (\\" \n`x` ’é😀'
    frame = Frame.from_rows([{**row, "first_author": hostile, "year": 2020} for row in rows(MYELOMA_OS)])
    agrees(script(pool(frame, leave_one_out=True), title=f"x\nstop('taken') {hostile}"), tmp_path)


def test_inverted_rows_are_repeated_from_what_is_printed(tmp_path: Path) -> None:
    """A ratio reported low against high is derived from the printed numbers and turned round by R."""
    made = rows(MYELOMA_OS)
    for row in made[:3]:
        est, low, high = 1 / row["est"], 1 / row["ci_high"], 1 / row["ci_low"]
        row |= {"contrast": "below_vs_above", "est": est, "ci_low": low, "ci_high": high, "yi": -row["yi"]}
    result = pool(Frame.from_rows(made))
    text = script(result)
    assert text.count("TRUE") >= 3
    assert "From the printed ratios and intervals, 8 of 8" in agrees(text, tmp_path)


def test_pool_without_chosen_cutoffs_is_repeated(tmp_path: Path) -> None:
    """The pool without cutoffs chosen on the outcome is repeated without them."""
    how = ["roc", "median", None, "min_p", "prespecified", None, None, None]
    made = [{**row, "cutoff_method": each} for row, each in zip(rows(MYELOMA_OS), how, strict=True)]
    assert "without them" in agrees(script(pool(Frame.from_rows(made))), tmp_path)


# -- that it can fail --------------------------------------------------------------------------------------------------


def _tampered(text: str, number: float) -> str:
    """Change a number of ours in the sixth digit."""
    changed = text.replace(repr(number), repr(number * (1 + 1e-5)))
    assert changed != text
    return changed


@pytest.mark.parametrize("name", ["mu", "ci_high", "tau2", "pi_low", "i2"])
def test_a_changed_number_stops_the_script(name: str, tmp_path: Path) -> None:
    """A number of ours that differs in its sixth digit ends the script with an error that names it."""
    r.need()
    result = pool(Frame.from_rows(rows(MYELOMA_OS)))
    code, log = r.run(_tampered(script(result), getattr(result.pool, name)), tmp_path)
    assert code == 1
    assert re.search(rf"^\s+{name} .*DIFFERS$", log, re.MULTILINE)
    assert re.search(rf"all, {name}: .* by evireg, .* by metafor", log)
    assert "Every number that is compared agrees" not in log


def test_a_changed_row_stops_the_script(tmp_path: Path) -> None:
    """A row whose yi is not that of its printed ratio is named, and so is the pool it moves."""
    r.need()
    result = pool(Frame.from_rows(rows(MYELOMA_OS, derivation="ci")))
    text = script(result).replace(repr(result.estimates[2].yi), repr(result.estimates[2].yi + 0.01), 1)
    code, log = r.run(text, tmp_path)
    assert code == 1
    assert f"yi of {result.estimates[2].label}:" in log
    assert "all, mu:" in log
