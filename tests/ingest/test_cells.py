"""Cells → values: numbers, counts, p-values, names, words of vocabularies, identifiers and units."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.ingest import numbers, words
from registry.ingest.issues import Problem
from registry.ingest.units import unit
from registry.terms import Adjusted, ContrastKind, CutoffOperator, Measure


@pytest.mark.parametrize(
    ("text", "value"),
    [("2.15", 2.15), (".82", 0.82), ("2.", 2.0), ("+3", 3.0), ("1e5", 1e5), ("\u22120.11", -0.11), ("0", 0.0)],
)
def test_numbers_are_read_as_printed(text: str, value: float) -> None:
    """Leading points, exponents, plus signs and the typographic minus are numbers."""
    assert numbers.number(text) == value


@pytest.mark.parametrize(
    ("text", "value", "kept"),
    [("≥35", 35.0, "≥35"), ("< 3.5", 3.5, "< 3.5"), ("35", 35.0, None), ("> 2 x ULN", None, "> 2 x ULN")],
)
def test_an_operator_is_split_off_a_cutoff(text: str, value: float | None, kept: str | None) -> None:
    """A cutoff printed with its operator is the number, and the cell is kept until the operator is taken."""
    assert (numbers.cutoff(text), numbers.cutoff_words(text)) == (value, kept)


def test_a_level_may_bear_its_sign() -> None:
    """95 %, as sources print it, is 95."""
    assert numbers.ci_level("95%") == numbers.ci_level("95 %") == numbers.ci_level("95") == 95.0


def test_minus_zero_is_zero() -> None:
    """One number has one form: databases differ on the sign of zero."""
    assert math.copysign(1, numbers.number("-0.0")) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("1,077", "thousands-separator", "1077 or 1.077"),
        ("95%", "percent-sign", "the number"),
        ("2-Jan", "excel-date", "as Text"),
        ("Jan-08", "excel-date", "as Text"),
        ("02. Jan", "excel-date", "as Text"),
        ("2024-01-08", "excel-date", "as Text"),
        ("1/8/2024", "excel-date", "as Text"),
        ("01.08.2024", "excel-date", "as Text"),
        ("#REF!", "cell-error", "empty when not read"),
        ("#N/A", "cell-error", "empty when not read"),
        ("1.08\u20132.27", "number", "2.15"),
        ("nan", "number-finite", ""),
        ("-Infinity", "number-finite", ""),
        ("1e999", "number-range", ""),
        ("1e-999", "number-range", ""),
        ("NR", "number", "empty when not read"),
        ("1_000", "number", ""),
        ("\uff11\uff12", "number", ""),
        ("2.1 (1.2-3.4)", "number", "columns of their own"),
        ("<0.01", "number", ""),
    ],
)
def test_what_is_no_number_is_named(text: str, code: str, hint: str) -> None:
    """Each usual slip has its own message with what was probably meant."""
    problem = numbers.number(text)
    assert isinstance(problem, Problem)
    assert problem.code == code
    assert hint in problem.expected


@pytest.mark.parametrize(
    ("text", "code", "value"),
    [
        ("2,15", "decimal-comma", 2.15),
        (",82", "decimal-comma", 0.82),
        ("0,023", "decimal-comma", 0.023),
        ("-0,11", "decimal-comma", -0.11),
        ("\u22120,11", "decimal-comma", -0.11),
        ("1234,567", "decimal-comma", 1234.567),
        ("2\u00b715", "decimal-comma", 2.15),
        ("1 077", "thousands-grouped", 1077.0),
        ("1\u00a0077", "thousands-grouped", 1077.0),
        ("1\u2009077,5", "thousands-grouped", 1077.5),
        ("1\u202f077.5", "thousands-grouped", 1077.5),
        ("1'077", "thousands-grouped", 1077.0),
        ("12,345.6", "thousands-grouped", 12345.6),
        ("12.345,6", "thousands-grouped", 12345.6),
        ("1,234,567", "thousands-grouped", 1234567.0),
        ("1.234.567", "thousands-grouped", 1234567.0),
    ],
)
def test_a_number_that_can_only_mean_one_thing_is_read_with_a_remark(text: str, code: str, value: float) -> None:
    """Decimal commas and grouped digits are read where no other number can be meant, and what they became is said."""
    read = numbers.number(text)
    assert isinstance(read, Problem)
    assert (read.code, read.value) == (code, value)
    assert numbers.plain_value(read) == value


@pytest.mark.parametrize("text", ["1,077", "1 077", "1\u00a0077", "1'077"])
def test_grouped_counts_are_read_with_a_remark(text: str) -> None:
    """Patients come whole, so a comma before three digits can only separate thousands."""
    read = numbers.patients(text)
    assert isinstance(read, Problem)
    assert (read.code, read.value) == ("thousands-grouped", 1077)


@pytest.mark.parametrize("text", ["\u22120.11", "\u20130.11", "\u20110.11", "'-0.11", "'\u22120.11"])
def test_every_printed_minus_is_a_minus(text: str) -> None:
    """En dashes, minus signs and a leading apostrophe of a spreadsheet make no other number."""
    assert numbers.number(text) == -0.11


def test_bounds_hold_for_numbers_read_with_a_remark() -> None:
    """A decimal comma is no way around a check."""
    for read, text, code in (
        (numbers.ratio, "-2,15", "ci-not-positive"),
        (numbers.p_value, "1,2", "p-range"),
        (numbers.ci_level, "0,95", "ci-level-range"),
        (numbers.p_value, "<0,001", "decimal-comma"),
    ):
        problem = read(text)
        assert isinstance(problem, Problem)
        assert problem.code == code


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_usual_double_reads_back(value: float) -> None:
    """What Python prints of a double of usual size is read as the same double."""
    read = numbers.number(repr(value))
    if 1e-149 < abs(value) < 1e149:
        assert read == value
    else:
        assert read == 0 or isinstance(read, Problem) or read == value


@pytest.mark.parametrize(("text", "value"), [("190", 190), ("190.0", 190), ("0", 0), ("+7", 7)])
def test_counts_are_whole(text: str, value: int) -> None:
    """A count written as 190.0 by a program is 190."""
    assert numbers.count(text) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [("12.5", "count"), ("1.077", "count"), ("1,07", "count"), ("-3", "count"), ("99999999999", "count-range")],
)
def test_what_is_no_count_is_named(text: str, code: str) -> None:
    """Half patients, negative ones and grouped digits are refused, each with its code."""
    problem = numbers.count(text)
    assert isinstance(problem, Problem)
    assert problem.code == code


@pytest.mark.parametrize(
    ("text", "value", "operator"),
    [
        ("0.03", 0.03, "="),
        ("=0.03", 0.03, "="),
        ("<0.001", 0.001, "<"),
        ("< .05", 0.05, "<"),
        ("<=0.0069", 0.0069, "<="),
        ("=<0.0069", 0.0069, "<="),
        ("\u22640.05", 0.05, "<="),
        (">0.5", 0.5, ">"),
        ("\u22650.05", 0.05, ">="),
    ],
)
def test_p_values_keep_how_they_are_printed(text: str, value: float, operator: str) -> None:
    """An exact p and a bound are told apart."""
    assert (numbers.p_value(text), numbers.p_operator(text)) == (value, operator)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NS", "p-value"),
        ("<", "p-value"),
        ("1.2", "p-range"),
        ("-0.1", "p-range"),
        ("<0", "p-range"),
        (">1", "p-range"),
        ("nan", "number-finite"),
    ],
)
def test_what_is_no_p_value_is_named(text: str, code: str) -> None:
    """A p outside 0 to 1, or a word for it, is refused."""
    problem = numbers.p_value(text)
    assert isinstance(problem, Problem)
    assert problem.code == code


def test_words_match_by_value_or_label_in_any_case() -> None:
    """A curator may type the word, its label, or the sign that is printed."""
    assert words.word(Adjusted)("YES") == "yes"
    assert words.word(Adjusted)("Unadjusted") == "no"
    assert words.word(ContrastKind)("above vs below") == "above_vs_below"
    assert words.word(CutoffOperator)("\u2265") == ">="
    assert words.word(Measure)("HR") == "hr"


def test_an_unknown_word_names_the_nearest() -> None:
    """The message gives the nearest word and the whole list."""
    problem = words.word(ContrastKind)("above_vs_bellow")
    assert isinstance(problem, Problem)
    assert problem.message == "'above_vs_bellow' is not known here (is it above_vs_below?)"
    assert "per_doubling" in problem.expected


@pytest.mark.parametrize(
    "text",
    [
        "10.1097/MD.0000000000012678",
        "https://doi.org/10.1097/md.0000000000012678",
        "doi:10.1097/MD.0000000000012678",
        "http://dx.doi.org/10.1097/MD.0000000000012678",
        "https://doi.org/10.1097%2Fmd.0000000000012678",
    ],
)
def test_a_doi_has_one_form(text: str) -> None:
    """Resolver, scheme and case are no part of a DOI."""
    assert words.doi(text) == "10.1097/md.0000000000012678"


@pytest.mark.parametrize(
    ("read", "text", "code"),
    [
        (words.doi, "10.1/x", "doi"),
        (words.doi, "doi.org/abc", "doi"),
        (words.doi, "10.1097/with space", "doi"),
        (words.pmid, "PMC6076067", "pmid"),
        (words.url, "javascript:alert(1)", "url"),
        (words.url, "https://[broken", "url"),
        (words.iso_date, "2017-02-30", "date"),
        (words.iso_date, "June 2017", "date"),
        (words.as_printed, "no", "as-printed-word"),
        (words.name(200), "x" * 201, "text-long"),
        (words.name(200), "zero\u200bwidth", "text-control"),
        (words.text, "bell\x07", "text-control"),
        (unit, "ng per mL", "unit-unknown"),
        (unit, "IU/L", "unit-unknown"),
        (unit, "10", "unit-unknown"),
    ],
)
def test_malformed_identifiers_are_named(read: Any, text: str, code: str) -> None:
    """Each kind of identifier refuses what is not of its form."""
    assert read(text).code == code


@pytest.mark.parametrize(
    ("text", "one"),
    [
        ("ng/ml", "ng/mL"),
        ("\u00b5g/l", "ug/L"),
        ("\u03bcg/L", "ug/L"),
        ("10^9/L", "10*9/L"),
        *((kept, kept) for kept in ("{ULN}", "1", "mm[Hg]", "[iU]/L", "mmol/mol", "{cells}/uL", "/uL", "kg.m-2")),
    ],
)
def test_a_unit_has_one_spelling(text: str, one: str) -> None:
    """The printed spellings of a UCUM unit are one unit."""
    assert unit(text) == one


def test_names_that_look_alike_are_alike() -> None:
    """Composed and decomposed letters, and runs of any spaces, make no difference."""
    assert words.name(50)("Mu\u0308ller\u00a0  2016") == words.name(50)("M\u00fcller 2016") == "M\u00fcller 2016"


@given(st.text())
def test_no_text_makes_a_reader_raise(text: str) -> None:
    """Whatever a cell holds, a reader gives a value or a problem."""
    stripped = text.strip() or "x"
    for read in (numbers.number, numbers.count, numbers.p_value, words.doi, words.pmid, words.url, words.iso_date):
        read(stripped)
    for other in (words.text, words.name(200), words.word(Measure), words.as_printed, unit, numbers.p_operator):
        other(stripped)
