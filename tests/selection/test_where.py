"""Conditions: what they mean once read, and where the caret stands when they cannot be."""

from __future__ import annotations

import ast
import re
import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from registry.columns import COLUMNS
from registry.errors import ConditionError
from registry.selection import Condition, both, equals, parse
from registry.selection.nodes import And, Compare, Contains, Not, Or
from tests.effort import tries
from tests.selection.rows import vocabulary

NAMES = vocabulary()


def canonical(text: str) -> str:
    return parse(text, NAMES).canonical


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ('factor == "Serum  FERRITIN"', 'factor == "ferritin"'),
        ("factor == 'nlr'", 'factor == "NLR"'),
        ('disease in ("mx", "lymphoma y", "MX")', 'disease in ("myeloma X", "lymphoma Y")'),
        ('endpoint != "overall survival"', 'endpoint != "OS"'),
        ('endpoint in ("OS")', 'endpoint in ("OS")'),
        ('endpoint not in ["OS", "PFS"]', 'endpoint not in ("OS", "PFS")'),
        ('adjusted == "YES"', 'adjusted == "yes"'),
        ('source == "Academic"', 'source == "academic"'),
        ('covariates == "STAGE; gender"', 'covariates == "sex; stage"'),
        ('contains(covariates, "Gender")', 'contains(covariates, "sex")'),
        ('adjusts_for("Gender", "stage", "SEX")', 'adjusts_for("sex", "stage")'),
        ('not adjusts_for("age") and n > 5', 'not (adjusts_for("age")) and n > 5'),
        ('contains(flags, "OFF-centre")', 'contains(flags, "off-centre")'),
        ("50 <= n < 500", "n >= 50 and n < 500"),
        ("200 > n", "n < 200"),
        ("dose >= - 2.50", "dose >= -2.5"),
        ("n == 1e3", "n == 1000"),
        ("n == -0", "n == 0"),
        ("retracted", "retracted == True"),
        ("not not retracted", "retracted == True"),
        ("not not not retracted", "not (retracted == True)"),
        ("not (not (n > 1))", "n > 1"),
        ("n is None or not n is None", "n is None or not (n is None)"),
        ("n is not None", "n is not None"),
        ("n_events <= n", "n_events <= n"),
        ("n > 1 and (year > 2 and n_events > 3)", "n > 1 and year > 2 and n_events > 3"),
        ("n > 1 and (year > 2 or n_events > 3)", "n > 1 and (year > 2 or n_events > 3)"),
        ("n > 1 and year > 2 or n_events > 3", "(n > 1 and year > 2) or n_events > 3"),
        ("not (n > 1 or year > 2)", "not (n > 1 or year > 2)"),
        ('study == "a\\\\b\\"c"', 'study == "a\\\\b\\"c"'),
        ("study == 'it\"s'", 'study == "it\\"s"'),
        ("  n\n  >\t5 ", "n > 5"),
        ("n\u00a0> 5", "n > 5"),
        ('cohort == "Zürich"', 'cohort == "Zürich"'),
    ],
)
def test_condition_means(text: str, meant: str) -> None:
    """A condition has one canonical spelling, names resolved to keys, and that spelling reads as itself."""
    assert canonical(text) == meant
    assert canonical(meant) == meant


def test_condition_knows_what_it_mentions() -> None:
    """Columns are named in order of mention, those on the result apart, origin noticed."""
    condition = parse('n > 5 and est > 2 and (vi < 1 or n < 3) and origin == "simulated"', NAMES)
    assert condition.columns == ("n", "est", "vi", "origin")
    assert condition.on_results == ("est", "vi")
    assert condition.names_origin
    assert not parse('factor == "ferritin"', NAMES).names_origin


@pytest.mark.parametrize("column", [column.name for column in COLUMNS if column.on_result])
def test_condition_on_the_result_is_noticed(column: str) -> None:
    """Every column that holds the result itself counts, even if only asked whether it was read."""
    assert parse(f"{column} is not None", NAMES).on_results == (column,)


def test_no_condition_matches_everything() -> None:
    """None asks for nothing."""
    condition = parse(None, NAMES)
    assert condition.predicate is None
    assert condition.canonical == ""
    assert condition.columns == ()


def test_column_shadows_characteristic() -> None:
    """A study characteristic of a column's name is never what a condition means."""
    from registry.vocabulary import AttributeDeclaration

    names = vocabulary()
    clash = type(names)(names.matched, {}, {"year": AttributeDeclaration("year")})
    assert parse("year > 2000", clash).fields[0].column is not None


def test_covariate_entry_is_whole_when_coded() -> None:
    """`age` is not found in `stage`: a coded covariate is looked for as an entry, other text as a piece."""
    assert parse('contains(covariates, "age")', NAMES).predicate == Contains(
        parse("covariates is None", NAMES).fields[0], "age", whole=True
    )
    assert not parse('contains(covariates, "agee")', NAMES).predicate.whole  # type: ignore[union-attr]


