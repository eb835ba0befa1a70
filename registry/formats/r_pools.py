"""Pools in the R script: which numbers of which rows are compared, and subgroups with their tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from registry.formats.r_words import literal, named, vector

if TYPE_CHECKING:
    from registry.pooling.pooled import Pooled
    from registry.pooling.result import Group, Subgroups, SubgroupTest

#: Numbers of a pool that are compared.
POOL = (
    "mu", "se", "ci_low", "ci_high", "p", "hr", "hr_ci_low", "hr_ci_high", "wald_ci_low", "wald_ci_high",
    "tau2", "tau2_ci_low", "tau2_ci_high", "i2", "i2_q", "h2", "q", "q_p", "pi_low", "pi_high", "pi_above",
)  # fmt: skip
_GROUP = ("mu", "se", "ci_low", "ci_high", "p", "tau2", "i2", "q")
#: What metafor has no counterpart of, or not under this test.
_PREDICTION = ("pi_low", "pi_high", "pi_above")
_NOT_IN_HC = ("p", "wald_ci_low", "wald_ci_high", *_PREDICTION)


def checks(where: str, members: str, pool: Pooled, names: Sequence[str], *, tau2: str = "", full: bool = False) -> str:
    """Write the comparison of a pool of `members`, R as `those` and `all_but` give it; so is `tau2`, if it is given."""
    ours = numbers(pool, names)
    given = f", tau2 = {tau2}" if tau2 else ""
    whole = ", full = TRUE" if full else ""
    return f"compare_pool({literal(where)}, {members},\n  {named(ours)}{given}{whole})"


def those(places: Iterable[int]) -> str:
    """Write the rows at these places, counted from 0."""
    listed = [place + 1 for place in places]
    whole = len(listed) > 1 and listed == list(range(listed[0], listed[-1] + 1))
    return f"{listed[0]}:{listed[-1]}" if whole else vector(listed)


def all_but(places: Iterable[int]) -> str:
    """Write all rows but those at these places, counted from 0."""
    return f"-{those(places)}" if len(list(places)) == 1 else f"-({those(places)})"


def numbers(pool: Pooled, names: Sequence[str]) -> dict[str, float]:
    """Give the numbers of a pool that are defined and that metafor can give."""
    skipped = (*(_NOT_IN_HC if pool.test == "hc" else ()), *(_PREDICTION if pool.pi_rule == "nnf" else ()))
    found = {name: getattr(pool, name) for name in names if name not in skipped}
    return {name: value for name, value in found.items() if value is not None}


def leave(what: str, why: str) -> str:
    """Write that something is not repeated, and why."""
    return f"leave({literal(what)}, {literal(why)})"


def groups(found: Subgroups) -> str:
    """Write the pools of the groups and the tests between them; a common tau² is that of metafor's regression."""
    tested = [group for group in found.groups if group.in_test]
    common = found.tau2 == "common"
    lines = [_membership(tested)]
    if common:
        lines.append('common <- group_regression(members, group, "z")$tau2')
    lines += [
        checks(
            group.label,
            those(group.rows),
            group.pool,
            _GROUP,
            tau2="common" if common and group.in_test else "",
        )
        for group in found.groups
    ]
    wald, f = found.tests
    names = [*_tests(wald, "q", "p"), *_tests(f, "f", "f_p")]
    ours = dict(names)
    if not ours:
        return "\n".join([*lines, leave("the tests between the groups", wald.reason or "there is nothing to compare")])
    theirs = "between_common(members, group)" if common else "between_separate(members, group)"
    return "\n".join([*lines, f'compare("between groups", {named(ours)},\n  {theirs})'])


def _tests(test: SubgroupTest, statistic: str, p: str) -> list[tuple[str, float]]:
    pairs = ((statistic, test.q), (p, test.p))
    return [(name, value) for name, value in pairs if value is not None]


def _membership(groups: Sequence[Group]) -> str:
    """Write which rows are in a group, and in which."""
    rows = [row + 1 for group in groups for row in group.rows]
    names = [group.label for group in groups for _ in group.rows]
    return f"members <- {vector(rows)}\ngroup <- {vector(names)}"
