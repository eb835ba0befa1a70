"""A meta-regression as tables and sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry.pooling.grouping import title
from registry.report import prose
from registry.report.flow_tables import flow
from registry.report.prose import NOTHING
from registry.report.table import Cells, Table, number, text

if TYPE_CHECKING:
    from registry.pooling.regress_result import Coefficient, ModeratorTest, RegressResult


#: A log ratio of the intercept beyond this belongs to a reference far outside the data, such as the year 0.
FAR = 6.9


def headline(result: RegressResult) -> str:
    """Say how many estimates were regressed on what, and what share of heterogeneity it explains."""
    names = ", ".join(dict.fromkeys(title(each.moderator) for each in result.coefficients if each.moderator))
    explained = f", R² {prose.percent(result.r2)}" if result.r2 is not None else ""
    return f"Meta-regression of {prose.count(result.k, 'estimate')} on {names}{explained}"


def tables(result: RegressResult) -> Iterator[Table]:
    """Give coefficients, tests, heterogeneity, predictions and flow."""
    makers = (coefficients, tests, heterogeneity, predictions, flow)
    yield from (table for make in makers if (table := make(result)) is not None)


def coefficients(result: RegressResult) -> Table:
    """List the coefficients as ratios: at the reference, and per unit or against the reference level."""
    permuted = result.permutations is not None
    columns = [
        text("", keep=9),
        number("b (SE)", keep=4),
        number(f"Ratio ({prose.level_text(result.level)} CI)", keep=9),
        number("p", keep=8),
    ]
    columns += [number("p (permutation)", keep=7)] if permuted else []
    rows = tuple(_row(each, permuted=permuted) for each in result.coefficients)
    measure = prose.measure_label(result.measure)
    note = (
        f"The intercept is the {measure} at the reference (0 unless named, as in --on year:2015); "
        f"every other ratio is one {measure} over another."
    )
    return Table("Coefficients", tuple(columns), rows, note)


def _row(each: Coefficient, *, permuted: bool) -> Cells:
    b = f"{prose.number(each.b)} ({prose.number(each.se)})" if each.se is not None else prose.number(each.b)
    outside = each.moderator is None and each.b is not None and abs(each.b) > FAR
    shown = NOTHING if outside else prose.value(each.hr, each.hr_ci_low, each.hr_ci_high)
    cells = (prose.columns_named(each.name), b, shown, prose.p_value(each.p))
    return (*cells, prose.p_value(each.permutation_p)) if permuted else cells


def tests(result: RegressResult) -> Table:
    """Show the tests of all moderators together and of each."""
    columns = (
        text("Test", keep=9),
        number("Wald", keep=8),
        number("p", keep=8),
        number("F", keep=7),
        number("p", keep=7),
    )
    rows = list(result.tests)
    if len(rows) == 2:  # one moderator: the omnibus test is its own
        rows = rows[1:]
    shown = tuple(_test_row(each) for each in rows)
    note = ""
    if (tried := result.permutations) is not None:
        how = f"all {tried.arrangements} arrangements" if tried.exact else f"{tried.arrangements} random arrangements"
        seed = "" if tried.seed is None else f", seed {tried.seed}"
        note = f"Permutation test of all moderators: {prose.p_text(tried.omnibus_p)} ({how}{seed})."
    return Table("Tests of moderators", columns, shown, note)


def _test_row(test: ModeratorTest) -> Cells:
    name = "all moderators" if test.name == "omnibus" else prose.columns_named(test.name)
    chi2 = f"{prose.number(test.chi2)} on {prose.count_df(test.df1)}"
    f = NOTHING if test.f is None else f"{prose.number(test.f)} on {test.df1} and {test.df2} df"
    return (name, chi2, prose.p_value(test.chi2_p), f, prose.p_value(test.f_p))


def heterogeneity(result: RegressResult) -> Table:
    """Show what heterogeneity the moderators leave."""
    interval = prose.interval(result.tau2_ci_low, result.tau2_ci_high, 3)
    left = f"{prose.count_df(result.qe_df)}, {prose.p_text(result.qe_p)}"
    rows = (
        ("tau², residual", prose.number(result.tau2, 3), interval, result.reasons.get("tau2_ci_low", "")),
        ("tau² without moderators", prose.number(result.tau2_without, 3), "", ""),
        ("I², residual", prose.percent(result.i2), "", result.reasons.get("i2", "")),
        ("Q, residual", prose.number(result.qe), "", left),
    )
    level = prose.level_text(result.level)
    columns = (text("", keep=9), number("Value", keep=9), number(f"{level} interval", keep=8), text("", keep=3))
    return Table("Heterogeneity", columns, rows)


def predictions(result: RegressResult) -> Table | None:
    """Show the ratios expected at stated values, and where a new study's true ratio may lie."""
    if not result.predictions:
        return None
    level = prose.level_text(result.level)
    measure = prose.measure_label(result.measure)
    columns = (text("At", keep=9), number(f"{measure} ({level} CI)", keep=9), number("New study", keep=7))
    rows = tuple(
        (
            ", ".join(f"{title(name)} {value}" for name, value in each.at.items()),
            prose.value(each.hr, each.hr_ci_low, each.hr_ci_high),
            prose.interval(each.hr_pi_low, each.hr_pi_high),
        )
        for each in result.predictions
    )
    return Table("Expected", columns, rows)


def methods(result: RegressResult) -> str:
    """Say what was done, each step with its source."""
    from registry.stats.inference import TESTS
    from registry.stats.tau2 import ESTIMATORS

    how, test = ESTIMATORS[result.method], TESTS[result.test]
    if result.method == "FE":
        model = f"Common-effect meta-regression ({how.source})."
    else:
        model = f"Mixed-effects meta-regression; residual tau² by {how.label} ({how.source})."
    basis = {"wald": "Wald", "hk": "Hartung–Knapp", "t": "t"}[result.ci_basis]
    label = test.label.replace("k − 1", "k − p")
    intervals = f"Tests and intervals: {label} ({test.source})" + (f", here {basis}." if result.test == "hk" else ".")
    r2 = " R²: share of tau² explained (Raudenbush 2009)." if result.r2 is not None and result.method != "FE" else ""
    permuted = " Permutation test: Higgins & Thompson 2004." if result.permutations else ""
    return f"{model} {intervals}{r2}{permuted}"
