"""A second implementation of conditions: Python values instead of SQL, with the same three-valued logic.

Shares nothing with the first: it reads no text and knows no tree. A strategy draws a condition's text together with
the function that decides it for a row, given as a dict by column; None is "neither true nor false".
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Row = Mapping[str, Any]
Decide = Callable[[Row], bool | None]

SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
NUMBERS = ("n", "year", "cutoff_value", "dose")
TEXTS = ("treatment", "design", "ward", "study")
WORDS = ("CAR-T", "car-t", "Melphalan", "é", "É", "Żółw", "100 %", "a_b", "it's", 'say "x"', "back\\slash", "x; y")
NAMED = {
    "factor": {"ferritin": "ferritin", "SERUM ferritin": "ferritin", "nlr": "NLR"},
    "disease": {"mx": "myeloma X", "Myeloma  x": "myeloma X", "LYMPHOMA Y": "lymphoma Y"},
    "endpoint": {"os": "OS", "Overall Survival": "OS", "PFS": "PFS"},
    "adjusted": {"YES": "yes", "no": "no", "unclear": "unclear"},
    "cutoff_method": {"roc": "roc", "Median": "median"},
    "source": {"Commercial": "commercial", "academic": "academic"},
}


@dataclass(frozen=True)
class Drawn:
    """A condition as `text`, what it means (`decide`), and the columns whose values it compares."""

    text: str
    decide: Decide
    compares: frozenset[str]


#: What a cutoff of a factor is multiplied by to be in the factor's own unit; a pair that is not here does not convert.
UNITS: Mapping[tuple[str, str | None], float] = {
    ("ferritin", "ng/mL"): 1.0,
    ("ferritin", "ug/L"): 1.0,
    ("ferritin", "mg/L"): 1000.0,
    ("NLR", None): 1.0,
    ("NLR", "1"): 1.0,
    ("NLR", "%"): 0.01,
}


def value_of(row: Row, column: str) -> Any:
    return row[column] if column in row else row["attributes"].get(column)


def compared(row: Row, column: str) -> Any:
    """Give the value that is compared: a cutoff in its factor's unit, None where it does not convert."""
    held = value_of(row, column)
    if column != "cutoff_value" or held is None:
        return held
    scale = UNITS.get((row["factor"], row["cutoff_unit"]))
    return None if scale is None else held * scale


def missing(row: Row, column: str, text: str) -> str | None:
    """Say under what a row counts that is neither in nor out for this column; None where it does not."""
    if value_of(row, column) is None:
        return column
    if column == "covariates" and "adjusts_for(" in text and row["adjusted"] == "unclear":
        return column
    return f"{column} in {row['cutoff_unit'] or 'no unit'}" if compared(row, column) is None else None


def _leaf(text: str, test: Callable[..., bool], *columns: str) -> Drawn:
    def decide(row: Row) -> bool | None:
        values = [compared(row, column) for column in columns]
        return None if any(value is None for value in values) else test(*values)

    return Drawn(text, decide, frozenset(columns))


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


@st.composite
def _number(draw: st.DrawFn) -> Drawn:
    column, sign = draw(st.sampled_from(NUMBERS)), draw(st.sampled_from(sorted(SIGNS)))
    value = draw(st.sampled_from([-2.5, 0, 1, 40, 100, 2.5, 99.5, 1e6, 2015]))
    if draw(st.booleans()):
        return _leaf(f"{value} {sign} {column}", lambda held: SIGNS[sign](value, held), column)
    return _leaf(f"{column} {sign} {value}", lambda held: SIGNS[sign](held, value), column)


@st.composite
def _chain(draw: st.DrawFn) -> Drawn:
    column, low, high = draw(st.sampled_from(NUMBERS)), draw(st.integers(0, 60)), draw(st.integers(40, 2100))
    return _leaf(f"{low} <= {column} < {high}", lambda held: low <= held < high, column)


@st.composite
def _text(draw: st.DrawFn) -> Drawn:
    column, sign, word = (
        draw(st.sampled_from(TEXTS)),
        draw(st.sampled_from(sorted(SIGNS))),
        draw(st.sampled_from(WORDS)),
    )
    return _leaf(f"{column} {sign} {quoted(word)}", lambda held: SIGNS[sign](held.casefold(), word.casefold()), column)


@st.composite
def _piece(draw: st.DrawFn) -> Drawn:
    column = draw(st.sampled_from(TEXTS))
    piece = draw(st.sampled_from(["car", "É", "ó", "%", "_", "\\", "'", '"', "; ", "zzz", "-T"]))
    return _leaf(f"contains({column}, {quoted(piece)})", lambda held: piece.casefold() in held.casefold(), column)


@st.composite
def _entry(draw: st.DrawFn) -> Drawn:
    given, code = draw(st.sampled_from([("Age", "age"), ("gender", "sex"), ("stage", "stage")]))
    return _leaf(f"contains(covariates, {quoted(given)})", lambda held: code in held.split("; "), "covariates")


