"""What a pool returns: frozen, in plain numbers, None where a number is undefined, and its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from registry.frame import Frame
from registry.meaning.direction_words import direction_of
from registry.meaning.one_unit import in_one_unit
from registry.pooling.orientation import inverted
from registry.terms import ReadAs

if TYPE_CHECKING:
    from registry.flow import Flow
    from registry.pooling.dependence import Dependence
    from registry.pooling.doubts import Doubts
    from registry.pooling.pooled import Pooled
    from registry.pooling.rounding import Rounding

ESTIMATE_FIELDS = ("key", "study", "cohort", "hr", "ci_low", "ci_high", "yi", "vi", "weight", "flags")


@dataclass(frozen=True, slots=True)
class PooledEstimate:
    """One estimate as pooled: after inversion; bounds on the ratio scale at the pool's level, weight in percent.

    `label` is what a table or figure calls it; the numbers are never None.
    """

    key: str | None
    study: str | None
    cohort: str | None
    hr: float
    ci_low: float
    ci_high: float
    yi: float
    vi: float
    weight: float
    flags: tuple[str, ...]
    label: str
    n: int | None

    def as_dict(self) -> dict[str, Any]:
        """Give the fields of the JSON."""
        return {name: getattr(self, name) for name in ESTIMATE_FIELDS} | {"flags": list(self.flags)}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The pool without one estimate, or without those of one cohort, study or overlap group, named `label`."""

    estimates: tuple[PooledEstimate, ...]
    label: str
    pool: Pooled

    def as_dict(self) -> dict[str, Any]:
        """Give what was left out, and the pool without it; what the estimates left out do not share is null."""
        found = {name: {getattr(each, name) for each in self.estimates} for name in ("key", "study", "cohort")}
        shared = {name: values.pop() if len(values) == 1 else None for name, values in found.items()}
        keys = [each.key for each in self.estimates]
        return {"left_out": {**shared, "label": self.label, "keys": keys}, **self.pool.as_dict()}


@dataclass(frozen=True, slots=True)
class Added:
    """The pool of this estimate and all before it, in the order of `value`, its value in the column ordered by."""

    estimate: PooledEstimate
    value: float | str | None
    pool: Pooled

    def as_dict(self) -> dict[str, Any]:
        """Give which estimate was added, its value, and the pool with it."""
        added = {name: getattr(self.estimate, name) for name in ("key", "study", "cohort")}
        return {"added": added, "value": self.value, **self.pool.as_dict()}


@dataclass(frozen=True, slots=True)
class Cumulative:
    """Pools that grow by one estimate, ordered by `column`."""

    column: str
    steps: tuple[Added, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give the column and every step."""
        return {"column": self.column, "steps": [step.as_dict() for step in self.steps]}


@dataclass(frozen=True, slots=True)
class SubgroupTest:
    """A test that the groups have one mean: `q` on `df` (an F with `df2`) degrees of freedom; None with `reason`."""

    name: str
    q: float | None
    df: float | None
    df2: float | None
    p: float | None
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Give the fields of the JSON."""
        return {entry.name: getattr(self, entry.name) for entry in fields(self)}


@dataclass(frozen=True, slots=True)
class Group:
    """One subgroup: its label, its pool, its rows, and whether it takes part in the test (not reported does not)."""

    label: str
    pool: Pooled
    rows: tuple[int, ...]
    in_test: bool = True

    def as_dict(self) -> dict[str, Any]:
        """Give the label and the fields of the pool."""
        return {"label": self.label, "in_test": self.in_test, **self.pool.as_dict()}


@dataclass(frozen=True, slots=True)
class Subgroups:
    """The groups by `column` (labelled `title`), tau² common to them or separate, and the tests between them."""

    column: str
    title: str
    tau2: str
    groups: tuple[Group, ...]
    test: SubgroupTest
    tests: tuple[SubgroupTest, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give groups and tests; `test` is the Wald test, `tests` all of them."""
        return {
            "column": self.column,
            "title": self.title,
            "tau2": self.tau2,
            "groups": [group.as_dict() for group in self.groups],
            "test": self.test.as_dict(),
            "tests": [test.as_dict() for test in self.tests],
        }


@dataclass(frozen=True, slots=True, repr=False)
class PoolResult:
    """A pool and all that explains it: estimates, sensitivity, subgroups, flow, provenance and plain notes.

    `about` holds what all rows have in common (`registry.pooling.about`): factor, endpoint, disease, contrast and the
    like. `simulated`: the rows are
    invented. `rows` holds every column of the estimates, row by row and as reported, so that another analysis can take
    them. The JSON leaves them out.
    """

    pool: Pooled
    estimates: tuple[PooledEstimate, ...]
    leave_one_out: tuple[LeftOut, ...] | None
    cumulative: Cumulative | None
    subgroups: Subgroups | None
    without_data_driven_cutoffs: Pooled | None
    dependence: Dependence | None
    rounding: Rounding | None
    doubts: Doubts
    flow: Flow
    provenance: Mapping[str, Any]
    notes: tuple[str, ...]
    about: Mapping[str, str] = field(default_factory=dict)
    simulated: bool = False
    rows: Frame = field(default_factory=lambda: Frame({}), compare=False)

    def __repr__(self) -> str:
        pool = self.pool
        numbers = {name: getattr(pool, name) for name in ("k", "hr", "hr_ci_low", "hr_ci_high", "method", "test")}
        return f"PoolResult({', '.join(f'{name}={value!r}' for name, value in numbers.items())})"

    @property
    def measure(self) -> str | None:
        """The ratio that was pooled (`registry.terms.Measure`), None if no row says."""
        return self.about.get("measure")

    @property
    def direction(self) -> str:
        """Which way round every ratio is: `high ferritin vs low`."""
        return direction_of(self.about).text

    @property
    def rows_as_pooled(self) -> Frame:
        """Every column as pooled, what was inverted inverted, cutoffs in one unit: to be shown, not analysed again."""
        read_as = ReadAs(self.about.get("read_as", ReadAs.HIGH_VS_LOW))
        return inverted(in_one_unit(self.rows), read_as)[0]

    def as_dict(self) -> dict[str, Any]:
        """Give the JSON of a pool: full double precision, None never nan; what was not asked for is null."""
        return {
            "pool": self.pool.as_dict(),
            "estimates": [estimate.as_dict() for estimate in self.estimates],
            "leave_one_out": None if self.leave_one_out is None else [each.as_dict() for each in self.leave_one_out],
            "cumulative": _dict(self.cumulative),
            "subgroups": _dict(self.subgroups),
            "without_data_driven_cutoffs": _dict(self.without_data_driven_cutoffs),
            "dependence": _dict(self.dependence),
            "rounding": _dict(self.rounding),
            "doubts": self.doubts.as_dict(),
            "flow": self.flow.as_dict(),
            "provenance": dict(self.provenance),
            "measure": self.measure,
            "direction": self.direction,
            "simulated": self.simulated,
            "notes": list(self.notes),
        }


def _dict(part: Pooled | Cumulative | Subgroups | Dependence | Rounding | None) -> dict[str, Any] | None:
    return None if part is None else part.as_dict()
