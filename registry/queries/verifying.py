"""Make a stored result again from the state it names, and say whether it is the same, or what differs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from registry.database import canonical_json
from registry.errors import EviregError, NotFound, PoolRefused, UsageError
from registry.queries.definition import DEFAULTS, Definition, define, read_options
from registry.queries.running import pooled, ran_of
from registry.selection.view import at_changeset
from registry.version import RULES, VERSION
from registry.vocabulary import Vocabulary

if TYPE_CHECKING:
    import sqlalchemy as sa

    from registry.queries.running import Ran

#: Numbers that differ by less, relative to the larger, differ by rounding: other builds of numpy add in another order.
ROUNDING = 1e-12

#: What says by whom a result was made, and nothing of it.
_OF_THE_MAKER = frozenset({"provenance.engine", "provenance.rules"})


class Verdict(StrEnum):
    """How a result made again compares with the stored one."""

    EQUAL = "equal"
    ROUNDED = "equal to rounding"
    OTHER_RULES = "other rules"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Difference:
    """A value of the result at `path` that is another now; None where there is none."""

    path: str
    then: Any
    now: Any

    def as_dict(self) -> dict[str, Any]:
        """Give the fields of the JSON."""
        return {"path": self.path, "then": self.then, "now": self.now}


@dataclass(frozen=True, slots=True)
class Verified:
    """What verifying a result gave; `what` was verified as of `changeset`.

    `added` and `removed` name the estimates only one of both used, `differences` every value that is another, and
    `reasons` say why nothing could be compared, or what else is wrong. `rules_then` and `rules_now` number the
    definitions (`registry.version.RULES`): under others the same rows may give another result, which is no fault.
    """

    what: str
    verdict: Verdict
    changeset: int
    engine_then: str
    engine_now: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    reasons: tuple[str, ...] = ()
    rules_then: int = RULES
    rules_now: int = RULES

    @property
    def holds(self) -> bool:
        """Whether the result is what the stored state gives, be it to rounding or but for definitions that changed."""
        return self.verdict is not Verdict.DIFFERENT

    def as_dict(self) -> dict[str, Any]:
        """Give the fields of the JSON."""
        return {
            "what": self.what,
            "verdict": str(self.verdict),
            "changeset": self.changeset,
            "engine_then": self.engine_then,
            "engine_now": self.engine_now,
            "rules_then": self.rules_then,
            "rules_now": self.rules_now,
            "added": list(self.added),
            "removed": list(self.removed),
            "differences": [each.as_dict() for each in self.differences],
            "reasons": list(self.reasons),
        }


def verify_run(connection: sa.Connection, number: int) -> Verified:
    """Make a stored run again from the version of its query and the state it read. Raises NotFound."""
    ran = ran_of(connection, number)
    what = f"run {number} of {ran.query.name} (version {ran.query.version})"
    wrong = tuple(_tampered(ran))
    if wrong:
        engine = f"evireg {VERSION}"
        return Verified(what, Verdict.DIFFERENT, ran.at_changeset, ran.engine, engine, reasons=wrong)
    return _verify(connection, what, ran.query.definition, ran.found)


def _tampered(ran: Ran) -> Iterator[str]:
    """Say what of a stored run is not what was stored."""
    if ran.computed_digest() != ran.digest:
        yield "the stored run is not what its digest says: it was changed after it was stored"


def verify_json(connection: sa.Connection, found: Mapping[str, Any], what: str = "result") -> Verified:
    """Make a result again that `evireg pool --json` or `evireg query run --json` printed.

    UsageError for JSON that is neither, and for a result that names no registry.
    """
    result = found.get("result", found)
    made = result.get("provenance") if isinstance(result, Mapping) else None
    if not isinstance(made, Mapping) or not isinstance(made.get("options"), Mapping):
        raise UsageError(
            f"{what} is not a result that says how it was made", "give what `evireg pool --json` printed, whole"
        )
    if not isinstance(made.get("changeset"), int):
        raise UsageError(
            f"{what} was made of a table outside a registry", "only a pool of a registry can be made again from it"
        )
    return _verify(connection, what, _asked(connection, made), result)


def _asked(connection: sa.Connection, made: Mapping[str, Any]) -> Definition:
    options = {name: value for name, value in made["options"].items() if value is not None or name not in DEFAULTS}
    options |= {"per": made["per"]} if "per" in made else {}
    where, one_per, allow = made.get("condition") or None, made.get("one_per"), made.get("allow") or ()
    if not all(isinstance(each, str | None) for each in (where, one_per)) or not isinstance(allow, list | tuple):
        raise UsageError("condition, one_per or allow of the result is not what evireg writes")
    return define(
        Vocabulary.load(connection),
        where,
        one_per=one_per,
        allow=[str(each) for each in allow],
        **read_options(options),
    )


def _verify(connection: sa.Connection, what: str, asked: Definition, then: Mapping[str, Any]) -> Verified:
    made = then["provenance"]
    changeset, engine = made["changeset"], f"evireg {VERSION}"
    try:
        now = _again(connection, asked, changeset, made.get("snapshot"))
    except EviregError as error:
        rules = _rules(made)
        verdict = Verdict.OTHER_RULES if rules != RULES and isinstance(error, PoolRefused) else Verdict.DIFFERENT
        reasons = (_why(error),)
        return Verified(what, verdict, changeset, str(made["engine"]), engine, reasons=reasons, rules_then=rules)
    return compare(what, then, now)


def _rules(made: Mapping[str, Any]) -> int:
    """Give the number of the rules a result was made under; the first ones had none. UsageError for no such number."""
    rules = made.get("rules", 1)
    if not isinstance(rules, int) or isinstance(rules, bool) or rules < 1:
        raise UsageError(f"the rules of the result are {rules!r}", "a whole number from 1 on, as evireg writes it")
    return rules


def _why(error: EviregError) -> str:
    other = "; is it of another registry?" if isinstance(error, NotFound) else ""
    return f"it cannot be made again: {error.message}{other}"


def _again(connection: sa.Connection, asked: Definition, changeset: int, snapshot: str | None) -> dict[str, Any]:
    """Pool as of the changeset; a snapshot is named when it still is that state."""
    result, _ = pooled(connection, asked, changeset)
    now: dict[str, Any] = json.loads(canonical_json(result.as_dict()))
    if snapshot is not None and at_changeset(connection, snapshot) == changeset:
        now["provenance"]["snapshot"] = snapshot
    return now


def compare(what: str, then: Mapping[str, Any], now: Mapping[str, Any]) -> Verified:
    """Compare two results as JSON. Another engine is no difference by itself, nor what an older one did not print.

    Under other rules the same rows may give another result; of other rows it is different under any.
    """
    made_then, made_now = then["provenance"], now["provenance"]
    engines = str(made_then.get("engine")), str(made_now["engine"])
    rules = _rules(made_then), _rules(made_now)
    older = engines[0] != engines[1] or rules[0] != rules[1]
    found = [] if canonical_json(then) == canonical_json(now) else list(_differences(then, now, lenient=older))
    apart = [each for each in found if each.path not in _OF_THE_MAKER]
    keys_then, keys_now = _keys(then), _keys(now)
    same_rows = keys_then.keys() == keys_now.keys() and made_then.get("digest") == made_now.get("digest")
    verdict = _verdict(apart, other_rules=rules[0] != rules[1] and same_rows)
    return Verified(
        what,
        verdict,
        now["provenance"]["changeset"],
        *engines,
        added=tuple(key for key in keys_now if key not in keys_then),
        removed=tuple(key for key in keys_then if key not in keys_now),
        differences=tuple(apart),
        rules_then=rules[0],
        rules_now=rules[1],
    )


def _verdict(apart: list[Difference], *, other_rules: bool) -> Verdict:
    if not apart:
        return Verdict.EQUAL
    if all(_by_rounding(each) for each in apart):
        return Verdict.ROUNDED
    return Verdict.OTHER_RULES if other_rules else Verdict.DIFFERENT


def _keys(result: Mapping[str, Any]) -> dict[str, Any]:
    """Give the estimates of a result by key."""
    listed = result.get("estimates")
    rows = listed if isinstance(listed, list) else []
    return {str(each.get("key")): each for each in rows if isinstance(each, Mapping)}


def _differences(then: Any, now: Any, path: str = "", *, lenient: bool) -> Iterator[Difference]:
    """Walk both trees; estimates are told apart by key, other lists by place."""
    if path == "estimates":
        then, now = _keys({"estimates": then}), _keys({"estimates": now})
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        for name in [*then, *(name for name in now if name not in then and not lenient)]:
            below = f"{path}.{name}" if path else str(name)
            yield from _differences(then.get(name), now.get(name), below, lenient=lenient)
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for place, (one, other) in enumerate(zip(then, now, strict=True)):
            yield from _differences(one, other, f"{path}[{place}]", lenient=lenient)
    elif isinstance(then, bool) is not isinstance(now, bool) or then != now:  # 90 and 90.0 are one number
        yield Difference(path, then, now)


def _by_rounding(each: Difference) -> bool:
    if not (isinstance(each.then, float) and isinstance(each.now, float)):
        return False
    return abs(each.then - each.now) <= ROUNDING * max(abs(each.then), abs(each.now))