#: text | what the caret is under (its last occurrence; `` is the end) | the message | the hint
FAULTS = [
    ('factor = "NLR"', "=", "a single = is no comparison", "use == to compare"),
    ('factor == "NLR" and n = 5', "= 5", "a single = is no comparison", "use == to compare"),
    ("n == None", "None", "None is equal to nothing", "n is None"),
    ("n != None", "None", "None is equal to nothing", "n is not None"),
    ("5 < None", "5", "no column is compared here", "write the column first"),
    ('factor == "feritin"', '"feritin"', "there is no factor 'feritin'", "did you mean ferritin"),
    ('disease == "qqq"', '"qqq"', "there is no disease 'qqq'", "there are: lymphoma Y, myeloma X"),
    ('endpoint in ("OS", "PSF")', '"PSF"', "there is no endpoint 'PSF'", "did you mean PFS"),
    ('adjusted == "maybe"', '"maybe"', "adjusted is never 'maybe'", "one of: yes, no, unclear"),
    ('adjusted in ("yes", "noo")', '"noo"', "adjusted is never 'noo'", "did you mean no"),
    ('source == "comercial"', '"comercial"', "source is never 'comercial'", "did you mean commercial"),
    ('contains(flags, "off")', '"off"', "flag is never 'off'", "did you mean off-centre"),
    ("facto == 1", "facto", "there is no column 'facto'", "did you mean factor"),
    ("Dose > 1", "Dose", "there is no column 'Dose'", "did you mean dose"),
    ("n > 1 and hr > 2", "hr", "there is no column 'hr'", "did you mean est"),
    ("biomarker is None", "biomarker", "there is no column 'biomarker'", "did you mean factor"),
    ("qqqq > 1", "qqqq", "there is no column 'qqqq'", "evireg columns"),
    ('n > "3"', '"3"', "n holds whole numbers", "without quotes: 3"),
    ('dose > "x"', '"x"', "dose holds numbers", "with a number"),
    ("factor == 3", "3", "factor holds text", 'in quotes: "3"'),
    ("3 == pmid", "3", "pmid holds text", 'in quotes: "3"'),
    ("n == True", "True", "n holds whole numbers", "with a number"),
    ("retracted == 1", "1", "retracted holds True or False", "with True or False"),
    ("ward > 1", "1", "ward holds text", "in quotes"),
    ("ward == n", "n", "ward and n do not compare", ""),
    ("study < cohort", "cohort", "no common order", "use == or !="),
    ('factor < "NLR"', "factor", "factor has no order", "use ==, != or in"),
    ("retracted < True", "retracted", "retracted has no order", "use =="),
    ('study == ""', '""', "study is never empty text", "study is None"),
    ('contains(study, " ")', '" "', "the text to look for is empty", "study is not None"),
    ('contains(n, "x")', '"x"', "n holds whole numbers", ""),
    ("contains(study, 3)", "3", "contains looks for text", 'quotes: "3"'),
    ("contains(study)", "contains", "contains takes a column and a text", ""),
    ('contains("x", study)', "contains", "contains takes a column and a text", ""),
    ('"x" in covariates', '"x"', "a column stands before in", "contains(covariates"),
    ('endpoint in "OS"', '"OS"', "after in stands a list", 'in ("OS", "PFS")'),
    ("n in year", "year", "after in stands a list", ""),
    ("n in ()", "()", "the list is empty", ""),
    ("n in (1, None)", "None", "None is in no list", "n in (…) or n is None"),
    ("n in (1, year)", "year", "a value stands here", ""),
    ("n in (1) in (2)", "1) in", "cannot stand in a chain", "split it with and"),
    ("n is 3", "3", "after is stands None", "use =="),
    ("n is not 3", "3", "after is stands None", "use !="),
    ("3 is None", "3", "a column stands before is", ""),
    ("factor", "factor", "factor is a column, not a condition", "factor == …"),
    ("n > 1 and 5", "5", "no condition by itself", ""),
    ("1 == 1", "1 ==", "no column is compared here", ""),
    ("n == (1, 2)", "(1", "a value stands here", ""),
    ("n > 1, year > 2", "n", "no condition by itself", ""),
    ("()", "()", "no condition by itself", ""),
    ("len(study) == 3", "len", "columns and values, not calls", ""),
    ("f(3)", "f", "calls nothing but contains", ""),
    ("adjusts_for()", "adjusts_for", "takes names of covariates", ""),
    ("adjusts_for(age)", "age)", "age is a column here, not a covariate", ""),
    ("adjusts_for(3)", "3", "a covariate is a name", 'in quotes: "3"'),
    ('adjusts_for("age", "stagge")', '"stagge"', "codes no covariate 'stagge'", "did you mean stage"),
    ('adjusts_for("zz")', '"zz"', "codes no covariate 'zz'", 'contains(covariates, "zz")'),
    ('__import__("os")', "__import__", "calls nothing but contains", ""),
    ("factor.upper", ".upper", ". is no part of a condition", ""),
    ("n[0] == 1", "[0", "something is missing before [", ""),
    ("n + 1 == 2", "+", "+ is no part of a condition", "does not calculate"),
    ("n - 1 == 2", "-", "does not calculate", ""),
    ("n == -year", "-", "a minus stands before a number only", ""),
    ("n == --1", "--1", "a minus stands before a number only", ""),
    ("n > 1 -", "-", "does not calculate", ""),
    ("n > -", "", "a number is missing after -", ""),
    ("n % 2 == 0", "%", "% is no part of a condition", ""),
    ("n > 1 & year > 2", "&", "& is no part", "use and"),
    ("n > 1 || year > 2", "||", "|| is no part", "use or"),
    ("!retracted", "!", "! is no part", "or not"),
    ("n <> 5", "<>", "<> is no part", "use !="),
    ("n => 5", "=>", "=> is no part", "use >="),
    ("n ≥ 5", "≥", "≥ is no part", "use >="),
    ("study == “x”", "“", "“ is no part", "plain quotes"),
    ("(n := 5) > 1", ":=", ":= is no part", ""),
    ("lambda: n", "lambda", "lambda is no part", ""),
    ("n if n else n", "if", "if is no part", ""),
    ("[n for n in (1)]", "for", "for is no part", ""),
    ("{1}", "{", "{ is no part", "in (1, 2)"),
    ("*n == 3", "*", "* is no part", ""),
    ("n > 1; year > 2", ";", "; is no part", "one condition only"),
    ("n > 1 # year > 2", "#", "# is no part", "no comments"),
    ("n @ 5", "@", "@ is no part", ""),
    ("n > 5 $", "$", "$ is no part", ""),
    ('study == f"x"', 'f"', "f stands before the quote", ""),
    ('study == b"x"', 'b"', "b stands before the quote", ""),
    ('study == "x" "y"', '"y"', 'something is missing before "y"', ""),
    ("study == 'it''s'", "'s'", "something is missing before", ""),
    ('study == "abc', '"abc', "never closed", "same quote"),
    ('study == "a\\b"', "\\b", "a stray \\", "\\\\ for a backslash"),
    ('study == "a\\\\\\n"', "\\n", "a stray \\", ""),
    ("n == 1_000", "1_000", "1_000 is no number", ""),
    ("n == 007", "007", "007 is no number", "leading zeros"),
    ("n == 0x10", "0x10", "0x10 is no number", ""),
    ("n == 5j", "5j", "5j is no number", ""),
    ("n == 1e999", "1e999", "too large", ""),
    ("n == " + "9" * 5000, "9" * 5000, "the number is too long", ""),
    ("n == 5and year > 1", "5and", "5and is no number", ""),
    ("n > 1 AND year > 2", "AND", "AND is no word of a condition", "write and"),
    ("n is null", "null", "null is no word of a condition", "write None"),
    ("retracted == true", "true", "true is no word of a condition", "write True"),
    ("n > 1 year > 2", "year", "something is missing before year", "join conditions"),
    ("n ==", "", "breaks off", "n >= 50"),
    ("n > 1 and", "", "breaks off", ""),
    ("not", "", "breaks off", ""),
    ("== n", "==", "does not fit here", ""),
    ("n > 1 and or year > 2", "or", "does not fit here", ""),
    ("(n > 1", "(", "( is never closed", ""),
    ("n > 1)", ")", ") closes nothing", ""),
    ("n in (1, 2]", "]", "] closes nothing", ""),
    ("n > 1 \0", "�", "control character U+0000", ""),
    ("n > 1 \ud800", "�", "control character U+D800", ""),
    ('study == "\x1b[31m"', "�", "control character U+001B", ""),
    ('ward == "é" and é > 1', "é >", "there is no column 'é'", ""),
]


