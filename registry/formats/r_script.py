"""A second opinion: an R script that holds the rows and repeats the analysis with metafor.

The script stops, with every difference named, when a number of metafor is not ours. It computes as `registry.stats`
does where that is not metafor's default (the wider of two intervals, prediction intervals with k − 2 degrees of
freedom, the highest maximum of a likelihood), says so, and names what it does not repeat.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from registry.formats.r_beside import dependent, regressed, small_study
from registry.formats.r_pools import POOL, all_but, checks, groups, leave, those
from registry.formats.r_rows import from_print, rows_of
from registry.formats.r_words import Value, comment, literal
from registry.report.prose import direction_said
from registry.stats.prediction import PI_RULES
from registry.terms import DATA_DRIVEN_CUTOFFS

if TYPE_CHECKING:
    from registry.formats.analysed import Regressed
    from registry.pooling.bias_result import BiasResult
    from registry.pooling.pooled import Pooled
    from registry.pooling.result import LeftOut, PoolResult, Subgroups

#: How far two programs may be apart: absolute for numbers below 1, else relative. They agree within 1e-12.
TOLERANCE = 1e-8
WEIGHTS = '\ncompare_rows("weight", seq_len(nrow(rows)), rows$weight, weight_of_rows())'
_LEFT_OUT = ("mu", "ci_low", "ci_high", "tau2", "i2")


def script(
    result: PoolResult,
    *,
    subgroups: Sequence[Subgroups] = (),
    regressions: Sequence[Regressed] = (),
    bias: BiasResult | None = None,
    title: str = "",
    tolerance: float = TOLERANCE,
) -> str:
    """Write the R script of a pool; `Rscript FILE.R` prints a log and ends with an error when a number differs.

    `subgroups`, `regressions` and `bias` are further analyses of the same rows, `tolerance` how far two programs may be
    apart: absolute for numbers below 1, else relative.
    """
    named, rows = title or _title(result), result.rows_as_pooled
    parts = [
        _head(result, named, tolerance),
        rows_of(result),
        files("registry.formats").joinpath("second_opinion.R").read_text("utf-8").rstrip(),
        "# ---- The analysis ----",
        f"head_of_log({literal(_headline(result, named))})",
        *from_print(result),
        *_body(result),
        *(part for each in _all(result, subgroups) for part in _subgroups(each)),
        *(part for each in regressions for part in regressed(each, rows)),
        *(small_study(bias, rows) if bias is not None else ()),
        *_not_repeated(result),
        "end_of_log()",
    ]
    return "\n\n".join(parts) + "\n"


def _all(result: PoolResult, more: Sequence[Subgroups]) -> list[Subgroups]:
    own = [result.subgroups] if result.subgroups else []
    return own + [each for each in more if each not in own]


def _title(result: PoolResult) -> str:
    return ", ".join(str(result.about[name]) for name in ("factor", "endpoint", "disease") if name in result.about)


def _headline(result: PoolResult, title: str) -> str:
    simulated = "SIMULATED DATA, no evidence. " if result.simulated else ""
    return f"{simulated}Second opinion on {title or 'a pool'}, {result.pool.k} estimates"


def _head(result: PoolResult, title: str, tolerance: float) -> str:
    made, pool = result.provenance, result.pool
    state = f"changeset {made['changeset']}" if made.get("changeset") is not None else "a table"
    lines = [
        _headline(result, title),
        f"Rows of {state}, SHA-256 {made.get('digest')}; computed by {made.get('engine')}.",
        f"Condition: {made.get('condition') or 'none'}",
        f"Every ratio: {direction_said(result.direction)}.",
        "Repeat it: Rscript FILE.R. It stops with an error when a number of metafor is not that of evireg.",
        *_ours(result),
    ]
    settings: dict[str, Value] = {
        "METHOD": pool.method,
        "TEST": _test(result),
        "PI_RULE": pool.pi_rule,
        "TAU2_INTERVAL": pool.tau2_interval,
        "LEVEL": pool.level,
        "THRESHOLD": math.log(pool.threshold),
        "TOLERANCE": tolerance,
    }
    assigned = [f"{name} <- {literal(value)}" for name, value in settings.items()]
    return "\n".join([comment("\n".join(lines)), "", *assigned])


def _ours(result: PoolResult) -> Iterator[str]:
    """Say where what was asked is not what metafor does by itself."""
    pool = result.pool
    if pool.test == "hk":
        yield "TEST hk is the wider of metafor's knha and z, by which the intervals are computed here."
    if pool.test == "kr":
        yield "TEST kr, Kenward-Roger, is not in metafor: its formula is written out here."
    if pool.pi_rule in PI_RULES and pool.pi_rule != "metafor":
        yield f"PI_RULE {pool.pi_rule} is not metafor's: {PI_RULES[pool.pi_rule]}."


def _test(result: PoolResult) -> str:
    """Name the test of independent estimates; that of dependent ones is compared on its own."""
    return "z" if result.dependence is not None else result.pool.test


def _body(result: PoolResult) -> Iterator[str]:
    if result.dependence is not None:
        yield from dependent(result)
        return
    yield (_section(f"The pool of all {result.pool.k}") + _whole(result))
    if result.without_data_driven_cutoffs is not None:
        yield _section("Without cutoffs chosen on the outcome") + _without_data_driven(
            result, result.without_data_driven_cutoffs
        )
    if result.leave_one_out:
        yield _section("Leave one out") + "\n".join(_left_out(result, each) for each in result.leave_one_out)
    if result.cumulative is not None:
        yield _section(f"Cumulative, by {result.cumulative.column}") + "\n".join(_cumulative(result))


def _whole(result: PoolResult) -> str:
    return checks("all", those(range(len(result.estimates))), result.pool, POOL, full=True) + WEIGHTS


def _section(title: str) -> str:
    return f"section({literal(title)})\n"


def _places(result: PoolResult, members: Sequence[object]) -> list[int]:
    """Give where some of the estimates stand among all."""
    wanted = [id(each) for each in members]
    return [place for place, each in enumerate(result.estimates) if id(each) in wanted]


def _left_out(result: PoolResult, each: LeftOut) -> str:
    return checks(f"without {each.label}", all_but(_places(result, each.estimates)), each.pool, _LEFT_OUT)


def _cumulative(result: PoolResult) -> Iterator[str]:
    places: list[int] = []
    for step in result.cumulative.steps if result.cumulative else ():
        places += _places(result, [step.estimate])
        yield checks(f"with {step.estimate.label}", those(sorted(places)), step.pool, _LEFT_OUT)


def _without_data_driven(result: PoolResult, pool: Pooled) -> str:
    chosen = result.rows["cutoff_method"].tolist()
    stay = [place for place, how in enumerate(chosen) if how not in DATA_DRIVEN_CUTOFFS]
    return checks("without them", those(stay), pool, POOL, full=True)


def _subgroups(found: Subgroups) -> Iterator[str]:
    yield _section(f"Subgroups by {found.title}, {found.tau2} tau²") + groups(found)


def _not_repeated(result: PoolResult) -> Iterator[str]:
    if result.pool.pi_rule == "nnf":
        yield leave("the prediction interval", "metafor has no confidence distribution of tau²; R's pimeta has")
    if result.rounding is not None:
        yield leave("the search over printed digits", "it is evireg's own")
