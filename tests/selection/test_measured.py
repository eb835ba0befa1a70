"""Numbers of a condition that have a unit: compared in the factor's own, whatever unit a row is printed in."""

from __future__ import annotations

from typing import Any

import pytest

from registry.errors import ConditionError
from registry.pooling import pool
from registry.selection import estimates, select
from registry.selection.where import parse
from registry.store import Store
from registry.vocabulary import Vocabulary
from tests.selection import rows


def cut(key: str, value: float | None, unit: str | None, factor: str = "ferritin", **more: Any) -> dict[str, Any]:
    return {"key": key, "study": key, "factor": factor, "cutoff_value": value, "cutoff_unit": unit, **more}


@pytest.fixture
def filled(store: Store) -> Store:
    """Ferritin (ng/mL), neutrophils (10*9/L) and a score of its own, in the units people print."""
    rows.prepare(store)
    rows.add(
        store,
        cut("S1", 1000, "ng/mL", n=100),
        cut("S2", 1.5, "mg/L", n=100),
        cut("S3", 2500, "ug/L", n=100),
        cut("S4", 400, "ng/mL", n=100),
        cut("S5", 900, "pmol/L", n=100),
        cut("S6", None, None, n=100),
        cut("A1", 7000, "/uL", "ANC", n=2),
        cut("A2", 7, "10*9/L", "ANC", n=2),
        cut("A3", 7, "10*3/uL", "ANC", n=2),
        cut("A4", 12000, "/uL", "ANC", n=2),
        cut("L1", 1.5, "{ULN}", "LDH"),
        cut("L2", 250, "U/L", "LDH"),
        cut("N1", 3, None, "NLR"),
        cut("N2", 5, "1", "NLR"),
    )
    rows.add(store, cut("X1", 20, "mg/L", "MYC-N"), cut("X2", 30000, "ug/L", "MYC-N"))
    rows.add(
        store, cut("X3", 5000, "ug/L", "MYC-N"), cut("X4", 5000, "ug/L", "MYC-N"), cut("X5", 3, "{score}", "MYC-N")
    )
    return store


def keys(store: Store, where: str, at: int | None = None) -> str:
    with store.read() as connection:
        return " ".join(sorted(estimates(connection, where, at=at)["key"].tolist()))


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ('factor == "ferritin" and cutoff_value >= 1000', "S1 S2 S3"),
        ('factor == "ferritin" and 1000 <= cutoff_value', "S1 S2 S3"),
        ('factor == "ferritin" and cutoff_value > 1000', "S2 S3"),
        ('factor == "ferritin" and cutoff_value < 1000', "S4"),
        ('factor == "ferritin" and 500 < cutoff_value <= 1500', "S1 S2"),
        ('factor == "ferritin" and cutoff_value == 1500', "S2"),
        ('factor == "ferritin" and cutoff_value != 1500', "S1 S3 S4"),
        ('factor == "ferritin" and cutoff_value in (1500, 400)', "S2 S4"),
        ('factor == "ferritin" and cutoff_value not in (1500, 400)', "S1 S3"),
        ('factor == "ferritin" and not cutoff_value >= 1000', "S4"),
        ('factor == "ferritin" and (cutoff_value > 2000 or n < 5)', "S3"),
        ('factor == "ferritin" and cutoff_unit == "mg/L" and cutoff_value >= 1.5', "S2"),
        ('factor == "ferritin" and cutoff_unit == "pmol/L" and cutoff_value < 1000', "S5"),
        ('factor == "ferritin" and cutoff_value is None', "S6"),
        ('factor == "ANC" and cutoff_value >= 7', "A1 A2 A3 A4"),
        ('factor == "ANC" and cutoff_value > 10', "A4"),
        ('factor == "ANC" and cutoff_value == 7', "A1 A2 A3"),
        ('factor == "LDH" and cutoff_value >= 1', "L2"),
        ('factor == "LDH" and cutoff_unit == "{ULN}" and cutoff_value >= 1', "L1"),
        ('factor == "NLR" and cutoff_value > 2', "N1 N2"),
        ('factor == "MYC-N" and cutoff_value >= 20', "X1 X2"),
        ('factor in ("ANC", "NLR") and cutoff_value < 7', "N1 N2"),
        ("cutoff_value >= 1000", "S1 S2 S3"),
    ],
)
def test_cutoffs_compare_in_the_unit_of_the_factor(filled: Store, where: str, expected: str) -> None:
    """1.5 mg/L of ferritin is 1500 ng/mL; what does not convert is neither above nor below."""
    assert keys(filled, where) == expected


