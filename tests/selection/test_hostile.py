"""Conditions out of anything, executed on both databases: rows or our own error, and nothing of them in SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from registry.columns import COLUMNS
from registry.errors import ConditionError, NothingSelected, UsageError
from registry.selection import estimates
from registry.store import Store
from tests.conftest import MakeRecord
from tests.effort import tries

#: A word that no statement of ours can hold, so that finding it in one means that a value was written into SQL.
MARK = "zqx"

NAMES = [column.name for column in COLUMNS]
VALUES = [f'"{MARK}"', f"'{MARK}; DROP TABLE study --'", f'"{MARK}%_\\\\"', "7919", "-7919.5", "1e308", "True", "None"]
VALUES += [f'"{MARK}\u0130"', '""', "9" * 30, "1e-320", '"OS"', '"NLR"', f'"{MARK}\\u0000"']
WORDS = ["and", "or", "not", "in", "is", "==", "!=", "<", "<=", ">", "(", ")", ",", "[", "]", "contains", "adjusts_for"]

REPEATED = settings(
    max_examples=tries(120),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

value = st.sampled_from(VALUES) | st.text(max_size=8).map(lambda text: f'"{MARK}{text}"')
comparison = st.builds(" ".join, st.tuples(st.sampled_from(NAMES), st.sampled_from(WORDS[5:10]), value))
listed = st.builds("{} in ({})".format, st.sampled_from(NAMES), st.lists(value, min_size=1, max_size=3).map(", ".join))
piece = st.builds("contains({}, {})".format, st.sampled_from(NAMES), value)
meant = st.recursive(
    comparison | listed | piece,
    lambda inner: (
        st.builds("({}) {} ({})".format, inner, st.sampled_from(["and", "or"]), inner) | inner.map("not ({})".format)
    ),
    max_leaves=4,
)
soup = st.lists(st.sampled_from(WORDS) | st.sampled_from(NAMES) | value, max_size=12).map(" ".join)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Take a condition, and leave out, double or exchange a piece of it."""
    text = draw(meant)
    begin = draw(st.integers(0, len(text)))
    end = draw(st.integers(begin, min(len(text), begin + 6)))
    return text[:begin] + draw(st.sampled_from(["", text[begin:end] * 2, "'", '"', ")", "--", ";", "\\"])) + text[end:]


@pytest.fixture
def watched(store: Store, record: MakeRecord) -> Iterator[tuple[Store, list[str]]]:
    """Open a registry with a few rows, and give what statements it is sent."""
    from registry.writing import write_estimates

    with store.transaction("Ada", "add") as transaction:
        write_estimates(transaction, [record(), record(study="lee2017", endpoint="PFS")])
    sent: list[str] = []

    def keep(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(store.engine, "before_cursor_execute", keep)
    yield store, sent
    event.remove(store.engine, "before_cursor_execute", keep)


@REPEATED
@given(text=meant | mutated() | soup)
def test_any_condition_gives_rows_or_our_error_and_no_sql(watched: tuple[Store, list[str]], text: str) -> None:
    """Executed as the user would; no text or number of it is in a statement, only in its parameters."""
    store, sent = watched
    sent.clear()
    with store.read() as connection:
        with suppress(ConditionError, UsageError, NothingSelected):
            estimates(connection, text)
        # the connection can still be used: nothing of it broke the transaction
        assert connection.execute(sa.text("SELECT count(*) FROM study")).scalar() == 2
    for statement in sent:
        assert MARK not in statement
        assert not re.search(r"7919|DROP|1e308|9{30}", statement)
