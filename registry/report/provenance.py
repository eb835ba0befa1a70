"""Where an estimate of a pool comes from, as a chain to read from the diamond down to the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from registry.report import prose, reported
from registry.report.changes import field_name, is_twin, shown, when
from registry.report.table import Table, text
from registry.terms import Adjusted

if TYPE_CHECKING:
    from registry.explaining.provenance import Chain

Facts = Mapping[str, Any]
#: What follows from other fields of an amendment.
_FOLLOWS = frozenset({"digest", "derivation", "flags"})
#: Numbers of a derivation, in words.
_WORDS = {
    "est": "the ratio",
    "log_hr": "the log ratio",
    "ci_low": "its lower bound",
    "ci_high": "its upper bound",
    "ci_level": "at a level in percent of",
    "se_log_hr": "its standard error",
    "p_value": "p",
}


def tables(chain: Chain) -> Iterator[Table]:
    """Give the chain as one table of links, and what happened since."""
    columns = (text("", keep=9), text("", keep=9))
    yield Table("", columns, tuple(links(chain)))
    if chain.since:
        rows = tuple((f"changeset {each['changeset']}", _event(each)) for each in chain.since)
        yield Table("Since then", columns, rows, "The pool above does not know of it.")


def links(chain: Chain) -> Iterator[tuple[str, str]]:
    """Give every link of the chain by name, from the pool down to the page; a name can come more than once."""
    yield "Pool", _pool(chain.pool)
    yield "Estimate", _estimate(chain.estimate, chain.derivation["numbers"], chain.printed)
    yield "Derived", _derived(chain.derivation, chain.printed)
    yield "Printed", _printed(chain.printed)
    source = chain.source
    if source["quote"]:
        yield "Quote", f"“{source['quote']}”"
    if source["locator"]:
        yield "Place", source["locator"]
    yield "Source", _source(source)
    for each in chain.attachments:
        after = ", attached since" if each["since"] else ""
        yield "Attachment", f"{each['name']} ({each['media_type']}, SHA-256 {each['sha256'][:12]}{after})"
    yield "Extracted", _who(chain.extracted)
    for each in chain.amendments:
        yield "Amended", _event(each)
    for each in chain.reviews:
        reason = f": {each['reason']}" if each["reason"] else ""
        yield str(each["status"]).capitalize(), f"{_who(each)}{reason}"
    for each in chain.second_readings:
        yield "Second reading", f"{each['curator']}, changeset {each['changeset']}: {each['state']}"
    for each in chain.appraisal:
        support = f" (“{each['support']}”)" if each["support"] else ""
        yield "Risk of bias", f"{each['tool']}, {each['label']}: {each['judgement']}{support}"


def _pool(pool: Facts) -> str:
    name = prose.measure_label(pool["measure"])
    ratio = prose.value(pool["hr"], pool["hr_ci_low"], pool["hr_ci_high"])
    of = f"run {pool['run']} of {pool['query']}, " if pool["run"] else f"{pool['query']}, " if pool["query"] else ""
    tau2 = prose.number(pool["tau2"], 3)
    way = f", {prose.direction_said(pool['direction'])}" if pool["direction"] else ""
    return (
        f"{name} {ratio}{way}, k = {pool['k']}, tau² {tau2}, I² {prose.percent(pool['i2'])}"
        f" ({of}registry as of changeset {pool['changeset']}, {pool['engine']}, {pool['method']})"
    )


def _estimate(each: Facts, numbers: Facts, printed: Facts) -> str:
    renamed = f", now {each['key_now']}" if each["key_now"] != each["key"] else ""
    if each["left_out"]:
        return f"{each['key']}{renamed}: not in the pool: {each['left_out']}"
    turned = ", inverted for the pool" if each["inverted"] else ""
    row = {**numbers, **_texts(printed)}
    ratio = reported.of_numbers((each["hr"], each["ci_low"], each["ci_high"]), row)
    return f"{each['key']}{renamed}: {ratio}, weight {each['weight']:.1f} %{turned}"


def _derived(made: Facts, printed: Facts) -> str:
    if made["yi"] is None:
        return f"no number can be derived: {made['why_not'] or 'none was reported'}"
    numbers = ", ".join(
        f"{_WORDS[name]} {shown('', printed[name])}" for name, value in made["numbers"].items() if name != "z"
    )
    values = (
        f"yi = {prose.number(made['yi'], 4)}, SE = {prose.number(made['se'], 4)}, vi = {prose.number(made['vi'], 4)}"
    )
    return f"{values}, by {made['formula']}; from {numbers}"


def _printed(printed: Facts) -> str:
    row = {**printed, **_texts(printed)}
    level = f"{printed['ci_level']:g} % CI" if printed["ci_level"] is not None else ""
    se = f"SE of the log ratio {printed['se_log_hr']:g}" if printed["se_log_hr"] is not None else ""
    p = reported.p_value(printed)
    counted = [f"{printed[name]} {what}" for name, what in _COUNTED.items() if printed[name] is not None]
    said = [reported.named(row), level, se, p, *counted, Adjusted(printed["adjusted"]).label]
    cutoff = reported.cutoff(printed)
    of = f"{printed['factor']}{' ' if cutoff else ''}{cutoff}, {printed['endpoint']}"
    return f"{of}: {', '.join(filter(None, said))}"


_COUNTED = {"n": "patients", "n_events": "events"}


def _texts(printed: Facts) -> Facts:
    """Give the texts of a chain's numbers, which stand in place of the numbers where they were kept."""
    names = ("est", "ci_low", "ci_high")
    return {f"{name}_text": printed[name] for name in names if isinstance(printed[name], str)}


def _source(source: Facts) -> str:
    year = "" if source["year"] is None else f" {source['year']:.0f}"
    who = f"{source['first_author'] or ''}{year}".strip()
    ids = [f"doi:{source['doi']}" if source["doi"] else "", f"PMID {source['pmid']}" if source["pmid"] else ""]
    parts = [who, source["title"], source["journal"], *ids, source["source_kind"], source["source_url"]]
    retracted = "; RETRACTED" if source["retracted"] else ""
    return ". ".join(str(part) for part in parts if part) + retracted


def _who(each: Facts) -> str:
    orcid = f" (ORCID {each['orcid']})" if each["orcid"] else ""
    return f"{each['curator']}{orcid}, {when(each['at'])}, changeset {each['changeset']}: {each['message']}"


def _event(each: Facts) -> str:
    """Say who, when, why, and each field before and after."""
    there = {one["field"] for one in each["changes"]}
    told = [one for one in each["changes"] if one["field"] not in _FOLLOWS and not is_twin(one["field"], there)]
    fields = [
        f"{field_name(one['field'])} {shown(one['field'], one['before'])} → {shown(one['field'], one['after'])}"
        for one in told
    ]
    said = "" if each["happened"] == "changed" else f"{each['happened']}; "
    return f"{said}{_who(each)}{' – ' if fields else ''}{'; '.join(fields)}"
