"""Names: matched case-folded by key or synonym."""

from __future__ import annotations

import pytest

from registry.meaning.covariates import entries
from registry.store import Store
from registry.vocabulary import Vocabulary
from registry.writing import estimate_key


def test_a_fresh_registry_knows_the_shipped_vocabulary(store: Store) -> None:
    """Names match by key or synonym whatever their case and spaces; an unknown one is None, or itself as covariate."""
    with store.read() as connection:
        known = Vocabulary.load(connection)
    assert known.factor("Serum  FERRITIN ") == known.factor("ferritin") == "ferritin"
    assert known.endpoint("overall survival") == "OS"
    assert known.disease("rrmm") == "relapsed/refractory multiple myeloma"
    assert (known.factor("no such"), known.endpoint("no such"), known.disease("no such")) == (None, None, None)
    assert (known.covariate("Gender"), known.covariate(" bone  marrow plasma cells")) == (
        "sex",
        "bone marrow plasma cells",
    )
    assert known.factors["NLR"][:2] == (True, "1")
    assert known.nearest("endpoint", "overal survival")[0] == "OS"
    assert known.attributes["product_source"].levels == ("commercial", "academic", "mixed")


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("age; sex", ["age", "sex"]),
        (" age ;; sex;", ["age", "sex"]),
        ("del(17p); t(4; 14);age", ["del(17p)", "t(4;14)", "age"]),
        ("t(4;14", ["t(4", "14"]),
        ("", []),
    ],
)
def test_list_has_semicolons_between_its_entries(text: str, listed: list[str]) -> None:
    """One within brackets belongs to the entry: a translocation is one covariate."""
    assert entries(text) == listed


def test_key_of_an_estimate_does_not_depend_on_the_bracket() -> None:
    """Both spellings of a list of covariates give the key that a registry may hold already."""
    row = {"study": "s", "factor": "f", "endpoint": "OS", "adjusted": "yes"}
    split, whole = {**row, "covariates": "14); age; t(4"}, {**row, "covariates": "age; t(4;14)"}
    assert estimate_key(split) == estimate_key(whole)
