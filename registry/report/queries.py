"""Saved queries, their runs, what verifying them gave, and what changed since, as tables and sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from registry.report.changes import EMPTY, when
from registry.report.prose import NOTHING, direction_said, interval, number
from registry.report.table import Column, Table

if TYPE_CHECKING:
    from registry.queries.running import Ran
    from registry.queries.saved import Saved
    from registry.queries.specified import Specified
    from registry.queries.verifying import Difference, Verified
    from registry.queries.watching import Watched

#: Differences shown one by one before the rest is only counted.
SHOWN = 20


#: Kind of analysis beside the pool → what a table calls it.
_BESIDE = {
    "subgroups": "Also by subgroups of",
    "moderators": "Also regressed on",
    "small_study": "Small-study tests",
    "cutoffs": "Cutoffs analysed",
    "sensitivity": "Sensitivity",
    "baselines": "Absolute risk where",
}


def query(saved: Saved) -> Table:
    """Lay out one version of a query: what it asks, options that are not as by default, its protocol."""
    asked = saved.definition
    rows = [
        ("Condition", asked.where or "(every estimate)"),
        ("One per", asked.one_per or EMPTY),
        ("Allowed", ", ".join(asked.allow) or EMPTY),
        ("Method", f"{asked.options['method']}, {asked.options['test']}"),
        *((_title(name), _value(value)) for name, value in asked.chosen.items() if name not in ("method", "test")),
        *((title, analysis(asked.analyses[kind])) for kind, title in _BESIDE.items() if kind in asked.analyses),
        ("For", saved.description or EMPTY),
        ("Protocol", saved.prespecified or "none named"),
        ("Saved", f"in changeset {saved.changeset}"),
    ]
    kept = tuple(row for row in rows if row[1] != EMPTY)
    return Table(f"{saved.name}, version {saved.version}", (Column("", keep=9, whole=True), Column("", keep=8)), kept)


def analysis(value: Any) -> str:
    """Write what an analysis beside the pool takes: `registry.queries.analyses`."""
    if isinstance(value, bool):
        return _value(value)
    return "; ".join(_baseline(each) if isinstance(each, Mapping) else str(each) for each in value) or "by default"


def _baseline(given: Mapping[str, Any]) -> str:
    time = f" at {given['at']}" if "at" in given else ""
    source = f" ({given['source']})" if "source" in given else ""
    return f"survival is {given['survival']:g}{time}, {given['prevalence']:.3g} have the high value{source}"


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else "yes" if value is True else str(value)


def queries(found: Sequence[Saved]) -> Table:
    """Lay out queries, one a row."""
    columns = (
        Column("Query", keep=9, whole=True),
        Column("Version", keep=6, whole=True, right=True),
        Column("Condition", keep=8),
        Column("Method", keep=5, whole=True),
        Column("Protocol", keep=4),
        Column("For", keep=2),
    )
    rows = tuple(
        (
            each.name,
            str(each.version),
            each.definition.where or "(every estimate)",
            f"{each.definition.options['method']}, {each.definition.options['test']}",
            each.prespecified or "none named",
            each.description or EMPTY,
        )
        for each in found
    )
    return Table("", columns, rows)


def versions(found: Sequence[Saved]) -> Table:
    """Lay out the versions of a query, each with what it changed."""
    columns = (
        Column("Version", keep=9, whole=True, right=True),
        Column("Changeset", keep=8, whole=True, right=True),
        Column("Changed", keep=7),
    )
    rows = []
    for place, each in enumerate(found):
        changed = "; ".join(_changed(found[place - 1], each)) if place else "saved"
        rows.append((str(each.version), str(each.changeset), changed))
    return Table("Versions", columns, tuple(rows))


def _changed(before: Saved, after: Saved) -> Iterator[str]:
    if after.removed:
        yield "taken out of use"
    elif before.removed:
        yield "saved again"
    then, now = (_flat(each) for each in (before, after))
    for name, value in now.items():
        if then[name] != value:
            yield f"{name} {_shown(then[name])} → {_shown(value)}"


def _flat(saved: Saved) -> dict[str, Any]:
    asked = saved.definition
    analyses = {_BESIDE[kind].lower(): asked.analyses.get(kind) for kind in _BESIDE}
    beside = {"protocol": saved.prespecified, "description": saved.description}
    beside |= {name: None if value is None else analysis(value) for name, value in analyses.items()}
    return {"condition": asked.where, "one per": asked.one_per, "allowed": list(asked.allow), **asked.options, **beside}


def _shown(value: Any) -> str:
    return NOTHING if value in (None, [], "") else f"{value:g}" if isinstance(value, float) else str(value)


def runs(found: Sequence[Ran], specified: Sequence[Specified] = ()) -> Table:
    """Lay out runs, one a row; with what the ledger says of each, if given."""
    columns = (
        Column("Run", keep=9, whole=True, right=True),
        Column("Query", keep=9, whole=True),
        Column("Version", keep=5, whole=True, right=True),
        Column("As of", keep=8, whole=True),
        Column("Result", keep=9, whole=True),
        Column("k", keep=8, whole=True, right=True),
        Column("By", keep=3, whole=True),
        Column("At (UTC)", keep=4, whole=True),
        Column("Specified", keep=2),
    )
    said = [each.said for each in specified] or [EMPTY] * len(found)
    rows = []
    for each, words in zip(found, said, strict=True):
        pool = each.found["pool"]
        state = each.snapshot or f"changeset {each.at_changeset}"
        cells = (str(each.id), each.query.name, str(each.query.version), state, _ratio(pool), str(pool["k"]))
        rows.append((*cells, each.curator, when(each.made_at), words))
    kept = columns if specified else columns[:-1]
    return Table("", kept, tuple(row[: len(kept)] for row in rows))


def _ratio(pool: Mapping[str, Any]) -> str:
    return f"{number(pool['hr'])} ({interval(pool['hr_ci_low'], pool['hr_ci_high'])})"


def stored(ran: Ran) -> tuple[Table, Table]:
    """Lay out a stored run: its numbers, and the estimates it pooled."""
    found = ran.found
    pool = found["pool"]
    rows = (
        ("Pooled ratio", f"{_ratio(pool)}, {pool['level']:g} % CI, k = {pool['k']}"),
        ("Prediction interval", interval(pool["hr_pi_low"], pool["hr_pi_high"])),
        ("Heterogeneity", f"tau² {number(pool['tau2'], 3)}, I² {number(pool['i2'], 0)} %"),
        ("Method", f"{pool['method']}, {pool['test']}"),
        ("Condition", found["provenance"]["condition"] or "(every estimate)"),
        ("Evidence", ran.snapshot or f"as of changeset {ran.at_changeset}"),
        ("Engine", ran.engine),
        ("Rows", ran.rows_digest),
        ("Digest", ran.digest),
    )
    title = f"Run {ran.id} of {ran.query.name}, version {ran.query.version}"
    return Table(title, (Column("", keep=9, whole=True), Column("", keep=8)), rows), _estimates(found["estimates"])


def _estimates(listed: Sequence[Mapping[str, Any]]) -> Table:
    columns = (
        Column("Estimate", keep=9, whole=True),
        Column("Ratio", keep=8, whole=True),
        Column("Weight %", keep=6, whole=True, right=True),
    )
    rows = tuple(
        (
            str(each["key"]),
            f"{number(each['hr'])} ({interval(each['ci_low'], each['ci_high'])})",
            number(each["weight"], 1),
        )
        for each in listed
    )
    return Table("Estimates used", columns, rows)


def verdict(verified: Verified) -> str:
    """Say in a sentence what verifying gave."""
    same = verified.engine_then == verified.engine_now
    engine = verified.engine_now if same else f"{verified.engine_now} (then {verified.engine_then})"
    made = f"made again as of changeset {verified.changeset} with {engine}"
    if verified.verdict == "equal":
        return f"Equal: {verified.what}, {made}, is the same{' bit for bit' if same else ' in every number'}."
    if verified.verdict == "equal to rounding":
        return f"Equal to rounding: {verified.what}, {made}, differs by less than one part in 10¹² of any number."
    if verified.verdict == "other rules":
        rules = f"rules {verified.rules_then} then, {verified.rules_now} now (CHANGELOG.md says what changed)"
        return f"Other rules: {verified.what}, {made}, rests on the same estimates; {rules}."
    return f"Different: {verified.what}, {made}, is not what was stored."


def differences(verified: Verified) -> Iterator[Table]:
    """Lay out what differs: estimates only one of both used, then values."""
    rows = [(key, "only now") for key in verified.added] + [(key, "only then") for key in verified.removed]
    if rows:
        yield Table(
            "Estimates used", (Column("Estimate", keep=9, whole=True), Column("Used", keep=8, whole=True)), tuple(rows)
        )
    listed = [each for each in verified.differences if not _of_other_rows(each, verified)]
    if listed:
        columns = (Column("Value", keep=9), Column("Then", keep=8), Column("Now", keep=8), Column("By", keep=7))
        cells = tuple((each.path, _told(each.then), _told(each.now), _by(each)) for each in listed[:SHOWN])
        rest = len(listed) - SHOWN
        yield Table("Values", columns, cells, f"And {rest} more; --json lists all." if rest > 0 else "")


def _of_other_rows(each: Difference, verified: Verified) -> bool:
    return any(each.path == f"estimates.{key}" for key in (*verified.added, *verified.removed))


def _told(value: Any) -> str:
    text = NOTHING if value is None else repr(value) if isinstance(value, float) else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _by(each: Difference) -> str:
    if isinstance(each.then, float | int) and isinstance(each.now, float | int):
        return f"{each.now - each.then:+.3g}".replace("-", "−")
    return ""


def watched(found: Sequence[Watched]) -> Table:
    """Lay out how queries stand to their last runs."""
    columns = (
        Column("Query", keep=9, whole=True),
        Column("Now", keep=9),
        Column("Direction", keep=3),
        Column("Ratio then", keep=8, whole=True),
        Column("Ratio now", keep=8, whole=True),
        Column("k", keep=7, whole=True),
        Column("tau²", keep=5, whole=True),
        Column("I² %", keep=5, whole=True),
        Column("Run", keep=4, whole=True, right=True),
    )
    return Table("", columns, tuple(_watched(each) for each in found))


def _watched(each: Watched) -> tuple[str, ...]:
    then, now = each.before, each.now
    if then is None:
        return (each.query.name, str(each.state), *[EMPTY] * 7)
    pairs = ((then.get(name), (now or {}).get(name)) for name in ("k", "tau2", "i2"))
    k, tau2, i2 = (_pair(one, other, digits) for (one, other), digits in zip(pairs, (0, 3, 0), strict=True))
    edited = ", edited since" if each.edited else ""
    ratio = EMPTY if now is None else _ratio(now)
    run = str(each.run.id) if each.run else EMPTY
    way = EMPTY if each.direction is None else direction_said(each.direction)
    return each.query.name, f"{each.state}{edited}", way, _ratio(then), ratio, k, tau2, i2, run


def _pair(then: float | None, now: float | None, digits: int) -> str:
    one, other = (NOTHING if each is None else number(float(each), digits) for each in (then, now))
    return one if one == other else f"{one} → {other}"


def alarms(found: Sequence[Watched]) -> Iterator[str]:
    """Say what must not be overlooked: thresholds crossed, reports retracted, queries that are refused now."""
    for each in found:
        for crossing in each.crossings:
            yield f"{each.query.name}: {crossing.said}"
        for key, study in (each.retracted or {}).items():
            yield f"{each.query.name}: its last run used {key}, and a report of {study} is retracted since"
        if each.why:
            yield f"{each.query.name} would be refused now: {each.why}"
        if each.engine_changed and each.run is not None:
            yield f"{each.query.name}: its last run was made by {each.run.engine}"