@pytest.mark.parametrize(("text", "under", "message", "hint"), FAULTS, ids=[text[:40] for text, *_ in FAULTS])
def test_fault_has_a_caret(text: str, under: str, message: str, hint: str) -> None:
    """Whatever is no condition is refused with the caret under what is wrong, the reason, and what to write."""
    with pytest.raises(ConditionError, match=re.escape(message)) as caught:
        parse(text, NAMES)
    error = caught.value
    assert hint in error.hint
    assert error.position == (error.text.rindex(under) if under else len(error.text))
    assert str(error).split("\n")[2].index("^") == error.position + 2


def test_empty_condition_is_refused() -> None:
    """An empty text is a slip, not a wish for everything."""
    with pytest.raises(ConditionError, match="the condition is empty"):
        parse(" \n ", NAMES)


def test_500_terms_are_read_and_501_are_not() -> None:
    """Every comparison and every value of a list counts as a term."""
    assert parse(" or ".join(["n == 1"] * 500), NAMES)
    assert parse(f"n in ({', '.join(map(str, range(500)))})", NAMES)
    with pytest.raises(ConditionError, match="more than 500 terms") as caught:
        parse(" or ".join(["n == 1"] * 501), NAMES)
    assert caught.value.position == len(" or ".join(["n == 1"] * 500)) + len(" or ")
    with pytest.raises(ConditionError, match="more than 500 terms"):
        parse(f"year == 1 or n in ({', '.join(map(str, range(500)))})", NAMES)


