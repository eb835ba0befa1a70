"""A draft of one thing to add: what a curator said so far, typed and checked by the rules of an import, not stored."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from registry.curation.fields import read_changes
from registry.derivation import Derived, derive
from registry.errors import UsageError
from registry.forms import EVIDENCE, FORMS, RESULTS, Field
from registry.ingest import numbers, words
from registry.ingest.bounds import take_log_interval
from registry.ingest.comparing import GIVEN, Told, compare, settle_cutoff
from registry.ingest.issues import ERRORS, Problem
from registry.ingest.rules import DISPUTES, MAY_BE_PRINTED, check
from registry.ingest.said import UNSAID
from registry.ingest.units import unit
from registry.meaning.cutoffs import SIGNS, in_words
from registry.terms import AttributeLevel, AttributeType, ReadAs, Status
from registry.vocabulary import Vocabulary
from registry.writing import estimate_key
from registry.writing.keys import DEFAULTS

#: What is taken for granted of an estimate; what it compares, and by which ratio, is settled from what was said.
_ASSUMED = {name: value for name, value in DEFAULTS.items() if name not in ("contrast", "measure")}
#: A value of what may be left unsaid.
_EXAMPLES = {"contrast": "above_vs_below", "measure": "hr"}
_NUMBER = r"[-\u2212]?[0-9]*[.,\u00b7]?[0-9]+"
_CI = re.compile(
    rf"[\[(]?\s*(?:(?P<level>[0-9.]+)\s*%\s*CI\s*:?\s*)?(?P<low>{_NUMBER})\s*(?:-|\u2013|\u2014|to|;|,\s)\s*"
    rf"(?P<high>{_NUMBER})\s*[\])]?"
)
_CUTOFF = re.compile(r"(?P<operator>>=|<=|=>|=<|≥|≤|>|<)?\s*(?P<value>[0-9][0-9.,]*)\s*(?P<unit>[^\s0-9<>=].*|1)?")
_LOINC = re.compile(r"[0-9]{1,7}-[0-9]")


@dataclass(frozen=True, slots=True)
class Draft:
    """What was said of one thing: `texts` by column, typed `values` and study `attributes`.

    `problems` refuse it, `remarks` do not; `printed` are broken rules that `as_printed` confirms. `new_names` are the
    kind and name of what the registry does not know. `missing` names required fields. `key` and `derived` are those of
    an estimate that can be stored, `former` what of its identity was given otherwise than it was settled.
    """

    kind: str
    texts: Mapping[str, str]
    values: Mapping[str, Any]
    attributes: Mapping[str, Any]
    problems: tuple[Problem, ...]
    remarks: tuple[Problem, ...]
    printed: tuple[Problem, ...]
    new_names: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    key: str | None = None
    derived: Derived | None = None
    former: Mapping[str, Any] = field(default_factory=dict)


def form(kind: str) -> tuple[Field, ...]:
    """Give the fields of a kind. UsageError when there is no such kind."""
    if kind not in FORMS:
        raise UsageError(f"{kind!r} is nothing that can be added", f"there are: {', '.join(FORMS)}")
    return FORMS[kind]


def draft(kind: str, texts: Mapping[str, str], vocabulary: Vocabulary) -> Draft:
    """Type and check what was said, field name → text; an empty text says nothing.

    UsageError for a field the kind does not have, or one given twice.
    """
    said, problems = columns_of(kind, texts, vocabulary)
    if kind in EVIDENCE:
        return _of_evidence(kind, said, problems, vocabulary, _told(kind, texts))
    values: dict[str, Any] = {}
    for column, text in said.items():
        read = _groups if (kind, column) == ("factor", "levels") else _READERS.get(column, words.text)
        value = read(text)
        if isinstance(value, Problem):
            problems.append(replace(value, column=column))
        else:
            values[column] = value
    return Draft(kind, said, values, {}, tuple(problems), (), (), (), _missing(kind, said))


def _told(kind: str, texts: Mapping[str, str]) -> Told:
    """Say what is known beside the columns: whether the operator is an answer of its own, and what its ratio is."""
    given = {name.strip().replace("-", "_") for name, text in texts.items() if text.strip()}
    operator = next(field for field in form("cutoff") if field.column == "cutoff_operator")
    ratio = next((name for name in ("hr", "log_hr", "est") if name in given), None)
    return Told(ratio if kind == "estimate" else None, operator_given=bool(given & {*operator.names}))


def columns_of(kind: str, texts: Mapping[str, str], vocabulary: Vocabulary) -> tuple[dict[str, str], list[Problem]]:
    """Give the columns that fields fill in, those of several columns taken apart, and what cannot be taken apart."""
    fields = {name: field for field in form(kind) for name in field.names}
    said: dict[str, str] = {}
    problems: list[Problem] = []
    for name, text in texts.items():
        field = fields.get(name.strip().replace("-", "_"))
        if field is None and not (kind in EVIDENCE and name in vocabulary.attributes):
            raise UsageError(f"{kind} has no field {name!r}", _near(name, [*fields, *vocabulary.attributes]))
        if not text.strip():
            continue
        given = _PARTS[field.name](text.strip()) if field and field.parts else {field.column if field else name: text}
        if isinstance(given, Problem):
            problems.append(given)
            continue
        if twice := said.keys() & given.keys():
            raise UsageError(f"{sorted(twice)[0]} is given twice", "give each field once")
        said |= given
    return said, problems


def _near(name: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=3, cutoff=0.6)
    return f"nearest: {', '.join(near)}" if near else "see: evireg columns, and evireg list attributes"


def interval(text: str) -> dict[str, str] | Problem:
    """Take a printed interval apart: `1.08-2.27`, `(1.08 to 2.27)`, `95% CI 1.08–2.27`."""
    match = _CI.fullmatch(text)
    if match is None:
        return Problem("number", f"{text[:40]!r} is not an interval", "two numbers, such as 1.08-2.27", "ci")
    level = {"ci_level": match["level"]} if match["level"] else {}
    return {"ci_low": match["low"], "ci_high": match["high"], **level}


def cutoff(text: str) -> dict[str, str] | Problem:
    """Take a printed cutoff apart: `>= 550 ng/mL`, `2.5`; what is no number is kept as words."""
    if (worded := in_words(text)) is not None:
        return {**({"cutoff_operator": worded.operator} if worded.operator else {}), "cutoff_text": worded.text}
    match = _CUTOFF.fullmatch(text)
    if match is None:
        return {"cutoff_text": text}
    said = {f"cutoff_{name}": value for name, value in match.groupdict().items() if value}
    if operator := said.get("cutoff_operator"):
        said["cutoff_operator"] = SIGNS.get(operator, operator)
    return said


_PARTS: dict[str, Callable[[str], dict[str, str] | Problem]] = {"ci": interval, "cutoff": cutoff}


def _of_evidence(kind: str, said: dict[str, str], problems: list[Problem], vocabulary: Vocabulary, told: Told) -> Draft:
    missing = _missing(kind, said)
    if not said:
        return Draft(kind, said, {}, {}, tuple(problems), (), (), (), missing)
    typed = read_changes(said, vocabulary)
    values = {**_ASSUMED, **typed.values}
    problems = take_log_interval(values, [*problems, *typed.problems])
    confirmed = bool(values.get("as_printed"))
    if confirmed:
        values.update({each.column: each.value for each in problems if each.code in MAY_BE_PRINTED})
    unread = {each.column for each in problems if each.code not in numbers.READ}
    given = {name: values.get(name) for name in GIVEN}
    settled = [*_settled(kind, values, vocabulary, told), *check(values, vocabulary)]
    problems += [each for each in settled if each.column not in unread]
    printed = tuple(each for each in problems if confirmed and each.code in MAY_BE_PRINTED)
    if any(each.code in DISPUTES for each in printed):
        values["status"] = Status.DISPUTED.value
    errors = tuple(each for each in problems if each.code in ERRORS and each not in printed)
    remarks = (*(each for each in problems if each.code not in ERRORS), *_near_names(typed.new_names, vocabulary))
    if kind == "estimate" and not missing:
        remarks += tuple(_unsaid(said, values))
    characteristics = {name: value for name, value in typed.attributes.items() if value is not None}
    whole = kind == "estimate" and not missing and not errors
    return Draft(
        kind, said, values, characteristics, errors, remarks, printed, typed.new_names, missing,
        estimate_key(values) if whole else None,
        derive(values) if whole else None,
        {name: value for name, value in given.items() if values.get(name) != value},
    )  # fmt: skip


def _settled(kind: str, values: dict[str, Any], vocabulary: Vocabulary, told: Told) -> list[Problem]:
    """Settle what an estimate compares, or keep a cutoff that is no value as words."""
    if kind == "estimate":
        return compare(values, vocabulary, told)
    return list(settle_cutoff(values)) if kind == "cutoff" else []


def _unsaid(said: Mapping[str, str], values: Mapping[str, Any]) -> Iterator[Problem]:
    """Say what nobody said of an estimate: it is stored as unclear, and pooled only with others that are."""
    for column, (code, what) in UNSAID.items():
        if values.get(column) == "unclear" and column not in said:
            message = f"it is not said {what}: stored as unclear, and not pooled with estimates that say it"
            settles = f"give --{column}, for example {_EXAMPLES[column]}"
            yield Problem(code, f"{message}; {settles}", settles, column)


def _missing(kind: str, said: Mapping[str, str]) -> tuple[str, ...]:
    missing = [field.name for field in form(kind) if field.required and field.column not in said]
    if kind == "estimate" and not any(all(name in said for name in names) for names in RESULTS):
        missing.append("hr")
    if kind == "cutoff" and not {"cutoff_value", "cutoff_text"} & said.keys():
        missing.append("cutoff")
    return tuple(missing)


def _near_names(new_names: tuple[tuple[str, str], ...], vocabulary: Vocabulary) -> Iterator[Problem]:
    """Point at new factors and diseases; close ones that are known may be the same."""
    for kind, name in new_names:
        near = vocabulary.nearest(kind, name)
        known = f", and close to {near[0]!r}, which it knows" if near else ""
        message = f"the {kind} {name!r} is new to the registry{known}"
        yield Problem("name-near", message, "one name for one thing", kind)


def _listed(text: str) -> list[str] | Problem:
    """Read several names, `;` between them."""
    found = [words.name(200)(each) for each in text.split(";") if each.strip()]
    return next((each for each in found if isinstance(each, Problem)), [str(each) for each in found])


def _groups(text: str) -> list[list[str]] | Problem:
    """Read the groups of a factor, `;` between them and `=` between the names of one, the higher one first."""
    found = [_listed(each.replace("=", ";")) for each in text.split(";") if each.strip()]
    fault = next((each for each in found if isinstance(each, Problem)), None)
    named = [each for each in found if not isinstance(each, Problem)]
    if fault is None and (len(named) < 2 or not all(named)):
        return Problem("word-unknown", f"{text[:80]!r} names no two groups", "amplified=MYCN+; not amplified=normal")
    return fault or named


def _yes_no(text: str) -> bool | Problem:
    answers = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}
    said = answers.get(text.strip().casefold())
    return Problem("word-unknown", f"{text[:40]!r} is neither yes nor no", "yes or no") if said is None else said


def _loinc(text: str) -> str | Problem:
    if _LOINC.fullmatch(text):
        return text
    return Problem("loinc", f"{text[:40]!r} is not a LOINC code", "digits, a hyphen and a check digit, such as 2276-4")


def _identifier(text: str) -> str | Problem:
    if text.isidentifier():
        return text
    return Problem("column-name", f"{text[:80]!r} cannot name a study characteristic", "letters, digits and _")


_READERS: dict[str, Callable[[str], Any]] = {
    "key": words.name(200),
    "name": _identifier,
    "label": words.name(500),
    "synonyms": _listed,
    "levels": _listed,
    "canonical_unit": unit,
    "dimensionless": _yes_no,
    "loinc": _loinc,
    "plausible_low": numbers.number,
    "plausible_high": numbers.number,
    "read_as": words.word(ReadAs),
    "type": words.word(AttributeType),
    "level": words.word(AttributeLevel),
}
