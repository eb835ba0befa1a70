"""What a saved query asks beside its pool, so that it is versioned, and prespecified, with it.

| kind | value |
|---|---|
| `subgroups` | columns, or `column:threshold[,threshold…]` of a number, as `evireg pool --subgroup` takes them |
| `moderators` | columns, or `column:reference`, as `evireg regress --on`: a meta-regression for each |
| `small_study` | tests as `evireg bias --test` takes them; an empty list means those that run unless any is named |
| `cutoffs` | true: how the ratio depends on the cutoff, as `evireg cutoffs` |
| `sensitivity` | some of `SENSITIVITY` |
| `baselines` | absolute risks: `survival` of all patients `at` a time, `prevalence` of the high group; `source` |

A kind that is not there was not asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from registry.errors import UsageError
from registry.pooling.analysis import one_of
from registry.pooling.bias import TESTS
from registry.pooling.moderators import moderators
from registry.queries.trial import column_of, trial_rows, try_subgroup
from registry.terms import Allow

if TYPE_CHECKING:
    from registry.vocabulary import Vocabulary

#: Sensitivity analyses by name: verbs that take the rows of the query again.
SENSITIVITY = ("leave-one-out", "influence", "rounding", "multiverse", "bayes")
#: What an absolute risk rests on: the first two are shares, above 0 and below 1.
_SHARES = ("survival", "prevalence")
_WORDS = ("at", "source")


def read_analyses(given: Mapping[str, Any], vocabulary: Vocabulary) -> dict[str, Any]:
    """Give analyses as they are stored; None, and false for `cutoffs`, mean not asked for.

    Raises UsageError for a kind, a column or a word that evireg does not have, naming the nearest.
    """
    for kind in given:
        one_of("analysis", kind, KINDS)
    read = {kind: KINDS[kind](given[kind], vocabulary) for kind in KINDS if given.get(kind) is not None}
    return {kind: value for kind, value in read.items() if value or (kind == "small_study" and value == [])}


def changed(before: Mapping[str, Any], changes: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give analyses after an edit: a kind that is named has another value, None takes it away; None alone takes all."""
    return {} if changes is None else {**before, **changes}


def _subgroups(given: Any, vocabulary: Vocabulary) -> list[str]:
    asked = _texts("subgroups", given)
    rows = trial_rows(vocabulary, [column_of(each) for each in asked])
    for each in asked:
        try_subgroup(rows, each)
    return asked


def _moderators(given: Any, vocabulary: Vocabulary) -> list[str]:
    asked = _texts("moderators", given)
    rows = trial_rows(vocabulary, [column_of(each) for each in asked])
    for each in asked:
        [one] = moderators(rows, [each], frozenset(Allow))
        if rows[one.column].dtype.kind == "f":
            _ = one.centre
    return asked


def _small_study(given: Any, _: Vocabulary) -> list[str]:
    return [one_of("small_study", each, TESTS) for each in _texts("small_study", given)]


def _cutoffs(given: Any, _: Vocabulary) -> bool:
    if not isinstance(given, bool):
        raise UsageError(f"cutoffs is {given!r}", "it takes true or false")
    return given


def _sensitivity(given: Any, _: Vocabulary) -> list[str]:
    return [one_of("sensitivity", each, SENSITIVITY) for each in _texts("sensitivity", given)]


def _texts(kind: str, given: Any) -> list[str]:
    """Read one text or several, none of them empty or named twice."""
    listed = [given] if isinstance(given, str) else given
    if not isinstance(listed, list | tuple) or not all(isinstance(each, str) and each.strip() for each in listed):
        raise UsageError(f"{kind} is {given!r}", "it takes a list of names")
    asked = [":".join(part.strip() for part in each.split(":")) for each in listed]
    if twice := next((each for each in asked if asked.count(each) > 1), None):
        raise UsageError(f"{kind}: {twice!r} is named twice", "name each once")
    return asked


def _baselines(given: Any, _: Vocabulary) -> list[dict[str, Any]]:
    listed: Sequence[Any] = [given] if isinstance(given, Mapping) else given
    if not isinstance(listed, list | tuple) or not all(isinstance(each, Mapping) for each in listed):
        raise UsageError(f"baselines is {given!r}", "it takes a list of tables with survival and prevalence")
    return [_baseline(each) for each in listed]


def _baseline(given: Mapping[str, Any]) -> dict[str, Any]:
    for name in given:
        one_of("part of a baseline", name, (*_SHARES, *_WORDS))
    shares = {name: _share(name, given.get(name)) for name in _SHARES}
    if not str(given.get("at") or "").strip():
        raise UsageError("a baseline does not say the time its survival is of", "name it: at=24 months")
    return shares | {name: _said(name, given[name]) for name in _WORDS if given.get(name)}


def _share(name: str, value: Any) -> float:
    expected = f"a baseline takes {name} as a share above 0 and below 1: {name}=0.5"
    if value is None:
        raise UsageError(f"a baseline does not say its {name}", expected)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
        raise UsageError(f"{name} is {value!r}", expected)
    return float(value)


def _said(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{name} of a baseline is {value!r}", 'it takes text, for instance "24 months"')
    return " ".join(value.split())


#: Kind → how its value is read.
KINDS: Mapping[str, Callable[[Any, Vocabulary], Any]] = {
    "subgroups": _subgroups,
    "moderators": _moderators,
    "small_study": _small_study,
    "cutoffs": _cutoffs,
    "sensitivity": _sensitivity,
    "baselines": _baselines,
}