@st.composite
def _adjusts_for(draw: st.DrawFn) -> Drawn:
    """Want an estimate whose list has every covariate; undecided where that was not read or adjustment is unclear."""
    coded = {"Age": "age", "gender": "sex", "stage": "stage"}
    names = draw(st.lists(st.sampled_from(sorted(coded)), min_size=1, max_size=3))

    def decide(row: Row) -> bool | None:
        if row["adjusted"] != "yes":
            return False if row["adjusted"] == "no" else None
        held = row["covariates"]
        return None if held is None else {coded[name] for name in names} <= set(held.casefold().split("; "))

    return Drawn(f"adjusts_for({', '.join(map(quoted, names))})", decide, frozenset({"covariates"}))


@st.composite
def _one_of(draw: st.DrawFn) -> Drawn:
    negated = draw(st.booleans())
    word = "not in" if negated else "in"
    if draw(st.booleans()):
        column = draw(st.sampled_from(NUMBERS))
        values = draw(st.lists(st.sampled_from([0, 1, 40, 100, 2.5, 2015]), min_size=1, max_size=4))
        listed = ", ".join(map(str, values))
        return _leaf(f"{column} {word} ({listed})", lambda held: (held in values) is not negated, column)
    column = draw(st.sampled_from(sorted(NAMED)))
    names = draw(st.lists(st.sampled_from(sorted(NAMED[column])), min_size=1, max_size=3))
    keys = {NAMED[column][name] for name in names}
    return _leaf(
        f"{column} {word} ({', '.join(map(quoted, names))})", lambda held: (held in keys) is not negated, column
    )


@st.composite
def _name(draw: st.DrawFn) -> Drawn:
    column, sign = draw(st.sampled_from(sorted(NAMED))), draw(st.sampled_from(["==", "!="]))
    name = draw(st.sampled_from(sorted(NAMED[column])))
    return _leaf(f"{column} {sign} {quoted(name)}", lambda held: SIGNS[sign](held, NAMED[column][name]), column)


@st.composite
def _two_columns(draw: st.DrawFn) -> Drawn:
    sign = draw(st.sampled_from(sorted(SIGNS)))
    if draw(st.booleans()):
        left, right = draw(st.sampled_from([("n_events", "n"), ("dose", "n"), ("year", "n")]))
        return _leaf(f"{left} {sign} {right}", SIGNS[sign], left, right)
    sign = draw(st.sampled_from(["==", "!="]))
    left, right = draw(st.sampled_from([("treatment", "ward"), ("factor", "treatment"), ("factor", "endpoint")]))
    return _leaf(f"{left} {sign} {right}", lambda a, b: SIGNS[sign](a.casefold(), b.casefold()), left, right)


@st.composite
def _read_or_not(draw: st.DrawFn) -> Drawn:
    column = draw(st.sampled_from([*NUMBERS, *TEXTS, "disease", "source", "covariates"]))
    negated = draw(st.booleans())
    text = f"{column} is not None" if negated else f"{column} is None"
    return Drawn(text, lambda row: (value_of(row, column) is None) is not negated, frozenset())


_RETRACTED = st.sampled_from(
    [
        _leaf("retracted", lambda held: held, "retracted"),
        _leaf("retracted == False", lambda held: not held, "retracted"),
        _leaf("retracted != True", lambda held: not held, "retracted"),
    ]
)

_LEAVES = st.one_of(
    _number(),
    _chain(),
    _text(),
    _piece(),
    _entry(),
    _adjusts_for(),
    _one_of(),
    _name(),
    _two_columns(),
    _read_or_not(),
    _RETRACTED,
)


def _not(inner: Drawn) -> Drawn:
    def decide(row: Row) -> bool | None:
        known = inner.decide(row)
        return None if known is None else not known

    return Drawn(f"not ({inner.text})", decide, inner.compares)


def _joined(word: str, settles: bool, parts: list[Drawn]) -> Drawn:
    # `and` is settled by one False, `or` by one True
    def decide(row: Row) -> bool | None:
        verdicts = [part.decide(row) for part in parts]
        if settles in verdicts:
            return settles
        return None if None in verdicts else not settles

    text = f" {word} ".join(f"({part.text})" for part in parts)
    return Drawn(text, decide, frozenset().union(*(part.compares for part in parts)))


def _grown(inner: st.SearchStrategy[Drawn]) -> st.SearchStrategy[Drawn]:
    several = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        inner.map(_not),
        several.map(lambda parts: _joined("and", False, parts)),
        several.map(lambda parts: _joined("or", True, parts)),
    )


#: Conditions of every kind, nested a few deep.
conditions = st.recursive(_LEAVES, _grown, max_leaves=8)