def test_depth_and_length_are_bounded() -> None:
    """Nesting and length that no person writes end in an error of ours, never in one of the interpreter."""
    assert parse("(" * 32 + "retracted" + ")" * 32, NAMES)
    with pytest.raises(ConditionError, match="more than 32 parentheses") as caught:
        parse("(" * 33 + "retracted" + ")" * 33, NAMES)
    assert caught.value.position == 32
    with pytest.raises(ConditionError, match="more than 50000 characters"):
        parse("not " * 20_000 + "retracted", NAMES)
    assert canonical("not " * 2_000 + "retracted") == "retracted == True"


WORDS = [
    *(
        "and",
        "or",
        "not",
        "in",
        "is",
        "None",
        "True",
        "False",
        "==",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "(",
        ")",
        "[",
        "]",
        ",",
    ),
    *(
        "n",
        "year",
        "factor",
        "endpoint",
        "study",
        "retracted",
        "dose",
        "ward",
        "contains",
        "est",
        "nope",
        "lambda",
        "if",
    ),
    *('"OS"', '"ferritin"', "'x'", '"', "'", "1", "-", "2.5", "1e9", ".", "=", ":", "é", "\\", "#", "\n", "0", "007"),
]


@settings(max_examples=tries(600), deadline=None)
@given(
    st.one_of(
        st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join),
        st.lists(st.sampled_from(WORDS), max_size=10).map("".join),
    )
)
@example("n in (1,) == 2")
@example("contains(*n, 'x')")
@example("not in (1)")
def test_no_soup_of_words_crashes(text: str) -> None:
    """Any order of the language's own words is a condition or a ConditionError with a caret inside the text."""
    _reads_or_refuses(text)


@settings(max_examples=tries(300), deadline=None)
@given(st.text(max_size=40) | st.text(string.printable, max_size=60))
def test_no_text_crashes(text: str) -> None:
    """So is any text at all."""
    _reads_or_refuses(text)


def _reads_or_refuses(text: str) -> None:
    outcome = _read(text)
    if isinstance(outcome, Condition):
        assert outcome.predicate is not None
        assert parse(outcome.canonical, NAMES).canonical == outcome.canonical
    else:
        assert 0 <= outcome.position <= len(outcome.text)
        assert "\n" not in outcome.text
        assert str(outcome).encode()


def _read(text: str) -> Condition | ConditionError:
    try:
        return parse(text, NAMES)
    except ConditionError as error:
        return error


def test_python_never_sees_a_text_outside_the_alphabet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is handed to Python's grammar before every word and sign was checked, and nothing is ever evaluated."""
    seen: list[str] = []
    original = ast.parse

    def record(source: str, mode: str) -> ast.AST:
        seen.append(source)
        return original(source, mode=mode)

    monkeypatch.setattr(ast, "parse", record)
    for hostile in ("__import__('os').system('x')", "[c for c in ().__class__.__mro__]", "n > 1; import os", "f'{n}'"):
        with pytest.raises(ConditionError, match=r"part of a condition|columns and values|quote"):
            parse(hostile, NAMES)
    assert seen == []


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20))
def test_equals_quotes_any_value(value: str) -> None:
    """A value put into a condition by `equals` is that value, whatever quotes and backslashes it holds."""
    if value.isspace() or value != " ".join(value.split(" ")) or any(each.isspace() and each != " " for each in value):
        return
    term = parse(equals("ward", value), NAMES).predicate
    assert isinstance(term, Compare)
    assert term.right == value


def test_both_joins_what_is_given() -> None:
    """Conditions join with and, each as a whole; None asks for nothing."""
    assert both([None, None]) is None
    assert both([None, "n > 1 or n < 0"]) == "n > 1 or n < 0"
    joined = parse(both(["n > 1 or n < 0", None, "retracted"]), NAMES).predicate
    assert isinstance(joined, And)
    assert isinstance(joined.operands[0], Or)
    assert parse("not (n > 1)", NAMES).predicate == Not(parse("n > 1", NAMES).predicate)  # type: ignore[arg-type]
