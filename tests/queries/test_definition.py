"""What a query asks is read when it is saved: every option by the code that will read it later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.database import canonical_json
from registry.errors import ConditionError, InputRefused, UsageError
from registry.queries.definition import DEFAULTS, Definition, define
from registry.queries.exchange import Written, read_queries, to_toml
from registry.terms import Allow
from registry.texts import forbidden
from registry.vocabulary import Vocabulary
from tests.effort import tries
from tests.queries.evidence import WHERE


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vocabulary]:
    """Give the names of a fresh registry."""
    from registry.store import init, open_store

    path = tmp_path_factory.mktemp("names") / "evidence.db"
    init(path)
    with open_store(path) as store, store.read() as connection:
        yield Vocabulary.load(connection)


def test_condition_is_saved_with_resolved_keys(vocabulary: Vocabulary) -> None:
    """A synonym of today is the key for ever."""
    made = define(vocabulary, 'factor == "neutrophil-to-lymphocyte ratio" and (endpoint == "overall survival")')
    assert made.where == 'factor == "NLR" and endpoint == "OS"'
    assert define(vocabulary, made.where) == made


def test_every_option_is_saved(vocabulary: Vocabulary) -> None:
    """What is not given is written down as it is by default, so that a later default changes nothing."""
    made = define(vocabulary, WHERE, method="DL", level=90, leave_one_out=True)
    assert made.options == {**DEFAULTS, "method": "DL", "level": 90.0, "leave_one_out": "estimate"}
    assert made.chosen == {"method": "DL", "level": 90.0, "leave_one_out": "estimate"}
    assert Definition.of(made.as_dict()) == made


def test_a_step_is_part_of_what_is_asked(vocabulary: Vocabulary) -> None:
    """It is kept as given, goes through TOML, and a query without one has the JSON it always had."""
    made = define(vocabulary, WHERE, per="100 U/L")
    assert made.chosen == {"per": "100 U/L"}
    assert Definition.of(made.as_dict()) == made
    [read] = read_queries(to_toml([Written("q", made, None, None)]), vocabulary)
    assert read.definition == made
    assert define(vocabulary, WHERE, per=100).options["per"] == 100.0
    assert "per" not in define(vocabulary, WHERE).as_dict()["options"]


def test_a_direction_is_stored_where_it_is_asked_for(vocabulary: Vocabulary) -> None:
    """Definitions of the first evireg know no direction: they stay as they are, to the letter, by default."""
    plain = define(vocabulary, WHERE)
    before = plain.as_dict()
    assert "read_as" not in before["options"]
    assert set(before["options"]) == set(DEFAULTS) - {"per", "read_as", "doubtful"}
    assert Definition.of(before).options["read_as"] == "high-vs-low"
    assert canonical_json(Definition.of(before).as_dict()) == canonical_json(before)
    turned = define(vocabulary, WHERE, read_as="low-vs-high")
    assert turned.as_dict()["options"]["read_as"] == "low-vs-high"
    assert Definition.of(turned.as_dict()) == turned != plain


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"per": "100 bananas"}, "is not a UCUM unit"),
        ({"per": 0}, "is no step of a factor"),
        ({"per": True}, "per is True"),
        ({"method": "XX"}, "unknown method 'XX'"),
        ({"test": "q"}, "unknown test 'q'"),
        ({"metod": "DL"}, "did you mean 'method'"),
        ({"level": "95"}, "level is '95'"),
        ({"level": 1000}, "level is in percent"),
        ({"level": float("nan")}, "level is nan"),
        ({"seed": True}, "seed is True"),
        ({"subgroup": "nope"}, "no column 'nope'"),
        ({"subgroup": "year"}, "needs a threshold"),
        ({"subgroup": "year:soon"}, "'soon' is not a threshold"),
        ({"cumulative": "yeer"}, "did you mean 'year'"),
        ({"cumulative": "year:up"}, "order of cumulative is 'up'"),
        ({"leave_one_out": "x"}, "leave_one_out is 'x'"),
        ({"one_per": "x:y"}, "one-per rule 'x:y'"),
        ({"allow": ["everything"]}, "unknown word to allow: 'everything'"),
        ({"rho": 0.5}, "rho is a working correlation"),
        ({"dependence": "x"}, "dependence is 'x'"),
        ({"rounding": True, "dependence": "cr1"}, "printed digits"),
        ({"threshold": -1.0}, "threshold is -1"),
        ({"read_as": "upwards"}, "read_as is 'upwards'"),
        ({"read_as": "low-vs-high", "subgroup": "nope"}, "no column 'nope'"),
    ],
)
def test_what_the_pool_will_not_take_is_refused(vocabulary: Vocabulary, options: dict[str, Any], said: str) -> None:
    """Nobody learns of a wrong option a year later."""
    with pytest.raises(UsageError, match=said):
        define(vocabulary, WHERE, **options)


@pytest.mark.parametrize(
    "options",
    [
        {"subgroup": "year:2010,2015"},
        {"subgroup": "adjusted"},
        {"subgroup": "product_source"},
        {"cumulative": "year:desc"},
        {"dependence": "three-level", "rho": 0.5},
        {"rounding": True},
        {"one_per": "cohort:adjusted,largest_n"},
        {"method": "CE"},
        {"method": "DL", "test": "hc"},
        {"allow": ["p-derived", "mixed-adjustment"]},
    ],
)
def test_what_the_pool_takes_is_saved(vocabulary: Vocabulary, options: dict[str, Any]) -> None:
    """Whatever the evidence holds at present."""
    made = define(vocabulary, WHERE, **options)
    beside = {"one_per": made.one_per, "allow": list(made.allow)}
    for name, value in options.items():
        assert {**made.options, **beside}[name] == (sorted(value) if name == "allow" else value)


def test_condition_that_cannot_be_read_is_refused(vocabulary: Vocabulary) -> None:
    """With the caret where it breaks."""
    with pytest.raises(ConditionError, match="no factor 'NLRR'"):
        define(vocabulary, 'factor == "NLRR"')


TEXT = st.text(
    st.characters(exclude_categories=["Cs"]).filter(lambda each: not forbidden(each)), min_size=1, max_size=40
)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "method": st.sampled_from(["DL", "PM", "REML", "SJ"]),
        "level": st.floats(50, 99.9),
        "threshold": st.floats(0.1, 9),
        "leave_one_out": st.sampled_from([True, False, "cohort", "study"]),
        "cumulative": st.sampled_from(["year", "n:desc", None]),
        "subgroup": st.sampled_from(["year:2015", "adjusted", None]),
        "seed": st.integers(0, 2**31),
        "rounding": st.booleans(),
    },
)
WHERES = st.one_of(
    st.none(),
    st.floats(0, 1e6).map(lambda number: f"n >= {number!r}"),
    TEXT.filter(str.isprintable).map(lambda text: f"contains(notes, {_quoted(text)})"),
)


def _quoted(text: str) -> str:
    from registry.selection import equals

    return equals("x", text).removeprefix("x == ")


SHARE = st.floats(0, 1, exclude_min=True, exclude_max=True)
ASKED = st.fixed_dictionaries(
    {
        "where": WHERES,
        "one_per": st.sampled_from([None, "cohort:adjusted", "cohort:largest_n,prespecified"]),
        "allow": st.sets(st.sampled_from([each.value for each in Allow])),
        "analyses": st.fixed_dictionaries(
            {},
            optional={
                "subgroups": st.sampled_from([["adjusted", "year:2015"], ["n:100,200"]]),
                "small_study": st.lists(st.sampled_from(["egger", "trim-fill"]), unique=True),
                "cutoffs": st.booleans(),
                "baselines": st.lists(
                    st.fixed_dictionaries(
                        {"survival": SHARE, "prevalence": SHARE, "at": TEXT.filter(str.strip)},
                        optional={"source": TEXT},
                    ),
                    max_size=2,
                ),
            },
        ),
    }
)


@settings(max_examples=tries(120), deadline=None)
@given(name=TEXT, asked=ASKED, options=OPTIONS, said=st.tuples(st.none() | TEXT, st.none() | TEXT))
def test_any_definition_survives_toml(
    vocabulary: Vocabulary,
    name: str,
    asked: dict[str, Any],
    options: dict[str, Any],
    said: tuple[str | None, str | None],
) -> None:
    """What is exported is read back as it was, whatever characters it holds."""
    written = Written(name, define(vocabulary, **asked, **options), *said)
    assert read_queries(to_toml([written]), vocabulary) == [written]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[query", "is not TOML"),
        ("x = 1", "holds no queries"),
        ("query = 3", "holds no queries"),
        ("[query]\na = 1", "query 'a' is not a table"),
        ('[query.a]\nwere = "n > 1"', "there is no 'were'"),
        ("[query.a]\nwhere = 3", "where is 3"),
        ('[query.a]\nwhere = "n >"', "query 'a': the condition breaks off"),
        ('[query.a]\noptions = { method = "X" }', "query 'a': unknown method 'X'"),
        ("[query.a]\noptions = { x = 1 }", "a pool has no option 'x'"),
        ('[query.a]\noptions = { where = "n > 1" }', "a pool has no option 'where'"),
        ("[query.a]\nanalyses = { cutofs = true }", "query 'a': analysis is 'cutofs'; did you mean 'cutoffs'"),
        ("[query.a]\nanalyses = []", "analyses is \\[\\]"),
    ],
)
def test_toml_that_is_no_query_is_refused(vocabulary: Vocabulary, text: str, said: str) -> None:
    """The message names the query."""
    with pytest.raises(InputRefused, match=said):
        read_queries(text, vocabulary)
