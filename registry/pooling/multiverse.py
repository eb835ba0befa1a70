"""The multiverse: one pool per combination of declared choices, side by side (Steegen et al. 2016)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from registry.errors import PoolRefused, StatisticsError
from registry.pooling.analysis import Analysis, Basis, basis, checked_settings
from registry.pooling.choices import Choice, RowSet, choices, row_sets
from registry.pooling.guards import GUARDS
from registry.pooling.kernel import Settings, pooled
from registry.pooling.prepared import digest, prepare
from registry.pooling.values import Values

if TYPE_CHECKING:
    import pandas as pd

    from registry.flow import Flow
    from registry.frame import Frame

METHODS = ("REML", "PM")
TESTS = ("hk", "z")
#: Pooled for every choice of rows, to compare with what most reviews print.
REFERENCES = (("FE", "z"), ("DL", "z"))
#: Fields of a pool that stand in every row.
POOL = (
    "k",
    "n",
    "mu",
    "se",
    "ci_low",
    "ci_high",
    "hr",
    "hr_ci_low",
    "hr_ci_high",
    "p",
    "tau2",
    "i2",
    "i2_q",
    "hr_pi_low",
    "hr_pi_high",
)
NEVER_COUNTED = "the rows share estimates: how many have an interval that excludes 1 means nothing and is not counted"


@dataclass(frozen=True, slots=True)
class Specification(Values):
    """One pool and the choices that made it; `role` is specification, or reference for a line to compare with.

    Where the rows must not be pooled together, every number is None and `refused` says why and what settles it.
    `digest` is that of the rows; `reasons` says of each other None why.
    """

    role: str
    adjusted: str
    cutoffs: str
    by: Mapping[str, str]
    one_per: str | None
    method: str
    test: str
    k: int | None
    n: int | None
    mu: float | None
    se: float | None
    ci_low: float | None
    ci_high: float | None
    hr: float | None
    hr_ci_low: float | None
    hr_ci_high: float | None
    p: float | None
    tau2: float | None
    i2: float | None
    i2_q: float | None
    hr_pi_low: float | None
    hr_pi_high: float | None
    digest: str | None
    refused: str | None
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MultiverseResult(Analysis):
    """One row per combination of choices; `level` in percent. Never a count of rows whose interval excludes 1."""

    rows: tuple[Specification, ...]
    level: float
    basis: Basis

    @property
    def main(self) -> Specification | None:
        """The specification of the first of every choice; None where it must not be pooled."""
        first = self.rows[0]
        return first if first.role == "specification" and first.hr is not None else None

    def to_pandas(self) -> pd.DataFrame:
        """Give the rows as a DataFrame: the choices, a column per further column varied, then the numbers."""
        import pandas as pd

        names = [entry.name for entry in fields(Specification) if entry.name not in ("by", "reasons")]
        return pd.DataFrame([{**each.by, **{name: getattr(each, name) for name in names}} for each in self.rows])


def multiverse(
    frame: Frame | pd.DataFrame,
    *,
    method: str | Collection[str] = METHODS,
    test: str | Collection[str] = TESTS,
    adjusted: str | Collection[str] = (),
    cutoffs: str | Collection[str] = (),
    bounds: Collection[float] = (),
    by: str | Collection[str] | None = None,
    one_per: str | Collection[str] | None = None,
    per: str | float | None = None,
    level: float = 95.0,
    allow: str | Collection[str] = (),
    read_as: str = "high-vs-low",
    doubtful: str = "keep",
    flow: Flow | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> MultiverseResult:
    """Pool a frame once for every combination of declared choices, with a common effect and DL as reference lines.

    `method` and `test` as in `registry.pool`, several of each. `adjusted`: all, yes, no; `cutoffs`: all,
    not-data-driven, prespecified (also median and other quantiles); `bounds` adds the classes of cutoffs between them.
    `by` names further columns (`column`, or `column:threshold` for a number), of which every level is pooled apart;
    risk_of_bias is varied unasked where it was read, and where estimates were appraised by a tool: all, or those judged
    with no domain at its worst level. `one_per`: several rules. What is not stated varies where the
    rows differ in it. A choice that leaves the same rows as one before it is left out, and said; one whose rows must
    not be pooled together keeps its row, without numbers, with the reason. Other arguments as in `registry.pool`.

    Raises UsageError for an unknown word, PoolRefused if no choice can be pooled.
    """
    methods, tests = _several(method), _several(test)
    settings = [*_settings(methods, tests, level)]
    prepared = prepare(frame, per=per, allow=allow, read_as=read_as, flow=flow, provenance=provenance, but=GUARDS)
    prepared = replace(prepared, doubtful=doubtful)  # which rows print the same depends on the choice
    varied = choices(
        prepared.frame,
        adjusted=_several(adjusted),
        cutoffs=_several(cutoffs),
        bounds=list(bounds),
        by=None if by is None else _several(by),
        one_per=_several(one_per or ()),
        allowed=prepared.allowed,
    )
    kept, same = _different(row_sets(prepared.frame, varied, prepared.allowed, doubtful))
    if all(each.frame is None for each in kept):
        raise PoolRefused(f"no choice can be pooled: {kept[0].refused}", "", "multiverse")
    rows = tuple(row for each in kept for row in _rows(each, settings))
    return MultiverseResult(rows, float(level), basis(prepared, [*same, NEVER_COUNTED]))


def _several(given: str | Collection[str]) -> list[str]:
    return [given] if isinstance(given, str) else list(given)


def _settings(methods: Sequence[str], tests: Sequence[str], level: float) -> Iterator[tuple[str, Settings]]:
    """Every estimator with every test, each once, then the reference lines; a common effect has the Wald test only."""
    done = set()
    for method in methods:
        for test in tests:
            common = method.upper() in ("FE", "CE")
            checked_settings(method, "z" if common else test, level)
            one = Settings(method, "z" if common else test, level)
            if (method.upper(), one.test) not in done:
                done.add((method.upper(), one.test))
                yield "specification", one
    for method, test in REFERENCES:
        if (method, test) not in done:
            yield "reference", Settings(method, test, level)


def _different(given: Iterator[RowSet]) -> tuple[list[RowSet], list[str]]:
    """Leave out choices with the rows of one before them, and say which."""
    kept: dict[Any, RowSet] = {}
    same: dict[str, list[str]] = defaultdict(list)
    for each in given:
        rows = each.keys if each.frame is not None else each.choice
        first = kept.setdefault(_hashable(rows), each)
        if first is not each:
            same[described(first.choice)].append(described(each.choice))
    said = [f"the same estimates as {first}: {'; '.join(others)}" for first, others in same.items()]
    return list(kept.values()), said


def _hashable(rows: Any) -> Any:
    return (rows.adjusted, rows.cutoffs, tuple(rows.by.items()), rows.one_per) if isinstance(rows, Choice) else rows


def described(choice: Choice) -> str:
    """Name a choice in words: `adjusted yes, cutoffs not-data-driven`; what is not restricted is not named."""
    parts = [f"{name} {word}" for name, word in (("adjusted", choice.adjusted), ("cutoffs", choice.cutoffs))]
    parts += [f"{name} {word}" for name, word in choice.by.items()]
    said = [part for part in parts if not part.endswith(" all")]
    return ", ".join([*(said or ["all estimates"]), *([choice.one_per] if choice.one_per else [])])


def _rows(rows: RowSet, settings: Sequence[tuple[str, Settings]]) -> Iterator[Specification]:
    for role, one in settings:
        pool, refused = None, rows.refused
        if rows.frame is not None:
            try:
                [pool] = pooled(rows.frame, one)
            except StatisticsError as error:
                refused = error.message
        values: dict[str, Any] = {name: getattr(pool, name, None) for name in POOL}
        reasons = pool.reasons if pool else {}
        yield Specification(
            role=role,
            adjusted=rows.choice.adjusted,
            cutoffs=rows.choice.cutoffs,
            by=rows.choice.by,
            one_per=rows.choice.one_per,
            method=pool.method if pool else one.method,
            test=one.test,
            digest=None if rows.frame is None else digest(rows.frame),
            refused=refused or None,
            reasons={name: why for name, why in reasons.items() if values.get(name, "") is None},
            **values,
        )
