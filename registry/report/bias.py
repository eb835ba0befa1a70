"""Small-study effects as tables and sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry.pooling.bias import RECOMMENDED
from registry.report import prose
from registry.report.flow_tables import flow
from registry.report.prose import NOTHING
from registry.report.table import Cells, Table, number, text, without_empty

if TYPE_CHECKING:
    from registry.pooling.bias_result import BiasResult, SizeRegression

#: Field of the result → what a table calls it.
NAMES = {
    "egger": "Egger",
    "begg": "Begg",
    "d_fiv": "Debray D-FIV",
    "d_fav": "Debray D-FAV",
    "trim_fill": "trim and fill",
    "pet_peese": "PET-PEESE",
    "selection_model": "selection model",
    "fail_safe": "fail-safe number",
}
SOURCES = {
    "egger": "Egger et al. 1997",
    "begg": "Begg & Mazumdar 1994",
    "d_fiv": "Debray, Moons & Riley 2018",
    "d_fav": "Debray, Moons & Riley 2018",
    "trim_fill": "Duval & Tweedie 2000a; Duval & Tweedie 2000b",
    "pet_peese": "Stanley & Doucouliagos 2014",
    "selection_model": "Hedges 1992; Vevea & Hedges 1995",
    "fail_safe": "Rosenthal 1979; Orwin 1983; Rosenberg 2005",
}


NOT_EXCLUDED = "selective reporting cannot be excluded"
#: What is said of few estimates: no test is no sign that nothing is amiss.
NOT_TESTABLE = f"not testable with fewer than {RECOMMENDED} estimates; {NOT_EXCLUDED}"


def headline(result: BiasResult) -> str:
    """Say how many tests there are, and of how many estimates: they answer no single question."""
    done = [name for name in NAMES if getattr(result, name) is not None]
    if not done and result.k < RECOMMENDED:
        return f"Small-study effects: {NOT_TESTABLE}"
    asked = prose.count(len(done), "analysis", "analyses") if done else "no analysis"
    return f"Small-study effects: {asked} of {prose.count(result.k, 'estimate')}"


def tables(result: BiasResult) -> Iterator[Table]:
    """Give the tests of asymmetry, the pools corrected for it, what was not run, and the flow."""
    makers = (asymmetry, corrected, fail_safe, not_run, flow)
    yield from (table for make in makers if (table := make(result)) is not None)


def asymmetry(result: BiasResult) -> Table | None:
    """List the tests: whether the estimates change with the size of the study."""
    lines = [(NAMES[name], getattr(result, name)) for name in ("egger", "d_fiv", "d_fav")]
    rows = [_regression(name, line) for name, line in lines if line is not None]
    if (rank := result.begg) is not None:
        kind = "exact" if rank.exact else "normal"
        rows.insert(
            1 if result.egger else 0, (NAMES["begg"], str(rank.k), "rank of vi", _tau(rank.tau), kind, _p(rank.p))
        )
    if not rows:
        return None
    columns = (
        text("Test", keep=9),
        number("k", keep=6),
        text("Effect changes with", keep=3),
        number("Slope (SE)", keep=5),
        text("Distribution", keep=2),
        number("p", keep=9),
    )
    return Table("Tests for asymmetry", columns, tuple(rows), "A test of asymmetry is read at the 10 % level.")


def _regression(name: str, line: SizeRegression) -> Cells:
    slope = f"{prose.number(line.slope)} ({prose.number(line.slope_se)})" if line.slope_se is not None else NOTHING
    distribution = "normal" if line.df is None else f"t, {prose.count_df(line.df)}"
    return (name, str(line.k), _predictor(line.predictor), slope, distribution, _p(line.p))


def _predictor(name: str) -> str:
    return {"sei": "SE", "vi": "variance", "ninv": "1/n"}.get(name, name)


def _tau(tau: float | None) -> str:
    return NOTHING if tau is None else f"τ {prose.number(tau)}"


def corrected(result: BiasResult) -> Table | None:
    """List what the ratio would be under each idea of how asymmetry came about."""
    rows: list[Cells] = []
    if (fill := result.trim_fill) is not None:
        pool, what = fill.pool, prose.count(fill.k0, "estimate")
        shown = prose.value(pool.hr, pool.hr_ci_low, pool.hr_ci_high)
        rows.append((NAMES["trim_fill"], shown, f"{what} filled in on the {fill.side} ({fill.estimator})"))
    if (pet := result.pet_peese) is not None:
        shown = prose.value(pet.hr, pet.hr_ci_low, pet.hr_ci_high)
        rows.append((NAMES["pet_peese"], shown, f"{pet.chosen} chosen"))
    if (model := result.selection_model) is not None:
        shown = prose.value(model.hr, model.hr_ci_low, model.hr_ci_high)
        chance = f"relative chance {prose.number(model.delta)} if one-sided p > {model.step:g}"
        rows.append((NAMES["selection_model"], shown, f"{chance}, {prose.p_text(model.lrt_p)}"))
    if not rows:
        return None
    columns = (
        text("Analysis", keep=9),
        number(f"{prose.measure_label(result.measure)} (CI)", keep=9),
        text("How", keep=3),
    )
    return without_empty(Table("What the ratio would be", columns, tuple(rows), "A sensitivity analysis, no result."))


def fail_safe(result: BiasResult) -> Table | None:
    """Show the fail-safe number, marked as what it is."""
    if (found := result.fail_safe) is None:
        return None
    shown = NOTHING if found.n is None else str(found.n)
    columns = (text("Rule", keep=9), number("Null results", keep=9))
    return Table("Fail-safe number", columns, ((found.rule, shown),), "For parity with published reviews only.")


def not_run(result: BiasResult) -> Table | None:
    """List what was not run or cannot be, and why; what was not asked for is left out."""
    rows = tuple((NAMES[name], why) for name, why in result.reasons.items() if why != "not asked for")
    return Table("Not run", (text("Analysis", keep=9), text("Why", keep=9)), rows) if rows else None


def methods(result: BiasResult) -> str:
    """Name the source of every analysis that was run, and what they noted."""
    done = [name for name in NAMES if getattr(result, name) is not None]
    said = [f"{NAMES[name]}: {SOURCES[name]}." for name in done]
    noted = dict.fromkeys(note for name in done for note in getattr(result, name).notes)
    return "\n".join([" ".join(said), *(f"{note}." for note in noted)]).strip()


def _p(p: float | None) -> str:
    return prose.p_value(p)
