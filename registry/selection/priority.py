"""One-per rules: of the estimates of one cohort, which one counts.

A rule is written `cohort:adjusted,prespecified,largest_n`: the first order decides, ties go to the next, and what ties
in all of them goes by key, which is said. Cohorts of one overlap group share patients and count as one. No order looks
at the result. Works on any frame; no database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np

from registry.errors import PoolRefused, UsageError
from registry.flow import Choice
from registry.meaning.quantity import NAMED_GROUPS, quantities
from registry.terms import DATA_DRIVEN_CUTOFFS, NOT_STATED, Adjusted, CutoffMethod, Derivation, Origin, SourceKind
from registry.terms import Status as Review

if TYPE_CHECKING:
    from registry.frame import Array, Frame
    from registry.meaning.quantity import Quantity

#: What stands before the colon of a rule, and the rule that hints propose.
PER, EXAMPLE = "cohort", "cohort:adjusted,prespecified,largest_n,longest_followup"


@dataclass(frozen=True, slots=True)
class Order:
    """A way to order estimates of the same patients: `rank` gives floats, shape (k,), lowest first, nan last."""

    name: str
    meaning: str
    rank: Callable[[Frame], Array]


@dataclass(frozen=True, slots=True)
class Rule:
    """A one-per rule: its orders, first deciding first; `text` is its canonical spelling."""

    orders: tuple[Order, ...]

    @property
    def text(self) -> str:
        """Spell the rule as it can be typed."""
        return f"{PER}:{','.join(order.name for order in self.orders)}"

    @property
    def meaning(self) -> str:
        """Say in words what decides, and then what."""
        return "; then ".join(order.meaning for order in self.orders)

    @property
    def label(self) -> str:
        """Say why an estimate is left out by the rule."""
        names = ", ".join(order.name.replace("_", " ") for order in self.orders)
        return f"another estimate stands for the cohort ({names}; ties by key)"


def _tiers(column: str, *tiers: Sequence[str | None]) -> Callable[[Frame], Array]:
    """Rank by the tier a word stands in; None in a tier is a cell not read; words in no tier come last."""
    place = {None if word is None else str(word): float(tier) for tier, words in enumerate(tiers) for word in words}
    return lambda frame: np.array([place.get(word, np.nan) for word in frame[column].tolist()], dtype=np.float64)


def _highest(column: str) -> Callable[[Frame], Array]:
    return lambda frame: -frame[column]


_ORDERS = (
    Order(
        "adjusted",
        "adjusted, then unclear, then unadjusted",
        _tiers("adjusted", [Adjusted.YES], [Adjusted.UNCLEAR, None], [Adjusted.NO]),
    ),
    Order(
        "unadjusted",
        "unadjusted, then unclear, then adjusted",
        _tiers("adjusted", [Adjusted.NO], [Adjusted.UNCLEAR, None], [Adjusted.YES]),
    ),
    Order(
        "prespecified",
        "cutoff fixed before the data were seen, then median or other quantile, then unclear, then chosen on the data",
        _tiers(
            "cutoff_method",
            [CutoffMethod.PRESPECIFIED],
            [CutoffMethod.MEDIAN, CutoffMethod.QUANTILE],
            [CutoffMethod.UNCLEAR, None],
            sorted(DATA_DRIVEN_CUTOFFS),
        ),
    ),
    Order("largest_n", "most patients", _highest("n")),
    Order("most_events", "most events", _highest("n_events")),
    Order("longest_followup", "longest median follow-up", _highest("followup_median_months")),
    Order("latest", "latest year of the study's report", _highest("year")),
    Order(
        "from_ci",
        "standard error from a printed one or an interval before one from a p-value",
        _tiers("derivation", [Derivation.CI, Derivation.SE], [None], [Derivation.P]),
    ),
    Order(
        "own_report",
        "read in an article or data set, then in a meeting abstract, then elsewhere",
        _tiers("source_kind", [SourceKind.ARTICLE, SourceKind.DATA_SET], [SourceKind.ABSTRACT]),
    ),
    Order(
        "reported",
        "printed in the source, then computed from printed numbers, then rebuilt from a curve",
        _tiers("origin", [Origin.REPORTED], [Origin.DERIVED, None], [Origin.RECONSTRUCTED]),
    ),
    Order(
        "checked",
        "accepted, then checked, then extracted by one curator",
        _tiers("status", [Review.ACCEPTED], [Review.CHECKED], [Review.EXTRACTED, None]),
    ),
)

#: Every order a rule may name.
ORDERS: Mapping[str, Order] = {order.name: order for order in _ORDERS}

#: What the estimates of one cohort must agree in, beside the quantity they are, before one may stand for the others.
_SAME_QUESTION = ("factor", "endpoint")


def rule(text: str) -> Rule:
    """Read a rule such as `cohort:adjusted,largest_n`. Raises UsageError naming the orders there are."""
    per, colon, names = text.partition(":")
    if per.strip().casefold() != PER or not colon or not names.strip():
        raise UsageError(
            f"one-per rule {text!r}: expected `{PER}:` and one or more orders, best first",
            f"for instance {EXAMPLE}; orders: {', '.join(ORDERS)}",
        )
    orders = tuple(_order(name.strip().casefold().replace("-", "_"), text) for name in names.split(","))
    for order in orders:
        if orders.count(order) > 1:
            raise UsageError(f"one-per rule {text!r} names {order.name} twice", "name each order once")
    return Rule(orders)


def choose(frame: Frame, units: Sequence[object], keys: Sequence[str], by: Rule) -> tuple[Array, tuple[Choice, ...]]:
    """Keep one row per unit of patients: a boolean mask, shape (k,), and the choices made, in frame order.

    `units` names the patients behind each row and `keys` the row, both of length k. Raises PoolRefused when the rows of
    one unit differ in factor, endpoint, measure, contrast, step or categories: they answer different questions.
    """
    together: dict[object, list[int]] = defaultdict(list)
    for row, unit in enumerate(units):
        together[unit].append(row)
    several = [rows for rows in together.values() if len(rows) > 1]
    _one_quantity(frame, several)
    ranks = np.array([np.nan_to_num(order.rank(frame), nan=np.inf, neginf=-np.inf) for order in by.orders]).T.tolist()
    keep = np.ones(len(frame), dtype=np.bool_)
    choices = []
    for rows in several:
        first, *rest = sorted(rows, key=lambda row: (ranks[row], keys[row], row))
        keep[rest] = False
        decided = tuple(_decided(by, ranks[first], ranks[row]) for row in rest)
        choices.append(Choice(keys[first], tuple(keys[row] for row in rest), decided))
    return keep, tuple(choices)


def _decided(by: Rule, kept: list[float], left: list[float]) -> str:
    pairs = zip(by.orders, kept, left, strict=True)
    return next((order.name for order, better, worse in pairs if better != worse), "key")


def _order(name: str, text: str) -> Order:
    if name in ORDERS:
        return ORDERS[name]
    near = get_close_matches(name, ORDERS, n=1)
    meant = f"; did you mean {near[0]!r}?" if near else ""
    raise UsageError(
        f"one-per rule {text!r}: there is no order {name!r}{meant}",
        f"orders: {', '.join(ORDERS)}; choosing an estimate by its own result (size, interval, p) is not offered",
    )


def _one_quantity(frame: Frame, several: Sequence[Sequence[int]]) -> None:
    """Raise PoolRefused where estimates of one unit are of different quantities."""
    if not several:
        return
    for column in _SAME_QUESTION:
        values = frame[column].tolist()
        for rows in several:
            different = sorted({value for row in rows if (value := values[row]) is not None})
            if len(different) > 1:
                _refuse(f"{column}s", different, f'{column} == "{different[0]}"', f"mixed-{column}s")
    given = [row for rows in several for row in rows]
    found = dict(zip(given, quantities(frame, given), strict=True))
    for rows in several:
        _one_kind(frame, rows, {found[row]: row for row in reversed(rows)})


def _one_kind(frame: Frame, rows: Sequence[int], first: Mapping[Quantity, int]) -> None:
    """Raise PoolRefused for several quantities, each with the first row it is in."""
    for column in ("measure", "contrast"):
        if len({getattr(each, column) for each in first}) > 1:
            words = sorted({frame[column][row] or NOT_STATED for row in rows})
            named = next(word for word in words if word != NOT_STATED)
            _refuse(f"{column}s", words, f'{column} == "{named}"', f"mixed-{column}s")
    if len(first) > 1:
        kind = next(iter(first)).contrast
        ordered = sorted(first, key=lambda each: (not each.stated, each.words))
        rule = "mixed-categories" if kind in NAMED_GROUPS else "mixed-units"
        _refuse("quantities", [each.words for each in ordered], _naming(ordered[0], frame, first[ordered[0]]), rule)


def _naming(found: Quantity, frame: Frame, row: int) -> str:
    """Write a condition that leaves one quantity."""
    if found.contrast in NAMED_GROUPS:
        named = ((name, frame[name][row]) for name in ("cutoff_text", "index_group", "reference_group"))
        return next((f'{name} == "{text}"' for name, text in named if text), "cutoff_text is None")
    if found.step is not None:
        return f"cutoff_value == {found.step:g}"
    return f'scale == "{found.scale}"' if found.scale else "scale is None"


def _refuse(what: str, values: Sequence[str], naming: str, rule: str) -> None:
    raise PoolRefused(
        f"one estimate per cohort would be chosen between different {what}: {', '.join(values)}",
        f"name one in the condition, for instance: and {naming}",
        rule,
    )