def test_what_does_not_convert_is_counted_in_words_of_its_own(filled: Store) -> None:
    """Like a column that was not read: pmol/L of ferritin has no ng/mL, and S6 has no cutoff at all."""
    with filled.read() as connection:
        chosen = select(connection, 'factor == "ferritin" and cutoff_value >= 1000')
        assert chosen.flow.missing == {"cutoff_value": 1, "cutoff_value in pmol/L": 1}
        assert chosen.condition == 'factor == "ferritin" and cutoff_value >= 1000'
        other = select(connection, 'factor == "ferritin" and n < 5 and cutoff_value >= 1000')
        assert other.flow.missing == {}


def test_the_frame_is_compared_as_the_condition_is(filled: Store) -> None:
    """What the condition took stands in the pool in the factor's unit, beside the one that was printed."""
    with filled.read() as connection:
        chosen = select(connection, 'factor == "ferritin" and cutoff_value >= 1000')
    result = pool(chosen.frame, allow="same-results")
    assert "cutoffs differ: 1000 to 2500 ng/mL (printed in mg/L (1), ug/L (1))" in result.notes
    assert pool(chosen.frame.to_pandas(), allow="same-results").notes == result.notes


def test_a_factor_without_a_unit_has_that_of_its_first_cutoff(filled: Store) -> None:
    """It was first stored in mg/L: though ug/L is the commoner by now, a condition still means mg/L."""
    assert keys(filled, 'factor == "MYC-N" and cutoff_value > 25') == "X2"


def test_the_past_is_compared_by_the_units_it_had(filled: Store) -> None:
    """A unit that no live row has any more is known as of the changeset in which it was."""
    with filled.read() as connection:
        then = connection.exec_driver_sql("SELECT max(number) FROM changeset").scalar()
    rows.close(filled, "S2")
    assert keys(filled, 'factor == "ferritin" and cutoff_value >= 1000') == "S1 S3"
    assert keys(filled, 'factor == "ferritin" and cutoff_value >= 1000', at=then) == "S1 S2 S3"


def test_steps_on_a_logarithm_are_in_no_unit(filled: Store) -> None:
    """Per 1 ln(mg/L) is a step of 1, not of 1000 ng/mL."""
    rows.add(filled, cut("P1", 1, "mg/L", contrast="per_unit", scale="ln"), cut("P2", 1, "mg/L", contrast="per_unit"))
    assert keys(filled, 'factor == "ferritin" and contrast == "per_unit" and cutoff_value == 1') == "P1"
    assert keys(filled, 'factor == "ferritin" and contrast == "per_unit" and cutoff_value == 1000') == "P2"


@pytest.mark.parametrize("where", ["cutoff_value > n", "n < cutoff_value", "cutoff_value == cutoff_value"])
def test_cutoffs_compare_with_no_other_column(filled: Store, where: str) -> None:
    """A column has no unit that would be the cutoff's."""
    with filled.read() as connection:
        names = Vocabulary.load(connection)
    with pytest.raises(ConditionError, match="cutoff_value is in a unit and compares with no column"):
        parse(where, names)


def test_conditions_that_compare_no_cutoff_read_no_units(filled: Store) -> None:
    """Only a condition on a cutoff asks the registry which units occur."""
    import sqlalchemy as sa

    asked: list[str] = []
    with filled.read() as connection:
        sa.event.listen(connection, "before_cursor_execute", lambda *event: asked.append(event[2]))
        estimates(connection, 'factor == "ferritin" and cutoff_value is not None')
        before = len([text for text in asked if "canonical_unit" in text and "min(" in text])
        estimates(connection, 'factor == "ferritin" and cutoff_value > 3')
    assert before == 0
    assert len([text for text in asked if "canonical_unit" in text and "min(" in text]) == 1
