"""An analysis of cutoffs as tables and sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry.report import prose
from registry.report.flow_tables import flow
from registry.report.table import Cells, Table, number, text, without_empty

if TYPE_CHECKING:
    from registry.pooling.cutoff_result import CutoffLine, CutoffModels, CutoffsResult
    from registry.pooling.pooled import Pooled

MODELS = {
    "pool": "all cutoffs pooled",
    "classes": "classes",
    "line": "line",
    "multi_cutoff": "several cutoffs per cohort",
}


def headline(result: CutoffsResult) -> str:
    """Say what there is: how many estimates at which cutoffs, and how many were chosen on the outcome."""
    unit = "" if result.unit == "1" else f" {result.unit}"
    estimates, cohorts = prose.count(result.all.k, "estimate"), prose.count(result.all.cohorts, "cohort")
    without = result.without_data_driven
    driven = f", {result.all.k - without.k} of them data-driven" if without else ""
    several = result.lowest < result.highest
    which = f"Cutoffs {result.lowest:g} to {result.highest:g}" if several else f"Cutoff {result.lowest:g}"
    return f"{which}{unit} in {estimates} of {cohorts}{driven}"


def tables(result: CutoffsResult) -> Iterator[Table]:
    """Give each model with all cutoffs and without the data-driven ones, predictions, what cannot be had, the flow."""
    yield pools(result)
    if lines := slopes(result):
        yield lines
    if found := predictions(result):
        yield found
    if why := not_fitted(result):
        yield why
    yield flow(result)


def _both(result: CutoffsResult) -> list[tuple[str, CutoffModels]]:
    without = result.without_data_driven
    return [("", result.all), *([("without data-driven", without)] if without else [])]


def pools(result: CutoffsResult) -> Table:
    """Show the pool of all cutoffs and of each class, and the tests between classes."""
    level = prose.level_text(result.all.pool.level) if result.all.pool else ""
    columns = (
        text("Cutoffs", keep=9),
        number("k", keep=8),
        number(f"{prose.measure_label(result.measure)} ({level} CI)".replace("( CI)", "(CI)"), keep=9),
        number("tau²", keep=3),
        number("I²", keep=5),
        text("", keep=7),
    )
    rows: list[Cells] = []
    notes: list[str] = []
    for name, models in _both(result):
        rows += [_pool_row("all", models.pool, name)] if models.pool else []
        if models.classes:
            rows += [_pool_row(group.label, group.pool, name) for group in models.classes.groups]
            notes.append(" ".join(filter(None, (f"{name}:" if name else "", prose.test_text(models.classes.test)))))
    return Table(
        "Pooled within classes of cutoffs", columns, tuple(rows), "\n".join(prose.sentence(note) for note in notes)
    )


def _pool_row(label: str, pool: Pooled, which: str) -> Cells:
    shown = prose.value(pool.hr, pool.hr_ci_low, pool.hr_ci_high)
    return (label, str(pool.k), shown, prose.number(pool.tau2, 3), prose.percent(pool.i2), which)


def slopes(result: CutoffsResult) -> Table | None:
    """Show how the ratio changes with the cutoff, model by model."""
    columns = (
        text("Model", keep=9),
        number("k", keep=7),
        text("Per", keep=8),
        number("Ratio of ratios (CI)", keep=9),
        number("p", keep=8),
        text("", keep=7),
    )
    rows = tuple(_slope_row(name, line, which) for which, models in _both(result) for name, line in _lines(models))
    return Table("The cutoff as a moderator", columns, rows) if rows else None


def _lines(models: CutoffModels) -> Iterator[tuple[str, CutoffLine]]:
    if models.line:
        yield "line", models.line
    if models.multi_cutoff:
        yield "several cutoffs per cohort", models.multi_cutoff.fit
        yield "the same, half the correlation", models.multi_cutoff.half


def _slope_row(name: str, line: CutoffLine, which: str) -> Cells:
    shown = prose.value(line.hr_slope, line.hr_slope_ci_low, line.hr_slope_ci_high)
    return (name, str(line.k), line.per, shown, prose.p_value(line.slope_p), which)


def predictions(result: CutoffsResult) -> Table | None:
    """Show the ratio expected at stated cutoffs."""
    found = [(name, line) for name, line in _lines(result.all) if not name.startswith("the same")]
    if not found:
        return None
    unit = "" if result.unit == "1" else f" {result.unit}"
    columns = (
        text(f"Cutoff{unit}", keep=9),
        *(number(f"{prose.measure_label(result.measure)} (CI), {name}", keep=8) for name, _ in found),
        text("", keep=5),
    )
    rows = []
    for place, first in enumerate(found[0][1].predictions):
        each = [line.predictions[place] for _, line in found]
        shown = (prose.value(one.hr, one.hr_ci_low, one.hr_ci_high) for one in each)
        rows.append((f"{first.cutoff:g}", *shown, first.reason))
    return without_empty(Table("Expected at a cutoff", columns, tuple(rows)))


def not_fitted(result: CutoffsResult) -> Table | None:
    """List the models that cannot be had, and why."""
    names: dict[tuple[str, str], list[str]] = {}
    for which, models in _both(result):
        for name, why in models.reasons.items():
            names.setdefault((why, which), []).append(MODELS[name])
    rows = [(", ".join(several), why, which) for (why, which), several in names.items()]
    if "without_data_driven" in result.reasons:
        rows.append(("without data-driven cutoffs", result.reasons["without_data_driven"], ""))
    columns = (text("Analysis", keep=9), text("Why not", keep=9), text("", keep=3))
    return without_empty(Table("Not done", columns, tuple(rows))) if rows else None


def methods(result: CutoffsResult) -> str:
    """Say what was done, each step with its source."""
    said = ["Data-driven cutoffs bias a ratio away from 1 (Altman et al. 1994)."]
    if result.all.line:
        scale = "the logarithm of the cutoff" if result.all.line.log else "the cutoff"
        said.append(f"Mixed-effects regression on {scale}, predictions inside the observed range only.")
    if result.all.multi_cutoff:
        said.append(
            "Several cutoffs of the same patients: hazard ratios correlated by the shares above each cutoff, a random"
            " effect per cohort, CR2 standard errors (Pustejovsky & Tipton 2018); sensitivity at half the correlation."
        )
    return " ".join(said)
