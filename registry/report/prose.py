"""Numbers and sentences as a paper prints them: `1.73 (1.23–2.44)`, what was done, how far the estimates disagree."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from registry.terms import NOT_STATED, Measure

if TYPE_CHECKING:
    from registry.pooling.pooled import Pooled
    from registry.pooling.result import PoolResult, SubgroupTest

#: Stands in every table, figure and file made of invented rows.
SIMULATED = "SIMULATED DATA – invented cohorts, not evidence"

#: What is printed where a number is undefined or unknown.
NOTHING = "–"

SHORT = {
    Measure.HR: "HR",
    Measure.CAUSE_SPECIFIC_HR: "cause-specific HR",
    Measure.SUBDISTRIBUTION_HR: "subdistribution HR",
    Measure.RR: "RR",
    Measure.OR: "OR",
}

#: A column as conditions spell it.
_COLUMN = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")

#: What a ratio multiplies, for the direction of an axis.
MULTIPLIES = {Measure.RR: "risk", Measure.OR: "odds"}

#: What an interval rests on.
BASES = {
    "wald": "Wald",
    "hk": "Hartung–Knapp",
    "t": "Wald, t(k − 1)",
    "kr": "Kenward–Roger",
    "hc": "Henmi–Copas",
    "cr1": "cluster-robust CR1",
    "cr2": "cluster-robust CR2",
}

# Beyond the sixth decimal no reported ratio has digits.
MOST_DECIMALS = 6


def measure_label(measure: str | None) -> str:
    """Name the ratio for a column header: HR, RR, OR; "ratio" if no row says which."""
    return SHORT.get(Measure(measure), "ratio") if measure else "ratio"


def multiplied(measure: str | None) -> str:
    """Name what the ratio multiplies: hazard, risk, odds; "ratio" if no row says."""
    if measure in (None, Measure.UNCLEAR):
        return "ratio"
    return MULTIPLIES.get(Measure(measure), "hazard")


def number(value: float | None, decimals: int = 2) -> str:
    """Write a number with this many decimals, or with three significant digits when it is small or large."""
    if value is None or math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    if size == 0.0:
        return "0"
    if size >= 1e6 or 0.0 < size < 1e-4:
        return f"{value:.2e}".replace("-", "−")
    if size >= 100.0:
        return f"{value:.0f}".replace("-", "−")
    if 0.0 < size < 0.1:
        decimals = max(decimals, 2 - math.floor(math.log10(size)))
    return f"{value:.{decimals}f}".replace("-", "−")


def interval(low: float | None, high: float | None, decimals: int = 2) -> str:
    """Write an interval: `1.23–2.44`; with negative bounds `−0.2 to 0.4`."""
    if low is None or high is None:
        return NOTHING
    between = " to " if low < 0 else "–"
    return f"{number(low, decimals)}{between}{number(high, decimals)}"


def value(estimate: float | None, low: float | None, high: float | None) -> str:
    """Write a ratio with its interval in one piece: `1.73 (1.23–2.44)`.

    Two decimals, more when the three numbers would look the same (a ratio per ng/mL). The space is an ordinary one:
    a printer must not wrap a cell that holds it, and `wrapped` does not.
    """
    if estimate is None:
        return NOTHING
    numbers = [each for each in (low, estimate, high) if each is not None]
    decimals = 2
    while decimals < MOST_DECIMALS and len({number(each, decimals) for each in numbers}) < len(set(numbers)):
        decimals += 1
    return f"{number(estimate, decimals)} ({interval(low, high, decimals)})"


def ratio(log: float | None) -> float | None:
    """Give the ratio of a log ratio, None for None; infinite beyond the range of a float."""
    if log is None:
        return None
    return math.exp(log) if log < 709.0 else math.inf


def p_value(p: float | None) -> str:
    """Write a p-value: `0.03`, `<0.001`."""
    if p is None:
        return NOTHING
    if p < 0.001:
        return "<0.001"
    return f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def p_text(p: float | None) -> str:
    """Write a p-value with its sign: `p = 0.03`, `p < 0.001`."""
    text = p_value(p)
    return f"p < {text[1:]}" if text.startswith("<") else f"p = {text}"


def percent(share: float | None) -> str:
    """Write a percentage without decimals: `80 %`."""
    return NOTHING if share is None else f"{share:.0f} %"


def level_text(level: float) -> str:
    """Write a level: `95 %`."""
    return f"{level:g} %"


def count(number_of: int | None, what: str, several: str = "") -> str:
    """Write a count with its noun: `1 estimate`, `8 estimates`, `unknown number of patients`."""
    if number_of is None:
        return f"unknown number of {several or what + 's'}"
    return f"{number_of} {what}" if number_of == 1 else f"{number_of} {several or what + 's'}"


def direction_said(direction: str) -> str:
    """Say which way round a ratio is: `high NLR vs low`, or that this is not stated."""
    return "direction not stated" if direction == NOT_STATED else direction


def in_short(result: PoolResult) -> str:
    """Say the numbers of a pool in one line: `HR 1.73 (1.23–2.44), 95 % CI, k = 8, n = 1886; high NLR vs low`.

    One estimate keeps its own interval; two have none, but both that could be given.
    """
    return f"{_numbers(result)}; {direction_said(result.direction)}"


def _numbers(result: PoolResult) -> str:
    pool, name = result.pool, measure_label(result.measure)
    size = f"k = {pool.k}" + (f", n = {pool.n}" if pool.n is not None else "")
    if not pool.has_headline:
        wald = interval(ratio(pool.wald_ci_low), ratio(pool.wald_ci_high))
        hk = interval(ratio(pool.hk_ci_low), ratio(pool.hk_ci_high))
        level = level_text(pool.level)
        return f"{name} {number(pool.hr)}, {level} CI {wald} (Wald) or {hk} (Hartung–Knapp), {size}"
    only = ", one estimate, not pooled" if pool.k == 1 else ""
    return f"{name} {pooled_value(result)}, {level_text(pool.level)} CI, {size}{only}"


def pooled_value(result: PoolResult) -> str:
    """Write the pooled ratio with its interval in one piece; a single estimate with its own interval as shown."""
    if result.pool.k == 1:
        from registry.report.reported import in_pool

        return in_pool(result)[0]
    return value(result.pool.hr, result.pool.hr_ci_low, result.pool.hr_ci_high)


def pool_value(pool: Pooled) -> str:
    """Write the ratio of a pool beside another; two estimates have no headline interval, one is not pooled."""
    if pool.k == 1:
        return f"{value(pool.hr, ratio(pool.wald_ci_low), ratio(pool.wald_ci_high))}, one estimate"
    return value(pool.hr, pool.hr_ci_low, pool.hr_ci_high) if pool.has_headline else f"{number(pool.hr)} (k = 2)"


def heterogeneity(pool: Pooled) -> str:
    """Say how far the estimates disagree: tau² with its interval, both I², Q with df and p."""
    if pool.k == 1:
        return "One estimate: heterogeneity is undefined."
    spread = f"Q = {number(pool.q)} on {count_df(pool.q_df)}, {p_text(pool.q_p)}"
    if pool.i2 is None:
        return f"I² {percent(pool.i2_q)} (from Q); {spread}. {sentence(pool.reasons.get('i2', ''))}".strip()
    tau2 = f"tau² {number(pool.tau2, 3)}"
    if pool.tau2_ci_low is not None:
        tau2 += f" ({interval(pool.tau2_ci_low, pool.tau2_ci_high, 3)})"
    elif reason := pool.reasons.get("tau2_ci_low"):
        tau2 += f" (no interval: {reason})"
    return f"{tau2}; I² {percent(pool.i2)} from tau², {percent(pool.i2_q)} from Q; {spread}."


def count_df(df: float | None) -> str:
    """Write degrees of freedom: `7 df`."""
    return f"{NOTHING} df" if df is None else f"{df:g} df"


def test_text(test: SubgroupTest) -> str:
    """Say a test between subgroups: its name, statistic, degrees of freedom and p; or why there is none."""
    if test.q is None:
        return f"{test.name}: {test.reason}"
    letter, df = ("Q", count_df(test.df)) if test.df2 is None else ("F", f"{test.df:g} and {test.df2:g} df")
    return f"{test.name}: {letter} = {number(test.q)} on {df}, {p_text(test.p)}"


def methods(result: PoolResult) -> str:
    """Say what was done, each step with its source, in words that fit a methods section."""
    from registry.stats.options import TAU2_INTERVALS
    from registry.stats.prediction import PI_RULES
    from registry.stats.tau2 import ESTIMATORS

    pool, level = result.pool, level_text(result.pool.level)
    if pool.k == 1:
        return f"One estimate, shown with its own {level} interval (Wald); nothing was pooled."
    ratios = Measure(result.measure).label if result.measure else "ratio"
    if result.dependence is not None:
        return _dependent_methods(result)
    how = ESTIMATORS[pool.method]
    weights = "Inverse-variance weights on the log scale."
    if pool.method == "FE":
        return f"Common-effect model of {pool.k} log {ratios}s ({how.source}). {weights} {level} interval: Wald."
    parts = [
        f"Random-effects model of {pool.k} log {ratios}s; tau² by {how.label} ({how.source}). {weights}",
        f"{level} interval: {_test_sentence(pool)}.",
    ]
    if pool.tau2_ci_low is not None:
        parts.append(f"Interval of tau²: {TAU2_INTERVALS[pool.tau2_interval]}.")
    if pool.pi_low is not None:
        rule = PI_RULES[pool.pi_rule]
        if pool.pi_rule == "hk" and pool.ci_basis == "wald":
            rule = rule.replace("the Hartung–Knapp standard error", "the same, here the Wald, standard error")
        parts.append(f"Prediction interval: {rule}.")
    parts.append("I² from tau² and from Q (Higgins & Thompson 2002).")
    return " ".join(parts)


def _dependent_methods(result: PoolResult) -> str:
    """Say how estimates of the same patients were pooled."""
    from registry.stats.dependent import MODELS

    found, level = result.dependence, level_text(result.pool.level)
    if found is None:
        return ""
    rho = "" if found.rho is None else f" with a working correlation of {found.rho:g}"
    interval = f"{level} interval: {basis(result.pool)}, "
    if result.pool.test == "cr2":
        interval += "t with Satterthwaite degrees of freedom (Tipton 2015; Pustejovsky & Tipton 2018)"
    else:
        interval += "t(cohorts − 1)"
    return (
        f"{count(result.pool.k, 'estimate')} of {found.clusters} cohorts: {MODELS[found.working]}{rho}."
        f" {interval}. Prediction interval: t(cohorts − 2), for the true ratio in a new cohort."
    )


def methods_in_short(result: PoolResult) -> str:
    """Say in a line under a figure what was done: `Random effects (REML); 95 % interval: Hartung–Knapp.`."""
    return methods(result) if result.pool.k == 1 else pool_in_short(result.pool)


def pool_in_short(pool: Pooled) -> str:
    """Say in a line what one pool was made by; of a single estimate that nothing was pooled."""
    if pool.k == 1:
        return "One estimate, nothing pooled."
    model = "Common effect" if pool.method == "FE" else f"Random effects ({pool.method})"
    if not pool.has_headline:
        return f"{model}; {level_text(pool.level)} intervals: Wald, and Hartung–Knapp t(k − 1)."
    return f"{model}; {level_text(pool.level)} interval: {basis(pool)}."


def basis(pool: Pooled) -> str:
    """Name what the headline interval rests on: Wald, Hartung–Knapp."""
    if pool.test == "hk-adhoc" and pool.ci_basis == "hk":
        return "Hartung–Knapp, q ≥ 1"
    return BASES[pool.ci_basis]


def _test_sentence(pool: Pooled) -> str:
    from registry.stats.inference import TESTS

    test = TESTS[pool.test]
    text = f"{test.label} ({test.source})"
    if pool.test != "hk":
        return text
    if pool.hk_ci_low is None:
        return f"{text}; here Wald, {pool.reasons.get('hk_ci_low', 'Hartung–Knapp is undefined')}"
    return f"{text}; here {'Hartung–Knapp' if pool.ci_basis == 'hk' else 'Wald'}"


def columns_named(text: str) -> str:
    """Name columns by their titles: `followup_median_months was read for no estimate` is of the median follow-up."""
    from registry.pooling.grouping import title

    return _COLUMN.sub(lambda found: title(found.group()), text)


def sentence(text: str) -> str:
    """Begin with a capital and end with a full stop."""
    return text and capital(text) + ("" if text.endswith(".") else ".")


def capital(text: str) -> str:
    """Begin with a capital."""
    return text[:1].upper() + text[1:]


def holds_one(low: float | None, high: float | None) -> bool | None:
    """Whether an interval of a ratio holds 1; None where there is none."""
    return None if low is None or high is None else low <= 1.0 <= high
