"""Conditions in SQL: the same rows as plain Python finds, on every database; literals only ever as parameters."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from sqlalchemy.dialects import postgresql, sqlite

from registry.models import evidence
from registry.selection import estimates, parse, select
from registry.selection.compile import compile_predicate
from registry.store import Store
from registry.vocabulary import Vocabulary
from tests.effort import tries
from tests.selection import naive, rows
from tests.selection.naive import Drawn, conditions


def _some(chance: random.Random, *values: Any) -> Any:
    return chance.choice([None, *values])


def various(count: int = 60) -> list[dict[str, Any]]:
    """Make rows in which every column a condition may ask for is sometimes missing; the same every time."""
    chance, units = random.Random(20), random.Random(21)  # noqa: S311 - test data
    made = [
        {
            "key": f"k{number:02}",
            "study": chance.choice(["Smith2020", "smith2020", "Żółw", "CAR-T"]),
            "factor": chance.choice(["ferritin", "NLR"]),
            "disease": _some(chance, "myeloma X", "lymphoma Y"),
            "endpoint": chance.choice(["OS", "PFS"]),
            "adjusted": chance.choice(["yes", "no", "unclear"]),
            "cutoff_method": _some(chance, "roc", "median"),
            "cutoff_value": _some(chance, 0.0, 2.5, 40.0, 550.0),
            "n": _some(chance, 0, 1, 40, 99, 100, 101),
            "n_events": _some(chance, 1, 40, 100),
            "year": _some(chance, 2000, 2015),
            "treatment": _some(chance, *naive.WORDS),
            "design": _some(chance, *naive.WORDS),
            "covariates": _some(chance, "age", "age; sex", "stage", "sex; stage"),
            "retracted": chance.random() < 0.2,
            "attributes": {
                name: value
                for name, value in {
                    "dose": _some(chance, -2.5, 0.0, 40.0),
                    "ward": _some(chance, *naive.WORDS),
                    "source": _some(chance, "commercial", "academic"),
                }.items()
                if value is not None
            },
        }
        for number in range(count)
    ]
    known = {factor: [unit for each, unit in naive.UNITS if each == factor] for factor, _ in naive.UNITS}
    return [{**row, "cutoff_unit": units.choice([*known[row["factor"]], "{ULN}", None])} for row in made]


ROWS = various()


@pytest.fixture
def connection(store: Store) -> Iterator[sa.Connection]:
    rows.prepare(store)
    rows.add(store, *ROWS)
    with store.read() as reading:
        yield reading


@pytest.fixture
def names(connection: sa.Connection) -> Vocabulary:
    return Vocabulary.load(connection)


@settings(max_examples=tries(200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=conditions)
def test_condition_matches_what_plain_python_matches(
    connection: sa.Connection, names: Vocabulary, drawn: Drawn
) -> None:
    """SQL and a second implementation agree, row by row, also on what is neither true nor false."""
    verdicts = {row["key"]: drawn.decide(row) for row in ROWS}
    selection = select(connection, drawn.text, vocabulary=names)
    found = [*selection.frame["key"], *(key for step in selection.flow.steps for key in step.keys)]
    assert sorted(found) == [key for key, verdict in verdicts.items() if verdict is True]
    open_ones = [row for row in ROWS if verdicts[row["key"]] is None]
    unknown = Counter(naive.missing(row, column, drawn.text) for row in open_ones for column in drawn.compares)
    del unknown[None]
    assert selection.flow.missing == unknown


HOSTILE = [
    "x' OR '1'='1",
    "'; DROP TABLE evidence; --",
    '"; DELETE FROM evidence; --',
    "%zz",
    "_zz",
    "\\'; --",
    ":param",
    "%(name)s",
    "$1zz",
    "?zz",
    "{0}",
    "/*zz",
]


def test_hostile_text_is_only_ever_a_parameter(connection: sa.Connection, names: Vocabulary) -> None:
    """No piece of a literal gets into the SQL; it is looked for as it stands, and nothing else happens."""
    for value in HOSTILE:
        _is_only_a_parameter(connection, names, value)
    assert len(estimates(connection, None)) == len(ROWS)


def _is_only_a_parameter(connection: sa.Connection, names: Vocabulary, value: str) -> None:
    written = naive.quoted(value)
    text = (
        f"study == {written} or contains(treatment, {written}) or ward in ({written}, 'bzz')"
        f" or contains(covariates, {written}) or title < {written} and dose > 77.5"
    )
    predicate = parse(text, names).predicate
    assert predicate is not None
    for dialect in (sqlite.dialect(), postgresql.dialect()):
        query = sa.select(evidence.c.key).where(compile_predicate(predicate))
        compiled = query.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        for piece in (value, "zz", "DROP", "DELETE", "'1'", "--", "77.5", "ward"):
            assert piece not in str(compiled)
        assert [value] * 5 == [bound for bound in compiled.params.values() if bound == value]
    estimates(connection, text)


def test_piece_of_text_knows_no_wildcards(connection: sa.Connection) -> None:
    """Percent and underscore are themselves."""
    held = {row["key"]: (row["treatment"] or "") for row in ROWS}
    for piece in ("%", "_"):
        found = estimates(connection, f'contains(treatment, "{piece}")')["key"].tolist()
        assert found
        assert sorted(found) == [key for key, text in held.items() if piece in text]


def test_number_is_not_rounded_to_the_column(connection: sa.Connection) -> None:
    """A whole-number column compares with 99.5 as it stands."""
    expected = [row["key"] for row in ROWS if row["n"] is not None and row["n"] > 99.5]
    assert sorted(estimates(connection, "n > 99.5")["key"]) == expected
    assert len(estimates(connection, "n == 99.5")) == 0


@pytest.mark.parametrize("word", ["and", "or"])
def test_longest_conditions_run(connection: sa.Connection, word: str) -> None:
    """500 terms, or 32 levels, are no burden for either database."""
    estimates(connection, f" {word} ".join(f'contains(treatment, "{number}")' for number in range(500)))
    estimates(connection, f"n in ({', '.join(map(str, range(500)))})")
    deep = "n > 0"
    for level in range(31):
        deep = f"not ({deep}) {'and' if level % 2 else 'or'} year > {level}"
    estimates(connection, deep)


def test_equality_on_names_uses_the_index(sqlite_store: Store) -> None:
    """Keys compare as they stand, so that factor, disease and endpoint are looked up, not scanned."""
    rows.prepare(sqlite_store)
    rows.add(sqlite_store, *ROWS)
    with sqlite_store.read() as connection:
        names = Vocabulary.load(connection)
        predicate = parse('factor == "Serum Ferritin" and disease == "mx" and endpoint == "os"', names).predicate
        assert predicate is not None
        query = sa.select(evidence.c.key).where(compile_predicate(predicate), evidence.c.valid_to.is_(None))
        compiled = query.compile(connection, compile_kwargs={"literal_binds": True})
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()
    assert "USING" in plan[0][-1]
    assert "factor=? AND disease=? AND endpoint=?" in plan[0][-1]
