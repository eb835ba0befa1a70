"""From the diamond down to the page: one estimate of one pool, with everything its numbers rest on.

What is told is as of the pool's changeset; what happened to the estimate later stands apart, as `since`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registry.columns import BY_NAME
from registry.curation.history import history
from registry.errors import NotFound, UsageError
from registry.explaining.explanation import told_pool
from registry.models import Change, Cohort, Curator, Estimate, Study, evidence
from registry.pooling.notes import INVERTED
from registry.queries.running import pooled, ran_of
from registry.queries.saved import load
from registry.selection.show_curation import attached, judgements, second_readings
from registry.selection.view import At, at_changeset, versions
from registry.stats.effects import critical_value
from registry.terms import Derivation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from registry.curation.history import Event, History
    from registry.queries.definition import Definition
    from registry.queries.running import Ran

Facts = dict[str, Any]

#: How yi and vi follow from what was printed; z is the normal quantile of the level.
FORMULAS = {
    Derivation.CI: "yi = ln(ratio), vi = ((ln(upper) − ln(lower)) / 2z)² (Parmar, Torri & Stewart 1998)",
    Derivation.SE: "yi = log ratio, vi = SE² (both as reported)",
    Derivation.P: "yi = ln(ratio), vi = (ln(ratio) / z(p/2))² (Parmar, Torri & Stewart 1998)",
    Derivation.NONE: "",
}
_PRINTED = ("est", "ci_low", "ci_high", "ci_level", "log_hr", "se_log_hr", "p_value")
_SIZES = ("n", "n_events", "adjusted", "covariates", "factor", "contrast", "endpoint")
_CUTOFF = ("cutoff_operator", "cutoff_value", "cutoff_unit", "cutoff_text", "cutoff_method")
_SOURCE = ("first_author", "year", "title", "journal", "doi", "pmid", "source_kind", "source_url", "locator", "quote")


@dataclass(frozen=True, slots=True)
class Chain:
    """The chain of one estimate, each link a mapping or a list of them; see `as_dict` for its order."""

    pool: Facts
    estimate: Facts
    derivation: Facts
    printed: Facts
    source: Facts
    attachments: list[Facts]
    extracted: Facts
    reviews: list[Facts]
    second_readings: list[Facts]
    appraisal: list[Facts]
    amendments: list[Facts]
    since: list[Facts]

    def as_dict(self) -> Facts:
        """Give the JSON, from the pool down to the page."""
        return {name: getattr(self, name) for name in self.__slots__}


def provenance(
    connection: Connection,
    estimate: str,
    *,
    run: int | None = None,
    query: str | None = None,
    definition: Definition | None = None,
    at: At = None,
) -> Chain:
    """Follow an estimate from a stored run, a saved query or a definition down to the page it was read on.

    `estimate` is its key at that time, or a study (or `study/cohort`) of which one estimate is in the pool. `at` is for
    queries and definitions; a run knows its state. Raises NotFound with the nearest keys of the pool, UsageError when
    it is not said which pool is meant, and as `pool`.
    """
    ran, asked = _meant(connection, run, query, definition, at)
    if ran is not None:
        found, changeset = ran.found, ran.at_changeset
    else:
        result, changeset = pooled(connection, asked, at)
        found = result.as_dict()
    rows = found["estimates"]
    left = {key: step["label"] for step in found["flow"]["steps"] for key in step["keys"]}
    key = _key(estimate, rows, left)
    row = _row(connection, key, changeset)
    told = history(connection, key)
    return _chain(connection, row, told, _pool(found, changeset, ran, query), _estimate(row, rows, left, told.key))


def _meant(
    connection: Connection, run: int | None, query: str | None, definition: Definition | None, at: At
) -> tuple[Ran | None, Any]:
    if sum(each is not None for each in (run, query, definition)) != 1:
        raise UsageError("which pool?", "name one: a stored run by its number, --query, or --where and the like")
    if run is not None:
        if at is not None:
            raise UsageError("a run has its own state of the evidence", "leave --at out")
        return ran_of(connection, run), None
    at_changeset(connection, at)
    return None, load(connection, query).definition if query is not None else definition


def _pool(found: Facts, changeset: int, ran: Ran | None, query: str | None) -> Facts:
    return {
        "query": ran.query.name if ran else query,
        "version": ran.query.version if ran else None,
        "run": ran.id if ran else None,
        "changeset": changeset,
        "condition": found["provenance"]["condition"],
        "engine": found["provenance"]["engine"],
        "method": found["pool"]["method"],
        "measure": found["measure"],
        "direction": found.get("direction"),
        **told_pool(found["pool"]),
    }


def _key(wanted: str, rows: Sequence[Facts], left: Facts) -> str:
    """Find the estimate that is meant among those of the pool and those it left out."""
    keys = [row["key"] for row in rows]
    if wanted in keys or wanted in left:
        return wanted
    theirs = [row["key"] for row in rows if wanted in (row["study"], f"{row['study']}/{row['cohort']}")]
    if len(theirs) == 1:
        return str(theirs[0])
    near = theirs or get_close_matches(wanted, [*keys, *left], n=3, cutoff=0.4) or keys[:3]
    what = "several estimates" if theirs else "no estimate"
    raise NotFound(f"{what} of {wanted!r} in this pool" if theirs else f"this pool has no estimate {wanted!r}",
                   f"one of: {', '.join(near)}")  # fmt: skip


def _chain(connection: Connection, row: Facts, told: History, pool: Facts, estimate: Facts) -> Chain:
    changeset = pool["changeset"]
    before = [event for event in told.events if event.changeset <= changeset]
    later = [event for event in told.events if event.changeset > changeset]
    numbers = Estimate.key == told.key
    reports = (
        sa.select(sa.func.coalesce(Estimate.report_id, Study.report_id))
        .join(Cohort, Estimate.cohort_id == Cohort.id)
        .join(Study, Cohort.study_id == Study.id)
        .where(numbers)
    )
    entered, *changed = before
    return Chain(
        pool=pool,
        estimate=estimate,
        derivation=_derivation(row),
        printed=_printed(row),
        source={name: row[name] for name in _SOURCE} | {"retracted": row["retracted"]},
        attachments=_dated(connection, attached(connection, estimate=told.key, reports=reports), changeset),
        extracted=_who(connection, entered),
        reviews=_reviews(connection, before),
        second_readings=[
            {**each, "since": each["changeset"] > changeset} for each in second_readings(connection, told.key)
        ],
        appraisal=_appraisal(connection, told.key, row["attributes"]),
        amendments=[_event(connection, event) for event in changed],
        since=[_event(connection, event) for event in later],
    )


def _row(connection: Connection, key: str, changeset: int) -> Facts:
    query = sa.select(evidence).where(evidence.c.key == key, versions(changeset))
    return dict(connection.execute(query).mappings().one())


def _estimate(row: Facts, rows: Sequence[Facts], left: Facts, now: str) -> Facts:
    key = row["key"]
    used: Facts = next((each for each in rows if each["key"] == key), {})
    return {
        "key": key,
        "key_now": now,
        "study": row["study"],
        "cohort": row["cohort"],
        "weight": used.get("weight"),
        "hr": used.get("hr"),
        "ci_low": used.get("ci_low"),
        "ci_high": used.get("ci_high"),
        "yi": used.get("yi", row["yi"]),
        "vi": used.get("vi", row["vi"]),
        "inverted": INVERTED in used.get("flags", ()),
        "left_out": left.get(key),
        "status": row["status"],
        "flags": row["flags"],
    }


def _derivation(row: Facts) -> Facts:
    """Give the route from printed numbers to yi and vi, with the numbers put in."""
    route = Derivation(row["derivation"])
    used = {
        Derivation.CI: ("est", "log_hr", "ci_low", "ci_high", "ci_level"),
        Derivation.SE: ("est", "log_hr", "se_log_hr"),
        Derivation.P: ("est", "log_hr", "p_value"),
        Derivation.NONE: (),
    }[route]
    numbers = {name: row[name] for name in used if row[name] is not None}
    if route is Derivation.CI:
        numbers["z"] = critical_value(row["ci_level"] or 95.0)
    se = None if row["vi"] is None else math.sqrt(row["vi"])
    return {
        "route": route.value,
        "formula": FORMULAS[route],
        "numbers": numbers,
        "yi": row["yi"],
        "se": se,
        "vi": row["vi"],
        "why_not": row["not_poolable"],
    }


def _printed(row: Facts) -> Facts:
    """Give the numbers as printed: the text where it was kept, else the number."""
    texts = {"est": "est_text", "ci_low": "ci_low_text", "ci_high": "ci_high_text", "p_value": "p_text"}
    found = {name: row[texts[name]] if name in texts and row[texts[name]] else row[name] for name in _PRINTED}
    return {**found, "measure": row["measure"], **{name: row[name] for name in (*_SIZES, *_CUTOFF)}}


def _event(connection: Connection, event: Event) -> Facts:
    fields = [
        {"field": each.field, "before": each.before, "after": each.after}
        for each in event.changes
        if event.happened == "changed" and each.field in BY_NAME
    ]
    return {**_who(connection, event), "happened": event.happened, "changes": fields}


def _who(connection: Connection, event: Event) -> Facts:
    orcid = connection.execute(sa.select(Curator.orcid).where(Curator.name == event.curator)).scalar()
    return {
        "changeset": event.changeset,
        "at": event.at,
        "curator": event.curator,
        "orcid": orcid,
        "message": event.message,
    }


def _reviews(connection: Connection, events: Sequence[Event]) -> list[Facts]:
    """Tell each status the estimate was given by then, by whom."""
    found = []
    for event in events:
        given = {each.field: each.after for each in event.changes}
        if "status" in given and event.happened == "changed":
            said = {"status": given["status"], "reason": given.get("status_reason")}
            found.append({**said, **_who(connection, event)})
    return found


def _appraisal(connection: Connection, key: str, then: Facts) -> list[Facts]:
    """Give the judgements the row had then; the words one rests on where it has not changed since."""
    found = []
    for each in judgements(connection, key):
        level = then.get(each["domain"])
        if level is not None:
            support = each["support"] if level == each["judgement"] else None
            found.append({**each, "judgement": level, "support": support})
    return found


def _dated(connection: Connection, files: list[Facts], changeset: int) -> list[Facts]:
    """Say of attachments in which changeset they came; `since` marks those that came after the pool."""
    made = connection.execute(sa.select(Change.key, Change.after, Change.changeset).where(Change.field == "attachment"))
    when = [(key, after or "", number) for key, after, number in made]
    told = []
    for each in files:
        number = max((at for key, after, at in when if key == each["key"] and each["sha256"] in after), default=None)
        told.append({**each, "changeset": number, "since": number is not None and number > changeset})
    return told
