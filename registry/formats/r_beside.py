"""What stands beside a pool in the R script: dependent estimates, meta-regressions, tests for small-study effects."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from registry.flow import units
from registry.formats.r_pools import leave
from registry.formats.r_words import Value, literal, named, vector

if TYPE_CHECKING:
    from registry.formats.analysed import Regressed
    from registry.frame import Frame
    from registry.pooling.bias_result import BiasResult, FilledIn, SelectionModel, SizeRegression
    from registry.pooling.result import PoolResult

#: rma.mv's variances are where a general optimiser stopped; what rests on them is compared less closely.
LOOSE = 1e-4
_LINE = ("slope", "slope_se", "stat", "p", "limit", "limit_se", "limit_ci_low", "limit_ci_high")
_MODELS = {
    ("three-level", False): "rma.mv(rows$yi, rows$vi, random = ~ 1 | unit/row, data = rows, control = search)",
    ("three-level", True): "rma.mv(rows$yi, V, random = ~ 1 | unit/row, data = rows, control = search)",
    ("cr", False): "model(rows$yi, rows$vi)",
    ("cr", True): "rma.mv(rows$yi, V, random = ~ 1 | unit, data = rows, control = search)",
}


def _section(title: str) -> str:
    return f"section({literal(title)})"


def _defined(source: Any, names: tuple[str, ...]) -> dict[str, float]:
    return {name: value for name in names if (value := getattr(source, name)) is not None}


# -- dependent estimates -----------------------------------------------------------------------------------------------


def dependent(result: PoolResult) -> Iterator[str]:
    """Write the model of dependent estimates by rma.mv and robust."""
    found = result.dependence
    if found is None:
        return
    correlated = found.rho is not None
    fitted = _MODELS["three-level" if found.model == "three-level" else "cr", correlated]
    lines = [
        _section(f"The pool of all {result.pool.k}, of {found.clusters} cohorts or groups that share patients"),
        f"rows$unit <- {vector('/'.join(unit) for unit in units(result.rows))}",
        "rows$row <- seq_len(nrow(rows))",
        'search <- list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-15)',
    ]
    if correlated:
        lines.append(f"V <- working_covariance({literal(found.rho)})")
    lines += [f"fit <- {fitted}", *_robust(result)]
    yield "\n".join(lines)
    for what in ("leave-one-out", "cumulative"):
        if getattr(result, what.replace("-", "_")):
            yield leave(what, "estimates that depend on each other are compared in the whole pool only")


def _robust(result: PoolResult) -> Iterator[str]:
    pool, found = result.pool, result.dependence
    own = _defined(pool, ("mu", "tau2", "q"))
    plain = found is not None and found.working == "RE"
    loose = "" if plain else f", tolerance = {literal(LOOSE)}"
    yield f'compare("the model", {named(own)},\n  mixed(fit){loose})'
    for each in found.inferences if found else ():
        numbers = _defined(each, ("se", "p", "ci_low", "ci_high"))
        if numbers:
            yield f"compare_robust({literal(each.kind)}, {named(numbers)},\n  fit, rows$unit{loose})"


# -- meta-regression ---------------------------------------------------------------------------------------------------


def regressed(asked: Regressed, rows: Frame) -> Iterator[str]:
    """Write a meta-regression, the moderators coded by R."""
    result = asked.result
    title = f"Meta-regression on {', '.join(each.column for each in asked.moderators)}"
    members, columns = _moderators(asked, rows)
    lines = [_section(title), f"members <- {vector(place + 1 for place in members)}"]
    lines += [f"x{number} <- {text}" for number, text in enumerate(columns, 1)]
    terms = " + ".join(f"x{number}" for number in range(1, len(columns) + 1))
    lines.append(f"x <- model.matrix(~ {terms})[, -1, drop = FALSE]")
    lines.append(f"fit <- regression(members, x, {literal(result.method)}, {literal(result.test)})")
    lines += [
        f"compare({literal(each.name)}, {named(_defined(each, ('b', 'se', 'p', 'ci_low', 'ci_high')))},\n"
        f"  coefficient(fit, {number}))"
        for number, each in enumerate(result.coefficients, 1)
    ]
    lines.append(f'compare("meta-regression", {named(_regression(asked))},\n  explained(fit))')
    yield "\n".join(lines)


def _regression(asked: Regressed) -> dict[str, float]:
    omnibus, result = asked.result.tests[0], asked.result
    found = {**_defined(result, ("tau2", "i2", "qe", "qe_p")), **_defined(omnibus, ("chi2", "chi2_p", "f", "f_p"))}
    return {**found, "r2": result.r2} if result.r2 is not None and result.tau2_without else found


def _moderators(asked: Regressed, rows: Frame) -> tuple[list[int], list[str]]:
    """Give the places of rows that have every moderator, and each moderator of them as R."""
    from registry.pooling.grouping import known_rows, spelled

    known = np.logical_and.reduce([known_rows(rows, each.column) for each in asked.moderators])
    places = np.flatnonzero(known)
    written = []
    for each in asked.moderators:
        values = rows[each.column][places]
        if values.dtype.kind == "f":
            written.append(f"{vector(values.tolist())} - ({literal(each.centre)})")
        else:
            words = spelled(values)
            levels = sorted({word for word in words if word is not None})
            first = each.reference or levels[0]
            ordered = [first, *(level for level in levels if level != first)]
            written.append(f"factor({vector(words)},\n  levels = {vector(ordered)})")
    return places.tolist(), written


# -- small-study effects -----------------------------------------------------------------------------------------------


def small_study(bias: BiasResult, rows: Frame) -> Iterator[str]:
    """Write every test for small-study effects that was run."""
    parts: list[str] = []
    if bias.egger is not None:
        parts += _egger(bias.egger)
    if bias.begg is not None:
        exact = literal(bias.begg.exact)
        ours = _defined(bias.begg, ("tau", "p"))
        parts.append(f'compare("Begg", {named(ours)},\n  rank_test({exact}))')
    if bias.trim_fill is not None:
        parts.append(_filled(bias.trim_fill))
    if bias.pet_peese is not None:
        both = {"PET": (bias.pet_peese.pet, "sqrt(rows$vi)"), "PEESE": (bias.pet_peese.peese, "rows$vi")}
        parts += [
            f"compare({literal(name)}, {named(_defined(line, _LINE))},\n  weighted_line(rows$yi, {x}, 1 / rows$vi))"
            for name, (line, x) in both.items()
        ]
    parts += _debray(bias, rows)
    if bias.selection_model is not None:
        parts.append(_selection(bias.selection_model))
    if bias.fail_safe is not None and bias.fail_safe.n is not None:
        rule = bias.fail_safe.rule.capitalize()
        parts.append(
            f'compare("fail-safe number", {named({"n": bias.fail_safe.n})},\n'
            f"  list(n = fsn(rows$yi, rows$vi, type = {literal(rule)})$fsnum))"
        )
    if parts:
        yield "\n".join([_section("Small-study effects"), *parts])


def _egger(found: SizeRegression) -> Iterator[str]:
    if found.predictor == "ninv":
        yield leave("Egger's test on 1/n", "it is compared on the standard error and the variance only")
        return
    asked = f"{literal(found.model)}, {literal(found.predictor)}, {literal(found.method)}"
    ours = _defined(found, ("stat", "p", "limit", "limit_ci_low", "limit_ci_high"))
    yield f'compare("Egger", {named(ours)},\n  egger({asked}))'


def _filled(found: FilledIn) -> str:
    names = ("mu", "se", "ci_low", "ci_high", "tau2")
    ours = {"k0": found.k0, **_defined(found.pool, names)}
    pool = found.pool
    asked = f"{literal(found.estimator)}, {literal(found.side)}, {literal(pool.method)}, {literal(pool.test)}"
    return f'compare("trim and fill", {named(ours)},\n  filled({asked}))'


def _debray(bias: BiasResult, rows: Frame) -> Iterator[str]:
    for name, found in (("D-FIV", bias.d_fiv), ("D-FAV", bias.d_fav)):
        if found is None:
            continue
        columns = ("n_events",) if name == "D-FIV" else ("events_index", "events_reference")
        yield _events(name, {column: rows[column].tolist() for column in columns}, _defined(found, _LINE))


def _events(name: str, counts: Mapping[str, list[float]], ours: dict[str, float]) -> str:
    places = [place for place, row in enumerate(zip(*counts.values(), strict=True)) if not any(map(math.isnan, row))]
    given: list[str] = []
    for column, values in counts.items():
        own: list[Value] = [values[place] for place in places]
        given.append(f"{column} <- {vector(own)}")
    members = f"members <- {vector(place + 1 for place in places)}"
    if name == "D-FIV":
        line = "weighted_line(rows$yi[members], 1 / n_events, 1 / rows$vi[members])"
    else:
        line = "events_line(rows$yi[members], events_index, events_reference)"
    return "\n".join([members, *given, f"compare({literal(name)}, {named(ours)},\n  {line})"])


def _selection(found: SelectionModel) -> str:
    ours = _defined(found, ("mu", "tau2", "delta", "lrt"))
    asked = f"{literal(found.step)}, {literal(found.alternative)}"
    return f'compare("selection model", {named(ours)},\n  selected({asked}), tolerance = 1e-4)'
