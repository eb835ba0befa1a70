"""The digest of a row depends on what it says and on nothing else."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import UsageError
from registry.writing import bucket, digest

ROW = {
    "key": "kim2016/OS/0a1b2c3d",
    "study": "kim2016",
    "cohort": "all",
    "est": 2.0,
    "n": 100,
    "retracted": False,
    "notes": None,
    "attributes": {"product_source": "commercial", "age_median": 61.0},
}


def test_encoding_is_as_documented() -> None:
    """SHA-256 of sorted UTF-8 JSON without nulls: the text below, byte for byte."""
    text = (
        '{"attributes":{"age_median":61.0,"product_source":"commercial"},"cohort":"all","est":2.0,'
        '"key":"kim2016/OS/0a1b2c3d","n":100,"retracted":false,"study":"kim2016"}'
    )
    assert digest(ROW) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "same",
    [
        dict(reversed(ROW.items())),
        {**ROW, "est": 2},
        {**ROW, "id": 7, "valid_from": 3, "valid_to": None, "bucket": 9, "digest": "x"},
        {**ROW, "attributes": {"age_median": 61, "product_source": "commercial", "other": None}},
        {name: value for name, value in ROW.items() if value is not None},
        {**ROW, "retracted": 0},
    ],
    ids=["order", "whole number", "history", "attributes", "nulls absent", "boolean as the driver gives it"],
)
def test_same_facts_have_the_same_digest(same: dict[str, object]) -> None:
    """Neither order, nor type of a whole number, nor history, nor what is empty matters."""
    assert digest(same) == digest(ROW)


@pytest.mark.parametrize(
    "other",
    [{**ROW, "est": 2.0000000000000004}, {**ROW, "notes": ""}, {**ROW, "attributes": {}}, {**ROW, "retracted": True}],
)
def test_other_facts_have_another_digest(other: dict[str, object]) -> None:
    """The last bit of a number counts."""
    assert digest(other) != digest(ROW)


def test_minus_zero_is_zero() -> None:
    """SQLite stores -0.0 as 0.0."""
    assert digest({**ROW, "log_hr": -0.0}) == digest({**ROW, "log_hr": 0.0})


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_are_not_finite_are_refused(number: float) -> None:
    """They have no JSON, and no meaning as a reported number."""
    with pytest.raises(UsageError, match="not finite"):
        digest({**ROW, "est": number})


@given(st.text())
def test_buckets_are_ten_bits(key: str) -> None:
    """Every key has one of 1,024 buckets, always the same."""
    assert 0 <= bucket(key) < 1024
    assert bucket(key) == bucket(key)
