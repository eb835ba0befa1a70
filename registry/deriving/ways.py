"""The routes from reported numbers to a log ratio: when each is begun, and how it is gone."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from registry.deriving.numbers import DIRECTIONS, Numbers, bounds_of_log, half_of, needs, number, p_parts
from registry.errors import UsageError
from registry.stats import rescale, routes
from registry.stats.curves import from_curves
from registry.stats.routes import LogRatio


def _ratio(given: Numbers) -> float:
    """Give the ratio, from the log ratio if that is what was printed."""
    if given.hr is None and given.log_hr is not None:
        return math.exp(number("log_hr", given.log_hr))
    needs(given, "hr")
    return number("hr", given.hr)


def _by_se(given: Numbers) -> LogRatio:
    ratio = _ratio(given)
    if given.log_hr is None and not ratio > 0.0:
        raise UsageError(f"hr = {ratio:g}: a ratio is above 0", "or give --log-hr")
    log_hr = math.log(ratio) if given.log_hr is None else number("log_hr", given.log_hr)
    return routes.by_se(log_hr, number("se_log_hr", given.se_log_hr))


def _by_ci(given: Numbers) -> LogRatio:
    needs(given, "ci_low", "ci_high")
    low, high = number("ci_low", given.ci_low), number("ci_high", given.ci_high)
    if not bounds_of_log(given):
        return routes.by_ci(_ratio(given), low, high, level=given.ci_level)
    log_hr = number("log_hr", given.log_hr)
    made = routes.by_ci(math.exp(log_hr), math.exp(low), math.exp(high), level=given.ci_level)
    return replace(made, yi=log_hr).noting(f"{low:g} to {high:g} is the CI of the log ratio, which lies midway in it")


def _by_o_minus_e(given: Numbers) -> LogRatio:
    needs(given, "o_minus_e", "v")
    return routes.by_o_minus_e(number("o_minus_e", given.o_minus_e), number("v", given.v))


def _by_events(given: Numbers) -> LogRatio:
    sizes = None
    needs(given, "p_value", "direction")
    if not given.equal_groups:
        needs(given, "n_index", "n_reference")
        sizes = number("n_index", given.n_index), number("n_reference", given.n_reference)
    return routes.by_events_and_p(
        number("n_events", given.n_events),
        _exact(given),
        above=DIRECTIONS[str(given.direction)],
        sizes=sizes,
        equal_groups=given.equal_groups,
        sides=given.p_sides,
    )


def _by_curves(given: Numbers) -> LogRatio:
    if given.curves is None:
        raise UsageError("both curves are needed", "index and reference")
    return from_curves(*given.curves)


def _by_p(given: Numbers) -> LogRatio:
    p_half = half_of("p_value", p_parts(given.p_value)[1])
    ratio, printed = _ratio(given), given.hr if given.hr is not None else given.log_hr
    est_half = half_of("hr", printed) * (1.0 if given.hr is not None else ratio)
    return routes.by_p(ratio, _exact(given), test=given.p_test, sides=given.p_sides, est_half=est_half, p_half=p_half)


def _by_p_below(given: Numbers) -> LogRatio:
    return routes.by_p_below(_ratio(given), number("p_value", p_parts(given.p_value)[1]), sides=given.p_sides)


def _exact(given: Numbers) -> float:
    operator, text = p_parts(given.p_value)
    if operator != "=":
        raise UsageError(f"p {operator} {text} is a bound: an exact p-value is needed", "for instance --p-value 0.03")
    return number("p_value", text)


def _merged(given: Numbers) -> LogRatio:
    if not given.categories or not given.counts or not given.index:
        raise UsageError(
            "categories, their counts and the index side are needed",
            "--category 1.5,1.1,2.0 for each but the reference, --counts 120,80,60 (reference first), --index 1,2",
        )
    others = [routes.by_ci(each.hr, each.ci_low, each.ci_high, level=given.ci_level) for each in given.categories]
    return rescale.merge_categories(
        others, given.counts, index=given.index, reference=given.reference, counts_of=given.counts_of
    )


def _is_bound(given: Numbers) -> bool:
    return given.p_value is not None and p_parts(given.p_value)[0] in ("<", "<=")


def _has_ratio(given: Numbers) -> bool:
    return given.hr is not None or given.log_hr is not None


def _begins_merging(given: Numbers) -> bool:
    return bool(given.categories or given.counts)


def _begins_ci(given: Numbers) -> bool:
    return given.ci_low is not None or given.ci_high is not None


def _begins_o_minus_e(given: Numbers) -> bool:
    return given.o_minus_e is not None or given.v is not None


def _begins_events(given: Numbers) -> bool:
    """Tell whether events are there as a route, and not only beside a ratio."""
    return given.n_events is not None and (given.direction is not None or not _has_ratio(given))


def _begins_p(given: Numbers) -> bool:
    return given.p_value is not None and not _is_bound(given) and (_has_ratio(given) or given.n_events is None)


def _begins_p_below(given: Numbers) -> bool:
    return _is_bound(given) and (_has_ratio(given) or given.n_events is None)


class Way(NamedTuple):
    """A route: its label and source, whether its numbers were begun, and how it is gone."""

    label: str
    source: str
    begun: Callable[[Numbers], bool]
    go: Callable[[Numbers], LogRatio]


_PARMAR = "Parmar, Torri & Stewart 1998"
WAYS: Mapping[str, Way] = {
    "merged": Way("ratios of categories with their counts", "Hamling et al. 2008", _begins_merging, _merged),
    "se": Way("log ratio and its standard error", "as reported", lambda given: given.se_log_hr is not None, _by_se),
    "ci": Way("ratio and its confidence interval", _PARMAR, _begins_ci, _by_ci),
    "o_e_v": Way(
        "observed minus expected events and their variance", f"Peto; {_PARMAR}", _begins_o_minus_e, _by_o_minus_e
    ),
    "events_p": Way("number of events and p-value", f"{_PARMAR}; Tierney et al. 2007", _begins_events, _by_events),
    "curve": Way(
        "Kaplan–Meier curves and numbers at risk",
        "Guyot et al. 2012; Cox 1972",
        lambda given: given.curves is not None,
        _by_curves,
    ),
    "p": Way("ratio and exact p-value", _PARMAR, _begins_p, _by_p),
    "p_below": Way("ratio and an upper bound of the p-value", _PARMAR, _begins_p_below, _by_p_below),
}
