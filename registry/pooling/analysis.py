"""What every analysis says beside its numbers, and the base of results that carry it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from registry import stats
from registry.errors import UsageError
from registry.meaning.direction_words import direction_of
from registry.pooling.about import about
from registry.pooling.notes import is_simulated, notes
from registry.pooling.values import Values, in_json, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from registry.flow import Flow
    from registry.pooling.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Basis:
    """How the rows were come by (`flow`, `provenance`), what they have in common (`about`), and plain `notes`."""

    flow: Flow
    provenance: Mapping[str, Any]
    about: Mapping[str, str]
    simulated: bool
    notes: tuple[str, ...]


class Analysis(Values):
    """A frozen dataclass of numbers with a field `basis`, which its JSON spreads out as a pool's does."""

    __slots__ = ()

    basis: Basis

    @property
    def flow(self) -> Flow:
        """How the estimates were selected."""
        return self.basis.flow

    @property
    def provenance(self) -> Mapping[str, Any]:
        """From what the result was made, so that it can be made again."""
        return self.basis.provenance

    @property
    def about(self) -> Mapping[str, str]:
        """What all rows have in common: factor, endpoint, disease, contrast, measure."""
        return self.basis.about

    @property
    def measure(self) -> str | None:
        """The ratio that was analysed (`registry.terms.Measure`), None if no row says."""
        return self.basis.about.get("measure")

    @property
    def direction(self) -> str:
        """Which way round the ratios are: `high ferritin vs low`."""
        return direction_of(self.basis.about).text

    @property
    def simulated(self) -> bool:
        """Whether the rows are invented."""
        return self.basis.simulated

    @property
    def notes(self) -> tuple[str, ...]:
        """Plain statements a reader must know."""
        return self.basis.notes

    def as_dict(self) -> dict[str, Any]:
        """Give the JSON: full double precision, None where undefined, lists for tuples."""
        own = {name: plain(getattr(self, name)) for name in in_json(self)}
        del own["basis"]
        return own | {
            "flow": self.flow.as_dict(),
            "provenance": dict(self.provenance),
            "measure": self.measure,
            "direction": self.direction,
            "simulated": self.simulated,
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Which(Values):
    """Which estimate a row is about."""

    key: str | None
    study: str | None
    cohort: str | None
    label: str


def basis(prepared: Prepared, more: Iterable[str] = ()) -> Basis:
    """Gather what an analysis of these rows says beside its numbers; `more` are notes of its own, said last."""
    rows = prepared.frame
    said = (*notes(prepared), *more)
    return Basis(prepared.flow, prepared.provenance(), about(rows, prepared.read_as), is_simulated(rows), said)


def one_of(option: str, value: str, words: Iterable[str]) -> str:
    """Check an option that takes one of these words. Raises UsageError naming the nearest and all of them."""
    known = list(words)
    if value not in known:
        near = get_close_matches(value, known, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise UsageError(f"{option} is {value!r}{meant}", f"one of: {', '.join(known)}")
    return value


def checked_settings(method: str, test: str, level: float) -> None:
    """Check the options of a pool before anything is computed. Raises StatisticsError naming what there is."""
    stats.fit([0.0, 0.1], [1.0, 1.0], method=method, test=test, level=level, tau2_interval=False)
