"""Small-study effects: every test that is asked for, and why one was not run.

Below k = 10 a test runs only when it is named: it could not tell chance from asymmetry (Sterne et al. 2011).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from registry.errors import StatisticsError, UsageError
from registry.pooling.analysis import basis, checked_settings, one_of
from registry.pooling.bias_result import (
    BiasResult,
    Corrected,
    FailSafeNumber,
    FilledIn,
    FunnelPoint,
    RankCorrelation,
    SelectionModel,
    SizeRegression,
)
from registry.pooling.grouping import title
from registry.pooling.kernel import Settings, pooled
from registry.pooling.names import labels
from registry.pooling.pooled import Pooled
from registry.pooling.prepared import prepare
from registry.pooling.values import number, ratio, ratios, taken

if TYPE_CHECKING:
    import pandas as pd

    from registry.flow import Flow
    from registry.frame import Array, Frame
    from registry.stats.small_study import Asymmetry

#: From here on tests run without being named.
RECOMMENDED = 10
PREDICTORS = ("sei", "vi", "ninv")
MODELS = ("lm", "rma")
FILLERS = ("L0", "R0")
SIDES = ("left", "right")
RULES = ("rosenthal", "orwin", "rosenberg")


@dataclass(frozen=True, slots=True)
class Options:
    """How to test; `method`, `test` and `level` as in a pool, the others as in `registry.stats`."""

    method: str = "REML"
    test: str = "hk"
    level: float = 95.0
    model: str = "lm"
    predictor: str = "sei"
    estimator: str = "L0"
    side: str | None = None
    step: float = 0.025
    rule: str = "rosenthal"


def bias(
    frame: Frame | pd.DataFrame,
    tests: str | Collection[str] = (),
    *,
    one_per: str | None = None,
    per: str | float | None = None,
    allow: str | Collection[str] = (),
    read_as: str = "high-vs-low",
    doubtful: str = "keep",
    flow: Flow | None = None,
    provenance: Mapping[str, Any] | None = None,
    **options: Any,
) -> BiasResult:
    """Test the estimates of a frame for small-study effects.

    `tests` names some of `TESTS`: egger, begg, d-fiv, d-fav, trim-fill, pet-peese, selection, fail-safe; unless any is
    named all but fail-safe run, from k = 10 on. `options`: `method`, `test` and `level` of the pool, and of the pool
    with filled-in estimates; `model` (lm, rma) and `predictor` (sei, vi, ninv) of Egger's test; `estimator` (L0, R0)
    and `side` of trim and fill; `step` of the selection model; `rule` of the fail-safe number. Frame and other
    arguments as in `registry.pool`.

    A test that cannot be run is None, with a reason. Raises what `registry.pool` raises.
    """
    named = [one_of("test", name, TESTS) for name in ([tests] if isinstance(tests, str) else tests)]
    asked = _options(options)
    prepared = prepare(
        frame,
        one_per=one_per,
        per=per,
        allow=allow,
        read_as=read_as,
        doubtful=doubtful,
        flow=flow,
        provenance=provenance,
    )
    rows = prepared.frame
    found = {test.field: _attempt(name, test, rows, asked, named) for name, test in TESTS.items()}
    [whole] = pooled(rows, Settings(asked.method, asked.test, asked.level))
    return BiasResult(
        k=len(rows),
        pool=whole,
        **{name: None if isinstance(result, str) else result for name, result in found.items()},
        reasons={name: result for name, result in found.items() if isinstance(result, str)},
        estimates=_funnel(rows),
        basis=basis(prepared),
    )


def _attempt(name: str, test: Test, rows: Frame, asked: Options, named: Collection[str]) -> Any:
    """Run one test on the rows that have what it needs; the reason, a text, if it is not run or cannot be."""
    wanted = test.wanted(asked)
    known = np.logical_and.reduce([np.isfinite(rows["yi"]), *(~np.isnan(rows[column]) for column in wanted)])
    if why := _why_not(name, named, int(known.sum()), len(rows), wanted):
        return why
    try:
        return test.run(rows.take(known), asked, _partly(known, wanted))
    except StatisticsError as error:
        return f"{error.message}; {error.hint}" if error.hint else error.message


def _options(given: Mapping[str, Any]) -> Options:
    try:
        asked = Options(**given)
    except TypeError as error:
        raise UsageError(f"bias: {str(error).partition(') ')[2] or error}", f"options: {', '.join(OPTIONS)}") from None
    checked_settings(asked.method, asked.test, asked.level)
    one_of("model", asked.model, MODELS)
    one_of("predictor", asked.predictor, PREDICTORS)
    one_of("estimator", asked.estimator, FILLERS)
    one_of("rule", asked.rule, RULES)
    if asked.side is not None:
        one_of("side", asked.side, SIDES)
    return asked


OPTIONS = tuple(Options.__dataclass_fields__)


def _why_not(name: str, named: Collection[str], known: int, k: int, wanted: Collection[str]) -> str:
    """Say why a test is not run; empty when it is."""
    if named and name not in named:
        return "not asked for"
    if not named and name == "fail-safe":
        return f"for parity with published reviews only: --test {name}"
    if wanted and not known:
        return f"needs {_named(wanted)}, which was read for no estimate"
    if name not in named and known < RECOMMENDED:
        of = f" of {k} with {_named(wanted)}" if wanted else ""
        return f"not testable: k = {known}{of}, fewer than {RECOMMENDED}; --test {name} runs it all the same"
    return ""


def _named(wanted: Collection[str]) -> str:
    """Name the columns a test needs, in words."""
    return " and ".join(title(column) for column in wanted)


def _partly(known: Array, wanted: Collection[str]) -> tuple[str, ...]:
    """Say that estimates without a count a test needs are not in it."""
    if known.all():
        return ()
    return (f"{int(known.sum())} of {len(known)} estimates: the others give no {_named(wanted)}",)


def _egger(rows: Frame, asked: Options, notes: tuple[str, ...]) -> SizeRegression:
    from registry.stats.small_study import egger

    sizes = rows["n"] if asked.predictor == "ninv" else None
    found = egger(
        rows["yi"],
        rows["vi"],
        model=asked.model,
        predictor=asked.predictor,
        ni=sizes,
        method=asked.method,
        level=asked.level,
    )
    return _line(found, notes)


def _begg(rows: Frame, _asked: Options, notes: tuple[str, ...]) -> RankCorrelation:
    from registry.stats.rank_test import begg

    found = begg(rows["yi"], rows["vi"])
    return taken(RankCorrelation, found, notes=(*notes, *found.notes))


def _d_fiv(rows: Frame, asked: Options, notes: tuple[str, ...]) -> SizeRegression:
    from registry.stats.small_study import debray

    return _line(debray(rows["yi"], rows["vi"], events=rows["n_events"], level=asked.level), notes)


def _d_fav(rows: Frame, asked: Options, notes: tuple[str, ...]) -> SizeRegression:
    from registry.stats.small_study import debray

    groups = rows["events_index"], rows["events_reference"]
    return _line(debray(rows["yi"], rows["vi"], events_per_group=groups, level=asked.level), notes)


def _trim_fill(rows: Frame, asked: Options, notes: tuple[str, ...]) -> FilledIn:
    from registry.stats.trim_fill import trim_fill

    found = trim_fill(
        rows["yi"],
        rows["vi"],
        estimator=asked.estimator,
        method=asked.method,
        test=asked.test,
        side=asked.side,
        level=asked.level,
    )
    added = zip(found.yi[found.k :].tolist(), found.vi[found.k :].tolist(), strict=True)
    return taken(
        FilledIn,
        found,
        filled=tuple({"yi": y, "vi": v} for y, v in added),
        pool=Pooled.of(found.pool, None, "estimates that were filled in have no patients"),
        notes=(*notes, *found.notes),
    )


def _pet_peese(rows: Frame, asked: Options, notes: tuple[str, ...]) -> Corrected:
    from registry.stats.small_study import pet_peese

    found = pet_peese(rows["yi"], rows["vi"], level=asked.level)
    own = ratios(found.mu, found.ci_low, found.ci_high)
    lines = {"pet": _line(found.pet, ()), "peese": _line(found.peese, ())}
    return taken(Corrected, found, **lines, **own, notes=(*notes, *found.notes))


def _selection(rows: Frame, asked: Options, notes: tuple[str, ...]) -> SelectionModel:
    from registry.stats.selection_model import step_selection

    found = step_selection(rows["yi"], rows["vi"], step=asked.step, level=asked.level)
    own = ratios(found.mu, found.ci_low, found.ci_high)
    plain = {"hr_uncorrected": ratio(found.uncorrected)}
    return taken(SelectionModel, found, **own, **plain, notes=(*notes, *found.notes))


def _fail_safe(rows: Frame, asked: Options, notes: tuple[str, ...]) -> FailSafeNumber:
    from registry.stats.fail_safe import fail_safe_n

    found = fail_safe_n(rows["yi"], rows["vi"], rule=asked.rule)
    count = number(found.n)
    return taken(FailSafeNumber, found, n=None if count is None else int(count), notes=(*notes, *found.notes))


def _line(found: Asymmetry, notes: tuple[str, ...]) -> SizeRegression:
    own = ratios(found.limit, found.limit_ci_low, found.limit_ci_high)
    return taken(SizeRegression, found, **own, notes=(*notes, *found.notes))


def _funnel(rows: Frame) -> tuple[FunnelPoint, ...]:
    names = (rows[name].tolist() for name in ("key", "study", "cohort"))
    numbers = (rows["yi"].tolist(), np.sqrt(rows["vi"]).tolist())
    return tuple(FunnelPoint(*row) for row in zip(*names, labels(rows), *numbers, strict=True))


def _nothing(_asked: Options) -> tuple[str, ...]:
    return ()


def _sizes(asked: Options) -> tuple[str, ...]:
    return ("n",) if asked.predictor == "ninv" else ()


def _events(_asked: Options) -> tuple[str, ...]:
    return ("n_events",)


def _events_per_group(_asked: Options) -> tuple[str, ...]:
    return ("events_index", "events_reference")


class Test(NamedTuple):
    """Where the result of a test goes, how it is run, and which columns it needs beside yi and vi."""

    field: str
    run: Callable[[Frame, Options, tuple[str, ...]], Any]
    wanted: Callable[[Options], tuple[str, ...]] = _nothing


#: Every test by its name on the command line.
TESTS: Mapping[str, Test] = {
    "egger": Test("egger", _egger, _sizes),
    "begg": Test("begg", _begg),
    "d-fiv": Test("d_fiv", _d_fiv, _events),
    "d-fav": Test("d_fav", _d_fav, _events_per_group),
    "trim-fill": Test("trim_fill", _trim_fill),
    "pet-peese": Test("pet_peese", _pet_peese),
    "selection": Test("selection_model", _selection),
    "fail-safe": Test("fail_safe", _fail_safe),
}
