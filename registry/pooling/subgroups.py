"""One pool per subgroup, with a tau² common to them or one each, and the tests between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from registry.errors import PoolRefused, UsageError
from registry.pooling.grouping import NOT_REPORTED, Grouping, grouping
from registry.pooling.kernel import Settings, of_kernel, pooled
from registry.pooling.result import Group, Subgroups, SubgroupTest

if TYPE_CHECKING:
    from registry.frame import Frame
    from registry.pooling.guards import Allowed
    from registry.stats import SubgroupTest as KernelTest

TAU2 = ("common", "separate")


def subgroups(frame: Frame, asked: str, settings: Settings, *, tau2: str, allowed: Allowed) -> Subgroups:
    """Pool each group of `asked` (`column` or `column:threshold`) and test between them.

    `tau2` is "common" (one tau² for all groups) or "separate". Rows whose value was not read are pooled as a group of
    their own, with their own tau², and take no part in the test. Errors: those of `grouping`, PoolRefused when no row
    has a value or a common tau² cannot be estimated, UsageError for another `tau2`.
    """
    if settings.dependence is not None:
        raise UsageError(
            "subgroups of dependent estimates are not tested here",
            "keep one estimate per cohort (--one-per cohort:adjusted,largest_n), or select each group by a condition",
        )
    if tau2 not in TAU2:
        raise UsageError(f"subgroup_tau2 is {tau2!r}", f"one of: {', '.join(TAU2)}")
    groups = grouping(frame, asked, allowed)
    _check(groups, settings, tau2)
    tested, test = _tested(frame, groups, settings, common=tau2 == "common")
    lost = np.flatnonzero(groups.codes < 0)
    rest = (
        [Group(NOT_REPORTED, pooled(frame.take(lost), settings)[0], tuple(lost.tolist()), in_test=False)]
        if len(lost)
        else []
    )
    tests = _tests(test, tau2)
    return Subgroups(groups.column, groups.title, tau2, (*tested, *rest), tests[0], tests)


def _check(groups: Grouping, settings: Settings, tau2: str) -> None:
    largest = int(np.bincount(groups.codes[groups.codes >= 0]).max())
    if tau2 == "common" and largest < 2 and settings.method.upper() not in ("FE", "CE"):
        raise PoolRefused(
            f"subgroup: no group of {groups.column} has two estimates, so a common tau² cannot be estimated",
            "--subgroup-tau2 separate shows each group on its own",
            "subgroup",
        )


def _tested(frame: Frame, groups: Grouping, settings: Settings, *, common: bool) -> tuple[list[Group], KernelTest]:
    from registry.stats import subgroups as fit

    known = np.flatnonzero(groups.codes >= 0)
    codes = groups.codes[known]
    fitted = fit(
        frame["yi"][known],
        frame["vi"][known],
        codes,
        common=common,
        **settings.for_kernel(),
    )
    members = [known[codes == code] for code in range(len(groups.labels))]
    found = [
        Group(label, of_kernel(pool, frame["n"][rows]), tuple(rows.tolist()))
        for label, pool, rows in zip(groups.labels, fitted.pools, members, strict=True)
    ]
    return found, fitted.test


def _tests(test: KernelTest, tau2: str) -> tuple[SubgroupTest, SubgroupTest]:
    """Name both tests: Wald's, which most software prints, and Hartung–Knapp's."""
    wald = SubgroupTest(
        name=f"Wald test between groups ({tau2} tau²)",
        q=_number(test.q_between),
        df=test.df or None,
        df2=None,
        p=_number(test.p),
        reason=test.reasons.get("q_between", ""),
    )
    f = SubgroupTest(
        name=f"Hartung–Knapp F test between groups ({tau2} tau²)",
        q=_number(test.f),
        df=test.f_df1 or None,
        df2=test.f_df2 or None,
        p=_number(test.f_p),
        reason=test.reasons.get("f", ""),
    )
    return wald, f


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value
