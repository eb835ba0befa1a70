"""What a saved query asks: a condition with resolved keys, one-per rule, allowances, every option, other analyses."""

from __future__ import annotations

import inspect
import math
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from registry.errors import PoolRefused, UsageError
from registry.meaning.direction_words import reading
from registry.pooling import pool
from registry.pooling.guards import allowances
from registry.queries.analyses import read_analyses
from registry.queries.trial import column_of, trial_rows, try_subgroup
from registry.selection import parse

if TYPE_CHECKING:
    from registry.vocabulary import Vocabulary

VERB = "pool"

#: Arguments of `registry.pooling.pool` that are no options: they come from the selection, or stand beside them.
_NO_OPTIONS = ("frame", "one_per", "allow", "flow", "provenance")
_PARAMETERS = {name: each for name, each in inspect.signature(pool).parameters.items() if name not in _NO_OPTIONS}
#: Option of a pool → its default.
DEFAULTS: Mapping[str, Any] = {name: each.default for name, each in _PARAMETERS.items()}
#: Options that queries stored before did not have; unless asked for they are not mentioned, so that digests stand.
LATER = ("per", "read_as", "doubtful")
#: How an option is annotated → what it takes.
_TAKES: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "str | None": (str, type(None)),
    "float": (float,),
    "float | None": (float, type(None)),
    "str | float | None": (str, float, type(None)),
    "bool": (bool,),
    "bool | str": (bool, str),
    "int": (int,),
}
_WORDS = {str: "text", float: "a number", bool: "true or false", int: "a whole number", type(None): "nothing"}


@dataclass(frozen=True, slots=True)
class Definition:
    """A pool to be made: `where` is canonical, with resolved keys (None: every row); `options` names every option.

    `analyses` are asked for beside the pool (`registry.queries.analyses`).
    """

    where: str | None
    one_per: str | None
    allow: tuple[str, ...]
    options: Mapping[str, Any]
    analyses: Mapping[str, Any] = field(default_factory=dict)

    @property
    def of_pool(self) -> Definition:
        """Give what decides the pool: the definition without the analyses beside it."""
        return replace(self, analyses={})

    @property
    def selecting(self) -> dict[str, Any]:
        """Give what decides, beside the condition, which rows are selected (`registry.selection.select`)."""
        return {"one_per": self.one_per, "allow": self.allow, "doubtful": self.options["doubtful"]}

    @property
    def threshold(self) -> float | None:
        """The ratio whose crossing is worth telling; None for 1, which is everybody's default."""
        declared = float(self.options["threshold"])
        return None if declared == 1.0 else declared

    @property
    def chosen(self) -> dict[str, Any]:
        """Give the options that are not as by default."""
        return {name: value for name, value in self.options.items() if value != DEFAULTS.get(name)}

    def as_dict(self) -> dict[str, Any]:
        """Give the JSON it is stored as; other analyses and `LATER` options are mentioned where they are asked for."""
        options = {name: value for name, value in self.options.items() if name not in LATER or value != DEFAULTS[name]}
        asked = {"where": self.where, "one_per": self.one_per, "allow": list(self.allow), "options": options}
        return {"verb": VERB, **asked} | ({"analyses": dict(self.analyses)} if self.analyses else {})

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Definition:
        """Read the JSON back; an option that evireg did not have when it was stored has its default."""
        options = {**DEFAULTS, **stored["options"]}
        return cls(stored["where"], stored["one_per"], tuple(stored["allow"]), options, stored.get("analyses", {}))


def define(
    vocabulary: Vocabulary,
    where: str | None,
    *,
    one_per: str | None = None,
    allow: str | Collection[str] = (),
    analyses: Mapping[str, Any] | None = None,
    **options: Any,
) -> Definition:
    """Make a definition from what a user says; arguments as those of `registry.handle.Registry.pool`.

    `analyses` as `registry.queries.analyses` has them. Raises ConditionError for a condition that cannot be read,
    UsageError for an option, a rule, an analysis or a word to allow that evireg does not take. Whether the evidence can
    be pooled so is another question.
    """
    condition = parse(where, vocabulary)
    allowed = tuple(sorted(str(word) for word in allowances(allow)))
    beside = read_analyses(analyses or {}, vocabulary)
    made = Definition(condition.canonical or None, one_per, allowed, read_options(options), beside)
    _try(made, vocabulary)
    return made


def read_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Give every option, those given as the type they have. UsageError for one a pool does not have."""
    for name in given:
        if name not in DEFAULTS:
            near = get_close_matches(name, DEFAULTS, n=1)
            meant = f"; did you mean {near[0]!r}?" if near else ""
            raise UsageError(f"a pool has no option {name!r}{meant}", f"options are {', '.join(DEFAULTS)}")
    read = {**DEFAULTS, **{name: _typed(name, value) for name, value in given.items()}}
    if read["leave_one_out"] is True:
        read["leave_one_out"] = "estimate"
    return read


def _typed(name: str, value: Any) -> Any:
    takes = _TAKES[str(_PARAMETERS[name].annotation)]
    if float in takes and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    fits = any(type(value) is each for each in takes)
    if not fits or (isinstance(value, float) and not math.isfinite(value)):
        expected = " or ".join(_WORDS[each] for each in takes)
        raise UsageError(f"{name} is {value!r}", f"it takes {expected}")
    return value


def _try(made: Definition, vocabulary: Vocabulary) -> None:
    """Pool three rows made up for it, so that every option is read by the code that will read it later.

    A refusal is about evidence, which made-up rows are not: it counts as read. Only a number without thresholds can be
    no subgroup, whatever the evidence.
    """
    named = [column_of(str(made.options[name])) for name in ("subgroup", "cumulative") if made.options[name]]
    reading(made.options["read_as"])  # rows made up without a contrast could not be read the other way round
    rows = trial_rows(vocabulary, named)
    with suppress(PoolRefused):
        pool(rows, one_per=made.one_per, allow=made.allow, **{**made.options, "read_as": DEFAULTS["read_as"]})
    if made.options["subgroup"]:
        try_subgroup(rows, made.options["subgroup"])
